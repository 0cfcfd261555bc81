"""Forecasts as intervals, and what came as points on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import BLUE, GREY, INK, RED, WIDE, finished, left_edge, values

_ROW = 34
"""Pixels for one line: its name above it."""


@dataclass(frozen=True)
class Line:
    """One forecast, and what came."""

    name: str
    wide: tuple[float, float]
    narrow: tuple[float, float]
    seen: float
    is_open: bool = False
    """It took at least so long."""


def forecast(lines: Sequence[Line], *, title: str, note: str, width: int = WIDE) -> alt.LayerChart:
    """Return forecasts on a logarithmic axis of days.

    Parameters
    ----------
    lines
        From above to below.
    title, note
        What is shown, and how to read it.
    width
        Pixels.
    """
    base = alt.Chart(values([_row(k, line) for k, line in enumerate(lines)])).encode(
        y=alt.Y("row:O", axis=None)
    )
    ends = [end for line in lines for end in (*line.wide, line.seen)]
    scale = alt.Scale(type="log", domain=[min(ends) * 0.9, max(ends) * 1.1], nice=False)
    ticks = [days for days in (10, 30, 100, 200, 365, 730, 1461, 3000, 10000)
             if scale.domain[0] < days < scale.domain[1]]  # fmt: skip
    axis = alt.Axis(values=ticks, format=",d", title=_("days"), orient="bottom")

    def rule(low: str, high: str, thick: float) -> alt.Chart:
        drawn: alt.Chart = base.mark_rule(strokeWidth=thick, color=GREY, yOffset=8).encode(
            x=alt.X(f"{low}:Q", scale=scale, axis=axis), x2=alt.X2(f"{high}:Q")
        )
        return drawn

    x = alt.X("seen:Q", scale=scale, axis=axis)
    colour = alt.Color("colour:N", scale=None)
    points = base.transform_filter("!datum.open")
    open_ones = base.transform_filter("datum.open")
    return finished(
        rule("low", "high", 1.6), rule("from", "to", 6.0),
        points.mark_point(size=70, filled=True, opacity=1, yOffset=8).encode(x=x, color=colour),
        open_ones.mark_point(
            shape="triangle-right", size=110, filled=True, opacity=1, yOffset=8
        ).encode(x=x, color=colour),
        base.encode(x=left_edge(), text=alt.Text("name:N")).mark_text(
            align="left", baseline="bottom", fontSize=12, color=INK, limit=width - 12
        ),
        title=title, width=width, height=alt.Step(_ROW), notes=[note],
    )  # fmt: skip


def _row(number: int, line: Line) -> dict[str, Any]:
    """Return what the chart knows of a line."""
    outside = line.seen > line.wide[1] or (line.seen < line.wide[0] and not line.is_open)
    return {
        "row": number, "name": line.name, "low": line.wide[0], "high": line.wide[1],
        "from": line.narrow[0], "to": line.narrow[1], "seen": line.seen, "open": line.is_open,
        "colour": RED if outside else BLUE,
    }  # fmt: skip
