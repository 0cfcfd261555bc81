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


def starters(delivery: xr.Dataset, *, counted: str, age: str | None = None) -> Iterator[Starters]:
    """Gather a monthly count into starters of each group and calendar year.

    Parameters
    ----------
    delivery
        Group ``delivery`` of the vocabulary, with coordinate ``group_age`` on ``group``.
    counted
        Variable with the number of starters, dims (group, month, draw).
    age
        Variable with their mean age; omitted is the group's age at joining.
    """
    counts = delivery[counted].values
    fractions = (np.arange(counts.shape[1]) % MONTHS / MONTHS)[:, None]
    for row, group_age in enumerate(delivery["group_age"].values):
        for year, first in enumerate(range(0, counts.shape[1], MONTHS)):
            months = slice(first, first + MONTHS)
            number = counts[row, months]
            total = number.sum(axis=0)
            if not total.any():
                continue
            ages = (
                np.full_like(number, group_age)
                if age is None
                else delivery[age].values[row, months]
            )
            yield Starters(
                year=year,
                count=total,
                fraction=_mean(fractions[months], number, total),
                age=np.where(total > 0.0, _mean(ages, number, total), group_age),
            )


def _mean(values: Floats, weights: Floats, total: Floats) -> Floats:
    """Return the weighted mean over months, 0 where nobody starts."""
    weighted = (values * weights).sum(axis=0)
    return np.asarray(np.divide(weighted, total, out=np.zeros_like(total), where=total > 0.0))


class ByAge:
    """Looks profiles up at ages between those that the disease model ran."""

    def __init__(self, ages: Floats, age: Floats) -> None:
        last = max(ages.size - 2, 0)
        self.below = np.clip(np.searchsorted(ages, age, side="right") - 1, 0, last)
        self.above = np.minimum(self.below + 1, ages.size - 1)
        span = ages[self.above] - ages[self.below]
        part = np.divide(age - ages[self.below], span, out=np.zeros_like(age), where=span > 0.0)
        self.part = np.clip(part, 0.0, 1.0)
        self.draw = np.arange(age.size)
        self.alike = bool((self.below == self.below[0]).all() and not self.part.any())

    def __call__(self, profile: Floats) -> Floats:
        """Return a profile with dims (age, ..., draw) at each draw's age, dims (..., draw)."""
        if self.alike:
            return np.asarray(profile[self.below[0]])
        lower = np.moveaxis(profile[self.below, ..., self.draw], 0, -1)
        upper = np.moveaxis(profile[self.above, ..., self.draw], 0, -1)
        return np.asarray(lower + (upper - lower) * self.part)
