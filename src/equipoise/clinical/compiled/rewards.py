"""Statements of what counts: yearly rewards, one-off events and effects, and what is read.

Each group of rewards lies in scratch rows one after another and is added to the results in a loop
over them, so that the text stays short and compiles soon.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from equipoise.clinical.compiled.context import Context, Reward
from equipoise.clinical.compiled.discount import KINDS
from equipoise.clinical.compiled.moves import Moved, Those
from equipoise.clinical.compiled.statements import BLOCK, ZERO, Region, Statements, Value, Varies
from equipoise.clinical.plan import by_item
from equipoise.spec.formula import Formula, parse_formula
from equipoise.spec.model import Event, TransitionEffect

_ONE = parse_formula("1")


def indented(depth: int, lines: Iterable[str]) -> list[str]:
    """Return lines moved to the right."""
    return ["    " * depth + line for line in lines]


def looped(lines: Sequence[str]) -> list[str]:
    """Return lines in a loop over the draws of a block."""
    return [f"for i in range({BLOCK}):", *indented(1, lines or ["pass"])]


def over(count: int, lines: Sequence[str]) -> list[str]:
    """Return lines in a loop over rewards."""
    return [f"for n in range({count}):", *indented(1, lines)] if count else []


@dataclass(frozen=True)
class _Rewards:
    """Rewards that are added together: their numbers among all, and their amounts."""

    first: int
    amounts: Region


def _listed(context: Context, rewards: Mapping[Reward, Value]) -> _Rewards:
    """Put rewards on the list of the kernel's, and their amounts into rows."""
    first = len(context.rewards)
    context.rewards += rewards
    return _Rewards(first, context.now.note(list(rewards.values())))


def place_text(first: int, table: str, year: str) -> str:
    """Return the text of where the n-th reward's results stand, for a block's first draw.

    Parameters
    ----------
    first
        Number of the first of them among all.
    table
        Where their results begin: `reward_place` or `present_place`.
    year
        Text of the year; empty for what has no years.
    """
    row = f"a * years + {year}" if year else "a"
    number = f"{first} + n"
    return f"{table}[{number}] + s * reward_step[{number}] + ({row}) * width + lo"


def _not_finite(context: Context, place: str) -> str:
    """Return the statement that notes the draws in which a result is no finite number."""
    wrong = context.wrong(context.each)
    return f"{wrong} += 0.0 if np.abs(out[{place} + i]) < np.inf else 1.0"


@dataclass(frozen=True)
class Flows:
    """Yearly rewards: statements for one share of time, and those that end a year."""

    sums: Region
    """Sums of the running year, as they are and at their present value."""
    share: list[str]
    year: list[str]


def flows(context: Context, moved: Moved) -> Flows:
    """Write the yearly costs, health and life of the states."""
    parts = [
        (*yearly(context, those), part, when) for those, part, when in counting(context, moved)
    ]
    plain_amounts, present_amounts = _in_cycle(context, parts)
    listed = _listed(context, plain_amounts)
    count = len(plain_amounts)
    sums = context.own.region(2 * count)
    plain = Region(sums.first, count, sums.begin)
    present = Region(sums.first + count * BLOCK, count, sums.begin)
    worth = context.now.note(list(present_amounts.values()))
    lines = [
        f"{plain.nth} += {listed.amounts.nth} * weight",
        f"{present.nth} += {worth.nth} * weight",
    ]
    share = over(count, looped(lines))
    to, to_present = context.fresh("o"), context.fresh("o")
    year = [
        f"{to} = {place_text(listed.first, 'reward_place', 'y')}",
        f"{to_present} = {place_text(listed.first, 'present_place', 'y')}",
        *looped(
            [
                f"out[{to} + i] += {plain.nth}",
                f"out[{to_present} + i] += {present.nth}",
                f"{plain.nth} = 0.0",
                f"{present.nth} = 0.0",
            ]
        ),
    ]
    return Flows(sums, share, over(count, year))


def _in_cycle(
    context: Context,
    parts: Iterable[tuple[Mapping[Reward, Value], Mapping[Reward, Value], float, str]],
) -> tuple[dict[Reward, Value], dict[Reward, Value]]:
    """Return what parts of a cycle bring together, and what that is worth.

    Of each part: costs, health, how much of the cycle it is, and the text of when it is worth that.
    """
    plain: dict[Reward, Value] = {}
    worth: dict[Reward, Value] = {}
    now = context.now
    for *both, part, when in parts:
        for found, kind in zip(both, KINDS, strict=True):
            factor = context.factor(kind, when)
            for reward, amount in found.items():
                counts = amount if part == 1.0 else now.set(f"{{0}} * {part!r}", amount)
                for sums, value in ((plain, counts), (worth, now.set("{0} * {1}", counts, factor))):
                    known = sums.get(reward, ZERO)
                    sums[reward] = value if known is ZERO else now.set("{0} + {1}", known, value)
    return plain, worth


Counting = tuple[list[Those], float, str]
"""Who counts in the states, for what part of a cycle, and the text of when it is worth that."""


