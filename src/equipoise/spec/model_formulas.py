"""All formulas of a model, each with its place and what it stands for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from equipoise.spec.findings import Place
from equipoise.spec.formula import Formula
from equipoise.spec.model import Model
from equipoise.spec.time_to import TimeTo

UNNAMED_ITEM = "care"
"""Item of a cost that the model does not name."""

Role = Literal[
    "weight",
    "let",
    "attribute_start",
    "attribute",
    "start",
    "share",
    "cost_per_year",
    "cost",
    "utility",
    "qaly",
    "transition",
    "when",
    "track",
]
"""What a formula stands for, which decides its unit and the names it may use."""


@dataclass(frozen=True)
class PlacedFormula:
    """A formula of a model."""

    place: Place
    formula: Formula
    role: Role


def formulas(model: Model) -> Iterator[PlacedFormula]:
    """Yield every formula of a model in the order of the file's fields."""
    for name, subgroup in model.subgroups.items():
        yield PlacedFormula(("subgroups", name, "weight"), subgroup.weight, "weight")
    for name, formula in model.let.items():
        yield PlacedFormula(("let", name), formula, "let")
    for name, attribute in model.attributes.items():
        place: Place = ("attributes", name)
        if attribute.start is not None:
            yield PlacedFormula((*place, "start"), attribute.start, "attribute_start")
        if attribute.each_cycle is not None:
            yield PlacedFormula((*place, "each_cycle"), attribute.each_cycle, "attribute")
    yield from _states(model)
    for origin, row in model.moves.items():
        for target, move in row.items():
            if not isinstance(move, str):
                place = ("transitions", origin, target)
                if isinstance(model.transitions[origin][target], TimeTo):
                    place = (*place, "time_to")
                yield PlacedFormula(place, move, "transition")
    yield from _effects(model)
    for name, formula in model.track.items():
        yield PlacedFormula(("track", name), formula, "track")


def _states(model: Model) -> Iterator[PlacedFormula]:
    """Yield the formulas of the states."""
    for name, state in model.states.items():
        place: Place = ("states", name)
        if state.start is not None:
            yield PlacedFormula((*place, "start"), state.start, "start")
        if isinstance(state.share, Formula):
            yield PlacedFormula((*place, "share"), state.share, "share")
        yield from _costs((*place, "cost"), state.cost, "cost_per_year")
        if state.utility is not None:
            yield PlacedFormula((*place, "utility"), state.utility, "utility")


def _effects(model: Model) -> Iterator[PlacedFormula]:
    """Yield the formulas of one-off effects and events."""
    for index, effect in enumerate(model.transition_effects):
        place: Place = ("transition_effects", index)
        yield from _costs((*place, "cost"), effect.cost, "cost")
        if effect.qaly is not None:
            yield PlacedFormula((*place, "qaly"), effect.qaly, "qaly")
    for name, event in model.events.items():
        place = ("events", name)
        yield PlacedFormula((*place, "when"), event.when, "when")
        yield from _costs((*place, "cost"), event.cost, "cost")
        if event.qaly is not None:
            yield PlacedFormula((*place, "qaly"), event.qaly, "qaly")


def _costs(
    place: Place, cost: Formula | Mapping[str, Formula] | None, role: Role
) -> Iterator[PlacedFormula]:
    """Yield one cost, or one for each item."""
    if isinstance(cost, Formula):
        yield PlacedFormula(place, cost, role)
    elif cost is not None:
        for item, formula in cost.items():
            yield PlacedFormula((*place, item), formula, role)


def cost_items(model: Model) -> dict[str, Place]:
    """Return the model's cost items and where each is first named."""
    found: dict[str, Place] = {}
    for placed in formulas(model):
        if placed.role in ("cost", "cost_per_year"):
            named = placed.place[-1] != "cost" or placed.place[-2] == "cost"
            found.setdefault(str(placed.place[-1]) if named else UNNAMED_ITEM, placed.place)
    return found


def names_behind(formula: Formula, model: Model) -> set[str]:
    """Return the names that a formula rests on, also through intermediate values."""
    found: set[str] = set()
    queue = list(formula.names)
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += model.let[name].names if name in model.let else ()
    return found
