r"""Families of survival curves, as hazards: what a fit needs to know of each.

Names, parameters and their order are those of R's flexsurv, so that estimates can be compared and
carried over digit by digit; the functions are those of the formula language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from equipoise.spec.formula.survival import generalised_gamma_survival

Floats = NDArray[np.float64]
Curve = Callable[[Floats, tuple[Floats, ...]], Floats]

_ROOT = np.log(2.0 * np.pi) / 2.0


@dataclass(frozen=True)
class Link:
    """From a linear predictor to a parameter, and back.

    Parameters
    ----------
    parameter
        Parameter from predictor.
    predictor
        Predictor from parameter.
    """

    parameter: Callable[[Floats], Floats]
    predictor: Callable[[Floats], Floats]


LINKS: Mapping[str, Link] = {
    "identity": Link(lambda x: x, lambda y: y),
    "log": Link(np.exp, np.log),
    "logistic": Link(special.expit, special.logit),
    "loglog": Link(lambda x: np.exp(-np.exp(x)), lambda y: np.log(-np.log(y))),
}
"""`loglog` is that of Stata: a higher predictor is a lower share."""


@dataclass(frozen=True)
class Family:
    """A family of distributions of times.

    Parameters
    ----------
    parameters
        Name -> link.
    location
        The parameter that covariates move unless another is named.
    log_hazard, cumulative_hazard
        From times and parameters, shapes by broadcasting.
    start
        Parameters near the best, from a rate of events per time and the mean and the standard
        deviation of the logarithms of times of events.
    contains
        Families that this one has as special cases: it cannot fit worse than they do.
    is_proportional
        Whether a covariate on the location is a ratio of hazards.
    """

    parameters: Mapping[str, str]
    location: str
    log_hazard: Curve
    cumulative_hazard: Curve
    start: Callable[[float, float, float], tuple[float, ...]]
    contains: tuple[str, ...] = ()
    is_proportional: bool = False


def _gompertz(t: Floats, p: tuple[Floats, ...]) -> Floats:
    shape, rate = p
    growth = shape * t
    return np.where(
        np.abs(growth) > 1e-12, rate * np.expm1(growth) / np.where(shape == 0, 1.0, shape), rate * t
    )


def _lognormal(t: Floats, p: tuple[Floats, ...]) -> Floats:
    return np.asarray(-special.log_ndtr(-(np.log(t) - p[0]) / p[1]))


def _lognormal_hazard(t: Floats, p: tuple[Floats, ...]) -> Floats:
    z = (np.log(t) - p[0]) / p[1]
    return np.asarray(-0.5 * z * z - _ROOT - np.log(p[1] * t) - special.log_ndtr(-z))


def _loglogistic_hazard(t: Floats, p: tuple[Floats, ...]) -> Floats:
    shape, scale = p
    x = shape * np.log(t / scale)
    return np.log(shape) - np.log(t) + x - np.logaddexp(0.0, x)


def _gamma(t: Floats, p: tuple[Floats, ...]) -> Floats:
    return np.asarray(-np.log(np.maximum(special.gammaincc(p[0], p[1] * t), 1e-300)))


def _gamma_hazard(t: Floats, p: tuple[Floats, ...]) -> Floats:
    shape, rate = p
    density = shape * np.log(rate) + (shape - 1) * np.log(t) - rate * t - special.gammaln(shape)
    return np.asarray(density + _gamma(t, p))


def _generalised_gamma(t: Floats, p: tuple[Floats, ...]) -> Floats:
    return -np.log(np.maximum(generalised_gamma_survival(t, *p), 1e-300))


def _generalised_gamma_hazard(t: Floats, p: tuple[Floats, ...]) -> Floats:
    r"""Return the log hazard by Prentice's density, with :math:`a = q^{-2}`.

    :math:`\ln f = \ln |q| - \ln (\sigma t) + a \ln a + a (q w - e^{q w}) - \ln \Gamma(a)`
    """
    mu, sigma, q = np.broadcast_arrays(*p)
    w = (np.log(t) - mu) / sigma
    near = np.abs(q) < 1e-3
    one = np.where(near, 1.0, q)
    shape = one**-2.0
    far = (
        np.log(np.abs(one)) + shape * np.log(shape) + shape * (one * w - np.exp(one * w))
        - special.gammaln(shape)
    )  # fmt: skip
    # To second order around the lognormal; its shape grows beyond what a logarithm of gamma holds.
    skewed = -0.5 * w * w - _ROOT - q * w**3 / 6.0 - q * q * (w**4 / 24.0 + 1.0 / 12.0)
    return np.asarray(np.where(near, skewed, far) - np.log(sigma * t) + _generalised_gamma(t, p))


FAMILIES: Mapping[str, Family] = {
    "exponential": Family(
        {"rate": "log"}, "rate",
        lambda t, p: np.log(p[0]) + 0.0 * t,
        lambda t, p: p[0] * t,
        lambda rate, _mean, _sd: (rate,),
        is_proportional=True,
    ),
    "weibull": Family(
        {"shape": "log", "scale": "log"}, "scale",
        lambda t, p: np.log(p[0] / p[1]) + (p[0] - 1.0) * np.log(t / p[1]),
        lambda t, p: (t / p[1]) ** p[0],
        lambda rate, _mean, _sd: (1.0, 1.0 / rate),
        ("exponential",),
    ),
    "weibull_ph": Family(
        {"shape": "log", "scale": "log"}, "scale",
        lambda t, p: np.log(p[0] * p[1]) + (p[0] - 1.0) * np.log(t),
        lambda t, p: p[1] * t ** p[0],
        lambda rate, _mean, _sd: (1.0, rate),
        ("exponential",), is_proportional=True,
    ),
    "gompertz": Family(
        {"shape": "identity", "rate": "log"}, "rate",
        lambda t, p: np.log(p[1]) + p[0] * t,
        _gompertz,
        lambda rate, _mean, _sd: (0.0, rate),
        ("exponential",), is_proportional=True,
    ),
    "gamma": Family(
        {"shape": "log", "rate": "log"}, "rate",
        _gamma_hazard, _gamma,
        lambda rate, _mean, _sd: (1.0, rate),
        ("exponential",),
    ),
    "lognormal": Family(
        {"log_mean": "identity", "log_sd": "log"}, "log_mean",
        _lognormal_hazard, _lognormal,
        lambda _rate, mean, sd: (mean, sd),
    ),
    "loglogistic": Family(
        {"shape": "log", "scale": "log"}, "scale",
        _loglogistic_hazard,
        lambda t, p: np.logaddexp(0.0, p[0] * np.log(t / p[1])),
        lambda _rate, mean, sd: (1.8 / sd, np.exp(mean)),
    ),
    "generalised_gamma": Family(
        {"mu": "identity", "sigma": "log", "q": "identity"}, "mu",
        _generalised_gamma_hazard, _generalised_gamma,
        lambda _rate, mean, sd: (mean, sd, 0.0),
        ("weibull", "gamma", "lognormal", "exponential"),
    ),
}  # fmt: skip
"""Families by the name that formulas call their survival functions by."""
