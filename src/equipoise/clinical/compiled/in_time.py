"""Patients in continuous time as machine code: one kernel for all models, which are its numbers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.individuals.luck import refill
from equipoise.clinical.compiled.individuals.steps import HELD, LANES
from equipoise.core.machine_code import compiled, fused

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

EXPONENTIAL, WEIBULL, GOMPERTZ, LOGLOGISTIC = 0, 1, 2, 4
"""Kinds that have a closed form; as `times.KIND_NUMBERS`."""


@fused
def time_until(kind: int, a: float, b: float, passed: float, exposure: float) -> float:
    """Return the time until a move; as `clinical.times.time_until`."""
    if kind == EXPONENTIAL:
        found = exposure / a
    elif kind == WEIBULL:
        done = (passed / b) ** a if passed > 0.0 else 0.0
        found = b * (done + exposure) ** (1.0 / a) - passed
    elif kind == GOMPERTZ:
        later = b * np.exp(a * passed)
        found = np.log(1.0 + a * exposure / later) / a if a != 0.0 else exposure / b
    else:
        done = np.log(1.0 + (passed / b) ** a) if passed > 0.0 else 0.0
        found = b * np.expm1(done + exposure) ** (1.0 / a) - passed
    found = np.inf if np.isnan(found) else found
    return max(found, 0.0)


class Model(NamedTuple):
    """A model's ways out and rewards, all by number.

    Of each state: the first of its ways and of its yearly rewards; of each way: where it leads, its
    kind and clock, three values (two arguments and the hazard ratio), the first of its effects.
    """

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
    horizon: float
    width: int
    """Numbers of chance for each visit of a state."""


class Someone(NamedTuple):
    """One patient: where the own values stand, the stream of luck, the age, the results."""

    at: int
    per_value: int
    number: int
    draw: int
    key0: int
    key1: int
    age: float
    scale: float
    growth_cost: float
    growth_health: float
    base: int
    years: int


@fused
def _shortest(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    values: Floats,
    who: Someone,
    luck: Floats,
    held: int,
    state: int,
    now: float,
    entered: float,
    visit: int,
) -> tuple[float, int, int]:
    """Return when a patient leaves the state, by which way out, and the block of luck at hand."""
    best, way = np.inf, -1
    first = model.way_first[state]
    for k in range(first, model.way_first[state + 1]):
        index = visit * model.width + k - first
        block = index // HELD
        if block != held:
            refill(luck, block * LANES, who.number, who.draw, who.key0, who.key1)
            held = block
        m = index % HELD
        passed = now - entered if model.way_clock[k] == 0 else now
        if model.way_clock[k] == 2:
            passed = now + who.age
        a, b, ratio = (
            values[model.way_values[3 * k] * who.per_value + who.at],
            values[model.way_values[3 * k + 1] * who.per_value + who.at],
            values[model.way_values[3 * k + 2] * who.per_value + who.at],
        )
        exposure = -np.log(luck[(m % 4) * LANES + m // 4]) / ratio
        wait = time_until(model.way_kind[k], a, b, passed, exposure)
        if now + wait < best:
            best, way = now + wait, k
    return best, way, held


@fused
def _left(who: Someone, time: float) -> tuple[float, float]:
    """Return the discount factors of cost and health at a time."""
    cost = np.exp(-who.growth_cost * time)
    same = who.growth_health == who.growth_cost
    return cost, cost if same else np.exp(-who.growth_health * time)


@fused
def _worth(growth: float, before: float, after: float, length: float) -> float:
    """Return what a stay is worth today for each unit of its yearly value."""
    return (before - after) / growth if growth != 0.0 else length


@fused
def _stay(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    values: Floats,
    out: Floats,
    who: Someone,
    state: int,
    now: float,
    end: float,
    cost: float,
    health: float,
    cost_at_end: float,
    health_at_end: float,
) -> None:
    """Add what a stay in a state brings, year by year, and who is alive at the starts of years.

    The last four are the discount factors of now and of the end.
    """
    rewards = model.is_health.size
    year = min(int(now), who.years - 1)
    begin = now
    while True:
        if model.is_living[state] and begin <= year < end:
            out[who.base + 2 * rewards * who.years + year] += who.scale
        finish, cost_then, health_then = end, cost_at_end, health_at_end
        if year < who.years - 1 and year + 1.0 < end:
            finish = year + 1.0
            cost_then, health_then = _left(who, finish)
        length = finish - begin
        worth_cost = _worth(who.growth_cost, cost, cost_then, length) * who.scale
        worth_health = _worth(who.growth_health, health, health_then, length) * who.scale
        for k in range(model.yearly_first[state], model.yearly_first[state + 1]):
            r = model.yearly_reward[k]
            value = values[model.yearly_value[k] * who.per_value + who.at]
            place = who.base + r * who.years + year
            out[place] += value * length * who.scale
            worth = worth_health if model.is_health[r] else worth_cost
            out[place + rewards * who.years] += value * worth
        if finish >= end:
            return
        begin, cost, health = finish, cost_then, health_then
        year += 1


@fused
def _moved(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    values: Floats,
    out: Floats,
    who: Someone,
    way: int,
    when: float,
    cost: float,
    health: float,
) -> None:
    """Add what a move brings at its time, where the discount factors are those of the last two."""
    year = min(int(when), who.years - 1)
    for k in range(model.effect_first[way], model.effect_first[way + 1]):
        r = model.effect_reward[k]
        value = values[model.effect_value[k] * who.per_value + who.at] * who.scale
        place = who.base + r * who.years + year
        out[place] += value
        factor = health if model.is_health[r] else cost
        out[place + model.is_health.size * who.years] += value * factor


@fused
def _course(  # noqa: PLR0917 - kernels have no keywords
    model: Model, values: Floats, out: Floats, who: Someone, luck: Floats, state: int
) -> None:
    """Follow one patient to the horizon, or where nothing more happens."""
    now, entered, cost, health = 0.0, 0.0, 1.0, 1.0
    held, visit = -1, 0
    while not model.is_idle[state]:
        best, way, held = _shortest(model, values, who, luck, held, state, now, entered, visit)
        end = min(best, model.horizon)
        cost_then, health_then = _left(who, end)
        _stay(model, values, out, who, state, now, end, cost, health, cost_then, health_then)
        if best >= model.horizon:
            return
        _moved(model, values, out, who, way, end, cost_then, health_then)
        now, entered, state = end, end, model.way_target[way]
        cost, health = cost_then, health_then
        visit += 1


class Beginning(NamedTuple):
    """Where patients begin, and what the first day brings to those alive."""

    state: Whole
    share: Whole
    """Values of the shares that begin in the states."""
    event_reward: Whole
    event_value: Whole
    key0: int
    key1: int


@fused
def _begin(beginning: Beginning, values: Floats, who: Someone, luck: Floats) -> int:
    """Return where a patient begins."""
    last = beginning.state.size - 1
    if last > 0:
        refill(luck, 0, who.number, who.draw, beginning.key0, beginning.key1)
        reached = 0.0
        for k in range(last):
            reached += values[beginning.share[k] * who.per_value + who.at]
            if luck[0] < reached:
                return int(beginning.state[k])
    return int(beginning.state[last])


@fused
def _first_day(
    beginning: Beginning, values: Floats, out: Floats, who: Someone, rewards: int
) -> None:
    """Add what the first day brings to one patient."""
    for k in range(beginning.event_reward.size):
        amount = values[beginning.event_value[k] * who.per_value + who.at] * who.scale
        place = who.base + (2 * rewards + 1) * who.years + beginning.event_reward[k]
        out[place] += amount


class Parts(NamedTuple):
    """Parts of a run: of each the place of its values, its draw, its patients, its discount."""

    place: Whole
    """Among the second dim of the values."""
    draw: Whole
    first: Whole
    last: Whole
    growth: Floats
    """Dims (part, 2): logarithms of one plus the discount rates of cost and health."""
    keys: Whole


@compiled
def follow(  # noqa: PLR0917 - kernels have no keywords
    model: Model,
    beginning: Beginning,
    parts: Parts,
    values: Floats,
    sizes: Whole,
    ages: Floats,
    weight: int,
    out: Floats,
    part: int,
) -> None:
    """Follow the patients of one part of a run.

    Parameters
    ----------
    model, beginning, parts
        What is followed.
    values
        All numbers, dims (value, place, strategy, age, subgroup, patient); the last has length 1
        where patients do not differ.
    sizes
        Of the dims of `values` but the first, then the number of years.
    ages
        At the start, years.
    weight
        Value of the subgroup's weight.
    out
        Dims (part, strategy, age, result). Results are each reward by year, as it is and then at
        its present value; who is alive by year; each reward of the first day.
    part
        Number of the part.
    """
    places, strategies, n_ages, groups, people, years = sizes
    rewards = model.is_health.size
    per_value = places * strategies * n_ages * groups * people
    results = (2 * rewards + 1) * years + rewards
    luck = np.zeros(HELD)
    for s in range(strategies):
        for a in range(n_ages):
            cell = (part * strategies + s) * n_ages + a
            own = (parts.place[part] * strategies + s) * n_ages + a
            for g in range(groups):
                row = (own * groups + g) * people
                scale = values[weight * per_value + row]
                for j in range(parts.first[part], parts.last[part]):
                    at = row + (j - parts.first[part] if people > 1 else 0)
                    who = Someone(
                        at, per_value, j * groups + g, parts.draw[part], parts.keys[0],
                        parts.keys[1], ages[a], scale, parts.growth[2 * part],
                        parts.growth[2 * part + 1], cell * results, years,
                    )  # fmt: skip
                    state = _begin(beginning, values, who, luck)
                    if model.is_living[state]:
                        _first_day(beginning, values, out, who, rewards)
                    _course(model, values, out, who, luck, state)
