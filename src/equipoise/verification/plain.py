"""A model computed the plain way: one draw, one strategy, number by number, as by hand.

It shares the reading of formulas with the engines and nothing else, so that an error in how they
follow patients shows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from equipoise.spec.formula import Formula, Scope, evaluate, walk
from equipoise.spec.formula.tree import Call
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.spec.model_place import TIME_IN_STATE, of_place

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plain:
    """A model in one draw, for one strategy and subgroup.

    Parameters
    ----------
    model
        As loaded.
    values
        Parameters in canonical units, and the variables of the strategy and the subgroup.
    """

    model: LoadedModel
    values: Mapping[str, float]

    def of(self, formula: Formula, time: float = 0.0) -> float:
        """Return the value of a formula at some time, years since the start."""
        return self._of(formula, time, {})

    def _of(self, formula: Formula, time: float, known: dict[str, float]) -> float:
        """Return a value; `known` are those at that time."""
        scope: dict[str, np.float64] = {}
        for name in formula.names:
            if name not in known:
                known[name] = self._named(name, time, known)
            scope[name] = np.float64(known[name])
        found = evaluate(formula.tree, Scope(scope, self.model.tables))
        return float(found)

    def _named(self, name: str, time: float, known: dict[str, float]) -> float:
        """Return what a name stands for."""
        spec = self.model.spec
        if name in self.values:
            return self.values[name]
        if name in spec.let:
            return self._of(spec.let[name], time, known)
        clock = spec.time
        if clock is not None:
            start = 0.0 if clock.start_age is None else clock.start_age.value
            told = {"time": time, "cycle": clock.cycle.value, "age": start + time}
            if clock.start_year is not None:
                told["calendar_year"] = clock.start_year + time
            if name in told:
                return told[name]
        attribute = spec.attributes.get(name)
        if attribute is not None and attribute.start is not None:
            return self._of(attribute.start, 0.0, known)
        return 0.0  # time in a state on coming, or a state in which nobody is


def plain_cases(
    model: LoadedModel, sample: Mapping[str, Floats], draw: int
) -> Iterator[tuple[int, float, Plain]]:
    """Yield the strategies' numbers, the weights of the subgroups and their plain models.

    Parameters
    ----------
    model
        As loaded.
    sample
        Values of parameters, dims (draw) or none.
    draw
        Which one.
    """
    spec = model.spec
    drawn = {name: float(own[draw] if own.ndim else own) for name, own in sample.items()}
    for number, variables in enumerate(spec.strategies.values()):
        if not spec.subgroups:
            yield number, 1.0, Plain(model, {**drawn, **variables})
        for group in spec.subgroups.values():
            one = Plain(model, {**drawn, **variables, **group.values})
            yield number, one.of(group.weight), one


def is_plain(model: LoadedModel) -> bool:
    """Return whether a model is a chain of states whose moves depend on time alone."""
    spec = model.spec
    if not spec.states or spec.is_partitioned or spec.time is None:
        return False
    lasting = of_place(spec) | {TIME_IN_STATE}
    changing = {
        name for name, one in spec.attributes.items()
        if one.each_cycle is not None or one.distribution is not None
    }  # fmt: skip
    moves = [move for row in spec.moves.values() for move in row.values()]
    asked = {
        name for move in moves if isinstance(move, Formula) for name in names_behind(move, spec)
    }
    return is_readable(model) and not asked & (lasting | changing)


def is_readable(model: LoadedModel) -> bool:
    """Return whether formulas of the first day can be read for a patient who is like all others."""
    remembers = any(
        isinstance(node, Call) and node.function == "first"
        for placed in formulas(model.spec) for node in walk(placed.formula.tree)
    )  # fmt: skip
    differs = any(one.distribution is not None for one in model.spec.attributes.values())
    return not remembers and not differs


def shares_by_hand(one: Plain, rates: frozenset[str], points: Floats) -> Floats:
    """Return the share in each state at each point of time, dims (state, point).

    Parameters
    ----------
    one
        A plain model.
    rates
        States whose moves are rates per year.
    points
        Of time, years.
    """
    spec = one.model.spec
    states = list(spec.states)
    now = {
        name: 0.0 if state.start is None else one.of(state.start)
        for name, state in spec.states.items()
    }
    found = np.zeros((len(states), points.size))
    found[:, 0] = [now[name] for name in states]
    for place, time in enumerate(points[:-1]):
        after = dict.fromkeys(states, 0.0)
        for origin, share in now.items():
            for target, part in _parted(one, origin, float(time), rates).items():
                after[target] += share * part
        now = after
        found[:, place + 1] = [now[name] for name in states]
    return found


def _parted(one: Plain, origin: str, time: float, rates: frozenset[str]) -> dict[str, float]:
    """Return where those in a state are after a cycle."""
    spec = one.model.spec
    row = spec.moves.get(origin, {})
    stated = {to: one.of(move, time) for to, move in row.items() if isinstance(move, Formula)}
    if origin in rates and spec.time is not None:
        total = sum(stated.values())
        gone = 1.0 - exp(-total * spec.time.cycle.value)
        stated = {to: 0.0 if total == 0 else gone * rate / total for to, rate in stated.items()}
    rest = [to for to, move in row.items() if not isinstance(move, Formula)]
    target = rest[0] if rest else origin
    stated[target] = stated.get(target, 0.0) + 1.0 - sum(stated.values())
    return stated
