r"""Survival functions of the formula language: the share still alive, or free of an event, at `t`.

Before the start everybody is alive: at and below `t` = 0 each function is 1. Where the other
arguments are those of no distribution, the value is no number. Parameters follow R's packages
`stats` and `flexsurv`, so that what was fitted there can be written here digit by digit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

STEADY = 1e-16
"""Growth of a hazard over the time at risk, below which Gompertz is exponential to all digits."""

NEAR_LOGNORMAL = 0.01
"""Size of `q` up to which the generalised gamma is computed by its expansion around `q` = 0: its
gamma distribution has a shape of `q ** -2`, and with it errors beyond all bounds."""

FURTHEST = 0.5
"""Size of :math:`qw` beyond which nobody, or everybody, of such a distribution is alive."""

HALF_EXPONENTIAL = tuple(2.0 / float(np.prod(np.arange(1.0, n + 3))) for n in range(15))
r"""Coefficients of :math:`2 (e^y - 1 - y) / y^2` in powers of y."""

TEMME = (
    (-1 / 3, 1 / 12, -2 / 135, 1 / 864, 1 / 2835, -139 / 777600, 3.919263178522438e-05,
     -2.185448510679992e-06, -1.85406221071516e-06, 8.296711340953087e-07, -1.7665952736826078e-07,
     6.707853543401498e-09, 1.0261809784240309e-08, -4.382036018453353e-09),
    (-1 / 540, -1 / 288, 1 / 378, -0.0009902263374485596, 0.00020576131687242798,
     -4.018775720164609e-07, -1.8098550334489977e-05, 7.64916091608111e-06, -1.6120900894563446e-06,
     4.647127802807434e-09),
    (25 / 6048, -139 / 51840, 1 / 1296, 2.0093878600823047e-06, -0.0001073665322636516,
     5.2923448829120125e-05),
)  # fmt: skip
r"""Coefficients of :math:`c_0, c_1, c_2` of Temme's expansion in powers of :math:`\eta`."""


@np.errstate(all="ignore")
def exponential_survival(t: ArrayLike, rate: ArrayLike) -> Floats:
    r"""Return :math:`S(t) = e^{-\lambda t}`.

    Parameters
    ----------
    t
        Years.
    rate
        Hazard, 1/year, at least 0.

    Examples
    --------
    >>> float(exponential_survival(2.0, 0.5).round(6))
    0.367879
    """
    t, rate = _floats(t, rate)
    return _from_start(t, np.exp(-rate * t), rate >= 0)


@np.errstate(all="ignore")
def weibull_survival(t: ArrayLike, shape: ArrayLike, scale: ArrayLike) -> Floats:
    r"""Return :math:`S(t) = e^{-(t / b)^a}`, as `pweibull` of R.

    Parameters
    ----------
    t
        Years.
    shape
        :math:`a`, above 0; 1 is exponential.
    scale
        :math:`b`, years, above 0.

    Examples
    --------
    >>> float(weibull_survival(6.0, 1.2, 6.0).round(6))
    0.367879
    """
    t, shape, scale = _floats(t, shape, scale)
    return _from_start(t, np.exp(-((t / scale) ** shape)), (shape > 0) & (scale > 0))


@np.errstate(all="ignore")
def gompertz_survival(t: ArrayLike, shape: ArrayLike, rate: ArrayLike) -> Floats:
    r"""Return :math:`S(t) = e^{-b (e^{at} - 1) / a}`, as `pgompertz` of flexsurv.

    Parameters
    ----------
    t
        Years.
    shape
        :math:`a`, 1/year: how fast the hazard grows; 0 is exponential, and below 0 some never die.
    rate
        :math:`b`, the hazard at the start, 1/year, at least 0.

    Examples
    --------
    >>> gompertz_survival(1.0, [0.0, 0.05, -0.05], 0.08).round(6).tolist()
    [0.923116, 0.921241, 0.924934]
    """
    t, shape, rate = _floats(t, shape, rate)
    growth = shape * t
    hazard = np.where(
        np.abs(growth) >= STEADY, rate * (np.minimum(np.expm1(growth), 1e300) / shape), rate * t
    )
    return _from_start(t, np.exp(-hazard), (rate >= 0) & ~np.isnan(shape))


