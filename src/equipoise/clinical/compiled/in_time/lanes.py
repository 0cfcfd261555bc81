"""What is computed for several patients at once: their luck and their waits.

Rows stand at fixed places and loops have a fixed length, so that the compiler sees that rows never
overlap and computes several patients in one step.
"""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.arithmetic import exp, expm1, log
from equipoise.clinical.compiled.in_time.rows import (
    EXPONENTIAL,
    GOMPERTZ,
    INVERSE,
    LANES,
    LOGLOGISTIC,
    LUCK,
    PACE,
    PACED,
    PASSED,
    SCALE,
    SHAPE,
    STATE,
    WAIT,
    WEIBULL,
)
from equipoise.clinical.compiled.individuals.luck import uniform
from equipoise.core.lean import span
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
    patients: Whole,
    at: int,
    first: int,
    step: int,
    block: int,
    draw: int,
    key0: int,
    key1: int,
) -> None:
    """Put four numbers of each patient into place: block `block` of them; see `core.random`.

    Patient ``patients[at + j]`` is number ``first + patients[at + j] * step`` of all.
    """
    drawn, draw_high = np.uint64(draw), np.uint64(draw) >> _HALF
    for j in span(0, LANES):
        # Only the lower halves are ever multiplied, so that nothing else needs to be cut off.
        number = np.uint64(first) + (np.uint64(patients[at + j]) & _LOW) * (np.uint64(step) & _LOW)
        k0, k1 = np.uint64(key0), np.uint64(key1)
        c0, c1, c2 = np.uint64(block), number, drawn
        c3 = ((number >> _HALF) << _UPPER) | draw_high
        for _number in span(0, ROUNDS):
            one, other = _MULTIPLIER0 * (c0 & _LOW), _MULTIPLIER1 * (c2 & _LOW)
            c0, c1 = (other >> _HALF) ^ c1 ^ k0, other
            c2, c3 = (one >> _HALF) ^ c3 ^ k1, one
            k0, k1 = k0 + _WEYL0, k1 + _WEYL1
        lanes[LUCK + j] = uniform(c0 & _LOW)
        lanes[LUCK + LANES + j] = uniform(c1 & _LOW)
        lanes[LUCK + 2 * LANES + j] = uniform(c2 & _LOW)
        lanes[LUCK + 3 * LANES + j] = uniform(c3 & _LOW)


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


@called
def time_after(kind: int, a: float, b: float, start: float, hazard: float) -> float:
    """Return how long after a start so much more hazard has been passed, of any kind."""
    if kind == EXPONENTIAL:
        return hazard / a
    if kind == GOMPERTZ:
        return _gompertz_time(hazard, a, b * exp(a * start))
    if kind == WEIBULL:
        return _weibull_time(_weibull_hazard(start, a, b) + hazard, a, b) - start
    return _loglogistic_time(_loglogistic_hazard(start, a, b) + hazard, a, b) - start


@called
def hazard_between(kind: int, a: float, b: float, start: float, end: float) -> float:
    """Return the cumulative hazard from one time to another, of any kind."""
    if kind == EXPONENTIAL:
        return a * (end - start)
    if kind == GOMPERTZ:
        return _gompertz_hazard(end - start, a, b * exp(a * start))
    if kind == WEIBULL:
        return _weibull_hazard(end, a, b) - _weibull_hazard(start, a, b)
    return _loglogistic_hazard(end, a, b) - _loglogistic_hazard(start, a, b)


@fused
def law(
    kind: int, clock: int, a: float, b: float, ratio: float
) -> tuple[float, float, float, float]:
    r"""Return numbers of a way, from which `wait` finds times without dividing.

    With the hazard ratio r they are the pace, 1 / r, or 1 / (r rate) where the distribution has a
    rate, or its logarithm where the hazard enters by its own; 1 / shape; the scale, or shape times
    pace of Gompertz; and the shape.
    """
    is_scaled = (kind == WEIBULL) | (kind == LOGLOGISTIC)
    rate = a if kind == EXPONENTIAL else b
    pace = 1.0 / (ratio if is_scaled else ratio * rate)
    # Without any hazard it never happens, whatever the shape.
    scale = np.inf if pace == np.inf else b
    entering = log(pace) if is_by_logarithm(kind, clock) else pace
    return entering, 1.0 / a, scale if is_scaled else a * pace, a


