"""The road to patients: each step, its owner, and how unsure its dates are."""

from typing import Any

import altair as alt
import numpy as np
import xarray as xr

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import (
    GREEN,
    INK,
    OWNER_COLOURS,
    WIDE,
    finished,
    values,
)
from equipoise.report.reading import Reading, median_of, read, share_never
from equipoise.report.words import OWNERS, capital, month, share, word
from equipoise.spec.text import shown

ROW = 44
"""Pixels for one step: its name above its bar."""


def route(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart:
    """Return the steps as bars from median start to median end, and when each payer buys.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    rows = [*_steps(reading), *_fundings(reading)]
    y = alt.Y("row:O", axis=None)
    scale = alt.Scale(domain=_domain(reading, rows), nice=False, zero=False)
    axis = alt.Axis(format="d", title=None, tickMinStep=1, orient="bottom")
    x = alt.X("start:Q", scale=scale, axis=axis)
    base = alt.Chart(values(rows)).encode(y=y)
    colour = alt.Color("colour:N", scale=None)
    bars = base.transform_filter("datum.kind == 'step'").mark_bar(height=11, yOffset=9)
    points = base.transform_filter("datum.kind == 'buys' && isValid(datum.end)")
    layers = [
        bars.encode(x=x, x2="end:Q", color=colour),
        points.mark_point(shape="diamond", size=120, filled=True, opacity=1, yOffset=9).encode(
            x=alt.X("end:Q", scale=scale, axis=axis), color=colour
        ),
        _whisker(base, scale, axis),
        base.mark_text(align="left", baseline="bottom", dy=0, fontSize=12, color=INK,
                       limit=width - 12).encode(x=alt.value(2), text="text:N"),
    ]  # fmt: skip
    return finished(
        *layers, title=_title(reading), width=width, height=alt.Step(ROW),
        subtitle=_("Bar: middle of the simulated futures. Thin line: where the step ends in 90% of "
                   "them. Diamond: a payer begins to buy."),
    )  # fmt: skip


def _whisker(base: alt.Chart, scale: alt.Scale, axis: alt.Axis) -> alt.Chart:
    """Return the thin line over the end of each bar."""
    known = base.transform_filter("isValid(datum.low)")
    return known.mark_rule(strokeWidth=1.6, color=INK, yOffset=9).encode(
        x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"
    )


def _title(reading: Reading) -> str:
    """Return when the first payer buys."""
    funded = reading.group("access")["funded"]
    dates = {p: median_of(funded.sel(payer=p), "years").value for p in reading.product_payers}
    dates = {payer: date for payer, date in dates.items() if np.isfinite(date)}
    if not dates:
        return _("No payer ever begins to buy")
    first = min(dates, key=lambda payer: dates[payer])
    return _("The first to buy is {payer}, about {month}", payer=reading.payer(first),
             month=month(reading.day(dates[first])))  # fmt: skip


def _origin(reading: Reading) -> float:
    """Return the decision date as a year with its fraction."""
    start = reading.record.decision_date
    return start.year + (start.timetuple().tm_yday - 1) / 365.25


def _domain(reading: Reading, rows: list[dict[str, Any]]) -> list[float]:
    """Return the first and last date of the axis."""
    dates = [float(row[k]) for row in rows for k in ("end", "high") if row[k] is not None]
    origin = _origin(reading)
    return [origin, max([origin + 1.0, *dates]) + 0.1]


def _dates(reading: Reading, ends: xr.DataArray) -> dict[str, float | None]:
    """Return median and range of a date, as years of the calendar."""
    origin, number = _origin(reading), median_of(ends, "years")
    found = {"end": number.value, "low": number.low, "high": number.high}
    return {name: origin + v if np.isfinite(v) else None for name, v in found.items()}


def _never(ends: xr.DataArray) -> str:
    """Return how often a date never comes, as the end of a label."""
    never = share_never(ends)
    return _(" (never: {share})", share=share(never)) if never >= 0.005 else ""


def _steps(reading: Reading) -> list[dict[str, Any]]:
    """Return one row for each step, in the order in which they begin."""
    access = reading.group("access")
    origin = _origin(reading)
    starts = {
        step.name: median_of(access["step_start"].sel(step=step.name), "years").value
        for step in reading.record.steps
    }
    order = sorted(reading.record.steps, key=lambda step: np.nan_to_num(starts[step.name], nan=99))
    return [
        {"row": number, "kind": "step", "colour": OWNER_COLOURS.get(step.owner, INK),
         "text": _("{step} · {owner}", step=shown(step.label), owner=word(OWNERS, step.owner))
         + _never(access["step_end"].sel(step=step.name)),
         "start": origin + starts[step.name] if np.isfinite(starts[step.name]) else None,
         **_dates(reading, access["step_end"].sel(step=step.name))}
        for number, step in enumerate(order)
    ]  # fmt: skip


def _fundings(reading: Reading) -> list[dict[str, Any]]:
    """Return one row for each payer of the product."""
    funded = reading.group("access")["funded"]
    return [
        {"row": len(reading.record.steps) + number, "kind": "buys", "colour": GREEN, "start": None,
         "text": _("{payer} begins to buy", payer=capital(reading.payer(payer)))
         + _never(funded.sel(payer=payer)),
         **_dates(reading, funded.sel(payer=payer))}
        for number, payer in enumerate(reading.product_payers)
    ]  # fmt: skip