def counting(context: Context, moved: Moved) -> list[Counting]:
    """Return for whom the yearly rewards of a cycle count, those of its start and of its end."""
    counted, names = context.counted, list(context.plan.states)
    if counted.of_end and not (counted.ends_later or context.is_apart):
        parts = f"{{0}} * {counted.of_start!r} + {{1}} * {counted.of_end!r}"
        means = {n: context.now.set(parts, context.present(n), moved.following[n]) for n in names}
        return [([Those(mean, name) for name, mean in means.items()], 1.0, "now")]
    found: list[Counting] = []
    if counted.of_start:
        at_start = [Those(context.present(name), name) for name in names]
        found.append((at_start, counted.of_start, "now"))
    if counted.of_end:
        at_end = [
            Those(moved.following[name], name, came=moved.came.get(name, ZERO)) for name in names
        ]
        found.append((at_end, counted.of_end, "then" if counted.ends_later else "now"))
    return found


def yearly(
    context: Context, everyone: Iterable[Those]
) -> tuple[dict[Reward, Value], dict[Reward, Value]]:
    """Return the yearly rewards of everyone, each in a state: cost by item; health and life."""
    costs: dict[Reward, Value] = {}
    health: dict[Reward, Value] = {}
    for share in everyone:
        name = str(share.state)
        state = context.plan.states[name]
        for item, formula in by_item(state.cost).items():
            _add(context, costs, ("cost", context.plan.items.index(item)), share, formula)
        if state.utility is not None:
            _add(context, health, ("qaly", 0), share, state.utility)
        if name in context.plan.living:
            _add(context, health, ("life_years", 0), share, _ONE)
    return costs, health


def events(context: Context) -> list[str]:
    """Return the statements of the one-off events at the start of a cycle."""
    lines: list[str] = []
    for event in context.spec.events.values():
        guard = "inside"
        if not context.places.asks(event.when):
            happens = context.now.truth(event.when.tree)
            same_for_all = Varies.DRAW not in happens.varies
            guard = f"inside and {happens.text}" if same_for_all else "inside"
        lines += [f"if {guard}:", *indented(1, _event(context, event))]
    return lines


def _living(context: Context, *formulas: Formula | None) -> list[Those]:
    """Return everyone alive, state by state if a formula depends on where they are."""
    if not context.places.asks(*formulas):
        return [Those(context.alive())]
    return [Those(context.present(name), name) for name in context.plan.living]


def effects(context: Context, moved: Moved) -> list[str]:
    """Return the statements of the one-off effects of moves, at the end of a cycle.

    What all moves bring is added up first: results are written far more slowly than computed.
    """
    costs, health = at_moves(context, moved)
    lines = [
        line
        for rewards, kind in ((costs, "cost"), (health, "health"))
        for line in (
            _later(context, _listed(context, rewards), kind, at_start=False) if rewards else ()
        )
    ]
    return ["if inside:", *indented(1, lines)] if lines else []


def at_moves(context: Context, moved: Moved) -> tuple[dict[Reward, Value], dict[Reward, Value]]:
    """Return the one-off costs and health effects of all moves of a cycle."""
    costs: dict[Reward, Value] = {}
    health: dict[Reward, Value] = {}
    counted = Value("counted", Varies.CYCLE)
    for effect, those in moved.effects:
        present = context.now.set("{0} * {1}", those.present, counted)
        what = replace(those, present=present, counted=counted)
        _add_once(context, (costs, health), what, effect)
    return costs, health


def _add_once(
    context: Context,
    found: tuple[dict[Reward, Value], dict[Reward, Value]],
    those: Those,
    what: Event | TransitionEffect,
) -> None:
    """Add the costs and the health effect of a share of the cohort to those found so far."""
    costs, health = found
    when = what.when if isinstance(what, Event) else None
    for item, formula in by_item(what.cost).items():
        reward = "cost", context.plan.items.index(item)
        _add(context, costs, reward, those, formula, when=when)
    if what.qaly is not None:
        _add(context, health, ("qaly", 0), those, what.qaly, when=when)


def _add(
    context: Context,
    found: dict[Reward, Value],
    reward: Reward,
    those: Those,
    formula: Formula,
    *,
    when: Formula | None = None,
) -> None:
    """Add a share times the value of a formula to what a reward is so far."""
    part = _brought(context, those, formula, when)
    known = found.get(reward, ZERO)
    found[reward] = part if known is ZERO else context.now.set("{0} + {1}", known, part)


def _brought(context: Context, those: Those, formula: Formula, when: Formula | None) -> Value:
    """Return what a formula amounts to for patients; nothing for whom an event does not happen."""
    now, places, state = context.now, context.places, those.state
    if state is not None and places.asks_stay(state, formula, when):
        inner = context.residence.formulas
        value = context.by_stay(formula, state)
        if when is not None:
            value = _where(inner, value, inner.truth(places.tree(when, state)))
        if those.came is not None:
            return context.residence.summed_at_end(now, state, value, came=those.came)
        total = context.residence.summed(now, state, *those.factors, value)
        return total if those.counted is None else now.set("{0} * {1}", total, those.counted)
    part = now.set("{0} * {1}", those.present, context.of(formula, state))
    return part if when is None else _where(now, part, now.truth(places.tree(when, state)))


