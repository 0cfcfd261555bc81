"""What stays, moves and the first day bring to patients in continuous time."""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.in_time.parts import Cell, Model, Room, Sizes
from equipoise.clinical.compiled.in_time.rows import (
    COST,
    COST_BEFORE,
    COST_WORTH,
    END,
    HEALTH,
    HEALTH_BEFORE,
    HEALTH_WORTH,
    LANES,
    NOW,
)
from equipoise.core.lean import span
from equipoise.core.machine_code import called, fused

Floats = NDArray[np.float64]


@fused
def fixed(values: Floats, cell: Cell, number: int, patient: int) -> float:
    """Return a value of one patient, in the first cycle."""
    return float(values[number * cell.per_value + cell.row + patient * cell.step])


@fused
def value_of(  # noqa: PLR0917 - kernels have no keywords
    model: Model, values: Floats, cell: Cell, number: int, patient: int, cycle: int
) -> float:
    """Return a value of one patient in a cycle."""
    return fixed(values, cell, number + (cycle if model.value_changes[number] else 0), patient)


@fused
def cycle_of(model: Model, time: float) -> int:
    """Return the cycle in which a time is; the last one also holds what comes after it."""
    last = model.cycles - 1
    cycle = int(time / model.points[1])
    cycle = cycle if cycle < last else last
    if model.points[cycle] > time:
        return cycle - 1
    if cycle < last and model.points[cycle + 1] <= time:
        return cycle + 1
    return cycle


@fused
def _piece(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    room: Room,
    values: Floats,
    out: Floats,
    cell: Cell,
    state: int,
    patient: int,
    year: int,
    cycle: int,
    length: float,
    cost: float,
    health: float,
) -> None:
    """Add what a stay within one year and cycle brings: its length, and that discounted."""
    if (cell.step == 0) & (model.state_changes[state] == 0):
        at = (state * sizes.years + year) * 4
        room.stays[at] += length
        room.stays[at + 1] += cost
        room.stays[at + 2] += health
        return
    for k in span(model.yearly_first[state], model.yearly_first[state + 1]):
        reward = model.yearly_reward[k]
        value = value_of(model, values, cell, model.yearly_value[k], patient, cycle) * cell.scale
        at = cell.base + reward * sizes.years + year
        out[at] += value * length
        worth = health if model.is_health[reward] else cost
        out[at + model.rewards * sizes.years] += value * worth


@fused
def stay(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    room: Room,
    values: Floats,
    out: Floats,
    cell: Cell,
    state: int,
    patient: int,
    lane: int,
) -> None:
    """Add what a stay in a state brings, year by year, and who is alive at the starts of years.

    Where yearly values change from cycle to cycle, also cycle by cycle.
    """
    lanes = room.lanes
    begin, end = lanes[NOW + lane], lanes[END + lane]
    cost, health = lanes[COST_BEFORE + lane], lanes[HEALTH_BEFORE + lane]
    last = sizes.years - 1
    year = int(begin)
    year = year if year < last else last
    cycle, last_cycle = int(0.0), int(0.0)
    if model.state_changes[state]:
        cycle, last_cycle = cycle_of(model, begin), model.cycles - 1
    while True:
        if year > 0 and begin <= year < end:
            room.stays[(state * sizes.years + year) * 4 + 3] += 1.0
        finish = end
        cost_then, health_then = lanes[COST_WORTH + lane], lanes[HEALTH_WORTH + lane]
        if year < last and year + 1.0 < end:
            finish = year + 1.0
            cost_then, health_then = room.years[2 * year + 2], room.years[2 * year + 3]
        if cycle < last_cycle and model.points[cycle + 1] < finish:
            finish = model.points[cycle + 1]
            cost_then, health_then = room.cycles[2 * cycle + 2], room.cycles[2 * cycle + 3]
        _piece(
            model, sizes, room, values, out, cell, state, patient, year, cycle,
            finish - begin, cost_then - cost, health_then - health,
        )  # fmt: skip
        if finish >= end:
            return
        begin, cost, health = finish, cost_then, health_then
        if year < last and begin >= year + 1.0:
            year += 1
        if cycle < last_cycle and begin >= model.points[cycle + 1]:
            cycle += 1


