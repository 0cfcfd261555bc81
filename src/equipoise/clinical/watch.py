"""Looking at every value that enters a result, to name the field that gave an impossible one.

An ordinary run only checks its sums, which is quick but cannot say whose formula was at fault.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.moves import Labels
from equipoise.clinical.once import field_of
from equipoise.clinical.people import People, Those, gathered, spot_of, told_apart
from equipoise.clinical.plan import Costs, Plan, by_item
from equipoise.clinical.values import Values
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS
from equipoise.spec.bounds import UTILITY, Bounds, impossible
from equipoise.spec.findings import Place
from equipoise.spec.formula import Formula
from equipoise.spec.model import Model
from equipoise.spec.model_start import ONE_OFF_HEALTH

Floats = NDArray[np.float64]

_NOBODY = 1e-9
"""Share of the cohort below which nobody is there to feel an impossible value."""


class Watch:
    """Reads the formulas of states, events and effects again, each by itself.

    Parameters
    ----------
    model, plan, values, labels
        Of the run.
    bounded
        Refuse also utilities, costs and health effects that no patient can have. Right for the
        base case; drawn values may stray, as normal distributions of published models do.
    """

    def __init__(
        self, model: Model, plan: Plan, values: Values, labels: Labels, *, bounded: bool
    ) -> None:
        self._model = model
        self._plan = plan
        self._values = values
        self._labels = labels
        self._bounded = bounded
        self._time = 0.0

    def look(
        self, people: People, time: float, *, in_states: Iterable[People], at_once: bool
    ) -> None:
        """Look at the values of one point of time.

        Parameters
        ----------
        people
            Who is where.
        time
            Years since the start.
        in_states
            For whom the costs and utilities of states count here.
        at_once
            Whether events and moves can happen here.

        Raises
        ------
        SimulationError
            Naming the field, the value, and for whom it is impossible.
        """
        self._time = time
        for present, (name, state) in product(in_states, self._plan.states.items()):
            place: Place = ("states", name)
            those = Those(present[name], spot_of(name, present[name]))
            self._cost(place, state.cost, those)
            self._value((*place, "utility"), state.utility, those, UTILITY)
        for name, event in self._model.events.items() if at_once else ():
            parts = (event.when, *by_item(event.cost).values(), event.qaly)
            for those in self._told_apart(people, self._plan.living, parts):
                happens = self._values.of(event.when, those.spot) != 0
                if happens.any():
                    hit = replace(those, happens=happens)
                    self._cost(("events", name), event.cost, hit)
                    self._value(("events", name, "qaly"), event.qaly, hit, ONE_OFF_HEALTH)
        for index, effect in enumerate(self._model.transition_effects if at_once else ()):
            place = ("transition_effects", index)
            # Where only the states entered are known, somebody may come from anywhere.
            parts = (*by_item(effect.cost).values(), effect.qaly)
            for those in self._told_apart(people, effect.left or tuple(people), parts):
                self._cost(place, effect.cost, those)
                self._value((*place, "qaly"), effect.qaly, those, ONE_OFF_HEALTH)

    def _told_apart(
        self, people: People, states: Collection[str], asked: Collection[Formula | None]
    ) -> Iterator[Those]:
        """Yield the patients of some states, state by state if a formula depends on it."""
        return told_apart(people, states, by_place=self._values.asks_place(*asked))

    def _cost(self, place: Place, cost: Costs, those: Those) -> None:
        """Look at each item of a cost; savings and refunds are costs below zero."""
        for item, formula in by_item(cost).items():
            self._require(field_of(place, cost, item), self._felt(formula, those))

    def _felt(self, formula: Formula, those: Those) -> Floats:
        """Return the values of a formula that count for somebody, else 0."""
        value = self._values.of(formula, those.spot)
        if those.happens is not None:
            value = np.where(those.happens, value, 0.0)
        return value if value.ndim < 5 else np.where(those.share > 0, value, 0.0)

    def _value(self, place: Place, formula: Formula | None, those: Those, bounds: Bounds) -> None:
        """Look at one formula, and whether somebody could have what it gives."""
        if formula is None:
            return
        value = self._felt(formula, those)
        self._require(place, value)
        if not self._bounded:
            return
        share = those.share if value.ndim == 5 else gathered(those.share)
        if those.happens is not None:
            share = share * those.happens
        value, share = np.broadcast_arrays(value, share)
        wrong = ~((value >= bounds.low - _NOBODY) & (value <= bounds.high + _NOBODY))
        wrong &= share > _NOBODY
        if wrong.any():
            found = float(value[np.unravel_index(int(np.argmax(wrong)), wrong.shape)])
            why = impossible(found, DIMENSIONLESS, bounds)
            self._refuse(place, why, _("correct the formula, or what it uses"), wrong)

    def _require(self, place: Place, value: Floats) -> None:
        """Refuse a value that is no number."""
        wrong = ~np.isfinite(value)
        if wrong.any():
            found = float(value[np.unravel_index(int(np.argmax(wrong)), wrong.shape)])
            why = _("the value is {value:g}", value=found)
            fix = _("check for a division by zero or a logarithm of 0")
            self._refuse(place, why, fix, wrong)

    def _refuse(self, place: Place, why: str, fix: str, wrong: NDArray[np.bool_]) -> None:
        """Raise an error that says where."""
        where, since = self._labels.place(wrong), self._labels.since(wrong)
        if since is None:
            message = _("{why} ({time:g} years after the start, {place})",
                        why=why, time=self._time, place=where)  # fmt: skip
        else:
            message = _("{why} ({time:g} years after the start, {since:g} of them in the state, "
                        "{place})", why=why, time=self._time, since=since, place=where)  # fmt: skip
        raise SimulationError(message, fix=fix, place=place)
