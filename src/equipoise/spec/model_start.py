"""What the formulas of a model give on its first day, in the base case: all must be possible.

Nothing runs for this. Later cycles and drawn values are looked at while a model runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

import numpy as np

from equipoise.core.errors import FormulaError
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS
from equipoise.spec.bounds import RATE, SHARE, UTILITY, Bounds, impossible
from equipoise.spec.clock import CALENDAR_YEAR
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.formula import FUNCTIONS, Array, Formula, Scope, evaluate
from equipoise.spec.loaded import Floats, TableData
from equipoise.spec.model import Model, State
from equipoise.spec.model_formulas import PlacedFormula, formulas
from equipoise.spec.model_names import parts
from equipoise.spec.model_place import TIME_IN_STATE, asked_in, of_place, state_words
from equipoise.spec.unit_rules import OLDEST

ONE_OFF_HEALTH = Bounds(-OLDEST, OLDEST, mark("a one-off health effect"))
"""QALYs; nobody gains or loses more than a life."""

_FREE = ("let", "when", "attribute", "attribute_start")
"""What may be anything, since what uses it may guard against that."""

_HAIR = 1e-9
_CHECK_FINITE = mark("check for a division by zero or a logarithm of 0")


def check_start(
    model: Model, tables: Mapping[str, TableData], *, rates: frozenset[str]
) -> Iterator[Finding]:
    """Yield every formula whose value on the first day of the base case is impossible.

    Parameters
    ----------
    model
        A model without other mistakes.
    tables
        Its tables; formulas that call others are not looked at.
    rates
        States whose transitions are rates, not probabilities.
    """
    constants = list(_constants(model))
    yield from constants
    # Whatever is made of a value that does not exist would only be reported again.
    if not any(found.place[0] == "let" for found in constants):
        known = {found.place for found in constants}
        day = _FirstDay(model, tables, rates)
        yield from (found for found in day.findings() if found.place not in known)


def _constants(model: Model) -> Iterator[Finding]:
    """Refuse formulas of numbers alone that have no finite value."""
    for placed in formulas(model):
        formula = placed.formula
        if formula.names or formula.functions - FUNCTIONS.keys() or "first" in formula.functions:
            continue
        if not np.isfinite(np.asarray(evaluate(formula.tree, Scope({})), dtype=np.float64)):
            message = _("'{shown}' has no finite value", shown=formula.text)
            yield finding(placed.place, message, fix=_(_CHECK_FINITE))


@dataclass(frozen=True)
class _Found:
    """A formula with its values, dims (strategy, subgroup)."""

    placed: PlacedFormula
    values: Floats

    @property
    def origin(self) -> str:
        """Return the state, event or effect that the formula belongs to."""
        return str(self.placed.place[1])


class _FirstDay:
    """Evaluates the formulas of one model at time 0."""

    def __init__(
        self, model: Model, tables: Mapping[str, TableData], rates: frozenset[str]
    ) -> None:
        self._model = model
        self._rates = rates
        self._values = _given(model)
        self._scope = Scope(self._values, tables, lambda _node, condition: condition)
        made = parts(model)
        try:
            order = list(
                TopologicalSorter(
                    {n: f.names & made.keys() for n, f in made.items()}
                ).static_order()
            )
        except CycleError:  # reported elsewhere
            order = []
        self._placed = of_place(model)
        self._made = {name: made[name] for name in order}
        self._scopes: dict[str, Scope] = {}
        self._know(self._values, self._scope, of_place=False)

    def _know(self, values: dict[str, Array], scope: Scope, *, of_place: bool) -> None:
        """Compute the named values that depend on the place, or the others, if all is known."""
        for name, formula in self._made.items():
            if (name in self._placed) == of_place:
                value = self._value(formula, scope)
                if value is not None:
                    values[name] = value

    def _scope_in(self, state: str | None) -> Scope:
        """Return what formulas see that count for those in a state; None is all together."""
        if state is None:
            return self._scope
        if state not in self._scopes:
            values = dict(self._values)
            values |= {name: np.float64(name == state) for name in state_words(self._model)}
            values[TIME_IN_STATE] = np.float64(0.0)
            self._scopes[state] = replace(self._scope, values=values)
            self._know(values, self._scopes[state], of_place=True)
        return self._scopes[state]

    def _value(self, formula: Formula, scope: Scope) -> Floats | None:
        """Return the value of a formula, or None if not all of its parts are known."""
        functions = formula.functions - FUNCTIONS.keys()
        if not formula.names <= scope.values.keys() or not functions <= scope.tables.keys():
            return None
        shape = (len(self._model.strategies), max(len(self._model.subgroups), 1))
        try:
            value = np.asarray(evaluate(formula.tree, scope), dtype=np.float64)
        except FormulaError:  # the check of units has reported a wrong call
            return None
        return np.broadcast_to(value, shape)

    def findings(self) -> Iterator[Finding]:
        """Yield what is impossible: each formula by itself, then what belongs together."""
        found: list[_Found] = []
        for placed in formulas(self._model):
            if placed.role in _FREE:
                continue
            for state in self._places(placed):
                values = self._value(placed.formula, self._scope_in(state))
                if values is None or self._is_idle(placed, state):
                    continue
                wrong = list(self._impossible(placed, values, state))
                yield from wrong
                if wrong:
                    break
                found.append(_Found(placed, values))
        yield from self._sums(found)

    def _places(self, placed: PlacedFormula) -> Sequence[str | None]:
        """Return the states for whose patients a formula is evaluated; None is all together."""
        names = placed.formula.names
        if placed.place[0] == "events":
            names = names | self._model.events[str(placed.place[1])].when.names
        if self._placed.isdisjoint(names):
            return [None]
        asked = asked_in(placed, self._model)
        if placed.place[0] in ("states", "transitions"):
            return asked
        return [state for state in asked if self._anybody_in(state)]  # what nobody feels is free

    def _is_idle(self, placed: PlacedFormula, state: str | None) -> bool:
        """Return whether a formula is not asked on the first day."""
        if placed.role in ("cost_per_year", "utility"):
            return self._model.time is None
        if placed.place[0] == "events":
            when = self._model.events[str(placed.place[1])].when
            happens = self._value(when, self._scope_in(state))
            return happens is None or not np.all(happens != 0)
        if placed.place[0] == "transition_effects":
            leaving = self._model.transition_effects[int(placed.place[1])].left
            # Where only the states entered are known, somebody may come from anywhere.
            return bool(leaving) and not any(self._anybody_in(name) for name in leaving)
        return False

    def _bounds(self, placed: PlacedFormula) -> Bounds | None:
        """Return what a formula can give; what nobody there would feel is not looked at."""
        match placed.role:
            case "start" | "share" | "weight":
                return SHARE
            case "transition":
                return RATE if placed.place[1] in self._rates else SHARE
            case "utility":
                return UTILITY if self._anybody_in(str(placed.place[1])) else None
            case "qaly":
                return ONE_OFF_HEALTH
            case _:
                return None

    def _anybody_in(self, state: str) -> bool:
        """Return whether somebody starts in a state."""
        share = self._share_of(self._model.states[state])
        return share is not None and bool(np.any(share > 0))

    def _share_of(self, state: State) -> Floats | None:
        """Return the share that starts in a state; None if nobody does, or it is not known."""
        if not isinstance(state.share, str):
            start = state.start if state.share is None else state.share
            return None if start is None else self._value(start, self._scope)
        shares = (one.share for one in self._model.states.values())
        others = [self._value(share, self._scope) for share in shares if isinstance(share, Formula)]
        known = [share for share in others if share is not None]
        total = np.sum(known, axis=0) if len(known) == len(others) else None
        return None if total is None else np.asarray(1.0 - total - _HAIR)

    def _impossible(
        self, placed: PlacedFormula, values: Floats, state: str | None
    ) -> Iterator[Finding]:
        """Check one formula against its field."""
        bounds = self._bounds(placed)
        for strategy, value in self._each(values):
            if not np.isfinite(value):
                why, fix = _("this formula has no finite value"), _(_CHECK_FINITE)
            elif bounds is not None and not bounds.hold(value):
                why = impossible(value, DIMENSIONLESS, bounds)
                fix = _("correct the formula, or what it uses")
            else:
                continue
            yield finding(placed.place, _on_first_day(why, strategy, state), fix=fix)
            return

    def _each(self, values: Floats) -> Iterator[tuple[str, float]]:
        """Yield the values with their strategies."""
        for strategy, row in zip(self._model.strategies, values, strict=True):
            for value in row:
                yield strategy, float(value)

    def _sums(self, found: list[_Found]) -> Iterator[Finding]:
        """Check that shares are of one whole, and chances of no more."""
        starts = [one for one in found if one.placed.role == "start"]
        stated = sum(state.start is not None for state in self._model.states.values())
        if len(starts) == stated > 0:
            what = _("the `start` shares of the states")
            yield from self._whole(("states",), what, starts)
        yield from self._shares([one for one in found if one.placed.role == "share"])
        weights = [one for one in found if one.placed.role == "weight"]
        if len(weights) == len(self._model.subgroups) > 0:
            what = _("the weights of the subgroups")
            yield from self._whole(("subgroups",), what, weights)
        for origin in self._model.transitions.keys() - self._rates:
            row = [x for x in found if x.placed.role == "transition" and x.origin == origin]
            for strategy, total in self._each(_total(row)) if row else ():
                if total > 1 + _HAIR:
                    message = _("the probabilities of this row add up to {total:g} on the first "
                                "day (strategy '{name}')", total=total, name=strategy)  # fmt: skip
                    fix = _("they must not exceed 1; what is left stays in the state")
                    yield finding(("transitions", origin), message, fix=fix)
                    break

    def _shares(self, found: list[_Found]) -> Iterator[Finding]:
        """Check that curves divide the whole cohort between the states."""
        shares = [state.share for state in self._model.states.values()]
        if not found or len(found) != sum(isinstance(share, Formula) for share in shares):
            return
        if "rest" not in shares:
            yield from self._whole(("states",), _("the shares of the states"), found)
            return
        for strategy, total in self._each(_total(found)):
            if total > 1 + _HAIR:
                message = _("the shares of the states add up to {total:g} on the first day, which "
                            "leaves no `rest` (strategy '{name}')",
                            total=total, name=strategy)  # fmt: skip
                yield finding(("states",), message, fix=_("they must not exceed 1"))
                return

    def _whole(self, place: Place, what: str, found: list[_Found]) -> Iterator[Finding]:
        """Check that shares add up to one."""
        for strategy, total in self._each(_total(found)):
            if not abs(total - 1) <= _HAIR:
                message = _("{what} add up to {total:g}, not to 1 (strategy '{name}')",
                            what=what, total=total, name=strategy)  # fmt: skip
                where = found[0].placed.place if len(found) == 1 else place
                yield finding(where, message, fix=_("correct them so that they add up to 1"))
                return


def _on_first_day(why: str, strategy: str, state: str | None) -> str:
    """Return what is wrong, with the strategy, and the state if the formula asks for it."""
    if state is None:
        return _("{why} (on the first day, strategy '{name}')", why=why, name=strategy)
    return _("{why} (on the first day, in state '{state}', strategy '{name}')",
             why=why, state=state, name=strategy)  # fmt: skip


def _total(found: list[_Found]) -> Floats:
    """Return the sum of several values."""
    return np.asarray(np.sum([one.values for one in found], axis=0))


def _given(model: Model) -> dict[str, Array]:
    """Return the values of the base case on the first day, dims (strategy, subgroup)."""
    found: dict[str, Array] = {}
    for name, parameter in model.parameters.items():
        found[name] = np.float64(parameter.value * parameter.unit.factor)
    for name in next(iter(model.strategies.values())):
        found[name] = np.array([[values[name]] for values in model.strategies.values()])
    for name, attribute in model.attributes.items():
        if attribute.distribution is not None:
            found[name] = np.float64(attribute.distribution.typical * attribute.unit.factor)
    groups = [group.values for group in model.subgroups.values()]
    for name in groups[0] if groups else ():
        found[name] = np.array([[values[name] for values in groups]])
    if model.time is not None:
        found |= {"time": np.float64(0.0), "cycle": np.float64(model.time.cycle.value)}
        if model.time.start_age is not None:
            found["age"] = np.float64(model.time.start_age.value)
        if model.time.start_year is not None:
            found[CALENDAR_YEAR] = np.float64(model.time.start_year)
    return found
