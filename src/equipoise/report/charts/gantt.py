"""Roads to patients, step by step, with how unsure each end is: one band for each road."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import (
    INK,
    OWNER_COLOURS,
    PAGE,
    QUIET,
    WIDE,
    finished,
    left_edge,
    values,
)

_ROW, _TALL_ROW = 34, 50
"""Pixels for one step: its name above its bar; on a narrow screen in two lines."""


@dataclass(frozen=True)
class Bar:
    """One step of a road, or the head of a road, which has no dates."""

    text: str
    small: str = ""
    owner: str = ""
    start: float | None = None
    """Years of the calendar, with their fraction; None if it never comes."""
    end: float | None = None
    low: float | None = None
    high: float | None = None


def gantt(bars: Sequence[Bar], *, title: str, origin: float, width: int = WIDE) -> alt.LayerChart:
    """Return roads as bars from median start to median end, each in its owner's colour.

    Parameters
    ----------
    bars
        From above to below; a head before the steps of each road.
    title
        What is found.
    origin
        The day on which all set out, as a year with its fraction.
    width
        Pixels.
    """
    rows = [_row(number, bar) for number, bar in enumerate(bars)]
    base = alt.Chart(values(rows)).encode(y=alt.Y("row:O", axis=None))
    ends = [value for bar in bars for value in (bar.end, bar.high) if value is not None]
    domain = [origin, max([origin + 1.0, *ends]) + 0.1]
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    axis = alt.Axis(format="d", title=None, tickMinStep=1, orient="bottom")
    x = alt.X("start:Q", scale=scale, axis=axis)
    colour = alt.Color("colour:N", scale=None)
    steps = base.transform_filter("isValid(datum.start)")
    known = base.transform_filter("isValid(datum.low)")
    layers = [
        steps.mark_bar(height=9, yOffset=8).encode(x=x, x2=alt.X2("end:Q"), color=colour),
        known.mark_rule(strokeWidth=1.4, color=INK, yOffset=8).encode(
            x=alt.X("low:Q", scale=scale, axis=axis), x2=alt.X2("high:Q")
        ),
        steps.transform_filter("isValid(datum.end)").mark_tick(
            thickness=3, height=9, yOffset=8
        ).encode(x=alt.X("end:Q", scale=scale, axis=axis), color=colour),
        *_names(base, width),
    ]  # fmt: skip
    notes = [_("Bar: middle of the simulated futures, in the colour of whose days they are. Thin "
               "line: where the step ends in 90% of them.")]  # fmt: skip
    height = alt.Step(_TALL_ROW if width < PAGE else _ROW)
    return finished(*layers, title=title, width=width, height=height, notes=notes)


def _row(number: int, bar: Bar) -> dict[str, Any]:
    """Return what the chart knows of a bar."""
    is_head = not bar.owner
    return {
        "row": number, "head": is_head, "text": bar.text, "small": bar.small,
        "line": " · ".join(part for part in (bar.text, bar.small) if part),
        "colour": OWNER_COLOURS.get(bar.owner, INK),
        "start": bar.start, "end": bar.end, "low": bar.low, "high": bar.high,
    }  # fmt: skip


def _names(base: alt.Chart, width: int) -> list[alt.Chart]:
    """Return the name of each step with its owner, in one line or in two; roads in bold."""
    text = base.encode(x=left_edge())
    heads = text.transform_filter("datum.head")
    steps = text.transform_filter("!datum.head")
    head = _label(heads, width, colour=INK, down=8, size=13, weight="bold")
    if width >= PAGE:
        line = _label(steps, width, colour=INK)
        return [head.encode(text=alt.Text("line:N")), line.encode(text=alt.Text("line:N"))]
    return [
        head.encode(text=alt.Text("text:N")),
        _label(steps, width, colour=INK, down=-13).encode(text=alt.Text("text:N")),
        _label(steps, width, colour=QUIET).encode(text=alt.Text("small:N")),
    ]


def _label(
    text: alt.Chart,
    width: int,
    *,
    colour: str,
    down: int = 0,
    size: int = 12,
    weight: Literal["normal", "bold"] = "normal",
) -> alt.Chart:
    """Return text that begins at the left edge."""
    label: alt.Chart = text.mark_text(
        color=colour, dy=down, align="left", baseline="bottom", fontSize=size, fontWeight=weight,
        limit=width - 12,
    )  # fmt: skip
    return label
