"""Fitted curves as pictures, whose titles say what they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equipoise.core.translation import format_number, format_percent
from equipoise.core.translation import translate as _
from equipoise.evidence.curves import at_risk, kaplan_meier
from equipoise.evidence.curves.compare import FittedCurve, GroupFits
from equipoise.evidence.curves.landmarks import Profile, interval
from equipoise.evidence.curves.rates import seen_rates
from equipoise.pipeline.fitting.fits import CurveFits, Population
from equipoise.pipeline.fitting.sentences import (
    best_sentence,
    curve_label,
    external_sentences,
    is_relative,
    mean_note,
    relative_note,
    short_time,
    time_title,
    time_words,
)
from equipoise.pipeline.fitting.tables import KAPLAN_MEIER, means_of
from equipoise.pipeline.fitting.titles import (
    drawn_curves,
    hazard_axis,
    hazard_notes,
    hazard_title,
    is_told_apart,
    lifetime_notes,
    lifetime_title,
    share_axis,
    share_notes,
    titled,
    which,
)
from equipoise.report.charts.curve_table import Line, table_chart
from equipoise.report.charts.curves import (
    Axes,
    Numbers,
    Seen,
    Texts,
    Trace,
    hazard_chart,
    lifetime_chart,
    log_log_chart,
    survival_chart,
)
from equipoise.report.charts.theme import WIDE

if TYPE_CHECKING:
    import altair as alt

Floats = NDArray[np.float64]
Drawn = Callable[[Profile, FittedCurve], Trace]
Carried = Callable[[Floats], Floats | float]
"""The share of the general population alive, where relative survival is multiplied with it."""

_POINTS = 240
_LONGEST = 40
"""Letters of the name of a source in a legend."""

_SEEN, _LEAST_FAR = 0.01, 3.0
"""Shares below this are not seen; a lifetime is at least so many times the follow-up."""

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
    axes = Axes(time_title(found), share_axis(group), end)
    texts = Texts(titled(group, best_sentence(group)), share_notes(found, group))
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
    axes = Axes(time_title(found), hazard_axis(found), end)
    texts = Texts(titled(group, hazard_title(found, group)), hazard_notes(found, group))
    return hazard_chart(
        Seen(seen, fitted, names), axes=axes, highest=max(tops), texts=texts, width=width
    )


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
        *which(found, group),
        *([relative_note()] if is_relative(group) else []),
    )  # fmt: skip
    title = titled(group, _("Cumulative hazard against time: which shape do the data have?"))
    return log_log_chart(Seen(seen, fitted, names), axes=axes, starts=(first, least),
                         texts=Texts(title, notes), width=width)  # fmt: skip


def lifetime_picture(
    found: CurveFits, group: GroupFits, population: Population | None = None, *, width: int = WIDE
) -> alt.LayerChart:
    """Return curves far beyond the follow-up, beside the general population if it is given."""
    followed = _end(group)
    years = 1.0 if population is None else found.years_of_unit
    latest = followed * _FAR if population is None else population.years_left / years
    alive: Carried = lambda _times: 1.0  # noqa: E731
    is_carried = population is not None and is_relative(group)
    if population is not None and is_carried:
        alive = lambda when: population.survival(when * years)  # noqa: E731
    seen = [_kaplan_meier(one, _name(one)) for one in found.profiles(group)]
    whole = _times(latest)
    far, names = _fitted(found, group, lambda profile, one: _trace(
        whole, profile.survival(one.fit, whole) * alive(whole)))  # fmt: skip
    end = max([_until(far, followed), *(1.05 * one.time for one in found.external)])
    times = _times(end)
    fitted, _names = _fitted(found, group, lambda profile, one: _trace(
        times, profile.survival(one.fit, times) * alive(times)))  # fmt: skip
    beside = []
    notes = list(lifetime_notes(found, group, population))
    if population is not None:
        others = population.survival(times * years)
        beside.append(_trace(times, others, _("General population")))
        notes += _above(far, population.survival(whole * years))
    points = _external(found, group)
    if points:
        several = len({trace.style for trace in points}) > 1
        notes += [_("Signs: other data, with their 95% interval.") if several
                  else _("Diamonds: other data, with their 95% interval."),
                  *external_sentences(found, group)]  # fmt: skip
    title = lifetime_title(found, group, fitted, at=2.0 * followed, is_carried=is_carried)
    axes = Axes(time_title(found), share_axis(group, is_carried=is_carried), end)
    return lifetime_chart(Seen(seen, fitted, names, beside, points), axes=axes, followed=followed,
                          texts=Texts(titled(group, title), tuple(notes)), width=width)  # fmt: skip


def _until(fitted: list[Trace], followed: float) -> float:
    """Return where a lifetime may end: all are below 1 %, and it is far beyond the follow-up."""
    times = np.array(fitted[0].across)
    seen = np.max([trace.up for trace in fitted], axis=0) >= _SEEN
    last = times[min(int(np.flatnonzero(seen)[-1]) + 1, times.size - 1)]
    return float(min(max(last, _LEAST_FAR * followed), times[-1]))


def _above(fitted: list[Trace], population: Floats) -> list[str]:
    """Return which curves cannot be carried on by themselves, if any."""
    above = [f"{trace.name}, {trace.style}" if trace.style else trace.name for trace in fitted
             if (np.array(trace.up) > population + 1e-9).any()]  # fmt: skip
    if not above:
        return []
    return [_("At some time above the general population, so not to be carried on by itself: "
              "{curves}.", curves="; ".join(above))]  # fmt: skip


def _external(found: CurveFits, group: GroupFits) -> list[Trace]:
    """Return shares of other data by source; without an interval both its ends are the share."""
    traces = []
    profiles = found.profiles(group)
    is_named = any(one.source for each in profiles for one in found.external_of(group, each))
    for profile in profiles:
        shares = found.external_of(group, profile)
        for source in dict.fromkeys(one.source for one in shares):
            own = [one for one in shares if one.source == source]
            ends = [(one.low, one.high) if one.has_interval else (one.survival, one.survival)
                    for one in own]  # fmt: skip
            low, high = zip(*ends, strict=True)
            times, up = [one.time for one in own], [one.survival for one in own]
            name = _shortened(source or _("Other data")) if is_named else ""
            traces.append(Trace(_name(profile), times, up, low, high, style=name))
    return traces


def _shortened(text: str) -> str:
    """Return as much of the name of a source as a legend has room for."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip(" ,;.") + "…"


