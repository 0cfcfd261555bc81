"""Mean and standard deviation of every kind of distribution, in closed form."""

from collections.abc import Callable, Mapping
from math import erfc, exp, expm1, lgamma, pi, sqrt

from equipoise.spec.distribution_kinds import ParametricKind

Moments = tuple[float, float]
"""Mean and standard deviation."""


def moments(kind: ParametricKind, natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation from the natural parameters.

    Parameters
    ----------
    kind
        Any kind but ``empirical``.
    natural
        As returned by `natural_parameters`.

    Returns
    -------
    tuple
        Mean and standard deviation, in the unit of the parameter.

    Raises
    ------
    OverflowError
        If a moment is beyond the range of floats.

    References
    ----------
    Johnson, Kotz, Balakrishnan (1994, 1995), Continuous Univariate
    Distributions; for pert, Vose (2008), Risk Analysis, with weight 4.

    Examples
    --------
    >>> moments("beta", {"alpha": 1.0, "beta": 3.0})[0]
    0.25
    """
    return _MOMENTS[kind](natural)


def _normal_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation of a normal."""
    return natural["mean"], natural["sd"]


def _lognormal_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation of a lognormal."""
    variance = natural["log_sd"] ** 2
    mean = exp(natural["log_mean"] + variance / 2)
    return mean, mean * sqrt(expm1(variance))


def _beta_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation of a beta."""
    count = natural["alpha"] + natural["beta"]
    mean, rest = natural["alpha"] / count, natural["beta"] / count
    return mean, sqrt(mean * rest / (count + 1))


def _gamma_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation of a gamma."""
    return natural["shape"] * natural["scale"], sqrt(natural["shape"]) * natural["scale"]


def _weibull_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation; through logarithms, as gamma functions overflow."""
    first, second = lgamma(1 + 1 / natural["shape"]), lgamma(1 + 2 / natural["shape"])
    mean = natural["scale"] * exp(first)
    return mean, mean * sqrt(max(expm1(second - 2 * first), 0.0))


def _exponential_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation, which are equal."""
    return 1 / natural["rate"], 1 / natural["rate"]


def _uniform_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation of a uniform."""
    low, high = natural["low"], natural["high"]
    return low / 2 + high / 2, (high - low) / sqrt(12)


def _triangular_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation of a triangular."""
    width = natural["high"] - natural["low"]
    place = (natural["mode"] - natural["low"]) / width
    return natural["low"] + width * (1 + place) / 3, width * sqrt((1 - place + place**2) / 18)


def _pert_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation of a pert."""
    width = natural["high"] - natural["low"]
    mean = (1 + 4 * (natural["mode"] - natural["low"]) / width) / 6
    return natural["low"] + width * mean, width * sqrt(mean * (1 - mean) / 7)


def _truncated_normal_moments(natural: Mapping[str, float]) -> Moments:
    """Return mean and standard deviation of a normal between two ends."""
    mean, sd = natural["mean"], natural["sd"]
    low, high = ((natural[end] - mean) / sd for end in ("lowest", "highest"))
    # In the upper tail, where the digits of small shares are not lost.
    below, above = (low, high) if low + high > 0 else (-high, -low)
    inside = (erfc(below / sqrt(2)) - erfc(above / sqrt(2))) / 2
    density = [exp(-end * end / 2) / sqrt(2 * pi) / inside for end in (low, high)]
    shift = density[0] - density[1]
    variance = 1 + low * density[0] - high * density[1] - shift**2
    return mean + sd * shift, sd * sqrt(max(variance, 0.0))


_MOMENTS: Mapping[ParametricKind, Callable[[Mapping[str, float]], Moments]] = {
    "normal": _normal_moments,
    "lognormal": _lognormal_moments,
    "beta": _beta_moments,
    "gamma": _gamma_moments,
    "uniform": _uniform_moments,
    "triangular": _triangular_moments,
    "pert": _pert_moments,
    "weibull": _weibull_moments,
    "exponential": _exponential_moments,
    "truncated_normal": _truncated_normal_moments,
}
