"""Running the kernel of continuous time: a model's numbers as arrays, its draws on threads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.build import ready
from equipoise.clinical.compiled.engine import share_out
from equipoise.clinical.compiled.in_time.parts import (
    Beginning,
    Cell,
    Discount,
    Model,
    Room,
    Sizes,
)
from equipoise.clinical.compiled.in_time.rows import LANES, LAW, ROWS, STATE, WEIBULL
from equipoise.clinical.discounting import Discounting
from equipoise.clinical.in_time import MOVE, Numbers, Reward, WayOut
from equipoise.clinical.patients import START, Patients
from equipoise.clinical.stretches import paced
from equipoise.clinical.time_reference import EndlessError, TimeSums
from equipoise.core.object_code import Argument
from equipoise.core.random import patient_key

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_AT_REST = 3e-10
"""Yearly growth below which a rate is none: then 40 years are worth a part in 10**8 too much."""

_TURNS = 8
"""Times that each thread is given work, so that none waits long for the others."""

_PATHS = 4_000_000
"""Courses of patients before the first look at the progress."""

_HELD = 2_000_000
"""Numbers that stretches hold at once: results, and who is followed."""

_TEXT = """
from equipoise.clinical.compiled.in_time.course import follow
from equipoise.core.lean import span
from equipoise.core.machine_code import fused


@fused
def kernel(model, sizes, beginning, discount, room, values, keys, out, endless, cells, first, last):
    for number in span(first, last):
        if follow(model, sizes, beginning, discount, room, values, keys, out, cells[number]) > 0:
            endless[0] = 1
            break
