"""The course of patients in continuous time, visit by visit: one kernel for all models.

A model is its numbers. Patients make their first visit of a state together, then their second, and
so on; those who are in one state stand in a queue and are computed several at once.
"""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.in_time.beginning import (
    begin,
    draw_start,
    exposures,
    first_day,
    hold_exposures,
)
from equipoise.clinical.compiled.in_time.lanes import wait
from equipoise.clinical.compiled.in_time.parts import (
    Beginning,
    Cell,
    Discount,
    Model,
    Room,
    Sizes,
)
from equipoise.clinical.compiled.in_time.rewards import add_up, add_whole, moved, stay
from equipoise.clinical.compiled.in_time.rows import (
    BEST,
    COST_BEFORE,
    COST_WORTH,
    END,
    HEALTH_BEFORE,
    HEALTH_WORTH,
    LANES,
    LAW,
    NOW,
    WAIT,
    WAY,
)
from equipoise.clinical.compiled.in_time.ways import find_laws, load_law, wait_by_cycles
from equipoise.clinical.compiled.in_time.worth import discount_ends, discount_starts
from equipoise.clinical.time_reference import MOST_VISITS
from equipoise.core.lean import span
from equipoise.core.machine_code import fused

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@fused
def _look(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    beginning: Beginning,
    room: Room,
    values: Floats,
    cell: Cell,
    keys: Whole,
    state: int,
    visit: int,
    at: int,
) -> None:
    """Find when and by which way some patients leave the state in which all of them are."""
    lanes = room.lanes
    for j in span(0, LANES):
        lanes[NOW + j], lanes[BEST + j], lanes[WAY + j] = room.now[at + j], np.inf, 0.0
        lanes[COST_BEFORE + j] = room.cost_worth[at + j]
        lanes[HEALTH_BEFORE + j] = room.health_worth[at + j]
    first = model.way_first[state]
    for way in span(first, model.way_first[state + 1]):
        exposures(
            sizes, beginning, room, cell, keys, visit, model.width, way - first,
            model.takes_logarithm[way], at,
        )  # fmt: skip
        if model.way_changes[way]:
            wait_by_cycles(model, room, values, cell, way, at)
        else:
            load_law(model, room, values, cell, way, at)
            wait(lanes, room.laws, LAW * way, model.way_kind[way], model.way_clock[way])
        which = float(way)
        for j in span(0, LANES):
            # What is no number is never less.
            end, best = lanes[NOW + j] + lanes[WAIT + j], lanes[BEST + j]
            lanes[WAY + j] = which if end < best else lanes[WAY + j]
            lanes[BEST + j] = end if end < best else best
    horizon = model.horizon[0]
    for j in span(0, LANES):
        best = lanes[BEST + j]
        lanes[END + j] = best if best < horizon else horizon
        lanes[WAY + j] = lanes[WAY + j] if best < horizon else -1.0


@fused
def _settle(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    room: Room,
    values: Floats,
    out: Floats,
    cell: Cell,
    state: int,
    at: int,
    count: int,
) -> None:
    """Book the stays of some patients and their moves."""
    lanes, first = room.lanes, model.way_first[state]
    if (cell.step == 0) & (sizes.years == 1) & (model.state_changes[state] == 0):
        add_whole(lanes, room.sums, 3 * state * LANES, count)
    else:
        for j in span(0, count):
            stay(model, sizes, room, values, out, cell, state, room.patient[at + j], j)
    if model.effect_first[first] < model.effect_first[model.way_first[state + 1]]:
        for j in span(0, count):
            way = int(lanes[WAY + j])
            if way >= 0:
                moved(model, sizes, room, values, out, cell, way, room.patient[at + j], j)


@fused
def _queue(  # noqa: PLR0917 - kernels have no keywords
    model: Model, room: Room, size: int, state: int, side: int, at: int, count: int
) -> None:
    """Put those of some patients who must be followed into the queues of where they go."""
    lanes = room.lanes
    for way in span(model.way_first[state], model.way_first[state + 1]):
        target = model.way_target[way]
        if model.is_idle[target]:
            continue
        which, begin = float(way), (side + target) * size
        to = begin + room.length[side + target]
        for j in span(0, count):
            # Without a branch, which nobody could foresee: who does not go is overwritten.
            room.patient[to], room.now[to] = room.patient[at + j], lanes[END + j]
            room.cost_worth[to] = lanes[COST_WORTH + j]
            room.health_worth[to] = lanes[HEALTH_WORTH + j]
            to += 1 if lanes[WAY + j] == which else 0
        room.length[side + target] = to - begin


@fused
def _visit(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    beginning: Beginning,
    discount: Discount,
    room: Room,
    values: Floats,
    cell: Cell,
    keys: Whole,
    out: Floats,
    visit: int,
) -> int:
    """Follow all patients through one visit of a state; return how many must be followed on."""
    size, queues = cell.patients + LANES, model.states
    here = visit % 2 * queues
    other = queues - here
    for state in span(0, model.states):
        room.length[other + state] = 0
    for state in span(0, model.states):
        count = room.length[here + state]
        for place in range(0, count, LANES):
            at = (here + state) * size + place
            _look(model, sizes, beginning, room, values, cell, keys, state, visit, at)
            discount_ends(discount, cell.place, room.lanes)
            some = count - place if count - place < LANES else LANES
            _settle(model, sizes, room, values, out, cell, state, at, some)
            _queue(model, room, size, state, other, at, some)
    left = 0
    for state in span(0, model.states):
        left += room.length[other + state]
    return left


@fused
def follow(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    beginning: Beginning,
    discount: Discount,
    room: Room,
    values: Floats,
    keys: Whole,
    out: Floats,
    cell: Cell,
) -> int:
    """Follow the patients of one cell until nothing more happens; return how many go on endlessly.

    Parameters
    ----------
    model, sizes, beginning, discount
        What is followed.
    room
        Where to work.
    values
        All numbers, dims (value, draw, strategy, age, subgroup, patient); the last has length 1
        where patients do not differ.
    keys
        Of the luck of moves and of the first day, two numbers each.
    out
        Dims (stretch, draw, strategy, age, result). Results are each reward by year, as it is and
        then at its present value; who is alive by year; each reward of the first day.
    cell
        Who is followed.
    """
    _clear(model, sizes, room, cell)
    discount_starts(model, sizes, discount, room, cell.place)
    if cell.step == 0:
        find_laws(model, room, values, cell)
    if room.held[cell.group] != cell.held:
        hold_exposures(sizes, beginning, room, cell, keys)
    draw_start(sizes, beginning, room, values, cell, keys)
    first_day(model, sizes, beginning, room, values, out, cell)
    begin(model, beginning, room, cell)
    visit, left = int(0.0), int(1.0)  # plain ones would be of a kind of their own
    while (left > 0) & (visit < MOST_VISITS):
        left = _visit(model, sizes, beginning, discount, room, values, cell, keys, out, visit)
        visit += 1
    add_up(model, sizes, room, values, out, cell)
    return left


@fused
def _clear(model: Model, sizes: Sizes, room: Room, cell: Cell) -> None:
    """Make room for a cell."""
    for k in span(0, model.states * sizes.years * 4):
        room.stays[k] = 0.0
    for k in span(0, model.states * 3 * LANES):
        room.sums[k] = 0.0
    for k in span(0, model.way_first[model.states] * sizes.years * 4):
        room.moves[k] = 0.0
    last = cell.patients - 1
    for k in range(cell.patients + LANES):  # rows are filled up
        room.patient[k] = k if k < last else last
