"""Running a model's kernel over all draws, on threads."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.build import ready
from equipoise.clinical.compiled.context import OUTPUTS, Reward
from equipoise.clinical.compiled.discount import discount_numbers, step_counts
from equipoise.clinical.compiled.source import Source, source_of
from equipoise.clinical.compiled.statements import BLOCK
from equipoise.clinical.discounting import Discounting
from equipoise.clinical.plan import Plan
from equipoise.clinical.schedule import Schedule
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Compiled:
    """Results of all draws, and which of them the kernel could not do.

    `arrays` has the variables of group `clinical`, with the dims of `tally.Tally`; `failed` has
    dims (draw).
    """

    arrays: Mapping[str, Floats]
    failed: NDArray[np.bool_]


def compiled_cohort(
    model: LoadedModel,
    plan: Plan,
    clock: Schedule,
    parameters: Mapping[str, Floats],
    *,
    discount: tuple[Discounting, Discounting],
    ages: Sequence[float],
    draws: int,
) -> Compiled:
    """Follow a cohort through a model's course in time, as machine code.

    Parameters
    ----------
    model
        A checked model.
    plan, clock
        Its order of work and its time.
    parameters
        By name, each a single number or dims (draw).
    discount
        Rates of cost and of health.
    ages
        At the start, years.
    draws
        How many.

    Returns
    -------
    Compiled
        Draws in which something leaves its range or grows beyond all numbers are marked: only the
        NumPy engine can say what and where, or that it does no harm.
    """
    numbers = {**parameters, **discount_numbers(discount)}
    source = source_of(
        model, tuple(drawn_names(model, numbers)),
        by_year=clock.years > 1, steps=step_counts(discount),
    )  # fmt: skip
    blocks = -(-draws // BLOCK)
    shapes = shapes_of(model, plan, clock, ages=len(ages), width=blocks * BLOCK)
    sizes = [int(np.prod(shape)) for shape in shapes]
    places = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    out, failed = np.zeros(int(places[-1])), np.zeros(blocks * BLOCK, dtype=np.int64)
    fixed = (
        *_numbers(model, source, numbers, draws=draws, width=blocks * BLOCK),
        np.asarray(ages, dtype=np.float64),
        *clock_arrays(clock),
        *places_of(source.rewards, places, shapes),
        out, clock.years, blocks * BLOCK, failed, *table_arrays(model),
    )  # fmt: skip
    kernel = ready(source.text, *fixed, 0, 0)
    share_out(lambda: kernel.over(*fixed), blocks, turns=1)
    arrays = {
        name: out[first:last].reshape(shape)[..., :draws]
        for name, shape, first, last in zip(OUTPUTS, shapes, places[:-1], places[1:], strict=True)
    }
    return Compiled(arrays, failed[:draws] > 0)


def drawn_names(model: LoadedModel, numbers: Mapping[str, Floats]) -> list[str]:
    """Return what differs between draws, or would if nobody had fixed it.

    What the file says to be uncertain counts as such also where the user has set it to a number,
    so that no other kernel must be compiled for that.
    """
    return [n for n in numbers if n in model.uncertain or np.ptp(numbers[n], axis=None) != 0.0]


def shapes_of(
    model: LoadedModel, plan: Plan, clock: Schedule, *, ages: int, width: int
) -> list[tuple[int, ...]]:
    """Return the shapes of the results, in the order of `OUTPUTS`."""
    strategies, measures = len(model.spec.strategies), len(model.spec.track)
    course = (ages, clock.years, width)
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(OUTPUTS, (strategies, *course))
    shapes |= dict.fromkeys(("cost", "cost_present"), (strategies, len(plan.items), *course))
    shapes["cost_at_start"] = (strategies, len(plan.items), ages, width)
    shapes["track"] = (measures, strategies, *course)
    return list(shapes.values())


def _numbers(
    model: LoadedModel, source: Source, parameters: Mapping[str, Floats], *, draws: int, width: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the kernel's parameters, and the variables of strategies and of subgroups.

    The last block is filled up with the last draw.
    """
    drawn = np.empty((max(len(source.drawn), 1), width))
    for row, name in enumerate(source.drawn):
        drawn[row, :draws] = parameters[name]
        drawn[row, draws:] = drawn[row, draws - 1]
    single = np.array([float(parameters[name].flat[0]) for name in source.single])
    return drawn.ravel(), single, *member_values(model.spec, source.of_strategy, source.of_group)


