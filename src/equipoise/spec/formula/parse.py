"""From text to tree: a small, safe subset of Python expressions."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import WithJsonSchema

from equipoise.core.errors import FormulaError
from equipoise.core.fields import text_field
from equipoise.core.translation import translate as _
from equipoise.spec.formula.guard import DEEPEST, guard, shortened, unknown_operator
from equipoise.spec.formula.slips import slip
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
    Operator,
    Relation,
    walk,
)

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
    **{name: (len(one.arguments),) * 2 for name, one in SURVIVAL.items()},
}
"""Functions of the language with the fewest and most arguments."""

CALLS: Mapping[str, str] = {
    **{name: f"{name}(x)" for name in ("exp", "log", "sqrt", "floor", "ceil", "abs")},
    **{name: f"{name}(x, y, ...)" for name in ("min", "max")},
    "probability": "probability(rate, duration)",
    "rate": "rate(probability, duration)",
    "first": "first(condition)",
    **{name: f"{name}({', '.join(one.arguments)})" for name, one in SURVIVAL.items()},
}
"""How each function is written, with the names of its arguments."""

_TABLE_ARGUMENTS = (1, 2)
"""What is not a function must be a table: one number, and perhaps a category."""

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

    Two formulas are equal if their trees are.

    Parameters
    ----------
    text
        As written, without surrounding blanks.
    tree
        What the translations walk over; columns count from the start of the text as given.
    names
        The values it reads; the constants `year`, `month`, `week` and `day` are not among them.
    functions
        The functions and tables it calls.

    Examples
    --------
    >>> parse_formula("a * 2") == parse_formula("(a*2.0)")
    True
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
        language's functions or of tables; or a plain finite number. Lines may be broken anywhere
        between words. All numbers become 64-bit floats.

    Raises
    ------
    FormulaError
        If the text is anything else, or too long, deep or large to be safe.

    Examples
    --------
    >>> sorted(parse_formula("c_sick + a * c_treatment").names)
    ['a', 'c_sick', 'c_treatment']
    """
    return _read(text if isinstance(text, str) else _written(text))


@lru_cache(maxsize=2048)
def _read(written: str) -> Formula:
    """Return the formula of a text; files repeat themselves, and are read again and again."""
    guard(written)
    tree = _parsed(written)
    count = sum(1 for _node in walk(tree))
    if count > MOST_NODES:
        raise FormulaError(
            _("the formula has {count} parts, at most {most} are allowed",
              count=count, most=MOST_NODES),
            fix=_("split it with `let`"), column=0,
        )  # fmt: skip
    return formula_of(tree, written.strip())


def formula_of(tree: Node, text: str) -> Formula:
    """Return a tree with its text, and what it reads and calls.

    Parameters
    ----------
    tree
        Of the parser, or made from such.
    text
        That says the same.

    Examples
    --------
    >>> formula_of(Call("mortality", (Name("age"),)), "mortality(age)").names
    frozenset({'age'})
    """
    nodes = list(walk(tree))
    names = frozenset(node.name for node in nodes if isinstance(node, Name))
    functions = frozenset(node.function for node in nodes if isinstance(node, Call))
    return Formula(text, tree, names.difference(CONSTANTS), functions)


def _parsed(text: str) -> Node:
    """Return the tree of a text that the guard let through."""
    # One line, so that breaks need no brackets and columns are offsets in the text.
    line = text.replace("\n", " ").replace("\t", " ")
    blanks = len(line) - len(line.lstrip())
    try:
        return _Reader(blanks).node(ast.parse(line[blanks:], mode="eval").body, 0)
    except SyntaxError as error:
        # Python says 0 where a text ends too early.
        column = blanks + error.offset - 1 if error.offset else len(line.rstrip())
        raise slip(line, column) from None
    except (RecursionError, MemoryError):
        message = _("the formula is too complicated")
        raise FormulaError(message, fix=_("split it with `let`"), column=0) from None


def _written(number: float) -> str:
    """Write a number that the user's file holds as such."""
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if not abs(value) <= LARGEST:
        raise FormulaError(_("the number is too large"), fix=_("write a smaller number"), column=0)
    return repr(number) if isinstance(number, int) else repr(value)


