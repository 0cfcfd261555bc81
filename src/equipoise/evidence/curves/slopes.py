"""First and second derivatives of a likelihood, by differences whose steps fit its curvature."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Function = Callable[[Floats], float]

_FALL = 1e-3
"""How much a step should lower the likelihood: steps are about 0.03 of a standard error."""


@np.errstate(all="ignore")
def steps(function: Function, x: Floats) -> Floats:
    """Return steps that change a function by as much as differences need.

    Coefficients have units: one of a year or of a gram is not of the size of one of a day.

    Parameters
    ----------
    function
        Of coefficients.
    x
        Where it is defined.
    """
    found = 1e-3 * (1.0 + np.abs(x))
    middle = function(x)
    for k in range(x.size):
        for _number in range(6):
            one = np.zeros_like(x)
            one[k] = found[k]
            bend = abs(function(x + one) + function(x - one) - 2.0 * middle)
            if _FALL / 30.0 < bend < _FALL * 30.0:
                break
            factor = np.sqrt(_FALL / bend) if bend > 0 else 100.0
            found[k] *= np.clip(factor if np.isfinite(bend) else 0.01, 0.001, 100.0)
            found[k] = min(found[k], 0.1 * (1.0 + abs(x[k])))
    return found


@np.errstate(all="ignore")
def steps_from(curvature: Floats, x: Floats) -> Floats:
    """Return such steps from second derivatives, which are known from before."""
    fitting = np.sqrt(_FALL / np.abs(np.diag(curvature)))
    return np.minimum(fitting, 0.1 * (1.0 + np.abs(x)))


@np.errstate(all="ignore")
def derivatives(function: Function, x: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return gradient and second derivatives to second order of the steps."""
    size = x.size
    moves = np.diag(step)
    middle = function(x)
    up = np.array([function(x + move) for move in moves])
    down = np.array([function(x - move) for move in moves])
    second = np.diag((up + down - 2.0 * middle) / step**2)
    for i in range(size):
        for j in range(i):
            both = function(x + moves[i] + moves[j]) + function(x - moves[i] - moves[j])
            alone = up[i] + down[i] + up[j] + down[j] - 2.0 * middle
            second[i, j] = second[j, i] = (both - alone) / (2.0 * step[i] * step[j])
    return (up - down) / (2.0 * step), second


@np.errstate(all="ignore")
def close_derivatives(function: Function, x: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Return gradient and second derivatives to fourth order of the steps, by extrapolation."""
    near, far = (derivatives(function, x, times * step) for times in (1.0, 2.0))
    first, second = ((4.0 * a - b) / 3.0 for a, b in zip(near, far, strict=True))
    return first, second
