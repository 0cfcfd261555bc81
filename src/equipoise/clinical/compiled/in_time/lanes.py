"""What is computed for several patients at once: their luck, their waits, what time is worth.

Rows stand at fixed places and loops have a fixed length, so that the compiler sees that rows never
overlap and computes several patients in one step.
"""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.arithmetic import exp, expm1, log
from equipoise.clinical.compiled.in_time.parts import Discount
from equipoise.clinical.compiled.in_time.rows import (
    COST,
    COST_WORTH,
    END,
    EXPONENTIAL,
    FIRST,
    GOMPERTZ,
    HEALTH,
    HEALTH_WORTH,
    LANES,
    LUCK,
    PASSED,
    SECOND,
    STATE,
    WAIT,
    WEIBULL,
)
from equipoise.clinical.compiled.individuals.luck import uniform
from equipoise.core.machine_code import called, fused
from equipoise.core.random import MULTIPLIERS, ROUNDS, WEYL

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_LOW, _HALF, _UPPER = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(16)
_MULTIPLIER0, _MULTIPLIER1 = np.uint64(MULTIPLIERS[0]), np.uint64(MULTIPLIERS[1])
_WEYL0, _WEYL1 = np.uint64(WEYL[0]), np.uint64(WEYL[1])


@called
def draw_luck(  # noqa: PLR0917 - kernels have no keywords
    lanes: Floats,
    order: Whole,
    place: int,
    first: int,
    step: int,
    block: int,
    draw: int,
    key0: int,
    key1: int,
) -> None:
    """Put four numbers of each patient into place: block `block` of them; see `core.random`.

    Patient ``order[place + j]`` is number ``first + order[place + j] * step`` of all.
    """
    drawn = np.uint64(draw) & _LOW
    draw_high = (np.uint64(draw) >> _HALF) & _LOW
    for j in range(LANES):
        number = np.uint64(first + order[place + j] * step)
        k0, k1 = np.uint64(key0) & _LOW, np.uint64(key1) & _LOW
        c0, c1, c2 = np.uint64(block) & _LOW, number & _LOW, drawn
        c3 = (((number >> _HALF) << _UPPER) | draw_high) & _LOW
        for _number in range(ROUNDS):
            one, other = _MULTIPLIER0 * c0, _MULTIPLIER1 * c2
            c0, c1 = (other >> _HALF) ^ c1 ^ k0, other & _LOW
            c2, c3 = (one >> _HALF) ^ c3 ^ k1, one & _LOW
            k0, k1 = (k0 + _WEYL0) & _LOW, (k1 + _WEYL1) & _LOW
        lanes[LUCK + j] = uniform(c0)
        lanes[LUCK + LANES + j] = uniform(c1)
        lanes[LUCK + 2 * LANES + j] = uniform(c2)
        lanes[LUCK + 3 * LANES + j] = uniform(c3)


@fused
def log1p(x: float) -> float:
    """Return the logarithm of 1 + x, also of an x so small that the sum loses it."""
    above = 1.0 + x
    lost = (x - (above - 1.0)) / above
    return log(above) + (lost if above < np.inf else 0.0)


@fused
def _weibull_time(hazard: float, shape: float, scale: float) -> float:
    """Return when a cumulative hazard has been passed."""
    return scale * exp(log(hazard) / shape)


@fused
def _gompertz_time(hazard: float, shape: float, rate: float) -> float:
    """Return when a cumulative hazard has been passed."""
    steady = hazard / rate
    return steady if shape == 0.0 else log1p(shape * steady) / shape


@fused
def _loglogistic_time(hazard: float, shape: float, scale: float) -> float:
    """Return when a cumulative hazard has been passed."""
    return scale * exp(log(expm1(hazard)) / shape)


@fused
def _weibull_hazard(time: float, shape: float, scale: float) -> float:
    """Return the cumulative hazard until a time."""
    return exp(shape * log(time / scale))


@fused
def _gompertz_hazard(time: float, shape: float, rate: float) -> float:
    """Return the cumulative hazard until a time."""
    return rate * (time if shape == 0.0 else expm1(shape * time) / shape)


@fused
def _loglogistic_hazard(time: float, shape: float, scale: float) -> float:
    """Return the cumulative hazard until a time."""
    return log1p(exp(shape * log(time / scale)))


@fused
def time_of(kind: int, a: float, b: float, hazard: float) -> float:
    """Return when a cumulative hazard has been passed, of any kind."""
    if kind == EXPONENTIAL:
        return hazard / a
    if kind == WEIBULL:
        return _weibull_time(hazard, a, b)
    if kind == GOMPERTZ:
        return _gompertz_time(hazard, a, b)
    return _loglogistic_time(hazard, a, b)


