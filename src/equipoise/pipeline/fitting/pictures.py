"""Fitted curves as pictures, whose titles say what they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equipoise.core.translation import format_number, format_percent
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import brief
from equipoise.evidence.curves import at_risk, kaplan_meier
from equipoise.evidence.curves.compare import FittedCurve, GroupFits
from equipoise.evidence.curves.landmarks import Profile, interval
from equipoise.evidence.curves.rates import seen_rates
from equipoise.pipeline.fitting.fits import CurveFits, Population
from equipoise.pipeline.fitting.sentences import (
    best_sentence,
    curve_label,
    external_sentences,
    short_time,
    time_title,
    time_words,
)
from equipoise.pipeline.fitting.tables import KAPLAN_MEIER, means_of
from equipoise.report.charts.curves import (
    MOST_LINES,
    Axes,
    Line,
    Numbers,
    Seen,
    Texts,
    Trace,
    hazard_chart,
    lifetime_chart,
    log_log_chart,
    survival_chart,
    table_chart,
)
from equipoise.report.charts.theme import WIDE

if TYPE_CHECKING:
    import altair as alt

Floats = NDArray[np.float64]
Drawn = Callable[[Profile, FittedCurve], Trace]

_POINTS = 240
_FAR = 5.0
"""Times of the follow-up that a lifetime is where no life table says how long one is."""


def survival_picture(found: CurveFits, group: GroupFits, *, width: int = WIDE) -> alt.LayerChart:
    """Return Kaplan-Meier with its interval, fitted curves, and the numbers at risk."""
    profiles = found.profiles(group)
    end = _end(group)
    times = _times(end)
    seen = [_kaplan_meier(one, _name(one)) for one in profiles]
    fitted, names = _fitted(found, group, lambda profile, one: _trace(
        times, profile.survival(one.fit, times)))  # fmt: skip
    across = _ticks(end, 6 if width < 500 else 10)
    rows = [
        (profile.label, [format_number(float(n)) for n in at_risk(profile.data, across)])
        for profile in profiles
    ]
    numbers = Numbers(_("At risk"), across.tolist(), rows)
    axes = Axes(time_title(found), _("Share without an event"), end)
    texts = Texts(_titled(group, best_sentence(group)), _notes(found, group))
    return survival_chart(Seen(seen, fitted, names), numbers, axes=axes, texts=texts, width=width)


def hazard_picture(found: CurveFits, group: GroupFits, *, width: int = WIDE) -> alt.LayerChart:
    """Return rates seen by stretches of time beside fitted hazards."""
    end = _end(group)
    times = _times(end)[1:]
    seen, tops = [], []
    for profile in found.profiles(group):
        if not profile.data.event.any():
            continue
        rates = seen_rates(profile.data)
        tops.append(float(max(rates.rate.max() * 1.8, np.median(rates.high))))
        seen.append(Trace(
            _name(profile), rates.edges.tolist(),
            *(np.append(part, part[-1]).tolist() for part in (rates.rate, rates.low, rates.high)),
        ))  # fmt: skip
    fitted, names = _fitted(found, group, lambda profile, one: _trace(
        times, profile.hazard(one.fit, times)))  # fmt: skip
    axes = Axes(time_title(found), _hazard_axis(found), end)
    title = _hazard_title(found, seen_rates(group.data).rate)
    notes = (_("Steps: events by time at risk, with the 95% interval."), *_which(found, group))
    return hazard_chart(Seen(seen, fitted, names), axes=axes, highest=max(tops),
                        texts=Texts(_titled(group, title), notes), width=width)  # fmt: skip


def log_log_picture(found: CurveFits, group: GroupFits, *, width: int = WIDE) -> alt.LayerChart:
    """Return cumulative hazards by the logarithm of time."""
    end = _end(group)
    seen: list[Trace] = []
    for profile in found.profiles(group):
        curve = kaplan_meier(profile.data)
        inside = (curve.survival > 0) & (curve.survival < 1)
        if inside.any():
            last = profile.data.time.max()
            when = np.append(curve.time[inside], [] if curve.survival[-1] == 0 else [last])
            passed = -np.log(curve.at(when))
            seen.append(_trace(when, passed, _name(profile)))
    first = min((trace.across[0] for trace in seen), default=end / 100.0)
    least = min((trace.up[0] for trace in seen), default=0.01) * 0.7
    times = np.exp(np.linspace(np.log(first), np.log(end), _POINTS))
    fitted, names = _fitted(found, group, lambda profile, one: _trace(
        times, np.maximum(profile.cumulative_hazard(one.fit, times), least / 1e6)))  # fmt: skip
    axes = Axes(time_title(found), _("Cumulative hazard"), end)
    notes = (
        _("Both axes by logarithms: a straight line is Weibull, one of slope 1 exponential; "
          "parallel curves have proportional hazards."),
        _("Steps: Kaplan-Meier."),
        *_which(found, group),
    )  # fmt: skip
    title = _titled(group, _("Cumulative hazard against time: which shape do the data have?"))
    return log_log_chart(Seen(seen, fitted, names), axes=axes, starts=(first, least),
                         texts=Texts(title, notes), width=width)  # fmt: skip


def lifetime_picture(
    found: CurveFits, group: GroupFits, population: Population | None = None, *, width: int = WIDE
) -> alt.LayerChart:
    """Return curves far beyond the follow-up, beside the general population if it is given."""
    followed = _end(group)
    years = 1.0 if population is None else found.years_of_unit
    end = followed * _FAR if population is None else population.years_left / years
    end = max([end, *(1.05 * one.time for one in found.external)])
    times = _times(end)
    seen = [_kaplan_meier(one, _name(one)) for one in found.profiles(group)]
    fitted, names = _fitted(found, group, lambda profile, one: _trace(
        times, profile.survival(one.fit, times)))  # fmt: skip
    beside = []
    notes = list(_notes(found, group))
    if population is not None:
        alive = population.survival(times * years)
        beside.append(_trace(times, alive, _("General population")))
        notes.append(_("Dashed: the general population of age {age}.",
                       age=format_number(population.age)))  # fmt: skip
        above = [trace.name for trace in fitted if (np.array(trace.up) > alive + 1e-9).any()]
        if above:
            notes.append(_("At some time above the general population, so not to be carried on by "
                           "itself: {curves}.", curves="; ".join(above)))  # fmt: skip
    points = _external(found, group)
    if points:
        notes += [_("Diamonds: other data, with their 95% interval."),
                  *external_sentences(found, group)]  # fmt: skip
    axes = Axes(time_title(found), _("Share without an event"), end)
    texts = Texts(_titled(group, _lifetime_title(found, group, fitted, followed)), tuple(notes))
    return lifetime_chart(Seen(seen, fitted, names, beside, points), axes=axes, followed=followed,
                          texts=texts, width=width)  # fmt: skip


def _external(found: CurveFits, group: GroupFits) -> list[Trace]:
    """Return shares of other data; without an interval both of its ends are the share."""
    traces = []
    for profile in found.profiles(group):
        shares = found.external_of(group, profile)
        if shares:
            ends = [(one.low, one.high) if one.has_interval else (one.survival, one.survival)
                    for one in shares]  # fmt: skip
            low, high = zip(*ends, strict=True)
            times, up = [one.time for one in shares], [one.survival for one in shares]
            traces.append(Trace(_name(profile), times, up, low, high))
    return traces


def landmark_picture(found: CurveFits, group: GroupFits, *, width: int = WIDE) -> alt.LayerChart:
    """Return the table of shares at landmarks and of mean times."""
    lines = [line for profile in found.profiles(group) for line in _lines(found, group, profile)]
    headings = [short_time(time) for time in found.landmarks]
    if found.unit is not None:
        headings[0] = time_words(found, found.landmarks[0])
    until, _means = means_of(found, group, found.profiles(group)[0])
    note = _("Mean: time without an event until {until}.", until=time_words(found, until))
    title = _titled(group, _("Share without an event at landmarks: seen and fitted"))
    return table_chart([*headings, _("Mean")], lines, texts=Texts(title, (note,)), width=width)


def _lines(found: CurveFits, group: GroupFits, profile: Profile) -> list[Line]:
    """Return the rows of one kind of patients."""
    times = np.array(found.landmarks)
    _until, means = means_of(found, group, profile)
    curve, last = kaplan_meier(profile.data), profile.data.time.max()
    shares = [format_percent(float(share), 0) for share in curve.at(times)]
    ends = [f"{100 * low:.0f}–{100 * high:.0f}" if np.isfinite(low) else ""
            for low, high in zip(*interval(curve, times), strict=True)]  # fmt: skip
    seen = [[cell if time <= last else "" for cell, time in zip(row, times, strict=True)]
            for row in (shares, ends)]  # fmt: skip
    counts = [format_number(float(count)) for count in at_risk(profile.data, times)]
    lines = [Line(profile.label, ())] if profile.label else []
    lines += [
        Line(_("Kaplan-Meier"), [*seen[0], _mean(means[KAPLAN_MEIER])], is_seen=True),
        Line(_("95% interval"), [*seen[1], ""]),
        Line(_("At risk"), [*counts, ""]),
    ]
    for one in group.fitted:
        own = [format_percent(float(share), 0) for share in profile.survival(one.fit, times)]
        lines.append(Line(curve_label(one.wanted), [*own, _mean(means[one.wanted.key])]))
    return lines


def _mean(value: float) -> str:
    """Return a mean time."""
    return format_number(value, 2 if value < 100 else 1)


def _end(group: GroupFits) -> float:
    """Return the end of follow-up."""
    return float(group.data.time.max())


def _times(end: float) -> Floats:
    """Return times from the start, closer together at first."""
    return np.asarray(end * np.linspace(0.0, 1.0, _POINTS) ** 1.5)


def _ticks(end: float, most: int) -> Floats:
    """Return round times from 0, at most so many."""
    rough = end / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = min(one * power for one in (1.0, 2.0, 3.0, 5.0, 6.0, 10.0, 12.0) if one * power >= rough)
    return np.asarray(np.arange(0.0, end + 1e-9, step))


def _trace(across: Floats, up: Floats, name: str = "") -> Trace:
    """Return a curve of plain numbers."""
    return Trace(name, across.tolist(), np.asarray(up).tolist())


def _kaplan_meier(profile: Profile, name: str) -> Trace:
    """Return Kaplan-Meier from the start to the end of follow-up, with its interval."""
    curve = kaplan_meier(profile.data)
    times = np.unique(np.concatenate([[0.0], curve.time, [profile.data.time.max()]]))
    low, high = (np.nan_to_num(end) for end in interval(curve, times))
    return Trace(name, times.tolist(), curve.at(times).tolist(), low.tolist(), high.tolist())


def _is_told_apart(found: CurveFits, group: GroupFits) -> bool:
    """Return whether colours are those of kinds of patients, and not of curves."""
    return len(found.profiles(group)) > 1


def _name(profile: Profile) -> str:
    """Return what a curve of some patients is called."""
    return profile.label if profile.values else _("Kaplan-Meier")


def _fitted(found: CurveFits, group: GroupFits, draw: Drawn) -> tuple[list[Trace], list[str]]:
    """Return fitted curves and what is told apart by colour.

    Of one kind of patients these are the curves that fit best, of several the kinds.
    """
    profiles = found.profiles(group)
    if _is_told_apart(found, group):
        drawn = [(profile.label, draw(profile, group.best)) for profile in profiles]
    else:
        drawn = [(curve_label(one.wanted), draw(profiles[0], one))
                 for one in group.fitted[:MOST_LINES]]  # fmt: skip
    traces = [Trace(name, trace.across, trace.up) for name, trace in drawn]
    return traces, [trace.name for trace in traces]


def _which(found: CurveFits, group: GroupFits) -> tuple[str, ...]:
    """Return which curves are drawn, where those are not all."""
    if _is_told_apart(found, group):
        return (_("Smooth: {curve}.", curve=curve_label(group.best.wanted)),)
    if len(group.fitted) > MOST_LINES:
        return (_("Smooth: the {count} curves with the lowest AIC.", count=MOST_LINES),)
    return ()


def _notes(found: CurveFits, group: GroupFits) -> tuple[str, ...]:
    """Return how to read shares."""
    return (_("Steps: Kaplan-Meier with the 95% interval."), *_which(found, group))


def _hazard_axis(found: CurveFits) -> str:
    """Return the title of the axis of hazards."""
    words = {"year": _("Events a year"), "month": _("Events a month"), "week": _("Events a week"),
             "day": _("Events a day")}  # fmt: skip
    return words.get(found.unit or "", _("Events per unit of time"))


def _hazard_unit(found: CurveFits) -> str:
    """Return what stands after a rate, if the unit is known."""
    words = {"year": _("a year"), "month": _("a month"), "week": _("a week"), "day": _("a day")}
    return "" if found.unit is None else f" {words[found.unit]}"


def _hazard_title(found: CurveFits, rate: Floats) -> str:
    """Return what rates do over time."""
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


def _lifetime_title(
    found: CurveFits, group: GroupFits, fitted: Sequence[Trace], followed: float
) -> str:
    """Return how far curves are apart beyond what was seen."""
    at = 2.0 * followed
    shares = [float(np.interp(at, trace.across, trace.up)) for trace in fitted]
    low, high = (format_percent(share, 0) for share in (min(shares), max(shares)))
    when = time_words(found, at)
    if low == high:
        return _("After {time}, twice the follow-up, about {share} have no event",
                 time=when, share=low)  # fmt: skip
    if _is_told_apart(found, group):
        return _("After {time}, twice the follow-up, {low} to {high} have no event, by patient",
                 time=when, low=low, high=high)  # fmt: skip
    return _("After {time}, twice the follow-up, {low} to {high} have no event, by the curve",
             time=when, low=low, high=high)  # fmt: skip


def _titled(group: GroupFits, title: str) -> str:
    """Return a title with the group before it."""
    title = title.removesuffix(".")
    return title if not group.group else f"{group.group}: {title}"
