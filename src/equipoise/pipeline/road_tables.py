"""Simulated roads as a table and as a picture."""

from collections.abc import Sequence
from datetime import date

import altair as alt
import numpy as np
import pandas as pd

from equipoise.core.translation import translate as _
from equipoise.pipeline.simulated_roads import Timeline
from equipoise.report.charts.gantt import Bar, gantt
from equipoise.report.charts.theme import WIDE
from equipoise.report.words import OWNERS, month, share, word
from equipoise.spec.text import shown

COLUMNS = (
    "country", "road", "step", "owner", "start_days", "end_days", "end_days_low", "end_days_high",
    "critical_days", "never",
)  # fmt: skip
"""Of the table of steps: medians with the interval of 90 % in days since the day asked about, mean
days of a step on the critical path, and the share of futures in which it never ends."""


def timeline_table(roads: Sequence[Timeline]) -> pd.DataFrame:
    """Return one row for each step of each road; see `COLUMNS`.

    Parameters
    ----------
    roads
        As of `timelines`.
    """
    rows = [_row(road, name, number) for road in roads
            for number, name in enumerate(road.dates.names)]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(road: Timeline, name: str, number: int) -> tuple[object, ...]:
    """Return the row of one step."""
    low, middle, high = (road.days(part, name) for part in (0.05, 0.5, 0.95))
    critical = road.critical[number][np.isfinite(road.dates.arrival)]
    mean = float(critical.mean()) if critical.size else np.nan
    never = float(np.mean(~np.isfinite(road.dates.ends[number])))
    return (road.law.code, road.name, name, road.route.steps[name].owner, road.starts(0.5, name),
            middle, low, high, mean, never)  # fmt: skip


def timeline_chart(roads: Sequence[Timeline], *, width: int = WIDE) -> alt.LayerChart:
    """Return the roads as bars with their uncertainty.

    Parameters
    ----------
    roads
        As of `timelines`, at least one.
    width
        Pixels.
    """
    day = roads[0].day
    bars: list[Bar] = []
    for road in roads:
        bars.append(Bar(f"{shown(road.law.jurisdiction)}: {shown(road.route.label)}"))
        order = sorted(road.dates.names, key=lambda name: road.starts(0.5, name))
        bars += [_bar(road, name) for name in order]
    return gantt(bars, title=_title(roads), origin=_as_year(day, 0.0) or 0.0, width=width)


def _bar(road: Timeline, name: str) -> Bar:
    """Return one step as a bar."""
    step = road.route.steps[name]
    never = float(np.mean(~np.isfinite(road.dates.ends[road.dates.names.index(name)])))
    words = [word(OWNERS, step.owner)]
    if never >= 0.005:
        words.append(_("never: {share}", share=share(never)))
    if name in road.unknown:
        words.append(_("time not known"))
    low, middle, high = (_as_year(road.day, road.days(part, name)) for part in (0.05, 0.5, 0.95))
    start = _as_year(road.day, road.starts(0.5, name))
    return Bar(shown(step.label), " · ".join(words), step.owner, start, middle, low, high)


def _title(roads: Sequence[Timeline]) -> str:
    """Return which road arrives first."""
    arrived = [road for road in roads if np.isfinite(road.days(0.5))]
    if not arrived:
        return _("No road arrives in most futures")
    first = min(arrived, key=lambda road: road.days(0.5))
    middle = first.date_of(first.days(0.5)) or first.day
    return _("Soonest: {country}, {road}, about {month}", country=shown(first.law.jurisdiction),
             road=shown(first.route.label), month=month(middle))  # fmt: skip


def _as_year(day: date, days: float) -> float | None:
    """Return a date as a year with its fraction; None if it never comes."""
    if not np.isfinite(days):
        return None
    return day.year + (day.timetuple().tm_yday - 1 + days) / 365.25