@called
def add_whole(lanes: Floats, sums: Floats, at: int, count: int) -> None:
    """Add up the stays of some patients in a state, lane by lane, where years are not told apart.

    `sums` begin at `at`.
    """
    for j in span(0, count):
        sums[at + j] += lanes[END + j] - lanes[NOW + j]
        sums[at + LANES + j] += lanes[COST_WORTH + j] - lanes[COST_BEFORE + j]
        sums[at + 2 * LANES + j] += lanes[HEALTH_WORTH + j] - lanes[HEALTH_BEFORE + j]


@fused
def moved(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    room: Room,
    values: Floats,
    out: Floats,
    cell: Cell,
    way: int,
    patient: int,
    lane: int,
) -> None:
    """Add what a move brings at its time."""
    first, last = model.effect_first[way], model.effect_first[way + 1]
    if first == last:
        return
    year = int(room.lanes[END + lane])
    year = year if year < sizes.years - 1 else sizes.years - 1
    cost, health = room.lanes[COST + lane], room.lanes[HEALTH + lane]
    if cell.step == 0:
        at = (way * sizes.years + year) * 4
        room.moves[at] += 1.0
        room.moves[at + 1] += cost
        room.moves[at + 2] += health
    for k in span(first, last):
        number = model.effect_value[k]
        if (cell.step == 0) & (model.value_changes[number] == 0):
            continue
        reward = model.effect_reward[k]
        cycle = cycle_of(model, room.lanes[END + lane]) if model.value_changes[number] else 0
        value = value_of(model, values, cell, number, patient, cycle) * cell.scale
        at = cell.base + reward * sizes.years + year
        out[at] += value
        out[at + model.rewards * sizes.years] += value * (
            health if model.is_health[reward] else cost
        )


@fused
def _book(  # noqa: PLR0917 - kernels have no keywords
    out: Floats,
    to: int,
    present: int,
    years: int,
    value: float,
    amounts: Floats,
    at: int,
    worth: int,
) -> None:
    """Add what amounts of each year bring: as it is, and `present` numbers on what it is worth."""
    for year in span(0, years):
        out[to + year] += value * amounts[at + 4 * year]
        out[to + present + year] += value * amounts[at + 4 * year + worth]


@fused
def _fold(room: Room, state: int, at: int) -> None:
    """Add the stays of the whole course, lane by lane, to those of the first year."""
    length, cost, health = 0.0, 0.0, 0.0
    for j in span(3 * state * LANES, (3 * state + 1) * LANES):
        length += room.sums[j]
        cost += room.sums[j + LANES]
        health += room.sums[j + 2 * LANES]
    room.stays[at] += length
    room.stays[at + 1] += cost
    room.stays[at + 2] += health


@fused
def add_up(  # noqa: PLR0917 - kernels have no keywords
    model: Model, sizes: Sizes, room: Room, values: Floats, out: Floats, cell: Cell
) -> None:
    """Turn the stays and moves of patients who do not differ into results."""
    years, per_value = sizes.years, cell.per_value
    present = model.rewards * years
    for state in span(0, model.states):
        at = state * years * 4
        _fold(room, state, at)
        if model.is_living[state]:
            for year in span(0, years):
                out[cell.base + 2 * present + year] += room.stays[at + 4 * year + 3] * cell.scale
        for k in span(model.yearly_first[state], model.yearly_first[state + 1]):
            reward = model.yearly_reward[k]
            value = values[model.yearly_value[k] * per_value + cell.row] * cell.scale
            to, worth = cell.base + reward * years, 1 + model.is_health[reward]
            _book(out, to, present, years, value, room.stays, at, worth)
    for way in span(0, model.way_first[model.states]):
        for k in span(model.effect_first[way], model.effect_first[way + 1]):
            reward, number = model.effect_reward[k], model.effect_value[k]
            value = values[number * per_value + cell.row] * cell.scale
            to, worth = cell.base + reward * years, 1 + model.is_health[reward]
            if model.value_changes[number] == 0:
                _book(out, to, present, years, value, room.moves, way * years * 4, worth)
