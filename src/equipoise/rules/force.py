"""Whether a rule was in force, and checked, on a given day."""

from datetime import date, timedelta

from equipoise.core.errors import RuleNotInForceError, RuleStaleError
from equipoise.core.translation import translate as _
from equipoise.spec.jurisdiction import Evidence
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
    begins, ends = evidence.valid_from, evidence.valid_to
    if begins is not None and day < begins:
        message = _("'{clause}' is not yet in force on {day}; it begins on {begins}",
                    clause=shown(evidence.clause), day=day, begins=begins)  # fmt: skip
        raise RuleNotInForceError(message)
    if ends is not None and day > ends:
        message = _("'{clause}' is no longer in force on {day}; it ended on {ends}",
                    clause=shown(evidence.clause), day=day, ends=ends)  # fmt: skip
        raise RuleNotInForceError(message)
    if day > evidence.last_checked + GRACE:
        message = _("'{clause}' was last checked on {checked}, asked for {day}: read the law "
                    "again, then update `last_checked`",
                    clause=shown(evidence.clause), checked=evidence.last_checked,
                    day=day)  # fmt: skip
        raise RuleStaleError(message)
    return evidence
