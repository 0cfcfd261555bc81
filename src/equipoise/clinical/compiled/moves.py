"""Statements of who is where: on the first day, and after each cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from equipoise.clinical.compiled.context import Context
from equipoise.clinical.compiled.formulas import Formulas
from equipoise.clinical.compiled.shares import net_moves, shares
from equipoise.clinical.compiled.statements import ONE, ZERO, Value, Varies
from equipoise.clinical.moves import HAIR
from equipoise.clinical.plan import Plan, effects_by_move
from equipoise.spec.formula import Formula
from equipoise.spec.model import Model, Time, TransitionEffect

LARGEST_RATE = "1e300"
"""Rates beyond this are left to the NumPy engine, which lets infinite ones happen at once."""


class Writer(Protocol):
    """What writes the statements of one model, of a cohort or of single patients."""

    @property
    def spec(self) -> Model:
        """Return the model as written."""

    @property
    def plan(self) -> Plan:
        """Return its order of work."""

    @property
    def time(self) -> Time:
        """Return its clock."""

    @property
    def now(self) -> Formulas:
        """Return the statements of a cycle."""

    @property
    def first_day(self) -> Formulas:
        """Return the statements of the very beginning."""

    def of(self, formula: Formula) -> Value:
        """Return the value of a formula in a cycle."""


def start(context: Context) -> list[str]:
    """Return the statements, for each draw of a strategy, that put everyone where they begin.

    The shares carry the weight of the subgroup at hand.
    """
    day = context.first_day
    found = shares(context, day) if context.spec.is_partitioned else _starting(context)
    weight = group_weight(context, day)
    attributes = {n: day.number(start.tree) for n, start in context.plan.starts.items()}
    for value in (weight, *found.values(), *attributes.values()):
        day.keep(value, reader=Varies.DRAW | Varies.STRATEGY)
    return [
        *(
            f"{context.states[name]} = {share.text} * {weight.text}"
            for name, share in found.items()
        ),
        *(f"{context.attributes[name]} = {value.text}" for name, value in attributes.items()),
    ]


def _starting(context: Context) -> dict[str, Value]:
    """Write the shares that begin in each state."""
    day = context.first_day
    found = {
        name: ZERO if state.start is None else day.number(state.start.tree)
        for name, state in context.plan.states.items()
    }
    for share in found.values():
        day.require("{0} >= 0.0", share)
    require_one(day, list(found.values()))
    return found


def require_one(statements: Formulas, parts: list[Value]) -> None:
    """Note the draws in which shares do not add up to one."""
    statements.require(f"np.abs({{0}} - 1.0) <= {HAIR!r}", statements.total(parts))


def group_weight(context: Writer, statements: Formulas) -> Value:
    """Return the weight of the subgroup at hand."""
    weights = [statements.number(group.weight.tree) for group in context.spec.subgroups.values()]
    if not weights:
        return ONE
    for weight in weights:
        statements.require("{0} >= 0.0", weight)
    require_one(statements, weights)
    found = weights[0]
    for number, weight in enumerate(weights[1:], start=1):
        found = statements.set(f"({{0}} if g == {number} else {{1}})", weight, found)
    return found


@dataclass(frozen=True)
class Moved:
    """Who is where after a cycle, and the share of the cohort to whom each effect happened."""

    following: Mapping[str, Value]
    effects: Sequence[tuple[TransitionEffect, Value]]


def moved(context: Context) -> Moved:
    """Write what happens to the cohort in a cycle."""
    return _by_shares(context) if context.spec.is_partitioned else _by_transitions(context)


def _by_shares(context: Context) -> Moved:
    """Write who is where after a cycle, from curves."""
    weight = group_weight(context, context.now)
    following = shares(context, context.ahead)
    if weight is not ONE:
        following = {n: context.now.set("{0} * {1}", s, weight) for n, s in following.items()}
    return Moved(following, net_moves(context, following))


def _by_transitions(context: Context) -> Moved:
    """Write the moves of a cycle; as `clinical.moves.moved`."""
    parts: dict[str, list[Value]] = {name: [] for name in context.states}
    moves: dict[tuple[str, str], Value] = {}
    for origin in context.states:
        for target, share in row(context, origin).items():
            moves[origin, target] = context.now.set("{0} * {1}", context.present(origin), share)
            parts[target].append(moves[origin, target])
    effects = [
        (effect, moves[move])
        for move, found in effects_by_move(context.spec).items()
        if move in moves
        for effect in found
    ]
    return Moved({name: context.now.total(several) for name, several in parts.items()}, effects)


def row(context: Writer, origin: str) -> dict[str, Value]:
    """Return the probability of each state after a cycle for those in one state."""
    entries = context.spec.moves.get(origin, {})
    found = {to: context.of(entry) for to, entry in entries.items() if isinstance(entry, Formula)}
    rates = origin in context.plan.rates
    for value in found.values():
        context.now.require("{0} >= 0.0", value)
    if rates:
        found = _competing(context, found)
    total = context.now.total(list(found.values()))
    if found and not rates:  # then each is at most 1 too
        context.now.require(f"{{0}} <= {1.0 + HAIR!r}", total)
    rest = next((to for to, entry in entries.items() if not isinstance(entry, Formula)), origin)
    left = ONE
    if found:
        left = context.now.set("1.0 - {0}", total)
        left = context.now.set("({0} if {0} > 0.0 else 0.0)", left)
    found[rest] = context.now.set("{0} + {1}", found[rest], left) if rest in found else left
    return found


def _competing(context: Writer, rates: Mapping[str, Value]) -> dict[str, Value]:
    """Return the probabilities of competing rates; as `clinical.moves.competing`."""
    total = context.now.total(list(rates.values()))
    context.now.require(f"{{0}} <= {LARGEST_RATE}", total)
    cycle = repr(context.time.cycle.value)
    leave = context.now.set(f"-expm1(-({{0}} * {cycle})) / ({{0}} if {{0}} > 0.0 else 1.0)", total)
    return {to: context.now.set("{0} * {1}", rate, leave) for to, rate in rates.items()}