def member_values(
    spec: Model, of_strategy: Sequence[str], of_group: Sequence[str]
) -> tuple[Floats, Floats]:
    """Return the variables of the strategies, and of the subgroups, one member after another."""
    strategies = [values[name] for values in spec.strategies.values() for name in of_strategy]
    groups = [group.values[name] for group in spec.subgroups.values() for name in of_group]
    return np.array(strategies, dtype=np.float64), np.array(groups, dtype=np.float64)


def places_of(
    rewards: Sequence[Reward], places: Whole, shapes: Sequence[tuple[int, ...]]
) -> tuple[Whole, Whole, Whole]:
    """Return where rewards begin, as they are and at their present value, and strategies' steps.

    `places` and `shapes` are those of the results, in the order of `OUTPUTS`.
    """
    begins = dict(zip(OUTPUTS, places, strict=False))
    dims = dict(zip(OUTPUTS, shapes, strict=True))
    first, present, step = (np.zeros(len(rewards), dtype=np.int64) for _ in range(3))
    for k, (output, number) in enumerate(rewards):
        stride = np.cumprod((1, *dims[output][:0:-1]))[::-1]
        strategy, other = (1, 0) if output == "track" else (0, 1)
        offset = number * stride[other]
        first[k] = begins[output] + offset
        present[k] = begins.get(f"{output}_present", begins[output]) + offset
        step[k] = stride[strategy]
    return first, present, step


def clock_arrays(clock: Schedule) -> tuple[Floats | Whole, ...]:
    """Return the points of time and what counts at each."""
    points = range(len(clock.points))
    shares = [share for point in clock.flow for share in point]
    year = np.array([year for year, _weight in shares], dtype=np.int64)
    weight = np.array([weight for _year, weight in shares])
    ends = np.ones(year.size, dtype=np.int64)
    ends[:-1] = year[1:] != year[:-1]
    read = [clock.years_read_at(point) for point in points]
    return (
        np.array(clock.points),
        np.cumsum([0, *(len(point) for point in clock.flow)]),
        year,
        weight,
        ends,
        np.array(clock.effect_weight),
        np.array([clock.year_of(point) for point in points]),
        np.array([years.start for years in read]),
        np.array([years.stop for years in read]),
    )


def table_arrays(model: LoadedModel) -> list[Floats]:
    """Return each table's grid, values and codes."""
    return [
        part
        for table in model.tables.values()
        for part in (
            np.ascontiguousarray(table.grid, dtype=np.float64),
            np.array(table.values, dtype=np.float64).ravel(),
            np.array(table.codes, dtype=np.float64),
        )
    ]


def share_out(
    begin: Callable[[], Callable[[int, int], None]], parts: int, *, turns: int | None = None
) -> None:
    """Share parts between threads; each part is computed the same on any of them.

    Parameters
    ----------
    begin
        Called by each thread; gives what it calls with where a run of parts begins and ends.
    parts
        How many.
    turns
        How many times each thread is given parts, so that none waits long for the others; omitted,
        it takes one at a time.
    """
    threads = min(processors(), parts)
    tasks = parts if turns is None else min(threads * turns, parts)
    waiting = iter(range(tasks))  # from which threads take turns: nobody gets the same one

    def work() -> None:
        run = begin()
        for task in waiting:
            run(parts * task // tasks, parts * (task + 1) // tasks)

    if threads < 2:
        work()
        return
    with ThreadPoolExecutor(max_workers=threads) as pool:
        futures = [pool.submit(work) for _thread in range(threads)]
        try:
            for done in futures:
                done.result()
        except BaseException:
            for _task in waiting:  # of which no thread then takes another
                pass
            raise


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