@fused
def is_by_logarithm(kind: int, clock: int) -> bool:
    """Return whether `wait` takes the logarithms of hazards: they can be held, a power cannot."""
    return (kind == WEIBULL) & (clock == STATE)


@called
def wait(lanes: Floats, laws: Floats, own: int, kind: int, clock: int) -> None:
    """Turn the hazards that will be passed, in row `WAIT`, into times until the move.

    As `clinical.times.time_until`, but that what never happens may be no number. It takes their
    logarithms where `is_by_logarithm`. The way's rows of `laws` begin at `own`, the clock stands
    at `PASSED`.
    """
    is_late = (clock != STATE) & (kind != EXPONENTIAL)
    if is_late & (kind == GOMPERTZ):
        # From now on the hazard is that of a Gompertz with another rate.
        for j in span(0, LANES):
            lanes[WAIT + j] *= exp(-laws[own + SHAPE + j] * lanes[PASSED + j])
    elif is_late:
        _add_passed(lanes, laws, own, kind)
    if is_by_logarithm(kind, clock):
        for j in span(0, LANES):
            lanes[PACED + j] = (lanes[WAIT + j] + laws[own + PACE + j]) * laws[own + INVERSE + j]
        _scale(lanes, laws, own)
    else:
        _turn(lanes, laws, own, kind)
    if is_late & (kind != GOMPERTZ):
        for j in span(0, LANES):
            found = lanes[WAIT + j] - lanes[PASSED + j]
            lanes[WAIT + j] = 0.0 if found < 0.0 else found


@fused
def _turn(lanes: Floats, laws: Floats, own: int, kind: int) -> None:
    """Turn hazards since a clock began into times since then."""
    for j in span(0, LANES):
        lanes[PACED + j] = lanes[WAIT + j] * laws[own + PACE + j]
    if kind == EXPONENTIAL:
        for j in span(0, LANES):
            lanes[WAIT + j] = lanes[PACED + j]
    elif kind == GOMPERTZ:
        for j in span(0, LANES):
            grown = log1p(lanes[WAIT + j] * laws[own + SCALE + j]) * laws[own + INVERSE + j]
            lanes[WAIT + j] = lanes[PACED + j] if laws[own + SHAPE + j] == 0.0 else grown
    else:
        if kind == LOGLOGISTIC:
            for j in span(0, LANES):
                lanes[PACED + j] = expm1(lanes[PACED + j])
        # In two loops, for which the processor has registers enough.
        for j in span(0, LANES):
            lanes[PACED + j] = log(lanes[PACED + j]) * laws[own + INVERSE + j]
        _scale(lanes, laws, own)


@fused
def _scale(lanes: Floats, laws: Floats, own: int) -> None:
    """Turn logarithms of times, in row `PACED` as parts of the scale, into times."""
    for j in span(0, LANES):
        lanes[WAIT + j] = laws[own + SCALE + j] * exp(lanes[PACED + j])


@called
def _add_passed(lanes: Floats, laws: Floats, own: int, kind: int) -> None:
    """Add the hazard that the clock has passed already, of what has a scale."""
    for j in span(0, LANES):
        power = _weibull_hazard(lanes[PASSED + j], laws[own + SHAPE + j], laws[own + SCALE + j])
        lanes[PACED + j] = power
    if kind == LOGLOGISTIC:
        for j in span(0, LANES):
            lanes[PACED + j] = log1p(lanes[PACED + j])
    for j in span(0, LANES):
        lanes[WAIT + j] += lanes[PACED + j] / laws[own + PACE + j]
