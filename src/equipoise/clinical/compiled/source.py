"""The text of one model's kernel: Python that Numba turns into machine code."""

from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.clinical.compiled.context import Context, Reward
from equipoise.clinical.compiled.formulas import FUNCTIONS, Formulas
from equipoise.clinical.compiled.moves import Moved, moved, start
from equipoise.clinical.compiled.rewards import (
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
from equipoise.clinical.plan import Plan
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Time

_HEAD = '''"""Made by Equipoise from a model file; changes here are lost."""
import numpy as np

{functions}
from equipoise.core.machine_code import compiled


@compiled
def kernel({arguments}):
'''

ARGUMENTS = (
    "drawn", "single", "strategies", "groups", "ages", "time", "share_from", "share_year",
    "share_weight", "share_ends", "effect_weight", "once_year", "read_from", "read_to",
    "reward_place", "present_place", "reward_step", "out", "years", "width", "failed",
    "first_block", "last_block",
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


def kernel_source(model: LoadedModel, plan: Plan, time: Time, drawn: Sequence[str]) -> Source:
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
    """
    context = Context(model, plan, time, drawn)
    tables = range(len(model.tables))
    columns = [f"{part}{k}" for k in tables for part in ("grid", "values", "codes")]
    head = _HEAD.format(functions=FUNCTIONS, arguments=", ".join([*ARGUMENTS, *columns]))
    text = head + "\n".join(indented(1, _body(context))) + "\n"
    return Source(
        text,
        context.drawn,
        context.single,
        context.of_strategy,
        context.of_group,
        tuple(context.rewards),
    )


def _body(context: Context) -> list[str]:
    """Return the statements of a kernel: blocks of draws, strategies, ages, subgroups, cycles."""
    parts = _parts(context)
    group = [
        "broken = 0",
        *_named("u", "groups[g * {0} + {1}]", len(context.of_group)),
        *_statements(context.now, Varies.NOTHING, context.wrong),
        *_statements(context.residence.formulas, Varies.NOTHING, context.wrong),
        *_statements(context.first_day, Varies.NOTHING, context.wrong),
        *looped(parts.before),
        *parts.tables,
        "for k in range(time.size):",
        *indented(1, parts.cycle),
        *looped([f"if {context.wrong} + broken > 0.0:", "    failed[lo + i] = 1"]),
    ]
    age = [
        f"for g in range({max(len(context.spec.subgroups), 1)}):",
        *indented(1, group),
        *parts.end,
    ]
    strategy = [
        *_named("v", "strategies[s * {0} + {1}]", len(context.of_strategy)),
        "for a in range(ages.size):",
        *indented(1, age),
    ]
    block = [
        f"lo = b * {BLOCK}",
        f"for n in range({len(context.drawn)}):",
        *indented(1, looped([f"{context.parameters.nth} = drawn[n * width + lo + i]"])),
        f"for s in range({len(context.spec.strategies)}):",
        *indented(1, strategy),
    ]
    return [
        f"w = np.zeros({context.scratch.rows * BLOCK})",
        *context.residence.allocated(),
        *_named("q", "single[{1}]", len(context.single)),
        "for b in range(first_block, last_block):",
        *indented(1, block),
    ]


def _statements(formulas: Formulas, varies: Varies, wrong: str) -> list[str]:
    """Return the statements of one loop, and those that judge what it computed."""
    return [*formulas.lines[varies], *formulas.refusals(varies, wrong)]


def _named(prefix: str, text: str, count: int) -> list[str]:
    """Return the statements that give numbers of the arguments their names.

    Names, because the compiler may not read an array where it need not, and then cannot compute
    several draws at once.
    """
    return [f"{prefix}{k} = {text.format(count, k)}" for k in range(count)]


@dataclass(frozen=True)
class _Parts:
    """Statements of one patient group: for each draw before the cycles, each cycle, the end."""

    before: list[str]
    tables: list[str]
    cycle: list[str]
    end: list[str]


def _parts(context: Context) -> _Parts:
    """Write all parts; only when all are written is it known what each must compute."""
    begins = start(context)
    read = reads(context)
    event = events(context)
    move = moved(context)
    effect = effects(context, move)
    yearly = flows(context, move)
    body = _draw(context, move)
    inner = context.residence
    tables = inner.before(context.wrong)
    stays = inner.cycle(context.wrong, _histories(context))
    cycle = [
        *_CYCLE,
        *_statements(context.now, Varies.CYCLE, context.wrong),
        *_statements(inner.formulas, Varies.CYCLE, context.wrong),
        *stays,
        *looped(body),
        *read.year,
        *event,
        *effect,
        "for q in range(share_from[k], share_from[k + 1]):",
        "    weight = share_weight[q]",
        *indented(1, yearly.share),
        "    if share_ends[q]:",
        "        y = share_year[q]",
        *indented(2, yearly.year),
    ]
    zero = [yearly.sums.row(k) for k in range(yearly.sums.count)]
    begins += already_seen(context)
    rows = (context.wrong, *context.now.held.values(), *zero)
    before = [
        *_statements(context.now, Varies.DRAW, context.wrong),
        *context.now.stores(Varies.DRAW),
        *_statements(inner.formulas, Varies.DRAW, context.wrong),
        *inner.formulas.stores(Varies.DRAW),
        *_statements(context.first_day, Varies.DRAW, context.wrong),
        *begins,
    ]
    clear = [*(f"{place} = 0.0" for place in rows), *inner.clear()]
    loads = context.now.loads(Varies.DRAW, before)
    end = [*finite(context), *read.end]
    return _Parts([*clear, *loads, *before], tables, cycle, end)


def _draw(context: Context, move: Moved) -> list[str]:
    """Return the statements for each draw in a cycle: values of now, then those of the next."""
    now = context.now
    following = {n: context.of(change) for n, change in context.plan.changes.items()}
    for value in (*following.values(), *move.following.values(), *move.came.values()):
        now.keep(value)
    lines = [
        *_statements(now, Varies.BOTH, context.wrong),
        *(f"{context.states[name]} = {value.text}" for name, value in move.following.items()),
        *(f"{context.attributes[name]} = {value.text}" for name, value in following.items()),
        *(
            f"{context.residence.there(name, 'k + 1')} = {value.text}"
            for name, value in move.came.items()
        ),
    ]
    return [
        *(f"m{k} = {place}" for k, place in enumerate(context.states.values())),
        *_histories(context),
        *(f"{before} = {place}" for before, place in now.held.items()),
        *now.loads(Varies.BOTH, lines),
        *lines,
    ]


def _histories(context: Context) -> list[str]:
    """Return the statements that read the attributes."""
    return [f"a{k} = {place}" for k, place in enumerate(context.attributes.values())]
