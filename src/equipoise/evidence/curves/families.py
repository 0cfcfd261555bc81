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
Curve = Callable[[Floats, tuple[Floats, ...]], tuple[Floats, Floats]]
"""From times and parameters, shapes by broadcasting, to log hazard and cumulative hazard."""

Start = Callable[[float, float, float], tuple[float, ...]]
"""From a rate of events per time, and mean and standard deviation of the logarithms of times."""

_ROOT = np.log(2.0 * np.pi) / 2.0

_NEAR = 0.2
"""Size of `q` up to which the density of a generalised gamma is that around a lognormal."""


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
class Inner:
    """A family that another one has as a special case.

    Parameters
    ----------
    family
        The simpler one.
    place
        Predictors of the other's parameters, from those of the simpler one.
    """

    family: "Family"
    place: Callable[..., tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class Family:
    """A family of distributions of times.

    Parameters
    ----------
    parameters
        Name -> link.
    location
        The parameter that covariates move unless another is named.
    curve
        Log hazard and cumulative hazard: together, since many share their costly part.
    start
        Parameters near the best; none if a search starts from the families inside only.
    contains
        Families that this one has as special cases: it cannot fit worse than they do.
    is_proportional
        Whether a covariate on the location is a ratio of hazards.
    knots
        Of a spline: all, logarithms of times.
    """

    parameters: Mapping[str, str]
    location: str
    curve: Curve
    start: Start | None
    contains: tuple[Inner, ...] = ()
    is_proportional: bool = False
    knots: tuple[float, ...] = ()

    def log_hazard(self, t: Floats, p: tuple[Floats, ...]) -> Floats:
        """Return the logarithm of the hazard."""
        return self.curve(t, p)[0]

    def cumulative_hazard(self, t: Floats, p: tuple[Floats, ...]) -> Floats:
        """Return the cumulative hazard."""
        return self.curve(t, p)[1]


def _exponential(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    return np.log(p[0]) + 0.0 * t, p[0] * t


def _weibull(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    shape, scale = p
    x = shape * np.log(t / scale)
    return np.log(shape) - np.log(t) + x, np.exp(x)


def _weibull_ph(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    shape, scale = p
    x = np.log(scale) + shape * np.log(t)
    return np.log(shape) - np.log(t) + x, np.exp(x)


def _gompertz(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    shape, rate = p
    growth = shape * t
    grown = rate * np.expm1(growth) / np.where(shape == 0, 1.0, shape)
    return np.log(rate) + growth, np.where(np.abs(growth) > 1e-12, grown, rate * t)


def _lognormal(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    mean, sd = p
    z = (np.log(t) - mean) / sd
    passed = np.asarray(-special.log_ndtr(-z))
    return -0.5 * z * z - _ROOT - np.log(sd * t) + passed, passed


def _loglogistic(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    shape, scale = p
    x = shape * np.log(t / scale)
    passed = np.logaddexp(0.0, x)
    return np.log(shape) - np.log(t) + x - passed, passed


def _gamma(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    shape, rate = p
    passed = np.asarray(-np.log(np.maximum(special.gammaincc(shape, rate * t), 1e-300)))
    density = shape * np.log(rate) + (shape - 1) * np.log(t) - rate * t - special.gammaln(shape)
    return np.asarray(density + passed), passed


def _generalised_gamma(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    r"""Return both by Prentice's density, with :math:`a = q^{-2}`.

    :math:`\ln f = \ln |q| - \ln (\sigma t) + a \ln a + a (q w - e^{q w}) - \ln \Gamma(a)`
    """
    mu, sigma, q = p
    passed = -np.log(np.maximum(generalised_gamma_survival(t, *p), 1e-300))
    w = (np.log(t) - mu) / sigma
    near = np.abs(q) < _NEAR
    one = np.where(near, 1.0, q)
    shape = one**-2.0
    far = np.log(np.abs(one)) + shape * (np.log(shape) - 1.0) - special.gammaln(shape)
    # Its large terms cancel near 0: Stirling's series, to 13 digits up to there, has none of them.
    level = np.where(near, -_ROOT - q**2 / 12.0 + q**6 / 360.0 - q**10 / 1260.0, far)
    return level - w * w * _bend(q * w) - np.log(sigma * t) + passed, passed


def _bend(y: Floats) -> Floats:
    """Return e to y less 1 and y, as a share of the square of y."""
    small = np.abs(y) < 0.01
    other = np.where(small, 1.0, y)
    series = 1.0 / 2.0 + y / 6.0 * (1.0 + y / 4.0 * (1.0 + y / 5.0 * (1.0 + y / 6.0)))
    return np.where(small, series, (np.expm1(other) - other) / other**2)


_EXPONENTIAL = Family(
    {"rate": "log"}, "rate", _exponential,
    lambda rate, _mean, _sd: (rate,),
    is_proportional=True,
)  # fmt: skip
_WEIBULL = Family(
    {"shape": "log", "scale": "log"}, "scale", _weibull,
    lambda rate, _mean, _sd: (1.0, 1.0 / rate),
    (Inner(_EXPONENTIAL, lambda rate: (0.0, -rate)),),
)  # fmt: skip
_GAMMA = Family(
    {"shape": "log", "rate": "log"}, "rate", _gamma,
    lambda rate, _mean, _sd: (1.0, rate),
    (Inner(_EXPONENTIAL, lambda rate: (0.0, rate)),),
)  # fmt: skip
_LOGNORMAL = Family(
    {"log_mean": "identity", "log_sd": "log"}, "log_mean", _lognormal,
    lambda _rate, mean, sd: (mean, sd),
)  # fmt: skip

FAMILIES: Mapping[str, Family] = {
    "exponential": _EXPONENTIAL,
    "weibull": _WEIBULL,
    "weibull_ph": Family(
        {"shape": "log", "scale": "log"}, "scale", _weibull_ph,
        lambda rate, _mean, _sd: (1.0, rate),
        (Inner(_EXPONENTIAL, lambda rate: (0.0, rate)),), is_proportional=True,
    ),
    "gompertz": Family(
        {"shape": "identity", "rate": "log"}, "rate", _gompertz,
        lambda rate, _mean, _sd: (0.0, rate),
        (Inner(_EXPONENTIAL, lambda rate: (0.0, rate)),), is_proportional=True,
    ),
    "gamma": _GAMMA,
    "lognormal": _LOGNORMAL,
    "loglogistic": Family(
        {"shape": "log", "scale": "log"}, "scale", _loglogistic,
        lambda _rate, mean, sd: (1.8 / sd, np.exp(mean)),
    ),
    "generalised_gamma": Family(
        {"mu": "identity", "sigma": "log", "q": "identity"}, "mu", _generalised_gamma,
        None,
        (
            Inner(_WEIBULL, lambda shape, scale: (scale, -shape, 1.0)),
            Inner(_GAMMA, lambda shape, rate: (shape - rate, -shape / 2, np.exp(-shape / 2))),
            Inner(_LOGNORMAL, lambda mean, sd: (mean, sd, 0.0)),
        ),
    ),
}  # fmt: skip
"""Families by the name that formulas call their survival functions by."""
