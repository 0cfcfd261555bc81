"""What the ends of stays are worth on the first day: discount factors for several patients."""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.arithmetic import exp
from equipoise.clinical.compiled.in_time.parts import Discount, Model, Room, Sizes
from equipoise.clinical.compiled.in_time.rows import (
    COST,
    COST_WORTH,
    END,
    FALLEN,
    HEALTH,
    HEALTH_WORTH,
    LANES,
)
from equipoise.core.lean import span
from equipoise.core.machine_code import called, fused

Floats = NDArray[np.float64]


@called
def _discount(discount: Discount, at: int, lanes: Floats) -> None:
    """Put the discount factors of the times in row `END` into place, and what `Discount` says."""
    fall, fixed = discount.fall[at], discount.fixed[at]
    steady, rest = discount.steady[at], discount.rest[at]
    for j in span(0, LANES):
        lanes[FALLEN + j] = fall * lanes[END + j]
    for k in span(1, discount.steps):
        start, more = discount.start[k], discount.fall[at + k]
        for j in span(0, LANES):
            since = lanes[END + j] - start
            lanes[FALLEN + j] += more * (since if since > 0.0 else 0.0)
    for j in span(0, LANES):
        factor = exp(-lanes[FALLEN + j])
        lanes[COST + j] = factor
        lanes[COST_WORTH + j] = fixed + steady * lanes[END + j] - rest * factor
    for k in span(1, discount.steps):
        start, fixed = discount.start[k], discount.fixed[at + k]
        steady, rest = discount.steady[at + k], discount.rest[at + k]
        for j in span(0, LANES):
            worth = fixed + steady * lanes[END + j] - rest * lanes[COST + j]
            lanes[COST_WORTH + j] = worth if lanes[END + j] > start else lanes[COST_WORTH + j]


@called
def discount_ends(discount: Discount, place: int, lanes: Floats) -> None:
    """Put into place what the times in row `END` are worth, in a draw at some place."""
    cost = place * 2 * discount.steps
    _discount(discount, cost + discount.steps, lanes)
    for j in span(0, LANES):
        lanes[HEALTH + j], lanes[HEALTH_WORTH + j] = lanes[COST + j], lanes[COST_WORTH + j]
    if discount.differs:
        _discount(discount, cost, lanes)


@fused
def discount_starts(model: Model, sizes: Sizes, discount: Discount, room: Room, place: int) -> None:
    """Put into place what a unit a year until the starts of years, and of cycles, is worth."""
    lanes, changes = room.lanes, 0
    for state in span(0, model.states):
        changes += model.state_changes[state]
    for first in range(0, sizes.years + 1 if sizes.years > 1 else 0, LANES):
        for j in span(0, LANES):
            lanes[END + j] = float(first + j)
        discount_ends(discount, place, lanes)
        left = sizes.years + 1 - first
        for j in span(0, LANES if left > LANES else left):
            room.years[2 * (first + j)] = lanes[COST_WORTH + j]
            room.years[2 * (first + j) + 1] = lanes[HEALTH_WORTH + j]
    for first in range(0, model.cycles if changes else 0, LANES):
        left = model.cycles - first
        some = LANES if left > LANES else left
        for j in span(0, some):
            lanes[END + j] = model.points[first + j]
        discount_ends(discount, place, lanes)
        for j in span(0, some):
            room.cycles[2 * (first + j)] = lanes[COST_WORTH + j]
            room.cycles[2 * (first + j) + 1] = lanes[HEALTH_WORTH + j]