class _Reader:
    """Turns Python's tree into ours, refusing all that is not in the language."""

    def __init__(self, blanks: int) -> None:
        self.blanks = blanks

    def column(self, node: ast.expr) -> int:
        """Return the offset of a node in the whole text."""
        return self.blanks + node.col_offset

    def node(self, node: ast.expr, depth: int) -> Node:  # noqa: PLR0911 - one for each kind
        """Read one node and what is below it."""
        column = self.column(node)
        if depth > DEEPEST:
            raise FormulaError(
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
                word: Literal["and", "or"] = "and" if isinstance(operator, ast.And) else "or"
                return Logic(word, tuple(self.node(one, depth + 1) for one in values), column)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                parts = [self.node(part, depth + 1) for part in (test, body, otherwise)]
                return Choice(parts[0], parts[1], parts[2], column)
            case ast.Call():
                return self.call(node, depth, column)
            case ast.Tuple():
                raise FormulaError(
                    _("a comma can only stand between the arguments of a function"),
                    fix=_("write digits with a point, e.g. 0.25"), column=column,
                )  # fmt: skip
            case _:
                raise FormulaError(
                    _("a formula cannot contain this kind of expression"),
                    fix=_("use arithmetic, comparisons, and/or/not, `x if c else y`, functions"),
                    column=column,
                )

    @staticmethod
    def known_length(name: str, column: int) -> str:
        """Return a name that is not absurdly long."""
        if len(name) > LONGEST_NAME:
            raise FormulaError(
                _("a name has more than {most} characters", most=LONGEST_NAME),
                fix=_("shorten it"), column=column,
            )  # fmt: skip
        return name

    @staticmethod
    def number(value: object, column: int) -> Node:
        """Read a constant as a finite floating-point number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FormulaError(
                _not_only_numbers(repr(value)),
                fix=_("write a number or a name"), column=column,
            )  # fmt: skip
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not abs(number) <= LARGEST:
            raise FormulaError(
                _("the number is too large"), fix=_("write a smaller number"), column=column
            )
        return Number(number, column)

    @staticmethod
    def unary(operator: ast.unaryop, operand: Node, column: int) -> Node:
        """Read a sign or a `not`; a plus in front changes nothing."""
        match operator:
            case ast.USub():
                return Negative(operand, column)
            case ast.UAdd():
                return operand
            case ast.Not():
                return Not(operand, column)
            case _:
                raise unknown_operator(column)

    def binary(
        self, operator: ast.operator, left: ast.expr, right: ast.expr, depth: int, column: int
    ) -> Node:
        """Read arithmetic."""
        sign = _OPERATORS.get(type(operator))
        if sign is None:
            raise unknown_operator(column)
        return Binary(sign, self.node(left, depth + 1), self.node(right, depth + 1), column)

    def comparison(
        self, operators: list[ast.cmpop], operands: list[ast.expr], depth: int, column: int
    ) -> Node:
        """Read a chain of comparisons."""
        signs = [_RELATIONS.get(type(operator)) for operator in operators]
        known = tuple(sign for sign in signs if sign is not None)
        if len(known) < len(signs):
            raise FormulaError(
                _("`in` and `is` are not in the language"), fix=_("use == or !="), column=column
            )
        return Comparison(known, tuple(self.node(one, depth + 1) for one in operands), column)

    def call(self, node: ast.Call, depth: int, column: int) -> Node:
        """Read a call of a function or a table."""
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise FormulaError(
                _("only plain calls such as exp(x) are in the language"),
                fix=_("write the arguments in order, without names"), column=column,
            )  # fmt: skip
        name = self.known_length(node.func.id, column)
        arguments = tuple(self.node(argument, depth + 1) for argument in node.args)
        fewest, most = FUNCTIONS.get(name, _TABLE_ARGUMENTS)
        if not fewest <= len(arguments) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest}-{most}"
            raise FormulaError(
                _("wrong number of arguments of {name}(): {count} instead of {wanted}",
                  name=name, count=len(arguments), wanted=wanted),
                fix=_right_call(name), column=column,
            )  # fmt: skip
        return Call(name, arguments, column)


def _right_call(name: str) -> str:
    """Return how a function is written, or a table, which any other name may be."""
    if name in CALLS:
        return _("write it as {call}", call=CALLS[name])
    return _("a table is read as {one} or {two}; functions are listed in the reference",
             one=f"{name}(number)", two=f"{name}(number, category)")  # fmt: skip


def _not_only_numbers(shown: str) -> str:
    """Return the message about a constant that is no finite number."""
    return _("only numbers can stand in a formula, not {text}", text=shortened(shown))


def unknown_name(name: str, known: list[str], column: int) -> FormulaError:
    """Return the error of a name that nothing defines, with what was perhaps meant.

    Examples
    --------
    >>> unknown_name("r_sik", ["r_sick", "age"], 0).fix
    "did you mean 'r_sick'?"
    """
    near = get_close_matches(name, known, n=1)
    fix = _("did you mean '{near}'?", near=near[0]) if near else _("define it, or remove it")
    return FormulaError(_("nothing is called '{name}'", name=name), fix=fix, column=column)


def _field(value: object) -> Formula:
    """Accept a formula, its text or a number."""
    if isinstance(value, Formula):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise FormulaError(
            _("a formula is a text or a number, not {text}", text=shortened(repr(value))),
            fix=_("write e.g. 0.5 or a * b"),
        )
    return parse_formula(value)


FormulaField = Annotated[
    Formula,
    text_field(_field),
    WithJsonSchema({"type": ["string", "number"], "description": "Formula"}),
]
"""A formula in a file."""
