"""What the kernel of continuous time is given, and where it works."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Model(NamedTuple):
    """A model's ways out and rewards, all by number.

    Of each state: the first of its ways and of its yearly rewards; of each way: where it leads, its
    kind and clock, three values (two arguments and the hazard ratio), the first of its effects.
    """

    states: int
    rewards: int
    width: int
    """Numbers of chance for each visit of a state; whole blocks of four."""
    horizon: Floats
    """One number, years."""
    way_first: Whole
    way_target: Whole
    way_kind: Whole
    way_clock: Whole
    way_values: Whole
    effect_first: Whole
    effect_reward: Whole
    effect_value: Whole
    yearly_first: Whole
    yearly_reward: Whole
    yearly_value: Whole
    is_living: Whole
    is_idle: Whole
    is_health: Whole
    """Of each reward: whether it is discounted as health."""
    cycles: int
    points: Floats
    """Starts of the cycles and the end of the last, years."""
    value_changes: Whole
    """Of each value: whether those of all cycles follow one another, or it never changes."""
    way_changes: Whole
    """Of each way: whether its hazard changes from cycle to cycle by itself."""
    takes_logarithm: Whole
    """Of each way: whether `lanes.wait` takes the logarithms of its hazards."""
    state_changes: Whole
    """Of each state: whether a yearly value does."""


class Beginning(NamedTuple):
    """Where patients begin, and what the first day brings to those alive.

    `event_first` has the first event of each state.
    """

    ways: int
    """The most ways out that a state has in which patients begin."""
    states: int
    takes_logarithm: Whole
    """Of each number of a way: whether one of these states needs its logarithm."""
    state: Whole
    share: Whole
    """Values of the shares that begin in the states."""
    event_first: Whole
    event_reward: Whole
    event_value: Whole


class Discount(NamedTuple):
    """Discounting that may change with time, as steps.

    At time t in step k the logarithm of the factor has fallen by the sum of ``fall * (t - start)``
    over the steps begun, and a unit a year until then is worth ``fixed + steady * t - rest *
    factor``. Dims of the last four (part, cost or health, step).
    """

    steps: int
    differs: int
    """Whether cost and health do."""
    start: Floats
    fall: Floats
    fixed: Floats
    steady: Floats
    rest: Floats


class Sizes(NamedTuple):
    """Lengths of dims of the values and of the results."""

    groups: int
    years: int


class Room(NamedTuple):
    """Where one thread works.

    `patient`, `now`, `cost_worth` and `health_worth` are queues, dims (side, state, place): who is
    in a state on this visit or, on the other side, on the next, since when, and what a unit a year
    until then is worth; `length` has their lengths, dims (side, state).

    `exposure` has the hazards that patients pass before they first move, and their logarithms,
    dims (subgroup, way, 2, patient), of the stretch and draw for which `held` has a number, or 0;
    `began` the state in which each patient begins; `laws` the numbers of each way, as `lanes.law`
    has them, dims (way, 4, lane).

    `stays` has dims (state, year, 4): time, its worth as cost and as health, who is alive at the
    start; `sums` the first three of the whole course, dims (state, 3, lane); `moves` has dims (way,
    year, 4): how many, discounted as cost and as health, and 0; `years` and `cycles` have dims
    (year, 2) and (cycle, 2): what a unit a year until their starts is worth, as cost and as health.
    """

    lanes: Floats
    now: Floats
    cost_worth: Floats
    health_worth: Floats
    exposure: Floats
    laws: Floats
    stays: Floats
    sums: Floats
    moves: Floats
    years: Floats
    cycles: Floats
    patient: Whole
    began: Whole
    length: Whole
    held: Whole


class Cell(NamedTuple):
    """The patients of one stretch, draw, strategy, age and subgroup: a row of an array."""

    first: int
    """Number of the first of them in the subgroup."""
    patients: int
    held: int
    """What `Room.held` says when their exposures are there."""

    row: int
    """Where the first one's values stand."""
    step: int
    """From one patient's values to the next; 0 where they do not differ."""
    per_value: int
    place: int
    """Of the draw."""
    draw: int
    group: int
    age: float
    scale: float
    base: int
    """Where their results begin."""
