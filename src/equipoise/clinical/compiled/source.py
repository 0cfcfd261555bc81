"""The text of one model's kernel: Python that Numba turns into machine code."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from equipoise.clinical.compiled.context import Context, Reward
from equipoise.clinical.compiled.discount import ONE_RATE, StepCounts
from equipoise.clinical.compiled.formulas import FUNCTIONS
from equipoise.clinical.compiled.moves import Moved, moved, start
from equipoise.clinical.compiled.rewards import (
    Flows,
    effects,
    events,
    finite,
    flows,
    indented,
    looped,
    reads,
)
from equipoise.clinical.compiled.shares import already_seen
from equipoise.clinical.compiled.statements import BLOCK, Varies
from equipoise.clinical.compiled.whole import WEIGHT, whole_course
from equipoise.clinical.plan import Plan
from equipoise.clinical.plan import plan as plan_of
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Time

_HEAD = '''"""Made by Equipoise from a model file; changes here are lost."""
import numpy as np

{functions}
from equipoise.core.machine_code import fused


@fused
def kernel({arguments}):
'''

ARGUMENTS = (
    "drawn", "single", "strategies", "groups", "ages", "time", "share_from", "share_year",
    "share_weight", "share_ends", "effect_weight", "once_year", "read_from", "read_to",
    "reward_place", "present_place", "reward_step", "out", "years", "width", "failed",
)  # fmt: skip
"""What every kernel is given, before its tables; see `engine`."""

_CYCLE = (
    "inside = k < time.size - 1",
    "now = time[k]",
    "then = time[k + 1] if inside else now",
    "counted = effect_weight[k + 1] if inside else 0.0",
    "age = ages[a] + now",
)


@dataclass(frozen=True)
class Source:
    """A kernel's text, and the order in which it is given its numbers."""

    text: str
    drawn: tuple[str, ...]
    single: tuple[str, ...]
    of_strategy: tuple[str, ...]
    of_group: tuple[str, ...]
    rewards: tuple[Reward, ...]


@lru_cache(maxsize=16)
def source_of(
    model: LoadedModel, drawn: tuple[str, ...], *, by_year: bool, steps: StepCounts
) -> Source:
    """Return the text of a model's kernel, which large runs need once for each part."""
    assert model.spec.time is not None  # noqa: S101 - otherwise nothing is compiled
    plan = plan_of(model)
    return kernel_source(model, plan, model.spec.time, drawn, by_year=by_year, steps=steps)


def kernel_source(
    model: LoadedModel,
    plan: Plan,
    time: Time,
    drawn: Sequence[str],
    *,
    by_year: bool = True,
    steps: StepCounts = ONE_RATE,
) -> Source:
    """Write the kernel of one model.

    Parameters
    ----------
    model
        A checked model.
    plan
        Its order of work.
    time
        Its clock; the numbers of cycles and years are no part of the text.
    drawn
        Parameters and discount rates that differ between draws.
    by_year
        Tell years apart; else the clock has one year.
    steps
        How many discount rates hold one after another.
    """
    context = Context(model, plan, time, drawn, steps)
    tables = range(len(model.tables))
    columns = [f"{part}{k}" for k in tables for part in ("grid", "values", "codes")]
    head = _HEAD.format(
        functions=FUNCTIONS,
        arguments=", ".join([*ARGUMENTS, *columns, "first_block", "last_block"]),
    )
    text = head + "\n".join(indented(1, _body(context, by_year=by_year))) + "\n"
    return Source(
        text,
        context.drawn,
        context.single,
        context.of_strategy,
        context.of_group,
        tuple(context.rewards),
    )


def _body(context: Context, *, by_year: bool) -> list[str]:
    """Return the statements of a kernel: blocks of draws, ages, subgroups, cycles, strategies."""
    parts = _parts(context, by_year=by_year)
    names = _named("v", "strategies[s * {0} + {1}]", len(context.of_strategy))
    each = f"for s in range({len(context.spec.strategies)}):"
    own = f"z = {context.shared.rows * BLOCK} + s * {context.own.rows * BLOCK}"

    def for_each(lines: Sequence[str]) -> list[str]:
        return list(lines) if context.is_apart else [each, *indented(1, [own, *names, *lines])]

    group = [
        "broken = 0",
        *_named("u", "groups[g * {0} + {1}]", len(context.of_group)),
        *parts.once,
        *for_each(parts.start),
        "for k in range(time.size):",
        *indented(1, [*parts.cycle, *for_each(parts.strategy)]),
        *for_each(parts.end),
    ]
    age = [
        f"for g in range({max(len(context.spec.subgroups), 1)}):",
        *indented(1, group),
        *for_each([*finite(context), *parts.means]),
    ]
    ages = ["for a in range(ages.size):", *indented(1, age)]
    block = [
        f"lo = b * {BLOCK}",
        f"for n in range({len(context.drawn)}):",
        *indented(1, looped([f"{context.parameters.nth} = drawn[n * width + lo + i]"])),
        *([each, *indented(1, [*names, *ages])] if context.is_apart else ages),
    ]
    return [
        f"w = np.zeros({_rows(context) * BLOCK})",
        *context.residence.allocated(),
        *_named("q", "single[{1}]", len(context.single)),
        "for b in range(first_block, last_block):",
        *indented(1, block),
    ]


def _rows(context: Context) -> int:
    """Return the number of rows of the scratch space."""
    if context.is_apart:
        return context.shared.rows
    return context.shared.rows + len(context.spec.strategies) * context.own.rows


def _named(prefix: str, text: str, count: int) -> list[str]:
    """Return the statements that give numbers of the arguments their names.

    Names, because the compiler may not read an array where it need not, and then cannot compute
    several draws at once.
    """
    return [f"{prefix}{k} = {text.format(count, k)}" for k in range(count)]


