"""How long until a move: distributions of times, turned round."""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from equipoise.clinical.tails import (
    generalised_hazard,
    generalised_quantile,
    inverse_upper,
    upper_hazard,
)
from equipoise.spec.time_to import KINDS

Floats = NDArray[np.float64]

KIND_NUMBERS: Mapping[str, int] = {kind: number for number, kind in enumerate(KINDS)}
"""Kind of distribution -> its number in kernels."""


def time_until(kind: int, arguments: Sequence[Floats], passed: Floats, exposure: Floats) -> Floats:
    r"""Return the time until a move from the cumulative hazard that is still to be passed.

    The x of :math:`H(c + x) - H(c) = e`, with the cumulative hazard H and the clock at c; infinite
    where the hazard that is left is not enough.

    Parameters
    ----------
    kind
        Of `KIND_NUMBERS`.
    arguments
        Of the distribution, in the order of `spec.time_to.KINDS`, in years.
    passed
        c, years.
    exposure
        e: an exponential number with mean 1, over the hazard ratio.

    Returns
    -------
    numpy.ndarray
        Years, 0 or more; shape by broadcasting.

    References
    ----------
    Bender, Augustin, Blettner (2005), Stat Med 24(11):1713-1723, https://doi.org/10.1002/sim.2059.

    Examples
    --------
    >>> one, six, zero = (np.array(value) for value in (1.0, 6.0, 0.0))
    >>> float(time_until(KIND_NUMBERS["weibull"], (one, six), zero, np.array(0.5)))
    3.0
    """
    name = list(KINDS)[kind]
    with np.errstate(all="ignore"):
        if name == "exponential":
            found = exposure / arguments[0]
        elif name == "weibull":
            shape, scale = arguments
            found = scale * ((passed / scale) ** shape + exposure) ** (1.0 / shape) - passed
        elif name == "gompertz":
            shape, rate = arguments
            # From now on the hazard is that of a Gompertz with another rate.
            later = rate * np.exp(shape * passed)
            grown = np.log1p(shape * exposure / later) / np.where(shape == 0, 1.0, shape)
            found = np.where(shape == 0, exposure / rate, grown)
        elif name == "loglogistic":
            shape, scale = arguments
            done = np.log1p((passed / scale) ** shape)
            found = scale * np.expm1(done + exposure) ** (1.0 / shape) - passed
        else:
            found = _by_quantile(name, arguments, passed, exposure)
        found = np.where(np.isnan(found), np.inf, found)
    return np.maximum(found, 0.0)


def hazard_between(kind: int, arguments: Sequence[Floats], begin: Floats, end: Floats) -> Floats:
    """Return the cumulative hazard of a distribution from one time of its clock to another.

    Parameters
    ----------
    kind, arguments
        As of `time_until`.
    begin, end
        Years; shape by broadcasting.

    Examples
    --------
    >>> zero, two = np.array(0.0), np.array(2.0)
    >>> float(hazard_between(KIND_NUMBERS["weibull"], (two, two), zero, two))
    1.0
    """
    name = list(KINDS)[kind]
    with np.errstate(all="ignore"):
        if name == "exponential":
            return np.asarray(arguments[0] * (end - begin))
        if name == "gompertz":
            shape, rate = arguments
            safe = np.where(shape == 0, 1.0, shape)
            grown = np.expm1(shape * (end - begin)) / safe
            # Of a hazard that falls, what is left may be less than the last digit of what was.
            later = rate * np.exp(shape * begin)
            return np.asarray(later * np.where(shape == 0, end - begin, grown))
        return np.asarray(_hazard(name, arguments, end) - _hazard(name, arguments, begin))


def _hazard(name: str, arguments: Sequence[Floats], clock: Floats) -> Floats:
    """Return the cumulative hazard of a distribution until a time."""
    t = np.maximum(clock, 0.0)
    if name in {"weibull", "loglogistic"}:
        power = (t / arguments[1]) ** arguments[0]
        return np.asarray(power if name == "weibull" else np.log1p(power))
    if name == "lognormal":
        log_mean, log_sd = arguments
        return np.asarray(-scipy.special.log_ndtr(-(np.log(t) - log_mean) / log_sd))
    if name == "gamma":
        shape, rate = arguments
        return upper_hazard(shape, rate * t)
    mu, sigma, q = arguments
    return generalised_hazard((np.log(t) - mu) / sigma, q)


def _by_quantile(
    name: str, arguments: Sequence[Floats], passed: Floats, exposure: Floats
) -> Floats:
    """Return the time until a move where the distribution has a quantile function."""
    hazard = _hazard(name, arguments, passed) + exposure
    if name == "lognormal":
        log_mean, log_sd = arguments
        end = np.exp(log_mean - log_sd * scipy.special.ndtri_exp(-hazard))
    elif name == "gamma":
        shape, rate = arguments
        end = inverse_upper(shape, hazard) / rate
    else:
        mu, sigma, q = arguments
        end = np.exp(mu + sigma * generalised_quantile(hazard, q))
    return np.asarray(end - passed)
