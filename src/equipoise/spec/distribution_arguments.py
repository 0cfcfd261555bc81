"""From the arguments that articles print to one set of natural parameters per kind.

Whatever draws or describes a distribution so knows one form of each kind.
"""

from collections.abc import Callable, Mapping
from math import isfinite, log, log1p, sqrt

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.spec.distribution_kinds import ParametricKind
from equipoise.spec.distribution_moments import moments

INTERVAL_WIDTH = 3.92
"""Standard deviations in a 95 % interval, as articles and the Cochrane Handbook count them."""

_POSITIVE = frozenset({"sd", "se", "log_sd", "alpha", "beta", "shape", "rate", "scale", "median"})
_POSITIVE_KINDS = frozenset({"gamma", "lognormal", "exponential"})


def natural_parameters(kind: ParametricKind, given: Mapping[str, float]) -> dict[str, float]:
    """Turn an accepted set of arguments into the kind's natural parameters.

    ``mean, sd`` and ``mean, se`` are matched by the method of moments; a
    standard error is the standard deviation of what is uncertain, the mean.
    ``low, high`` beside a mean are a 95 % interval whose width over 3.92 is the
    standard deviation; beside a median, or alone, they give the normal
    distribution of the value, or of its logarithm, in the same way.

    Parameters
    ----------
    kind
        Any kind but ``empirical``.
    given
        Argument -> number in the unit of the parameter; one of `ARGUMENT_SETS`.

    Returns
    -------
    dict
        normal: mean, sd; lognormal: log_mean, log_sd; beta: alpha, beta; gamma
        and weibull: shape, scale; uniform: low, high; triangular and pert: low,
        mode, high; exponential: rate.

    Raises
    ------
    FieldError
        If the numbers are impossible for the kind.

    References
    ----------
    Briggs, Claxton, Sculpher (2006), Decision Modelling for Health Economic
    Evaluation, chapter 4 (method of moments); Cochrane Handbook 6.5.2.2 (3.92).

    Examples
    --------
    >>> natural_parameters("gamma", {"mean": 4000.0, "sd": 2000.0})
    {'shape': 4.0, 'scale': 1000.0}
    """
    _check_values(kind, given)
    try:
        natural = _NATURAL[kind](given)
        finite = all(isfinite(value) for value in (*natural.values(), *moments(kind, natural)))
        possible = finite and moments(kind, natural)[1] > 0
    except (OverflowError, ZeroDivisionError):
        possible = False
    if not possible:
        message = _(
            "the numbers of this {kind} are too large or too small to compute with", kind=kind
        )
        fix = _("check the arguments, or choose a smaller or larger unit")
        raise FieldError(message, fix=fix)
    return natural


def _check_values(kind: ParametricKind, given: Mapping[str, float]) -> None:
    """Refuse numbers that the kind cannot have."""
    positive = _POSITIVE | ({"mean"} if kind in _POSITIVE_KINDS else frozenset())
    for name, value in given.items():
        if name in positive and value <= 0:
            fix = _("correct it")
            if name in {"sd", "se", "log_sd"}:
                fix = _("for a value without uncertainty omit the distribution")
            message = _(
                "{name} of {kind} must be above 0, not {value:g}", name=name, kind=kind, value=value
            )
            raise FieldError(message, fix=fix)
    if kind == "beta" and "mean" in given and not 0 < given["mean"] < 1:
        message = _("mean of beta must be between 0 and 1, not {mean:g}", mean=given["mean"])
        raise FieldError(message, fix=_("use gamma or lognormal for values above 1"))
    if "low" in given:
        _check_interval(kind, given)
    if "lowest" in given and given["lowest"] >= given["highest"]:
        message = _(
            "lowest {low:g} of {kind} must be below highest {high:g}",
            low=given["lowest"], kind=kind, high=given["highest"],
        )  # fmt: skip
        raise FieldError(message, fix=_("swap or correct them"))


