"""How long until a move: distributions of times, turned round."""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from equipoise.spec.formula.survival import SURVIVAL
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


def passed_hazard(kind: int, arguments: Sequence[Floats], clock: Floats) -> Floats:
    """Return the cumulative hazard of a distribution at a time of its clock, shape by broadcasting.

    Parameters
    ----------
    kind, arguments
        As of `time_until`.
    clock
        Years.
    """
    name = list(KINDS)[kind]
    with np.errstate(all="ignore"):
        if name == "exponential":
            return np.asarray(arguments[0] * clock)
        if name in {"weibull", "loglogistic"}:
            shape, scale = arguments
            power = (clock / scale) ** shape
            return np.asarray(power if name == "weibull" else np.log1p(power))
        if name == "gompertz":
            shape, rate = arguments
            safe = np.where(shape == 0, 1.0, shape)
            grown = np.expm1(shape * clock) / safe
            return np.asarray(rate * np.where(shape == 0, clock, grown))
        return np.asarray(-np.log(SURVIVAL[f"{name}_survival"].function(clock, *arguments)))


def _by_quantile(
    name: str, arguments: Sequence[Floats], passed: Floats, exposure: Floats
) -> Floats:
    """Return the time until a move where the distribution has a quantile function."""
    alive = SURVIVAL[f"{name}_survival"].function(passed, *arguments)
    left = alive * np.exp(-exposure)
    if name == "lognormal":
        log_mean, log_sd = arguments
        end = np.exp(log_mean - log_sd * scipy.special.ndtri(left))
    elif name == "gamma":
        shape, rate = arguments
        end = scipy.special.gammainccinv(shape, left) / rate
    else:
        end = _generalised_gamma(arguments, left)
    # Where next to nobody is left, the next moment ends it.
    return np.asarray(np.where(alive > 0.0, end - passed, 0.0))


def _generalised_gamma(arguments: Sequence[Floats], left: Floats) -> Floats:
    """Return the time to which a share of a generalised gamma is left."""
    mu, sigma, q = arguments
    size = np.where(q == 0, 1.0, q)
    shape = size**-2.0
    # With q below 0 the tails change places.
    above = scipy.special.gammainccinv(shape, left)
    below = scipy.special.gammaincinv(shape, left)
    w = np.log(np.where(q > 0, above, below) / shape) / size
    w = np.where(np.abs(q) < 1e-6, -scipy.special.ndtri(left), w)
    return np.asarray(np.exp(mu + sigma * w))
