"""Changes of a model whose effect on its results can be told beforehand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from equipoise.core.units import parse_measure
from equipoise.spec.discount import Discount
from equipoise.spec.formula import Formula, formula_of, parse_formula, to_text
from equipoise.spec.formula.tree import Node, children, rebuilt
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Event, Model, TransitionEffect
from equipoise.spec.model_formulas import PlacedFormula, formulas
from equipoise.spec.model_place import living_states
from equipoise.spec.walk import replaced

ADDED = "added_by_verification"
"""Name of an event that is not of the file."""

Cost = Formula | Mapping[str, Formula] | None


def with_parts(model: LoadedModel, **parts: object) -> LoadedModel:
    """Return a model with some of its fields exchanged, unchecked."""
    return replace(model, spec=model.spec.model_copy(update=parts))


def dead_states(model: Model) -> tuple[str, ...]:
    """Return the states in which time does not count as life."""
    living = living_states(model)
    return tuple(name for name in model.states if name not in living)


def with_utility(model: LoadedModel, value: float) -> LoadedModel:
    """Return a model in which a year of life is worth the same in all states, and no more comes."""
    spec, living = model.spec, living_states(model.spec)
    states = {
        name: state.model_copy(
            update={"utility": parse_formula(value) if name in living else state.utility}
        )
        for name, state in spec.states.items()
    }
    return with_parts(
        model,
        states=states,
        transition_effects=[_without_health(effect) for effect in spec.transition_effects],
        events={
            name: event.model_copy(update={"qaly": None}) for name, event in spec.events.items()
        },
    )


def _without_health(effect: TransitionEffect) -> TransitionEffect:
    """Return a one-off effect that costs only."""
    return effect.model_copy(update={"qaly": None})


def without_discount(model: LoadedModel) -> LoadedModel:
    """Return a model in which the future counts as much as today."""
    return with_discount(model, 0.0)


def with_discount(model: LoadedModel, rate: float) -> LoadedModel:
    """Return a model with one discount rate, per year, for all that comes later."""
    found = parse_measure(f"{100 * rate!r} %/year")
    return with_parts(model, discount=Discount.model_construct(cost=found, health=found))


def with_horizon(model: LoadedModel, years: float) -> LoadedModel:
    """Return a model with another horizon, years."""
    return _with_time(model, horizon=parse_measure(f"{years!r} years"))


def with_cycle(model: LoadedModel, years: float) -> LoadedModel:
    """Return a model with another cycle, years."""
    return _with_time(model, cycle=parse_measure(f"{years!r} years"))


def _with_time(model: LoadedModel, **parts: object) -> LoadedModel:
    """Return a model with another clock."""
    assert model.spec.time is not None  # noqa: S101 - asked of models with a course in time
    return with_parts(model, time=model.spec.time.model_copy(update=parts))


def immortal(model: LoadedModel) -> LoadedModel:
    """Return a model in which nobody moves to a state of the dead."""
    dead = dead_states(model.spec)
    rows = {
        origin: {target: move for target, move in row.items() if target not in dead}
        for origin, row in model.spec.transitions.items()
    }
    return with_parts(model, transitions=rows)


def deadly(model: LoadedModel) -> LoadedModel:
    """Return a model in which all die at once in the states in which patients can die."""
    dead, rows = dead_states(model.spec), {}
    for origin, row in model.spec.transitions.items():
        ways = [target for target in row if target in dead]
        rows[origin] = {ways[0]: parse_formula(1.0)} if ways and origin not in dead else row
    return with_parts(model, transitions=rows)


def beginning_in(model: LoadedModel, name: str) -> LoadedModel:
    """Return a model in which all begin in one state."""
    states = {
        other: state.model_copy(update={"start": parse_formula(1.0) if other == name else None})
        for other, state in model.spec.states.items()
    }
    return with_parts(model, states=states)


def unmoved(model: LoadedModel) -> LoadedModel:
    """Return a model in which nobody moves."""
    return with_parts(model, transitions={})


def backwards_with_copies(model: LoadedModel) -> LoadedModel:
    """Return a model with its strategies in the opposite order, and as many like the first."""
    own = model.spec.strategies
    first = next(iter(own.values()))
    copies = {f"{name}_{ADDED}": first for name in own}
    return with_parts(model, strategies=dict(reversed([*own.items()])) | copies)


def paying_once(model: LoadedModel, amount: float) -> LoadedModel:
    """Return a model in which everybody pays once more on the first day."""
    when = "time == 0" if model.spec.time is not None else "1"
    event = Event.model_construct(
        when=parse_formula(when), cost={ADDED: parse_formula(amount)}, qaly=None
    )
    return with_parts(model, events={**model.spec.events, ADDED: event})


def paying_at_death(model: LoadedModel, amount: float) -> LoadedModel:
    """Return a model in which each death costs once more."""
    spec = model.spec
    effect = TransitionEffect.model_construct(
        leaving=living_states(spec), entering=dead_states(spec),
        cost={ADDED: parse_formula(amount)}, qaly=None,
    )  # fmt: skip
    return with_parts(model, transition_effects=[*spec.transition_effects, effect])


def without_effects(model: LoadedModel) -> LoadedModel:
    """Return a model without its one-off effects of moves."""
    return with_parts(model, transition_effects=[])


def without_moves(
    model: LoadedModel, moves: Sequence[tuple[Sequence[str], Sequence[str]]]
) -> LoadedModel:
    """Return a model in which nobody moves from some states to others: pairs of such."""
    rows = {
        origin: {
            target: move for target, move in row.items()
            if not any(origin in leaving and target in entering for leaving, entering in moves)
        }
        for origin, row in model.spec.transitions.items()
    }  # fmt: skip
    return with_parts(model, transitions=rows)


def without_events(model: LoadedModel) -> LoadedModel:
    """Return a model without events."""
    return with_parts(model, events={})


def never(model: LoadedModel) -> LoadedModel:
    """Return a model whose events never come."""
    events = {
        name: event.model_copy(update={"when": parse_formula(0.0)})
        for name, event in model.spec.events.items()
    }
    return with_parts(model, events=events)


def times(formula: Formula, factor: float) -> Formula:
    """Return a formula of as many times the value."""
    return parse_formula(f"({to_text(formula.tree)}) * {factor!r}")


def rewritten(
    model: LoadedModel, change: Callable[[PlacedFormula], Node | None]
) -> LoadedModel | None:
    """Return a model with some formulas written anew, or None if none is."""
    spec, count = model.spec, 0
    for placed in list(formulas(spec)):
        tree = change(placed)
        if tree is None or placed.place[-1] == "time_to" or placed.place[0] == "transition_effects":
            continue
        found = replaced(spec, placed.place, formula_of(tree, to_text(tree)))
        assert isinstance(found, Model)  # noqa: S101 - same type as given
        spec, count = found, count + 1
    return with_parts(model, **{name: getattr(spec, name) for name in
                                ("let", "states", "transitions", "events", "attributes")}
                      ) if count else None  # fmt: skip


def replaced_in(node: Node, wanted: Callable[[Node], Node | None]) -> Node:
    """Return a tree in which some nodes are others."""
    found = wanted(node)
    if found is not None:
        return found
    return rebuilt(node, tuple(replaced_in(child, wanted) for child in children(node)))


def everywhere(
    model: LoadedModel, wanted: Callable[[Node], Node | None], roles: Sequence[str] = ()
) -> Iterator[LoadedModel]:
    """Yield the model with some nodes replaced in all formulas, if there are any."""

    def change(placed: PlacedFormula) -> Node | None:
        if roles and placed.role not in roles:
            return None
        tree = replaced_in(placed.formula.tree, wanted)
        return None if tree == placed.formula.tree else tree

    found = rewritten(model, change)
    if found is not None:
        yield found