def landmark_picture(found: CurveFits, group: GroupFits, *, width: int = WIDE) -> alt.LayerChart:
    """Return the table of shares at landmarks and of mean times."""
    lines = [line for profile in found.profiles(group) for line in _lines(found, group, profile)]
    headings = [short_time(time) for time in found.landmarks]
    if found.unit is not None:
        headings[0] = time_words(found, found.landmarks[0])
    until, _means = means_of(found, group, found.profiles(group)[0])
    notes = [mean_note(found, until)]
    notes += [relative_note()] if is_relative(group) else []
    title = titled(group, _("Share without an event at landmarks: seen and fitted"))
    texts = Texts(title, tuple(notes))
    return table_chart([*headings, _("Mean")], lines, texts=texts, width=width)


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
    for one in group.different:
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
    shares = curve.at(times)
    low, high = (np.where(np.isfinite(end), end, shares) for end in interval(curve, times))
    return Trace(name, times.tolist(), shares.tolist(), low.tolist(), high.tolist())


def _name(profile: Profile) -> str:
    """Return what a curve of some patients is called."""
    return profile.label if profile.values else _("Kaplan-Meier")


def _fitted(found: CurveFits, group: GroupFits, draw: Drawn) -> tuple[list[Trace], list[str]]:
    """Return fitted curves and what is told apart by colour: curves, or kinds of patients."""
    profiles, curves = found.profiles(group), drawn_curves(found, group)
    if not is_told_apart(found, group):
        names = [curve_label(one.wanted) for one in curves]
        return [replace(draw(profiles[0], one), name=name)
                for name, one in zip(names, curves, strict=True)], names  # fmt: skip
    styles = [curve_label(one.wanted) if len(curves) > 1 else "" for one in curves]
    traces = [
        replace(draw(profile, one), name=profile.label, style=style)
        for profile in profiles
        for one, style in zip(curves, styles, strict=True)
    ]
    return traces, [profile.label for profile in profiles]