@dataclass(frozen=True)
class _Parts:
    """Statements of one patient group, by the loops they stand in."""

    once: list[str]
    start: list[str]
    """For each strategy before the cycles."""
    cycle: list[str]
    strategy: list[str]
    """For each strategy in each cycle."""
    end: list[str]
    """For each strategy after the cycles."""
    means: list[str]
    """For each strategy after all patient groups."""


def _parts(context: Context, *, by_year: bool) -> _Parts:
    """Write all parts; only when all are written is it known what each must compute."""
    begins = start(context)
    read = reads(context)
    counted: list[str] = []
    event = events(context)
    move = moved(context)
    if by_year:
        effect = effects(context, move)
        yearly = flows(context, move)
        counted = [*effect, *_shared_out(yearly)]
        sums, end = [yearly.sums.row(k) for k in range(yearly.sums.count)], []
    else:
        whole = whole_course(context, move)
        sums, end = whole.rows, whole.end
    body = _draw(context, move)
    begins += already_seen(context)
    cycle = _cycle(context, by_year=by_year)
    now = context.now
    return _Parts(
        once=_once(context),
        start=_start(context, begins, sums),
        cycle=cycle,
        strategy=[
            *now.lines[Varies.STRATEGY],
            *context.statements(now, Varies.CYCLE | Varies.STRATEGY),
            *looped(body),
            *read.year,
            *event,
            *counted,
        ],
        end=[*end, *_judged(context)],
        means=read.end,
    )


def _once(context: Context) -> list[str]:
    """Return the statements before the cycles that all strategies share."""
    every = (context.now, context.residence.formulas, context.first_day)
    lines = [line for one in every for line in context.statements(one, Varies.NOTHING)]
    if context.is_apart:
        return lines
    clear = f"{context.wrong(Varies.DRAW)} = 0.0"
    return [*lines, *looped([clear, *_draws(context, Varies.DRAW)])]


def _start(context: Context, begins: Sequence[str], sums: Sequence[str]) -> list[str]:
    """Return the statements of each strategy before the cycles."""
    rows = (context.wrong(context.each), *context.now.held.values(), *sums)
    clear = [*(f"{row} = 0.0" for row in rows), *context.residence.clear()]
    return [
        *context.statements(context.now, Varies.STRATEGY),
        *context.statements(context.first_day, Varies.STRATEGY),
        *looped([*clear, *_draws(context, context.begin, begins)]),
        *context.residence.before(context.wrong(context.each)),
    ]


def _cycle(context: Context, *, by_year: bool) -> list[str]:
    """Return the statements of a cycle before those of its strategies."""
    both = [] if context.is_apart else _draws(context, Varies.BOTH)
    inner = context.residence
    stays = inner.cycle(context.wrong(context.each), _histories(context))
    return [
        *_CYCLE,
        *([] if by_year else [WEIGHT]),
        *context.statements(context.now, Varies.CYCLE),
        *context.statements(inner.formulas, Varies.CYCLE),
        *stays,
        *(looped(both) if both else []),
    ]


def _judged(context: Context) -> list[str]:
    """Return the statements that mark the draws in which anything is impossible."""
    found = list(dict.fromkeys((context.wrong(Varies.DRAW), context.wrong(context.each))))
    if context.marked is not None:
        found.append(f"0.0 * {context.states[context.marked]}")
    return looped([f"if not ({' + '.join(found)} + broken <= 0.0):", "    failed[lo + i] = 1"])


def _shared_out(yearly: Flows) -> list[str]:
    """Return the statements that share a cycle's rewards between the years it touches."""
    return [
        "for q in range(share_from[k], share_from[k + 1]):",
        "    weight = share_weight[q]",
        *indented(1, yearly.share),
        "    if share_ends[q]:",
        "        y = share_year[q]",
        *indented(2, yearly.year),
    ]


def _draws(context: Context, varies: Varies, more: Sequence[str] = ()) -> list[str]:
    """Return the statements for each draw of what varies so, and those that keep it for others."""
    every = [context.now, context.first_day]
    if varies is Varies.DRAW:
        every.insert(1, context.residence.formulas)
    lines = [line for one in every for line in context.statements(one, varies)]
    lines += [line for one in every for line in one.stores(varies)]
    lines += more
    loads = [line for one in every for line in one.loads(varies, lines)]
    return [*dict.fromkeys(loads), *lines]


def _draw(context: Context, move: Moved) -> list[str]:
    """Return the statements for each draw in a cycle: values of now, then those of the next."""
    now, residence = context.now, context.residence
    following = {n: context.of(change) for n, change in context.plan.changes.items()}
    for value in (*following.values(), *move.following.values(), *move.came.values()):
        now.keep(value, reader=context.each)
    texts = {name: value.text for name, value in move.following.items()}
    if context.marked is not None:
        texts[context.marked] = now.unless_refused(move.following[context.marked])
    next_ones = [
        *(f"{context.states[name]} = {text}" for name, text in texts.items()),
        *(f"{context.attributes[name]} = {value.text}" for name, value in following.items()),
        *(f"{residence.there(name, 'k + 1')} = {value.text}" for name, value in move.came.items()),
    ]
    return [
        *(f"m{k} = {place}" for k, place in enumerate(context.states.values())),
        *_histories(context),
        *(f"{before} = {place}" for before, place in now.held.items()),
        *_draws(context, context.each, next_ones),
    ]


def _histories(context: Context) -> list[str]:
    """Return the statements that read the attributes."""
    return [f"a{k} = {place}" for k, place in enumerate(context.attributes.values())]
