"""The numbers that formulas see on each patient's own course, in NumPy."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.given import Given
from equipoise.clinical.schedule import clock_words
from equipoise.spec.formula import Array, Formula, Node, Scope, evaluate
from equipoise.spec.model_formulas import formulas
from equipoise.spec.model_place import TIME_IN_STATE, state_words

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Here:
    """Where patients are: the number of the state, and the cycles since they came into it.

    Both have dims (patient, strategy, subgroup, age, draw).
    """

    state: NDArray[np.int64]
    cycles: Floats


class Course:
    """Values by name, with dims (patient, strategy, subgroup, age, draw).

    Everything is computed anew in each cycle: this is the reference, it need not be quick.

    Parameters
    ----------
    given
        What to run.
    own
        Attributes in which patients differ, on the first day.
    """

    def __init__(self, given: Given, own: Mapping[str, Floats]) -> None:
        self._spec, self._plan = given.model.spec, given.plan
        self._ages = np.asarray(given.ages, dtype=np.float64).reshape(1, 1, 1, -1, 1)
        self._words = state_words(self._spec)
        self._by_name: dict[str, Array] = {**_fixed(given), **own}
        self._held: dict[int, NDArray[np.bool_]] = {}
        self._holds: dict[int, NDArray[np.bool_]] = {}
        self._seen: dict[int, NDArray[np.bool_]] = {}
        self._scope = Scope(self._by_name, given.model.tables, self._first)
        self._by_name |= clock_words(self._spec, self._ages, 0.0)
        day = Scope(self._by_name, given.model.tables, lambda _node, condition: condition)
        for name in self._plan.order:
            formula = self._plan.starts.get(name) or self._spec.let[name]
            if not formula.names & self._plan.of_place and name not in self._plan.of_place:
                self._by_name[name] = _numbers(formula, day)

    def at(self, time: float, here: Here) -> None:
        """Compute the named values of the cycle that starts `time` years after the start."""
        self._held |= self._holds
        self._holds, self._seen = {}, {}
        self._by_name |= clock_words(self._spec, self._ages, time)
        for name in self._plan.order:
            if name in self._spec.let and name not in self._plan.of_place:
                self._by_name[name] = self.of(self._spec.let[name])
        self.stand(here)
        for formula in self._remembering():
            self.of(formula)

    def stand(self, here: Here) -> None:
        """Put the patients somewhere: whatever depends on it is computed anew."""
        for number, state in enumerate(self._plan.states):
            if state in self._words:
                self._by_name[state] = here.state == number
        if self._spec.time is not None:
            self._by_name[TIME_IN_STATE] = here.cycles * self._spec.time.cycle.value
        for name in self._plan.order:
            if name in self._spec.let and name in self._plan.of_place:
                self._by_name[name] = self.of(self._spec.let[name])

    def advance(self) -> None:
        """Give the attributes their values at the start of the next cycle."""
        following = {name: self.of(change) for name, change in self._plan.changes.items()}
        self._by_name.update(following)

    def of(self, formula: Formula) -> Floats:
        """Return the value of a formula in this cycle, with five dims."""
        return _numbers(formula, self._scope)

    def _remembering(self) -> list[Formula]:
        """Return the formulas that must see every cycle."""
        return [one.formula for one in formulas(self._spec) if "first" in one.formula.functions]

    def _first(self, node: Node, condition: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return where a condition holds that has not held in an earlier cycle.

        It is asked once in a cycle, where the patients are at its start.
        """
        if id(node) not in self._seen:
            before = self._held.get(id(node))
            self._holds[id(node)] = condition if before is None else condition | before
            self._seen[id(node)] = condition if before is None else condition & ~before
        return self._seen[id(node)]


def _numbers(formula: Formula, scope: Scope) -> Floats:
    """Return the value of a formula as numbers with five dims."""
    value = np.asarray(evaluate(formula.tree, scope), dtype=np.float64)
    return value.reshape((1,) * (5 - value.ndim) + value.shape)


def _fixed(given: Given) -> dict[str, Array]:
    """Return the values that stay the same: parameters, strategies, subgroups, the cycle."""
    spec = given.model.spec
    found: dict[str, Array] = {}
    if spec.time is not None:
        found["cycle"] = np.full((1, 1, 1, 1, 1), spec.time.cycle.value)
    for name in spec.parameters:
        found[name] = given.parameters[name].reshape(1, 1, 1, 1, -1)
    strategies = list(spec.strategies.values())
    for name in strategies[0]:
        column = np.array([float(values[name]) for values in strategies])
        found[name] = column.reshape(1, -1, 1, 1, 1)
    groups = [group.values for group in spec.subgroups.values()]
    for name in groups[0] if groups else ():
        found[name] = np.array([float(v[name]) for v in groups]).reshape(1, 1, -1, 1, 1)
    return found
