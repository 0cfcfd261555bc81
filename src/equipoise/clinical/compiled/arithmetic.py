"""Functions that kernels call, written so that the compiler can compute several draws at once.

The compiler's own `exp` and `expm1` are calls of the system's library, one draw at a time.
"""

import numpy as np
from numpy.typing import NDArray

from equipoise.core.machine_code import bits_of, compiled, float_of, fused

Floats = NDArray[np.float64]

_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
"""ln 2 in two parts, of which whole multiples of the first are exact."""

_SMALLEST_NORMAL = 2.2250738585072014e-308
_UP = 18014398509481984.0
"""2 ** 54, which makes any number above 0 an ordinary one."""

_HALF_ROOT_BITS, _ONE_BITS = 0x3FE6A09E667F3BCD, 0x3FF0000000000000
"""The bits of the square root of one half, and of 1."""

_MANTISSA = 0x000FFFFFFFFFFFFF
_WHOLE, _WHOLE_BITS = 4503599627370496.0, 0x4330000000000000
"""2 ** 52 and its bits, into whose last ones a small whole number fits."""

_LARGEST, _SMALLEST = 710.0, -708.0
"""Beyond, e**x is infinite, or too small for an ordinary float."""

_ROUNDING = 6755399441055744.0
"""1.5 * 2**52: added to a small number it leaves the nearest whole one in the last bits."""


@fused
def _reduced(x: float) -> tuple[float, float]:
    r"""Return :math:`2^{k - 1}` and :math:`e^r - 1` for x = k ln 2 + r, \|r\| <= ln(2) / 2.

    The polynomial of degree 11 has a relative error of 2e-17: (e^r - 1 - r) / r^2 at ten
    Chebyshev points, its terms in pairs that can be computed at the same time.
    """
    shifted = x * _LOG2E + _ROUNDING
    k = shifted - _ROUNDING
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    r2 = r * r
    p = 0.16666666666666669 * r + 0.5000000000000001
    q = 0.008333333333330051 * r + 0.04166666666662399
    s = 0.00019841269863105968 * r + 0.0013888888917281794
    t = 2.7557268378684192e-06 * r + 2.480152119021773e-05
    u = 2.5100424157005067e-08 * r + 2.7620138719733994e-07
    upper = (u * r2 + t) * (r2 * r2) + (s * r2 + q)
    bits = (bits_of(shifted) + np.uint64(1022)) << np.uint64(52)
    return float_of(bits), (upper * r2 + p) * r2 + r


@fused
def expm1(x: float) -> float:
    r"""Return :math:`e^x - 1` to a few units of the last digit."""
    inside = _SMALLEST if x < _SMALLEST else x
    half, p = _reduced(_LARGEST if inside > _LARGEST else inside)
    return (half * p + (half - 0.5)) * 2.0


@fused
def exp(x: float) -> float:
    r"""Return :math:`e^x` to a few units of the last digit; 0 below -708."""
    inside = _SMALLEST if x < _SMALLEST else x
    half, p = _reduced(_LARGEST if inside > _LARGEST else inside)
    return 0.0 if x < _SMALLEST else (half * p + half) * 2.0


@fused
def _log(x: float, bias: float) -> float:
    r"""Return :math:`\ln x` of an ordinary x, less what the bias of its exponent is too much.

    With :math:`x = 2^k m`, :math:`m` between the roots of one half and of 2, and
    :math:`s = (m - 1) / (m + 1)` it is :math:`k \ln 2 + 2 \operatorname{artanh} s`; the polynomial
    is that of W. Kahan and K. C. Ng in FreeBSD's `e_log.c`, whose error is below 2**-58.
    """
    shifted = bits_of(x) + np.uint64(_ONE_BITS - _HALF_ROOT_BITS)
    power = (shifted >> np.uint64(52)) | np.uint64(_WHOLE_BITS)
    k = float_of(power) - (_WHOLE + bias)
    mantissa = (shifted & np.uint64(_MANTISSA)) + np.uint64(_HALF_ROOT_BITS)
    f = float_of(mantissa) - 1.0
    s = f / (f + 2.0)
    z = s * s
    z2 = z * z
    p = 0.3999999999940941908 * z + 0.6666666666666735130
    q = 0.2222219843214978396 * z + 0.2857142874366239149
    r = 0.1531383769920937332 * z + 0.1818357216161805012
    tail = (0.1479819860511658591 * z2 + r) * z2 + q
    half = 0.5 * f * f
    # As 2 s = f - f f / 2 + s f f / 2, so that f, which is exact, is added last.
    rest = s * (half + z * (tail * z2 + p)) + k * _LN2_LOW
    return k * _LN2_HIGH - ((half - rest) - f)


@fused
def log_ordinary(x: float) -> float:
    r"""Return :math:`\ln x` as `log` does, if x is above 0, finite and no subnormal number."""
    return _log(x, 1023.0)


@fused
def log(x: float) -> float:
    r"""Return :math:`\ln x` to a few units of the last digit."""
    small = x < _SMALLEST_NORMAL
    found = _log(x * _UP if small else x, 1023.0 + 54.0 if small else 1023.0)
    found = -np.inf if x == 0.0 else found
    found = x if x == np.inf else found
    return found if x >= 0.0 else np.nan


@fused
def power(x: float, y: float) -> float:
    r"""Return :math:`x^y`, whose relative error is below :math:`10^{-15} (1 + |y \ln x|)`."""
    return power_of(x, log(np.abs(x)), y)


@fused
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
    grid: Floats,
    points: int,
    values: Floats,
    codes: Floats,
    rows: int,
    linear: bool,
    x: float,
    code: float,
) -> float:
    """Return a table's value as `spec.loaded.TableData` does.

    Parameters
    ----------
    grid, points
        Places of the values, and how many there are.
    values
        One row for each code, one after another.
    codes, rows
        The codes, and how many there are; without any there is one row.
    """
    first = 0
    if rows:
        first = -1
        for k in range(rows):
            if codes[k] == code:
                first = k * points
        if first < 0:
            return np.nan
    if not linear:
        # A hair of tolerance, so that 0.1 + 0.2 finds the point at 0.3.
        return float(values[first + max(_last_up_to(grid, points, x + 1e-9), 0)])
    if np.isnan(x):
        return np.nan
    left = _last_up_to(grid, points, x)
    if left < 0:
        return float(values[first])
    if left >= points - 1:
        return float(values[first + points - 1])
    low, high = values[first + left], values[first + left + 1]
    slope = (high - low) / (grid[left + 1] - grid[left])
    return float(slope * (x - grid[left]) + low)


@compiled
def _last_up_to(grid: Floats, points: int, x: float) -> int:
    """Return the place of the last point that is not above x, or -1."""
    low, high = 0, points
    while low < high:
        middle = (low + high) // 2
        if x < grid[middle]:
            high = middle
        else:
            low = middle + 1
    return low - 1
