r"""Royston and Parmar's splines: a natural cubic spline of the logarithm of time.

On the scale ``hazard`` it is :math:`\ln H(t)`, on ``odds`` :math:`\ln (1/S(t) - 1)`, on ``normal``
:math:`-\Phi^{-1}(S(t))`. Without inner knots these are Weibull, log-logistic and lognormal.

References
----------
Royston, Parmar (2002), Stat Med 21(15):2175-2197, https://doi.org/10.1002/sim.1203;
Jackson (2016), J Stat Softw 70(8), https://doi.org/10.18637/jss.v070.i08.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy import special

from equipoise.evidence.curves.families import Family, Floats

SplineScale = Literal["hazard", "odds", "normal"]


def knots_of(times: Floats, inner: int) -> Floats:
    """Return knots: the first and last logarithm of a time of an event, and quantiles between.

    Parameters
    ----------
    times
        Of events.
    inner
        How many between.
    """
    return np.quantile(np.log(times), np.linspace(0.0, 1.0, inner + 2))


def basis(x: Floats, knots: Floats) -> tuple[Floats, Floats]:
    """Return the functions of a natural cubic spline at some points, and their derivatives.

    Parameters
    ----------
    x
        Points.
    knots
        In order, the outer ones first and last.

    Returns
    -------
    tuple of numpy.ndarray
        Shapes (functions, points): 1, x, and one function for each inner knot.
    """
    low, high = knots[0], knots[-1]
    rows, slopes = [np.ones_like(x), x], [np.zeros_like(x), np.ones_like(x)]
    for knot in knots[1:-1]:
        weight = (high - knot) / (high - low)
        parts = [(np.maximum(x - k, 0.0), w) for k, w in
                 ((knot, 1.0), (low, -weight), (high, weight - 1.0))]  # fmt: skip
        rows.append(sum((w * part**3 for part, w in parts), start=np.zeros_like(x)))
        slopes.append(sum((3.0 * w * part**2 for part, w in parts), start=np.zeros_like(x)))
    return np.stack(rows), np.stack(slopes)


def spline_family(knots: Sequence[float], scale: SplineScale) -> Family:
    """Return the family of splines with some knots.

    Parameters
    ----------
    knots
        Logarithms of times.
    scale
        What the spline is of.
    """
    places = np.asarray(knots, dtype=np.float64)

    def values(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
        rows, slopes = basis(np.log(t), places)
        own = zip(p, rows, slopes, strict=True)
        level, slope = np.zeros_like(t), np.zeros_like(t)
        for coefficient, row, change in own:
            level, slope = level + coefficient * row, slope + coefficient * change
        return level, slope

    def cumulative(t: Floats, p: tuple[Floats, ...]) -> Floats:
        level, _slope = values(t, p)
        if scale == "hazard":
            return np.exp(level)
        passed = np.logaddexp(0.0, level) if scale == "odds" else -special.log_ndtr(-level)
        return np.asarray(passed)

    def log_hazard(t: Floats, p: tuple[Floats, ...]) -> Floats:
        level, slope = values(t, p)
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = np.log(slope) - np.log(t)  # a curve that rises is none
        if scale == "hazard":
            return speed + level
        if scale == "odds":
            return speed + level - np.logaddexp(0.0, level)
        return np.asarray(speed - 0.5 * (level**2 + np.log(2.0 * np.pi)) - special.log_ndtr(-level))

    names = [f"gamma{k}" for k in range(len(places))]
    return Family(
        dict.fromkeys(names, "identity"), "gamma0", log_hazard, cumulative,
        lambda _rate, mean, sd: _start(mean, sd, len(names), scale),
        is_proportional=scale == "hazard",
    )  # fmt: skip


def _start(mean: float, sd: float, count: int, scale: SplineScale) -> tuple[float, ...]:
    """Return a straight line through the mean of the logarithms of times."""
    slope = {"hazard": 1.3, "odds": 1.8, "normal": 1.0}[scale] / sd
    return (-slope * mean, slope, *(0.0,) * (count - 2))
