"""What pictures of fitted curves say: which curves they draw, titles that state it, and notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from equipoise.core.translation import format_number, format_percent
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import brief
from equipoise.evidence.curves.compare import FittedCurve, GroupFits
from equipoise.evidence.curves.landmarks import Profile
from equipoise.evidence.curves.rates import seen_rates
from equipoise.pipeline.fitting.fits import CurveFits, Population
from equipoise.pipeline.fitting.sentences import (
    CLOSE,
    curve_label,
    is_relative,
    relative_note,
    time_words,
)
from equipoise.report.charts.curves import MOST_LINES, MOST_STYLES, Trace

_MOST_SAID = 3
"""Kinds of patients that a title tells of one by one, and that several curves are drawn of."""


def is_told_apart(found: CurveFits, group: GroupFits) -> bool:
    """Return whether colours are those of kinds of patients, and not of curves."""
    return len(found.profiles(group)) > 1


def drawn_curves(found: CurveFits, group: GroupFits) -> tuple[FittedCurve, ...]:
    """Return the curves of a picture: the one that is asked for, else those that fit best.

    Of several kinds of patients these are the ones that the data hardly tell apart, by line style.
    """
    asked = found.asked_of(group)
    if asked is not None:
        return (asked,)
    own = group.different
    if not is_told_apart(found, group):
        return own[:MOST_LINES]
    if len(found.profiles(group)) > _MOST_SAID:
        return own[:1]
    return tuple(one for one in own if one.fit.aic - own[0].fit.aic < CLOSE)[:MOST_STYLES]


def which(found: CurveFits, group: GroupFits) -> Iterator[str]:
    """Yield which curves are drawn, where those are not all."""
    curves = drawn_curves(found, group)
    if len(curves) == 1 and (is_told_apart(found, group) or len(group.fitted) > 1):
        yield _("Smooth: {curve}.", curve=curve_label(curves[0].wanted))
    elif is_told_apart(found, group):
        yield _("Smooth: the curves with the lowest AIC, told apart by the line.")
    elif len(group.different) > len(curves):
        yield _("Smooth: the {count} curves with the lowest AIC.", count=len(curves))


def share_notes(found: CurveFits, group: GroupFits) -> tuple[str, ...]:
    """Return how to read shares."""
    own = (relative_note(),) if is_relative(group) else ()
    return (_("Steps: Kaplan-Meier with the 95% interval."), *which(found, group), *own)


def lifetime_notes(
    found: CurveFits, group: GroupFits, population: Population | None
) -> tuple[str, ...]:
    """Return how to read shares beyond the follow-up."""
    if population is None:
        return share_notes(found, group)
    notes = [_("Steps: Kaplan-Meier with the 95% interval."), *which(found, group)]
    if is_relative(group):
        notes.append(_("Smooth: relative survival, as it was fitted, multiplied with that of the "
                       "general population."))  # fmt: skip
    return (*notes, _("Grey, dashes and dots: the general population of age {age}.",
                      age=format_number(population.age)))  # fmt: skip


def share_axis(group: GroupFits, *, is_carried: bool = False) -> str:
    """Return the title of an axis of shares.

    Parameters
    ----------
    group
        Of which patients.
    is_carried
        Whether relative survival is multiplied with that of the general population.
    """
    if is_relative(group) and not is_carried:
        return _("Relative survival; steps: share without an event")
    return _("Share without an event")


def hazard_axis(found: CurveFits) -> str:
    """Return the title of the axis of hazards."""
    words = {"year": _("Events a year"), "month": _("Events a month"), "week": _("Events a week"),
             "day": _("Events a day")}  # fmt: skip
    return words.get(found.unit or "", _("Events per unit of time"))


def hazard_notes(found: CurveFits, group: GroupFits) -> tuple[str, ...]:
    """Return how to read hazards."""
    notes = [_("Steps: events by time at risk, with the 95% interval."), *which(found, group)]
    if is_relative(group):
        notes.append(_("Steps are of all deaths; smooth is the excess hazard, above that of the "
                       "general population."))  # fmt: skip
    return tuple(notes)


def hazard_title(found: CurveFits, group: GroupFits) -> str:
    """Return what rates do over time, of each kind of patients that is drawn."""
    kinds = [one for one in found.profiles(group) if one.data.event.any()]
    if not is_told_apart(found, group):
        return _of_rates(found, kinds[0]) if kinds else _("No event was seen")
    if not 0 < len(kinds) <= _MOST_SAID:
        return _("Hazards seen and fitted, by kind of patients")
    texts = []
    for one in kinds:
        rates = seen_rates(one.data).rate.tolist()
        ends = [brief(rate, 2) for rate in (rates[0], rates[-1])]
        texts.append(f"{one.label}: " + (ends[0] if len(rates) == 1 else "→".join(ends)))
    return _("The hazard seen at first and at last{unit}: {hazards}", unit=_hazard_unit(found),
             hazards="; ".join(texts))  # fmt: skip


def _hazard_unit(found: CurveFits) -> str:
    """Return what stands after a rate, if the unit is known."""
    words = {"year": _("a year"), "month": _("a month"), "week": _("a week"), "day": _("a day")}
    return "" if found.unit is None else f" {words[found.unit]}"


def _of_rates(found: CurveFits, profile: Profile) -> str:
    """Return what the rates of one kind of patients do."""
    rate = seen_rates(profile.data).rate
    first, last = float(rate[0]), float(rate[-1])
    unit = _hazard_unit(found)
    texts = [f"{brief(value, 2)}{unit}" for value in (first, last)]
    if rate.size == 1:
        return _("The hazard seen is {rate}", rate=texts[0])
    most = int(np.argmax(rate))
    if 0 < most < rate.size - 1 and rate[most] > 1.25 * max(first, last):
        return _("The hazard seen rises to {top}, then falls to {last}",
                 top=f"{brief(float(rate[most]), 2)}{unit}", last=texts[1])  # fmt: skip
    if last < 0.8 * first:
        return _("The hazard seen falls from {first} to {last}", first=texts[0], last=texts[1])
    if last > 1.25 * first:
        return _("The hazard seen rises from {first} to {last}", first=texts[0], last=texts[1])
    return _("The hazard seen stays near {rate}", rate=texts[0])


def lifetime_title(
    found: CurveFits, group: GroupFits, fitted: Sequence[Trace], *, at: float, is_carried: bool
) -> str:
    """Return how far curves are apart beyond what was seen.

    Parameters
    ----------
    found, group
        Of which patients.
    fitted
        What is drawn.
    at
        Twice the follow-up.
    is_carried
        Whether relative survival is multiplied with that of the general population.
    """
    shares = [float(np.interp(at, trace.across, trace.up)) for trace in fitted]
    low, high = (format_percent(share, 0) for share in (min(shares), max(shares)))
    when = time_words(found, at)
    relative = is_relative(group) and not is_carried
    if low == high and relative:
        return _("After {time}, twice the follow-up, relative survival is about {share}",
                 time=when, share=low)  # fmt: skip
    if low == high:
        return _("After {time}, twice the follow-up, about {share} have no event",
                 time=when, share=low)  # fmt: skip
    text = (
        _("After {time}, twice the follow-up, relative survival is {low} to {high}",
          time=when, low=low, high=high)
        if relative else
        _("After {time}, twice the follow-up, {low} to {high} have no event",
          time=when, low=low, high=high)
    )  # fmt: skip
    return f"{text}, {_by_what(found, group, fitted)}"


def _by_what(found: CurveFits, group: GroupFits, fitted: Sequence[Trace]) -> str:
    """Return what the range of curves is a range of."""
    if not is_told_apart(found, group):
        return _("by the curve")
    return _("by kind of patients and curve") if fitted[0].style else _("by kind of patients")


def titled(group: GroupFits, title: str) -> str:
    """Return a title with the group before it."""
    title = title.removesuffix(".")
    return title if not group.group else f"{group.group}: {title}"
