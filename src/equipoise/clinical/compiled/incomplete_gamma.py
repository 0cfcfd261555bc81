"""Tails of gamma and normal distributions for kernels, one draw at a time.

As `spec.formula.survival`, whose expansion this shares; there SciPy sums the rest, here series do.
"""

import math

import numpy as np

from equipoise.clinical.compiled.arithmetic import exp, expm1
from equipoise.core.machine_code import compiled
from equipoise.spec.formula.survival import FURTHEST, HALF_EXPONENTIAL, NEAR_LOGNORMAL, TEMME

_EXCESS = HALF_EXPONENTIAL[::-1]
_FIRST, _SECOND, _THIRD = (row[::-1] for row in TEMME)
_MOST_TERMS = 10_000
_TINY = 1e-300


@compiled
def normal_tail(z: float) -> float:
    """Return the chance that a standard normal number is above z."""
    return 0.5 * math.erfc(z * 0.7071067811865476)


@compiled
def gamma_norm(a: float) -> float:
    r"""Return :math:`\ln \Gamma(a + 1) - a \ln a + a`, by Stirling's series where it is best."""
    if not a >= 15.0:
        return math.lgamma(a + 1.0) - a * math.log(a) + a
    b = 1.0 / (a * a)
    series = 1 / 12 - b * (
        1 / 360 - b * (1 / 1260 - b * (1 / 1680 - b * (1 / 1188 - b * 691 / 360360)))
    )
    return 0.5 * math.log(2.0 * math.pi * a) + series / a


@compiled
def gamma_tail(w: float, q: float, a: float, norm: float) -> float:
    """Return the survival of a generalised gamma of location 0 and scale 1.

    Parameters
    ----------
    w
        Logarithm of time.
    q
        Its shape.
    a, norm
        `q` to the power of -2, and its `gamma_norm`.
    """
    if np.isnan(w) or np.isnan(q):
        return np.nan
    if w == -np.inf:
        return 1.0
    if abs(q) <= NEAR_LOGNORMAL:
        return _near_lognormal(w, q)
    lower, upper = _shares(a, q * w, norm)
    return upper if q > 0.0 else lower


@compiled
def _near_lognormal(w: float, q: float) -> float:
    """Return `gamma_tail` by Temme's expansion; see `spec.formula.survival`."""
    y = min(max(q * w, -FURTHEST), FURTHEST)
    ratio = math.sqrt(_polynomial(_EXCESS, y))
    z, eta = w * ratio, y * ratio
    skew = q * _polynomial(_FIRST, eta)
    skew += q**3 * (_polynomial(_SECOND, eta) + q * q * _polynomial(_THIRD, eta))
    return normal_tail(z) + skew * exp(-0.5 * z * z) * 0.3989422804014327


@compiled
def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    """Return the sum of coefficients times powers of x, the highest first."""
    found = 0.0
    for coefficient in coefficients:
        found = found * x + coefficient
    return found


@compiled
def _shares(a: float, y: float, norm: float) -> tuple[float, float]:
    r"""Return both incomplete gamma functions, :math:`P` and :math:`Q(a, a e^y)`."""
    if y > 700.0:
        return 1.0, 0.0
    x = a * exp(y)
    excess = 0.5 * y * y * _polynomial(_EXCESS, y) if abs(y) <= FURTHEST else expm1(y) - y
    density = exp(-a * excess - norm)  # x ** a * exp(-x) / gamma(a + 1)
    if x < a + 1.0:
        lower = density * _series(a, x)
        return lower, 1.0 - lower
    upper = a * density * _fraction(a, x)
    return 1.0 - upper, upper


@compiled
def _series(a: float, x: float) -> float:
    """Return the power series of the lower function, over its first term."""
    term = total = 1.0
    for n in range(1, _MOST_TERMS):
        term *= x / (a + n)
        total += term
        if term < total * 1e-17:
            break
    return total


@compiled
def _fraction(a: float, x: float) -> float:
    """Return the continued fraction of the upper function, by Lentz's method."""
    b = x + 1.0 - a
    c, d = 1.0 / _TINY, 1.0 / b
    found = d
    for n in range(1, _MOST_TERMS):
        step = n * (a - n)
        b += 2.0
        d = step * d + b
        d = 1.0 / (d if abs(d) > _TINY else _TINY)
        c = b + step / c
        c = c if abs(c) > _TINY else _TINY
        change = d * c
        found *= change
        if abs(change - 1.0) < 1e-16:
            break
    return found
