"""Checks of what health and later years are worth: V17 and V18."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.plan import plan
from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.translation import format_number
from equipoise.spec.discount import steps_of
from equipoise.spec.formula import Formula
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import names_behind
from equipoise.spec.model_place import living_states
from equipoise.verification.changes import (
    dead_states,
    with_discount,
    with_horizon,
    with_utility,
    without_discount,
)
from equipoise.verification.checks import HAIR, Outcome, difference, each, judged, silent, within
from equipoise.verification.plain import is_readable, plain_cases
from equipoise.verification.runs import Course
from equipoise.verification.subject import Subject
from equipoise.verification.twice import discounted_twice

Floats = NDArray[np.float64]

_HUGE = 1e40
"""Yearly discount rate after which only the first cycle counts."""
_FIRST_CYCLES = 24
"""An even number, as Simpson's rule asks for."""
_BY_HAND = 3
"""Draws that are computed by hand, too."""


def utilities(subject: Subject) -> Outcome | list[Outcome]:
    """V17: a QALY is a year of life where each year is worth 1, and nothing where it is worth 0."""
    spec = subject.model.spec
    if not any(spec.states[name].utility is not None for name in living_states(spec)):
        return silent(_("states have no utilities"))
    whole, nothing = subject.healthy_and_paying, subject.of(with_utility(subject.model, 0.0))
    scale = float(np.abs(whole.of("life_years")).max()) or 1.0
    apart = float(np.abs(whole.of("qaly") - whole.of("life_years")).max()) / scale
    left = float(np.abs(nothing.of("qaly")).max()) / scale
    worst = max(apart, left)
    outcomes = [
        within(
            worst, HAIR, part="one",
            expected=_("utility 1 makes QALYs life years, utility 0 makes them 0"),
            seen=_("largest relative difference {apart:.1e} and {left:.1e}", apart=apart,
                   left=left),
        )
    ]  # fmt: skip
    life = subject.drawn.of("life_years")
    gained = float((subject.drawn.of("qaly") - life).max()) / scale
    outcomes.append(
        within(
            max(gained, 0.0), 1e-6, part="more",
            expected=_("no more QALYs than life years in any draw"),
            seen=_("QALYs less life years at most {gained:.2g} of life", gained=gained),
        )
    )  # fmt: skip
    if is_readable(subject.model):
        outcomes += [_at_most_one(subject), _by_severity(subject), *_once(subject)]
    return outcomes


def _once(subject: Subject) -> list[Outcome]:
    """Return whether one-off effects on health are losses; those of a tree are its results."""
    spec = subject.model.spec
    if spec.time is None:
        return []
    own = {name: event.qaly for name, event in spec.events.items()}
    own |= {
        f"transition_effects_{number}": effect.qaly
        for number, effect in enumerate(spec.transition_effects, start=1)
    }
    if not any(own.values()):
        return []
    times, gains = (0.0, spec.time.horizon.value / 2.0), dict.fromkeys(own, 0.0)
    for draw in range(min(_BY_HAND, subject.draws)):
        for _number, _weight, one in plain_cases(subject.model, subject.sample.values, draw):
            for name, formula in own.items():
                found = [0.0 if formula is None else one.of(formula, time) for time in times]
                gains[name] = max(gains[name], *found)
    return each(
        {
            name: _("a gain of {gain} QALY", gain=format_number(gain, 3))
            for name, gain in gains.items() if gain > 0.0
        },
        expected=_("one-off effects on health are losses, below 0"),
        seen=_("none is a gain"),
    )  # fmt: skip


def _at_most_one(subject: Subject) -> Outcome:
    """Return whether no state is worth more than health on the first day."""
    spec, most = subject.model.spec, -np.inf
    for draw in range(min(_BY_HAND, subject.draws)):
        for _number, _weight, one in plain_cases(subject.model, subject.sample.values, draw):
            known = [spec.states[name].utility for name in living_states(spec)]
            most = max([most, *(one.of(utility) for utility in known if utility is not None)])
    return within(
        max(most - 1.0, 0.0), HAIR, part="health",
        expected=_("no state is worth more than 1 on the first day"),
        seen=_("highest utility {most:.3g}", most=most),
    )  # fmt: skip


def _by_severity(subject: Subject) -> Outcome:
    """Return whether utilities stand in states that they are named after.

    No law says that a state from which more die is worth less: an aneurysm does not hurt. So that
    is a question, and only names that are exchanged are a mistake.
    """
    crossed = [
        _("'{one}' has the utility of '{other}', and '{other}' that of '{one}'",
          one=one, other=other)
        for one, other in exchanged_names(subject.model.spec)
    ]  # fmt: skip
    deadlier = list(dict.fromkeys(_worth_more_though_deadlier(subject)))
    return judged(
        ok=not crossed, part="exchanged",
        expected=_("no two states have utilities that are named after each other"),
        seen=_("none have") if not crossed else "; ".join(crossed),
        question=_("Is it right that {pairs}?", pairs="; ".join(deadlier)) if deadlier else "",
    )  # fmt: skip


def exchanged_names(model: Model) -> Iterator[tuple[str, str]]:
    """Yield pairs of states of which each has the utility that is named after the other."""
    meant: dict[str, set[str]] = {}
    for state in living_states(model):
        utility = model.states[state].utility
        behind = set() if utility is None else names_behind(utility, model) - model.states.keys()
        meant[state] = {own for name in behind for own in _states_in(name, model)}
    for one, other in combinations(meant, 2):
        if other in meant[one] - meant[other] and one in meant[other] - meant[one]:
            yield one, other