def _where(statements: Statements, value: Value, happens: Value) -> Value:
    """Return a value where something happens, else 0: there it may be no number."""
    return statements.set("({0} if {1} else 0.0)", value, happens)


def _event(context: Context, event: Event) -> list[str]:
    """Return the statements that add what an event brings; costs of day 0 stand apart."""
    costs: dict[Reward, Value] = {}
    health: dict[Reward, Value] = {}
    for those in _living(context, event.when, *by_item(event.cost).values(), event.qaly):
        _add_once(context, (costs, health), those, event)
    lines: list[str] = []
    if costs:
        later = _later(context, _listed(context, costs), "cost", at_start=True)
        first_day = {("cost_at_start", number): cost for (_n, number), cost in costs.items()}
        at_once = _at_once(context, _listed(context, first_day))
        lines = ["if k == 0:", *indented(1, at_once), "else:", *indented(1, later)]
    if health:
        lines += _later(context, _listed(context, health), "health", at_start=True)
    return lines or ["pass"]


def _at_once(context: Context, rewards: _Rewards) -> list[str]:
    """Return the statements that add what happens on day 0."""
    to = context.fresh("o")
    lines = [
        f"{to} = {place_text(rewards.first, 'reward_place', '')}",
        *looped([f"out[{to} + i] += {rewards.amounts.nth}", _not_finite(context, to)]),
    ]
    return over(rewards.amounts.count, lines)


def _later(context: Context, rewards: _Rewards, kind: str, *, at_start: bool) -> list[str]:
    """Return the statements that add what happens once, as it is and at its present value."""
    when, point = ("now", "k") if at_start else ("then", "k + 1")
    factor = context.now.place_of(context.factor(kind, when))
    to, to_present = context.fresh("o"), context.fresh("o")
    year = f"once_year[{point}]"
    lines = [
        f"{to} = {place_text(rewards.first, 'reward_place', year)}",
        f"{to_present} = {place_text(rewards.first, 'present_place', year)}",
        *looped(
            [
                f"out[{to} + i] += {rewards.amounts.nth}",
                f"out[{to_present} + i] += {rewards.amounts.nth} * {factor}",
            ]
        ),
    ]
    return over(rewards.amounts.count, lines)


@dataclass(frozen=True)
class Reads:
    """What is noted at starts of years: statements for a year, and those at the very end."""

    year: list[str]
    end: list[str]


def reads(context: Context) -> Reads:
    """Write who is alive, and what is tracked as a mean of those."""
    found: dict[Reward, Value] = {("alive", 0): context.alive()}
    for number, formula in enumerate(context.spec.track.values()):
        found["track", number] = ZERO
        for those in _living(context, formula):
            _add(context, found, ("track", number), those, formula)
    listed = _listed(context, found)
    to = context.fresh("o")
    lines = [
        f"{to} = {place_text(listed.first, 'reward_place', 'r')}",
        *looped([f"out[{to} + i] += {listed.amounts.nth}"]),
    ]
    year = ["for r in range(read_from[k], read_to[k]):", *indented(1, over(len(found), lines))]
    return Reads(year, _means(context, listed.first, len(found) - 1))


def _means(context: Context, first: int, count: int) -> list[str]:
    """Return the statements that divide what was tracked by the share alive."""
    people, to, share = context.fresh("o"), context.fresh("o"), context.fresh("x")
    lines = [
        f"{share} = out[{people} + i]",
        f"out[{to} + i] = out[{to} + i] / ({share} if {share} > 0.0 else 1.0)",
    ]
    alive = place_text(first, "reward_place", "r").replace(" + n]", "]")
    each = over(count, [f"{to} = {place_text(first + 1, 'reward_place', 'r')}", *looped(lines)])
    return ["for r in range(years):", f"    {people} = {alive}", *indented(1, each)] if each else []


def finite(context: Context) -> list[str]:
    """Return the statements that note the draws with results of one age that are no finite number.

    Looked at once in the end: what is no number stays none.
    """
    lines: list[str] = []
    wrong = context.wrong(context.each)
    place = 0
    for with_years, same in groupby(context.rewards, lambda reward: reward[0] != "cost_at_start"):
        count = len(list(same))
        if with_years:
            to, to_present = context.fresh("o"), context.fresh("o")
            look = [
                f"{to} = {place_text(place, 'reward_place', 'r')}",
                f"{to_present} = {place_text(place, 'present_place', 'r')}",
                *looped([_not_finite(context, to), _not_finite(context, to_present)]),
            ]
            lines += over(count, look)
        place += count
    return [
        *looped([f"{wrong} = 0.0"]),
        "for r in range(years):",
        *indented(1, lines),
        *looped([f"if {wrong} > 0.0:", "    failed[lo + i] = 1"]),
    ]
