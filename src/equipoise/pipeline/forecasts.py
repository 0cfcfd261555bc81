"""Forecasts of durations that are known by now, each made without the product in question."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from equipoise.evidence.durations import Learnt, Observed, Predicted
from equipoise.spec.observed import Observation

LEVELS = (0.5, 0.8, 0.9)
"""Of the intervals that are counted."""


@dataclass(frozen=True)
class Forecast:
    """What was to be expected of a product's stage, and what came."""

    observation: Observation
    predicted: Predicted

    @property
    def share(self) -> float:
        """Return the probability that was given to at most so many days as came."""
        return float(self.predicted.share_below(self.observation.length))

    def interval(self, level: float) -> tuple[float, float]:
        """Return the days between which the duration was to lie with a probability."""
        low, high = self.predicted.quantile([0.5 - level / 2, 0.5 + level / 2])
        return float(low), float(high)

    def is_inside(self, level: float) -> bool | None:
        """Return whether the interval holds what came; None if that is not known yet."""
        low, high = self.interval(level)
        days = self.observation.length
        if self.observation.at_least:
            return False if days > high else None
        return low <= days <= high


def forecasts(
    observations: Sequence[Observation],
    *,
    stage: str,
    then: bool = False,
    progress: Callable[[float], None] = lambda _share: None,
) -> tuple[Forecast, ...]:
    """Forecast each case of a stage from all cases of other products.

    Parameters
    ----------
    observations
        Of any stages.
    stage
        The one that is forecast.
    then
        Whether only what was over before the filing counts, where years are known.
    progress
        Called after each case with the share that is done.

    Returns
    -------
    tuple
        In the order of the observations.
    """
    rows = [one for one in observations if one.stage == stage]

    @cache
    def learnt(product: str, year: int | None) -> Learnt:
        others = (one for one in rows if one.product != product)
        known = (one for one in others if year is None or (_year_over(one) or year) < year + 1)
        return Learnt([Observed(one.group, one.length, not one.at_least) for one in known])

    found: list[Forecast] = []
    for one in rows:
        known = learnt(one.product, _year_filed(one) if then else None)
        found.append(Forecast(one, known.predict(one.group)))
        progress(len(found) / len(rows))
    return tuple(found)


def _year_filed(one: Observation) -> int | None:
    """Return the year of a filing, if it is known."""
    if one.begun is not None:
        return one.begun.year
    return one.filed.year if isinstance(one.filed, date) else one.filed


def _year_over(one: Observation) -> int | None:
    """Return the year in which a stage was over, if it is known."""
    if one.ended is not None:
        return one.ended.year
    filed = _year_filed(one)
    return None if filed is None else filed + int(one.length / 365.25)


def calibration(found: Sequence[Forecast]) -> dict[float, tuple[int, int]]:
    """Return for each of `LEVELS` how many intervals hold what came, and of how many.

    Parameters
    ----------
    found
        As of `forecasts`; what is not known yet does not count.
    """
    every = {level: [one.is_inside(level) for one in found] for level in LEVELS}
    return {
        level: (sum(inside is True for inside in row), sum(inside is not None for inside in row))
        for level, row in every.items()
    }