@fused
def hazard_until(kind: int, a: float, b: float, time: float) -> float:
    """Return the cumulative hazard until a time, of any kind."""
    if kind == EXPONENTIAL:
        return a * time
    if kind == WEIBULL:
        return _weibull_hazard(time, a, b)
    if kind == GOMPERTZ:
        return _gompertz_hazard(time, a, b)
    return _loglogistic_hazard(time, a, b)


@called
def wait(lanes: Floats, kind: int, clock: int) -> None:
    """Turn the hazards that will be passed, in row `WAIT`, into times until the move.

    As `clinical.times.time_until`, but that what never happens may be no number; the clock stands
    at `PASSED`.
    """
    is_late = (clock != STATE) & (kind != EXPONENTIAL)
    if is_late:
        _add_passed(lanes, kind)
    if kind == EXPONENTIAL:
        for j in range(LANES):
            lanes[WAIT + j] /= lanes[FIRST + j]
    elif kind == WEIBULL:
        for j in range(LANES):
            lanes[WAIT + j] = _weibull_time(lanes[WAIT + j], lanes[FIRST + j], lanes[SECOND + j])
    elif kind == GOMPERTZ:
        for j in range(LANES):
            lanes[WAIT + j] = _gompertz_time(lanes[WAIT + j], lanes[FIRST + j], lanes[SECOND + j])
    else:
        for j in range(LANES):
            lanes[WAIT + j] = _loglogistic_time(
                lanes[WAIT + j], lanes[FIRST + j], lanes[SECOND + j]
            )
    if is_late:
        for j in range(LANES):
            found = lanes[WAIT + j] - lanes[PASSED + j]
            lanes[WAIT + j] = 0.0 if found < 0.0 else found


@called
def _add_passed(lanes: Floats, kind: int) -> None:
    """Add the hazard that the clock has passed already."""
    if kind == WEIBULL:
        for j in range(LANES):
            lanes[WAIT + j] += _weibull_hazard(
                lanes[PASSED + j], lanes[FIRST + j], lanes[SECOND + j]
            )
    elif kind == GOMPERTZ:
        for j in range(LANES):
            lanes[WAIT + j] += _gompertz_hazard(
                lanes[PASSED + j], lanes[FIRST + j], lanes[SECOND + j]
            )
    else:
        for j in range(LANES):
            lanes[WAIT + j] += _loglogistic_hazard(
                lanes[PASSED + j], lanes[FIRST + j], lanes[SECOND + j]
            )


@called
def discounted(discount: Discount, at: int, time: float) -> tuple[float, float]:
    """Return the discount factor of a time, and what a unit a year until then is worth."""
    fallen, step = 0.0, at
    for k in range(discount.steps):
        since = time - discount.start[k]
        if since > 0.0:
            fallen += discount.fall[at + k] * since
            step = at + k
    factor = exp(-fallen)
    worth = discount.fixed[step] + discount.steady[step] * time - discount.rest[step] * factor
    return factor, worth


@called
def discount_ends(discount: Discount, at: int, lanes: Floats) -> None:
    """Put into place what `discounted` says of the ends of stays."""
    health = at + discount.steps
    if discount.steps > 1:
        for j in range(LANES):
            lanes[COST + j], lanes[COST_WORTH + j] = discounted(discount, at, lanes[END + j])
            left, worth = discounted(discount, health, lanes[END + j])
            lanes[HEALTH + j], lanes[HEALTH_WORTH + j] = left, worth
        return
    fall, steady = discount.fall[at], discount.steady[at]
    fixed, rest = discount.fixed[at], discount.rest[at]
    for j in range(LANES):
        left = exp(-fall * lanes[END + j])
        lanes[COST + j] = left
        lanes[COST_WORTH + j] = fixed + steady * lanes[END + j] - rest * left
    if fall == discount.fall[health]:
        for j in range(LANES):
            lanes[HEALTH + j] = lanes[COST + j]
            lanes[HEALTH_WORTH + j] = lanes[COST_WORTH + j]
        return
    fall, steady = discount.fall[health], discount.steady[health]
    fixed, rest = discount.fixed[health], discount.rest[health]
    for j in range(LANES):
        left = exp(-fall * lanes[END + j])
        lanes[HEALTH + j] = left
        lanes[HEALTH_WORTH + j] = fixed + steady * lanes[END + j] - rest * left
