"""Static units of formulas: what fits together, before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import assert_never

import numpy as np

from equipoise.core.errors import FormulaError, UnitError
from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS, Unit, parse_unit
from equipoise.spec.formula.evaluate import Scope, evaluate
from equipoise.spec.formula.parse import CONSTANTS, FUNCTIONS, Formula, unknown_name
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
    walk,
)

_YEAR = parse_unit("year")
_PER_YEAR = parse_unit("1/year")


@dataclass(frozen=True)
class TableSignature:
    """Units of a table's arguments and of its value.

    Examples
    --------
    >>> mortality = TableSignature((parse_unit("year"),), parse_unit("1/year"))
    >>> mortality.value.text
    '1/year'
    """

    arguments: tuple[Unit, ...]
    value: Unit


def unit_of(
    formula: Formula, units: Mapping[str, Unit], tables: Mapping[str, TableSignature]
) -> Unit:
    """Infer the unit of a formula from the units of its names.

    Sums, comparisons, choices and min/max need like units, but a literal 0 fits anything;
    exp, log and powers that are not constants need plain numbers.

    Parameters
    ----------
    formula
        The formula.
    units
        Unit of every name in scope; the time constants are known.
    tables
        Units of every table in scope.

    Returns
    -------
    Unit
        Canonical, as values are when formulas run: its factor is 1.

    Raises
    ------
    UnitError
        If two units do not fit; names both and the column.
    FormulaError
        If a name or function is unknown, or a call has the wrong number of arguments.

    Examples
    --------
    >>> from equipoise.spec.formula import parse_formula
    >>> cost = {"c": parse_unit("USD@2019/year"), "t": parse_unit("years")}
    >>> unit_of(parse_formula("c * t"), cost, {}).describe()
    'USD@2019'
    """
    return _Inference(units, tables).unit(formula.tree)


class _Inference:
    """Walks a tree and infers units."""

    def __init__(self, units: Mapping[str, Unit], tables: Mapping[str, TableSignature]) -> None:
        self.units = units
        self.tables = tables

    def unit(self, node: Node) -> Unit:  # noqa: PLR0911 - one for each kind of node
        """Return the unit of a node."""
        match node:
            case Number():
                return DIMENSIONLESS
            case Name():
                return self.name(node)
            case Negative(operand=operand):
                return self.unit(operand)
            case Binary():
                return self.arithmetic(node)
            case Comparison(operands=operands):
                self.alike(operands)
                return DIMENSIONLESS
            case Logic(operands=operands):
                for operand in operands:
                    self.plain(operand)
                return DIMENSIONLESS
            case Not(operand=operand):
                return self.plain(operand)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                self.plain(condition)
                return self.alike((then, otherwise))
            case Call():
                return self.call(node)
            case _:
                assert_never(node)

    def name(self, node: Name) -> Unit:
        """Return the canonical unit of a value in scope."""
        if node.name in self.units:
            return Unit(self.units[node.name].powers, text=self.units[node.name].describe())
        if node.name in CONSTANTS:
            return _YEAR
        raise unknown_name(node.name, sorted({*self.units, *CONSTANTS}), node.column)

    def alike(self, nodes: tuple[Node, ...]) -> Unit:
        """Return the common unit of several nodes; a literal 0 fits any."""
        found: Unit | None = None
        for node in nodes:
            unit = self.unit(node)
            if _is_zero(node):
                continue
            if found is None:
                found = unit
            elif not found.fits(unit):
                fix = _("bring both to the same unit")
                bare = next((one for one in nodes if isinstance(one, Number)), None)
                if bare is not None and {found.describe(), unit.describe()} == {"1", "year"}:
                    fix = _("give the number its unit: {number:g} * year", number=bare.value)
                raise UnitError(
                    _("{left} and {right} do not fit together",
                      left=found.describe(), right=unit.describe()),
                    fix=fix, column=node.column,
                )  # fmt: skip
        return found or DIMENSIONLESS

    def plain(self, node: Node) -> Unit:
        """Require a plain number."""
        unit = self.unit(node)
        if not unit.is_dimensionless:
            raise UnitError(
                _("a plain number must stand here, not {unit}", unit=unit.describe()),
                fix=_("divide by a unit, e.g. by year"), column=node.column,
            )  # fmt: skip
        return DIMENSIONLESS

    def arithmetic(self, node: Binary) -> Unit:
        """Return the unit of an operation."""
        match node.operator:
            case "+" | "-":
                return self.alike((node.left, node.right))
            case "*":
                return self.unit(node.left) * self.unit(node.right)
            case "/":
                return self.unit(node.left) / self.unit(node.right)
            case "**":
                return self.power(node)
            case _:
                assert_never(node.operator)

    def power(self, node: Binary) -> Unit:
        """Return the unit of a power; only constant powers may have units below them."""
        self.plain(node.right)
        exponent = _constant(node.right)
        if exponent is None:
            return self.plain(node.left)
        try:
            return self.unit(node.left) ** exponent
        except UnitError as error:
            column = node.column if error.column is None else error.column
            raise UnitError(error.message, fix=error.fix, column=column) from None

    def call(self, node: Call) -> Unit:
        """Return the unit of a function or a table."""
        if node.function in self.tables:
            return self.table(node)
        first = node.arguments[0]
        match node.function:
            case "exp" | "log" | "first":
                unit = self.plain(first)
            case "floor" | "ceil" | "abs":
                unit = self.unit(first)
            case "sqrt":
                unit = self.unit(first) ** 0.5
            case "min" | "max":
                unit = self.alike(node.arguments)
            case "probability":
                self.must_be(first, _PER_YEAR)
                self.must_be(node.arguments[1], _YEAR)
                unit = DIMENSIONLESS
            case "rate":
                self.must_be(first, DIMENSIONLESS)
                self.must_be(node.arguments[1], _YEAR)
                unit = _PER_YEAR
            case name if name in SURVIVAL:
                wanted = SURVIVAL[name].arguments.values()
                for argument, text in zip(node.arguments, wanted, strict=True):
                    self.must_be(argument, parse_unit(text))
                unit = DIMENSIONLESS
            case _:
                known = sorted({*FUNCTIONS, *self.tables})
                raise unknown_name(node.function, known, node.column)
        return unit

    def table(self, node: Call) -> Unit:
        """Check a table's arguments and return its unit."""
        signature = self.tables[node.function]
        if len(node.arguments) != len(signature.arguments):
            raise FormulaError(
                _("table {name} takes {wanted} arguments, not {count}", name=node.function,
                  wanted=len(signature.arguments), count=len(node.arguments)),
                fix=_("give it what its `arguments` list"), column=node.column,
            )  # fmt: skip
        for argument, unit in zip(node.arguments, signature.arguments, strict=True):
            self.must_be(argument, unit)
        return signature.value

    def must_be(self, node: Node, wanted: Unit) -> None:
        """Require a certain unit."""
        unit = self.unit(node)
        if not _is_zero(node) and not unit.fits(wanted):
            raise UnitError(
                _("{wanted} must stand here, not {unit}",
                  wanted=wanted.describe(), unit=unit.describe()),
                fix=_("bring it to {wanted}", wanted=wanted.describe()), column=node.column,
            )  # fmt: skip


def _is_zero(node: Node) -> bool:
    """Return whether a node is nothing but literal zeros, which fit any unit."""
    match node:
        case Number(value=value):
            return value == 0.0
        case Negative(operand=operand):
            return _is_zero(operand)
        case Choice(then=then, otherwise=otherwise):
            return _is_zero(then) and _is_zero(otherwise)
        case _:
            return False


def _constant(node: Node) -> float | None:
    """Return the value of an exponent that is the same wherever the formula runs."""
    if any(isinstance(part, Name | Call) for part in walk(node)):
        return None
    value = float(np.asarray(evaluate(node, Scope({})), dtype=np.float64))
    return value if isfinite(value) else None