@np.errstate(all="ignore")
def lognormal_survival(t: ArrayLike, log_mean: ArrayLike, log_sd: ArrayLike) -> Floats:
    r"""Return :math:`S(t) = 1 - \Phi((\ln t - \mu) / \sigma)`, as `plnorm` of R.

    Parameters
    ----------
    t
        Years.
    log_mean
        :math:`\mu`, mean of the logarithm of years.
    log_sd
        :math:`\sigma`, its standard deviation, above 0.

    Examples
    --------
    >>> float(lognormal_survival(1.0, 0.0, 0.7))
    0.5
    """
    t, log_mean, log_sd = _floats(t, log_mean, log_sd)
    alive = _normal_tail((np.log(t) - log_mean) / log_sd)
    return _from_start(t, alive, (log_sd > 0) & ~np.isnan(log_mean))


@np.errstate(all="ignore")
def loglogistic_survival(t: ArrayLike, shape: ArrayLike, scale: ArrayLike) -> Floats:
    r"""Return :math:`S(t) = 1 / (1 + (t / b)^a)`, as `pllogis` of flexsurv.

    Parameters
    ----------
    t
        Years.
    shape
        :math:`a`, above 0.
    scale
        :math:`b`, the median, years, above 0.

    Examples
    --------
    >>> float(loglogistic_survival(6.0, 2.0, 3.0))
    0.2
    """
    t, shape, scale = _floats(t, shape, scale)
    return _from_start(t, 1.0 / (1.0 + (t / scale) ** shape), (shape > 0) & (scale > 0))


@np.errstate(all="ignore")
def gamma_survival(t: ArrayLike, shape: ArrayLike, rate: ArrayLike) -> Floats:
    r"""Return :math:`S(t) = Q(a, bt)`, the upper incomplete gamma function, as `pgamma` of R.

    Parameters
    ----------
    t
        Years.
    shape
        :math:`a`, above 0; 1 is exponential.
    rate
        :math:`b`, 1/year, above 0.

    Examples
    --------
    >>> float(gamma_survival(2.0, 1.0, 0.5).round(6))
    0.367879
    """
    t, shape, rate = _floats(t, shape, rate)
    q = np.sqrt(1.0 / shape)
    w = np.log(rate * t / shape) / q
    return _from_start(t, _generalised_gamma(w, q), (shape > 0) & (rate > 0))


@np.errstate(all="ignore")
def generalised_gamma_survival(
    t: ArrayLike, mu: ArrayLike, sigma: ArrayLike, q: ArrayLike
) -> Floats:
    r"""Return the survival of Prentice's generalised gamma, as `pgengamma` of flexsurv.

    With :math:`w = (\ln t - \mu) / \sigma` it is :math:`Q(q^{-2}, q^{-2} e^{qw})` for `q` above 0
    and :math:`P(q^{-2}, q^{-2} e^{qw})` below; `q` = 0 is lognormal, `q` = 1 Weibull,
    `q` = `sigma` gamma.

    Parameters
    ----------
    t
        Years.
    mu
        Location on the scale of the logarithm of years.
    sigma
        Scale there, above 0.
    q
        Shape, of any sign.

    References
    ----------
    Prentice (1974), Biometrika 61(3):539-544, https://doi.org/10.1093/biomet/61.3.539;
    Jackson (2016), J Stat Softw 70(8), https://doi.org/10.18637/jss.v070.i08.

    Examples
    --------
    >>> generalised_gamma_survival(2.0, 1.0, 0.8, [-0.5, 0.0, 0.5, 1.0]).round(6).tolist()
    [0.712633, 0.64935, 0.579909, 0.505895]
    """
    t, mu, sigma, q = _floats(t, mu, sigma, q)
    alive = _generalised_gamma((np.log(t) - mu) / sigma, q)
    return _from_start(t, alive, (sigma > 0) & ~np.isnan(mu) & ~np.isnan(q))


