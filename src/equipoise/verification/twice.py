"""V18: whether formulas discount what the file discounts already."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import EquipoiseError
from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.spec.discount import steps_of
from equipoise.spec.formula import Node, children, formula_of, to_text
from equipoise.spec.formula.tree import Binary, Call, Name
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import PlacedFormula, formulas, names_behind
from equipoise.verification.checks import Outcome, judged
from equipoise.verification.plain import Plain, is_readable, plain_cases
from equipoise.verification.subject import Subject

Floats = NDArray[np.float64]

_EXACT = 1e-6
"""Difference of two rates, per year, that is none."""
_HIGHEST = 0.12
"""Yearly rate above which nobody discounts."""
_NEAR = 0.1
"""Part by which the rate of an exponential may differ from the file's to be asked about: the two
ways of writing a rate, by year and as a force, differ by less."""
_MOST_YEARS = 60
_NAMED = 3
_ROLES = ("cost_per_year", "cost", "utility", "qaly")
_CLOCK = frozenset({"time", "age", "calendar_year"})


@dataclass(frozen=True)
class _Factor:
    """A part of a formula that may fall in time.

    Parameters
    ----------
    node
        A power, or an exponential.
    divides
        Whether the formula divides by it, so that it must rise.
    """

    node: Binary | Call
    divides: bool

    @property
    def text(self) -> str:
        """Return it as a formula has it."""
        return f"1 / {to_text(self.node)}" if self.divides else to_text(self.node)


def discounted_twice(subject: Subject) -> list[Outcome]:
    """Return whether costs, utilities and effects fall as the file discounts them anyway.

    Parameters
    ----------
    subject
        The model; nothing is said of one without a course in time, or whose rates are 0.
    """
    spec = subject.model.spec
    own = list(_own_factors(subject, years := _years(spec)))
    if not own or not is_readable(subject.model):
        return []
    same: dict[str, list[str]] = {}
    near: dict[str, list[str]] = {}
    for placed in formulas(spec):
        for factor in _factors_of(placed, spec):
            found = list(_courses(subject, factor, years))
            place = ".".join(str(key) for key in placed.place)
            if found and all(any(_apart(one, rate) <= _EXACT for rate in own) for one in found):
                same.setdefault(factor.text, []).append(place)
            elif any(_may_be_discount(factor, one, own, spec) for one in found):
                near.setdefault(factor.text, []).append(place)
    question = _("Does this discount what the file discounts already: {factors}?",
                 factors=_listed(near))  # fmt: skip
    return [
        judged(
            ok=not same, part="twice",
            expected=_("no formula discounts by the rates of the file: they are applied to all "
                       "costs and QALYs anyway"),
            seen=_("discounted twice: {factors}", factors=_listed(same)) if same
            else _("no cost, utility or effect falls so"),
            question=question if near else "",
            fix=_("take the factor out of the formulas, or set the rates under 'discount' to "
                  "0 %/year"),
        )
    ]  # fmt: skip


def _listed(found: dict[str, list[str]]) -> str:
    """Return factors with the fields that have them, the first ones of each."""
    texts = []
    for factor, places in found.items():
        unique = list(dict.fromkeys(places))
        more = f" (+{len(unique) - _NAMED})" if len(unique) > _NAMED else ""
        texts.append(_("'{factor}' in {places}", factor=factor,
                       places=", ".join(unique[:_NAMED]) + more))  # fmt: skip
    return "; ".join(texts)


def _years(model: Model) -> Floats:
    """Return the points of time, years, at which factors are compared, all with the first.

    Whole years, so that a factor that falls once a year is one, too, and not the first day, on
    which a formula may leave it out.
    """
    if model.time is None:
        return np.zeros(0)
    years = int(min(model.time.horizon.value, _MOST_YEARS))
    if years < 3:
        return np.arange(1.0, 4.0) * model.time.cycle.value
    return np.arange(1.0, years + 1.0)


def _own_factors(subject: Subject, years: Floats) -> Iterator[Floats]:
    """Yield the logarithms of what the file's rates make of one, that of costs and of health."""
    discount = subject.model.spec.discount
    if discount is None or not years.size:
        return
    for rate in (discount.cost, discount.health):
        steps = steps_of(rate)
        ends = [one.since.value for one in steps[1:]] + [np.inf]
        worth = np.zeros(years.size)
        for step, end in zip(steps, ends, strict=True):
            passed = np.maximum(np.minimum(years, end) - step.since.value, 0.0)
            worth -= passed * np.log1p(step.rate.value)
        if worth.any():
            yield worth - worth[0]


def _factors_of(placed: PlacedFormula, model: Model) -> Iterator[_Factor]:
    """Yield the powers and exponentials of time in a formula and the values that it uses."""
    if placed.role not in _ROLES:
        return
    queue: list[tuple[Node, bool]] = [(placed.formula.tree, False)]
    seen: set[tuple[str, bool]] = set()
    while queue:
        node, divides = queue.pop()
        match node:
            case Name(name=name):
                if name in model.let and (name, divides) not in seen:
                    seen.add((name, divides))
                    queue.append((model.let[name].tree, divides))
            case Binary(operator="**") | Call(function="exp"):
                if _behind(node, model) & _CLOCK:
                    yield _Factor(node, divides)
            case Binary(operator="/", left=left, right=right):
                queue += [(left, divides), (right, not divides)]
            case _:
                queue += [(child, divides) for child in children(node)]


def _behind(node: Node, model: Model) -> set[str]:
    """Return all names on which a part of a formula depends."""
    return names_behind(formula_of(node, to_text(node)), model)


def _courses(subject: Subject, factor: _Factor, years: Floats) -> Iterator[Floats]:
    """Yield the logarithms of a factor in time, for each strategy and subgroup."""
    for _number, _weight, one in plain_cases(subject.model, subject.stated.values, 0):
        try:
            found = _course(one, factor.node, years)
        except EquipoiseError:
            continue  # outside a table, where nobody may be
        known = np.isfinite(found) & (found > 0.0)
        logs = np.log(np.where(known, found, 1.0))
        yield (-1.0 if factor.divides else 1.0) * (logs - logs[0])


def _course(one: Plain, node: Node, years: Floats) -> Floats:
    """Return the value of a part of a formula at some times."""
    formula = formula_of(node, to_text(node))
    return np.array([one.of(formula, float(time)) for time in years])


def _apart(one: Floats, other: Floats) -> float:
    """Return by how much two factors fall differently, per year at the most."""
    return float(np.abs(np.diff(one - other)).max())


def _may_be_discount(factor: _Factor, course: Floats, own: list[Floats], model: Model) -> bool:
    """Return whether a factor falls as fast in each year, and so slowly that it may discount."""
    steps = np.diff(course)
    force = -float(steps.mean())
    if float(np.ptp(steps)) > _EXACT or not 0.0 < np.expm1(force) <= _HIGHEST:
        return False
    if isinstance(factor.node, Binary):
        return not _behind(factor.node.left, model) & _CLOCK
    known = [-float(np.diff(one).mean()) for one in own]
    return any(abs(force / one - 1.0) <= _NEAR for one in known)
