"""Checks of what goes into a model: V01 to V07."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.units import parse_unit
from equipoise.spec.formula import children, survival, to_text, walk
from equipoise.spec.formula.evaluate import probability, rate
from equipoise.spec.formula.tree import Binary, Call, Choice, Name, Node
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas
from equipoise.spec.quantity import JointNormal, Quantity
from equipoise.verification.changes import dead_states
from equipoise.verification.checks import HAIR, Outcome, each, judged, silent, within
from equipoise.verification.subject import Subject

Floats = NDArray[np.float64]

MANY = 10_000
"""Draws from which the centre and the spread of a distribution are told."""

_ERRORS = 3.0
_PRINTED = 0.01
"""Share by which printed digits may leave a mean, as a file may."""


def probabilities(subject: Subject) -> Outcome:
    """V01: shares are shares, rows add up to one, and nobody comes back from the dead."""
    spec = subject.model.spec
    dead = dead_states(spec)
    back = [
        f"{origin} -> {target}" for origin in dead
        for target in spec.transitions.get(origin, {}) if target not in dead
    ]  # fmt: skip
    expected = _("probabilities within 0 and 1 in every draw, rows of 1, no way back from death")
    if back:
        return judged(ok=False, expected=expected, seen=", ".join(back))
    if not subject.has_course:
        finite = all(bool(np.isfinite(one).all()) for one in subject.drawn.totals.values.values())
        seen = _("no probability is beyond, and all totals are numbers")
        return judged(ok=finite, expected=expected, seen=seen)
    share = subject.course.share
    worst = max(0.0, -float(share.min()), float(share.max()) - 1.0)
    seen = _("no probability is beyond; shares leave 0 to 1 by at most {worst:.1e}", worst=worst)
    return within(worst, HAIR, expected=expected, seen=seen)


def evidence(subject: Subject) -> list[Outcome]:
    """V02: each number has a source, and its draws are centred on it."""
    spec = subject.model.spec
    bare = [
        name for name, one in spec.parameters.items()
        if not (one.note if one.status == "assumption" else one.source)
    ]  # fmt: skip
    expected = _("source and unit of each parameter, and the mean of {draws} draws within "
                 "{errors:g} standard errors of its value, beyond {share:.0%} for printed digits",
                 draws=MANY, errors=_ERRORS, share=_PRINTED)  # fmt: skip
    beyond = {name: _("has no source") for name in bare}
    worst, known, margins = 0.0, 0, {}
    for name, one, drawn, value in uncertain_inputs(subject):
        known += 1
        if one.mean_differs is not None:
            continue
        error = float(drawn.std()) / np.sqrt(drawn.size)
        apart = max(abs(float(drawn.mean()) - value) - _PRINTED * abs(value), 0.0)
        apart /= max(error, 1e-300)
        worst = max(worst, apart)
        margins[name] = 1.0 - apart / _ERRORS
        if apart > _ERRORS:
            beyond[name] = _("{apart:.2g} standard errors away", apart=apart)
    seen = _("at most {apart:.2g} standard errors away; {fixed} of {all} are certain",
             apart=worst, fixed=len(spec.parameters) - known, all=len(spec.parameters))  # fmt: skip
    return each(beyond, expected=expected, seen=seen, margins=margins)


def special_cases(_subject: Subject) -> Outcome:
    """V04: curves are those of simpler families where they contain them."""
    t = np.linspace(0.05, 40.0, 200)
    exponential = survival.exponential_survival(t, 0.2)
    weibull = survival.weibull_survival(t, 1.4, 6.0)
    pairs = [
        (survival.weibull_survival(t, 1.0, 5.0), exponential),
        (survival.gamma_survival(t, 1.0, 0.2), exponential),
        (survival.gompertz_survival(t, 0.0, 0.2), exponential),
        (survival.generalised_gamma_survival(t, np.log(6.0), 1 / 1.4, 1.0), weibull),
        (survival.generalised_gamma_survival(t, 1.5, 0.8, 0.0),
         stats.norm.sf((np.log(t) - 1.5) / 0.8)),
    ]  # fmt: skip
    worst = max(float(np.abs(one - other).max()) for one, other in pairs)
    return within(
        worst, HAIR,
        expected=_("survival functions collapse to what they contain"),
        seen=_("largest difference of survival {worst:.1e}", worst=worst),
    )  # fmt: skip


def ratios(subject: Subject) -> Outcome:
    """V05: the published ratio is the centre of its draws."""
    worst, where, known = 0.0, "", ratios_of(subject.model.spec)
    for name, one, drawn, value in uncertain_inputs(subject):
        if name not in known or one.mean_differs is not None:
            continue
        median, mean = float(np.median(drawn)), float(drawn.mean())
        beyond = max(min(median, mean) - value, value - max(median, mean), 0.0) / abs(value)
        if beyond >= worst:
            worst, where = beyond, name
    if not where:
        return silent(_("no ratio of risks with a lognormal distribution is a factor"))
    return within(
        worst, 0.01,
        expected=_("each ratio between the median and the mean of its draws, or within 1 %"),
        seen=_("farthest is '{name}', by {beyond:.2%}", name=where, beyond=worst),
    )  # fmt: skip


def conversions(subject: Subject) -> list[Outcome]:
    """V07: rates and probabilities are each other's; a year has twelve months; rates stay rates."""
    rates, spans = np.meshgrid(np.logspace(-6, 1, 40), np.array([1 / 365.25, 1 / 12, 0.5, 1.0]))
    again = rate(probability(rates, spans), spans)
    worst = float(np.abs(again / rates - 1.0).max())
    months = abs(12 * parse_unit("month").factor / parse_unit("year").factor - 1.0)
    same = within(
        max(worst, months), HAIR, part="identity",
        expected=_("rate to probability to rate is the identity, twelve months are a year"),
        seen=_("largest relative difference {worst:.1e}", worst=max(worst, months)),
    )  # fmt: skip
    wrong = sorted(set(_rates_times_cycle(subject.model.spec)))
    stays = judged(
        ok=not wrong, part="probability",
        expected=_("no rate times the cycle stands where a probability belongs"),
        seen=_("there is none") if not wrong else _some(wrong),
    )  # fmt: skip
    return [same, stays]


