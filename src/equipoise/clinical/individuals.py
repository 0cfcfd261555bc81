"""Patients one by one in NumPy, all at once: chance decides where each goes in each cycle."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.course import Course, Here
from equipoise.clinical.given import Given
from equipoise.clinical.moves import HAIR, LARGEST_RATE, Labels, competing, group_weights
from equipoise.clinical.once import field_of, require_number
from equipoise.clinical.patients import START, TRANSITION, Patients, starting_values
from equipoise.clinical.people import sum_of
from equipoise.clinical.plan import by_item
from equipoise.clinical.tally import Tally, over_groups
from equipoise.core.errors import SimulationError
from equipoise.core.random import patient_key, patient_uniforms
from equipoise.core.translation import translate as _
from equipoise.spec.findings import Place
from equipoise.spec.formula import Formula
from equipoise.spec.model import Event, TransitionEffect

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


class Walk:
    """Where the patients go.

    Parameters
    ----------
    given, patients, course
        Of the run.
    """

    def __init__(self, given: Given, patients: Patients, course: Course) -> None:
        self._spec, self._plan, self._clock = given.model.spec, given.plan, given.clock
        self._states = tuple(self._plan.states)
        self._draws = np.asarray(given.draws, dtype=np.int64)
        self._patients, self._course = patients, course
        self._labels = Labels(tuple(self._spec.strategies), given.draws)
        self.shape = (patients.count, len(self._spec.strategies), patients.groups,
                      len(given.ages), len(given.draws))  # fmt: skip

    def _luck(self, decision: str, index: int) -> Floats:
        """Return a uniform number for each patient, the same in all strategies and at all ages."""
        chance = patient_uniforms(
            patient_key(seed=self._patients.seed, decision=decision),
            draws=self._draws, patients=self._patients.numbers[..., None], index=index,
        )  # fmt: skip
        return chance[:, None, :, None, :]

    def begin(self) -> NDArray[np.int64]:
        """Return the number of the state in which each patient begins."""
        shares = {
            number: self._course.of(state.start)
            for number, state in enumerate(self._plan.states.values())
            if state.start is not None
        }
        total = sum_of(shares.values())
        wrong: Truths = np.asarray(~(np.abs(total - 1.0) <= HAIR))
        for share in shares.values():
            wrong = wrong | (share < 0)
        if wrong.any():
            found = float(np.broadcast_to(total, wrong.shape)[wrong][0])
            message = _("the `start` shares of the states add up to {total:g} in {place}",
                        total=found, place=self._where(wrong))  # fmt: skip
            fix = _("they must be 0 or more and add up to 1")
            raise SimulationError(message, fix=fix, place=("states",))
        begin = np.full(self.shape, next(iter(shares)), dtype=np.int64)
        return _chosen(self._luck(START, 0), shares, begin)

    def after(self, here: Here, point: int) -> Here:
        """Return where the patients are after this cycle, and since how many cycles."""
        luck = self._luck(TRANSITION, point)
        state = here.state.copy()
        for number, name in enumerate(self._states):
            there = here.state == number
            if name in self._spec.moves and there.any():
                chances = self._row(name, there, point)
                after = _chosen(luck, chances, np.full(self.shape, number, dtype=np.int64))
                state = np.where(there, after, state)
        return Here(state, np.where(state == here.state, here.cycles + 1.0, 0.0))

    def _row(self, origin: str, there: Truths, point: int) -> dict[int, Floats]:
        """Return the probability of each other state by its number; what is left stays or rests.

        Raises
        ------
        SimulationError
            If a probability or rate is below 0 or not finite, or a row adds up to more than 1.
        """
        row = self._spec.moves[origin]
        found = {to: self._course.of(e) for to, e in row.items() if isinstance(e, Formula)}
        rates = origin in self._plan.rates
        for to, share in found.items():
            wrong = there & ~((share >= 0) & (share <= (LARGEST_RATE if rates else 1.0 + HAIR)))
            if wrong.any():
                value = float(np.broadcast_to(share, wrong.shape)[wrong][0])
                what = _("the probability to '{state}' is {value:g}", state=to, value=value)
                if rates:
                    what = _("the rate to '{state}' is {value:g}", state=to, value=value)
                self._refuse(what, wrong, (origin, to), point)
        if rates:
            found = competing(found, self._clock.cycle)
        total = sum_of(found.values())
        wrong = there & ~(total <= 1.0 + HAIR)
        if wrong.any():
            highest = float(np.broadcast_to(total, wrong.shape)[wrong][0])
            what = _("probabilities add up to {total:g}", total=highest)
            self._refuse(what, wrong, (origin,), point)
        rest = next((to for to, entry in row.items() if not isinstance(entry, Formula)), origin)
        left = np.maximum(1.0 - total, 0.0)
        found[rest] = found[rest] + left if rest in found else left
        return {self._states.index(to): share for to, share in found.items()}

    def _refuse(self, what: str, wrong: Truths, row: tuple[str, ...], point: int) -> None:
        """Raise an error that says for whom."""
        message = _(
            "{what} from state '{state}' at {time:g} years in {place}",
            what=what, state=row[0], time=self._clock.points[point], place=self._where(wrong),
        )  # fmt: skip
        fix = _("correct the formula, or the distribution of what it uses")
        raise SimulationError(message, fix=fix, place=("transitions", *row))

    def _where(self, wrong: Truths) -> str:
        """Return the strategy and the draw of the first true element."""
        whole = np.broadcast_to(wrong, self.shape)
        return self._labels.place(np.asarray(whole.any(axis=0)))


class Individuals:
    """One run in NumPy: the reference of the compiled engine of single patients.

    All arrays have dims (patient, strategy, subgroup, age, draw), each as small as it can be. The
    same patient has the same luck in all strategies and at all ages.

    Parameters
    ----------
    given
        What to run.
    patients
        Who, of each subgroup.
    """

    def __init__(self, given: Given, patients: Patients) -> None:
        self._spec, self._plan, self._clock = given.model.spec, given.plan, given.clock
        self._states = tuple(self._plan.states)
        values = starting_values(self._spec, patients, np.asarray(given.draws, dtype=np.int64))
        own = {name: value[:, None, :, None, :] for name, value in values.items()}
        self._course = Course(given, own)
        self._walk = Walk(given, patients, self._course)
        self._shape = self._walk.shape
        self._discount = given.discount
        self._tally = Tally(given)
        groups = [self._course.of(group.weight)[0] for group in self._spec.subgroups.values()]
        self._labels = Labels(tuple(self._spec.strategies), given.draws)
        self._weight = group_weights(groups, self._labels)

    def run(self, progress: Callable[[float], None] | None = None) -> Mapping[str, Floats]:
        """Let time pass; return sums over the patients, as `stretches.Sums`.

        Raises
        ------
        SimulationError
            If a probability or a share leaves its range.
        """
        clock = self._clock
        here = Here(self._walk.begin(), np.zeros(self._shape))
        for point in range(len(clock.points)):
            inside = point < clock.cycles
            self._course.at(clock.points[point], here)
            self._read(here, point)
            if inside:
                self._add_events(here, point)
            after = self._walk.after(here, point) if inside else here
            self._add_flow(here, after, point)
            if inside:
                self._add_effects(here, after, point)
                self._course.advance()
            here = after
            if progress is not None:
                progress((point + 1) / len(clock.points))
        return self._tally.arrays()

    def _factors(self, point: int) -> tuple[Floats, Floats]:
        """Return the discount factors of cost and health at a point of time."""
        time = self._clock.points[point]
        cost, health = (one.factor(time) for one in self._discount)
        return cost, health

    def _sum(self, value: Floats, where: Truths) -> Floats:
        """Return the sum over patients and subgroups of a value where it counts.

        Dims (strategy, age, draw).
        """
        counted = np.broadcast_to(np.where(where, value, 0.0), self._shape)
        return over_groups(_one_after_another(counted), self._weight)

    def _alive(self, here: Here) -> Truths:
        """Return who is alive."""
        living = [self._states.index(name) for name in self._plan.living]
        return np.isin(here.state, living)

    def _read(self, here: Here, point: int) -> None:
        """Note who is alive, and what is tracked, at the starts of years."""
        alive = self._alive(here)
        share = self._sum(np.ones(self._shape), alive)
        if self._clock.by_point:
            for number in range(len(self._states)):
                there = self._sum(np.ones(self._shape), here.state == number)
                self._tally.read_share(number, there, self._clock.years_read_at(point))
        for year in self._clock.years_read_at(point):
            self._tally.read_alive(share, year)
            for name, formula in self._spec.track.items():
                amount = self._sum(self._course.of(formula), alive)
                self._tally.add_track(name, amount, year)

    def _add_events(self, here: Here, point: int) -> None:
        """Add the one-off costs and health effects of events at the start of a cycle."""
        for name, event in self._spec.events.items():
            happens = self._alive(here) & (self._course.of(event.when) != 0)
            self._add_once(("events", name), event, happens, point)

    def _add_effects(self, here: Here, after: Here, point: int) -> None:
        """Add the one-off effects of moves at the end of a cycle."""
        counted = self._clock.effect_weight[point + 1]
        for index, effect in enumerate(self._spec.transition_effects):
            leaving, entering = (
                [self._states.index(name) for name in names]
                for names in (effect.left, effect.entered)
            )
            moves = np.isin(here.state, leaving) & np.isin(after.state, entering)
            moves &= after.state != here.state
            self._add_once(("transition_effects", index), effect, moves, point + 1, counted)

    def _add_once(
        self,
        place: Place,
        what: Event | TransitionEffect,
        where: Truths,
        point: int,
        counted: float = 1.0,
    ) -> None:
        """Add the one-off cost and health of an event or effect for those to whom it happens.

        Raises
        ------
        SimulationError
            If they add up to no number.
        """
        factors, time = self._factors(point), self._clock.points[point]
        for item, formula in by_item(what.cost).items():
            amount = self._sum(self._course.of(formula) * counted, where)
            field = field_of(place, what.cost, item)
            require_number(amount[:, None], field, time=time, labels=self._labels)
            self._tally.add_cost_once(item, amount, factors[0], point)
        if what.qaly is not None:
            amount = self._sum(self._course.of(what.qaly) * counted, where)
            require_number(amount[:, None], (*place, "qaly"), time=time, labels=self._labels)
            self._tally.add_qaly_once(amount, factors[1], point)

    def _add_flow(self, here: Here, after: Here, point: int) -> None:
        """Add the yearly costs, health and life of the states."""
        counted = self._clock.counted
        if not self._clock.flow[point]:
            return
        if counted.of_start:
            self._add_yearly(here, point, counted.of_start, point)
        if counted.of_end:
            # Where they are then, and since when; all else has this cycle's numbers. Who has been
            # there since the very start has one time in the state for the whole cycle.
            then = replace(after, cycles=np.minimum(after.cycles, point))
            self._course.stand(then)
            self._add_yearly(then, point, counted.of_end, point + counted.ends_later)
            self._course.stand(here)

    def _add_yearly(self, here: Here, point: int, part: float, when: int) -> None:
        """Add what a part of the cycle brings to patients, who count at some point."""
        factors, years = self._factors(when), self._clock.years_of(point, when)
        for kind, item, number, value in self._yearly():
            amount = self._sum(value * part, here.state == number)
            if kind == "cost":
                self._tally.add_cost(item, amount, factors[0], years)
            elif kind == "qaly":
                self._tally.add_qaly(amount, factors[1], years)
            else:
                self._tally.add_life(amount, factors[1], years)

    def _yearly(self) -> Iterator[tuple[Literal["cost", "qaly", "life"], str, int, Floats]]:
        """Yield what a year in each state brings: kind, item, number of the state, value."""
        for number, (name, state) in enumerate(self._plan.states.items()):
            for item, formula in by_item(state.cost).items():
                yield "cost", item, number, self._course.of(formula)
            if state.utility is not None:
                yield "qaly", "", number, self._course.of(state.utility)
            if name in self._plan.living:
                yield "life", "", number, np.ones((1, 1, 1, 1, 1))


def _chosen(
    luck: Floats, chances: Mapping[int, Floats], otherwise: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the number that chance takes: the first whose running sum exceeds the luck.

    The last one takes what rounding leaves.
    """
    found = otherwise
    reached: Floats = np.zeros((1, 1, 1, 1, 1))
    edges: list[tuple[int, Floats]] = []
    for number, chance in chances.items():
        reached = reached + chance
        edges.append((number, reached))
    for place, (number, edge) in reversed(list(enumerate(edges))):
        found = np.where((luck < edge) | (place == len(edges) - 1), number, found)
    return found


def _one_after_another(values: Floats) -> Floats:
    """Return the sum over the first dim in its order, which never depends on the other dims."""
    if values.size == values.shape[0]:  # NumPy would add in pairs
        return np.asarray(np.add.accumulate(values, axis=0)[-1])
    return np.asarray(values.sum(axis=0))