def _states_in(name: str, model: Model) -> set[str]:
    """Return the states that a name has in it as words: of `sick` and `very_sick` the longer."""
    found = {own for own in model.states if _has_word(name, own)}
    return {own for own in found if not any(_has_word(one, own) for one in found - {own})}


def _has_word(name: str, word: str) -> bool:
    """Return whether a name has another in it, between underscores or at an end."""
    return f"_{word}_" in f"_{name}_"


def _worth_more_though_deadlier(subject: Subject) -> Iterator[str]:
    """Yield the pairs of states of which that from which more die is worth more, at first."""
    spec, dead = subject.model.spec, dead_states(subject.model.spec)
    rates, time = plan(subject.model).rates, spec.time
    cycle = 1.0 if time is None else time.cycle.value
    for _number, _weight, one in plain_cases(subject.model, subject.stated.values, 0):
        known: list[tuple[float, float, str]] = []
        for name in living_states(spec):
            utility, row = spec.states[name].utility, spec.moves.get(name, {})
            deaths = [m for to, m in row.items() if to in dead and isinstance(m, Formula)]
            if utility is not None and deaths:
                risk = sum(one.of(move) for move in deaths)
                risk = -float(np.expm1(-risk * cycle)) if name in rates else risk
                known.append((risk, one.of(utility), name))
        yield from (
            _("more die from '{worse}', worth {high:.3g}, than from '{better}', worth {low:.3g}",
              worse=worse[2], high=worse[1], better=better[2], low=better[1])
            for better in known for worse in known
            if worse[0] > better[0] + HAIR and worse[1] > better[1] + HAIR
        )  # fmt: skip


def discounting(subject: Subject) -> Outcome | list[Outcome]:
    """V18: no rate changes nothing, a huge one leaves the first cycle, others are as by hand."""
    plain = subject.of(without_discount(subject.model))
    names = ("cost", "qaly", "life_years")
    apart = max(difference(plain.of(f"{one}_present"), plain.of(one)) for one in names)
    same = max(difference(plain.of(one), subject.drawn.of(one)) for one in names)
    worst = max(apart, same)
    outcomes = [
        within(
            worst, HAIR, part="none",
            expected=_("at 0 % discounted is undiscounted, and that does not depend on the rate"),
            seen=_("largest relative difference {worst:.1e}", worst=worst),
        )
    ]  # fmt: skip
    if subject.has_course:
        outcomes += [_first_day(subject), _as_stated(subject)]
    return outcomes + discounted_twice(subject)


def _first_day(subject: Subject) -> Outcome:
    """Return whether a huge rate leaves what comes on the first day, or in the first cycle."""
    time = subject.model.spec.time
    assert time is not None  # noqa: S101 - there is a course
    model = subject.model
    if model.spec.discount is not None:  # later points are computed by hand
        cycles = min(_FIRST_CYCLES, round(time.horizon.value / time.cycle.value))
        model = with_horizon(model, cycles * time.cycle.value)
    course = subject.course_of(with_discount(model, _HUGE))
    left = float((1.0 + _HUGE) ** -time.cycle.value)
    beyond = max(
        float((np.abs(found[..., 1:, :]) - left * np.abs(plain[..., 1:, :])).max(initial=0.0))
        / (float(np.abs(plain).max()) or 1.0)
        for found, plain in _pairs(course)
    )
    return within(
        max(beyond, 0.0), HAIR, part="huge",
        expected=_("at a huge rate as good as nothing counts that comes after the first cycle"),
        seen=_("at most {beyond:.1e} of the whole too much", beyond=max(beyond, 0.0)),
    )  # fmt: skip


def _as_stated(subject: Subject) -> Outcome:
    """Return whether what comes at a point is worth what the stated rates say, by hand."""
    spec = subject.model.spec
    if spec.discount is None or spec.time is None:
        return silent(_("nothing is discounted"))
    course, worst = subject.course, 0.0
    cycle = spec.time.cycle.value
    for (found, plain), rate in zip(
        _pairs(course), (spec.discount.cost, spec.discount.health, spec.discount.health),
        strict=True,
    ):  # fmt: skip
        steps = [(one.since.value, one.rate.value) for one in steps_of(rate)]
        at_point = np.array([_factor(steps, float(time)) for time in course.time])
        before = np.array([_factor(steps, max(float(time) - cycle, 0.0)) for time in course.time])
        shape = (-1, 1)
        # A rule may discount a cycle at its start.
        ends = np.sort(np.stack([plain * at_point.reshape(shape), plain * before.reshape(shape)]),
                       axis=0)  # fmt: skip
        scale = float(np.abs(plain).max()) or 1.0
        beyond = np.maximum(ends[0] - found, found - ends[1])
        worst = max(worst, float(beyond.max()) / scale)
    return within(
        worst, HAIR, part="hand",
        expected=_("what comes at a point of time is worth 1 / (1 + rate) ** years, by hand"),
        seen=_("largest relative difference {worst:.1e}", worst=worst),
    )  # fmt: skip


def _factor(steps: list[tuple[float, float]], time: float) -> float:
    """Return what one is worth at some time, with rates that hold from their times on."""
    worth = 1.0
    ends = [since for since, _rate in steps[1:]] + [np.inf]
    for (since, rate), end in zip(steps, ends, strict=True):
        worth *= (1.0 + rate) ** -max(min(time, end) - since, 0.0)
    return worth


def _pairs(course: Course) -> Iterator[tuple[Floats, Floats]]:
    """Yield what counts at points at its present value and as it is; the last dims alike."""
    yield course.cost_present.sum(axis=0), course.cost.sum(axis=0)
    yield course.qaly_present, course.qaly
    yield course.life_years_present, course.life_years
