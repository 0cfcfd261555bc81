"""Patients who start something in the same calendar year, and their profiles by age."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MONTHS = 12


@dataclass(frozen=True)
class Starters:
    """One group's starters of one calendar year, dims (draw)."""

    year: int
    count: Floats
    fraction: Floats
    """Mean share of the calendar year that had passed when they started."""
    age: Floats
    """Mean age at start, years."""
    youngest: float
    """Age below which nobody of the group starts in any draw."""
    monthly_count: Floats
    """Starters of each month, dims (month, draw)."""
    monthly_age: Floats
    """Their mean age at start, years, dims (month, draw)."""

    def mean(self, values: Floats) -> Floats:
        """Return the mean of a value over those who start, 0 where nobody does; dims (..., draw).

        Parameters
        ----------
        values
            Dims (..., month, draw).
        """
        return _mean(values, self.monthly_count, self.count)


def joined(delivery: xr.Dataset) -> Iterator[Starters]:
    """Yield those who join the queue, by group and calendar year, at the group's age.

    Parameters
    ----------
    delivery
        Group ``delivery`` of the vocabulary, with coordinate ``group_age`` on ``group``.
    """
    for count, age in zip(delivery["arrived"].values, delivery["group_age"].values, strict=True):
        yield from _by_year(count, np.full_like(count, age), float(age))


def treated(delivery: xr.Dataset) -> Iterator[Starters]:
    """Yield those who are treated, by paying side, group and calendar year, at their mean age.

    Patients whose medicine two payers owe are kept apart, so that a mean age never falls on the
    wrong side of the birthday that parts the payers.
    """
    counts, ages = delivery["treated_for"].values, delivery["age_at_treatment"].values
    for payer in range(counts.shape[0]):
        for group, youngest in enumerate(delivery["group_age"].values):
            yield from _by_year(counts[payer, group], ages[payer, group], float(youngest))


def _by_year(count: Floats, age: Floats, youngest: float) -> Iterator[Starters]:
    """Gather monthly counts, dims (month, draw), into calendar years."""
    fractions = (np.arange(count.shape[0]) % MONTHS / MONTHS)[:, None]
    for year, first in enumerate(range(0, count.shape[0], MONTHS)):
        months = slice(first, first + MONTHS)
        total = count[months].sum(axis=0)
        if not total.any():
            continue
        some = total > 0.0
        yield Starters(
            year=year,
            count=total,
            fraction=_mean(fractions[months], count[months], total),
            # Rounding must not move a birthday on which another payer takes over.
            age=np.where(some, _mean(age[months], count[months], total), age[first]).round(9),
            youngest=youngest,
            monthly_count=count[months],
            monthly_age=age[months],
        )


def _mean(values: Floats, weights: Floats, total: Floats) -> Floats:
    """Return the weighted mean over months, 0 where nobody starts; dims (..., month, draw)."""
    weighted = (values * weights).sum(axis=-2)
    return np.asarray(np.divide(weighted, total, out=np.zeros_like(weighted), where=total > 0.0))


class ByAge:
    """Looks profiles up at ages between those that the disease model ran."""

    def __init__(self, ages: Floats, age: Floats) -> None:
        last = max(ages.size - 2, 0)
        self.below = np.clip(np.searchsorted(ages, age, side="right") - 1, 0, last)
        self.above = np.minimum(self.below + 1, ages.size - 1)
        span = ages[self.above] - ages[self.below]
        part = np.divide(age - ages[self.below], span, out=np.zeros_like(age), where=span > 0.0)
        self.part = np.clip(part, 0.0, 1.0)
        self.alike = bool((self.below == self.below[0]).all() and not self.part.any())

    def __call__(self, profile: Floats) -> Floats:
        """Return a profile with dims (age, ..., draw) at each draw's age, dims (..., draw)."""
        if self.alike:
            return np.asarray(profile[self.below[0]])
        lower, upper = _picked(profile, self.below), _picked(profile, self.above)
        return np.asarray(lower + (upper - lower) * self.part)


def _picked(profile: Floats, rows: NDArray[np.intp]) -> Floats:
    """Return each draw's own row of a profile; most draws share a few rows, so copy by row."""
    first, *others = np.unique(rows)
    if not others:
        return np.asarray(profile[first])
    picked = profile[first].copy()
    for row in others:
        np.copyto(picked, profile[row], where=rows == row)
    return np.asarray(picked)