def _rates_times_cycle(model: Model) -> Iterator[str]:
    """Yield products with the cycle behind moves, but for those inside functions."""
    moves = [one.formula for one in formulas(model) if one.role == "transition"]
    queue: list[Node] = [formula.tree for formula in moves]
    seen: set[str] = set()
    while queue:
        match queue.pop():
            case Call():
                pass
            case Name(name=name) if name in model.let and name not in seen:
                seen.add(name)
                queue.append(model.let[name].tree)
            case Binary(operator="*", left=left, right=right) as node if Name("cycle") in (
                left,
                right,
            ):
                yield to_text(node)
            case node:
                queue += children(node)


def ratios_of(model: Model) -> frozenset[str]:
    """Return the parameters that are ratios of risks: lognormal plain numbers that are factors."""
    factors: set[str] = set()
    others: set[str] = set()
    for placed in formulas(model):
        for node in walk(placed.formula.tree):
            if isinstance(node, Binary) and node.operator in ("*", "/"):
                for side in (node.left, node.right):
                    factors |= {end.name for end in _ends(side, model)}
            elif isinstance(node, Binary) and node.operator in ("**", "-"):
                others |= {one.name for one in walk(node.right) if isinstance(one, Name)}
            elif isinstance(node, Call) and node.function not in ("probability", "rate"):
                others |= {one.name for one in walk(node) if isinstance(one, Name)}
    return (lognormal_numbers(model) & factors) - others


def lognormal_numbers(model: Model) -> frozenset[str]:
    """Return the parameters that are drawn as ratios are: lognormal numbers without a unit."""
    return frozenset(
        name for name, one in model.parameters.items()
        if one.distribution is not None and one.distribution.kind == "lognormal"
        and one.unit.is_dimensionless
    )  # fmt: skip


def _ends(node: Node, model: Model) -> Iterator[Name]:
    """Yield the names of which one alone is a factor, also through intermediate values."""
    match node:
        case Name(name=name) if name in model.let:
            yield from _ends(model.let[name].tree, model)
        case Name():
            yield node
        case Choice(then=then, otherwise=otherwise):
            yield from _ends(then, model)
            yield from _ends(otherwise, model)
        case Binary(operator="/", right=right):
            yield from _ends(right, model)
        case _:
            pass


def uncertain_inputs(subject: Subject) -> Iterator[tuple[str, Quantity, Floats, float]]:
    """Yield each parameter that is drawn by itself: many draws and its value, canonical units."""
    spec, many = subject.model.spec, subject.sampled(MANY, subject.seed)
    normal = {
        name for joint in spec.joint.values() if isinstance(joint, JointNormal)
        for name in joint.parameters
    }  # fmt: skip
    for name, one in spec.parameters.items():
        drawn = many.values[name]
        if drawn.ndim and name not in normal:
            yield name, one, drawn, float(subject.stated.values[name])


def _some(names: list[str]) -> str:
    """Return a few names."""
    more = _(" and {count} more", count=len(names) - 3) if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
