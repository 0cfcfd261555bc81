r"""Cumulative hazards, and their inverses, where next to nobody is left.

A share alive below 1e-308 is no float any more, though its logarithm is an ordinary number; a
patient whose hazard is multiplied by 0.001 lives there. All functions work on the logarithm.

References
----------
DiDonato, Morris (1986), ACM Trans Math Softw 12(4):377-393, https://doi.org/10.1145/22721.23109
(the continued fraction and the series of the incomplete gamma functions).
"""

import numpy as np
import scipy
from numpy.typing import NDArray

from equipoise.spec.formula.survival import NEAR_LOGNORMAL, near_lognormal

Floats = NDArray[np.float64]

_SMALL = 1e-290
"""Shares down to here are told by SciPy with all digits."""

_FAR = 40.0
"""Hazard beyond which SciPy's inverses lose digits."""

_STEPS, _NEWTON, _NUDGE = 400, 25, 1e-5


def upper_hazard(shape: Floats, x: Floats) -> Floats:
    r"""Return :math:`-\ln Q(a, x)`, of the upper incomplete gamma function.

    Examples
    --------
    >>> float(upper_hazard(np.array(1.0), np.array(1000.0)).round(6))
    1000.0
    """
    shape, x = np.broadcast_arrays(shape, x)
    share = scipy.special.gammaincc(shape, x)
    found = -np.log(np.maximum(share, _SMALL))
    far = (share < _SMALL) & (x > 0)
    if far.any():
        a, y = shape[far], x[far]
        # Lentz's algorithm for the continued fraction, which converges fast this far out.
        b = y + 1.0 - a
        c, d = np.full_like(y, 1e300), 1.0 / b
        fraction = d.copy()
        for k in range(1, _STEPS):
            term = -k * (k - a)
            b = b + 2.0
            d = 1.0 / (term * d + b)
            c = b + term / c
            fraction = fraction * c * d
            if np.all(np.abs(c * d - 1.0) < 1e-15):
                break
        found = np.array(found)
        found[far] = y - a * np.log(y) + scipy.special.gammaln(a) - np.log(fraction)
    return np.asarray(np.where(np.isposinf(x), np.inf, found))


def lower_hazard(shape: Floats, log_x: Floats) -> Floats:
    r"""Return :math:`-\ln P(a, x)`, of the lower incomplete gamma function.

    Examples
    --------
    >>> float(lower_hazard(np.array(2.0), np.array(-460.517019)).round(3))
    921.727
    """
    shape, log_x = np.broadcast_arrays(shape, log_x)
    x = np.exp(log_x)
    share = scipy.special.gammainc(shape, x)
    found = -np.log(np.maximum(share, _SMALL))
    far = (share < _SMALL) | (x < _SMALL)
    if far.any():
        a, y = shape[far], x[far]
        term = np.ones_like(y)
        total = term.copy()
        for k in range(1, _STEPS):
            term = term * y / (a + k)
            total = total + term
            if np.all(term < 1e-16 * total):
                break
        found = np.array(found)
        found[far] = y - a * log_x[far] + scipy.special.gammaln(a + 1.0) - np.log(total)
    return np.asarray(found)


def inverse_upper(shape: Floats, hazard: Floats) -> Floats:
    r"""Return the x of :math:`-\ln Q(a, x) = h`.

    Examples
    --------
    >>> float(inverse_upper(np.array(1.0), np.array(1000.0)).round(6))
    1000.0
    """
    shape, hazard = np.broadcast_arrays(shape, hazard)
    found = np.array(scipy.special.gammainccinv(shape, np.exp(-hazard)))
    far = (hazard > _FAR) & np.isfinite(hazard)
    a, h = shape[far], hazard[far]
    x = h + a + np.abs(a - 1.0) * np.log(h)
    for _number in range(_NEWTON):
        now = upper_hazard(a, x)
        # The density over the share, which is the slope of the hazard in the logarithm of x.
        slope = np.exp(a * np.log(x) - x - scipy.special.gammaln(a) + now)
        x = x * np.exp(np.clip((h - now) / slope, -1.0, 1.0))
    found[far] = x
    return found


