"""Bars from the result of the stated values: of single inputs, and of scenarios."""

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
    WIDE,
    AnyChart,
    finished,
    left_edge,
    values,
)

ROW = 46
"""Pixels for one input of a tornado: its name above its bar."""

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
        Results at which the decision turns, e.g. 0; drawn where results lie on both sides.
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
        upright(at / axis.scale, scale=scale, dashed=True, colour=GREY)
        for at in marked
        if least <= at <= most
    ]
    return finished(
        *lines,
        bars.mark_bar(height=14, yOffset=10).encode(
            y=y, x=x, x2=alt.X2("to:Q"), color=alt.Color("which:N", scale=colours)),
        upright(base / axis.scale, scale=scale, dashed=False, colour=INK),
        *(bars.transform_filter(f"datum.place == '{place}'").mark_text(**look).encode(
            y=y, x=alt.X("at:Q", scale=scale, title=axis.title), text=text)
          for place, look in (*_BORDERS, *_WORDS.items())),
        *names(named, y, width),
        title=texts.title, notes=texts.notes, width=width, height=alt.Step(ROW),
    )  # fmt: skip


_SMALL = {"yOffset": 10, "fontSize": 11, "baseline": "middle"}
_WORDS: dict[str, dict[str, Any]] = {
    "right": {**_SMALL, "align": "left", "dx": 5, "color": QUIET},
    "left": {**_SMALL, "align": "right", "dx": -5, "color": QUIET},
    "inside": {**_SMALL, "align": "right", "dx": -5, "color": "white", "fontWeight": "bold"},
}
"""Looks of the words at the ends of bars, by where they stand."""

_BORDER: dict[str, Any] = {"stroke": "white", "strokeWidth": 9, "strokeJoin": "round",
                           "color": "white"}  # fmt: skip
"""Look of the same letters below, which keeps lines off them."""

_BORDERS = tuple((place, {**_WORDS[place], **_BORDER}) for place in ("right", "left"))


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


def names(data: alt.Chart, y: alt.Y, width: int) -> list[alt.Chart]:
    """Return the names above the bars, on a white border that keeps lines off their letters."""
    looks: list[dict[str, Any]] = [_BORDER, {"color": INK}]
    return [
        data.mark_text(align="left", baseline="bottom", yOffset=-4, fontSize=12, limit=width - 12,
                       **look).encode(y=y, x=left_edge(), text=alt.Text("name:N"))
        for look in looks
    ]  # fmt: skip


def upright(at: float, *, scale: alt.Scale, dashed: bool, colour: str) -> alt.Chart:
    """Return an upright line across the chart, at a value of its x axis."""
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
        *(upright(at / axis.scale, scale=scale, dashed=True, colour=GREY)
          for at in marked if min(known) <= at <= max(known)),
        data.mark_bar(height=14, yOffset=10).encode(
            y=y, x=x, x2=alt.X2("to:Q"), color=alt.Color("colour:N", scale=None)),
        upright(base / axis.scale, scale=scale, dashed=False, colour=INK),
        *(side.mark_text(**look).encode(y=y, x=end, text=alt.Text("text:N"))
          for place, side in (("right", right), ("left", left))
          for look in (dict(_BORDERS)[place], _WORDS[place])),
        *names(data, y, width),
        title=texts.title, notes=texts.notes, width=width, height=alt.Step(ROW),
    )  # fmt: skip