def _check_interval(kind: ParametricKind, given: Mapping[str, float]) -> None:
    """Refuse an interval upside down, around nothing, or outside the kind's range."""
    low, high = given["low"], given["high"]
    if low >= high:
        message = _(
            "low {low:g} of {kind} must be below high {high:g}", low=low, kind=kind, high=high
        )
        raise FieldError(message, fix=_("swap or correct them"))
    for name in ("mean", "median", "mode"):
        if name in given and not low <= given[name] <= high:
            message = _(
                "{name} {value:g} of {kind} is outside low {low:g} to high {high:g}",
                name=name, value=given[name], kind=kind, low=low, high=high,
            )  # fmt: skip
            raise FieldError(message, fix=_("correct one of the three"))
    if (kind == "lognormal" and low <= 0) or (kind in {"gamma", "beta"} and low < 0):
        message = _(
            "low {low:g} is impossible for {kind}, whose values are above 0", low=low, kind=kind
        )
        raise FieldError(message, fix=_("correct it, or use normal"))
    if kind == "beta" and high > 1:
        message = _("high {high:g} is impossible for beta, whose values are below 1", high=high)
        raise FieldError(message, fix=_("correct it, or use gamma or normal"))


def _natural_normal(given: Mapping[str, float]) -> dict[str, float]:
    """Return mean and sd of a normal."""
    middle = given["mean"] if "mean" in given else given["low"] / 2 + given["high"] / 2
    return {"mean": middle, "sd": _spread(given)}


def _natural_exponential(given: Mapping[str, float]) -> dict[str, float]:
    """Return the rate of an exponential."""
    return {"rate": given["rate"] if "rate" in given else 1 / given["mean"]}


def _spread(given: Mapping[str, float]) -> float:
    """Return the standard deviation from sd, se or a 95 % interval."""
    for name in ("sd", "se"):
        if name in given:
            return given[name]
    return (given["high"] - given["low"]) / INTERVAL_WIDTH


def _natural_lognormal(given: Mapping[str, float]) -> dict[str, float]:
    """Return log_mean and log_sd of a lognormal."""
    if "log_mean" in given:
        return {"log_mean": given["log_mean"], "log_sd": given["log_sd"]}
    if "mean" in given:
        variance = log1p((_spread(given) / given["mean"]) ** 2)
        return {"log_mean": log(given["mean"]) - variance / 2, "log_sd": sqrt(variance)}
    low, high = log(given["low"]), log(given["high"])
    middle = log(given["median"]) if "median" in given else (low + high) / 2
    return {"log_mean": middle, "log_sd": (high - low) / INTERVAL_WIDTH}


def _natural_beta(given: Mapping[str, float]) -> dict[str, float]:
    """Return alpha and beta of a beta."""
    if "alpha" in given:
        return {"alpha": given["alpha"], "beta": given["beta"]}
    mean, sd = given["mean"], _spread(given)
    largest = sqrt(mean * (1 - mean))
    if sd >= largest:
        message = _("sd {sd:g} is too large for a beta with mean {mean:g}", sd=sd, mean=mean)
        fix = _("it must be below sqrt(mean*(1-mean)) = {largest:.4g}", largest=largest)
        raise FieldError(message, fix=fix)
    count = (largest / sd) ** 2 - 1
    return {"alpha": mean * count, "beta": (1 - mean) * count}


def _natural_gamma(given: Mapping[str, float]) -> dict[str, float]:
    """Return shape and scale of a gamma."""
    if "shape" in given:
        scale = given["scale"] if "scale" in given else 1 / given["rate"]
        return {"shape": given["shape"], "scale": scale}
    mean, sd = given["mean"], _spread(given)
    return {"shape": (mean / sd) ** 2, "scale": sd / mean * sd}


_NATURAL: Mapping[ParametricKind, Callable[[Mapping[str, float]], dict[str, float]]] = {
    "normal": _natural_normal,
    "lognormal": _natural_lognormal,
    "beta": _natural_beta,
    "gamma": _natural_gamma,
    "uniform": dict,
    "triangular": dict,
    "pert": dict,
    "weibull": dict,
    "exponential": _natural_exponential,
    "truncated_normal": dict,
}
