"""From text to tree: a small, safe subset of Python expressions."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, NoReturn

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from equipoise.core.errors import FormulaError
from equipoise.core.translation import translate as _
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
    Operator,
    Relation,
    walk,
)

LONGEST = 2000
DEEPEST = 40
MOST_NODES = 500
LARGEST = 1e300
LONGEST_NAME = 60

FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "floor": (1, 1),
    "ceil": (1, 1),
    "abs": (1, 1),
    "min": (2, 20),
    "max": (2, 20),
    "probability": (2, 2),
    "rate": (2, 2),
    "first": (1, 1),
}
"""Functions of the language with the fewest and most arguments."""

CONSTANTS: Mapping[str, float] = {
    "year": 1.0,
    "month": 1.0 / 12.0,
    "week": 7.0 / 365.25,
    "day": 1.0 / 365.25,
}
"""Names of spans of time that every formula knows, in years."""

_OPERATORS: dict[type[ast.operator], Operator] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
}  # fmt: skip
_RELATIONS: dict[type[ast.cmpop], Relation] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    `names` are the values it reads, `functions` the functions and tables it calls; the constants
    `year`, `month`, `week` and `day` are not among the names.
    """

    text: str = field(compare=False)
    tree: Node
    names: frozenset[str] = field(compare=False)
    functions: frozenset[str] = field(compare=False)

    def __str__(self) -> str:
        """Return the text as written."""
        return self.text


