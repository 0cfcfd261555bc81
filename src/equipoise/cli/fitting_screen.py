"""What `equipoise fit` shows: the answer in sentences, then tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from equipoise.cli.columns import tables_of_rows
from equipoise.core.translation import format_interval, format_number, format_percent
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import brief
from equipoise.evidence.curves import at_risk, kaplan_meier
from equipoise.evidence.curves.compare import GroupFits
from equipoise.evidence.curves.effects import effects_of
from equipoise.evidence.curves.landmarks import Profile, interval
from equipoise.evidence.curves.natural import natural_parameters
from equipoise.pipeline.fitting import CurveFits
from equipoise.pipeline.fitting.sentences import (
    curve_label,
    effect_label,
    is_relative,
    mean_note,
    of_group,
    parameter_label,
    parameter_unit,
    relative_note,
    short_time,
    time_title,
)
from equipoise.pipeline.fitting.tables import KAPLAN_MEIER, means_of

_NARROW = 100
"""Columns of a terminal below which the ends of an interval stand below each other."""


@dataclass(frozen=True)
class _Screen:
    """What is shown, and in how many columns."""

    found: CurveFits
    group: GroupFits
    width: int

    def ends(self, low: float, high: float) -> str:
        """Return an interval."""
        dash = "–\n" if self.width < _NARROW else "–"
        return f"{format_number(low, 1)}{dash}{format_number(high, 1)}"


def show_fits(console: Console, found: CurveFits) -> None:
    """Print sentences and tables, group by group."""
    if found.unused:
        console.print(_("Columns that are not used: {names}.", names=", ".join(found.unused)),
                      highlight=False)  # fmt: skip
    for group in found.groups:
        if group.group:
            console.rule(group.group, align="left")
        for sentence in of_group(found, group):
            console.print(sentence, highlight=False)
        for table in tables_of(found, group, width=console.width):
            console.print(table)


def tables_of(found: CurveFits, group: GroupFits, *, width: int) -> Iterator[Table]:
    """Yield the tables of a group; those with nothing in them are left out."""
    screen = _Screen(found, group, width)
    if group.fitted:
        yield from _criteria(screen)
    if group.refused:
        yield from _refused(screen)
    for profile in found.profiles(group):
        yield from _landmarks(screen, profile)
        if found.external_of(group, profile) and group.fitted:
            yield from _beside(screen, profile)
    if group.fitted:
        yield from _parameters(screen)
    if any(effects_of(one) for one in group.fitted):
        yield from _effects(screen)


def _tables(
    screen: _Screen, title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], *,
    names: int = 1, end: int | None = None, caption: str = "",
) -> list[Table]:  # fmt: skip
    """Return a table as often as its columns need, with the caption below the last."""
    tables = tables_of_rows(headings, rows, width=screen.width, names=names, end=end)
    for table in tables:
        table.title = title
    tables[-1].caption = caption or None
    return tables


def _criteria(screen: _Screen) -> list[Table]:
    """Return how well the curves fit."""
    group = screen.group
    headings = (_("Curve"), _("Parameters"), _("ln L"), "AIC", _("AIC, more"), "BIC",
                _("BIC, more"))  # fmt: skip
    least = [min(getattr(one.fit, name) for one in group.fitted) for name in ("aic", "bic")]
    rows = [
        (
            curve_label(one.wanted), str(one.fit.coefficients.size),
            format_number(one.fit.log_likelihood, 2), format_number(one.fit.aic, 1),
            format_number(one.fit.aic - least[0], 1), format_number(one.fit.bic, 1),
            format_number(one.fit.bic - least[1], 1),
        )
        for one in group.fitted
    ]  # fmt: skip
    same = [
        _("“{curve}” and “{first}” are the same curve.", curve=curve_label(one.wanted),
          first=curve_label(first.wanted))
        for one, first in group.repeated
    ]  # fmt: skip
    return _tables(screen, _("Fits, from the lowest AIC up"), headings, rows,
                   caption=" ".join(same))  # fmt: skip


def _refused(screen: _Screen) -> list[Table]:
    """Return which curves must not be used, and why."""
    rows = [(curve_label(one.wanted), one.reason) for one in screen.group.refused]
    return _tables(screen, _("Refused"), (_("Curve"), _("Why")), rows)


def _titled(title: str, profile: Profile) -> str:
    """Return a title with the patients before it."""
    return title if not profile.label else f"{profile.label}: {title}"


def _landmarks(screen: _Screen, profile: Profile) -> Iterator[Table]:
    """Yield shares without an event and mean times beside what was seen."""
    found, group = screen.found, screen.group
    times = np.array(found.landmarks)
    until, means = means_of(found, group, profile)
    rows = [
        [_("Kaplan-Meier"), *_seen(profile, times), _mean(means[KAPLAN_MEIER])],
        [_("95% interval"), *_intervals(screen, profile, times), ""],
        [_("at risk"), *(format_number(n) for n in at_risk(profile.data, times).tolist()), ""],
    ]
    for one in group.fitted:
        shares = profile.survival(one.fit, times).tolist()
        rows.append([curve_label(one.wanted), *(format_percent(share) for share in shares),
                     _mean(means[one.wanted.key])])  # fmt: skip
    headings = [*(short_time(time) for time in found.landmarks), _("Mean")]
    caption = mean_note(found, until)
    if is_relative(group):
        caption += " " + relative_note()
    title = _titled(_("Share without an event"), profile)
    yield from _tables(screen, title, [time_title(found), *headings], rows, end=2, caption=caption)


def _beside(screen: _Screen, profile: Profile) -> Iterator[Table]:
    """Yield shares of other data and of the curves at their times."""
    shares = screen.found.external_of(screen.group, profile)
    rows = [
        [_("Other data"), *(format_percent(one.survival) for one in shares)],
        [_("95% interval"), *(screen.ends(100 * one.low, 100 * one.high) if one.has_interval
                              else "" for one in shares)],
    ]  # fmt: skip
    times = np.array([one.time for one in shares])
    for curve in screen.group.fitted:
        fitted = screen.found.beside_others(screen.group, profile, curve)(times).tolist()
        cells = [format_percent(share) + ("*" if one.has_interval and not one.holds(share) else "")
                 for one, share in zip(shares, fitted, strict=True)]  # fmt: skip
        rows.append([curve_label(curve.wanted), *cells])
    sources = "; ".join(dict.fromkeys(one.source for one in shares if one.source))
    notes = [f"{_('Other data')}: {sources}."] if sources else []
    if any(cell.endswith("*") for row in rows for cell in row):
        notes.append(_("* outside the interval") + ".")
    yield from _tables(
        screen, _titled(_("Beside other data"), profile),
        [time_title(screen.found), *(short_time(one.time) for one in shares)], rows, end=1,
        caption=" ".join(notes),
    )  # fmt: skip


def _seen(profile: Profile, times: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    """Return Kaplan-Meier as long as anybody was followed."""
    shares = kaplan_meier(profile.data).at(times)
    last = float(profile.data.time.max())
    return [format_percent(float(share)) if time <= last else ""
            for share, time in zip(shares, times, strict=True)]  # fmt: skip


def _intervals(
    screen: _Screen, profile: Profile, times: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[str]:
    """Return the intervals of Kaplan-Meier as long as anybody was followed."""
    low, high = interval(kaplan_meier(profile.data), times)
    last = float(profile.data.time.max())
    return [
        screen.ends(100 * a, 100 * b) if time <= last and np.isfinite(a) else ""
        for a, b, time in zip(low.tolist(), high.tolist(), times.tolist(), strict=True)
    ]


def _mean(value: float) -> str:
    """Return a mean time."""
    return format_number(value, 2 if value < 100 else 1)


def _parameters(screen: _Screen) -> list[Table]:
    """Return the parameters of one curve, those that covariates move for each kind of patients."""
    found, group = screen.found, screen.group
    curve = found.asked_of(group) or group.best
    profiles = found.profiles(group)
    rows: list[tuple[str, ...]] = []
    for place, profile in enumerate(profiles):
        for own in natural_parameters(curve, profile):
            if own.is_moved or not place:
                unit = parameter_unit(own.kind, found.unit)
                rows.append((
                    parameter_label(own.name) + (f", {unit}" if unit else ""),
                    profile.label if own.is_moved else _("all patients"), brief(own.estimate, 3),
                    format_interval(own.low, own.high, lambda end: brief(end, 3)),
                ))  # fmt: skip
    headings: tuple[str, ...] = (_("Parameter"), _("Patients"), _("Estimate"), _("95% interval"))
    title = _("Parameters of “{curve}”", curve=curve_label(curve.wanted))
    if len(profiles) == 1:
        rows = [(row[0], *row[2:]) for row in rows]
        title = _titled(title, profiles[0])
        return _tables(screen, title, (headings[0], *headings[2:]), rows)
    return _tables(screen, title, headings, rows, names=2)


def _effects(screen: _Screen) -> list[Table]:
    """Return what covariates do, as ratios."""
    group = screen.group
    rows = [
        (curve_label(one.wanted), effect.covariate, effect_label(effect.kind),
         format_number(effect.ratio, 3),
         f"{format_number(effect.low, 3)}–{format_number(effect.high, 3)}")
        for one in group.fitted for effect in effects_of(one)
    ]  # fmt: skip
    headings = (_("Curve"), _("Covariate"), _("Ratio of"), _("Ratio"), _("95% interval"))
    caption = ""
    if any(not effects_of(one) for one in group.fitted):
        caption = _("A curve that is not here has no single ratio: its effect changes with time, "
                    "or is on a scale without one.")  # fmt: skip
    return _tables(screen, _("Effects"), headings, rows, names=3, caption=caption)
