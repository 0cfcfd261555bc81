"""V06: whether ratios of risks act in the direction in which they are published."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.plan import by_item
from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.translation import format_percent
from equipoise.spec.formula import Formula, formula_of, to_text, walk
from equipoise.spec.formula.survival import SURVIVAL
from equipoise.spec.formula.tree import Binary, Call, Name, Node, Number
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.verification.checks import HAIR, Outcome, judged, silent
from equipoise.verification.inputs import lognormal_numbers, ratios_of
from equipoise.verification.plain import Plain, is_readable, plain_cases
from equipoise.verification.subject import Subject

Floats = NDArray[np.float64]

_RAISED = 1.1
_LOOKS = 20
"""Points of time at which a curve is looked at."""


def raised_ratios(subject: Subject) -> Outcome | list[Outcome]:
    """V06: a higher ratio of risks makes moves and events likelier, and lowers curves."""
    spec = subject.model.spec
    outcomes: list[Outcome] = []
    for name in sorted(ratios_of(spec)):
        moves = _changes(subject, name, _leaving)
        # What a ratio multiplies in a tree, or beside the moves, is how often something comes.
        outcomes += _judged_moves(subject, name, moves or _changes(subject, name, _brought))
    for name in sorted(lognormal_numbers(spec)) if is_readable(subject.model) else ():
        powers = list(_powers_of(spec, name))
        outcomes += _judged_curves(subject, name, powers) if powers else []
    return outcomes or silent(_("no ratio of risks multiplies a move"))


def _changes(subject: Subject, name: str, read: Callable[[Plain], list[float]]) -> list[float]:
    """Return by what part numbers are higher where a ratio is raised; none where all stay."""
    model, stated = subject.model, subject.stated.values
    raised = {**stated, name: np.asarray(stated[name] * _RAISED)}
    cases = zip(plain_cases(model, stated, 0), plain_cases(model, raised, 0), strict=True)
    found: list[float] = []
    for (_number, _weight, before), (_same, _share, after) in cases:
        for low, high in zip(read(before), read(after), strict=True):
            if low != high:
                found.append((high - low) / (abs(low) or 1.0))
    return found


def _leaving(one: Plain) -> list[float]:
    """Return how likely, or how fast, patients leave states on the first day."""
    rows = [
        [move for move in row.values() if isinstance(move, Formula)]
        for row in one.model.spec.moves.values()
        # Else all who do not go elsewhere go to one place.
        if all(isinstance(move, Formula) for move in row.values())
    ]
    return [sum(one.of(move) for move in row) for row in rows]


def _brought(one: Plain) -> list[float]:
    """Return what events cost, and by how much they change health, on the first day."""
    events = one.model.spec.events.values()
    costs = [one.of(formula) for event in events for formula in by_item(event.cost).values()]
    return costs + [abs(one.of(event.qaly)) for event in events if event.qaly is not None]


def _judged_moves(subject: Subject, name: str, changes: list[float]) -> list[Outcome]:
    """Return whether nothing comes more seldom when a ratio is raised; nothing if all stays."""
    if not changes:
        return []
    rises = min(changes) > -HAIR
    turned = not rises and _is_turned_on_purpose(subject, name)
    return [
        judged(
            ok=rises or turned, part=name,
            expected=_("a ratio of risks that is a tenth higher makes the moves and events that it "
                       "acts on more frequent. {exception}", exception=_exception()),
            seen=_by_how_much(name, changes),
            question=_turned(name) if turned else "",
            fix=_fix(),
        )
    ]  # fmt: skip


def _exception() -> str:
    """Return when a file may divide by a ratio."""
    return _("A file may divide by it only if that is good for the strategies other than the first "
             "or, where the first has it too, bad for all of them.")  # fmt: skip


def _by_how_much(name: str, changes: list[float]) -> str:
    """Return by how much moves and events become more frequent, or less."""
    least, most = format_percent(abs(min(changes)), 2), format_percent(abs(max(changes)), 2)
    if max(changes) < 0.0:
        parts = most, least
        text = _("'{name}' a tenth higher: {range} less often", name=name, range=_range(parts))
    elif min(changes) > 0.0:
        parts = least, most
        text = _("'{name}' a tenth higher: {range} more often", name=name, range=_range(parts))
    else:
        text = _("'{name}' a tenth higher: some {least} less often, others {most} more often",
                 name=name, least=least, most=most)  # fmt: skip
    return text


def _range(ends: tuple[str, str]) -> str:
    """Return two percentages, or the one that they are."""
    return ends[0] if ends[0] == ends[1] else _("{low} to {high}", low=ends[0], high=ends[1])


def _fix() -> str:
    """Return what to do about a ratio that acts the wrong way round."""
    return _("multiply by the ratio instead of dividing by it, or write its inverse if the source "
             "prints it the other way round; if it is meant so, waive the part that is named, with "
             "the reason")  # fmt: skip


def _turned(name: str) -> str:
    """Return what to ask about a ratio by which a file divides."""
    return _("Was '{name}', by which the file divides, printed the other way round?", name=name)


def _is_turned_on_purpose(subject: Subject, name: str) -> bool:
    """Return whether a file divides by a ratio and it then does what such ratios are for.

    What strategies other than the first have is a treatment, and is to be of use; what the first
    has too is a risk, or what the others do better. Divided by a ratio that was printed as it is
    meant, either would do the opposite.
    """
    if not _is_divisor(subject.model.spec, name):
        return False
    gain = _gained(subject, name)
    acts = np.abs(gain) > HAIR * max(float(np.abs(gain).max()), 1e-300)
    if not acts.any():
        return False
    return bool((gain[acts] < 0.0).all() if acts[0] else (gain[acts] > 0.0).all())


def _is_divisor(model: Model, name: str) -> bool:
    """Return whether any formula divides by a parameter."""
    return any(
        isinstance(node, Binary) and node.operator == "/" and name in _behind(node.right, model)
        for placed in formulas(model) for node in walk(placed.formula.tree)
    )  # fmt: skip


def _gained(subject: Subject, name: str) -> Floats:
    """Return what a ratio does to strategies against none, as health, or life, or costs saved."""
    value = float(subject.stated.values[name])
    found = subject.at({name: np.array([value, 1.0])}, 2)
    for total, sign in (("qaly", 1.0), ("life_years", 1.0), ("cost", -1.0)):
        gain = sign * (found.of(total)[:, 0] - found.of(total)[:, 1])
        if np.abs(gain).max() > HAIR * np.abs(found.of(total)).max():
            return np.asarray(gain)
    return np.zeros(len(found.strategies))


def _powers_of(model: Model, name: str) -> Iterator[Binary]:
    """Yield the powers whose exponent depends on a parameter and whose base does not."""
    for placed in formulas(model):
        for node in walk(placed.formula.tree):
            if isinstance(node, Binary) and node.operator == "**":
                behind, own = (_behind(side, model) for side in (node.right, node.left))
                if name in behind and name not in own and _may_be_a_share(node.left, model):
                    yield node


def _behind(node: Node, model: Model) -> frozenset[str]:
    """Return all names on which a part of a formula depends."""
    return frozenset(names_behind(formula_of(node, to_text(node)), model))


def _may_be_a_share(node: Node, model: Model) -> bool:
    """Return whether a base is a curve of survival, or what is left: 1 - something."""
    match node:
        case Name(name=name) if name in model.let:
            return _may_be_a_share(model.let[name].tree, model)
        case Call(function=function):
            return function in SURVIVAL or function in ("exp", *model.tables)
        case Binary(operator="-", left=Number(value=1.0)):
            return True
        case _:
            return False


def _judged_curves(subject: Subject, name: str, powers: list[Binary]) -> list[Outcome]:
    """Return whether curves to the power of a ratio of hazards fall when it is raised."""
    model, stated, clock = subject.model, subject.stated.values, subject.model.spec.time
    raised = {**stated, name: np.asarray(stated[name] * _RAISED)}
    times = np.linspace(0.0, 0.0 if clock is None else clock.horizon.value, _LOOKS)
    rises: list[str] = []
    asked = False
    cases = zip(plain_cases(model, stated, 0), plain_cases(model, raised, 0), strict=True)
    for (_number, _weight, before), (_same, _share, after) in cases:
        for node in powers:
            base = _course(before, node.left, times)
            if not ((base >= 0.0) & (base <= 1.0)).all() or np.diff(base).max() > HAIR:
                continue  # neither a curve of survival nor a share
            change = _course(after, node, times) - _course(before, node, times)
            asked |= bool(np.abs(change).max() > 0.0)
            rises += [to_text(node)] if change.max() > HAIR else []
    if not asked:
        return []
    turned = bool(rises) and _is_turned_on_purpose(subject, name)
    return [
        judged(
            ok=turned or not rises, part=name,
            expected=_("a survival curve to the power of a hazard ratio is lower where the ratio "
                       "is a tenth higher. {exception}", exception=_exception()),
            seen=_("'{name}' a tenth higher: no curve is higher", name=name) if not rises
            else _("'{name}' a tenth higher: {formulas} is higher", name=name,
                   formulas=", ".join(dict.fromkeys(rises))),
            question=_turned(name) if turned else "",
            fix=_fix(),
        )
    ]  # fmt: skip


def _course(one: Plain, node: Node, times: Floats) -> Floats:
    """Return the value of a part of a formula at some times."""
    formula = formula_of(node, to_text(node))
    return np.array([one.of(formula, float(time)) for time in times])
