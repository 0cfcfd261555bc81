"""Patients who start something in the same calendar year, and their profiles by age."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.rules import Segment

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


def treated(delivery: xr.Dataset, segments: Sequence[Segment]) -> Iterator[Starters]:
    """Yield those who are treated, by paying side, group and calendar year, at their mean age.

    Patients whose medicine two payers owe are kept apart, so that a mean age never falls on the
    wrong side of the birthday that parts the payers.

    Parameters
    ----------
    delivery
        Group ``delivery`` of the vocabulary, with coordinate ``group_age`` on ``group``.
    segments
        Who owes the product at which age.
    """
    counts, ages = delivery["treated_for"].values, delivery["age_at_treatment"].values
    payers = delivery["payer"].values.tolist()
    for name in dict.fromkeys(segment.payer for segment in segments):
        first = min(segment.from_age for segment in segments if segment.payer == name)
        payer = payers.index(name)
        for group, youngest in enumerate(delivery["group_age"].values.tolist()):
            yield from _by_year(counts[payer, group], ages[payer, group], max(youngest, first))


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


def spread(age: Floats, ages: Floats) -> Floats:
    """Return the weights of the ages that the disease model ran in an age between them.

    Parameters
    ----------
    age
        Years, dims (draw).
    ages
        Years in rising order, dims (age).

    Returns
    -------
    numpy.ndarray
        Dims (age, draw); sums to one over ages. Outside all ages the nearest one stands.

    Examples
    --------
    >>> spread(np.array([22.5, 40.0]), np.array([20.0, 30.0])).tolist()
    [[0.75, 0.0], [0.25, 1.0]]
    """
    weights = np.zeros((ages.size, age.size))
    around = np.searchsorted(ages, [age.min(), age.max()]) + [-1, 1]
    for row in range(max(around[0], 0), min(around[1], ages.size)):
        weights[row] = np.interp(age, ages, np.eye(ages.size)[row])
    return weights


def weighted(profile: Floats, weights: Floats) -> Floats:
    """Return the sum of a profile over ages, each with its weight; dims (..., draw).

    Parameters
    ----------
    profile
        Dims (age, ..., draw).
    weights
        Dims (age, draw).
    """
    total = np.zeros(profile.shape[1:])
    for age in np.flatnonzero(weights.any(axis=1)):
        total += profile[age] * weights[age]
    return total
