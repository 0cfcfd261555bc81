"""The working-day clock against a loop over the calendar, and the first of January."""

from datetime import date, timedelta

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from equipoise.access.workdays import add_working_days, holidays_of, next_new_year

ORIGINS = st.dates(date(2020, 1, 1), date(2045, 12, 31))
RUSSIAN = [f"01-0{k}" for k in range(1, 9)] + ["02-23", "03-08", "05-01", "05-09", "06-12", "11-04"]


def is_day_off(day: date, holidays: list[str]) -> bool:
    return day.weekday() >= 5 or f"{day:%m-%d}" in holidays


def walked(start: float, count: int, origin: date, holidays: list[str]) -> float:
    """Count one day after the other, as a clerk would."""
    passed, day = 0, int(start)
    while passed < count:
        day += 1
        passed += not is_day_off(origin + timedelta(days=day), holidays)
    return max(float(day), start)


@given(
    ORIGINS,
    st.lists(st.tuples(st.integers(0, 8000), st.integers(0, 250)), min_size=1, max_size=8),
    st.sampled_from([[], ["01-01", "05-01"], RUSSIAN, ["02-28", "12-31"]]),
)
def test_it_never_counts_a_holiday_or_a_weekend(
    origin: date, terms: list[tuple[int, int]], holidays: list[str]
) -> None:
    start = np.array([quarters / 4 for quarters, _ in terms])
    count = np.array([float(days) for _, days in terms])
    calendar = holidays_of(holidays, first_year=origin.year, years=70)
    found = add_working_days(start, count, origin=origin, holidays=calendar)
    expected = [walked(s, int(n), origin, holidays) for s, n in zip(start, count, strict=True)]
    assert found.tolist() == expected
    ends = [origin + timedelta(days=int(end)) for end in found[count > 0]]
    assert not any(is_day_off(end, holidays) for end in ends)


def test_what_never_starts_never_ends() -> None:
    start = np.array([np.inf, 0.0])
    calendar = holidays_of([], first_year=2026, years=2)
    found = add_working_days(
        start, np.array([5.0, 5.0]), origin=date(2026, 1, 5), holidays=calendar
    )
    assert found.tolist() == [np.inf, 7.0]


@given(ORIGINS, st.integers(0, 200_000))
@example(date(2026, 12, 1), 4 * 31)
@example(date(2026, 12, 1), 4 * 31 + 1)
def test_the_new_year_is_the_first_that_has_not_begun(origin: date, quarters: int) -> None:
    """Also for a step that ends in a century that nobody plans for."""
    day = quarters / 4
    found = float(next_new_year(np.array([day]), origin=origin)[0])
    january = origin + timedelta(days=found)
    assert (january.month, january.day, found % 1) == (1, 1, 0)
    assert found >= day
    assert (january.replace(year=january.year - 1) - origin).days < day