"""

_CELL = np.dtype([(name, "f8" if name in {"age", "scale"} else "i8") for name in Cell._fields])


@dataclass
class _Values:
    """Values by number, each once; those of all cycles follow one another."""

    arrays: list[Floats] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    known: dict[int, tuple[int, Floats]] = field(default_factory=dict)

    def number(self, values: Floats) -> int:
        """Return the number of a value; dims as of `in_time.Numbers`."""
        if id(values) not in self.known:
            self.known[id(values)] = len(self.arrays), values
            self.arrays += list(values)
            self.changes += [int(len(values) > 1)] * len(values)
        return self.known[id(values)][0]

    def packed(self, shape: tuple[int, ...]) -> Floats:
        """Return all values, dims (value, draw, strategy, age, subgroup, patient).

        Parameters
        ----------
        shape
            Of dims (patient, strategy, subgroup, age, draw).
        """
        spread = (np.broadcast_to(one, shape) for one in self.arrays)
        return np.stack([one.transpose(4, 1, 3, 2, 0) for one in spread]).ravel()


class TimeKernel:
    """A model's numbers, ready for the kernel.

    Parameters
    ----------
    numbers
        All kinds have a closed form.
    draws, horizon, years, discount
        As of `time_reference.InTime`.
    """

    def __init__(
        self,
        numbers: Numbers,
        *,
        draws: Whole,
        horizon: float,
        years: int,
        discount: tuple[Discounting, Discounting],
    ) -> None:
        values = _Values()
        self._rewards, self._draws, self._years = _rewards(numbers), draws, years
        places = {reward: number for number, reward in enumerate(self._rewards)}
        self._beginning = _beginning(numbers, values, places)
        self._weight = values.number(numbers.weight)
        self._model = _model(numbers, values, places, horizon)
        self._people = max(one.shape[0] for one in values.arrays)
        self._cells = numbers.shape[1:]
        strategies, groups, ages, count = self._cells
        self._packed = values.packed((self._people, strategies, groups, ages, count))
        self._discount = _discount(discount, count)
        self._ages = np.ascontiguousarray(numbers.ages.ravel())

    def follow(self, stretches: Sequence[Patients], told: Callable[[int], None]) -> TimeSums:
        """Follow patients in continuous time.

        Parameters
        ----------
        stretches
            Of the run, in order; a single one where patients differ, that of the numbers.
        told
            Called with how many stretches have been done.
        """
        strategies, groups, ages, count = self._cells
        results = (2 * len(self._rewards) + 1) * self._years + len(self._rewards)
        sums = np.zeros((count, strategies, ages, results))
        cells = groups * strategies * ages * count
        held = sums.size + cells * len(Cell._fields)
        for some in paced(
            len(stretches), _PATHS // (stretches[0].count * cells), _HELD // held
        ):  # fmt: skip
            found = np.zeros((len(some), *sums.shape))
            self._run(stretches[some.start : some.stop], found)
            for one in found:  # in order, however many there are at once
                sums += one
            told(len(some))
        return _sums(sums, self._rewards, self._years)

    def _run(self, stretches: Sequence[Patients], out: Floats) -> None:
        """Follow some stretches of patients on threads, each of which has room of its own."""
        strategies, groups, ages, count = self._cells
        sizes = Sizes(groups=groups, years=self._years)
        keys, endless, flat = _keys(stretches[0]), np.zeros(1, dtype=np.int64), out.ravel()
        most = max(one.count for one in stretches)
        cells = self._at(stretches)

        def given() -> tuple[Argument, ...]:
            room = _room(self._model, sizes, self._beginning.ways, most)
            return (
                self._model, sizes, self._beginning, self._discount, room, self._packed, keys,
                flat, endless, cells,
            )  # fmt: skip

        kernel = ready(_TEXT, *given(), 0, 0)
        # All cells of a draw at once, for they have luck in common.
        per_draw = strategies * ages * groups

        def begin() -> Callable[[int, int], None]:
            run = kernel.over(*given())
            return lambda first, last: run(first * per_draw, last * per_draw)

        share_out(begin, len(stretches) * count, turns=_TURNS)
        if endless[0]:
            raise EndlessError

    def _at(self, stretches: Sequence[Patients]) -> NDArray[np.void]:
        """Return all cells in a row, dims (stretch, draw, strategy, age, subgroup)."""
        strategies, groups, ages, count = self._cells
        numbers = np.arange(len(stretches) * count * strategies * ages * groups)
        stretch, draw, _strategy, age, group = np.unravel_index(
            numbers, (len(stretches), count, strategies, ages, groups)
        )
        per_stretch = count * strategies * ages * groups
        per_value = per_stretch * self._people
        row = numbers % per_stretch * self._people
        results = (2 * len(self._rewards) + 1) * self._years + len(self._rewards)
        columns = {
            "first": np.array([one.first for one in stretches])[stretch],
            "patients": np.array([one.count for one in stretches])[stretch],
            "held": stretch * count + draw + 1,
            "row": row,
            "step": int(self._people > 1),
            "per_value": per_value,
            "place": draw,
            "draw": self._draws[draw],
            "group": group,
            "age": self._ages[age],
            "scale": self._packed[self._weight * per_value + row],
            "base": numbers // groups * results,
        }
        cells = np.empty(numbers.size, dtype=_CELL)
        for name, values in columns.items():
            cells[name] = values
        return cells


def _room(model: Model, sizes: Sizes, ways: int, most: int) -> Room:
    """Return where one thread works; `ways` is of `Beginning`, `most` how many a stretch has."""
    room = most + LANES
    queues = 2 * model.states
    every = max(int(model.way_first[-1]), 1)
    return Room(
        lanes=np.zeros(ROWS * LANES),
        now=np.zeros(queues * room),
        cost_worth=np.zeros(queues * room),
        health_worth=np.zeros(queues * room),
        exposure=np.zeros(sizes.groups * ways * 2 * room),
        laws=np.zeros(LAW * every),
        stays=np.zeros(model.states * sizes.years * 4),
        sums=np.zeros(model.states * 3 * LANES),
        moves=np.zeros(every * sizes.years * 4),
        years=np.zeros(2 * (sizes.years + 1)),
        cycles=np.zeros(2 * (model.cycles + 1)),
        patient=np.zeros(queues * room, dtype=np.int64),
        began=np.zeros(room, dtype=np.int64),
        length=np.zeros(queues, dtype=np.int64),
        held=np.zeros(sizes.groups, dtype=np.int64),
    )


def _rewards(numbers: Numbers) -> list[Reward]:
    """Return all rewards in a fixed order."""
    found = {reward for one in (*numbers.yearly, *numbers.at_start) for reward, _value in one}
    found |= {r for ways in numbers.ways for way in ways for r, _value in way.effects}
    return sorted(found)


def _whole(values: list[int]) -> Whole:
    """Return whole numbers as an array."""
    return np.array(values, dtype=np.int64)


def _firsts(counts: list[int]) -> Whole:
    """Return where each of several lists begins among all their entries, and the end."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _model(
    numbers: Numbers, values: _Values, places: Mapping[Reward, int], horizon: float
) -> Model:
    """Return the model's ways out and rewards by number."""
    ways = [way for own in numbers.ways for way in own]
    one = np.ones((1,) * 6)
    used: list[int] = []
    for way in ways:
        arguments = (*way.arguments, one, one)[:2]
        used += [values.number(value) for value in (*arguments, way.ratio)]
    effects = [effect for way in ways for effect in way.effects]
    yearly = [reward for own in numbers.yearly for reward in own]
    states = range(len(numbers.ways))
    yearly_values = [[value for _reward, value in own] for own in numbers.yearly]
    return Model(
        states=len(numbers.ways),
        rewards=len(places),
        width=numbers.width,
        horizon=np.array([horizon]),
        way_first=_firsts([len(own) for own in numbers.ways]),
        way_target=_whole([*(way.target for way in ways), 0]),  # also where there is no way at all
        way_kind=_whole([way.kind for way in ways]),
        way_clock=_whole([way.clock for way in ways]),
        way_values=_whole(used),
        effect_first=_firsts([len(way.effects) for way in ways]),
        effect_reward=_whole([places[reward] for reward, _value in effects]),
        effect_value=_whole([values.number(value) for _reward, value in effects]),
        yearly_first=_firsts([len(own) for own in numbers.yearly]),
        yearly_reward=_whole([places[reward] for reward, _value in yearly]),
        yearly_value=_whole([values.number(value) for _reward, value in yearly]),
        is_living=_whole([int(state in numbers.living) for state in states]),
        is_idle=_whole([int(state in numbers.idle) for state in states]),
        is_health=_whole([int(kind != "cost") for kind, _item in places]),
        cycles=len(numbers.points) - 1,
        points=np.array(numbers.points),
        way_changes=_whole([int(_changes(way)) for way in ways]),
        takes_logarithm=_whole([int(_takes_logarithm(way)) for way in ways]),
        state_changes=_whole([int(any(len(v) > 1 for v in own)) for own in yearly_values]),
        value_changes=_whole(values.changes),
    )


