"""How results move with what goes in: map of two inputs, threshold, running mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import (
    BLUE,
    GREY,
    INK,
    PAGE,
    SERIES,
    WIDE,
    AnyChart,
    finished,
    values,
)
from equipoise.report.charts.tornado import Axis, Texts, upright

HEIGHT = 360


@dataclass(frozen=True)
class Cells:
    """A map of two inputs: edges of the cells along each, and the name that stands in each cell.

    `best` has one list for each step of the first input; an empty name is a cell that cannot be.
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
    sides = [[edge / axis.scale for edge in edges] for edges, axis in
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
            color=alt.Color("best:N", scale=colours, legend=legend(width))),
    ]  # fmt: skip
    if all(side[0] <= at / axis.scale <= side[-1]
           for side, at, axis in zip(sides, cells.stated, axes, strict=True)):  # fmt: skip
        layers.append(mark.mark_point(shape="cross", size=240, filled=True, color=INK, opacity=1,
                                      stroke="white").encode(x=x, y=y))  # fmt: skip
    return finished(*layers, title=texts.title, notes=texts.notes, width=width, height=HEIGHT + 40)


def legend(width: int) -> alt.Legend:
    """Return a legend that finds room: on a telephone one name below the other."""
    return alt.Legend(columns=1) if width < PAGE else alt.Legend()


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
    own = alt.Scale(domain=names, range=[SERIES[k % len(SERIES)] for k in range(len(names))])
    colour = alt.Color("name:N", scale=own, legend=legend(width))
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
        layers.insert(0, upright(stated / across.scale, scale=scale, dashed=True, colour=GREY))
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
