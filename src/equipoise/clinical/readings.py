"""Values of formulas by the state in which patients are, and by cycle where they change alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.course import Course, Here
from equipoise.clinical.given import Given
from equipoise.clinical.plan import by_item, effects_by_move
from equipoise.clinical.schedule import points_of
from equipoise.spec.clock import PASSING
from equipoise.spec.formula import Formula
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model, TransitionEffect
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.spec.time_to import TimeTo

Floats = NDArray[np.float64]


class Readings:
    """What the formulas of a model say of patients in continuous time.

    Each is read for the first day; one that uses the time, the age or the calendar year at the
    start of every cycle, from where on it holds for the cycle.

    Parameters
    ----------
    given
        What to run.
    course
        Of the patients; it stands at the last cycle afterwards.
    """

    def __init__(self, given: Given, course: Course) -> None:
        self._spec, self._plan, self._course = given.model.spec, given.plan, course
        self._effects = effects_by_move(self._spec)
        self._found: dict[tuple[str, int], list[Floats]] = {}
        every = {state: list(self._formulas(state)) for state in self._plan.states}
        changing = {
            state: [one for one in found if changes(self._spec, one)]
            for state, found in every.items()
        }
        first, *later = given.clock.points[:-1]
        self._read(first, every)
        for time in later if any(changing.values()) else ():
            self._read(time, changing)

    def of(self, state: str, formula: Formula) -> Floats:
        """Return the values of a formula in a state.

        Returns
        -------
        numpy.ndarray
            Dims (cycle, patient, strategy, subgroup, age, draw), each as small as it can be.
        """
        return np.stack(np.broadcast_arrays(*self._found[state, id(formula)]))

    def effects(self, origin: str, target: str) -> tuple[TransitionEffect, ...]:
        """Return the one-off effects of a move."""
        return tuple(self._effects.get((origin, target), ()))

    def _read(self, time: float, wanted: dict[str, list[Formula]]) -> None:
        """Read formulas at the start of one cycle."""
        self._course.at(time, self._here(next(iter(wanted))))
        for state, found in wanted.items():
            if found:
                self._course.stand(self._here(state))
                for formula in found:
                    values = self._found.setdefault((state, id(formula)), [])
                    values.append(self._course.of(formula))

    def _here(self, state: str) -> Here:
        """Return everybody in one state."""
        number = np.full((1,) * 5, list(self._plan.states).index(state))
        return Here(number, np.zeros((1,) * 5))

    def _formulas(self, state: str) -> Iterator[Formula]:
        """Yield the formulas that are read where patients are in a state, each once."""
        seen: set[int] = set()
        for formula in self._all(state):
            if id(formula) not in seen:
                seen.add(id(formula))
                yield formula

    def _all(self, state: str) -> Iterator[Formula]:
        """Yield them."""
        here = self._plan.states[state]
        yield from by_item(here.cost).values()
        if here.utility is not None:
            yield here.utility
        for target, move in self._spec.transitions.get(state, {}).items():
            if isinstance(move, TimeTo):
                yield from move.time_to.arguments.values()
            elif isinstance(move, Formula):
                yield move
            for effect in self.effects(state, target):
                yield from by_item(effect.cost).values()
                if effect.qaly is not None:
                    yield effect.qaly


def readings_in(model: LoadedModel) -> int:
    """Return how often formulas are read in a course of continuous time: once, or every cycle."""
    return len(points_of(model.spec.time)) if reads_again(model) else 1


def changes(spec: Model, formula: Formula) -> bool:
    """Return whether a formula's value changes from cycle to cycle by itself."""
    return bool(names_behind(formula, spec) & PASSING)


def reads_again(model: LoadedModel) -> bool:
    """Return whether continuous time reads any formula anew in every cycle.

    Parameters
    ----------
    model
        A checked model that runs in continuous time.
    """
    read = ("states", "transitions", "transition_effects")
    return any(
        placed.place[0] in read and changes(model.spec, placed.formula)
        for placed in formulas(model.spec)
    )