def inverse_lower(shape: Floats, hazard: Floats) -> Floats:
    r"""Return the logarithm of the x of :math:`-\ln P(a, x) = h`.

    Examples
    --------
    >>> float(inverse_lower(np.array(2.0), np.array(921.727)).round(3))
    -460.517
    """
    shape, hazard = np.broadcast_arrays(shape, hazard)
    x = scipy.special.gammaincinv(shape, np.exp(-hazard))
    found = np.array(np.log(np.where(x > 0, x, 1.0)))
    far = ((hazard > _FAR) | (x <= 0)) & np.isfinite(hazard)
    a, h = shape[far], hazard[far]
    log_x = (scipy.special.gammaln(a + 1.0) - h) / a
    for _number in range(_NEWTON):
        now = lower_hazard(a, log_x)
        slope = np.exp(a * log_x - np.exp(log_x) - scipy.special.gammaln(a) + now)
        log_x = log_x + np.clip((now - h) / slope, -1.0, 1.0)
    found[far] = log_x
    return np.asarray(np.where(np.isposinf(hazard), -np.inf, found))


def generalised_hazard(w: Floats, q: Floats) -> Floats:
    """Return the cumulative hazard of a generalised gamma of location 0 and scale 1 at e to w.

    Examples
    --------
    >>> w = np.array(60.0)
    >>> [float(generalised_hazard(w, np.array(q)).round(1)) for q in (-0.005, 0.0, 0.005)]
    [1637.6, 1805.0, 1999.5]
    """
    w, q = np.broadcast_arrays(w, q)
    near = np.abs(q) <= NEAR_LOGNORMAL
    found = np.empty(w.shape)
    found[near] = _near_hazard(w[near], q[near])
    # With q below 0 the tails change places.
    above, below = ~near & (q > 0), ~near & (q < 0)
    growth = q * w - 2.0 * np.log(np.where(near, 1.0, np.abs(q)))
    found[above] = upper_hazard(q[above] ** -2.0, np.exp(growth[above]))
    found[below] = lower_hazard(q[below] ** -2.0, growth[below])
    return found


def generalised_quantile(hazard: Floats, q: Floats) -> Floats:
    """Return the w of which `generalised_hazard` is the cumulative hazard.

    Examples
    --------
    >>> [float(generalised_quantile(np.array(1637.6), np.array(q)).round(2)) for q in (-0.005, 0.5)]
    [60.0, 12.05]
    """
    hazard, q = np.broadcast_arrays(hazard, q)
    near = np.abs(q) <= NEAR_LOGNORMAL
    found = np.empty(hazard.shape)
    found[near] = _near_quantile(hazard[near], q[near])
    above, below = ~near & (q > 0), ~near & (q < 0)
    log_x = np.zeros(hazard.shape)
    log_x[above] = np.log(inverse_upper(q[above] ** -2.0, hazard[above]))
    log_x[below] = inverse_lower(q[below] ** -2.0, hazard[below])
    size = np.where(near, 1.0, q)
    return np.asarray(np.where(near, found, (log_x + 2.0 * np.log(np.abs(size))) / size))


def _near_hazard(w: Floats, q: Floats) -> Floats:
    """Return the cumulative hazard of a generalised gamma that is all but lognormal."""
    z, skew = near_lognormal(w, q)
    left = scipy.special.log_ndtr(-z)
    ratio = np.exp(-0.5 * z * z - 0.5 * np.log(2.0 * np.pi) - left)
    return np.asarray(-left - np.log1p(skew * np.where(np.isinf(z), 0.0, ratio)))


def _near_quantile(hazard: Floats, q: Floats) -> Floats:
    """Return the w of a cumulative hazard of a generalised gamma that is all but lognormal."""
    score = -scipy.special.ndtri_exp(-hazard)
    known = np.isfinite(score)
    w, goal = np.where(known, score, 0.0), np.where(known, hazard, 1.0)
    for _number in range(_NEWTON):
        now = _near_hazard(w, q)
        slope = (_near_hazard(w + _NUDGE, q) - now) / _NUDGE
        w = w + np.clip((goal - now) / np.maximum(slope, 1e-300), -2.0, 2.0)
    return np.asarray(np.where(known, w, score))