def _changes(way: WayOut) -> bool:
    """Return whether a hazard changes from cycle to cycle by itself."""
    return any(len(value) > 1 for value in (*way.arguments, way.ratio))


def _takes_logarithm(way: WayOut) -> bool:
    """Return whether `lanes.wait` takes logarithms of hazards; as `lanes.is_by_logarithm`."""
    return way.kind == WEIBULL and way.clock == STATE and not _changes(way)


def _beginning(numbers: Numbers, values: _Values, places: Mapping[Reward, int]) -> Beginning:
    """Return where patients begin, and what the first day brings."""
    events = [event for own in numbers.at_start for event in own]
    first = [numbers.ways[state] for state, _share in numbers.start]
    most = max(len(own) for own in first)
    by_logarithm = [k for own in first for k, way in enumerate(own) if _takes_logarithm(way)]
    return Beginning(
        ways=most,
        states=len(numbers.start),
        takes_logarithm=_whole([int(k in by_logarithm) for k in range(most)]),
        state=_whole([state for state, _share in numbers.start]),
        share=_whole([values.number(share) for _state, share in numbers.start]),
        event_first=_firsts([len(own) for own in numbers.at_start]),
        event_reward=_whole([places[reward] for reward, _value in events]),
        event_value=_whole([values.number(value) for _reward, value in events]),
    )


def _keys(patients: Patients) -> Whole:
    """Return the keys of the luck of moves and of the first day."""
    keys = (patient_key(seed=patients.seed, decision=name) for name in (MOVE, START))
    return _whole([word for key in keys for word in key])


def _discount(discount: tuple[Discounting, Discounting], draws: int) -> Discount:
    """Return discounting with the steps of cost and of health together."""
    starts = np.unique([start for one in discount for start in one.starts])
    both = [one.at_steps(starts) for one in discount]
    growth = np.stack([np.broadcast_to(np.log1p(one), (starts.size, draws)) for one in both])
    # Dims (cost or health, step, draw).
    shape = (1, starts.size, 1)
    factor = np.exp(-np.cumsum(growth[:, :-1] * np.diff(starts).reshape(1, -1, 1), axis=1))
    factor = np.concatenate([np.ones_like(growth[:, :1]), factor], axis=1)
    # What grows so little loses more digits in a difference than in being left out.
    at_rest = np.abs(growth) < _AT_REST
    rest = np.where(at_rest, 0.0, 1.0 / np.where(at_rest, 1.0, growth))
    steady = np.where(at_rest, factor, 0.0)
    # What is worth the same at the end of a step as at the start of the next.
    worth = np.zeros_like(factor[:, :1])
    ends = steady * starts.reshape(shape) - rest * factor
    fixed = [worth[:, 0] - ends[:, 0]]
    for k in range(1, starts.size):
        until = fixed[-1] + steady[:, k - 1] * starts[k] - rest[:, k - 1] * factor[:, k]
        fixed.append(until - ends[:, k])
    arrays = (np.diff(growth, axis=1, prepend=0.0), np.stack(fixed, axis=1), steady, rest)
    return Discount(
        starts.size, int(not np.array_equal(growth[0], growth[1])), starts,
        *(np.ascontiguousarray(one.transpose(2, 0, 1)).ravel() for one in arrays),
    )  # fmt: skip


def _sums(out: Floats, rewards: list[Reward], years: int) -> TimeSums:
    """Return results by reward; `out` has dims (draw, strategy, age, result)."""
    by_result = out.transpose(3, 1, 2, 0)
    count = len(rewards)
    yearly = by_result[: (2 * count + 1) * years].reshape(
        2 * count + 1, years, *by_result.shape[1:]
    )
    first = by_result[(2 * count + 1) * years :]
    plain = {reward: yearly[k].copy() for k, reward in enumerate(rewards)}
    present = {reward: yearly[count + k].copy() for k, reward in enumerate(rewards)}
    at_start: dict[str, Floats] = {}
    for k, (kind, item) in enumerate(rewards):
        if kind == "cost":
            at_start[item] = first[k]
        else:
            plain[kind, item][0] += first[k]
            present[kind, item][0] += first[k]
    return TimeSums(plain, present, at_start, yearly[2 * count])
