"""Distributions as an article prints them: ``gamma(mean=4000, sd=300)``.

The text is parsed with `ast` and never run: a call of a known kind with keyword
arguments, each a number or constant arithmetic in the formula language.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite, sqrt
from typing import Annotated

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

from equipoise.core.errors import FieldError
from equipoise.core.fields import text_field
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.spec.call_text import call_of
from equipoise.spec.distribution_arguments import natural_parameters
from equipoise.spec.distribution_kinds import (
    ARGUMENT_SETS,
    Kind,
    check_argument_names,
    is_kind,
    spellings,
    suggestion,
    usage,
)
from equipoise.spec.distribution_moments import moments
from equipoise.spec.formula import Scope, evaluate, parse_formula, walk
from equipoise.spec.formula.tree import Name

MAX_TEXT = 500
MAX_VALUES = 10_000
_MAX_EMPIRICAL_TEXT = 60 * MAX_VALUES
_EXAMPLE = mark("write it like gamma(mean=4000, sd=300)")
_ELSEWHERE = {
    "multivariate_normal": mark("draw several parameters together in the file's `joint`"),
    "dirichlet": mark("draw several parameters together in the file's `joint`"),
    "fixed": mark("omit the distribution of a value without uncertainty"),
    "poisson": mark("counts of patients are simulated; give their rate a gamma distribution"),
}
"""Distributions that are not written here -> where their purpose is served."""


@dataclass(frozen=True)
class Distribution:
    """How an uncertain input is distributed, in natural parameters.

    Parameters
    ----------
    kind
        Its name, e.g. ``gamma``.
    arguments
        Natural parameters, see `natural_parameters`; empty for ``empirical``.
    text
        As the file has it.
    values
        Of ``empirical``: the distinct places of its mass in rising order.
    weights
        Of ``empirical``: the share of each value; they add up to 1.

    Examples
    --------
    >>> costs = parse_distribution("gamma(mean=4000, sd=2000)")
    >>> costs.kind, dict(costs.arguments)
    ('gamma', {'shape': 4.0, 'scale': 1000.0})
    """

    kind: Kind
    arguments: Mapping[str, float] = field(hash=False)
    text: str
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """Return the mean, in the unit of the parameter."""
        return self._moments()[0]

    @property
    def sd(self) -> float:
        """Return the standard deviation, in the unit of the parameter."""
        return self._moments()[1]

    @property
    def typical(self) -> float:
        """Return a value that is met: the mean, or the likeliest of listed values.

        The mean of listed values may be none of them: nobody is 0.95 of a man.

        Examples
        --------
        >>> parse_distribution("empirical(values=[0, 1], weights=[1, 19])").typical
        1.0
        """
        if self.kind != "empirical":
            return self.mean
        return self.values[int(np.argmax(self.weights))]

    def describe(self) -> str:
        """Return kind, mean, standard deviation and natural parameters for people.

        Examples
        --------
        >>> parse_distribution("beta(alpha=1, beta=3)").describe()
        'beta, mean 0.25, SD 0.193649 (alpha 1, beta 3)'
        """
        if self.kind == "empirical":
            inside = f"{len(self.values)} values"
        else:
            inside = ", ".join(f"{name} {value:.6g}" for name, value in self.arguments.items())
        return f"{self.kind}, mean {self.mean:.6g}, SD {self.sd:.6g} ({inside})"

    def _moments(self) -> tuple[float, float]:
        """Return mean and standard deviation."""
        if self.kind != "empirical":
            return moments(self.kind, self.arguments)
        values, weights = np.array(self.values), np.array(self.weights)
        mean = float(weights @ values)
        return mean, sqrt(float(weights @ (values - mean) ** 2))


def parse_distribution(text: str) -> Distribution:
    """Read a distribution from its text.

    Parameters
    ----------
    text
        E.g. ``lognormal(log_mean=log(0.6), log_sd=0.02)``; at most 500
        characters, or 10,000 numbers for ``empirical(values=[...])``. Numbers
        are in the unit of the parameter.

    Returns
    -------
    Distribution
        In natural parameters.

    Raises
    ------
    FieldError
        If the text is not a call of a known kind with an accepted set of
        possible arguments; with the fix, and the column where it is known.

    Examples
    --------
    >>> parse_distribution("normal(low=10, high=10 + 3.92)").mean
    11.96
    """
    return _read(text.strip())


@lru_cache(maxsize=256)
def _read(text: str) -> Distribution:
    """Return the distribution of a text; its moments take longer than reading it."""
    call, kind = _call(text)
    arguments = {str(word.arg): word.value for word in call.keywords}
    if kind == "empirical":
        return _empirical(arguments, text=text)
    given = {name: _argument(name, node, text=text) for name, node in arguments.items()}
    return Distribution(kind=kind, arguments=natural_parameters(kind, given), text=text)


def constant(value: float | str) -> float:
    """Return a number, or the value of constant arithmetic such as ``8506*0.617 + 1``.

    Parameters
    ----------
    value
        A finite number (a boolean is refused), or a formula without names.

    Raises
    ------
    FieldError
        If it is not a number, not a constant, or not finite.

    Examples
    --------
    >>> constant("17.4/sqrt(16)")
    4.35
    """
    if isinstance(value, str):
        return _evaluated(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = _("{value} is not a number", value=repr(value))
        fix = _("write a number, or arithmetic with numbers such as 52/54")
        raise FieldError(message, fix=fix)
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    return _finite(number, shown=str(value)[:40])


def _evaluated(text: str) -> float:
    """Return the value of a formula of constants."""
    tree = parse_formula(text).tree
    for node in walk(tree):
        # Not even `month`: the number is in the unit beside it, whatever that is.
        if isinstance(node, Name):
            message = _("'{name}' is a name, but only numbers can stand here", name=node.name)
            raise FieldError(message, fix=_("write its value"), column=node.column)
    result = evaluate(tree, Scope({}))
    return _finite(float(np.asarray(result, dtype=np.float64)), shown=text.strip())


def _finite(number: float, *, shown: str) -> float:
    """Refuse infinity and what is not a number."""
    if not isfinite(number):
        message = _("'{shown}' has no finite value", shown=shown)
        raise FieldError(message, fix=_("check for a division by zero or a logarithm of 0"))
    return number


def _call(text: str) -> tuple[ast.Call, Kind]:
    """Parse the text into a call with keyword arguments, and its kind."""
    limit = _MAX_EMPIRICAL_TEXT if text.startswith("empirical") else MAX_TEXT
    call, name = call_of(text, limit=limit, example=_EXAMPLE)
    kind = _kind(name)
    if call.args or any(word.arg is None for word in call.keywords):
        message = _("every argument of {kind} needs its name", kind=kind)
        fix = _("use {usage}, each argument as name=value", usage=usage(kind))
        raise FieldError(message, fix=fix)
    check_argument_names(kind, tuple(str(word.arg) for word in call.keywords))
    return call, kind


def _kind(name: str) -> Kind:
    """Return the kind of this name, or say which was probably meant."""
    if is_kind(name):
        return name
    near = suggestion(name, known=tuple(ARGUMENT_SETS))
    if name in _ELSEWHERE:
        fix = _(_ELSEWHERE[name])
    elif near:
        fix = _("did you mean '{near}'?", near=near)
    else:
        fix = _("use one of {names}", names=", ".join(ARGUMENT_SETS))
    message = _("'{text}' is not a distribution", text=name)
    raise FieldError(message, fix=fix, column=0)


def _argument(name: str, node: ast.expr, *, text: str) -> float:
    """Return the value of one argument; an error names it and its column."""
    piece = ast.get_source_segment(text, node) or ""
    column = node.col_offset if "\n" not in text else None
    try:
        return _evaluated(piece)
    except FieldError as error:
        if column is not None:
            column += error.column or 0
        message = f"{name}: {error.message}"
        raise FieldError(message, fix=error.fix, column=column) from None


def _empirical(arguments: Mapping[str, ast.expr], *, text: str) -> Distribution:
    """Return the distribution that takes given values with given weights."""
    values = _numbers("values", arguments["values"])
    weights = np.ones(values.size)
    if "weights" in arguments:
        weights = _numbers("weights", arguments["weights"])
    if weights.size != values.size:
        message = _(
            "empirical has {values} values but {weights} weights",
            values=values.size, weights=weights.size,
        )  # fmt: skip
        raise FieldError(message, fix=_("give one weight per value"))
    if bool((weights < 0).any()) or not weights.sum() > 0:
        message = _("weights of empirical must be 0 or more, and not all 0")
        raise FieldError(message, fix=_("correct them"))
    places, owner = np.unique(values[weights > 0], return_inverse=True)
    if places.size < 2:
        message = _("empirical needs at least two different values")
        raise FieldError(message, fix=_("omit the distribution of a value without uncertainty"))
    shares = np.bincount(owner, weights=weights[weights > 0]) / weights.sum()
    found = Distribution("empirical", {}, text, tuple(places.tolist()), tuple(shares.tolist()))
    with np.errstate(all="ignore"):
        _finite(found.sd, shown=_("the standard deviation of empirical"))
    return found


def _numbers(name: str, node: ast.expr) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the numbers of a list; arithmetic is refused, as lists are data."""
    if not isinstance(node, ast.List) or not 1 <= len(node.elts) <= MAX_VALUES:
        message = _(
            "{name} of empirical must be a list of 1 to {most} numbers", name=name, most=MAX_VALUES
        )
        raise FieldError(message, fix=_("write them like [1.5, 2, 4]"))
    return np.array([_number(name, item) for item in node.elts])


