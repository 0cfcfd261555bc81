"""Static units of formulas: what fits together, before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from equipoise.core.errors import FormulaError, UnitError
from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS, Unit, parse_unit
from equipoise.spec.formula.parse import CONSTANTS, FUNCTIONS, Formula, unknown_name
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
)

_YEAR = parse_unit("year")
_PER_YEAR = parse_unit("1/year")


@dataclass(frozen=True)
class TableSignature:
    """Units of a table's arguments and of its value."""

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

    def unit(self, node: Node) -> Unit:
        """Return the unit of a node."""
        match node:
            case Number():
                return DIMENSIONLESS
            case Name(name=name, column=column):
                if name in self.units:
                    return self.units[name]
                if name in CONSTANTS:
                    return _YEAR
                raise unknown_name(name, sorted({*self.units, *CONSTANTS}), column)
            case Negative(operand=operand):
                return self.unit(operand)
            case Binary():
                return self.arithmetic(node)
            case Comparison(operands=operands):
                self.alike(operands, node.column)
                return DIMENSIONLESS
            case Logic(operands=operands):
                for operand in operands:
                    self.plain(operand)
                return DIMENSIONLESS
            case Not(operand=operand):
                return self.plain(operand)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                self.plain(condition)
                return self.alike((then, otherwise), node.column)
            case Call():
                return self.call(node)
            case _:
                assert_never(node)

    def alike(self, nodes: tuple[Node, ...], column: int) -> Unit:
        """Return the common unit of several nodes; a literal 0 fits any."""
        found: Unit | None = None
        for node in nodes:
            unit = self.unit(node)
            if isinstance(node, Number) and node.value == 0.0:
                continue
            if found is None:
                found = unit
            elif not found.fits(unit):
                raise UnitError(
                    _("{left} and {right} do not fit together",
                      left=found.describe(), right=unit.describe()),
                    fix=_("bring both to the same unit"), column=column,
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
                return self.alike((node.left, node.right), node.column)
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
        return self.unit(node.left) ** exponent

    def call(self, node: Call) -> Unit:
        """Return the unit of a function or a table."""
        if node.function in self.tables:
            return self.table(node)
        match node.function:
            case "exp" | "log" | "first":
                return self.plain(node.arguments[0])
            case "floor" | "ceil" | "abs":
                return self.unit(node.arguments[0])
            case "sqrt":
                return self.unit(node.arguments[0]) ** 0.5
            case "min" | "max":
                return self.alike(node.arguments, node.column)
            case "probability":
                self.must_be(node.arguments[0], _PER_YEAR)
                self.must_be(node.arguments[1], _YEAR)
                return DIMENSIONLESS
            case "rate":
                self.must_be(node.arguments[0], DIMENSIONLESS)
                self.must_be(node.arguments[1], _YEAR)
                return _PER_YEAR
            case _:
                known = sorted({*FUNCTIONS, *self.tables})
                raise unknown_name(node.function, known, node.column)

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
        zero = isinstance(node, Number) and node.value == 0.0
        if not zero and not unit.fits(wanted):
            raise UnitError(
                _("{wanted} must stand here, not {unit}",
                  wanted=wanted.describe(), unit=unit.describe()),
                fix=_("bring it to {wanted}", wanted=wanted.describe()), column=node.column,
            )  # fmt: skip


def _constant(node: Node) -> float | None:
    """Return the value of a literal exponent, with its sign."""
    match node:
        case Number(value=value):
            return value
        case Negative(operand=Number(value=value)):
            return -value
        case _:
            return None
