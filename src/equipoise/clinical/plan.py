"""What an engine needs to know of a model before it runs: order, items, what changes in time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from itertools import product

from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS, Unit, parse_unit
from equipoise.spec.clock import CLOCK, PASSING
from equipoise.spec.formula import Formula, TableSignature, parse_formula, unit_of
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model, State, TransitionEffect
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.spec.model_place import (
    TIME_IN_STATE,
    asked_in,
    living_states,
    of_place,
    own_course,
    state_words,
)

CARE = "care"
"""Item of a cost that the model does not name."""

Costs = Formula | Mapping[str, Formula] | None


@dataclass(frozen=True)
class Plan:
    """A model in the order in which it is computed."""

    states: Mapping[str, State]
    """States of the model, or the one that stands for a model without states."""
    living: tuple[str, ...]
    """States in which time counts as life."""
    idle: frozenset[str]
    """States of the dead without cost, health or a way out: nothing more can happen there."""
    items: tuple[str, ...]
    order: tuple[str, ...]
    """Needed intermediate values and attributes, each after what it is made of."""
    moving: frozenset[str]
    """Names whose value can change from cycle to cycle."""
    in_time: frozenset[str]
    """Those of them that change also for patients who are equally long at the same place."""
    rates: frozenset[str]
    """States whose row of transitions holds rates per year, not probabilities."""
    starts: Mapping[str, Formula]
    """Of each attribute that has one: its value on the first day."""
    changes: Mapping[str, Formula]
    """Of each attribute that has one: its value at the start of the next cycle."""
    of_place: frozenset[str]
    """Names whose value depends on where a patient is: states, `time_in_state`, and what is made of
    them."""
    lasting: frozenset[str]
    """States in which it matters since when a patient is there."""
    by_cycle: bool
    """Whether what a year in a state brings changes with time, also only for who stays there."""
    individual: bool
    """Whether what happens depends on each patient's own course, so that a cohort cannot tell."""


def by_item(cost: Costs) -> dict[str, Formula]:
    """Return a cost by item; a bare formula is the item `care`."""
    if cost is None:
        return {}
    return dict(cost) if isinstance(cost, Mapping) else {CARE: cost}


def moves_in_time(formula: Formula, moving: frozenset[str]) -> bool:
    """Return whether a formula can change from cycle to cycle."""
    return "first" in formula.functions or not moving.isdisjoint(formula.names)


def plan(loaded: LoadedModel) -> Plan:
    """Return the order of work of a model.

    Parameters
    ----------
    loaded
        A model with its tables.

    Raises
    ------
    SimulationError
        If named values are made of each other in a circle.
    UnitError
        If the units inside a transition do not fit; the model's check finds that earlier.
    """
    return _plan(loaded)


@lru_cache(maxsize=16)
def _plan(loaded: LoadedModel) -> Plan:
    """Return the order of work of a model, which large runs ask for once for each part."""
    model = loaded.spec
    states = dict(model.states) or {"alive": State(start=parse_formula("1"))}
    living = living_states(model) if model.states else tuple(states)
    order, attributes = _order(model), frozenset(model.attributes)
    return Plan(
        states=states,
        living=living,
        idle=frozenset(name for name in states if _is_idle(name, model) and name not in living),
        items=_items(model) or (CARE,),
        order=order,
        moving=_moving(model, order, PASSING | {TIME_IN_STATE} | state_words(model) | attributes),
        in_time=_moving(model, order, PASSING | attributes),
        rates=_rate_rows(loaded, order),
        starts={n: a.start for n, a in model.attributes.items() if a.start is not None},
        changes={n: a.each_cycle for n, a in model.attributes.items() if a.each_cycle is not None},
        of_place=of_place(model),
        lasting=_lasting(model),
        by_cycle=_is_by_cycle(model, order),
        individual=any(True for _found in own_course(model)),
    )


def _is_idle(name: str, model: Model) -> bool:
    """Return whether nothing can happen in a state."""
    if model.is_partitioned:  # curves may rise again
        return False
    state = model.states.get(name, State())
    leaves = any(to != name for to in model.moves.get(name, {}))
    return state.cost is None and state.utility is None and not leaves


