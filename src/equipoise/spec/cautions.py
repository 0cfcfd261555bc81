"""What a model may say, but seldom means: told beside what a check finds, and never refused."""

from collections.abc import Iterator

from equipoise.core.translation import translate as _
from equipoise.spec.clock import PASSING
from equipoise.spec.findings import Finding, finding
from equipoise.spec.formula import Formula, walk
from equipoise.spec.formula.tree import Comparison, Name
from equipoise.spec.model import Model, State
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.spec.model_place import TIME_IN_STATE

_AT_POINTS = ("simpson", "simpson_tutorial")
"""Methods that read what states bring at points of time, not for cycles."""


def cautions(model: Model, *, continuous: bool) -> Iterator[Finding]:
    """Yield what a model may not mean as it stands.

    Parameters
    ----------
    model
        A checked model.
    continuous
        Whether it runs in continuous time, where nothing is read at points of time.
    """
    if model.time is None:
        return
    if not continuous:
        yield from _jumps(model)
    for name, state in model.states.items():
        if state.alive is None and name != "dead" and _is_an_end(model, name, state):
            message = _("nobody leaves '{name}', it brings nothing, yet time there counts as life",
                        name=name)  # fmt: skip
            fix = _("write `alive: false` if these are the dead, `alive: true` if not")
            yield finding(("states", name), message, fix=fix)


def _is_an_end(model: Model, name: str, state: State) -> bool:
    """Return whether nobody leaves a state, which brings neither cost nor health."""
    leaves = any(target != name for target in model.transitions.get(name, {}))
    return not (leaves or state.cost or state.utility or model.is_partitioned)


def _jumps(model: Model) -> Iterator[Finding]:
    """Yield the costs and utilities that change at once at some time, where points are read.

    With Simpson's rule a cost of the first two years counts for a year and two thirds: a third of
    the first point, four thirds of the next, and at two years it is no longer there.
    """
    if model.time is None or model.time.method not in _AT_POINTS:
        return
    for placed in formulas(model):
        if placed.role not in {"cost_per_year", "utility"}:
            continue
        state = model.states[str(placed.place[1])]
        clock = PASSING | ({TIME_IN_STATE} if state.start is not None else set())
        names = sorted(_compared(placed.formula, model) & clock)
        if names:
            message = _("it changes at once with '{name}', but is read at points of time: up to "
                        "a cycle of it is lost or added", name=names[0])  # fmt: skip
            fix = _("write `method: half_cycle` under `time`, by which a formula holds for its "
                    "cycle; or make cycles short")  # fmt: skip
            yield finding(placed.place, message, fix=fix)


def _compared(formula: Formula, model: Model) -> set[str]:
    """Return the names that a formula compares with something, also through intermediate values."""
    behind = {model.let[name] for name in names_behind(formula, model) if name in model.let}
    found: set[str] = set()
    for one in (formula, *behind):
        for node in walk(one.tree):
            if isinstance(node, Comparison):
                inside = [part for operand in node.operands for part in walk(operand)]
                found |= {part.name for part in inside if isinstance(part, Name)}
    closed = set(found)
    for name in found & model.let.keys():
        closed |= names_behind(model.let[name], model)
    return closed
