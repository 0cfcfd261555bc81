"""The course of patients in continuous time, visit by visit: one kernel for all models.

A model is its numbers. Patients make their first visit of a state together, then their second, and
so on; those who are in one state stand side by side and are computed several at once.
"""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.arithmetic import log
from equipoise.clinical.compiled.in_time.lanes import (
    discount_ends,
    discounted,
    draw_luck,
    hazard_until,
    time_of,
    wait,
)
from equipoise.clinical.compiled.in_time.parts import (
    Beginning,
    Cell,
    Discount,
    Model,
    Room,
    Sizes,
)
from equipoise.clinical.compiled.in_time.rewards import (
    add_up,
    cycle_of,
    first_day,
    moved,
    stay,
    value_of,
)
from equipoise.clinical.compiled.in_time.rows import (
    AGE,
    BEST,
    COST_WORTH,
    END,
    FIRST,
    HEALTH_WORTH,
    LANES,
    LUCK,
    NOW,
    PASSED,
    RATIO,
    STATE,
    WAIT,
    WAY,
)
from equipoise.core.machine_code import called, fused, unfolded

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@called
def _load(  # noqa: PLR0917 - kernels have no keywords
    room: Room, values: Floats, cell: Cell, number: int, place: int, row: int
) -> None:
    """Put a value of several patients into a row."""
    at = number * cell.per_value + cell.row
    if cell.step == 0:
        value = values[at]
        for j in range(LANES):
            room.lanes[row + j] = value
    else:
        for j in range(LANES):
            room.lanes[row + j] = values[at + room.order[place + j]]


@called
def _hazards(  # noqa: PLR0917 - kernels have no keywords
    model: Model, room: Room, values: Floats, cell: Cell, way: int, row: int, place: int
) -> None:
    """Put the hazards into place that patients will pass before a way opens, and its clock."""
    lanes, clock = room.lanes, model.way_clock[way]
    for k in range(3):
        _load(room, values, cell, model.way_values[3 * way + k], place, FIRST + k * LANES)
    for j in range(LANES):
        lanes[WAIT + j] = -log(lanes[row + j]) / lanes[RATIO + j]
    if clock != STATE:
        before = cell.age if clock == AGE else 0.0
        for j in range(LANES):
            lanes[PASSED + j] = lanes[NOW + j] + before


@called
def _wait_by_cycles(  # noqa: PLR0917 - kernels have no keywords
    model: Model, room: Room, values: Floats, cell: Cell, way: int, row: int, place: int
) -> None:
    """Put the time into place until a way opens whose hazard changes from cycle to cycle."""
    kind, clock, at = model.way_kind[way], model.way_clock[way], 3 * way
    for j in range(LANES):
        patient, now = room.order[place + j], room.lanes[NOW + j]
        since = -now if clock == STATE else (cell.age if clock == AGE else 0.0)
        left, begin, found = -log(room.lanes[row + j]), now, np.inf
        for cycle in range(cycle_of(model, now), model.cycles):
            a = value_of(model, values, cell, model.way_values[at], patient, cycle)
            b = value_of(model, values, cell, model.way_values[at + 1], patient, cycle)
            ratio = value_of(model, values, cell, model.way_values[at + 2], patient, cycle)
            end = model.points[cycle + 1]
            passed = hazard_until(kind, a, b, begin + since)
            used = ratio * (hazard_until(kind, a, b, end + since) - passed)
            if used >= left:
                opens = time_of(kind, a, b, passed + left / ratio) - since
                found = min(max(opens, begin), end) - now
                break
            left -= used
            begin = end
        room.lanes[WAIT + j] = found


