"""Ways out of a state: their numbers for several patients, and those that change by cycle."""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.in_time.lanes import hazard_between, law, time_after
from equipoise.clinical.compiled.in_time.parts import Cell, Model, Room
from equipoise.clinical.compiled.in_time.rewards import cycle_of, value_of
from equipoise.clinical.compiled.in_time.rows import (
    AGE,
    INVERSE,
    LANES,
    LAW,
    NOW,
    PACE,
    PASSED,
    SCALE,
    SHAPE,
    STATE,
    WAIT,
)
from equipoise.core.lean import span
from equipoise.core.machine_code import called, fused

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@fused
def find_laws(model: Model, room: Room, values: Floats, cell: Cell) -> None:
    """Put the numbers of all ways into rows, the same for all patients, who do not differ."""
    for way in span(0, model.way_first[model.states]):
        at, laws, own = 3 * way, room.laws, LAW * way
        a = values[model.way_values[at] * cell.per_value + cell.row]
        b = values[model.way_values[at + 1] * cell.per_value + cell.row]
        ratio = values[model.way_values[at + 2] * cell.per_value + cell.row]
        pace, inverse, scale, shape = law(
            model.way_kind[way], model.way_clock[way], a, b, ratio
        )  # fmt: skip
        for j in span(0, LANES):
            laws[own + PACE + j], laws[own + INVERSE + j] = pace, inverse
            laws[own + SCALE + j], laws[own + SHAPE + j] = scale, shape


@called
def _gather(  # noqa: PLR0917 - kernels have no keywords
    laws: Floats,
    own: int,
    values: Floats,
    patient: Whole,
    at: int,
    kind: int,
    clock: int,
    a: int,
    b: int,
    ratio: int,
) -> None:
    """Put the numbers of a way into rows, of each patient; its values begin at a, b and ratio."""
    for j in span(0, LANES):
        k = patient[at + j]
        laws[own + SHAPE + j], laws[own + SCALE + j] = values[a + k], values[b + k]
        laws[own + PACE + j] = values[ratio + k]
    for j in span(0, LANES):
        pace, inverse, scale, shape = law(
            kind, clock, laws[own + SHAPE + j], laws[own + SCALE + j], laws[own + PACE + j]
        )  # fmt: skip
        laws[own + PACE + j], laws[own + INVERSE + j] = pace, inverse
        laws[own + SCALE + j], laws[own + SHAPE + j] = scale, shape


@fused
def load_law(  # noqa: PLR0917 - kernels have no keywords
    model: Model, room: Room, values: Floats, cell: Cell, way: int, at: int
) -> None:
    """Put into rows what `wait` must know of a way for some patients."""
    lanes, clock = room.lanes, model.way_clock[way]
    if cell.step != 0:
        first = 3 * way
        _gather(
            room.laws, LAW * way, values, room.patient, at, model.way_kind[way], clock,
            model.way_values[first] * cell.per_value + cell.row,
            model.way_values[first + 1] * cell.per_value + cell.row,
            model.way_values[first + 2] * cell.per_value + cell.row,
        )  # fmt: skip
    if clock != STATE:
        before = cell.age if clock == AGE else 0.0
        for j in span(0, LANES):
            lanes[PASSED + j] = lanes[NOW + j] + before


@called
def wait_by_cycles(  # noqa: PLR0917 - kernels have no keywords
    model: Model, room: Room, values: Floats, cell: Cell, way: int, at: int
) -> None:
    """Put the time into place until a way opens whose hazard changes from cycle to cycle."""
    kind, clock, own = model.way_kind[way], model.way_clock[way], 3 * way
    for j in span(0, LANES):
        patient, now = room.patient[at + j], room.lanes[NOW + j]
        since = -now if clock == STATE else (cell.age if clock == AGE else 0.0)
        left, begin, found = room.lanes[WAIT + j], now, np.inf
        for cycle in span(cycle_of(model, now), model.cycles):
            a = value_of(model, values, cell, model.way_values[own], patient, cycle)
            b = value_of(model, values, cell, model.way_values[own + 1], patient, cycle)
            ratio = value_of(model, values, cell, model.way_values[own + 2], patient, cycle)
            end = model.points[cycle + 1]
            used = ratio * hazard_between(kind, a, b, begin + since, end + since)
            if used >= left:
                opens = begin + time_after(kind, a, b, begin + since, left / ratio)
                opens = begin if opens < begin else opens
                found = (end if opens > end else opens) - now
                break
            left -= used
            begin = end
        room.lanes[WAIT + j] = found
