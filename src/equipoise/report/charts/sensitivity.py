"""How results move with what goes in: tornado, map of two inputs, threshold, running mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import (
    BLUE,
    GREY,
    INK,
    PAGE,
    QUIET,
    RED,
    SERIES,
    WIDE,
    AnyChart,
    finished,
    left_edge,
    values,
)

ROW = 46
"""Pixels for one input of a tornado: its name above its bar."""

HEIGHT = 360
_ROOM = 0.09
"""Share of the axis left free on each side for the values at the ends of bars."""


@dataclass(frozen=True)
class Texts:
    """Title and notes of a chart: they state the finding, and how to read it."""

    title: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class End:
    """One end of a bar: the result there, or None if there is no such number, and its words."""

    result: float | None
    text: str


@dataclass(frozen=True)
class TornadoRow:
    """One input: its name, and what its lower and higher value bring."""

    name: str
    low: End
    high: End


@dataclass(frozen=True)
class Axis:
    """What an axis shows, and what its numbers are divided by."""

    title: str
    scale: float = 1.0


def tornado(
    rows: Sequence[TornadoRow],
    *,
    base: float,
    axis: Axis,
    marked: Sequence[float],
    texts: Texts,
    width: int = WIDE,
) -> alt.LayerChart:
    """Return bars from the result of the stated values to those of lower and higher ones.

    Parameters
    ----------
    rows
        From the widest down. An end without a result reaches to the edge of the chart.
    base
        Result of the stated values.
    axis
        Of the results.
    marked
        Results at which the decision turns, e.g. 0; drawn where they are in sight.
    texts
        Title and notes.
    width
        Pixels.
    """
    known = [base, *(e.result for row in rows for e in (row.low, row.high) if e.result is not None)]
    least, most = min(known), max(known)
    room = (most - least or abs(base) or 1.0) * _ROOM * (1.0 if width >= PAGE else 2.2)
    domain = [(least - room) / axis.scale, (most + room) / axis.scale]
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    x = alt.X("from:Q", scale=scale, title=axis.title, axis=alt.Axis(grid=False))
    bars = alt.Chart(values(_bars(rows, base=base, axis=axis, edge=domain[1])))
    y = alt.Y("row:O", axis=None)
    named = alt.Chart(values([{"row": n, "name": row.name} for n, row in enumerate(rows)]))
    colours = alt.Scale(domain=[_("lower value"), _("higher value")], range=[BLUE, RED])
    text = alt.Text("text:N")
    lines: list[AnyChart] = [
        _rule(at / axis.scale, scale=scale, dashed=True, colour=GREY)
        for at in marked
        if domain[0] <= at / axis.scale <= domain[1]
    ]
    return finished(
        *lines,
        bars.mark_bar(height=14, yOffset=10).encode(
            y=y, x=x, x2=alt.X2("to:Q"), color=alt.Color("which:N", scale=colours)),
        *(bars.transform_filter(f"datum.place == '{place}'").mark_text(**look).encode(
            y=y, x=alt.X("at:Q", scale=scale, title=axis.title), text=text)
          for place, look in _WORDS.items()),
        named.mark_text(align="left", baseline="bottom", fontSize=12, color=INK, dy=0,
                        limit=width - 12).encode(y=y, x=left_edge(), text=alt.Text("name:N")),
        _rule(base / axis.scale, scale=scale, dashed=False, colour=INK),
        title=texts.title, notes=texts.notes, width=width, height=alt.Step(ROW),
    )  # fmt: skip


_SMALL = {"yOffset": 10, "fontSize": 11, "baseline": "middle"}
_WORDS: dict[str, dict[str, Any]] = {
    "right": {**_SMALL, "align": "left", "dx": 5, "color": QUIET},
    "left": {**_SMALL, "align": "right", "dx": -5, "color": QUIET},
    "inside": {**_SMALL, "align": "right", "dx": -5, "color": "white", "fontWeight": "bold"},
}
"""Looks of the words at the ends of bars, by where they stand."""


def _bars(
    rows: Sequence[TornadoRow], *, base: float, axis: Axis, edge: float
) -> list[dict[str, object]]:
    """Return one row of data for each end of each bar."""
    found: list[dict[str, object]] = []
    middle = base / axis.scale
    for number, row in enumerate(rows):
        ends = [edge if e.result is None else e.result / axis.scale for e in (row.low, row.high)]
        for place, (end, which) in enumerate(
            ((row.low, _("lower value")), (row.high, _("higher value")))
        ):
            to, other = ends[place], ends[1 - place]
            # Of two ends on one side the shorter has its words on the other side of the line.
            shorter = (to - middle) * (other - middle) > 0 and abs(to - middle) < abs(
                other - middle
            )
            right = (to >= middle) != shorter if to != middle else other < middle
            found.append({
                "row": number, "from": middle, "to": to, "which": which, "text": end.text,
                "at": middle if shorter else to,
                "place": "inside" if end.result is None else "right" if right else "left",
            })  # fmt: skip
    # The longer first, so that the shorter lies on it.
    return sorted(found, key=lambda one: -abs(float(str(one["to"])) - middle))


def _rule(at: float, *, scale: alt.Scale, dashed: bool, colour: str) -> alt.Chart:
    """Return an upright line across the chart."""
    dash = [5, 4] if dashed else [1, 0]
    rule = alt.Chart(values([{"at": at}])).mark_rule(color=colour, strokeDash=dash, strokeWidth=1.6)
    placed: alt.Chart = rule.encode(x=alt.X("at:Q", scale=scale))
    return placed


def scenario_bars(
    rows: Sequence[tuple[str, float, str]],
    *,
    base: float,
    axis: Axis,
    marked: Sequence[float],
    texts: Texts,
    width: int = WIDE,
) -> alt.LayerChart:
    """Return bars from the result of the stated values to that of each scenario.

    Parameters
    ----------
    rows
        Name, result and its words, in order.
    base, axis, marked, texts, width
        As of `tornado`.
    """
    known = [base, *(result for _name, result, _words in rows)]
    room = (max(known) - min(known) or abs(base) or 1.0) * _ROOM * (1.6 if width >= PAGE else 4.0)
    domain = [(min(known) - room) / axis.scale, (max(known) + room) / axis.scale]
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    data = alt.Chart(values([
        {"row": number, "name": name, "from": base / axis.scale, "to": result / axis.scale,
         "text": words, "colour": BLUE if result >= base else RED}
        for number, (name, result, words) in enumerate(rows)
    ]))  # fmt: skip
    y = alt.Y("row:O", axis=None)
    x = alt.X("from:Q", scale=scale, title=axis.title, axis=alt.Axis(grid=False))
    end = alt.X("to:Q", scale=scale, title=axis.title)
    right = data.transform_filter("datum.to >= datum.from")
    left = data.transform_filter("datum.to < datum.from")
    return finished(
        *(_rule(at / axis.scale, scale=scale, dashed=True, colour=GREY)
          for at in marked if domain[0] <= at / axis.scale <= domain[1]),
        data.mark_bar(height=14, yOffset=10).encode(
            y=y, x=x, x2=alt.X2("to:Q"), color=alt.Color("colour:N", scale=None)),
        right.mark_text(align="left", dx=5, yOffset=10, fontSize=11, color=QUIET).encode(
            y=y, x=end, text=alt.Text("text:N")),
        left.mark_text(align="right", dx=-5, yOffset=10, fontSize=11, color=QUIET).encode(
            y=y, x=end, text=alt.Text("text:N")),
        data.mark_text(align="left", baseline="bottom", fontSize=12, color=INK,
                       limit=width - 12).encode(y=y, x=left_edge(), text=alt.Text("name:N")),
        _rule(base / axis.scale, scale=scale, dashed=False, colour=INK),
        title=texts.title, notes=texts.notes, width=width, height=alt.Step(ROW),
    )  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """A map of two inputs: points of each, and the name that stands in each cell.

    `best` has one list for each point of the first input; an empty name is a cell that cannot be.
    """

    first: Sequence[float]
    second: Sequence[float]
    best: Sequence[Sequence[str]]
    names: Sequence[str]
    """All names, in the order of their colours."""
    stated: tuple[float, float]


def two_way_map(
    cells: Cells, *, axes: tuple[Axis, Axis], texts: Texts, width: int = WIDE
) -> alt.LayerChart:
    """Return which strategy is best at each pair of values of two inputs.

    Parameters
    ----------
    cells
        The map.
    axes
        Of the first input (across) and the second (up).
    texts
        Title and notes.
    width
        Pixels.
    """
    sides = [_edges(points, axis.scale) for points, axis in
             zip((cells.first, cells.second), axes, strict=True)]  # fmt: skip
    rows = [
        {"left": sides[0][i], "right": sides[0][i + 1], "low": sides[1][j], "high": sides[1][j + 1],
         "best": name}
        for i, column in enumerate(cells.best)
        for j, name in enumerate(column)
        if name
    ]  # fmt: skip
    scales = [alt.Scale(domain=[side[0], side[-1]], nice=False, zero=False) for side in sides]
    x = alt.X("left:Q", scale=scales[0], title=axes[0].title, axis=alt.Axis(grid=False))
    y = alt.Y("low:Q", scale=scales[1], title=axes[1].title, axis=alt.Axis(grid=False))
    shown = [name for name in cells.names if any(name in column for column in cells.best)]
    colours = alt.Scale(
        domain=shown, range=[SERIES[cells.names.index(name) % len(SERIES)] for name in shown]
    )
    mark = alt.Chart(values([{"left": cells.stated[0] / axes[0].scale,
                              "low": cells.stated[1] / axes[1].scale}]))  # fmt: skip
    layers: list[AnyChart] = [
        alt.Chart(values(rows)).mark_rect(opacity=0.62, stroke="white", strokeWidth=1).encode(
            x=x, y=y, x2=alt.X2("right:Q"), y2=alt.Y2("high:Q"),
            color=alt.Color("best:N", scale=colours)),
    ]  # fmt: skip
    if all(side[0] <= at / axis.scale <= side[-1]
           for side, at, axis in zip(sides, cells.stated, axes, strict=True)):  # fmt: skip
        layers.append(mark.mark_point(shape="cross", size=240, filled=True, color=INK, opacity=1,
                                      stroke="white").encode(x=x, y=y))  # fmt: skip
    return finished(*layers, title=texts.title, notes=texts.notes, width=width, height=HEIGHT + 40)


def _edges(points: Sequence[float], scale: float) -> list[float]:
    """Return the edges of the cells around evenly spread points.

    Examples
    --------
    >>> _edges([0.0, 1.0, 2.0], 1.0)
    [-0.5, 0.5, 1.5, 2.5]
    """
    half = (points[1] - points[0]) / 2.0
    return [(points[0] - half) / scale, *((point + half) / scale for point in points)]


@dataclass(frozen=True)
class Curve:
    """Net benefit over values of an input, at one worth of a QALY, and where it is zero."""

    name: str
    net_benefit: Sequence[float]
    roots: Sequence[tuple[float, str]]
    """Value of the input, and its words."""


def threshold_curves(
    points: Sequence[float],
    curves: Sequence[Curve],
    *,
    stated: float,
    axes: tuple[Axis, Axis],
    texts: Texts,
    width: int = WIDE,
) -> alt.LayerChart:
    """Return the net benefit over the values of an input, one line for each worth of a QALY.

    Parameters
    ----------
    points
        Values of the input.
    curves
        What was found; the first is drawn thick.
    stated
        Stated value of the input.
    axes
        Of the input, and of the net benefit.
    texts
        Title and notes.
    width
        Pixels.
    """
    across, up = axes
    rows = [
        {"x": at / across.scale, "y": benefit / up.scale, "name": curve.name,
         "thick": 3.0 if number == 0 else 1.6}
        for number, curve in enumerate(curves)
        for at, benefit in zip(points, curve.net_benefit, strict=True)
    ]  # fmt: skip
    roots = [
        {"x": at / across.scale, "y": 0.0, "text": text, "name": curve.name}
        for curve in curves
        for at, text in curve.roots
    ]
    scale = alt.Scale(nice=False, zero=False)
    x = alt.X("x:Q", scale=scale, title=across.title, axis=alt.Axis(grid=False))
    y = alt.Y("y:Q", title=up.title, scale=alt.Scale(zero=True))
    names = [curve.name for curve in curves]
    colour = alt.Color("name:N", scale=alt.Scale(domain=names, range=list(SERIES[: len(names)])))
    crossed = alt.Chart(values(roots))
    layers: list[AnyChart] = [
        alt.Chart(values([{"y": 0.0}])).mark_rule(color=INK, strokeWidth=1.4).encode(y=y),
        alt.Chart(values(rows)).mark_line().encode(
            x=x, y=y, color=colour, strokeWidth=alt.StrokeWidth("thick:Q", scale=None)),
        crossed.mark_point(filled=True, size=90, opacity=1, stroke="white").encode(
            x=x, y=y, color=colour),
        crossed.mark_text(align="left", dx=6, dy=-11, fontSize=12, color=INK).encode(
            x=x, y=y, text=alt.Text("text:N")),
    ]  # fmt: skip
    if points[0] <= stated <= points[-1]:
        layers.insert(0, _rule(stated / across.scale, scale=scale, dashed=True, colour=GREY))
    return finished(*layers, title=texts.title, notes=texts.notes, width=width, height=HEIGHT)


@dataclass(frozen=True)
class Running:
    """A mean as draws are added, and the intervals at the looks that were taken."""

    draws: Sequence[int]
    means: Sequence[float]
    looks: Sequence[tuple[int, float, float]]
    """Draws, mean and half-width."""


def running_mean_chart(
    running: Running, *, axis: Axis, texts: Texts, width: int = WIDE
) -> alt.LayerChart:
    """Return how a mean settles with the draws.

    Parameters
    ----------
    running
        Means and looks.
    axis
        Of the mean.
    texts
        Title and notes.
    width
        Pixels.
    """
    first = running.looks[0][0] // 10
    rows = [
        {"draws": count, "mean": mean / axis.scale}
        for count, mean in zip(running.draws, running.means, strict=True)
        if count >= first
    ]
    looks = [
        {"draws": count, "mean": mean / axis.scale, "low": (mean - half) / axis.scale,
         "high": (mean + half) / axis.scale}
        for count, mean, half in running.looks
    ]  # fmt: skip
    x = alt.X("draws:Q", scale=alt.Scale(type="log", nice=False), title=_("simulated futures"),
              axis=alt.Axis(grid=False))  # fmt: skip
    scale = alt.Scale(zero=False)
    y = alt.Y("mean:Q", scale=scale, title=axis.title)
    seen = alt.Chart(values(looks))
    last = alt.Chart(values(looks[-1:]))
    return finished(
        last.mark_rect(color=BLUE, opacity=0.12).encode(
            y=alt.Y("low:Q", scale=scale, title=axis.title), y2=alt.Y2("high:Q")),
        alt.Chart(values(rows)).mark_line(color=BLUE, strokeWidth=1.8).encode(x=x, y=y),
        seen.mark_rule(color=INK, strokeWidth=2).encode(
            x=x, y=alt.Y("low:Q", scale=scale, title=axis.title), y2=alt.Y2("high:Q")),
        seen.mark_point(filled=True, size=70, color=INK, opacity=1).encode(x=x, y=y),
        title=texts.title, notes=texts.notes, width=width, height=HEIGHT,
    )  # fmt: skip
