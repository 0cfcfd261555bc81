"""Looking at every value that enters a result, to name the field that gave an impossible one.

An ordinary run only checks its sums, which is quick but cannot say whose formula was at fault.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.moves import Labels, People, sum_of
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

    def look(self, people: People, time: float, *, in_states: bool, at_once: bool) -> None:
        """Look at the values of one point of time.

        Parameters
        ----------
        people
            Who is where.
        time
            Years since the start.
        in_states
            Whether costs and utilities of states count here.
        at_once
            Whether events and moves can happen here.

        Raises
        ------
        SimulationError
            Naming the field, the value, and for whom it is impossible.
        """
        self._time = time
        for name, state in self._plan.states.items() if in_states else ():
            place: Place = ("states", name)
            self._cost(place, state.cost)
            self._value((*place, "utility"), state.utility, people[name], UTILITY)
        alive = sum_of([people[name] for name in self._plan.living])
        for name, event in self._model.events.items() if at_once else ():
            happens = self._values.of(event.when) != 0
            if happens.any():
                self._cost(("events", name), event.cost, where=happens)
                self._value(
                    ("events", name, "qaly"), event.qaly, alive * happens, ONE_OFF_HEALTH,
                    where=happens,
                )  # fmt: skip
        for index, effect in enumerate(self._model.transition_effects if at_once else ()):
            place = ("transition_effects", index)
            # Where only the states entered are known, somebody may come from anywhere.
            present = sum_of([people[name] for name in effect.left or people])
            self._cost(place, effect.cost)
            self._value((*place, "qaly"), effect.qaly, present, ONE_OFF_HEALTH)

    def _cost(self, place: Place, cost: Costs, *, where: NDArray[np.bool_] | bool = True) -> None:
        """Look at each item of a cost; savings and refunds are costs below zero."""
        for item, formula in by_item(cost).items():
            exact = (*place, "cost", item) if isinstance(cost, Mapping) else (*place, "cost")
            self._require(exact, np.where(where, self._values.of(formula), 0.0))

    def _value(
        self,
        place: Place,
        formula: Formula | None,
        share: Floats,
        bounds: Bounds,
        *,
        where: NDArray[np.bool_] | bool = True,
    ) -> None:
        """Look at one formula, and whether somebody could have what it gives."""
        if formula is None:
            return
        value = np.where(where, self._values.of(formula), 0.0)
        self._require(place, value)
        if not self._bounded:
            return
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
        message = _("{why} ({time:g} years after the start, {place})",
                    why=why, time=self._time, place=self._labels.place(wrong))  # fmt: skip
        raise SimulationError(message, fix=fix, place=place)
