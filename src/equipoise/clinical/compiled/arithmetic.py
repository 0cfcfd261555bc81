"""Functions that kernels call, written so that the compiler can compute several draws at once.

The compiler's own `exp` and `expm1` are calls of the system's library, one draw at a time.
"""

import numpy as np
from numpy.typing import NDArray

from equipoise.core.machine_code import compiled

Floats = NDArray[np.float64]

_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
"""ln 2 in two parts, of which whole multiples of the first are exact."""

_LARGEST = 709.782712893384
_SMALLEST = -700.0


@compiled
def _reduced(x: float) -> tuple[float, float]:
    """Return k and expm1(x - k ln 2), |x - k ln 2| <= ln(2) / 2, as a Taylor sum of 13 terms."""
    k = np.floor(x * _LOG2E + 0.5)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    return k, p * r * r + r


@compiled
def _half_power(k: float) -> float:
    """Return 2 ** (k - 1) for a whole k from -1021 to 1024, from the bits of a float."""
    bits = (np.int64(k) + np.int64(1022)) << np.int64(52)
    return float(np.int64(bits).view(np.float64))


@compiled
def expm1(x: float) -> float:
    r"""Return :math:`e^x - 1` to a few units of the last digit."""
    inside = x if x < _LARGEST else _LARGEST
    inside = inside if inside > _SMALLEST else _SMALLEST
    k, p = _reduced(inside)
    half = _half_power(k)
    found = (half * p + (half - 0.5)) * 2.0
    found = np.inf if x > _LARGEST else found
    return x if np.isnan(x) else found


@compiled
def exp(x: float) -> float:
    r"""Return :math:`e^x` to a few units of the last digit; 0 below -700."""
    inside = x if x < _LARGEST else _LARGEST
    inside = inside if inside > _SMALLEST else _SMALLEST
    k, p = _reduced(inside)
    half = _half_power(k)
    found = (half * p + half) * 2.0
    found = np.inf if x > _LARGEST else found
    found = 0.0 if x < _SMALLEST else found
    return x if np.isnan(x) else found


@compiled
def least(a: float, b: float) -> float:
    """Return the smaller; what is no number wins."""
    return a if (a < b) | np.isnan(a) else b


@compiled
def most(a: float, b: float) -> float:
    """Return the larger; what is no number wins."""
    return a if (a > b) | np.isnan(a) else b


@compiled
def looked_up(  # noqa: PLR0917 - generated code has no keywords
    grid: Floats, values: Floats, codes: Floats, linear: bool, x: float, code: float
) -> float:
    """Return a table's value as `spec.loaded.TableData` does."""
    row = 0
    if codes.size:
        row = -1
        for k in range(codes.size):
            if codes[k] == code:
                row = k
        if row < 0:
            return np.nan
    ordinates = values[row]
    if not linear:
        # A hair of tolerance, so that 0.1 + 0.2 finds the point at 0.3.
        return float(ordinates[max(_last_up_to(grid, x + 1e-9), 0)])
    if np.isnan(x):
        return np.nan
    left = _last_up_to(grid, x)
    if left < 0:
        return float(ordinates[0])
    if left >= grid.size - 1:
        return float(ordinates[grid.size - 1])
    slope = (ordinates[left + 1] - ordinates[left]) / (grid[left + 1] - grid[left])
    return float(slope * (x - grid[left]) + ordinates[left])


@compiled
def _last_up_to(grid: Floats, x: float) -> int:
    """Return the place of the last point that is not above x, or -1."""
    low, high = 0, grid.size
    while low < high:
        middle = (low + high) // 2
        if x < grid[middle]:
            high = middle
        else:
            low = middle + 1
    return low - 1
