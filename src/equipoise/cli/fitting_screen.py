"""What `equipoise fit` shows: the answer in sentences, then tables."""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from equipoise.core.translation import format_number, format_percent
from equipoise.core.translation import translate as _
from equipoise.evidence.curves import at_risk, kaplan_meier
from equipoise.evidence.curves.compare import GroupFits
from equipoise.evidence.curves.effects import effects_of
from equipoise.evidence.curves.landmarks import Profile, interval
from equipoise.pipeline.fitting import CurveFits
from equipoise.pipeline.fitting.sentences import (
    curve_label,
    effect_label,
    of_group,
    short_time,
    time_title,
    time_words,
)
from equipoise.pipeline.fitting.tables import KAPLAN_MEIER, means_of

_LEAST = 10
"""Letters of a name on one line, also on a narrow screen."""


def show_fits(console: Console, found: CurveFits) -> None:
    """Print sentences and tables, group by group."""
    for group in found.groups:
        if group.group:
            console.rule(group.group, align="left")
        for sentence in of_group(found, group):
            console.print(sentence, highlight=False)
        for table in tables_of(found, group):
            console.print(table)


def tables_of(found: CurveFits, group: GroupFits) -> Iterator[Table]:
    """Yield the tables of a group; those with nothing in them are left out."""
    if group.fitted:
        yield _criteria(group)
    if group.refused:
        yield _refused(group)
    for profile in found.profiles(group):
        yield _landmarks(found, group, profile)
        if found.external_of(group, profile) and group.fitted:
            yield _beside(found, group, profile)
    if any(effects_of(one) for one in group.fitted):
        yield _effects(group)


def _table(title: str, *, first: str, others: Sequence[str]) -> Table:
    """Return a table whose first column has names and whose others have numbers."""
    table = Table(title=title, title_justify="left", caption_justify="left")
    table.add_column(first, overflow="fold", min_width=_LEAST)
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def _criteria(group: GroupFits) -> Table:
    """Return how well the curves fit."""
    headings = (_("Parameters"), _("ln L"), "AIC", _("more"), "BIC",
                _("more"))  # fmt: skip
    table = _table(_("Fits, from the lowest AIC up"), first=_("Curve"), others=headings)
    least = [min(getattr(one.fit, name) for one in group.fitted) for name in ("aic", "bic")]
    for one in group.fitted:
        fit = one.fit
        table.add_row(
            curve_label(one.wanted), str(fit.coefficients.size),
            format_number(fit.log_likelihood, 2), format_number(fit.aic, 1),
            format_number(fit.aic - least[0], 1), format_number(fit.bic, 1),
            format_number(fit.bic - least[1], 1),
        )  # fmt: skip
    return table


def _refused(group: GroupFits) -> Table:
    """Return which curves must not be used, and why."""
    table = Table(title=_("Refused"), title_justify="left")
    table.add_column(_("Curve"), overflow="fold")
    table.add_column(_("Why"), overflow="fold")
    for one in group.refused:
        table.add_row(curve_label(one.wanted), one.reason)
    return table


def _landmarks(found: CurveFits, group: GroupFits, profile: Profile) -> Table:
    """Return shares without an event and mean times beside what was seen."""
    times = np.array(found.landmarks)
    until, means = means_of(found, group, profile)
    title = _("Share without an event")
    title = title if not profile.label else f"{profile.label}: {title}"
    headings = [short_time(time) for time in found.landmarks]
    table = _table(title, first=time_title(found), others=[*headings, _("Mean")])
    table.caption = _("Mean: time without an event until {until}.",
                      until=time_words(found, until))  # fmt: skip
    table.add_row(_("Kaplan-Meier"), *_seen(profile, times), _mean(means[KAPLAN_MEIER]))
    low_high = _intervals(profile, times)
    table.add_row(_("95% interval"), *low_high, "")
    counts = at_risk(profile.data, times)
    numbers = [format_number(float(count)) for count in counts]
    table.add_row(_("at risk"), *numbers, "", end_section=True)
    for one in group.fitted:
        shares = profile.survival(one.fit, times).tolist()
        table.add_row(curve_label(one.wanted), *(format_percent(share) for share in shares),
                      _mean(means[one.wanted.key]))  # fmt: skip
    return table


def _beside(found: CurveFits, group: GroupFits, profile: Profile) -> Table:
    """Return shares of other data and of the curves at their times."""
    shares = found.external_of(group, profile)
    title = _("Beside other data")
    title = title if not profile.label else f"{profile.label}: {title}"
    headings = [short_time(one.time) for one in shares]
    table = _table(title, first=time_title(found), others=headings)
    sources = "; ".join(dict.fromkeys(one.source for one in shares if one.source))
    outside = _("* outside the interval")
    table.caption = f"{outside}. {sources}" if sources else f"{outside}."
    table.add_row(_("Other data"), *(format_percent(one.survival) for one in shares))
    ends = [f"{format_number(100 * one.low, 1)}–{format_number(100 * one.high, 1)}"
            if one.has_interval else "" for one in shares]  # fmt: skip
    table.add_row(_("95% interval"), *ends, end_section=True)
    times = np.array([one.time for one in shares])
    for curve in group.fitted:
        fitted = profile.survival(curve.fit, times).tolist()
        cells = [format_percent(share) + ("*" if one.has_interval and not one.holds(share) else "")
                 for one, share in zip(shares, fitted, strict=True)]  # fmt: skip
        table.add_row(curve_label(curve.wanted), *cells)
    return table


def _seen(profile: Profile, times: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    """Return Kaplan-Meier as long as anybody was followed."""
    shares = kaplan_meier(profile.data).at(times)
    last = float(profile.data.time.max())
    return [format_percent(float(share)) if time <= last else ""
            for share, time in zip(shares, times, strict=True)]  # fmt: skip


def _intervals(profile: Profile, times: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    """Return the intervals of Kaplan-Meier as long as anybody was followed."""
    low, high = interval(kaplan_meier(profile.data), times)
    last = float(profile.data.time.max())
    return [
        f"{format_number(100 * a, 1)}–{format_number(100 * b, 1)}"
        if time <= last and np.isfinite(a) else ""
        for a, b, time in zip(low.tolist(), high.tolist(), times.tolist(), strict=True)
    ]  # fmt: skip


def _mean(value: float) -> str:
    """Return a mean time."""
    return format_number(value, 2 if value < 100 else 1)


def _effects(group: GroupFits) -> Table:
    """Return what covariates do, as ratios."""
    headings = (_("Ratio"), _("95% interval"))
    table = Table(title=_("Effects"), title_justify="left", caption_justify="left")
    for heading in (_("Curve"), _("Covariate"), _("Ratio of")):
        table.add_column(heading, overflow="fold", min_width=_LEAST)
    for heading in headings:
        table.add_column(heading, justify="right")
    for one in group.fitted:
        for effect in effects_of(one):
            table.add_row(
                curve_label(one.wanted), effect.covariate, effect_label(effect.kind),
                format_number(effect.ratio, 3),
                f"{format_number(effect.low, 3)}–{format_number(effect.high, 3)}",
            )  # fmt: skip
    if any(not effects_of(one) for one in group.fitted):
        table.caption = _("A curve that is not here has no single ratio: its effect changes with "
                          "time, or is on a scale without one.")  # fmt: skip
    return table
