"""The first day of patients in continuous time, and the luck that decides their moves."""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.arithmetic import log_ordinary
from equipoise.clinical.compiled.in_time.lanes import draw_luck
from equipoise.clinical.compiled.in_time.parts import Beginning, Cell, Model, Room, Sizes
from equipoise.clinical.compiled.in_time.rewards import fixed
from equipoise.clinical.compiled.in_time.rows import LANES, LUCK, WAIT
from equipoise.core.lean import span
from equipoise.core.machine_code import called, fused

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@fused
def _luck(  # noqa: PLR0917 - kernels have no keywords
    sizes: Sizes, room: Room, cell: Cell, block: int, at: int, key0: int, key1: int
) -> None:
    """Put four numbers of some patients into place, who stand at `at` in a queue."""
    first = cell.first * sizes.groups + cell.group
    draw_luck(room.lanes, room.patient, at, first, sizes.groups, block, cell.draw, key0, key1)


@fused
def hold_exposures(sizes: Sizes, beginning: Beginning, room: Room, cell: Cell, keys: Whole) -> None:
    """Keep the hazards that patients pass before they first move: the same in all strategies."""
    lanes, size = room.lanes, cell.patients + LANES
    for place in range(0, cell.patients, LANES):
        for number in span(0, beginning.ways):
            if number % 4 == 0:
                _luck(sizes, room, cell, number // 4, place, keys[0], keys[1])
            row = LUCK + number % 4 * LANES
            held = (cell.group * beginning.ways + number) * 2 * size + place
            for j in span(0, LANES):
                lanes[WAIT + j] = -log_ordinary(lanes[row + j])
                room.exposure[held + j] = lanes[WAIT + j]
            if beginning.takes_logarithm[number]:
                for j in span(0, LANES):
                    room.exposure[held + size + j] = log_ordinary(lanes[WAIT + j])
    room.held[cell.group] = cell.held


@fused
def exposures(  # noqa: PLR0917 - kernels have no keywords
    sizes: Sizes,
    beginning: Beginning,
    room: Room,
    cell: Cell,
    keys: Whole,
    visit: int,
    width: int,
    number: int,
    takes_logarithm: int,
    at: int,
) -> None:
    """Put the hazards that some patients will pass before a way opens, or their logarithms."""
    lanes = room.lanes
    if visit == 0:
        size = cell.patients + LANES
        held = ((cell.group * beginning.ways + number) * 2 + takes_logarithm) * size
        if beginning.states == 1:  # then all stand in order
            held += at - beginning.state[0] * size
            for j in span(0, LANES):
                lanes[WAIT + j] = room.exposure[held + j]
        else:
            for j in span(0, LANES):
                lanes[WAIT + j] = room.exposure[held + room.patient[at + j]]
        return
    if number % 4 == 0:
        _luck(sizes, room, cell, (visit * width + number) // 4, at, keys[0], keys[1])
    row = LUCK + number % 4 * LANES
    for j in span(0, LANES):
        lanes[WAIT + j] = -log_ordinary(lanes[row + j])
    if takes_logarithm:
        for j in span(0, LANES):
            lanes[WAIT + j] = log_ordinary(lanes[WAIT + j])


@fused
def draw_start(  # noqa: PLR0917 - kernels have no keywords
    sizes: Sizes,
    beginning: Beginning,
    room: Room,
    values: Floats,
    cell: Cell,
    keys: Whole,
) -> None:
    """Find the state in which each patient begins, if there are several."""
    last = beginning.states - 1
    if last == 0:
        return
    for place in range(0, cell.patients, LANES):
        _luck(sizes, room, cell, int(0.0), place, keys[2], keys[3])
        for j in span(0, LANES):
            chosen, reached = last, 0.0
            for k in span(0, last):
                patient = room.patient[place + j]
                reached += fixed(values, cell, beginning.share[k], patient)
                if room.lanes[LUCK + j] < reached:
                    chosen = k
                    break
            room.began[place + j] = beginning.state[chosen]


@fused
def begin(model: Model, beginning: Beginning, room: Room, cell: Cell) -> None:
    """Put those who must be followed into the queues of where they begin."""
    size = cell.patients + LANES
    for queue in span(0, 2 * model.states):
        room.length[queue] = 0
    for k in span(0, beginning.states):
        state = beginning.state[k]
        to = state * size
        if model.is_idle[state]:
            continue
        if beginning.states == 1:
            for patient in span(0, cell.patients):
                room.patient[to + patient] = patient
            to += cell.patients
        else:
            for patient in span(0, cell.patients):
                room.patient[to] = patient
                to += 1 if room.began[patient] == state else 0
        room.length[state] = to - state * size
        for at in span(state * size, to):
            room.now[at], room.cost_worth[at], room.health_worth[at] = 0.0, 0.0, 0.0


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
    first, living = alive + sizes.years, 0.0
    for at in span(0, beginning.states):
        state, begun = beginning.state[at], cell.patients
        if beginning.states > 1:
            begun = 0
            for patient in span(0, cell.patients):
                begun += 1 if room.began[patient] == state else 0
        living += begun * cell.scale if model.is_living[state] else 0.0
        for k in span(beginning.event_first[state], beginning.event_first[state + 1]):
            to, number = first + beginning.event_reward[k], beginning.event_value[k]
            if cell.step == 0:
                out[to] += begun * cell.scale * fixed(values, cell, number, 0)
                continue
            for patient in span(0, cell.patients):
                if beginning.states == 1 or room.began[patient] == state:
                    out[to] += fixed(values, cell, number, patient) * cell.scale
    out[alive] += living
