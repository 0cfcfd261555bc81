"""Formulas as statements of machine code: each distinct tree once."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import reduce
from typing import assert_never

from equipoise.clinical.compiled.statements import Scratch, Statements, Value, Varies
from equipoise.clinical.compiled.survival import has_logarithm, log_survival, survival
from equipoise.spec.formula import CERTAIN, CONSTANTS
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
)

Known = Mapping[str, Value | Node]
"""What a name stands for: a value at hand, or the tree of a named intermediate value."""

Tables = Mapping[str, Callable[[list[str]], str]]
"""Name of a table -> what writes its call for the texts of its arguments."""

FUNCTIONS = """from equipoise.clinical.compiled.arithmetic import (
    exp, expm1, least, log, looked_up, most, power, power_of,
)
from equipoise.clinical.compiled.incomplete_gamma import gamma_norm, gamma_tail, normal_tail"""
"""Imports of what statements call."""

_SMALL_POWERS = {0.5: "np.sqrt({0})", 1.0: "{0}", 2.0: "({0} * {0})", 3.0: "({0} * {0} * {0})"}

_FUNCTIONS = {
    "exp": "exp({0})", "log": "log({0})", "sqrt": "np.sqrt({0})", "floor": "np.floor({0})",
    "ceil": "np.ceil({0})", "abs": "np.abs({0})", "probability": "(-expm1(-({0} * {1})))",
    "rate": f"(least(-np.log1p(-{{0}}), {CERTAIN}) / {{1}})",
}  # fmt: skip


class Formulas(Statements):
    """Statements that understand formulas.

    Parameters
    ----------
    known
        Names of the model.
    tables
        Its tables.
    shared, parameters, prefix, own
        See `Statements`.
    marks
        First letters of what `first` remembers, and of what it answers.
    on_first_day
        Whether these are values of the very beginning, before any cycle.
    """

    def __init__(
        self,
        known: Known,
        tables: Tables,
        shared: Scratch,
        parameters: Mapping[str, str],
        *,
        prefix: str,
        own: Scratch | None = None,
        marks: str = "hf",
        on_first_day: bool = False,
    ) -> None:
        super().__init__(shared, parameters, prefix=prefix, own=own)
        self.held: dict[str, str] = {}
        """What `first` remembers -> its place in the scratch space."""
        self.asked_first: list[tuple[str, Node]] = []
        """Conditions of `first` written here, with the places of what they remember."""
        self._marks = marks
        self._on_first_day = on_first_day
        self._known = known
        self._tables = tables
        self._values: dict[Node, Value] = {}

    def at_another_time(self, known: Known) -> "Formulas":
        """Return formulas that see other values, among the same statements."""
        other = copy(self)
        other._known, other._values, other.asked_first = known, {}, []
        return other

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
        if node.operator == "**":
            return self._power(node)
        left, right = self.number(node.left), self.number(node.right)
        return self.set(f"({{0}} {node.operator} {{1}})", left, right)

    def _power(self, node: Binary) -> Value:
        """Write a power; its logarithm is taken as early as its base is known.

        A hazard ratio on a curve, `weibull_survival(...) ** hr`, needs no logarithm at all.
        """
        exponent = node.right.value if isinstance(node.right, Number) else None
        if exponent in _SMALL_POWERS:
            return self.set(_SMALL_POWERS[exponent], self.number(node.left))
        right = self.number(node.right)
        logarithm = self._logarithm(node.left)
        if logarithm is not None:
            return self.set("exp({1} * {0})", logarithm, right)
        left = self.number(node.left)
        if Varies.DRAW not in left.varies | right.varies:
            return self.set("({0} ** {1})", left, right)
        if Varies.DRAW in left.varies:
            return self.set("power({0}, {1})", left, right)
        return self.set("power_of({0}, {1}, {2})", left, self.set("log(np.abs({0}))", left), right)

    def _logarithm(self, node: Node) -> Value | None:
        """Return the logarithm of a curve that is made from it; None for all else."""
        match node:
            case Name(name=name):
                known = self._known.get(name)
                return None if known is None or isinstance(known, Value) else self._logarithm(known)
            case Call(function=function, arguments=arguments) if has_logarithm(function):
                return log_survival(self, function, [self.number(one) for one in arguments])
            case _:
                return None

    def _called(self, node: Call) -> Value:
        """Write a function or a table."""
        if node.function == "first":
            found = self._first(self.truth(node.arguments[0]))
            self.asked_first += [
                (place, node.arguments[0]) for place in list(self.held.values())[-1:]
            ]
            return found
        values = [self.number(argument) for argument in node.arguments]
        if node.function in self._tables:
            text = self._tables[node.function]([f"{{{k}}}" for k in range(len(values))])
            return self.set(text, *values)
        if node.function in SURVIVAL:
            return survival(self, node.function, values)
        if node.function in ("min", "max"):
            join = "least" if node.function == "min" else "most"
            return reduce(lambda a, b: self.set(f"{join}({{0}}, {{1}})", a, b), values)
        return self.set(_FUNCTIONS[node.function], *values)

    def _first(self, condition: Value) -> Value:
        """Write a condition that holds once, the first time."""
        if self._on_first_day:
            return condition
        before, answer = (f"{mark}{len(self.held)}" for mark in self._marks)
        place = self.held[before] = self._own.row()
        self.keep(condition, reader=self.each)
        now = condition.text
        self.lines[self.each] += [
            f"{answer} = {now} & ({before} == 0.0)",
            f"{place} = 1.0 if {now} else {before}",
        ]
        return Value(answer, self.each, True)
