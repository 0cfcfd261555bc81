"""Inverse distribution functions of every kind, vectorised over the uniform numbers."""

from collections.abc import Callable, Mapping

import numpy as np
import scipy

from equipoise.core.random import FloatArray
from equipoise.spec.distribution import Distribution
from equipoise.spec.distribution_kinds import ParametricKind
from equipoise.spec.distribution_moments import moments

Natural = Mapping[str, float]

# From here on SciPy's inverse of the incomplete beta function loses digits, while a beta
# differs from a normal by less than 1e-4 of its standard deviation.
_NEARLY_NORMAL = 1e10


def quantile(distribution: Distribution, u: FloatArray) -> FloatArray:
    """Return the values below which the distribution has the shares `u`.

    Parameters
    ----------
    distribution
        In natural parameters.
    u
        Shares strictly between 0 and 1, any shape.

    Returns
    -------
    numpy.ndarray
        Shape of `u`, in the unit of the parameter.

    References
    ----------
    Devroye (1986), Non-Uniform Random Variate Generation, chapter II.2
    (inversion); the incomplete beta and gamma functions are SciPy's.

    Examples
    --------
    >>> from equipoise.spec.distribution import parse_distribution
    >>> quantile(parse_distribution("uniform(low=10, high=20)"), np.array([0.25, 0.5]))
    array([12.5, 15. ])
    """
    if distribution.kind == "empirical":
        return _empirical(distribution, u)
    return _QUANTILES[distribution.kind](distribution.arguments, u)


def normal_scores(u: FloatArray) -> FloatArray:
    """Return the standard normal values below which the shares `u` lie.

    Examples
    --------
    >>> normal_scores(np.array([0.5, 0.975])).round(2)
    array([0.  , 1.96])
    """
    scores: FloatArray = scipy.special.ndtri(u)
    return scores


def _normal(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a normal."""
    return natural["mean"] + natural["sd"] * normal_scores(u)


def _lognormal(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a lognormal."""
    values: FloatArray = np.exp(natural["log_mean"] + natural["log_sd"] * normal_scores(u))
    return values


def _beta(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a beta."""
    alpha, beta = natural["alpha"], natural["beta"]
    if min(alpha, beta) > _NEARLY_NORMAL:
        mean, sd = moments("beta", natural)
        return mean + sd * normal_scores(u)
    values: FloatArray = scipy.special.betaincinv(alpha, beta, u)
    return values


def _gamma(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a gamma."""
    values = scipy.special.gammaincinv(natural["shape"], u)
    return np.asarray(natural["scale"] * values, dtype=np.float64)


def _weibull(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a Weibull."""
    values: FloatArray = natural["scale"] * (-np.log1p(-u)) ** (1 / natural["shape"])
    return values


def _exponential(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of an exponential."""
    values: FloatArray = -np.log1p(-u) / natural["rate"]
    return values


def _uniform(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a uniform."""
    return natural["low"] + (natural["high"] - natural["low"]) * u


def _triangular(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a triangular; each side by its own square root."""
    low, mode, high = natural["low"], natural["mode"], natural["high"]
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    values: FloatArray = np.where(u * (high - low) < mode - low, rising, falling)
    return values


def _pert(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a pert: a beta stretched from low to high."""
    low, width = natural["low"], natural["high"] - natural["low"]
    place = (natural["mode"] - low) / width
    values: FloatArray = low + width * scipy.special.betaincinv(1 + 4 * place, 5 - 4 * place, u)
    return values


def _truncated_normal(natural: Natural, u: FloatArray) -> FloatArray:
    """Inverse distribution function of a normal between two ends."""
    mean, sd = natural["mean"], natural["sd"]
    low, high = ((natural[end] - mean) / sd for end in ("lowest", "highest"))
    # In the lower tail, where the digits of small shares are not lost.
    mirrored = low + high > 0
    if mirrored:
        low, high, u = -high, -low, 1 - u
    first, last = scipy.special.ndtr(low), scipy.special.ndtr(high)
    scores = np.clip(scipy.special.ndtri(first + u * (last - first)), low, high)
    values: FloatArray = mean + sd * (-scores if mirrored else scores)
    return values


def _empirical(distribution: Distribution, u: FloatArray) -> FloatArray:
    """Inverse of the step function through the given values."""
    reached = np.cumsum(distribution.weights)
    last = len(distribution.values) - 1  # the sum of the weights may round to less than 1
    place = np.minimum(np.searchsorted(reached, u, side="left"), last)
    values: FloatArray = np.array(distribution.values)[place]
    return values


_QUANTILES: Mapping[ParametricKind, Callable[[Natural, FloatArray], FloatArray]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "gamma": _gamma,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
    "weibull": _weibull,
    "exponential": _exponential,
    "truncated_normal": _truncated_normal,
}
