"""What formulas can ask of where a patient is, and whether only single patients can be followed."""

from collections.abc import Iterator, Sequence

from equipoise.core.translation import translate as _
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.formula import Formula, walk
from equipoise.spec.formula.tree import Call, Name, Node
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import PlacedFormula, Role, formulas

TIME_IN_STATE = "time_in_state"
"""Years since the patient came into the state."""

_NOWHERE: tuple[Role, ...] = ("weight", "start", "attribute_start")
"""Formulas that stand before anybody is anywhere."""


def state_words(model: Model) -> frozenset[str]:
    """Return the states whose names are conditions in formulas: true for those who are there.

    A state whose name something else has is none of them.
    """
    taken = {*model.parameters, *model.tables, *model.let, *model.attributes}
    taken |= {name for values in model.strategies.values() for name in values}
    taken |= {name for group in model.subgroups.values() for name in group.values}
    return frozenset(model.states.keys() - taken)


def living_states(model: Model) -> tuple[str, ...]:
    """Return the states in which time counts as life: all but `dead`, unless the file says so."""
    return tuple(
        name
        for name, state in model.states.items()
        if state.alive or (state.alive is None and name != "dead")
    )


def asked_in(placed: PlacedFormula, model: Model) -> Sequence[str]:
    """Return the states for whose patients a formula counts; events and tracks for all alive."""
    match placed.place[0]:
        case "states" | "transitions":
            return [str(placed.place[1])]
        case "transition_effects":
            return model.transition_effects[int(placed.place[1])].left
        case _:
            return living_states(model)


def of_place(model: Model) -> frozenset[str]:
    """Return the names that depend on where a patient is, intermediate values among them."""
    found = {TIME_IN_STATE, *state_words(model)} if model.states else set()
    users: dict[str, list[str]] = {}
    for name, formula in model.let.items():
        for used in formula.names:
            users.setdefault(used, []).append(name)
    queue = list(found)
    while queue:
        for user in users.get(queue.pop(), ()):
            if user not in found:
                found.add(user)
                queue.append(user)
    return frozenset(found)


def own_course(model: Model) -> Iterator[tuple[Place, str]]:
    """Yield each formula that needs a patient's own course, with the word it asks for.

    A history that depends on the states a patient went through, which a cohort does not know.
    """
    placed = of_place(model)
    for one in formulas(model):
        if one.role == "attribute":
            asked = sorted(one.formula.names & placed)
        else:
            asked = sorted(name for name in _remembered(one.formula) if name in placed)
        for name in asked[:1]:
            yield one.place, name


def _remembered(formula: Formula) -> set[str]:
    """Return the names inside `first(...)` of a formula."""
    calls = [node for node in walk(formula.tree) if isinstance(node, Call)]
    inside: list[Node] = [call.arguments[0] for call in calls if call.function == "first"]
    return {node.name for root in inside for node in walk(root) if isinstance(node, Name)}


def check_place(model: Model) -> Iterator[Finding]:
    """Yield every formula that asks where a patient is before anybody is anywhere.

    And, where the file wants a cohort, every one that only single patients can answer.
    """
    placed = of_place(model)
    for one in formulas(model):
        if one.role in _NOWHERE:
            for name in sorted(one.formula.names & placed)[:1]:
                message = _("'{name}' depends on where a patient is, which starts only later",
                            name=name)  # fmt: skip
                yield finding(one.place, message, fix=_("use numbers and parameters only"))
    if model.engine == "cohort":
        for place, name in own_course(model):
            message = _("a cohort does not know each patient's own course, which '{name}' asks for",
                        name=name)  # fmt: skip
            yield finding(place, message, fix=_("write `engine: individuals`, or leave it out"))