@called
def _look(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    room: Room,
    values: Floats,
    cell: Cell,
    keys: Whole,
    state: int,
    visit: int,
    place: int,
) -> None:
    """Find when and by which way some patients leave the state in which all of them are."""
    lanes, order = room.lanes, room.order
    for j in range(LANES):
        lanes[NOW + j] = room.now[order[place + j]]
        lanes[BEST + j] = np.inf
        lanes[WAY + j] = -1.0
    first = model.way_first[state]
    for way in range(first, model.way_first[state + 1]):
        number = way - first
        if number % 4 == 0:
            block = (visit * model.width + number) // 4
            start = sizes.first * sizes.groups + cell.group
            draw_luck(lanes, order, place, start, sizes.groups, block, cell.draw, keys[0], keys[1])
        row = LUCK + number % 4 * LANES
        if model.way_changes[way]:
            _wait_by_cycles(model, room, values, cell, way, row, place)
        else:
            _hazards(model, room, values, cell, way, row, place)
            wait(lanes, model.way_kind[way], model.way_clock[way])
        which = float(way)
        for j in range(LANES):
            # What is no number is never less.
            end, best = lanes[NOW + j] + lanes[WAIT + j], lanes[BEST + j]
            lanes[WAY + j] = which if end < best else lanes[WAY + j]
            lanes[BEST + j] = end if end < best else best
    horizon = model.horizon[0]
    for j in range(LANES):
        best = lanes[BEST + j]
        lanes[END + j] = best if best < horizon else horizon


@called
def _settle(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    room: Room,
    values: Floats,
    out: Floats,
    cell: Cell,
    state: int,
    place: int,
    count: int,
    left: int,
) -> int:
    """Book the stays of some patients and their moves; return how many more must be followed."""
    for j in range(count):
        patient, end = room.order[place + j], room.lanes[END + j]
        cost, health = room.lanes[COST_WORTH + j], room.lanes[HEALTH_WORTH + j]
        stay(model, sizes, room, values, out, cell, state, patient, end, cost, health)
        # Without a branch, which nobody could foresee.
        moves = room.lanes[BEST + j] < model.horizon[0]
        way = max(int(room.lanes[WAY + j]), 0)
        if moves:
            moved(model, sizes, room, values, out, cell, way, patient, j)
        target = model.way_target[way] if moves else state
        room.state[patient], room.now[patient] = target, end
        room.cost_worth[patient], room.health_worth[patient] = cost, health
        room.active[left] = patient
        left += int(moves) & (1 - model.is_idle[target])
    return left


@fused
def _sort_by_state(model: Model, room: Room, count: int) -> None:
    """Do so where several states have patients."""
    for k in range(count):
        room.first[room.state[room.active[k]] + 1] += 1
    for state in range(model.states):
        room.first[state + 1] += room.first[state]
    for k in range(count):
        patient = room.active[k]
        state = room.state[patient]
        room.order[room.first[state]] = patient
        room.first[state] += 1
    for state in range(model.states, 0, -1):
        room.first[state] = room.first[state - 1]
    room.first[0] = 0


@called
def _sort(model: Model, room: Room, count: int) -> None:
    """Put the patients who must be followed side by side by their states."""
    for state in range(model.states + 1):
        room.first[state] = 0
    alone, others = room.state[room.active[0]], 0
    for k in range(count):
        others += int(room.state[room.active[k]] != alone)
    if others == 0:
        for state in range(alone + 1, model.states + 1):
            room.first[state] = count
        for k in range(count):
            room.order[k] = room.active[k]
    else:
        _sort_by_state(model, room, count)
    for k in range(count, count + LANES):  # rows are filled up
        room.order[k] = room.order[count - 1]


@called
def _begin(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    beginning: Beginning,
    room: Room,
    values: Floats,
    cell: Cell,
    keys: Whole,
) -> int:
    """Put patients where they begin; return how many must be followed."""
    last, left = beginning.states - 1, 0
    for k in range(sizes.patients + LANES):
        room.order[k] = min(k, sizes.patients - 1)
    for place in range(0, sizes.patients, LANES):
        if last > 0:
            start, block = sizes.first * sizes.groups + cell.group, int(np.int64(0))
            draw_luck(
                room.lanes, room.order, place, start, sizes.groups, block, cell.draw, keys[2],
                keys[3],
            )  # fmt: skip
        for j in range(min(LANES, sizes.patients - place)):
            patient, chosen, reached = place + j, last, 0.0
            for k in range(last):
                reached += value_of(model, values, cell, beginning.share[k], patient, 0)
                if room.lanes[LUCK + j] < reached:
                    chosen = k
                    break
            state = beginning.state[chosen]
            room.state[patient], room.now[patient] = state, 0.0
            room.cost_worth[patient], room.health_worth[patient] = 0.0, 0.0
            if not model.is_idle[state]:
                room.active[left] = patient
                left += 1
    return left


