r"""Royston and Parmar's splines: a natural cubic spline of the logarithm of time.

On the scale ``hazard`` it is :math:`\ln H(t)`, on ``odds`` :math:`\ln (1/S(t) - 1)`, on ``normal``
:math:`-\Phi^{-1}(S(t))`. Without inner knots these are Weibull, log-logistic and lognormal.

References
----------
Royston, Parmar (2002), Stat Med 21(15):2175-2197, https://doi.org/10.1002/sim.1203;
Jackson (2016), J Stat Softw 70(8), https://doi.org/10.18637/jss.v070.i08.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import special

from equipoise.evidence.curves.families import Family, Floats, Inner

SplineScale = Literal["hazard", "odds", "normal"]


def knots_of(times: Floats, inner: int, *, weight: Floats | None = None) -> Floats:
    """Return knots: the first and last logarithm of a time of an event, and quantiles between.

    Parameters
    ----------
    times
        Of events.
    inner
        How many between.
    weight
        How many events each time stands for; omitted is 1.

    Examples
    --------
    >>> np.exp(knots_of(np.array([1.0, 2.0, 4.0]), 1, weight=np.array([1.0, 1.0, 3.0])))
    array([1., 4., 4.])
    """
    weights = np.ones_like(times) if weight is None else weight
    order = np.argsort(times, kind="stable")
    order = order[weights[order] > 0]
    logs, counts = np.log(times[order]), weights[order]
    # As if each stood there so often: from the first to the last of them the quantile is the same.
    last = np.cumsum(counts)
    one = min(1.0, float(counts.min()))
    places = np.stack([last - counts, last - one], axis=1).ravel()
    wanted = np.linspace(0.0, 1.0, inner + 2) * places[-1]
    return np.asarray(np.interp(wanted, places, np.repeat(logs, 2)), dtype=np.float64)


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

    @lru_cache(maxsize=4)
    def known(times: bytes) -> tuple[Floats, Floats]:
        return basis(np.log(np.frombuffer(times, dtype=np.float64)), places)

    def curve(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
        # A search asks for the same times again and again.
        rows, slopes = known(np.asarray(t, dtype=np.float64).tobytes())
        rows, slopes = (part.reshape(-1, *t.shape) for part in (rows, slopes))
        level, slope = np.zeros_like(t), np.zeros_like(t)
        for coefficient, row, change in zip(p, rows, slopes, strict=True):
            level, slope = level + coefficient * row, slope + coefficient * change
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = np.log(slope) - np.log(t)  # a curve that rises is none
        return _on_scale(level, speed, scale)

    names = [f"gamma{k}" for k in range(len(places))]
    return Family(
        dict.fromkeys(names, "identity"), "gamma0", curve,
        lambda _rate, mean, sd: _start(mean, sd, len(names), scale),
        _with_fewer_knots(places, scale),
        is_proportional=scale == "hazard", knots=tuple(places.tolist()),
    )  # fmt: skip


def _on_scale(level: Floats, speed: Floats, scale: SplineScale) -> tuple[Floats, Floats]:
    """Return log hazard and cumulative hazard from a spline and the logarithm of its slope."""
    if scale == "hazard":
        return speed + level, np.exp(level)
    if scale == "odds":
        passed = np.logaddexp(0.0, level)
        return speed + level - passed, passed
    passed = np.asarray(-special.log_ndtr(-level))
    return speed - 0.5 * (level**2 + np.log(2.0 * np.pi)) + passed, passed


def _with_fewer_knots(knots: Floats, scale: SplineScale) -> tuple[Inner, ...]:
    """Return the splines whose knots are every second, third ... of these: no others are inside."""
    parts = knots.size - 1
    return tuple(
        Inner(spline_family(knots[::every].tolist(), scale), _at_each(every, knots.size))
        for every in range(2, parts + 1)
        if parts % every == 0
    )


def _at_each(every: int, count: int) -> Callable[..., tuple[float, ...]]:
    """Return where the coefficients of a spline with some of the knots go."""

    def place(*simpler: float) -> tuple[float, ...]:
        full = [*simpler[:2], *(0.0,) * (count - 2)]
        full[every + 1 :: every] = simpler[2:]
        return tuple(full)

    return place


def _start(mean: float, sd: float, count: int, scale: SplineScale) -> tuple[float, ...]:
    """Return a straight line through the mean of the logarithms of times."""
    slope = {"hazard": 1.3, "odds": 1.8, "normal": 1.0}[scale] / sd
    return (-slope * mean, slope, *(0.0,) * (count - 2))