def parse_formula(text: str | float) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text
        Arithmetic (+ - * / **), comparisons, and/or/not, `x if c else y`, and calls of the
        language's functions or of tables; or a plain number.

    Raises
    ------
    FormulaError
        If the text is anything else, or too long, deep or large to be safe.

    Examples
    --------
    >>> sorted(parse_formula("c_sick + a * c_treatment").names)
    ['a', 'c_sick', 'c_treatment']
    """
    written = text.strip() if isinstance(text, str) else repr(text)
    _guard(written)
    try:
        body = ast.parse(written, mode="eval").body
        tree = _Reader(written).node(body, 0)
    except SyntaxError as error:
        _refuse(
            _("'{text}' is not a formula", text=_short(written)),
            fix=_("write arithmetic such as (1 - p) * rate"),
            column=max((error.offset or 1) - 1, 0),
        )
    except (RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, FormulaError):
            raise
        _refuse(_("the formula is too complicated"), fix=_("split it with `let`"), column=0)
    nodes = list(walk(tree))
    if len(nodes) > MOST_NODES:
        _refuse(
            _("the formula has {count} parts, at most {most} are allowed",
              count=len(nodes), most=MOST_NODES),
            fix=_("split it with `let`"), column=0,
        )  # fmt: skip
    names = frozenset(node.name for node in nodes if isinstance(node, Name))
    functions = frozenset(node.function for node in nodes if isinstance(node, Call))
    return Formula(written, tree, names - CONSTANTS.keys(), functions)


def _refuse(message: str, *, fix: str, column: int) -> NoReturn:
    """Raise the error of a formula."""
    raise FormulaError(message, fix=fix, column=column)


def _short(text: str) -> str:
    """Return the beginning of a text."""
    return text if len(text) <= 60 else text[:57] + "..."


def _guard(text: str) -> None:
    """Refuse what could be dangerous even to parse."""
    if not text or len(text) > LONGEST:
        _refuse(
            _("a formula has 1 to {most} characters, this has {count}",
              most=LONGEST, count=len(text)),
            fix=_("split it with `let`"), column=0,
        )  # fmt: skip
    depth = 0
    for place, sign in enumerate(text):
        if not (" " <= sign <= "~" or sign in "\n\t"):
            _refuse(
                _("'{sign}' cannot stand in a formula", sign=sign),
                fix=_("use plain letters, digits and + - * / ** ( )"), column=place,
            )  # fmt: skip
        depth += (sign in "([{") - (sign in ")]}")
        if depth > DEEPEST:
            _refuse(
                _("brackets are nested deeper than {most}", most=DEEPEST),
                fix=_("split it with `let`"), column=place,
            )  # fmt: skip


class _Reader:
    """Turns Python's tree into ours, refusing all that is not in the language."""

    def __init__(self, text: str) -> None:
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        self.starts = starts

    def column(self, node: ast.AST) -> int:
        """Return the offset of a node in the whole text."""
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        return int(self.starts[line - 1] + offset)

    def node(self, node: ast.expr, depth: int) -> Node:
        """Read one node and what is below it."""
        column = self.column(node)
        if depth > DEEPEST:
            _refuse(
                _("the formula is nested deeper than {most}", most=DEEPEST),
                fix=_("split it with `let`"), column=column,
            )  # fmt: skip
        match node:
            case ast.Constant(value=value):
                return self.number(value, column)
            case ast.Name(id=name):
                return Name(self.known_length(name, column), column)
            case ast.UnaryOp(op=operator, operand=operand):
                return self.unary(operator, self.node(operand, depth + 1), column)
            case ast.BinOp(op=operator, left=left, right=right):
                return self.binary(operator, left, right, depth, column)
            case ast.Compare(left=left, ops=operators, comparators=others):
                return self.comparison(operators, [left, *others], depth, column)
            case ast.BoolOp(op=operator, values=values):
                word = "and" if isinstance(operator, ast.And) else "or"
                operands = tuple(self.node(value, depth + 1) for value in values)
                return Logic("and" if word == "and" else "or", operands, column)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                parts = [self.node(part, depth + 1) for part in (test, body, otherwise)]
                return Choice(parts[0], parts[1], parts[2], column)
            case ast.Call():
                return self.call(node, depth, column)
            case _:
                _refuse(
                    _("a formula cannot contain this kind of expression"),
                    fix=_("use arithmetic, comparisons, and/or/not, `x if c else y`, functions"),
                    column=column,
                )

    @staticmethod
    def known_length(name: str, column: int) -> str:
        """Return a name that is not absurdly long."""
        if len(name) > LONGEST_NAME:
            _refuse(
                _("a name has more than {most} characters", most=LONGEST_NAME),
                fix=_("shorten it"), column=column,
            )  # fmt: skip
        return name

    @staticmethod
    def number(value: object, column: int) -> Node:
        """Read a constant as a finite floating-point number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            _refuse(
                _("only numbers can stand in a formula, not {text}", text=_short(repr(value))),
                fix=_("write a number or a name"), column=column,
            )  # fmt: skip
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not abs(number) <= LARGEST:
            _refuse(_("the number is too large"), fix=_("write a smaller number"), column=column)
        return Number(number, column)

    @staticmethod
    def unary(operator: ast.unaryop, operand: Node, column: int) -> Node:
        """Read a sign or a `not`."""
        match operator:
            case ast.USub():
                return Negative(operand, column)
            case ast.UAdd():
                return operand
            case ast.Not():
                return Not(operand, column)
            case _:
                _refuse(_("'~' is not an operator"), fix=_("use `not`"), column=column)

    def binary(
        self, operator: ast.operator, left: ast.expr, right: ast.expr, depth: int, column: int
    ) -> Node:
        """Read arithmetic."""
        sign = _OPERATORS.get(type(operator))
        if sign is None:
            _refuse(
                _("this operator is not in the language"),
                fix=_("use + - * / **; write per cent as a fraction or in the unit"),
                column=column,
            )
        return Binary(sign, self.node(left, depth + 1), self.node(right, depth + 1), column)

    def comparison(
        self, operators: list[ast.cmpop], operands: list[ast.expr], depth: int, column: int
    ) -> Node:
        """Read a chain of comparisons."""
        signs = [_RELATIONS.get(type(operator)) for operator in operators]
        known = tuple(sign for sign in signs if sign is not None)
        if len(known) < len(signs):
            _refuse(
                _("`in` and `is` are not in the language"), fix=_("use == or !="), column=column
            )
        return Comparison(known, tuple(self.node(one, depth + 1) for one in operands), column)

    def call(self, node: ast.Call, depth: int, column: int) -> Node:
        """Read a call of a function or a table."""
        if not isinstance(node.func, ast.Name) or node.keywords:
            _refuse(
                _("only plain calls such as exp(x) are in the language"),
                fix=_("write the arguments in order, without names"), column=column,
            )  # fmt: skip
        name = self.known_length(node.func.id, column)
        arguments = tuple(self.node(argument, depth + 1) for argument in node.args)
        fewest, most = FUNCTIONS.get(name, (1, 2))
        if not fewest <= len(arguments) <= most:
            _refuse(
                _("{name}() takes {fewest} to {most} arguments, not {count}",
                  name=name, fewest=fewest, most=most, count=len(arguments)),
                fix=_("see the functions of the language in the reference"), column=column,
            )  # fmt: skip
        return Call(name, arguments, column)


def unknown_name(name: str, known: list[str], column: int) -> FormulaError:
    """Return the error of a name that nothing defines, with what was perhaps meant."""
    near = get_close_matches(name, known, n=1)
    fix = _("did you mean '{near}'?", near=near[0]) if near else _("define it, or remove it")
    return FormulaError(_("nothing is called '{name}'", name=name), fix=fix, column=column)


def _field(value: object) -> Formula:
    """Accept a formula, its text or a number."""
    if isinstance(value, Formula):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise FormulaError(
            _("a formula is a text or a number, not {text}", text=_short(repr(value))),
            fix=_("write e.g. 0.5 or a * b"),
        )
    return parse_formula(value)


FormulaField = Annotated[
    Formula,
    BeforeValidator(_field),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": ["string", "number"], "description": "Formula"}),
]
"""A formula in a file."""

