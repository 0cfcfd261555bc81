"""Patients in continuous time: the numbers of a run.

Each way out of a state has a time of its own, and the shortest happens. Nothing waits for a cycle:
cycles only say how often formulas are read that use the time, the age or the calendar year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.course import Course, Here
from equipoise.clinical.given import Given
from equipoise.clinical.moves import HAIR, Labels, group_weights
from equipoise.clinical.once import field_of, require_number
from equipoise.clinical.patients import Patients, starting_values
from equipoise.clinical.people import sum_of
from equipoise.clinical.plan import by_item
from equipoise.clinical.readings import Readings
from equipoise.clinical.times import KIND_NUMBERS
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.spec.findings import Place
from equipoise.spec.formula import Formula
from equipoise.spec.time_to import HAZARD_RATIO, KINDS, TimeTo

Floats = NDArray[np.float64]

MOVE = "move"
"""Decision of chance: how long until a patient leaves a state by one of the ways out."""

CLOCKS = ("state", "start", "age")

_ONE = np.ones((1,) * 6)

Reward = tuple[str, str]
"""A kind of reward (cost, qaly, life) with its item."""


@dataclass(frozen=True)
class WayOut:
    """One way out of a state: its distribution of times, and what going that way brings.

    `arguments` has up to three arrays and `ratio` one, dims as of all values of `Numbers`;
    `effects` are one-off costs and health.
    """

    target: int
    kind: int
    clock: int
    arguments: tuple[Floats, ...]
    ratio: Floats
    effects: tuple[tuple[Reward, Floats], ...]


@dataclass(frozen=True)
class Numbers:
    """All numbers of a run for some patients.

    Values have dims (cycle, patient, strategy, subgroup, age, draw), each as small as it can be;
    the first has length 1 where a value never changes.
    """

    shape: tuple[int, ...]
    """Of dims (patient, strategy, subgroup, age, draw)."""
    ways: tuple[tuple[WayOut, ...], ...]
    """Of each state."""
    yearly: tuple[tuple[tuple[Reward, Floats], ...], ...]
    """Of each state."""
    at_start: tuple[tuple[tuple[Reward, Floats], ...], ...]
    """Of each state: what the events of the first day bring to those who begin there, if alive."""
    start: tuple[tuple[int, Floats], ...]
    """States in which patients begin, with their shares."""
    weight: Floats
    living: tuple[int, ...]
    idle: tuple[int, ...]
    ages: Floats
    points: tuple[float, ...]
    """Starts of the cycles and the end of the last, years."""

    def of_shape(self, shape: tuple[int, ...]) -> "Numbers":
        """Return the same for other patients, where patients do not differ."""
        return replace(self, shape=shape)

    @property
    def changes(self) -> bool:
        """Return whether a value of rewards or ways changes from cycle to cycle."""
        values = [value for own in self.yearly for _reward, value in own]
        for way in (way for ways in self.ways for way in ways):
            values += [*way.arguments, way.ratio, *(value for _reward, value in way.effects)]
        return any(len(value) > 1 for value in values)

    @property
    def width(self) -> int:
        """Return the numbers of chance that each visit of a state takes: whole blocks of four."""
        return 4 * max(-(-max((len(way) for way in self.ways), default=1) // 4), 1)


def at_cycle(values: Floats, cycle: int) -> Floats:
    """Return the values of a cycle; dims without the first."""
    return np.asarray(values[min(cycle, len(values) - 1)])


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
    start, at_start = _start(given, course, labels), _at_start(given, course, labels)
    writer = _Writer(given, Readings(given, course), labels, states)
    return Numbers(
        shape=shape,
        ways=tuple(writer.ways(name) for name in states),
        yearly=tuple(writer.yearly(name) for name in states),
        at_start=at_start,
        start=start,
        weight=group_weights(weights, labels)[None, None],
        living=tuple(states.index(name) for name in plan.living),
        idle=tuple(states.index(name) for name in plan.idle),
        ages=np.asarray(given.ages, dtype=np.float64).reshape(1, 1, 1, -1, 1),
        points=given.clock.points,
    )


def _start(given: Given, course: Course, labels: Labels) -> tuple[tuple[int, Floats], ...]:
    """Return where patients begin."""
    found = [
        (number, course.of(state.start))
        for number, state in enumerate(given.plan.states.values())
        if state.start is not None
    ]
    total = sum_of([share for _number, share in found])
    wrong = np.asarray(~(np.abs(total - 1.0) <= HAIR))
    for _number, share in found:
        wrong = wrong | (share < 0)
    if wrong.any():
        message = _("the `start` shares of the states add up to {total:g} in {place}",
                    total=float(np.broadcast_to(total, wrong.shape)[wrong][0]),
                    place=labels.place(np.asarray(wrong.any(axis=0))))  # fmt: skip
        fix = _("they must be 0 or more and add up to 1")
        raise SimulationError(message, fix=fix, place=("states",))
    return tuple((number, share[None]) for number, share in found)


def _at_start(
    given: Given, course: Course, labels: Labels
) -> tuple[tuple[tuple[Reward, Floats], ...], ...]:
    """Return what the events of the first day bring, by the state in which patients begin."""
    everywhere: list[tuple[tuple[Reward, Floats], ...]] = []
    for number, (name, state) in enumerate(given.plan.states.items()):
        begins = state.start is not None and name in given.plan.living
        everywhere.append(_first_events(given, course, labels, number) if begins else ())
    return tuple(everywhere)


def _first_events(
    given: Given, course: Course, labels: Labels, state: int
) -> tuple[tuple[Reward, Floats], ...]:
    """Return what the events of the first day bring to those in a state.

    Raises
    ------
    SimulationError
        If that is no number for somebody who can begin there.
    """
    course.at(0.0, Here(np.full((1,) * 5, state), np.zeros((1,) * 5)))
    start = list(given.plan.states.values())[state].start
    begins = np.asarray(start is not None and course.of(start) > 0)
    found: list[tuple[Reward, Floats]] = []
    for name, event in given.model.spec.events.items():
        happens = course.of(event.when) != 0
        for reward, formula in _brought(event.cost, event.qaly):
            value = np.where(happens & begins, course.of(formula), 0.0)
            place: Place = ("events", name)
            is_cost = reward[0] == "cost"
            field = field_of(place, event.cost, reward[1]) if is_cost else (*place, "qaly")
            require_number(value, field, time=0.0, labels=labels)
            found.append((reward, value[None]))
    return tuple(found)


def _brought(
    cost: Formula | Mapping[str, Formula] | None, health: Formula | None
) -> list[tuple[Reward, Formula]]:
    """Return costs by item and health."""
    found: list[tuple[Reward, Formula]] = [
        (("cost", item), formula) for item, formula in by_item(cost).items()
    ]
    if health is not None:
        found.append((("qaly", ""), health))
    return found


class _Writer:
    """Puts together what the formulas of one model say."""

    def __init__(self, given: Given, readings: Readings, labels: Labels, states: list[str]) -> None:
        self._spec, self._plan = given.model.spec, given.plan
        self._readings, self._labels, self._states = readings, labels, states

    def ways(self, origin: str) -> tuple[WayOut, ...]:
        """Return the ways out of a state."""
        found: list[WayOut] = []
        for target, move in self._spec.transitions.get(origin, {}).items():
            if target == origin or not isinstance(move, TimeTo | Formula):
                continue
            place = ("transitions", origin, target)
            if isinstance(move, TimeTo):
                kind, given = move.time_to.kind, move.time_to.arguments
                arguments = tuple(self._readings.of(origin, given[name]) for name in KINDS[kind])
                ratio = given.get(HAZARD_RATIO)
                hazard = _ONE if ratio is None else self._readings.of(origin, ratio)
                clock = CLOCKS.index(move.clock)
            else:
                kind, clock, hazard = "exponential", 0, _ONE
                arguments = (self._readings.of(origin, move),)
            self._require(place, kind, arguments, hazard)
            effects = [
                (reward, self._readings.of(origin, formula))
                for effect in self._readings.effects(origin, target)
                for reward, formula in _brought(effect.cost, effect.qaly)
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
                wrong = np.asarray(~possible)
                where = self._labels.place(np.asarray(wrong.any(axis=(0, 1))))
                message = _("{name} cannot be {value:g} ({place})", name=name,
                            value=float(value[wrong][0]), place=where)  # fmt: skip
                fix = _("correct the formula, or the distribution of what it uses")
                raise SimulationError(message, fix=fix, place=place)

    def yearly(self, state: str) -> tuple[tuple[Reward, Floats], ...]:
        """Return what a year in a state brings."""
        spec = self._plan.states[state]
        found = [
            (reward, self._readings.of(state, formula))
            for reward, formula in _brought(spec.cost, spec.utility)
        ]
        if state in self._plan.living:
            found.append((("life", ""), _ONE))
        return tuple(found)
