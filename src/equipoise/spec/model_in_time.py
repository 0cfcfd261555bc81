"""What a model may not say where its patients are followed in continuous time, not by cycles."""

from collections.abc import Iterator

from equipoise.core.translation import translate as _
from equipoise.spec.clock import PASSING
from equipoise.spec.discount import steps_of
from equipoise.spec.findings import Finding, finding
from equipoise.spec.formula import Formula
from equipoise.spec.formula.tree import Comparison, Logic, Name, Node, Number
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import PlacedFormula, formulas, names_behind
from equipoise.spec.model_place import TIME_IN_STATE
from equipoise.spec.time_to import TimeTo

_BY_CYCLES = ("let", "attribute_start", "weight", "start")
"""Formulas that are read before anything happens, or only as parts of others."""


def check_in_time(model: Model, *, rates: frozenset[str]) -> Iterator[Finding]:
    """Yield everything that has a meaning by cycles only.

    Parameters
    ----------
    model
        A checked model.
    rates
        States whose transitions are rates, not probabilities.
    """
    if model.time is None or not model.transitions:
        message = _("continuous time needs `time`, `states` and `transitions`")
        yield finding(("engine",), message, fix=_by_cycles())
        return
    yield from _discount(model)
    for name, attribute in model.attributes.items():
        if attribute.each_cycle is not None:
            message = _("an attribute that changes from cycle to cycle has no continuous time")
            yield finding(("attributes", name, "each_cycle"), message, fix=_by_cycles())
    for name in model.track:
        message = _("values are followed over time by cycles only")
        yield finding(("track", name), message, fix=_by_cycles())
    for placed in formulas(model):
        if placed.role not in _BY_CYCLES and placed.role != "track":
            yield from _formula(model, placed, rates)


def _discount(model: Model) -> Iterator[Finding]:
    """Check that discount rates never change."""
    for name in ("cost", "health") if model.discount is not None else ():
        if len(steps_of(getattr(model.discount, name))) > 1:
            message = _("continuous time has one discount rate, which does not change")
            yield finding(("discount", name), message, fix=_by_cycles())


def _by_cycles() -> str:
    """Return the fix that always works."""
    return _("write `engine: individuals`, which goes by cycles")


def _formula(model: Model, placed: PlacedFormula, rates: frozenset[str]) -> Iterator[Finding]:
    """Check one formula."""
    changing = {*PASSING, TIME_IN_STATE}
    if placed.role == "transition":
        origin, target = str(placed.place[1]), str(placed.place[2])
        move = model.transitions[origin][target]
        if isinstance(move, TimeTo):
            for formula in move.time_to.arguments.values():
                yield from _constant(model, placed, formula, changing)
            return
        if origin not in rates:
            message = _("a probability per cycle has no meaning in continuous time")
            fix = _("write a rate (unit 1/year), or `time_to` with a distribution")
            yield finding(placed.place, message, fix=fix)
            return
    if placed.role == "when":
        if not _is_first_day(placed.formula.tree):
            message = _("in continuous time an event happens on the first day only")
            yield finding(placed.place, message, fix=_("write `when: time == 0`, or use cycles"))
        return
    yield from _constant(model, placed, placed.formula, changing)


def _constant(
    model: Model, placed: PlacedFormula, formula: Formula, changing: set[str]
) -> Iterator[Finding]:
    """Check that a formula cannot change during a stay."""
    behind = names_behind(formula, model)
    calls = {model.let[name] for name in behind if name in model.let} | {formula}
    for name in sorted(behind & changing)[:1]:
        message = _("'{name}' changes during a stay, which continuous time does not cut up",
                    name=name)  # fmt: skip
        fix = _("use `time_to` with a distribution, or `engine: individuals`")
        yield finding(placed.place, message, fix=fix)
        return
    if any("first" in one.functions for one in calls):
        message = _("`first` looks back over cycles")
        yield finding(placed.place, message, fix=_by_cycles())


def _is_first_day(tree: Node) -> bool:
    """Return whether a condition holds at time 0 only."""
    match tree:
        case Comparison(relations=("==",), operands=(Name(name="time"), Number(value=0.0))):
            return True
        case Comparison(relations=("==",), operands=(Number(value=0.0), Name(name="time"))):
            return True
        case Logic(operator="and", operands=operands):
            return any(_is_first_day(one) for one in operands)
        case _:
            return False
