"""Running the kernel of continuous time: a model's numbers as arrays, its parts on threads."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.engine import share_out
from equipoise.clinical.compiled.in_time import Beginning, Model, Parts, follow
from equipoise.clinical.in_time import MOVE, Numbers, Reward
from equipoise.clinical.patients import START, Patients
from equipoise.clinical.time_reference import TimeSums
from equipoise.core.random import patient_key

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass
class _Values:
    """Arrays by number, each once."""

    arrays: list[Floats] = field(default_factory=list)
    known: dict[int, int] = field(default_factory=dict)

    def number(self, values: Floats) -> int:
        """Return the number of an array."""
        if id(values) not in self.known:
            self.known[id(values)] = len(self.arrays)
            self.arrays.append(values)
        return self.known[id(values)]


def compiled_in_time(
    numbers: Numbers,
    patients: Patients,
    *,
    draws: Whole,
    horizon: float,
    years: int,
    rates: tuple[Floats, Floats],
) -> TimeSums:
    """Follow patients in continuous time, as machine code.

    Parameters
    ----------
    numbers, patients, draws, horizon, years, rates
        As of `clinical.in_time.InTime`; all kinds have a closed form.
    """
    values = _Values()
    rewards = _rewards(numbers)
    places = {reward: number for number, reward in enumerate(rewards)}
    model = _model(numbers, values, places, horizon)
    beginning = _beginning(numbers, values, places, patients)
    weight = values.number(numbers.weight)
    people = max(one.shape[0] for one in values.arrays)
    strategies, groups, ages, count = numbers.shape[1:]
    whole = (people, strategies, groups, ages, count)
    # Dims (value, draw, strategy, age, subgroup, patient).
    spread = (np.broadcast_to(one, whole) for one in values.arrays)
    packed = np.stack([one.transpose(4, 1, 3, 2, 0) for one in spread]).ravel()
    results = (2 * len(rewards) + 1) * years + len(rewards)
    out = np.zeros(count * strategies * ages * results)
    parts = _parts(patients, draws, rates)
    sizes = np.array([count, strategies, ages, groups, people, years])
    age = np.ascontiguousarray(numbers.ages.ravel())

    def run(part: int) -> None:
        follow(model, beginning, parts, packed, sizes, age, weight, out, part)

    share_out(run, count)
    return _sums(out.reshape(count, strategies, ages, results), rewards, years)


def _rewards(numbers: Numbers) -> list[Reward]:
    """Return all rewards in a fixed order."""
    found = {reward for one in (*numbers.yearly, numbers.at_start) for reward, _value in one}
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
    one = np.ones((1,) * 5)
    used: list[int] = []
    for way in ways:
        arguments = (*way.arguments, one, one)[:2]
        used += [values.number(value) for value in (*arguments, way.ratio)]
    effects = [effect for way in ways for effect in way.effects]
    yearly = [reward for own in numbers.yearly for reward in own]
    states = range(len(numbers.ways))
    return Model(
        way_first=_firsts([len(own) for own in numbers.ways]),
        way_target=_whole([way.target for way in ways]),
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
        horizon=horizon,
        width=numbers.width,
    )


def _beginning(
    numbers: Numbers, values: _Values, places: Mapping[Reward, int], patients: Patients
) -> Beginning:
    """Return where patients begin, and what the first day brings."""
    key = patient_key(seed=patients.seed, decision=START)
    return Beginning(
        state=_whole([state for state, _share in numbers.start]),
        share=_whole([values.number(share) for _state, share in numbers.start]),
        event_reward=_whole([places[reward] for reward, _value in numbers.at_start]),
        event_value=_whole([values.number(value) for _reward, value in numbers.at_start]),
        key0=key[0],
        key1=key[1],
    )


def _parts(patients: Patients, draws: Whole, rates: tuple[Floats, Floats]) -> Parts:
    """Return the draws as parts of the run."""
    growth = np.stack([np.broadcast_to(np.log1p(rate), draws.shape) for rate in rates], axis=1)
    return Parts(
        place=np.arange(draws.size),
        draw=draws,
        first=np.full(draws.size, patients.first, dtype=np.int64),
        last=np.full(draws.size, patients.first + patients.count, dtype=np.int64),
        growth=np.ascontiguousarray(growth, dtype=np.float64).ravel(),
        keys=_whole(list(patient_key(seed=patients.seed, decision=MOVE))),
    )


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
