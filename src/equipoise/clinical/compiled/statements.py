"""Formulas as statements of machine code: each distinct value once, as early as it can be.

A value that is the same for all draws, or for all cycles, is computed outside the loop over them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_
from typing import assert_never

from equipoise.spec.formula import CONSTANTS
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


class Varies(IntFlag):
    """What a value changes with; also where it is computed."""

    NOTHING = 0
    CYCLE = 1
    DRAW = 2
    BOTH = 3


@dataclass(frozen=True)
class Value:
    """A computed value: the text that stands for it, and what it changes with."""

    text: str
    varies: Varies
    is_truth: bool = False


BLOCK = 64
"""Draws that are computed together: their scratch rows fit in the nearest cache."""

Known = Mapping[str, Value | Node]
"""What a name stands for: a value at hand, or the tree of a named intermediate value."""

ZERO, ONE = Value("0.0", Varies.NOTHING), Value("1.0", Varies.NOTHING)

_SMALL_POWERS = {0.5: "np.sqrt({0})", 1.0: "{0}", 2.0: "({0} * {0})", 3.0: "({0} * {0} * {0})"}

_FUNCTIONS = {
    "exp": "exp({0})", "log": "np.log({0})", "sqrt": "np.sqrt({0})", "floor": "np.floor({0})",
    "ceil": "np.ceil({0})", "abs": "np.abs({0})", "probability": "(-expm1(-({0} * {1})))",
    "rate": "(-np.log1p(-{0}) / {1})",
}  # fmt: skip


class Scratch:
    """Rows of one array, one element for each draw of a block.

    One array with constant offsets, because the compiler must see that rows never overlap.
    """

    def __init__(self) -> None:
        self.rows = 0

    def row(self) -> str:
        """Return the text of a new row's element."""
        return self.region(1).row(0)

    def region(self, count: int) -> "Region":
        """Return new rows, one after another."""
        self.rows += count
        return Region((self.rows - count) * BLOCK, count)


@dataclass(frozen=True)
class Region:
    """Some rows of the scratch space."""

    first: int
    count: int

    def row(self, number: int) -> str:
        """Return the text of one row's element."""
        return f"w[{self.first + number * BLOCK} + i]"

    @property
    def nth(self) -> str:
        """Return the text of an element in a loop over the rows, by `n`."""
        return f"w[{self.first} + n * {BLOCK} + i]"


