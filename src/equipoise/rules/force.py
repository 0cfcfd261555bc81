"""Whether a rule was in force, and checked, on a given day."""

from datetime import date, timedelta

from equipoise.core.errors import RuleNotInForceError, RuleStaleError
from equipoise.core.translation import translate as _
from equipoise.spec.law import Classification, Evidence
from equipoise.spec.text import shown

GRACE = timedelta(days=366)
"""How long after its last check a rule may still be relied on."""


def check_in_force(evidence: Evidence, day: date) -> Evidence:
    """Return the evidence if its rule can be relied on for `day`.

    Raises
    ------
    RuleNotInForceError
        If `day` is before the rule began or after it ended.
    RuleStaleError
        If `day` is more than `GRACE` after the law was last read.

    Examples
    --------
    >>> rule = Evidence(clause="art. 4", source="law", status="read",
    ...                 valid_from=date(2024, 4, 1), last_checked=date(2026, 11, 1))
    >>> check_in_force(rule, date(2026, 6, 1)).clause
    'art. 4'
    """
    _check_dates(evidence, day)
    if is_stale(evidence, day):
        message = _("'{clause}' was last checked on {checked}, asked for {day}: read the law "
                    "again, then update `last_checked`",
                    clause=shown(evidence.clause), checked=evidence.last_checked,
                    day=day)  # fmt: skip
        raise RuleStaleError(message)
    return evidence


def is_stale(evidence: Evidence, day: date) -> bool:
    """Return whether the law was last read more than `GRACE` before a day."""
    return day > evidence.last_checked + GRACE


def is_in_force(evidence: Evidence | None, day: date) -> bool:
    """Return whether a rule had begun on a day and had not ended; one without dates always."""
    if evidence is None:
        return True
    begins, ends = evidence.valid_from, evidence.valid_to
    return not ((begins is not None and day < begins) or (ends is not None and day > ends))


def in_force(rules: Classification, place: str, day: date) -> str:
    """Return the question or outcome that stands at a place of the tree on a day.

    Parameters
    ----------
    rules
        The tree; loading has checked that what stands in for a rule never leads back to it.
    place
        Name of a question or outcome.
    day
        Whose law is asked for.

    Raises
    ------
    RuleNotInForceError
        If it is not in force on that day and nothing stands in its place.
    """
    one = rules.questions.get(place) or rules.outcomes[place]
    begins, ends = one.evidence.valid_from, one.evidence.valid_to
    if begins is not None and day < begins and one.until_in_force is not None:
        return in_force(rules, one.until_in_force, day)
    if ends is not None and day > ends and one.once_expired is not None:
        return in_force(rules, one.once_expired, day)
    _check_dates(one.evidence, day)
    return place


def _check_dates(evidence: Evidence, day: date) -> None:
    """Refuse a rule that had not begun or had ended."""
    begins, ends = evidence.valid_from, evidence.valid_to
    if begins is not None and day < begins:
        message = _("'{clause}' is not yet in force on {day}; it begins on {begins}",
                    clause=shown(evidence.clause), day=day, begins=begins)  # fmt: skip
        raise RuleNotInForceError(message)
    if ends is not None and day > ends:
        message = _("'{clause}' is no longer in force on {day}; it ended on {ends}",
                    clause=shown(evidence.clause), day=day, ends=ends)  # fmt: skip
        raise RuleNotInForceError(message)
