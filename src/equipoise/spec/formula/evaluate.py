"""The reference translation: NumPy arrays with broadcasting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FormulaError
from equipoise.core.translation import translate as _
from equipoise.spec.formula.parse import CONSTANTS, FUNCTIONS, unknown_name
from equipoise.spec.formula.survival import SURVIVAL
from equipoise.spec.formula.tree import (
    Binary,
    Call,
    Choice,
    Comparison,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Relation,
)

Array = NDArray[np.float64] | NDArray[np.bool_] | np.float64 | np.bool_
"""A value of a formula: numbers, or truth values where a condition stands."""


@dataclass(frozen=True)
class Scope:
    """What a formula can see.

    Parameters
    ----------
    values
        Arrays that broadcast against each other, in canonical units, by name.
    tables
        Functions of arrays, by name.
    first
        Answers ``first(condition)``, given the condition's node and its value; None if the
        formula has no course of time.

    Examples
    --------
    >>> from equipoise.spec.formula import parse_formula
    >>> scope = Scope({"age": np.array([1.0, 9.0])}, {"risk": np.sqrt})
    >>> evaluate(parse_formula("risk(age) / 2").tree, scope).tolist()
    [0.5, 1.5]
    """

    values: Mapping[str, Array]
    tables: Mapping[str, Callable[..., Array]] = field(default_factory=dict)
    first: Callable[[Node, NDArray[np.bool_]], Array] | None = None


def evaluate(node: Node, scope: Scope) -> Array:
    """Return the value of a tree.

    Both sides of `x if c else y` are computed and the right one is taken, so what is impossible
    on the side not taken (a logarithm of zero, a division by zero) does no harm.

    Parameters
    ----------
    node
        Tree of a parsed formula.
    scope
        What its names and calls mean.

    Returns
    -------
    numpy.ndarray
        64-bit floating-point numbers, or truth values for conditions; shape by broadcasting. The
        value of a mere name may be the scope's own array.

    Raises
    ------
    FormulaError
        If a name or function is not in the scope.

    Examples
    --------
    >>> from equipoise.spec.formula import parse_formula
    >>> tree = parse_formula("1 / x if x > 0 else 0").tree
    >>> evaluate(tree, Scope({"x": np.array([0.0, 4.0])})).tolist()
    [0.0, 0.25]
    """
    with np.errstate(all="ignore"):
        return _value(node, scope)


def _value(node: Node, scope: Scope) -> Array:  # noqa: PLR0911 - one for each kind of node
    """Evaluate one node."""
    match node:
        case Name():  # the commonest first: each is asked for in turn
            return _named(node, scope)
        case Binary():
            return _arithmetic(node, scope)
        case Number():
            return np.float64(node.value)
        case Negative(operand=operand):
            return -_number(_value(operand, scope))
        case Comparison(relations=relations, operands=operands):
            return _compared(relations, [_number(_value(one, scope)) for one in operands])
        case Logic(operator=operator, operands=operands):
            join = np.logical_and if operator == "and" else np.logical_or
            return reduce(join, [_truth(_value(one, scope)) for one in operands])
        case Not(operand=operand):
            return np.logical_not(_truth(_value(operand, scope)))
        case Choice(condition=condition, then=then, otherwise=otherwise):
            chosen = _truth(_value(condition, scope))
            sides = (_number(_value(side, scope)) for side in (then, otherwise))
            return np.where(chosen, *sides)
        case Call():
            return _called(node, scope)
        case _:
            assert_never(node)


def _number(value: Array) -> NDArray[np.float64]:
    """Return truth values as 0 and 1."""
    return np.asarray(value, dtype=np.float64)


def _plain(value: Array) -> Array:
    """Return truth values as they are, and all else as floating-point numbers."""
    known: NDArray[np.generic] = np.asarray(value)
    if known.dtype.kind == "b":
        return known.astype(np.bool_, copy=False)
    return known.astype(np.float64, copy=False)


def _truth(value: Array) -> NDArray[np.bool_]:
    """Return numbers as truth values: all but zero is true."""
    return np.asarray(value, dtype=np.bool_)


def _named(node: Name, scope: Scope) -> Array:
    """Look a name up."""
    if node.name in scope.values:
        return _plain(scope.values[node.name])
    if node.name in CONSTANTS:
        return np.float64(CONSTANTS[node.name])
    raise unknown_name(node.name, sorted({*scope.values, *CONSTANTS}), node.column)


def _arithmetic(node: Binary, scope: Scope) -> Array:
    """Evaluate two operands and their operator."""
    left, right = _number(_value(node.left, scope)), _number(_value(node.right, scope))
    match node.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "**":
            return np.power(left, right)
        case _:
            assert_never(node.operator)


_COMPARE: Mapping[Relation, Callable[..., NDArray[np.bool_]]] = {
    "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    "==": np.equal, "!=": np.not_equal,
}  # fmt: skip


def _compared(
    relations: tuple[Relation, ...], values: list[NDArray[np.float64]]
) -> NDArray[np.bool_]:
    """Evaluate a chain: each link must hold."""
    links = [
        _COMPARE[relation](values[place], values[place + 1])
        for place, relation in enumerate(relations)
    ]
    return np.asarray(reduce(np.logical_and, links))


CERTAIN = 745.0
"""Cumulative hazard that nobody survives whom a float could count."""


def probability(rate: Array, duration: Array) -> NDArray[np.float64]:
    r"""Return the probability of at least one event: :math:`1 - e^{-rt}`.

    Parameters
    ----------
    rate
        Constant rate of events, 1/year.
    duration
        Time at risk, years.

    Examples
    --------
    >>> float(probability(np.float64(0.5), np.float64(1.0)).round(6))
    0.393469
    """
    return np.asarray(-np.expm1(-_number(rate) * _number(duration)))


def rate(probability: Array, duration: Array) -> NDArray[np.float64]:
    r"""Return the constant rate behind a probability: :math:`-\ln(1 - p) / t`.

    Parameters
    ----------
    probability
        Of at least one event, a fraction; 1 is that of a rate which leaves fewer than the smallest
        float, 745 in that time, for an infinite one could not be told from a division by zero.
    duration
        Time at risk, years.

    Examples
    --------
    >>> float(rate(np.float64(0.393469), np.float64(1.0)).round(6))
    0.499999
    """
    passed = np.minimum(-np.log1p(-_number(probability)), CERTAIN)
    return np.asarray(passed / _number(duration))


def _least(*values: Array) -> NDArray[np.float64]:
    """Return the smallest, element by element."""
    return reduce(np.minimum, [_number(value) for value in values])


def _most(*values: Array) -> NDArray[np.float64]:
    """Return the largest, element by element."""
    return reduce(np.maximum, [_number(value) for value in values])


_BUILT_IN: Mapping[str, Callable[..., NDArray[np.float64]]] = {
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "floor": np.floor, "ceil": np.ceil,
    "abs": np.abs, "min": _least, "max": _most, "probability": probability, "rate": rate,
    **{name: one.function for name, one in SURVIVAL.items()},
}  # fmt: skip


def _called(node: Call, scope: Scope) -> Array:
    """Evaluate a function or a table."""
    name = node.function
    if name in scope.tables:
        return _plain(scope.tables[name](*_arguments(node, scope)))
    if name in _BUILT_IN:
        return _BUILT_IN[name](*_arguments(node, scope))
    if name != "first":
        raise unknown_name(name, sorted({*FUNCTIONS, *scope.tables}), node.column)
    if scope.first is None:
        raise FormulaError(
            _("first() has no meaning here"), fix=_("use it in a model's course of time"),
            column=node.column,
        )  # fmt: skip
    condition = node.arguments[0]
    return scope.first(condition, _truth(_value(condition, scope)))


def _arguments(node: Call, scope: Scope) -> list[NDArray[np.float64]]:
    """Evaluate the arguments of a call as numbers."""
    return [_number(_value(argument, scope)) for argument in node.arguments]
