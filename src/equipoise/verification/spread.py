"""V03: whether draws spread as estimates do, or as single patients."""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.translation import format_number, format_percent
from equipoise.spec.formula.tree import Binary, Call, Choice, Name, Node
from equipoise.spec.model import Model
from equipoise.spec.model_place import living_states
from equipoise.spec.quantity import WEAK_STATUSES, Quantity
from equipoise.verification.checks import Outcome, each, silent
from equipoise.verification.inputs import uncertain_inputs
from equipoise.verification.subject import Subject
from equipoise.verification.totals import is_money

Floats = NDArray[np.float64]

_AMOUNT = 0.6
"""Spread of the mean of an amount, in units of it, beyond which it is more like that of single
patients: its 95 % interval reaches from nearly nothing to more than twice the mean."""
_RATE = 2**-0.5
"""Spread of a rate known from two events; of a ratio, an interval from a quarter to four times."""
_ASSUMED = 1.0
"""Spread of what somebody assumed or inferred, in units of its mean, that is a guess no more."""
_PATIENTS = 2
"""A share as vague as after so many patients was not measured."""
_EVENTS = 0.5
"""So many events are known where none was seen, by Jeffreys' prior."""
_SHAPE = re.compile(r"\bshape\s*=")
_PERSONS = 10
"""Utilities of single patients spread as a share does after fewer, means of a few do not."""
_NAMED = 3


def standard_errors(subject: Subject) -> Outcome | list[Outcome]:
    """V03: draws spread as what a study has measured, not as its patients do."""
    known: dict[str, tuple[float, float]] = {}
    utilities = frozenset(utilities_of(subject.model.spec))
    for name, one, drawn, _value in uncertain_inputs(subject):
        limit = _widest(one, drawn, is_utility=name in utilities)
        if limit is not None and limit > 0.0:
            known[name] = _spread(one, drawn), limit
    if not known:
        spec = subject.model.spec
        if spec.joint or any(one.distribution for one in spec.parameters.values()):
            return silent(_("no uncertain input is of a kind whose spread can be judged"))
        return silent(_("nothing is uncertain"))
    expected = _("draws spread as an estimate does, not as single patients: a standard deviation "
                 "of at most {amount} of the mean for costs, times and other amounts, {rate} for "
                 "rates and ratios (more for a rate whose gamma distribution has the number of "
                 "events as its shape), {assumed} for assumptions; shares at least as certain as "
                 "after {patients} patients and {events:g} events, utilities as after {persons} "
                 "patients",
                 amount=format_percent(_AMOUNT, 0), rate=format_percent(_RATE, 0),
                 assumed=format_percent(_ASSUMED, 0), patients=_PATIENTS, events=_EVENTS,
                 persons=_PERSONS)  # fmt: skip
    beyond = {
        name: _("draws spread {width} times as widely as that",
                width=format_number(width / limit, 2))
        for name, (width, limit) in known.items() if width > limit * (1.0 + 1e-9)
    }  # fmt: skip
    nearest = sorted(known, key=lambda name: known[name][1] / max(known[name][0], 1e-300))
    texts = [f"'{name}' {format_percent(known[name][0] / known[name][1], 0)}"
             for name in nearest[:_NAMED]]  # fmt: skip
    seen = _("widest, of what is allowed: {names}", names=", ".join(texts))
    return each(
        beyond, expected=expected, seen=seen,
        margins={name: 1.0 - width / limit for name, (width, limit) in known.items()},
        fix=_("did you write the standard deviation of the patients? Write the standard error, "
              "sd / sqrt(n); if so little is known, waive the check with that reason"),
    )  # fmt: skip


def _spread(one: Quantity, drawn: Floats) -> float:
    """Return the standard deviation of draws; that of the distribution itself where it has one."""
    own = one.distribution
    if own is None or own.mean == 0.0:
        return float(drawn.std())
    return own.sd * float(drawn.mean()) / own.mean  # in the draws' unit, their money converted


def _widest(one: Quantity, drawn: Floats, *, is_utility: bool) -> float | None:
    """Return the largest standard deviation of draws that a study can have measured."""
    mean = float(drawn.mean())
    assumed = one.status in WEAK_STATUSES
    kind = one.distribution.kind if one.distribution is not None else "dirichlet"
    if kind in ("beta", "dirichlet") or (is_utility and 0.0 < mean < 1.0):
        return _widest_share(one, mean, is_measured_utility=is_utility and not assumed)
    never_negative = one.below_zero is None and not one.unit.is_dimensionless
    if drawn.min() < 0.0 and not never_negative:
        return None
    if assumed:
        return _ASSUMED * mean
    if _is_rate_or_ratio(one) and (events := _counted(one)) is not None:
        return max(_RATE, float(np.sqrt(1.0 / events))) * mean
    return (_RATE if _is_rate_or_ratio(one) else _AMOUNT) * mean


def _widest_share(one: Quantity, drawn: float, *, is_measured_utility: bool) -> float:
    """Return the same of a share or a utility, of which draws have some mean."""
    own = 0.0 if one.distribution is None else one.distribution.mean * one.unit.factor
    # Of the file, for what is just allowed must not hang on the luck of draws.
    mean = own if 0.0 < own < 1.0 else drawn
    if is_measured_utility:
        sure = float(_PERSONS)
    else:  # of those in whom something came, or did not, the fewer
        sure = max(_PATIENTS, _EVENTS / max(min(mean, 1.0 - mean), 1e-300))
    return float(np.sqrt(max(mean * (1.0 - mean), 0.0) / (sure + 1.0))) * drawn / mean


def _counted(one: Quantity) -> float | None:
    """Return from how many events a file says that a rate was counted, if it does.

    Only the shape of a gamma distribution says so, where it is written, and is a whole number, or
    a half more by Jeffreys' prior: a shape that follows from a mean and a standard deviation may
    as well be that of single patients.
    """
    own = one.distribution
    if own is None or own.kind != "gamma" or not _SHAPE.search(own.text):
        return None
    shape = own.arguments["shape"]
    return shape if shape >= _EVENTS and (2.0 * shape) % 1.0 == 0.0 else None


def _is_rate_or_ratio(one: Quantity) -> bool:
    """Return whether a number counts events, or compares two numbers."""
    per = any(power < 0 for _name, power in one.unit.powers)
    return one.unit.is_dimensionless or (per and not is_money(one.unit))


def utilities_of(model: Model) -> Iterator[str]:
    """Yield the parameters that are utilities: alone, in a sum or as the lower of two."""
    queue: list[Node] = [
        utility.tree for name in living_states(model)
        if (utility := model.states[name].utility) is not None
    ]  # fmt: skip
    seen: set[str] = set()
    while queue:
        match queue.pop():
            case Name(name=name) if name in model.let and name not in seen:
                seen.add(name)
                queue.append(model.let[name].tree)
            case Name(name=name) if name in model.parameters:
                if model.parameters[name].unit.is_dimensionless:
                    yield name
            case Choice(then=then, otherwise=otherwise):
                queue += [then, otherwise]
            case Binary(operator="+" | "-", left=left, right=right):
                queue += [left, right]
            case Call(function="min" | "max", arguments=arguments):
                queue += arguments
            case _:
                pass
