"""Statements of who is where: on the first day, and after each cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from equipoise.clinical.compiled.context import Context
from equipoise.clinical.compiled.formulas import Formulas
from equipoise.clinical.compiled.shares import net_moves, shares
from equipoise.clinical.compiled.statements import ONE, ZERO, Value, Varies
from equipoise.clinical.moves import HAIR, LARGEST_RATE
from equipoise.clinical.plan import Plan, effects_by_move
from equipoise.spec.formula import Formula
from equipoise.spec.model import Model, Time, TransitionEffect


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
        day.keep(value, reader=context.begin)
    residence = context.residence
    return [
        *(
            f"{context.states[name]} = {share.text} * {weight.text}"
            for name, share in found.items()
        ),
        *(f"{residence.there(name, '0')} = {context.states[name]}" for name in residence.states),
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
class Those:
    """Patients for whom something counts; see `clinical.people.Those`.

    `present` is their share of the cohort as it counts where residence does not matter, `factors`
    are what their shares by residence are multiplied with in `state`.
    """

    present: Value
    state: str | None = None
    factors: tuple[Value, ...] = ()
    counted: Value | None = None
    """What the sum over residence is multiplied with."""
    came: Value | None = None
    """Of those who are there at the end of a cycle: who has come in it."""


@dataclass(frozen=True)
class Moved:
    """Who is where after a cycle, and the share of the cohort to whom each effect happened."""

    following: Mapping[str, Value]
    effects: Sequence[tuple[TransitionEffect, Those]]
    came: Mapping[str, Value] = field(default_factory=dict)
    """Who has come to each state in which it matters since when."""


def moved(context: Context) -> Moved:
    """Write what happens to the cohort in a cycle."""
    return _by_shares(context) if context.spec.is_partitioned else _by_transitions(context)


def _by_shares(context: Context) -> Moved:
    """Write who is where after a cycle, from curves."""
    # Of the first day: the age at the start may be in it.
    weight = group_weight(context, context.first_day)
    following = shares(context, context.ahead)
    if weight is not ONE:
        following = {n: context.now.set("{0} * {1}", s, weight) for n, s in following.items()}
    effects = [(effect, Those(share)) for effect, share in net_moves(context, following)]
    return Moved(following, effects)


def _by_transitions(context: Context) -> Moved:
    """Write the moves of a cycle; as `clinical.moves.moved`."""
    moves: dict[tuple[str, str], Those] = {}
    for origin in context.states:
        for target, those in _leaving(context, origin).items():
            moves[origin, target] = those
    effects = [
        (effect, moves[move])
        for move, found in effects_by_move(context.spec).items()
        if move in moves
        for effect in found
    ]
    came = {
        name: [share.present for (_origin, target), share in moves.items() if target == name]
        for name in context.states
    }
    new = {
        name: [share.present for (origin, to), share in moves.items() if to == name != origin]
        for name in context.residence.states
    }
    total = context.now.total
    return Moved(
        {name: total(shares) for name, shares in came.items()},
        effects,
        {name: total(shares) for name, shares in new.items()},
    )


def _leaving(context: Context, origin: str) -> dict[str, Those]:
    """Return who goes from one state to each."""
    present, now, residence = context.present(origin), context.now, context.residence
    entries = {
        to: entry
        for to, entry in context.spec.moves.get(origin, {}).items()
        if isinstance(entry, Formula)
    }
    by_stay: dict[str, Value] = {}
    if origin in context.plan.lasting:
        found = {to: context.by_stay(entry, origin) for to, entry in entries.items()}
        by_stay = chances(context, residence.formulas, origin, found)
        residence.keep_staying(origin, by_stay.get(origin, ZERO))
    if any(Varies.RESIDENCE in share.varies for share in by_stay.values()):
        shares = {
            to: residence.summed(now, origin, share)
            if Varies.RESIDENCE in share.varies
            else now.set("{0} * {1}", present, residence.brought(now, share))
            for to, share in by_stay.items()
        }
    else:
        found = {to: context.of(entry, origin) for to, entry in entries.items()}
        row_now = chances(context, now, origin, found)
        shares = {to: now.set("{0} * {1}", present, share) for to, share in row_now.items()}
    return {
        to: Those(share, origin, (by_stay[to],) if to in by_stay else ())
        for to, share in shares.items()
    }


def row(context: Writer, origin: str) -> dict[str, Value]:
    """Return the probability of each state after a cycle for those in one state."""
    entries = context.spec.moves.get(origin, {})
    found = {to: context.of(entry) for to, entry in entries.items() if isinstance(entry, Formula)}
    return chances(context, context.now, origin, found)


def chances(
    context: Writer, statements: Formulas, origin: str, stated: Mapping[str, Value]
) -> dict[str, Value]:
    """Return the probability of each state after a cycle from the values of a row's formulas."""
    found = dict(stated)
    rates = origin in context.plan.rates
    for value in found.values():
        statements.require("{0} >= 0.0", value)
    if rates:
        found = _competing(context, statements, found)
    total = statements.total(list(found.values()))
    if found and not rates:  # then each is at most 1 too
        statements.require(f"{{0}} <= {1.0 + HAIR!r}", total)
    entries = context.spec.moves.get(origin, {})
    rest = next((to for to, entry in entries.items() if not isinstance(entry, Formula)), origin)
    left = ONE
    if found:
        left = statements.set("1.0 - {0}", total)
        left = statements.set("({0} if {0} > 0.0 else 0.0)", left)
    found[rest] = statements.set("{0} + {1}", found[rest], left) if rest in found else left
    return found


def _competing(
    context: Writer, statements: Formulas, rates: Mapping[str, Value]
) -> dict[str, Value]:
    """Return the probabilities of competing rates; as `clinical.moves.competing`."""
    total = statements.total(list(rates.values()))
    statements.require(f"{{0}} <= {LARGEST_RATE!r}", total)
    cycle = repr(context.time.cycle.value)
    leave = statements.set(f"-expm1(-({{0}} * {cycle})) / ({{0}} if {{0}} > 0.0 else 1.0)", total)
    return {to: statements.set("{0} * {1}", rate, leave) for to, rate in rates.items()}
