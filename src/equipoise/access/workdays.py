"""Calendar arithmetic on days since the decision date."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAYS_PER_YEAR = 365.25
_LONGEST = 1e6
"""Days that the calendar counts; what happens later than that happens at once."""


def holidays_of(days: Sequence[str], *, first_year: int, years: int) -> NDArray[np.datetime64]:
    """Return the dates of yearly holidays given as month and day.

    Examples
    --------
    >>> holidays_of(["01-01"], first_year=2026, years=2).astype(str).tolist()
    ['2026-01-01', '2027-01-01']
    """
    texts = [f"{first_year + k}-{day}" for k in range(years) for day in days]
    return np.array(texts, dtype="datetime64[D]")


def add_working_days(
    start: Floats, count: Floats, *, origin: date, holidays: NDArray[np.datetime64]
) -> Floats:
    """Return the day, since `origin`, on which `count` working days after `start` have passed.

    Parameters
    ----------
    start, count
        Days since `origin` (may be infinite), and working days to add; same shape.
    origin
        Day 0.
    holidays
        Days, besides Saturday and Sunday, on which the clock does not run.

    Notes
    -----
    The day of the start does not count, as is usual for statutory terms; a start on a day off
    counts from the working day before it, so that the next working day is day one.
    """
    reachable = np.isfinite(start)
    whole = np.floor(np.where(reachable, np.minimum(start, _LONGEST), 0.0))
    dates = np.datetime64(origin) + whole.astype("timedelta64[D]")
    ends = np.busday_offset(
        dates, np.rint(count).astype(np.int64), roll="backward", holidays=holidays
    )
    days = (ends - np.datetime64(origin)).astype(np.float64)
    return np.where(reachable, np.maximum(days, start), np.inf)


def next_new_year(day: Floats, *, origin: date) -> Floats:
    """Return the next 1 January on or after `day`, in days since `origin`.

    Examples
    --------
    >>> next_new_year(np.array([0.0, np.inf]), origin=date(2026, 12, 1)).tolist()
    [31.0, inf]
    """
    reachable = np.isfinite(day)
    whole = np.ceil(np.where(reachable, np.minimum(day, _LONGEST), 0.0))
    dates = np.datetime64(origin) + whole.astype("timedelta64[D]")
    begins = dates.astype("datetime64[Y]").astype("datetime64[D]")
    january = np.where(
        dates == begins,
        begins,
        (dates.astype("datetime64[Y]") + np.timedelta64(1, "Y")).astype("datetime64[D]"),
    )
    days = (january - np.datetime64(origin)).astype(np.float64)
    return np.where(reachable, np.maximum(days, day), np.inf)
