"""What stays, moves and the first day bring to patients in continuous time."""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.in_time.parts import Beginning, Cell, Model, Room, Sizes
from equipoise.clinical.compiled.in_time.rows import COST, END, HEALTH
from equipoise.core.machine_code import called, fused

Floats = NDArray[np.float64]


@fused
def value_of(  # noqa: PLR0917 - kernels have no keywords
    model: Model, values: Floats, cell: Cell, number: int, patient: int, cycle: int
) -> float:
    """Return a value of one patient in a cycle."""
    at = number + (cycle if model.value_changes[number] else 0)
    return float(values[at * cell.per_value + cell.row + patient * cell.step])


@fused
def cycle_of(model: Model, time: float) -> int:
    """Return the cycle in which a time is; the last one also holds what comes after it."""
    last = model.cycles - 1
    cycle = min(int(time / model.points[1]), last)
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
    for k in range(model.yearly_first[state], model.yearly_first[state + 1]):
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
    end: float,
    cost_at_end: float,
    health_at_end: float,
) -> None:
    """Add what a stay in a state brings, year by year, and who is alive at the starts of years.

    Where yearly values change from cycle to cycle, also cycle by cycle.
    """
    begin = room.now[patient]
    cost, health = room.cost_worth[patient], room.health_worth[patient]
    last = sizes.years - 1
    year = min(int(begin), last)
    cycle, last_cycle = 0, 0
    if model.state_changes[state]:
        cycle, last_cycle = cycle_of(model, begin), model.cycles - 1
    while True:
        if year > 0 and begin <= year < end:
            room.stays[(state * sizes.years + year) * 4 + 3] += 1.0
        finish, cost_then, health_then = end, cost_at_end, health_at_end
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
    year = min(int(room.lanes[END + lane]), sizes.years - 1)
    cost, health = room.lanes[COST + lane], room.lanes[HEALTH + lane]
    if cell.step == 0:
        at = (way * sizes.years + year) * 3
        room.moves[at] += 1.0
        room.moves[at + 1] += cost
        room.moves[at + 2] += health
    for k in range(first, last):
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


@called
def first_day(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    sizes: Sizes,
    beginning: Beginning,
    room: Room,
    values: Floats,
    out: Floats,
    cell: Cell,
) -> None:
    """Note who is alive on the first day, and add what it brings to them."""
    alive = cell.base + 2 * model.rewards * sizes.years
    first = alive + sizes.years
    for patient in range(sizes.patients):
        state = room.state[patient]
        if model.is_living[state]:
            out[alive] += cell.scale
        for k in range(beginning.event_first[state], beginning.event_first[state + 1]):
            value = value_of(model, values, cell, beginning.event_value[k], patient, 0)
            out[first + beginning.event_reward[k]] += value * cell.scale


@called
def add_up(  # noqa: PLR0917 - kernels have no keywords
    model: Model, sizes: Sizes, room: Room, values: Floats, out: Floats, cell: Cell
) -> None:
    """Turn the stays and moves of patients who do not differ into results."""
    years = sizes.years
    present = model.rewards * years
    for state in range(model.states):
        for year in range(years):
            at = (state * years + year) * 4
            if model.is_living[state]:
                out[cell.base + 2 * present + year] += room.stays[at + 3] * cell.scale
            for k in range(model.yearly_first[state], model.yearly_first[state + 1]):
                reward = model.yearly_reward[k]
                value = value_of(model, values, cell, model.yearly_value[k], 0, 0) * cell.scale
                to = cell.base + reward * years + year
                out[to] += value * room.stays[at]
                out[to + present] += value * room.stays[at + 1 + model.is_health[reward]]
        for way in range(model.way_first[state], model.way_first[state + 1]):
            for k in range(model.effect_first[way], model.effect_first[way + 1]):
                reward = model.effect_reward[k]
                number = model.effect_value[k]
                value = value_of(model, values, cell, number, 0, 0) * cell.scale
                for year in range(0 if model.value_changes[number] else years):
                    at, to = (way * years + year) * 3, cell.base + reward * years + year
                    out[to] += value * room.moves[at]
                    out[to + present] += value * room.moves[at + 1 + model.is_health[reward]]