def _number(name: str, node: ast.expr) -> float:
    """Return a number with its sign."""
    sign = 1.0
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1.0, node.operand
    if not isinstance(node, ast.Constant) or not isinstance(node.value, int | float):
        message = _("{name} of empirical has an entry that is not a number", name=name)
        raise FieldError(message, fix=_("write numbers only, like [1.5, 2, 4]"))
    return sign * constant(node.value)


def _read_distribution(value: object) -> Distribution:
    """Read a distribution from a file's text, or pass one on."""
    if isinstance(value, Distribution):
        return value
    if not isinstance(value, str):
        message = _("{value} is not a distribution", value=repr(value))
        raise FieldError(message[:200], fix=_(_EXAMPLE))
    return parse_distribution(value)


def _read_constant(value: object) -> float:
    """Read a number or constant arithmetic from a file."""
    if isinstance(value, int | float | str):
        return constant(value)
    message = _("{value} is not a number", value=repr(value))
    raise FieldError(message[:200], fix=_("write a number, or arithmetic such as 52/54"))


def _written(distribution: Distribution) -> str:
    """Return the text that a file holds."""
    return distribution.text


DistributionField = Annotated[
    Distribution,
    text_field(_read_distribution, write=_written),
    WithJsonSchema(
        {
            "type": "string",
            "description": "A distribution with named arguments: "
            + "; ".join(" or ".join(spellings(kind)) for kind in ARGUMENT_SETS)
            + ". Arguments are numbers or constant arithmetic. low and high are a 95 % interval"
            " (of width 3.92 standard deviations), but the limits of uniform, triangular, pert.",
            "examples": ["gamma(mean=4000, sd=300)", "lognormal(log_mean=log(0.6), log_sd=0.02)"],
        }
    ),
]
"""A distribution of a file: its text, checked and parsed."""

ConstantField = Annotated[
    float,
    BeforeValidator(_read_constant),
    WithJsonSchema(
        {
            "anyOf": [{"type": "number"}, {"type": "string"}],
            "description": "A number, or arithmetic with numbers such as 52/54.",
        }
    ),
]
"""A number of a file, or constant arithmetic such as 52/54."""
