"""What formulas give that ask where a patient is, or since when: state by state."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.people import Spot
from equipoise.clinical.plan import Plan, moves_in_time
from equipoise.spec.formula import Formula, Node, Scope, evaluate, walk
from equipoise.spec.formula.tree import Call
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.spec.model_place import TIME_IN_STATE, state_words

Floats = NDArray[np.float64]
Known = dict[str, Floats]


class Places:
    """Values of formulas that depend on the place, each computed where it is asked for.

    What does not change in time for patients who are equally long at the same place is computed
    once, for every number of cycles that anybody can be there.

    Parameters
    ----------
    model, plan
        Of the run.
    scope
        Of formulas that do not depend on the place; its values are those of the running cycle.
    points
        Years since the start at which cycles begin: also how long somebody can be in a state.
    """

    def __init__(self, model: Model, plan: Plan, scope: Scope, points: Sequence[float]) -> None:
        self._model, self._plan, self._scope = model, plan, scope
        self._since = np.asarray(points, dtype=np.float64).reshape(-1, 1, 1, 1, 1)
        self._words = state_words(model)
        self._lasting: dict[str, Known] = {}
        self._passing: dict[Spot, Known] = {}
        self._steady: dict[tuple[int, str], Floats] = {}
        self._results: dict[tuple[int, Spot], Floats] = {}
        self._made: dict[int, tuple[str, ...]] = {}
        self._firsts = tuple(self._held())

    def asks(self, formula: Formula) -> bool:
        """Return whether a formula depends on where a patient is."""
        return not self._plan.of_place.isdisjoint(formula.names)

    def is_moving(self, formula: Formula) -> bool:
        """Return whether a formula can change for patients who are equally long at its place."""
        return moves_in_time(formula, self._plan.in_time)

    def begin(self) -> None:
        """Begin a new cycle, and ask what holds the first time: it does so also for nobody."""
        self._passing.clear()
        self._results.clear()
        for node in self._firsts:
            evaluate(node, self._scope)

    def of(self, formula: Formula, spot: Spot) -> Floats:
        """Return the value of a formula for those at one place.

        Dims (residence, strategy, subgroup, age, draw), without residence where nothing depends
        on it.
        """
        place = id(formula), spot
        if place not in self._results:
            for name in self._parts(formula):
                self._remember(name, spot)
            self._results[place] = self._value(formula, spot)
        return self._results[place]

    def _parts(self, formula: Formula) -> tuple[str, ...]:
        """Return the named values of the place that a formula is made of, each after its parts."""
        if id(formula) not in self._made:
            needed = names_behind(formula, self._model) & self._plan.of_place
            self._made[id(formula)] = tuple(name for name in self._plan.order if name in needed)
        return self._made[id(formula)]

    def _remember(self, name: str, spot: Spot) -> None:
        """Compute a named value at a place, unless it is known."""
        here, formula = self._here(spot), self._model.let[name]
        if name in here:
            return
        if self.is_moving(formula):
            here[name] = self._evaluate(formula, here)
            return
        always = self._always(spot.state)
        if name not in always:
            always[name] = self._evaluate(formula, always)
        here[name] = _up_to(spot.stays, always[name])

    def _value(self, formula: Formula, spot: Spot) -> Floats:
        """Return the value of a formula whose named values are known."""
        if self.is_moving(formula):
            return self._evaluate(formula, self._here(spot))
        place = id(formula), spot.state
        if place not in self._steady:
            self._steady[place] = self._evaluate(formula, self._always(spot.state))
        return _up_to(spot.stays, self._steady[place])

    def _evaluate(self, formula: Formula, known: Known) -> Floats:
        """Return the value of a formula as numbers with four dims, or five."""
        shared = self._scope.values
        values = {
            name: known[name] if name in known else shared[name]
            for name in formula.names
            if name in known or name in shared
        }
        scope = replace(self._scope, values=values)
        value = np.asarray(evaluate(formula.tree, scope), dtype=np.float64)
        return value.reshape((1,) * (4 - value.ndim) + value.shape)

    def _always(self, state: str) -> Known:
        """Return what is known of a state in all cycles, however long somebody is there."""
        if state not in self._lasting:
            known = {name: np.full((1, 1, 1, 1), float(name == state)) for name in self._words}
            if state in self._plan.lasting:
                known[TIME_IN_STATE] = self._since
            self._lasting[state] = known
        return self._lasting[state]

    def _here(self, spot: Spot) -> Known:
        """Return what is known of a place in the running cycle."""
        if spot not in self._passing:
            given = (TIME_IN_STATE, *self._words)
            always = self._always(spot.state)
            self._passing[spot] = {
                name: _up_to(spot.stays, always[name]) for name in given if name in always
            }
        return self._passing[spot]

    def _held(self) -> Iterator[Node]:
        """Yield what holds the first time in formulas that depend on the place."""
        known = {*self._plan.order, *self._plan.starts}
        for one in formulas(self._model):
            named = names_behind(one.formula, self._model) & self._model.let.keys()
            is_used = (one.role != "let" or one.place[1] in known) and named <= known
            if is_used and self.asks(one.formula):
                for node in walk(one.formula.tree):
                    if isinstance(node, Call) and node.function == "first":
                        yield node


def _up_to(stays: int, value: Floats) -> Floats:
    """Return the values of the first so many cycles since somebody came."""
    return value[:stays] if value.ndim == 5 else value
