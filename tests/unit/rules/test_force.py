"""The law of the day: V35. What is not in force, or not checked, is refused and never guessed."""

from datetime import date, timedelta

import pytest

from equipoise.core.errors import RuleNotInForceError, RuleStaleError
from equipoise.rules import GRACE, check_in_force
from equipoise.spec.law import Evidence

CHECKED = date(2026, 11, 1)
RULE = Evidence(
    clause="art. 1", source="law", status="read",
    valid_from=date(2024, 4, 1), valid_to=date(2027, 3, 31), last_checked=CHECKED,
)  # fmt: skip


@pytest.mark.parametrize("day", [RULE.valid_from, CHECKED, RULE.valid_to])
def test_a_rule_holds_from_its_first_to_its_last_day(day: date) -> None:
    assert check_in_force(RULE, day) is RULE


@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2027, 4, 1), date(2040, 1, 1)])
def test_outside_its_days_it_is_refused(day: date) -> None:
    with pytest.raises(RuleNotInForceError, match="'art. 1' is no"):
        check_in_force(RULE, day)


def test_a_rule_that_nobody_looked_at_for_a_year_is_refused() -> None:
    endless = RULE.model_copy(update={"valid_to": None})
    assert check_in_force(endless, CHECKED + GRACE) is endless
    with pytest.raises(RuleStaleError, match="'art. 1' was last checked on 2026-11-01"):
        check_in_force(endless, CHECKED + GRACE + timedelta(days=1))