@called
def _discount_starts(model: Model, sizes: Sizes, discount: Discount, room: Room, at: int) -> None:
    """Put into place what a unit a year until the starts of years, and of cycles, is worth."""
    changes = 0
    for state in range(model.states):
        changes += model.state_changes[state]
    for k in range(2):
        own = at + k * discount.steps
        for year in range(sizes.years + 1):
            room.years[2 * year + k] = discounted(discount, own, year)[1]
        for cycle in range(model.cycles if changes else 0):
            room.cycles[2 * cycle + k] = discounted(discount, own, model.points[cycle])[1]


@unfolded
def follow(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    beginning: Beginning,
    discount: Discount,
    room: Room,
    values: Floats,
    draws: Whole,
    ages: Floats,
    keys: Whole,
    out: Floats,
    number: int,
) -> None:
    """Follow the patients of one draw, strategy, age and subgroup until nothing more happens.

    Parameters
    ----------
    model, sizes, beginning, discount
        What is followed.
    room
        Where to work.
    values
        All numbers, dims (value, draw, strategy, age, subgroup, patient); the last has length 1
        where patients do not differ.
    draws
        Numbers of the draws.
    ages
        At the start, years.
    keys
        Of the luck of moves and of the first day, two numbers each.
    out
        Dims (draw, strategy, age, result). Results are each reward by year, as it is and then at
        its present value; who is alive by year; each reward of the first day.
    number
        Of the cell, dims (draw, strategy, age, subgroup).
    """
    cell = _cell(model, sizes, values, draws, ages, number)
    at = number // (sizes.strategies * sizes.ages * sizes.groups) * 2 * discount.steps
    _discount_starts(model, sizes, discount, room, at)
    for k in range(model.states * sizes.years * 4):
        room.stays[k] = 0.0
    for k in range(model.way_first[model.states] * sizes.years * 3):
        room.moves[k] = 0.0
    count = _begin(model, sizes, beginning, room, values, cell, keys)
    first_day(model, sizes, beginning, room, values, out, cell)
    visit = int(np.int64(0))  # a plain 0 would be of a kind of its own, and compile all again
    while count > 0:
        _sort(model, room, count)
        count = int(np.int64(0))
        for state in range(model.states):
            for place in range(room.first[state], room.first[state + 1], LANES):
                _look(model, sizes, room, values, cell, keys, state, visit, place)
                discount_ends(discount, at, room.lanes)
                some = min(LANES, room.first[state + 1] - place)
                count = _settle(model, sizes, room, values, out, cell, state, place, some, count)
        visit += 1
    add_up(model, sizes, room, values, out, cell)


@fused
def _cell(  # noqa: PLR0917 - kernels have no keywords
    model: Model, sizes: Sizes, values: Floats, draws: Whole, ages: Floats, number: int
) -> Cell:
    """Return the cell of a number."""
    group, own = number % sizes.groups, number // sizes.groups
    per_draw = sizes.strategies * sizes.ages
    per_value = sizes.places * per_draw * sizes.groups * sizes.people
    results = (2 * model.rewards + 1) * sizes.years + model.rewards
    row = number * sizes.people
    return Cell(
        row, 1 if sizes.people > 1 else 0, per_value, draws[own // per_draw], group,
        ages[own % sizes.ages], values[sizes.weight * per_value + row], own * results,
    )  # fmt: skip