class Statements:
    """Statements by the loop they stand in, each distinct one once.

    Texts are Python that Numba compiles. They only ever hold numbers, operators and names made
    here: nothing that a model file says becomes code.

    Parameters
    ----------
    known
        Names of the model.
    tables
        Name of a table -> writes the call for the texts of its arguments.
    scratch
        Where values of a draw are kept for other loops.
    parameters
        Names of drawn parameters -> their places in the scratch space.
    prefix
        Of the names made here.
    """

    def __init__(
        self,
        known: Known,
        tables: Mapping[str, Callable[[list[str]], str]],
        scratch: Scratch,
        parameters: Mapping[str, str],
        *,
        prefix: str,
    ) -> None:
        self.lines: dict[Varies, list[str]] = {Varies(k): [] for k in range(Varies.BOTH + 1)}
        self.kept: dict[str, str] = {}
        """Values of a draw that the loop over cycles reads -> their place in the scratch space."""
        self.held: dict[str, str] = {}
        """What `first` remembers -> its place in the scratch space."""
        self._known = known
        self._tables = tables
        self._scratch = scratch
        self._parameters = dict(parameters)
        self._prefix = prefix
        self._values: dict[Node, Value] = {}
        self._written: dict[str, Value] = {}
        self._noted: dict[str, str] = {}
        self._truths: set[str] = set()

    def number(self, node: Node) -> Value:
        """Return a tree's value as a number; truth is 1 and falsehood 0."""
        value = self._value(node)
        if not value.is_truth:
            return value
        return self.set("(1.0 if {0} else 0.0)", value)

    def truth(self, node: Node) -> Value:
        """Return a tree's value as truth; all numbers but zero are true."""
        value = self._value(node)
        return value if value.is_truth else self.set("({0} != 0.0)", value, truth=True)

    def keep(self, value: Value) -> Value:
        """Return a value so that the loop over cycles can read it."""
        known = self.kept.keys() | self._parameters.keys()
        if value.varies is Varies.DRAW and value.text not in known:
            self.kept[value.text] = self._scratch.row()
            if value.is_truth:
                self._truths.add(value.text)
        return value

    def stores(self) -> list[str]:
        """Return the statements that keep values of a draw in the scratch space, as numbers."""
        return [
            f"{place} = 1.0 if {name} else 0.0" if name in self._truths else f"{place} = {name}"
            for name, place in self.kept.items()
        ]

    def place_of(self, value: Value) -> str:
        """Return where a value stands after the loop over a block's draws."""
        if value.varies is Varies.BOTH:
            if value.text not in self._noted:
                place = self._noted[value.text] = self._scratch.row()
                self.lines[Varies.BOTH].append(f"{place} = {value.text}")
            return self._noted[value.text]
        self.keep(value)
        return self.kept.get(value.text, self._parameters.get(value.text, value.text))

    def note(self, values: Sequence[Value]) -> Region:
        """Put values into rows one after another, for loops outside that over draws."""
        region = self._scratch.region(len(values))
        for number, value in enumerate(values):
            self.keep(value)
            self.lines[Varies.BOTH].append(f"{region.row(number)} = {value.text}")
        return region

    def loads(self, lines: Sequence[str]) -> list[str]:
        """Return the statements that read from the scratch space what other statements name."""
        named = set(re.findall(r"\b[a-z]\d+\b", "\n".join(lines)))
        places = self._parameters | self.kept
        return [
            f"{name} = {place} != 0.0" if name in self._truths else f"{name} = {place}"
            for name, place in places.items()
            if name in named
        ]

    def set(self, text: str, *parts: Value, truth: bool = False) -> Value:
        """Write one statement in the outermost loop that has all its parts.

        Parameters
        ----------
        text
            With places {0}, {1}, ... for the parts.
        """
        varies = Varies(reduce(or_, (part.varies for part in parts), Varies.NOTHING))
        if varies is Varies.BOTH:
            for part in parts:
                self.keep(part)
        written = text.format(*(part.text for part in parts))
        if written not in self._written:
            name = f"{self._prefix}{len(self._written)}"
            self.lines[varies].append(f"{name} = {written}")
            self._written[written] = Value(name, varies, truth)
        return self._written[written]

    def total(self, values: Sequence[Value]) -> Value:
        """Return the sum in the order given."""
        if not values:
            return ZERO
        return reduce(lambda one, other: self.set("{0} + {1}", one, other), values)

    def _value(self, node: Node) -> Value:
        """Return the value of a tree, computing it once."""
        if node not in self._values:
            self._values[node] = self._made(node)
        return self._values[node]

    def _made(self, node: Node) -> Value:  # noqa: PLR0911 - one for each kind of node
        """Write the statements of one node."""
        match node:
            case Number(value=value):
                return Value(repr(float(value)), Varies.NOTHING)
            case Name(name=name):
                return self._named(name)
            case Negative(operand=operand):
                return self.set("(-{0})", self.number(operand))
            case Binary():
                return self._arithmetic(node)
            case Comparison(relations=relations, operands=operands):
                values = [self.number(operand) for operand in operands]
                links = (
                    f"({{{k}}} {relation} {{{k + 1}}})" for k, relation in enumerate(relations)
                )
                return self.set(" & ".join(links), *values, truth=True)
            case Logic(operator=operator, operands=operands):
                values = [self.truth(operand) for operand in operands]
                sign = " & " if operator == "and" else " | "
                places = (f"{{{k}}}" for k in range(len(values)))
                return self.set(sign.join(places), *values, truth=True)
            case Not(operand=operand):
                return self.set("(not {0})", self.truth(operand), truth=True)
            case Choice(condition=condition, then=then, otherwise=otherwise):
                parts = [self.truth(condition), self.number(then), self.number(otherwise)]
                return self.set("({1} if {0} else {2})", *parts)
            case Call():
                return self._called(node)
            case _:
                assert_never(node)

    def _named(self, name: str) -> Value:
        """Return what a name stands for."""
        if name not in self._known:
            return Value(repr(CONSTANTS[name]), Varies.NOTHING)
        known = self._known[name]
        return known if isinstance(known, Value) else self._value(known)

    def _arithmetic(self, node: Binary) -> Value:
        """Write two operands and their operator; small powers as products."""
        left, right = self.number(node.left), self.number(node.right)
        if node.operator == "**":
            exponent = node.right.value if isinstance(node.right, Number) else None
            if exponent in _SMALL_POWERS:
                return self.set(_SMALL_POWERS[exponent], left)
        return self.set(f"({{0}} {node.operator} {{1}})", left, right)

    def _called(self, node: Call) -> Value:
        """Write a function or a table."""
        if node.function == "first":
            return self._first(self.truth(node.arguments[0]))
        values = [self.number(argument) for argument in node.arguments]
        if node.function in self._tables:
            text = self._tables[node.function]([f"{{{k}}}" for k in range(len(values))])
            return self.set(text, *values)
        if node.function in ("min", "max"):
            join = "least" if node.function == "min" else "most"
            return reduce(lambda a, b: self.set(f"{join}({{0}}, {{1}})", a, b), values)
        return self.set(_FUNCTIONS[node.function], *values)

    def _first(self, condition: Value) -> Value:
        """Write a condition that holds once, the first time."""
        number = len(self.held)
        before, place = f"h{number}", self._scratch.row()
        self.held[before] = place
        now = self.keep(condition).text
        self.lines[Varies.BOTH] += [
            f"f{number} = {now} & ({before} == 0.0)",
            f"{place} = 1.0 if {now} else {before}",
        ]
        return Value(f"f{number}", Varies.BOTH, True)
