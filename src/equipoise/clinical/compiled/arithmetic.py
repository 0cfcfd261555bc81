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

_SMALLEST_NORMAL = 2.2250738585072014e-308
_HALF_ROOT_BITS = 0x3FE6A09E667F3BCD
"""The bits of the square root of one half."""

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
def log(x: float) -> float:
    r"""Return :math:`\ln x` to a few units of the last digit.

    With :math:`x = 2^k m`, :math:`m` between the roots of one half and of 2, and
    :math:`s = (m - 1) / (m + 1)` it is :math:`k \ln 2 + 2 \operatorname{artanh} s`.
    """
    small = x < _SMALLEST_NORMAL
    scaled = x * 18014398509481984.0 if small else x
    bits = np.float64(scaled).view(np.int64)
    power = (bits - np.int64(_HALF_ROOT_BITS)) >> np.int64(52)
    m = float(np.int64(bits - (power << np.int64(52))).view(np.float64))
    k = float(power) - (54.0 if small else 0.0)
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    p = 2.0 / 21.0
    p = p * z + 2.0 / 19.0
    p = p * z + 2.0 / 17.0
    p = p * z + 2.0 / 15.0
    p = p * z + 2.0 / 13.0
    p = p * z + 2.0 / 11.0
    p = p * z + 2.0 / 9.0
    p = p * z + 2.0 / 7.0
    p = p * z + 2.0 / 5.0
    p = p * z + 2.0 / 3.0
    half = 0.5 * f * f
    # As 2 s = f - f f / 2 + s f f / 2, so that f, which is exact, is added last.
    rest = s * (half + z * p) + k * _LN2_LOW
    found = k * _LN2_HIGH - ((half - rest) - f)
    found = -np.inf if x == 0.0 else found
    found = x if x == np.inf else found
    return found if x >= 0.0 else np.nan


@compiled
def power(x: float, y: float) -> float:
    r"""Return :math:`x^y`, whose relative error is below :math:`10^{-15} (1 + |y \ln x|)`."""
    return power_of(x, log(np.abs(x)), y)


@compiled
def power_of(x: float, log_size: float, y: float) -> float:
    """Return x to the power of y, given the logarithm of the size of x.

    A number below 0 has whole powers only, as everywhere; the rest is what NumPy gives.
    """
    size = exp(y * log_size)
    size = 1.0 if (y == 0.0) | (x == 1.0) else size
    whole = np.floor(y)
    odd = np.floor(0.5 * y) * 2.0 != whole
    signed = -size if odd else size
    signed = signed if whole == y else np.nan
    return signed if x < 0.0 else size


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
