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
    PAGE,
    QUIET,
    WIDE,
    finished,
    left_edge,
    values,
)
from equipoise.report.reading import Reading, median_of, read, share_never
from equipoise.report.words import OWNERS, capital, month, share, word
from equipoise.spec.text import shown

ROW, TALL_ROW = 44, 60
"""Pixels for one step: its name above its bar; its owner has a line of its own if narrow."""


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
        bars.encode(x=x, x2=alt.X2("end:Q"), color=colour),
        points.mark_point(shape="diamond", size=120, filled=True, opacity=1, yOffset=9).encode(
            x=alt.X("end:Q", scale=scale, axis=axis), color=colour
        ),
        _whisker(base, scale, axis),
        bars.mark_tick(thickness=3, height=11, yOffset=9).encode(
            x=alt.X("end:Q", scale=scale, axis=axis), color=colour
        ),
        *_names(base, width),
    ]
    return finished(
        *layers, title=_title(reading), width=width,
        height=alt.Step(TALL_ROW if width < PAGE else ROW),
        notes=[_("Bar: middle of the simulated futures. Thin line: where the step ends in 90% of "
                 "them. Diamond: a payer begins to buy.")],
    )  # fmt: skip


def _names(base: alt.Chart, width: int) -> list[alt.Chart]:
    """Return the name of each step with its owner, in one line or in two."""
    text = base.encode(x=left_edge())
    if width >= PAGE:
        return [_label(text, INK, 0, width).encode(text=alt.Text("line:N"))]
    return [
        _label(text, INK, -15, width).encode(text=alt.Text("text:N")),
        _label(text, QUIET, 0, width).encode(text=alt.Text("small:N")),
    ]


def _label(text: alt.Chart, colour: str, up: int, width: int) -> alt.Chart:
    """Return text that begins at the left edge above its bar."""
    label: alt.Chart = text.mark_text(
        color=colour, dy=up, align="left", baseline="bottom", fontSize=12, limit=width - 12
    )
    return label


def _whisker(base: alt.Chart, scale: alt.Scale, axis: alt.Axis) -> alt.Chart:
    """Return the thin line over the end of each bar."""
    known = base.transform_filter("isValid(datum.low)")
    line: alt.Chart = known.mark_rule(strokeWidth=1.6, color=INK, yOffset=9).encode(
        x=alt.X("low:Q", scale=scale, axis=axis), x2=alt.X2("high:Q")
    )
    return line


def _title(reading: Reading) -> str:
    """Return when the first payer buys."""
    funded = reading.group("access")["funded"]
    dates = {p: median_of(funded.sel(payer=p), "years").value for p in reading.product_payers}
    dates = {payer: date for payer, date in dates.items() if np.isfinite(date)}
    if not dates:
        return _("No payer ever begins to buy")
    first = min(dates, key=lambda payer: dates[payer])
    return _("First to buy: {payer}, about {month}", payer=reading.payer(first),
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


def _never(before: float, ends: xr.DataArray) -> str:
    """Return how often a date never comes, if it is this step that fails."""
    never = share_never(ends)
    return _("never: {share}", share=share(never)) if never >= before + 0.005 else ""


def _texts(name: str, *small: str) -> dict[str, str]:
    """Return a row's texts: name and remarks, and both in one line."""
    remarks = " · ".join(text for text in small if text)
    return {"text": name, "small": remarks, "line": " · ".join(t for t in (name, remarks) if t)}


def _steps(reading: Reading) -> list[dict[str, Any]]:
    """Return one row for each step, in the order in which they begin."""
    access = reading.group("access")
    origin = _origin(reading)
    starts = {
        step.name: median_of(access["step_start"].sel(step=step.name), "years").value
        for step in reading.record.steps
    }
    order = sorted(reading.record.steps, key=lambda step: np.nan_to_num(starts[step.name], nan=99))
    rows = []
    for number, step in enumerate(order):
        start, end = (access[k].sel(step=step.name) for k in ("step_start", "step_end"))
        begins = starts[step.name]
        rows.append(
            {"row": number, "kind": "step", "colour": OWNER_COLOURS.get(step.owner, INK),
             **_texts(shown(step.label), word(OWNERS, step.owner),
                      _never(share_never(start), end)),
             "start": origin + begins if np.isfinite(begins) else None, **_dates(reading, end)}
        )  # fmt: skip
    return rows


def _fundings(reading: Reading) -> list[dict[str, Any]]:
    """Return one row for each payer of the product."""
    funded = reading.group("access")["funded"]
    return [
        {"row": len(reading.record.steps) + number, "kind": "buys", "colour": GREEN, "start": None,
         **_texts(_("{payer} begins to buy", payer=capital(reading.payer(payer))),
                  _never(0.0, funded.sel(payer=payer))),
         **_dates(reading, funded.sel(payer=payer))}
        for number, payer in enumerate(reading.product_payers)
    ]  # fmt: skip