def _items(model: Model) -> tuple[str, ...]:
    """Return the names of all cost items, in the order of the file."""
    costs: list[Costs] = [state.cost for state in model.states.values()]
    costs += [effect.cost for effect in model.transition_effects]
    costs += [event.cost for event in model.events.values()]
    return tuple(dict.fromkeys(item for cost in costs for item in by_item(cost)))


def _order(model: Model) -> tuple[str, ...]:
    """Return the intermediate values and attributes that anything uses, each after its parts."""
    made = {n: a.start for n, a in model.attributes.items() if a.start is not None}
    made |= model.let
    graph = {name: sorted(set(formula.names) & set(made)) for name, formula in sorted(made.items())}
    used = [placed.formula for placed in formulas(model) if placed.role != "let"]
    needed = _parts_of(used, made) | made.keys() - model.let.keys()
    try:
        order = TopologicalSorter(graph).static_order()
        return tuple(name for name in order if name in needed)
    except CycleError as error:
        ring = " -> ".join(error.args[1])
        message = _("values are made of each other in a circle: {names}", names=ring)
        fix = _("break the circle at one of them")
        raise SimulationError(message, fix=fix, place=("let", str(error.args[1][0]))) from None


def _moving(model: Model, order: tuple[str, ...], words: frozenset[str]) -> frozenset[str]:
    """Return the names whose value changes with some words."""
    moving = words
    for name in order:
        if name in model.let and moves_in_time(model.let[name], moving):
            moving |= {name}
    return moving


def _is_by_cycle(model: Model, order: tuple[str, ...]) -> bool:
    """Return whether the yearly cost or utility of a state changes with time."""
    changing = {name for name, one in model.attributes.items() if one.each_cycle is not None}
    moving = _moving(model, order, PASSING | {TIME_IN_STATE} | changing)
    return any(
        moves_in_time(placed.formula, moving)
        for placed in formulas(model)
        if placed.role in {"cost_per_year", "utility"}
    )


def _lasting(model: Model) -> frozenset[str]:
    """Return the states in which a formula asks since when a patient is there.

    What counts for everyone alive asks in all states of the living.
    """
    found: set[str] = set()
    for placed in formulas(model):
        if placed.role != "let" and TIME_IN_STATE in names_behind(placed.formula, model):
            found.update(asked_in(placed, model))
    return frozenset(found)


def _rate_rows(loaded: LoadedModel, order: tuple[str, ...]) -> frozenset[str]:
    """Return the states whose transitions are in 1/year."""
    model = loaded.spec
    plain = [name for values in model.strategies.values() for name in values]
    plain += [name for group in model.subgroups.values() for name in group.values]
    units: dict[str, Unit] = dict.fromkeys(plain, DIMENSIONLESS)
    units |= {name: parameter.unit for name, parameter in model.parameters.items()}
    units |= {name: attribute.unit for name, attribute in model.attributes.items()}
    units |= {**CLOCK, TIME_IN_STATE: parse_unit("year")}
    units |= dict.fromkeys(state_words(model), DIMENSIONLESS)
    tables = {
        name: TableSignature(table.argument_units, table.unit or DIMENSIONLESS)
        for name, table in loaded.tables.items()
    }
    entries = {
        origin: [entry for entry in row.values() if isinstance(entry, Formula)]
        for origin, row in model.moves.items()
    }
    used = _parts_of([entry for row in entries.values() for entry in row], model.let)
    for name in order:
        if name in used:
            units[name] = unit_of(model.let[name], units, tables)
    per_year = parse_unit("1/year")
    return frozenset(
        origin
        for origin, row in entries.items()
        if any(unit_of(entry, units, tables).fits(per_year) for entry in row)
    )


def _parts_of(used: Collection[Formula], made: Mapping[str, Formula]) -> set[str]:
    """Return the named values that formulas are made of, however deep."""
    found: set[str] = set()
    queue = [name for formula in used for name in formula.names]
    while queue:
        name = queue.pop()
        if name in made and name not in found:
            found.add(name)
            queue += made[name].names
    return found


def effects_by_move(model: Model) -> dict[tuple[str, str], list[TransitionEffect]]:
    """Return the one-off effects by the states left and entered; staying is no move."""
    found: dict[tuple[str, str], list[TransitionEffect]] = {}
    for effect in model.transition_effects:
        for move in product(dict.fromkeys(effect.left), dict.fromkeys(effect.entered)):
            if move[0] != move[1]:
                found.setdefault(move, []).append(effect)
    return found
