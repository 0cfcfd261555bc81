"""Patients in continuous time: the numbers of a run, and the reference that follows them in NumPy.

Each way out of a state has a time of its own, and the shortest happens. Nothing waits for a cycle:
what is written here is exact for hazards and yearly values that stay the same during a stay, or
follow a distribution of times.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.course import Course, Here
from equipoise.clinical.given import Given
from equipoise.clinical.moves import HAIR, Labels, group_weights
from equipoise.clinical.patients import START, Patients, starting_values
from equipoise.clinical.people import sum_of
from equipoise.clinical.plan import by_item, effects_by_move
from equipoise.clinical.times import KIND_NUMBERS, time_until
from equipoise.core.errors import SimulationError
from equipoise.core.random import patient_key, patient_uniforms
from equipoise.core.translation import translate as _
from equipoise.spec.formula import Formula
from equipoise.spec.time_to import HAZARD_RATIO, KINDS, TimeTo

Floats = NDArray[np.float64]

MOVE = "move"
"""Decision of chance: how long until a patient leaves a state by one of the ways out."""

CLOCKS = ("state", "start", "age")

Reward = tuple[str, str]
"""A kind of reward (cost, qaly, life) with its item."""


@dataclass(frozen=True)
class WayOut:
    """One way out of a state: its distribution of times, and what going that way brings.

    `arguments` has up to three arrays and `ratio` one, dims (patient, strategy, subgroup, age,
    draw), each as small as it can be; `effects` are one-off costs and health.
    """

    target: int
    kind: int
    clock: int
    arguments: tuple[Floats, ...]
    ratio: Floats
    effects: tuple[tuple[Reward, Floats], ...]


@dataclass(frozen=True)
class Numbers:
    """All numbers of a run for some patients: none changes while they are followed."""

    shape: tuple[int, ...]
    """Of dims (patient, strategy, subgroup, age, draw)."""
    ways: tuple[tuple[WayOut, ...], ...]
    """Of each state."""
    yearly: tuple[tuple[tuple[Reward, Floats], ...], ...]
    """Of each state."""
    at_start: tuple[tuple[Reward, Floats], ...]
    """Of the events of the first day."""
    start: tuple[tuple[int, Floats], ...]
    """States in which patients begin, with their shares."""
    weight: Floats
    living: tuple[int, ...]
    idle: tuple[int, ...]
    ages: Floats

    def of_shape(self, shape: tuple[int, ...]) -> "Numbers":
        """Return the same for other patients, where patients do not differ."""
        return replace(self, shape=shape)

    @property
    def width(self) -> int:
        """Return the numbers of chance that each visit of a state takes: whole blocks of four."""
        return 4 * max(-(-max((len(way) for way in self.ways), default=1) // 4), 1)


def numbers_of(given: Given, patients: Patients) -> Numbers:
    """Return the numbers of a run for some patients.

    Parameters
    ----------
    given
        What to run; `spec.model_in_time` finds nothing against it.
    patients
        Who.

    Raises
    ------
    SimulationError
        If a share, a hazard or an argument of a distribution cannot be.
    """
    spec, plan = given.model.spec, given.plan
    own = starting_values(spec, patients, np.asarray(given.draws, dtype=np.int64))
    course = Course(given, {name: value[:, None, :, None, :] for name, value in own.items()})
    shape = (patients.count, len(spec.strategies), patients.groups, len(given.ages),
             len(given.draws))  # fmt: skip
    labels = Labels(tuple(spec.strategies), given.draws)
    weights = [course.of(group.weight)[0] for group in spec.subgroups.values()]
    states = list(plan.states)
    writer = _Writer(given, course, labels, states)
    start = writer.start()
    return Numbers(
        shape=shape,
        ways=tuple(writer.ways(name) for name in states),
        yearly=tuple(writer.yearly(name) for name in states),
        at_start=writer.at_start(),
        start=start,
        weight=group_weights(weights, labels)[None],
        living=tuple(states.index(name) for name in plan.living),
        idle=tuple(states.index(name) for name in plan.idle),
        ages=np.asarray(given.ages, dtype=np.float64).reshape(1, 1, 1, -1, 1),
    )


class _Writer:
    """Reads the formulas of one model on the first day."""

    def __init__(self, given: Given, course: Course, labels: Labels, states: list[str]) -> None:
        self._spec, self._plan = given.model.spec, given.plan
        self._course, self._labels, self._states = course, labels, states
        self._effects = effects_by_move(self._spec)

    def _stand(self, state: str) -> None:
        """Put everybody into one state, whose formulas are read next."""
        number = np.full((1, 1, 1, 1, 1), self._states.index(state))
        self._course.at(0.0, Here(number, np.zeros((1, 1, 1, 1, 1))))

    def start(self) -> tuple[tuple[int, Floats], ...]:
        """Return where patients begin."""
        found = [
            (number, self._course.of(state.start))
            for number, state in enumerate(self._plan.states.values())
            if state.start is not None
        ]
        total = sum_of([share for _number, share in found])
        wrong = np.asarray(~(np.abs(total - 1.0) <= HAIR))
        for _number, share in found:
            wrong = wrong | (share < 0)
        if wrong.any():
            message = _("the `start` shares of the states add up to {total:g} in {place}",
                        total=float(np.broadcast_to(total, wrong.shape)[wrong][0]),
                        place=self._labels.place(np.asarray(wrong.any(axis=0))))  # fmt: skip
            fix = _("they must be 0 or more and add up to 1")
            raise SimulationError(message, fix=fix, place=("states",))
        return tuple(found)

    def ways(self, origin: str) -> tuple[WayOut, ...]:
        """Return the ways out of a state."""
        self._stand(origin)
        found: list[WayOut] = []
        for target, move in self._spec.transitions.get(origin, {}).items():
            if target == origin or not isinstance(move, TimeTo | Formula):
                continue
            place = ("transitions", origin, target)
            if isinstance(move, TimeTo):
                kind, given = move.time_to.kind, move.time_to.arguments
                arguments = tuple(self._course.of(given[name]) for name in KINDS[kind])
                ratio = given.get(HAZARD_RATIO)
                hazard = np.ones((1,) * 5) if ratio is None else self._course.of(ratio)
                clock = CLOCKS.index(move.clock)
            else:
                kind, clock, hazard = "exponential", 0, np.ones((1,) * 5)
                arguments = (self._course.of(move),)
            self._require(place, kind, arguments, hazard)
            effects = [
                (reward, value)
                for effect in self._effects.get((origin, target), ())
                for reward, value in self._brought(effect.cost, effect.qaly)
            ]
            number = self._states.index(target)
            found.append(
                WayOut(number, KIND_NUMBERS[kind], clock, arguments, hazard, tuple(effects))
            )
        return tuple(found)

    def _require(
        self, place: tuple[str, ...], kind: str, arguments: tuple[Floats, ...], ratio: Floats
    ) -> None:
        """Refuse a hazard below 0, and arguments that a distribution cannot have."""
        free = {"gompertz": ("shape",), "lognormal": ("log_mean",),
                "generalised_gamma": ("mu", "q")}.get(kind, ())  # fmt: skip
        names = KINDS[kind] if len(arguments) == len(KINDS[kind]) else ("rate",)
        least_zero = ("rate",)
        for name, value in (*zip(names, arguments, strict=True), (HAZARD_RATIO, ratio)):
            possible = np.isfinite(value)
            if name not in free:
                zero = name in least_zero or name == HAZARD_RATIO
                possible &= (value >= 0) if zero else (value > 0)
            if not possible.all():
                wrong = ~possible
                message = _("{name} cannot be {value:g} ({place})", name=name,
                            value=float(value[wrong][0]),
                            place=self._labels.place(np.asarray(wrong.any(axis=0))))  # fmt: skip
                fix = _("correct the formula, or the distribution of what it uses")
                raise SimulationError(message, fix=fix, place=place)

    def yearly(self, state: str) -> tuple[tuple[Reward, Floats], ...]:
        """Return what a year in a state brings."""
        self._stand(state)
        spec = self._plan.states[state]
        found = self._brought(spec.cost, spec.utility)
        if state in self._plan.living:
            found.append((("life", ""), np.ones((1,) * 5)))
        return tuple(found)

    def at_start(self) -> tuple[tuple[Reward, Floats], ...]:
        """Return what the events of the first day bring to those alive."""
        self._stand(self._plan.living[0])
        found: list[tuple[Reward, Floats]] = []
        for event in self._spec.events.values():
            happens = self._course.of(event.when) != 0
            for reward, value in self._brought(event.cost, event.qaly):
                found.append((reward, np.where(happens, value, 0.0)))
        return tuple(found)

    def _brought(
        self, cost: Formula | Mapping[str, Formula] | None, health: Formula | None
    ) -> list[tuple[Reward, Floats]]:
        """Return costs by item and health."""
        found: list[tuple[Reward, Floats]] = [
            (("cost", item), self._course.of(formula)) for item, formula in by_item(cost).items()
        ]
        if health is not None:
            found.append((("qaly", ""), self._course.of(health)))
        return found


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
    rates
        Yearly discount rates of cost and health.
    """

    def __init__(
        self,
        numbers: Numbers,
        patients: Patients,
        *,
        draws: NDArray[np.int64],
        horizon: float,
        years: int,
        rates: tuple[Floats, Floats],
    ) -> None:
        self._numbers, self._patients, self._draws = numbers, patients, draws
        self._horizon = horizon
        ends = np.arange(years + 1, dtype=np.float64)
        ends[-1] = np.inf
        self._ends = ends
        self._growth = {"cost": np.log1p(rates[0]), "qaly": np.log1p(rates[1])}
        self._growth["life"] = self._growth["qaly"]
        _patients, *rest = numbers.shape
        empty = np.zeros((years, rest[0], rest[2], rest[3]))
        rewards = {reward for one in (*numbers.yearly, numbers.at_start) for reward, _v in one}
        rewards |= {r for ways in numbers.ways for way in ways for r, _v in way.effects}
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
            reached = reached + share
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
                passed = (now - entered, now, now + self._numbers.ages)[one.clock]
                wait = time_until(one.kind, one.arguments, passed, -np.log(luck) / one.ratio)
                sooner = (state == origin) & (now + wait < best)
                best, way = np.where(sooner, now + wait, best), np.where(sooner, place, way)
        return best, way

    def _spans(self) -> Iterator[tuple[int, float, float]]:
        """Yield the years with their start and end."""
        for year in range(len(self._ends) - 1):
            yield year, float(self._ends[year]), float(self._ends[year + 1])

    def _sum(self, values: Floats) -> Floats:
        """Return sums over patients and subgroups, dims (strategy, age, draw)."""
        weighted = np.broadcast_to(values, self._numbers.shape) * self._numbers.weight
        return np.asarray(weighted.sum(axis=(0, 2)))

    def _stay(
        self, state: NDArray[np.int64], now: Floats, end: Floats, active: NDArray[np.bool_]
    ) -> None:
        """Add what a stay in a state brings, and who is alive at the starts of years."""
        alive = active & np.isin(state, self._numbers.living)
        for year, first, last in self._spans():
            here = alive & (now <= first) & ((first < end) | ((first == 0) & (end == 0)))
            self.sums.alive[year] += self._sum(here.astype(np.float64))
            begin, finish = np.maximum(now, first), np.minimum(end, last)
            lasts = active & (finish > begin)
            for number, rewards in enumerate(self._numbers.yearly):
                there = lasts & (state == number)
                for reward, value in rewards:
                    length = np.where(there, finish - begin, 0.0)
                    worth = np.where(there, self._worth(reward[0], begin, finish), 0.0)
                    self.sums.plain[reward][year] += self._sum(value * length)
                    self.sums.present[reward][year] += self._sum(value * worth)

    def _worth(self, kind: str, begin: Floats, end: Floats) -> Floats:
        r"""Return :math:`\int e^{-\delta t} dt`, with :math:`\delta = \ln(1 + r)`."""
        growth = self._growth[kind]
        safe = np.where(growth == 0, 1.0, growth)
        worth = (np.exp(-growth * begin) - np.exp(-growth * end)) / safe
        return np.asarray(np.where(growth == 0, end - begin, worth))

    def _once(self, reward: Reward, value: Floats, when: Floats, goes: NDArray[np.bool_]) -> None:
        """Add what a move brings at its time."""
        for year, first, last in self._spans():
            here = goes & (first <= when) & (when < last)
            amount = np.where(here, value, 0.0)
            factor = np.exp(-self._growth[reward[0]] * np.where(here, when, 0.0))
            self.sums.plain[reward][year] += self._sum(amount)
            self.sums.present[reward][year] += self._sum(amount * factor)

    def _at_start(self, state: NDArray[np.int64]) -> None:
        """Add the events of the first day; their costs stand apart."""
        alive = np.isin(state, self._numbers.living)
        for reward, value in self._numbers.at_start:
            amount = self._sum(np.where(alive, value, 0.0))
            if reward[0] == "cost":
                self.sums.at_start[reward[1]] += amount
            else:
                self.sums.plain[reward][0] += amount
                self.sums.present[reward][0] += amount
