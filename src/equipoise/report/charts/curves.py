"""Survival curves beside what was seen: shares, hazards, log-log, a lifetime, and a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import altair as alt
import numpy as np

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import (
    GREY,
    INK,
    QUIET,
    SERIES,
    WIDE,
    AnyChart,
    finished,
    values,
)

_DECADES = [10.0**power for power in range(-8, 5)]

HEIGHT = 420
_LETTER = 7.5
"""Pixels of a letter beside the end of follow-up."""

_CLEAR = 0.05
"""How far that text stays from curves, of the height."""

LINE = 22
"""Pixels of one row of text below a chart."""

MOST_LINES = len(SERIES) - 1
"""Curves told apart by colour; the last colour is that of what stands beside them."""

_DASHES = ([1, 0], [9, 3], [2, 3])
MOST_STYLES = len(_DASHES)
"""Curves of one colour told apart by the line."""


_BESIDE = [8, 3, 2, 3]
"""The line of others, which is that of no style."""

_ABOVE_TITLE = 30
"""Pixels from a chart to what stands above the title of its axis."""

_SIGNS = ("diamond", "triangle-up", "square", "cross", "triangle-down", "circle")
"""Of the sources of other data; of more than these the first ones come again."""


@dataclass(frozen=True)
class Texts:
    """Title and notes of a chart: they state the finding, and how to read it."""

    title: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """One curve: its name, and points across and up; if wanted the limits around it."""

    name: str
    across: Sequence[float]
    up: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    style: str = field(default="", kw_only=True)
    """What tells it apart by the line from others of its colour."""


@dataclass(frozen=True)
class Seen:
    """Curves of what was seen, and fitted ones; `names` are told apart by colour, in this order."""

    seen: Sequence[Trace]
    fitted: Sequence[Trace]
    names: Sequence[str]
    beside: Sequence[Trace] = ()
    """Of others, e.g. the general population: grey, of dashes and dots."""
    points: Sequence[Trace] = ()
    """Single shares of other data, with limits where they are known; sources are their styles."""

    def colours(self) -> alt.Scale:
        """Return the colour of each name."""
        return alt.Scale(domain=list(self.names), range=list(SERIES[: len(self.names)]))

    @property
    def styles(self) -> list[str]:
        """Return what is told apart by the line, in order."""
        return list(dict.fromkeys(trace.style for trace in self.fitted if trace.style))


@dataclass(frozen=True)
class Numbers:
    """Numbers below a chart: at some places across, one row for each name."""

    title: str
    across: Sequence[float]
    rows: Sequence[tuple[str, Sequence[str]]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Axes:
    """Titles of both axes, and where the first one ends."""

    across: str
    up: str
    end: float


def survival_chart(
    curves: Seen, numbers: Numbers, *, axes: Axes, texts: Texts, width: int = WIDE
) -> alt.LayerChart:
    """Return shares without an event, with the numbers at risk below.

    Parameters
    ----------
    curves
        Steps with their interval, and fitted curves.
    numbers
        At risk.
    axes
        Titles, and the end of time.
    texts
        Title and notes.
    width
        Pixels.
    """
    lines = 1 + sum(2 if name else 1 for name, _counts in numbers.rows)
    below = (lines * LINE + 8) / HEIGHT
    x = alt.X("x:Q", title=axes.across,
              scale=alt.Scale(domain=[0.0, axes.end], nice=False),
              axis=alt.Axis(grid=False, values=list(numbers.across)))  # fmt: skip
    scale = alt.Scale(domain=[-below, 1.0], nice=False)
    y = alt.Y("y:Q", title=axes.up, scale=scale,
              axis=_percent())  # fmt: skip
    floor = alt.Chart(values([{"y": 0.0}])).mark_rule(color=GREY).encode(y=y)
    return finished(
        *_layers(curves, x=x, y=y, title=axes.up, width=width), floor, *_below(numbers, x=x, y=y),
        title=texts.title, notes=texts.notes, width=width, height=round(HEIGHT * (1.0 + below)),
    )  # fmt: skip


def _percent() -> alt.Axis:
    """Return an axis of shares, as the language writes percentages."""
    sign = _("{number}%", number="")
    label = f"format(datum.value * 100, '.0f') + '{sign}'"
    return alt.Axis(values=[0.0, 0.25, 0.5, 0.75, 1.0], labelExpr=label)


def _below(numbers: Numbers, *, x: alt.X, y: alt.Y) -> list[AnyChart]:
    """Return rows of numbers below the floor of a chart."""
    step, height = LINE / HEIGHT, -0.8 * LINE / HEIGHT
    heads, cells = [{"y": height, "text": numbers.title}], []
    for name, counts in numbers.rows:
        if name:
            height -= step
            heads.append({"y": height, "text": name})
        height -= step
        cells += [{"x": at, "y": height, "text": text}
                  for at, text in zip(numbers.across, counts, strict=True)]  # fmt: skip
    heading = alt.Chart(values(heads)).mark_text(align="left", fontSize=11, color=INK,
                                                 fontWeight="bold")  # fmt: skip
    left = alt.XValue(2)  # type: ignore[no-untyped-call]
    text = alt.Text("text:N")
    first = alt.Chart(values([c for c in cells if c["x"] == 0.0]))
    others = alt.Chart(values([c for c in cells if c["x"] != 0.0]))
    return [
        heading.encode(x=left, y=y, text=text),
        first.mark_text(align="left", dx=2, fontSize=11, color=QUIET).encode(x=x, y=y, text=text),
        others.mark_text(fontSize=11, color=QUIET).encode(x=x, y=y, text=text),
    ]


def _layers(curves: Seen, *, x: alt.X, y: alt.Y, title: str, width: int) -> list[AnyChart]:
    """Return steps with their bands, fitted curves, and what stands beside them."""
    by_name = {trace.name for trace in curves.seen} <= set(curves.names)
    longest = max(map(len, curves.names), default=0)
    columns = min(max(int(width / (8 * longest + 50)), 1), MOST_LINES)
    legend = alt.Legend(symbolType="stroke", symbolOpacity=1.0, symbolStrokeWidth=3,
                        columns=columns)  # fmt: skip
    colour = alt.Color("name:N", scale=curves.colours(), sort=list(curves.names), legend=legend)
    bands = alt.Chart(values(_rows(curves.seen)))
    lines = alt.Chart(values(_rows(curves.fitted)))
    others = alt.Chart(values(_rows(curves.beside)))
    order, detail = alt.Order("order:Q"), alt.Detail("name:N")
    band = bands.mark_area(interpolate="step-after", opacity=0.14, clip=True, color=INK)
    step = bands.mark_line(interpolate="step-after", strokeWidth=1.6, clip=True, color=INK)
    ends = {"x": x, "order": order}
    inside = {"color": colour} if by_name else {"detail": detail}
    found: list[AnyChart] = [
        others.mark_line(strokeWidth=2, strokeDash=_BESIDE, color=GREY, clip=True)
        .encode(x=x, y=y, detail=detail, order=order),
        band.encode(y=alt.Y("low:Q", title=title),
                    y2=alt.Y2("high:Q"), x=x, **inside),
        lines.mark_line(strokeWidth=2.4, clip=True)
        .encode(y=y, **ends, color=colour, **_dashes(curves, width)),
        step.encode(y=y, **ends, **inside),  # above, as what was seen must not be hidden
    ]  # fmt: skip
    return found


def _dashes(curves: Seen, width: int) -> dict[str, alt.StrokeDash]:
    """Return what draws some lines dashed, if there are several styles."""
    styles = curves.styles
    if not styles:
        return {}
    needed = sum(8 * len(name) + 50 for name in (*curves.names, *styles))
    scale = alt.Scale(domain=styles, range=list(_DASHES[: len(styles)]))
    legend = alt.Legend(symbolType="stroke", symbolStrokeWidth=2.4, symbolSize=600,
                        columns=len(styles) if needed < width else 1,
                        symbolStrokeColor=INK)  # fmt: skip
    return {"strokeDash": alt.StrokeDash("style:N", scale=scale, sort=styles, legend=legend)}


def _points(curves: Seen, *, x: alt.X, y: alt.Y, title: str, width: int) -> list[AnyChart]:
    """Return single shares as diamonds or, by source, other signs; with their intervals."""
    base = alt.Chart(values(_rows(curves.points)))
    by_name = {trace.name for trace in curves.points} <= set(curves.names)
    colour = alt.Color("name:N", scale=curves.colours(), sort=list(curves.names), legend=None)
    inside = {"color": colour} if by_name else {"color": alt.value(INK)}
    ends = {"x": x, "y": alt.Y("low:Q", title=title), "y2": alt.Y2("high:Q")}
    mark = base.mark_point(shape="diamond", size=90, filled=True, opacity=1.0)
    return [base.mark_rule(strokeWidth=1.8).encode(**ends, **inside),
            mark.encode(x=x, y=y, **inside, **_signs(curves, width))]  # fmt: skip


def _signs(curves: Seen, width: int) -> dict[str, alt.Shape]:
    """Return what tells the sources of single shares apart, if they are known."""
    sources = list(dict.fromkeys(trace.style for trace in curves.points if trace.style))
    if not sources:
        return {}
    signs = [_SIGNS[place % len(_SIGNS)] for place in range(len(sources))]
    columns = max(int(width / (8 * max(map(len, sources)) + 50)), 1)
    # Below the chart it would stand beside the names of curves, for which there may be no room.
    legend = alt.Legend(orient="top", offset=_ABOVE_TITLE, symbolFillColor=INK,
                        symbolStrokeColor=INK, symbolSize=90, columns=columns,
                        labelLimit=width - 50)  # fmt: skip
    scale = alt.Scale(domain=sources, range=signs)
    return {"shape": alt.Shape("style:N", scale=scale, sort=sources, legend=legend)}


def _rows(traces: Sequence[Trace]) -> list[dict[str, object]]:
    """Return one row of data for each point."""
    rows: list[dict[str, object]] = []
    for trace in traces:
        for place, (x, y) in enumerate(zip(trace.across, trace.up, strict=True)):
            row: dict[str, object] = {"name": trace.name, "x": x, "y": y, "order": place}
            if trace.low and trace.high:
                row |= {"low": trace.low[place], "high": trace.high[place]}
            if trace.style:
                row["style"] = trace.style
            rows.append(row)
    return rows


def hazard_chart(
    curves: Seen, *, axes: Axes, highest: float, texts: Texts, width: int = WIDE
) -> alt.LayerChart:
    """Return hazards: rates seen by stretches of time with their interval, and fitted ones.

    Parameters
    ----------
    curves
        Rates are steps.
    axes
        Titles, and the end of time.
    highest
        Where the chart is cut.
    texts
        Title and notes.
    width
        Pixels.
    """
    x = alt.X("x:Q", title=axes.across, axis=alt.Axis(grid=False),
              scale=alt.Scale(domain=[0.0, axes.end], nice=False))  # fmt: skip
    y = alt.Y("y:Q", title=axes.up, scale=alt.Scale(domain=[0.0, highest], nice=True),
              axis=alt.Axis(tickCount=6))  # fmt: skip
    return finished(*_layers(curves, x=x, y=y, title=axes.up, width=width), title=texts.title,
                    notes=texts.notes, width=width, height=HEIGHT)  # fmt: skip


def log_log_chart(
    curves: Seen, *, axes: Axes, starts: tuple[float, float], texts: Texts, width: int = WIDE
) -> alt.LayerChart:
    """Return cumulative hazards, both axes by logarithms: Weibull is a straight line.

    Parameters
    ----------
    curves
        Steps and fitted ones.
    axes
        Titles, and the end of time.
    starts
        Least time and least cumulative hazard.
    texts
        Title and notes.
    width
        Pixels.
    """
    most = max(max(trace.up) for trace in (*curves.seen, *curves.fitted))
    x = alt.X("x:Q", title=axes.across, axis=alt.Axis(grid=False, format="~g"),
              scale=alt.Scale(type="log", domain=[starts[0], axes.end], nice=False))  # fmt: skip
    y = alt.Y("y:Q", title=axes.up, axis=alt.Axis(format="~g", values=_DECADES),
              scale=alt.Scale(type="log", domain=[starts[1], 1.2 * most], nice=False))  # fmt: skip
    return finished(*_layers(curves, x=x, y=y, title=axes.up, width=width), title=texts.title,
                    notes=texts.notes, width=width, height=HEIGHT)  # fmt: skip


def lifetime_chart(
    curves: Seen, *, axes: Axes, followed: float, texts: Texts, width: int = WIDE
) -> alt.LayerChart:
    """Return shares far beyond what was seen, beside the general population.

    Parameters
    ----------
    curves
        Steps, fitted ones and the population.
    axes
        Titles, and the end of time.
    followed
        Until when patients were followed.
    texts
        Title and notes.
    width
        Pixels.
    """
    x = alt.X("x:Q", title=axes.across, axis=alt.Axis(grid=False),
              scale=alt.Scale(domain=[0.0, axes.end], nice=False))  # fmt: skip
    y = alt.Y("y:Q", title=axes.up, scale=alt.Scale(domain=[0.0, 1.0]),
              axis=_percent())  # fmt: skip
    text = _("end of follow-up")
    room = _LETTER * len(text) / width * axes.end
    is_left = followed + room > axes.end
    ends = (followed - room, followed) if is_left else (followed, followed + room)
    place = free_height((*curves.seen, *curves.fitted, *curves.beside, *curves.points), ends)
    mark = alt.Chart(values([{"x": followed, "y": place, "text": text}]))
    shade = alt.Chart(values([{"x": 0.0, "end": followed}])).mark_rect(color=GREY, opacity=0.08)
    named = mark.mark_text(align="right" if is_left else "left", dx=-5 if is_left else 5,
                           baseline="middle", fontSize=12, color=QUIET)  # fmt: skip
    return finished(
        shade.encode(x=x, x2=alt.X2("end:Q")),
        mark.mark_rule(color=GREY, strokeWidth=1).encode(x=x),
        *_layers(curves, x=x, y=y, title=axes.up, width=width),
        *(_points(curves, x=x, y=y, title=axes.up, width=width) if curves.points else ()),
        named.encode(x=x, y=y, text=alt.Text("text:N")),
        title=texts.title, notes=texts.notes, width=width, height=HEIGHT,
    )  # fmt: skip


def free_height(traces: Sequence[Trace], ends: tuple[float, float]) -> float:
    """Return how high on a chart of shares a text crosses no curve, the highest such place.

    Parameters
    ----------
    traces
        All that is drawn.
    ends
        Between which times the text stands.

    Examples
    --------
    >>> free_height([Trace("flat", [0.0, 9.0], [0.95, 0.95])], (1.0, 4.0))
    0.89
    """
    times = np.linspace(*ends, 25)
    taken = [np.interp(times, one.across, up)
             for one in traces for up in (one.up, one.low, one.high) if len(up)]  # fmt: skip
    heights = np.round(np.arange(0.97, 0.02, -0.01), 2)
    if not taken:
        return float(heights[0])
    apart = np.abs(heights[:, None, None] - np.array(taken)[None]).min(axis=(1, 2))
    free = apart >= _CLEAR
    return float(heights[free.argmax() if free.any() else apart.argmax()])
