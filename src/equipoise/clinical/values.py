"""The numbers that a model's formulas see in each cycle, for all patients and draws at once."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.people import Spot
from equipoise.clinical.places import Places
from equipoise.clinical.plan import Plan, moves_in_time
from equipoise.clinical.schedule import clock_words
from equipoise.spec.formula import Formula, Node, Scope, evaluate
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model

Floats = NDArray[np.float64]


class Values:
    """Values by name, with dims (strategy, subgroup, age, draw), each as small as it can be.

    A parameter has shape (1, 1, 1, draws), a strategy's variable (strategies, 1, 1, 1), a
    subgroup's (1, subgroups, 1, 1) and the age (1, 1, ages, 1); arithmetic broadcasts them.
    What cannot change in time is computed once, and what depends on where a patient is for each
    state apart (`places.Places`).

    Parameters
    ----------
    model, plan, parameters
        Of the run.
    ages
        At the start, years.
    points
        Years since the start at which cycles begin.
    """

    def __init__(
        self,
        model: LoadedModel,
        plan: Plan,
        parameters: Mapping[str, Floats],
        *,
        ages: Sequence[float],
        points: Sequence[float],
    ) -> None:
        self._spec = model.spec
        self._plan = plan
        self._ages = np.asarray(ages, dtype=np.float64).reshape(1, 1, -1, 1)
        self._by_name = _fixed(model.spec, parameters)
        self._constants: dict[int, Floats] = {}
        self._passing: dict[int, Floats] = {}
        self._remembered: dict[int, Floats] = {}
        self._held: dict[int, NDArray[np.bool_]] = {}
        self._answers: dict[int, NDArray[np.bool_]] = {}
        self._scope = Scope(self._by_name, model.tables, self._first)
        self._places = Places(model.spec, plan, self._scope, points)
        self._started = False

    def at(self, time: float) -> None:
        """Compute the named values of the cycle that starts `time` years after the start."""
        for memory in (self._passing, self._remembered, self._answers):
            memory.clear()
        self._by_name |= clock_words(self._spec, self._ages, time)
        for name in self._plan.order:
            if name in self._plan.of_place:
                continue
            if name in self._spec.let:
                if not self._started or name in self._plan.moving:
                    self._by_name[name] = self.of(self._spec.let[name])
            elif not self._started:
                self._by_name[name] = self.of(self._plan.starts[name])
        self._started = True
        self._places.begin()

    def advance(self) -> None:
        """Give the attributes their values at the start of the next cycle."""
        following = {name: self.of(change) for name, change in self._plan.changes.items()}
        self._by_name.update(following)
        self._passing.clear()

    def of(self, formula: Formula, spot: Spot | None = None) -> Floats:
        """Return the value of a formula in this cycle for those at a place; elsewhere for all.

        Four dims, or five with residence before them where it depends on the time in the state.
        """
        if spot is not None and self._places.asks(formula):
            return self._places.of(formula, spot)
        place = id(formula)
        if "first" in formula.functions:
            memory = self._remembered
        elif self.is_moving(formula):
            memory = self._passing
        else:
            memory = self._constants
        if place not in memory:
            memory[place] = self._evaluate(formula)
        return memory[place]

    def asks_place(self, *formulas: Formula | None) -> bool:
        """Return whether any formula depends on where a patient is."""
        return any(self._places.asks(formula) for formula in formulas if formula is not None)

    def is_moving(self, formula: Formula) -> bool:
        """Return whether a formula can change from cycle to cycle, for those at one place."""
        return moves_in_time(formula, self._plan.in_time)

    def _evaluate(self, formula: Formula) -> Floats:
        """Return the value of a formula as numbers with four dims."""
        value = np.asarray(evaluate(formula.tree, self._scope), dtype=np.float64)
        return value.reshape((1,) * (4 - value.ndim) + value.shape)

    def _first(self, node: Node, condition: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return where a condition holds that has not held in an earlier cycle.

        Equal conditions in two formulas are two places, so the place is the node's identity.
        A formula that is asked for several states has one answer in a cycle.
        """
        if id(node) not in self._answers:
            before = self._held.get(id(node))
            self._held[id(node)] = condition if before is None else condition | before
            self._answers[id(node)] = condition if before is None else condition & ~before
        return self._answers[id(node)]


def _fixed(spec: Model, parameters: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the values that stay the same: parameters, strategies, subgroups, the cycle."""
    found: dict[str, Floats] = {}
    if spec.time is not None:
        found["cycle"] = np.full((1, 1, 1, 1), spec.time.cycle.value)
    for name in spec.parameters:
        values = np.ascontiguousarray(parameters[name], dtype=np.float64)
        found[name] = values.reshape(1, 1, 1, -1)
    found |= _by_member(list(spec.strategies.values()), (-1, 1, 1, 1))
    return found | _by_member([group.values for group in spec.subgroups.values()], (1, -1, 1, 1))


def _by_member(
    members: Sequence[Mapping[str, float]], shape: tuple[int, int, int, int]
) -> dict[str, Floats]:
    """Return each variable of strategies or subgroups as one array over them."""
    names = {name for values in members for name in values}
    return {
        name: np.array([float(values[name]) for values in members]).reshape(shape)
        for name in sorted(names)
    }