def _generalised_gamma(w: Floats, q: Floats) -> Floats:
    """Return the survival of a generalised gamma of location 0 and scale 1 at the time e to w."""
    # SciPy takes long to import, which only these curves need.
    from scipy.special import gammainc, gammaincc  # noqa: PLC0415

    w, q = np.broadcast_arrays(w, q)
    near = np.abs(q) <= NEAR_LOGNORMAL
    alive = np.empty(w.shape)
    alive[near] = _near_lognormal(w[near], q[near])
    shape = q[~near] ** -2.0
    part = shape * np.exp(q[~near] * w[~near])
    alive[~near] = np.where(q[~near] > 0, gammaincc(shape, part), gammainc(shape, part))
    return alive


def _near_lognormal(w: Floats, q: Floats) -> Floats:
    """Return the survival of a generalised gamma with `q` near 0, where it is all but lognormal."""
    z, skew = near_lognormal(w, q)
    density: Floats = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    return _normal_tail(z) + skew * density


def near_lognormal(w: Floats, q: Floats) -> tuple[Floats, Floats]:
    r"""Return the normal score of a generalised gamma with `q` near 0, and how far it is skewed.

    The share alive is the normal tail above the score, plus the density there times the skewness.

    Parameters
    ----------
    w
        Of location 0 and scale 1, the logarithm of the time.
    q
        At most `NEAR_LOGNORMAL` from 0.

    References
    ----------
    Temme (1979), SIAM J Math Anal 10(4):757-766, https://doi.org/10.1137/0510071, with
    :math:`a = q^{-2}` and :math:`\eta = q w \sqrt{2 (e^{qw} - 1 - qw)} / |qw|`.
    """
    y = np.clip(q * w, -FURTHEST, FURTHEST)
    ratio = np.sqrt(_polynomial(HALF_EXPONENTIAL, y))
    eta = y * ratio
    first, second, third = (_polynomial(row, eta) for row in TEMME)
    skew: Floats = q * (first + q * q * (second + q * q * third))
    return w * ratio, skew


def _polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    """Return the sum of coefficients times powers of x, the lowest first."""
    found = np.zeros_like(x)
    for coefficient in reversed(coefficients):
        found = found * x + coefficient
    return found


def _normal_tail(z: Floats) -> Floats:
    """Return the chance that a standard normal number is above z."""
    from scipy.special import erfc  # noqa: PLC0415 - see `_generalised_gamma`

    return np.asarray(0.5 * erfc(z * np.sqrt(0.5)), dtype=np.float64)


def _floats(t: ArrayLike, *others: ArrayLike) -> list[Floats]:
    """Return arguments as arrays, the time of what is before the start as 0."""
    time, *rest = (np.asarray(value, dtype=np.float64) for value in (t, *others))
    return [np.maximum(time, 0.0), *rest]


def _from_start(t: Floats, alive: Floats, possible: NDArray[np.bool_]) -> Floats:
    """Return survival with 1 at the start, and no number where there is no such distribution."""
    return np.asarray(
        np.where(possible & ~np.isnan(t), np.where(t <= 0, 1.0, alive), np.nan), dtype=np.float64
    )


@dataclass(frozen=True)
class Survival:
    """A survival function, and the unit of each argument by name."""

    function: Callable[..., NDArray[Any]]
    arguments: Mapping[str, str]


SURVIVAL: Mapping[str, Survival] = {
    "exponential_survival": Survival(exponential_survival, {"t": "year", "rate": "1/year"}),
    "weibull_survival": Survival(weibull_survival, {"t": "year", "shape": "1", "scale": "year"}),
    "gompertz_survival": Survival(
        gompertz_survival, {"t": "year", "shape": "1/year", "rate": "1/year"}
    ),
    "lognormal_survival": Survival(
        lognormal_survival, {"t": "year", "log_mean": "1", "log_sd": "1"}
    ),
    "loglogistic_survival": Survival(
        loglogistic_survival, {"t": "year", "shape": "1", "scale": "year"}
    ),
    "gamma_survival": Survival(gamma_survival, {"t": "year", "shape": "1", "rate": "1/year"}),
    "generalised_gamma_survival": Survival(
        generalised_gamma_survival, {"t": "year", "mu": "1", "sigma": "1", "q": "1"}
    ),
}
"""Survival functions by the name that formulas call them by."""
