"""What chance does to the totals of a model that follows patients one by one."""

from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical import Totals
from equipoise.pipeline.model_tables import MEASURES


def monte_carlo_errors(
    parts: Totals, strategy: str, against: str | None, *, draws: int
) -> dict[str, float]:
    """Return Monte Carlo standard errors of expected discounted totals, by measure.

    Parameters
    ----------
    parts
        Of equal parts of the base case's patients, each as a draw.
    strategy, against
        Whose totals, or whose difference from whom.
    draws
        Over how many draws a mean is taken, each with as many patients as the base case.
    """
    count = len(parts.draws) * draws
    return {
        measure: _scatter(parts.of(measure, strategy, against)) / sqrt(count)
        for measure in MEASURES
    }


def share_of_chance(parts: Totals, drawn: Totals, measure: str) -> float:
    """Return the part of the draws' variance that comes from following so few patients.

    The largest among strategies, at most 1.

    Parameters
    ----------
    parts
        As of `monte_carlo_errors`.
    drawn
        Of every draw.
    measure
        cost, qaly or life_years.
    """
    shares = [0.0]
    for strategy in parts.strategies:
        batches = parts.of(measure, strategy)
        by_chance = _scatter(batches) ** 2 / batches.size
        whole = _scatter(drawn.of(measure, strategy)) ** 2
        if whole > 0:
            shares.append(by_chance / whole)
    return min(max(shares), 1.0)


def _scatter(values: NDArray[np.float64]) -> float:
    """Return a standard deviation; none of a single value."""
    return float(values.std(ddof=1)) if values.size > 1 else nan
