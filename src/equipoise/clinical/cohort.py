"""The cohort engine in NumPy: expected health and cost of one patient, for all draws at once."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.given import Given
from equipoise.clinical.moves import (
    Labels,
    Moves,
    People,
    group_weights,
    moved,
    starting_people,
    sum_of,
)
from equipoise.clinical.plan import by_item, effects_by_move
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
        self._clock, self._rates = given.clock, given.rates
        self._plan = order_of(self._spec, given.plan, shares=False)
        self._values = Values(given.model, self._plan, given.parameters, ages=given.ages)
        self._values.at(0.0)
        self._labels = Labels(tuple(self._spec.strategies), given.draws)
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
            if not (inside or clock.flow[point] or clock.cycles == 0) or self._is_over(people):
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
                self._watch.look(people, time, in_states=bool(clock.flow[point]), at_once=at_once)
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

    def _is_over(self, people: People) -> bool:
        """Return whether nobody is left to whom anything can happen."""
        return not any(
            share.any() for state, share in people.items() if state not in self._plan.idle
        )

    def _factors(self, point: int) -> tuple[Floats | float, Floats | float]:
        """Return the discount factors of cost and health at a point of time."""
        time = self._clock.points[point]
        cost, health = ((1.0 + rate) ** -time for rate in self._rates)
        return cost, health

    def _alive(self, people: People) -> Floats:
        """Return the share alive, weighted by subgroup."""
        return sum_of([people[state] for state in self._plan.living]) * self._weight

    def _read(self, people: People, point: int) -> None:
        """Note who is alive, and what is tracked, at the starts of years."""
        years = self._clock.years_read_at(point)
        alive = self._alive(people) if years else None
        for name, formula in self._spec.track.items():
            if alive is None and "first" not in formula.functions:
                continue
            value = self._values.of(formula)
            if alive is not None:
                amount, share = over_groups(alive, value), over_groups(alive)
                for year in years:
                    self._tally.read_track(name, amount, share, year)
        if alive is not None:
            for year in years:
                self._tally.read_alive(over_groups(alive), year)

    def _add_events(self, people: People, point: int) -> None:
        """Add the one-off costs and health effects of everyone alive to whom an event happens."""
        factors = self._factors(point)
        for event in self._spec.events.values():
            happens = self._values.of(event.when) != 0
            if happens.any() or _remembers(event):
                self._add_once(event, self._alive(people), factors, point, happens=happens)

    def _add_once(
        self,
        what: Event | TransitionEffect,
        share: Floats,
        factors: tuple[Floats | float, Floats | float],
        point: int,
        *,
        happens: NDArray[np.bool_] | None = None,
    ) -> None:
        """Add the one-off cost and health of an event or effect, for a share of the cohort."""

        def amount(formula: Formula) -> Floats:
            value = self._values.of(formula)
            # What an event would bring where it does not happen may be no number.
            return over_groups(share, value if happens is None else np.where(happens, value, 0.0))

        for item, formula in by_item(what.cost).items():
            self._tally.add_cost_once(item, amount(formula), factors[0], point)
        if what.qaly is not None:
            self._tally.add_qaly_once(amount(what.qaly), factors[1], point)

    def _move(self, people: People, point: int) -> People:
        """Return the cohort after this cycle, and add the one-off effects of its moves."""
        following: People = {}
        happened: list[tuple[TransitionEffect, Floats]] = []
        if self._shares is not None:
            following = self._shares.after(self._clock.points[point + 1])
            happened += net_moves(self._spec, people, following)
        else:
            for origin, target, share in moved(people, self._moves, self._clock.points[point]):
                known = following.get(target)
                following[target] = share if known is None else known + share
                happened += ((one, share) for one in self._effects.get((origin, target), ()))
        factors = self._factors(point + 1)
        counted = self._clock.effect_weight[point + 1]
        for effect, share in happened:
            self._add_once(effect, share * self._weight * counted, factors, point + 1)
        nobody = np.zeros((1, 1, 1, 1))
        return {state: following.get(state, nobody) for state in self._plan.states}

    def _remember_yearly(self) -> None:
        """Let yearly formulas that hold the first time see a point at which none counts."""
        for state in self._plan.states.values():
            for formula in (*by_item(state.cost).values(), state.utility):
                if formula is not None and "first" in formula.functions:
                    self._values.of(formula)

    def _add_flow(self, people: People, following: People, point: int) -> None:
        """Add the yearly costs, health and life of the states."""
        if not self._clock.flow[point]:
            self._remember_yearly()
            return
        cost_factor, health_factor = self._factors(point)
        for name, state in self._plan.states.items():
            present = people[name]
            if self._clock.mean_occupancy:
                present = (present + following[name]) * 0.5
            share = present * self._weight
            for item, formula in by_item(state.cost).items():
                amount = over_groups(share, self._values.of(formula))
                self._tally.add_cost(item, amount, cost_factor, point)
            if state.utility is not None:
                amount = over_groups(share, self._values.of(state.utility))
                self._tally.add_qaly(amount, health_factor, point)
            if name in self._plan.living:
                self._tally.add_life(over_groups(share), health_factor, point)


def _remembers(event: Event) -> bool:
    """Return whether a formula of an event must be evaluated in every cycle."""
    parts: list[Formula] = [*by_item(event.cost).values()]
    if event.qaly is not None:
        parts.append(event.qaly)
    return any("first" in formula.functions for formula in parts)
