"""The cohort engine in NumPy: expected health and cost of one patient, for all draws at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.given import Given
from equipoise.clinical.moves import Labels, Moves, group_weights, moved, starting_people
from equipoise.clinical.people import (
    People,
    Those,
    arrived,
    gathered,
    in_cycle,
    spot_of,
    sum_of,
    told_apart,
)
from equipoise.clinical.plan import Plan, by_item, effects_by_move
from equipoise.clinical.schedule import Shares as Years
from equipoise.clinical.shares import Shares, net_moves, order_of
from equipoise.clinical.tally import Tally, over_groups
from equipoise.clinical.values import Values
from equipoise.clinical.watch import Watch
from equipoise.spec.formula import Formula
from equipoise.spec.model import Event, Model, TransitionEffect

Floats = NDArray[np.float64]


class Cohort:
    """One run in NumPy, all draws at once: the reference of every other engine.

    Parameters
    ----------
    given
        What to run.
    watched
        Look at every value of every formula, to name the one that is no number.
    bounded
        Refuse utilities, costs and health effects that no patient can have.
    """

    def __init__(self, given: Given, *, watched: bool = False, bounded: bool = False) -> None:
        self._spec: Model = given.model.spec
        self._clock, self._discount = given.clock, given.discount
        self._plan = order_of(self._spec, given.plan, shares=False)
        points = self._clock.points
        self._values = Values(
            given.model, self._plan, given.parameters, ages=given.ages, points=points
        )
        self._values.at(0.0)
        self._labels = Labels(tuple(self._spec.strategies), given.draws, points)
        groups = [self._values.of(group.weight) for group in self._spec.subgroups.values()]
        self._weight = group_weights(groups, self._labels)
        self._moves = Moves(
            self._spec.moves, self._values, self._labels,
            rates=self._plan.rates, cycle=self._clock.cycle,
        )  # fmt: skip
        self._shares = Shares(given, self._labels) if self._spec.is_partitioned else None
        watch = Watch(self._spec, self._plan, self._values, self._labels, bounded=bounded)
        self._watch = watch if watched else None
        self._effects = effects_by_move(self._spec)
        self._tally = Tally(given)
        self._together: tuple[People, Those] | None = None

    def run(self, progress: Callable[[float], None] | None = None) -> Mapping[str, Floats]:
        """Let time pass; return the variables of group `clinical`.

        Raises
        ------
        SimulationError
            If a probability, a share or a result leaves its range.
        """
        clock = self._clock
        people = self._start()
        for point, time in enumerate(clock.points):
            inside = point < clock.cycles
            counts = inside or clock.flow[point] or clock.cycles == 0 or clock.by_point
            if not counts or _is_over(people, self._plan):
                self._tally.read_people(people, self._weight, range(point, clock.years))
                break
            if point > 0:
                self._values.at(time)
            self._read(people, point)
            if inside or clock.cycles == 0:
                self._add_events(people, point)
            following = self._move(people, point) if inside else people
            self._add_flow(people, following, point)
            if self._watch is not None:
                at_once = inside or clock.cycles == 0
                counted = [one for one, _, _ in self._counted(people, following, point)]
                self._watch.look(people, time, in_states=counted, at_once=at_once)
            if inside:
                self._values.advance()
            people = following
            if progress is not None:
                progress((point + 1) / len(clock.points))
        if progress is not None:
            progress(1.0)
        return self._tally.arrays()

    def _start(self) -> People:
        """Return who is where on the first day."""
        if self._shares is not None:
            return self._shares.start()
        return starting_people(self._plan, self._values, self._labels)

    def _factors(self, point: int) -> tuple[Floats, Floats]:
        """Return the discount factors of cost and health at a point of time."""
        time = self._clock.points[point]
        cost, health = (one.factor(time) for one in self._discount)
        return cost, health

    def _living(self, people: People, *formulas: Formula | None) -> Iterable[Those]:
        """Return everyone alive, state by state if a formula depends on where they are."""
        if self._values.asks_place(*formulas):
            return told_apart(people, self._plan.living, by_place=True)
        if self._together is None or self._together[0] is not people:
            (everyone,) = told_apart(people, self._plan.living, by_place=False)
            self._together = people, everyone
        return (self._together[1],)

    def _brings(self, formula: Formula, those: Those, counted: float = 1.0) -> Floats:
        """Return what a formula amounts to for patients, dims (strategy, age, draw)."""
        value = self._values.of(formula, those.spot)
        if those.happens is not None:
            # What an event would bring where it does not happen may be no number.
            value = np.where(those.happens, value, 0.0)
        if value.ndim < 5:
            return over_groups(gathered(those.share) * self._weight * counted, value)
        # Nor may what would come after more time in the state than anybody has been there.
        brought = np.where(those.share > 0, those.share * value, 0.0)
        return over_groups(gathered(brought) * self._weight * counted)

    def _read(self, people: People, point: int) -> None:
        """Note who is alive, and what is tracked, at the starts of years."""
        years = self._clock.years_read_at(point)
        self._tally.read_people(people, self._weight, years)
        (everyone,) = self._living(people)
        alive = over_groups(everyone.share * self._weight) if years else None
        for name, formula in self._spec.track.items():
            if alive is None and "first" not in formula.functions:
                continue
            found = [self._brings(formula, those) for those in self._living(people, formula)]
            if alive is not None:
                for year in years:
                    self._tally.read_track(name, sum_of(found), alive, year)
        if alive is not None:
            for year in years:
                self._tally.read_alive(alive, year)

    def _add_events(self, people: People, point: int) -> None:
        """Add the one-off costs and health effects of everyone alive to whom an event happens."""
        factors = self._factors(point)
        for event in self._spec.events.values():
            for those in self._living(people, event.when, *_brought_by(event)):
                happens = self._values.of(event.when, those.spot) != 0
                if happens.any() or _remembers(event):
                    self._add_once(event, replace(those, happens=happens), factors, point)

    def _add_once(
        self,
        what: Event | TransitionEffect,
        those: Those,
        factors: tuple[Floats, Floats],
        point: int,
        *,
        counted: float = 1.0,
    ) -> None:
        """Add the one-off cost and health of an event or effect, for a share of the cohort."""
        for item, formula in by_item(what.cost).items():
            amount = self._brings(formula, those, counted)
            self._tally.add_cost_once(item, amount, factors[0], point)
        if what.qaly is not None:
            amount = self._brings(what.qaly, those, counted)
            self._tally.add_qaly_once(amount, factors[1], point)

    def _move(self, people: People, point: int) -> People:
        """Return the cohort after this cycle, and add the one-off effects of its moves."""
        happened: list[tuple[TransitionEffect, Those]] = []
        if self._shares is not None:
            following = self._shares.after(self._clock.points[point + 1])
            effects = net_moves(self._spec, people, following)
            happened += ((effect, Those(share)) for effect, share in effects)
        else:
            moves = list(moved(people, self._moves, self._clock.points[point]))
            following = arrived(moves, self._plan)
            for origin, target, share in moves:
                those = Those(share, spot_of(origin, share))
                happened += ((one, those) for one in self._effects.get((origin, target), ()))
        factors = self._factors(point + 1)
        counted = self._clock.effect_weight[point + 1]
        for effect, those in happened:
            self._add_once(effect, those, factors, point + 1, counted=counted)
        return following

    def _add_flow(self, people: People, following: People, point: int) -> None:
        """Add the yearly costs, health and life of the states."""
        for present, part, when in self._counted(people, following, point):
            self._add_yearly(present, part, self._factors(when), self._clock.years_of(point, when))

    def _counted(
        self, people: People, following: People, point: int
    ) -> Iterator[tuple[People, float, int]]:
        """Yield who counts in the states, for what part, and the point at which they count."""
        counted = self._clock.counted
        if self._clock.flow[point] and counted.of_start:
            yield people, counted.of_start, point
        if self._clock.flow[point] and counted.of_end:
            then = {name: in_cycle(share, point) for name, share in following.items()}
            yield then, counted.of_end, point + counted.ends_later

    def _add_yearly(
        self, people: People, part: float, factors: tuple[Floats, Floats], years: Years
    ) -> None:
        """Add what a part of the cycle brings to some people, by their states."""
        for name, state in self._plan.states.items():
            those = Those(people[name], spot_of(name, people[name]))
            for item, formula in by_item(state.cost).items():
                amount = self._brings(formula, those, part)
                self._tally.add_cost(item, amount, factors[0], years)
            if state.utility is not None:
                amount = self._brings(state.utility, those, part)
                self._tally.add_qaly(amount, factors[1], years)
            if name in self._plan.living:
                share = gathered(those.share) * (self._weight * part)
                self._tally.add_life(over_groups(share), factors[1], years)


def _is_over(people: People, plan: Plan) -> bool:
    """Return whether nobody is left to whom anything can happen."""
    return not any(share.any() for state, share in people.items() if state not in plan.idle)


def _brought_by(event: Event) -> list[Formula | None]:
    """Return the formulas of what an event brings."""
    return [*by_item(event.cost).values(), event.qaly]


def _remembers(event: Event) -> bool:
    """Return whether a formula of an event must be evaluated in every cycle."""
    parts = [formula for formula in _brought_by(event) if formula is not None]
    return any("first" in formula.functions for formula in parts)
