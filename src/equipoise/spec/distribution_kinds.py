"""Which distributions exist, and by which arguments each can be given."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal, TypeGuard, get_args

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _

ParametricKind = Literal[
    "normal",
    "lognormal",
    "beta",
    "gamma",
    "uniform",
    "triangular",
    "pert",
    "weibull",
    "exponential",
    "truncated_normal",
]
Kind = ParametricKind | Literal["empirical"]

PARAMETRIC_KINDS: tuple[ParametricKind, ...] = get_args(ParametricKind)
"""Every kind but ``empirical``."""

ARGUMENT_SETS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "normal": (("mean", "sd"), ("mean", "se"), ("mean", "low", "high"), ("low", "high")),
    "lognormal": (
        ("log_mean", "log_sd"),
        ("mean", "sd"),
        ("mean", "se"),
        ("median", "low", "high"),
        ("low", "high"),
    ),
    "beta": (("alpha", "beta"), ("mean", "sd"), ("mean", "se"), ("mean", "low", "high")),
    "gamma": (
        ("shape", "rate"),
        ("shape", "scale"),
        ("mean", "sd"),
        ("mean", "se"),
        ("mean", "low", "high"),
    ),
    "uniform": (("low", "high"),),
    "triangular": (("low", "mode", "high"),),
    "pert": (("low", "mode", "high"),),
    "weibull": (("shape", "scale"),),
    "exponential": (("rate",), ("mean",)),
    "truncated_normal": (("mean", "sd", "lowest", "highest"),),
    "empirical": (("values",), ("values", "weights")),
}
"""Kind -> the sets of arguments by which it can be given."""

_SYNONYMS = {
    "meanlog": "log_mean",
    "sdlog": "log_sd",
    "mu": "mean",
    "sigma": "sd",
    "std": "sd",
    "min": "low",
    "max": "high",
    "lower": "low",
    "upper": "high",
    "shape1": "alpha",
    "shape2": "beta",
    "a": "alpha",
    "b": "beta",
    "likely": "mode",
    "norm": "normal",
    "gaussian": "normal",
    "lnorm": "lognormal",
    "unif": "uniform",
    "exp": "exponential",
    "truncnorm": "truncated_normal",
}
"""What R and SciPy call an argument or a kind -> what it is called here."""


def is_kind(name: str) -> TypeGuard[Kind]:
    """Return whether a distribution of this name exists.

    Examples
    --------
    >>> is_kind("gamma"), is_kind("gama")
    (True, False)
    """
    return name in ARGUMENT_SETS


def suggestion(name: str, *, known: tuple[str, ...]) -> str | None:
    """Return the known name that was probably meant, from spelling or another system's name.

    Examples
    --------
    >>> suggestion("sdlog", known=("log_mean", "log_sd"))
    'log_sd'
    """
    synonym = _SYNONYMS.get(name.lower())
    if synonym in known:
        return synonym
    near = get_close_matches(name.lower(), known, n=1)
    return near[0] if near else None


def usage(kind: Kind) -> str:
    """Return in words how the arguments of a kind can be given.

    Examples
    --------
    >>> usage("exponential")
    'exponential(rate) or exponential(mean)'
    """
    return _(" or ").join(spellings(kind))


def spellings(kind: Kind) -> list[str]:
    """Return the ways to give the arguments of a kind.

    Examples
    --------
    >>> spellings("exponential")
    ['exponential(rate)', 'exponential(mean)']
    """
    return [f"{kind}({', '.join(names)})" for names in ARGUMENT_SETS[kind]]


def check_argument_names(kind: Kind, names: tuple[str, ...]) -> None:
    """Refuse argument names that are not one of the kind's sets.

    Raises
    ------
    FieldError
        If a name is unknown (with did-you-mean), repeated, or the set is not accepted.

    Examples
    --------
    >>> check_argument_names("gamma", ("sd", "mean"))
    """
    known = tuple(dict.fromkeys(name for names in ARGUMENT_SETS[kind] for name in names))
    for name in names:
        if name not in known:
            near = suggestion(name, known=known)
            message = _("{kind} has no argument '{name}'", kind=kind, name=name)
            fix = _("did you mean '{near}'?", near=near) if near else _use(kind)
            raise FieldError(message, fix=fix)
        if names.count(name) > 1:
            message = _("argument '{name}' of {kind} stands twice", name=name, kind=kind)
            raise FieldError(message, fix=_("keep one of them"))
    if not any(set(names) == set(accepted) for accepted in ARGUMENT_SETS[kind]):
        given = ", ".join(names) if names else _("no arguments")
        message = _("{kind} cannot be made from {given}", kind=kind, given=given)
        raise FieldError(message, fix=_use(kind))


def _use(kind: Kind) -> str:
    """Return the fix that lists what a kind accepts."""
    return _("use {usage}", usage=usage(kind))
