"""What a model may not say where its patients are followed in continuous time, not by cycles."""

from collections.abc import Iterator

from equipoise.core.translation import translate as _
from equipoise.spec.clock import PASSING
from equipoise.spec.findings import Finding, finding
from equipoise.spec.formula import Formula
from equipoise.spec.formula.tree import Comparison, Logic, Name, Node, Number
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import PlacedFormula, formulas, names_behind
from equipoise.spec.model_place import TIME_IN_STATE
from equipoise.spec.time_to import HAZARD_RATIO, TimeTo

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
    if model.is_partitioned:
        message = _("shares of states do not tell the course of single patients")
        yield finding(("states",), message, fix=_("run it as a cohort"))
        return
    if model.time is None or not model.transitions:
        message = _("continuous time needs `time`, `states` and `transitions`")
        yield finding(("engine",), message, fix=_("run it as a cohort"))
        return
    for name, attribute in model.attributes.items():
        if attribute.each_cycle is not None:
            message = _("an attribute that changes from cycle to cycle has no continuous time")
            yield finding(("attributes", name, "each_cycle"), message, fix=_by_cycles())
    for name in model.track:
        message = _("values are followed over time by cycles only")
        yield finding(("track", name), message, fix=_by_cycles())
    for origin, row in model.transitions.items():
        for target, move in row.items():
            if move == "rest" and target != origin:
                message = _("what is left over has no time of its own in continuous time")
                fix = _("write a rate (unit 1/year), or `time_to` with a distribution")
                yield finding(("transitions", origin, target), message, fix=fix)
    for placed in formulas(model):
        if placed.role not in _BY_CYCLES and placed.role != "track":
            yield from _formula(model, placed, rates)


def _by_cycles() -> str:
    """Return the fix that works wherever there are transitions."""
    return _("write `engine: individuals`, which goes by cycles")


def _formula(model: Model, placed: PlacedFormula, rates: frozenset[str]) -> Iterator[Finding]:
    """Check one formula."""
    if placed.role == "transition":
        origin, target = str(placed.place[1]), str(placed.place[2])
        move = model.transitions[origin][target]
        if isinstance(move, TimeTo):
            for name, formula in move.time_to.arguments.items():
                fixed = {TIME_IN_STATE} if name == HAZARD_RATIO else {TIME_IN_STATE, *PASSING}
                yield from _constant(model, placed, formula, fixed)
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
    yield from _constant(model, placed, placed.formula, {TIME_IN_STATE})


def _constant(
    model: Model, placed: PlacedFormula, formula: Formula, fixed: set[str]
) -> Iterator[Finding]:
    """Check that a formula uses nothing that it cannot follow during a stay."""
    behind = names_behind(formula, model)
    calls = {model.let[name] for name in behind if name in model.let} | {formula}
    for name in sorted(behind & fixed)[:1]:
        if name == TIME_IN_STATE:
            message = _("'{name}' changes during a stay, which continuous time does not cut up",
                        name=name)  # fmt: skip
            fix = _("use `time_to` with a distribution, or `engine: individuals`")
        else:
            message = _("'{name}' cannot change a distribution while patients wait", name=name)
            fix = _("put it into `hazard_ratio`, or write a rate, which may change with time")
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
