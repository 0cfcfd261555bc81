"""Patients in continuous time in NumPy: the reference of the compiled engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.discounting import Discounting
from equipoise.clinical.in_time import MOVE, Numbers, Reward, WayOut, at_cycle
from equipoise.clinical.patients import START, Patients
from equipoise.clinical.times import hazard_between, time_until
from equipoise.core.errors import SimulationError
from equipoise.core.random import patient_key, patient_uniforms
from equipoise.core.translation import translate as _

Floats = NDArray[np.float64]


MOST_VISITS = 100_000
"""Of states by one patient."""


class EndlessError(SimulationError):
    """Patients who move so often that time all but stands still."""

    def __init__(self) -> None:
        message = _("patients move more than {limit} times, so high are some hazards",
                    limit=MOST_VISITS)  # fmt: skip
        fix = _("look for a hazard in the wrong unit; or join the states between which they go")
        super().__init__(message, fix=fix, place=("transitions",))


@dataclass
class TimeSums:
    """Sums over patients, by reward, dims (year, strategy, age, draw) each; and who is alive.

    `at_start` is what falls on day 0, by item, dims (strategy, age, draw).
    """

    plain: dict[Reward, Floats]
    present: dict[Reward, Floats]
    at_start: dict[str, Floats]
    alive: Floats


class InTime:
    """One run in NumPy: the reference of the compiled engine in continuous time.

    Parameters
    ----------
    numbers
        Of the run.
    patients
        Who.
    draws
        Numbers of the draws.
    horizon
        Years.
    years
        In which results are told apart; 1 is the whole course.
    discount
        Rates of cost and of health.
    """

    def __init__(
        self,
        numbers: Numbers,
        patients: Patients,
        *,
        draws: NDArray[np.int64],
        horizon: float,
        years: int,
        discount: tuple[Discounting, Discounting],
    ) -> None:
        self._numbers, self._patients, self._draws = numbers, patients, draws
        self._horizon = horizon
        self._years = years
        self._discount = {"cost": discount[0], "qaly": discount[1], "life": discount[1]}
        _patients, *rest = numbers.shape
        empty = np.zeros((years, rest[0], rest[2], rest[3]))
        rewards = {reward for one in (*numbers.yearly, *numbers.at_start) for reward, _value in one}
        rewards |= {r for ways in numbers.ways for way in ways for r, _value in way.effects}
        self.sums = TimeSums(
            {reward: empty.copy() for reward in sorted(rewards)},
            {reward: empty.copy() for reward in sorted(rewards)},
            {item: empty[0].copy() for kind, item in sorted(rewards) if kind == "cost"},
            empty.copy(),
        )

    def run(self) -> TimeSums:
        """Follow everyone to the horizon, or where nothing more happens."""
        shape = self._numbers.shape
        state = self._begin()
        now, entered = np.zeros(shape), np.zeros(shape)
        self._at_start(state)
        active = ~np.isin(state, self._numbers.idle)
        visit = 0
        while active.any():
            if visit == MOST_VISITS:
                raise EndlessError
            until, way = self._shortest(state, now, entered, visit)
            end = np.where(active, np.minimum(until, self._horizon), now)
            self._stay(state, now, end, active)
            moves = active & (until < self._horizon)
            after = state.copy()
            for origin, ways in enumerate(self._numbers.ways):
                for place, one in enumerate(ways):
                    goes = moves & (state == origin) & (way == place)
                    after = np.where(goes, one.target, after)
                    for reward, value in one.effects:
                        self._once(reward, value, end, goes)
            now, entered = end, np.where(moves, end, entered)
            state = after
            active = moves & ~np.isin(state, self._numbers.idle)
            visit += 1
        return self.sums

    def _luck(self, decision: str, index: int) -> Floats:
        """Return a uniform number for each patient, the same in all strategies and at all ages."""
        chance = patient_uniforms(
            patient_key(seed=self._patients.seed, decision=decision),
            draws=self._draws, patients=self._patients.numbers[..., None], index=index,
        )  # fmt: skip
        return chance[:, None, :, None, :]

    def _begin(self) -> NDArray[np.int64]:
        """Return the number of the state in which each patient begins."""
        luck, reached = self._luck(START, 0), np.zeros((1,) * 5)
        edges: list[tuple[int, Floats]] = []
        for number, share in self._numbers.start:
            reached = reached + share[0]
            edges.append((number, reached))
        found = np.full(self._numbers.shape, edges[-1][0], dtype=np.int64)
        for number, edge in reversed(edges[:-1]):
            found = np.where(luck < edge, number, found)
        return found

    def _shortest(
        self, state: NDArray[np.int64], now: Floats, entered: Floats, visit: int
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Return when each patient leaves the state, and by which way out."""
        best = np.full(self._numbers.shape, np.inf)
        way = np.zeros(self._numbers.shape, dtype=np.int64)
        for origin, ways in enumerate(self._numbers.ways):
            for place, one in enumerate(ways):
                luck = self._luck(MOVE, visit * self._numbers.width + place)
                since = (-entered, np.zeros(1), self._numbers.ages)[one.clock]
                wait = self._wait(one, now, since, -np.log(luck))
                sooner = (state == origin) & (now + wait < best)
                best, way = np.where(sooner, now + wait, best), np.where(sooner, place, way)
        return best, way

    def _wait(self, way: WayOut, now: Floats, since: Floats, exposure: Floats) -> Floats:
        """Return how long until a way opens: cycle by cycle, where its hazard changes by itself.

        The way's clock is ahead of the time by `since`.
        """
        cycles = len(way.ratio) if len(way.ratio) > 1 else len(way.arguments[0])
        if cycles == 1:
            arguments = [one[0] for one in way.arguments]
            return time_until(way.kind, arguments, now + since, exposure / way.ratio[0])
        found, left = np.full(self._numbers.shape, np.inf), exposure
        for k, (first, last) in enumerate(pairwise(self._numbers.points)):
            arguments, ratio = [at_cycle(one, k) for one in way.arguments], at_cycle(way.ratio, k)
            begin = np.maximum(now, first)
            wait = time_until(way.kind, arguments, begin + since, left / ratio)
            opens = np.isinf(found) & (now < last) & (begin + wait < last)
            found = np.where(opens, begin + wait - now, found)
            used = ratio * hazard_between(way.kind, arguments, begin + since, last + since)
            left = np.where(now < last, left - used, left)
        return found

    def _spans(self) -> Iterator[tuple[int, int, float, float]]:
        """Yield stretches of time that belong to one year and one cycle, with start and end."""
        points = self._numbers.points if self._numbers.changes else (0.0, self._horizon)
        cuts = sorted({*points[:-1], *(float(year) for year in range(self._years))})
        for begin, end in pairwise([*cuts, np.inf]):
            cycle = np.searchsorted(points[:-1], begin, side="right") - 1
            yield min(int(begin), self._years - 1), int(cycle), begin, end

    def _sum(self, values: Floats) -> Floats:
        """Return sums over patients and subgroups, dims (strategy, age, draw)."""
        weighted = np.broadcast_to(values, self._numbers.shape) * self._numbers.weight[0]
        return np.asarray(weighted.sum(axis=(0, 2)))

    def _stay(
        self, state: NDArray[np.int64], now: Floats, end: Floats, active: NDArray[np.bool_]
    ) -> None:
        """Add what a stay in a state brings, and who is alive at the starts of years."""
        alive = active & np.isin(state, self._numbers.living)
        for year, cycle, first, last in self._spans():
            if first == year > 0:
                here = alive & (now <= first) & (first < end)
                self.sums.alive[year] += self._sum(here.astype(np.float64))
            begin, finish = np.maximum(now, first), np.minimum(end, last)
            lasts = active & (finish > begin)
            for number, rewards in enumerate(self._numbers.yearly):
                there = lasts & (state == number)
                for reward, values in rewards:
                    value = at_cycle(values, cycle)
                    length = np.where(there, finish - begin, 0.0)
                    worth = np.where(there, self._worth(reward[0], begin, finish), 0.0)
                    self.sums.plain[reward][year] += self._sum(value * length)
                    self.sums.present[reward][year] += self._sum(value * worth)

    def _worth(self, kind: str, begin: Floats, end: Floats) -> Floats:
        """Return what 1 a year from one time to another is worth at the start."""
        return self._discount[kind].worth(end) - self._discount[kind].worth(begin)

    def _once(self, reward: Reward, value: Floats, when: Floats, goes: NDArray[np.bool_]) -> None:
        """Add what a move brings at its time."""
        for year, cycle, first, last in self._spans():
            here = goes & (first <= when) & (when < last)
            amount = np.where(here, at_cycle(value, cycle), 0.0)
            factor = self._discount[reward[0]].factor(np.where(here, when, 0.0))
            self.sums.plain[reward][year] += self._sum(amount)
            self.sums.present[reward][year] += self._sum(amount * factor)

    def _at_start(self, state: NDArray[np.int64]) -> None:
        """Note who is alive on the first day, and add its events, whose costs stand apart."""
        alive = np.isin(state, self._numbers.living)
        self.sums.alive[0] += self._sum(alive.astype(np.float64))
        for number, rewards in enumerate(self._numbers.at_start):
            for reward, value in rewards:
                amount = self._sum(np.where(state == number, value[0], 0.0))
                if reward[0] == "cost":
                    self.sums.at_start[reward[1]] += amount
                else:
                    self.sums.plain[reward][0] += amount
                    self.sums.present[reward][0] += amount
