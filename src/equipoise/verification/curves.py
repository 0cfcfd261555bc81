"""V10: curves of survival, and of time on treatment, that do not cross."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.plan import by_item
from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.translation import format_number
from equipoise.spec.formula import Formula, formula_of, to_text, walk
from equipoise.spec.formula.tree import Binary, Call, Node, Number
from equipoise.spec.model import Model
from equipoise.verification.checks import HAIR, Outcome, judged, silent, within
from equipoise.verification.plain import Plain, is_readable, plain_cases
from equipoise.verification.states import no_course
from equipoise.verification.subject import Subject

Floats = NDArray[np.float64]

Part = TypeVar("Part", Call, Binary)

_LOOKS = 120
"""Points of time at which curves are compared, about."""
_BY_HAND = 3
"""Draws that are computed by hand, too."""
_FAINT = 1e-6
"""Shares so small are not divided by."""


def curves(subject: Subject) -> Outcome | list[Outcome]:
    """V10: curves do not cross."""
    if not subject.model.spec.is_partitioned:
        return silent(_("no curves: states follow from moves"))
    if not subject.has_course:
        return no_course()
    worst = float(max(-subject.course.share.min(), 0.0))
    shares = within(
        worst, HAIR, part="share",
        expected=_("no share between two curves is below 0, in any draw"),
        seen=_("lowest share {low:.2g}", low=float(subject.course.share.min())),
    )  # fmt: skip
    if not is_readable(subject.model):
        return [shares]
    return [shares, _crossing(subject), _on_treatment(subject)]


def _crossing(subject: Subject) -> Outcome:
    """Return whether curves cross of which a formula takes the lower: it would hide that."""
    shares = [state.share for state in subject.model.spec.states.values()]
    calls = [node for node in _nodes_behind(subject.model.spec, shares)
             if isinstance(node, Call) and node.function in ("min", "max")]  # fmt: skip
    found = _first_found(subject, calls, _crossed)
    return judged(
        ok=not found, part="hidden",
        expected=_("curves of which a formula takes the lower never cross"),
        seen=found or _("none does"),
    )  # fmt: skip


def _on_treatment(subject: Subject) -> Outcome:
    """Return whether a curve that costs divide by another is below it, as it is of fewer."""
    spec = subject.model.spec
    costs = [cost for state in spec.states.values() for cost in by_item(state.cost).values()]
    quotients = [
        node for node in _nodes_behind(spec, [*costs, *spec.track.values()])
        if isinstance(node, Binary) and node.operator == "/"
    ]  # fmt: skip
    found = _first_found(subject, quotients, _above)
    return judged(
        ok=not found, part="treatment",
        expected=_("a curve that costs divide by another, such as time on treatment by survival, "
                   "is never above it"),
        seen=found or _("none is"),
    )  # fmt: skip


def _nodes_behind(model: Model, formulas: Iterable[Formula | str | None]) -> Iterator[Node]:
    """Yield the parts of formulas, and of the intermediate values that they use."""
    queue = [one for one in formulas if isinstance(one, Formula)]
    seen: set[str] = set()
    while queue:
        formula = queue.pop()
        yield from walk(formula.tree)
        queue += [model.let[name] for name in formula.names - seen if name in model.let]
        seen |= formula.names


def _first_found(
    subject: Subject, nodes: list[Part], look: Callable[[Plain, Part, Floats], str]
) -> str:
    """Return the first that is found of some parts of formulas, or nothing."""
    nodes = list(dict.fromkeys(nodes))
    points = subject.course.time[:: max(subject.course.time.size // _LOOKS, 1)]
    for draw in range(min(_BY_HAND, subject.draws) if nodes else 0):
        for _number, _weight, one in plain_cases(subject.model, subject.sample.values, draw):
            for node in nodes:
                found = look(one, node, points)
                if found:
                    return found
    return ""


def _crossed(one: Plain, call: Call, points: Floats) -> str:
    """Return where the arguments of a call change their order, or nothing."""
    left, right = (_course(one, part, points) for part in call.arguments[:2])
    apart = left - right
    if call.function == "max":
        # What may not be below nothing is a difference of curves, or the name of one.
        if Number(0.0) not in call.arguments:
            return ""
        apart = right - left if call.arguments[0] == Number(0.0) else apart
        beyond = apart < -HAIR
    else:
        first = np.sign(apart[np.argmax(np.abs(apart) > HAIR)])
        beyond = (np.abs(apart) > HAIR) & (np.sign(apart) == -first)
    if not beyond.any():
        return ""
    return _("{call} cross after {years} years", call=to_text(call),
             years=format_number(float(points[np.argmax(beyond)]), 1))  # fmt: skip


def _above(one: Plain, quotient: Binary, points: Floats) -> str:
    """Return where curves of shares are above those by which they are divided, or nothing."""
    lower, upper = (_shares(one, side, points) for side in (quotient.left, quotient.right))
    if lower is None or upper is None:
        return ""
    beyond = (lower > upper * (1.0 + HAIR)) & (upper > _FAINT)
    if not beyond.any():
        return ""
    return _("{formula}: what is divided is the larger after {years} years",
             formula=to_text(quotient),
             years=format_number(float(points[np.argmax(beyond)]), 1))  # fmt: skip


def _shares(one: Plain, node: Node, points: Floats) -> Floats | None:
    """Return the product of the curves that are factors of a part of a formula, if any is."""
    curves = [_course(one, factor, points) for factor in _factors(node)]
    found = [curve for curve in curves if _is_curve(curve)]
    return np.prod(found, axis=0) if found else None


def _factors(node: Node) -> Iterator[Node]:
    """Yield the factors of a product."""
    if isinstance(node, Binary) and node.operator == "*":
        yield from _factors(node.left)
        yield from _factors(node.right)
    else:
        yield node


def _is_curve(values: Floats) -> bool:
    """Return whether numbers are shares that fall in time."""
    within_one = bool(((values >= 0.0) & (values <= 1.0)).all())
    return within_one and float(np.diff(values).max()) <= HAIR and float(np.ptp(values)) > HAIR


def _course(one: Plain, node: Node, points: Floats) -> Floats:
    """Return the value of a part of a formula at points of time."""
    formula = formula_of(node, to_text(node))
    return np.array([one.of(formula, float(time)) for time in points])
