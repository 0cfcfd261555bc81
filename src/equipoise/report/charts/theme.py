"""How every chart looks.

The charts name each channel by its class, `alt.X2("end:Q")` and not `x2="end:Q"`: to find the class
of a bare text, the library goes through its whole grammar.
"""

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import altair as alt
import numpy as np

from equipoise.core.translation import format_money, language
from equipoise.core.translation import translate as _

WIDE, NARROW = 880, 340
"""Widths in pixels: for a page, and for a telephone."""

PAGE = 500
"""From this width on a chart is laid out for a page."""

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The converter has Liberation Sans inside, whose letters are as wide as Arial's."""

INK, QUIET, GRID = "#1c2733", "#51606e", "#e3e7eb"
BLUE, RED, GREEN = "#0b5fa5", "#c4500c", "#0a7a5c"
PURPLE, AMBER, SKY, GREY = "#8a3f86", "#a87400", "#3b8cc0", "#75808a"

SERIES = (BLUE, RED, GREEN, PURPLE, AMBER, SKY, GREY)
"""Told apart by people who see colours differently, and 3:1 against white."""

OWNER_COLOURS = {
    "maker": BLUE, "regulator": RED, "payer": GREEN, "centre": PURPLE, "patient": AMBER,
}  # fmt: skip

STATUS_COLOURS = {
    "read": BLUE, "computed": SKY, "background": GREY, "inference": AMBER, "assumption": RED,
}  # fmt: skip

AnyChart = alt.Chart | alt.LayerChart

_LETTER = {"en": 7.9, "ru": 9.0}
"""Width of a bold letter of a title, pixels."""


def values(rows: Sequence[Mapping[str, Any]]) -> alt.InlineData:
    """Return rows as the data of a chart."""
    # A list would be copied, row by row, with every method that adds something to the chart.
    plain = tuple({key: _plain(cell) for key, cell in row.items()} for row in rows)
    return alt.InlineData(values=plain)


def _plain(cell: object) -> object:
    """Return a cell as JSON knows it."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    return round(cell, 6) if isinstance(cell, float) and abs(cell) < 1e6 else cell


_BELOW_EACH_OTHER = "{bottom: {direction: 'vertical', anchor: 'start', margin: 8}}"
"""How legends stand if there are two: side by side the first touches the second."""


def lines_of(text: str, width: int) -> list[str]:
    """Return a title broken to the width of its chart."""
    return wrap(text, max(int(width / _LETTER[language()]), 20)) or [""]


def left_edge() -> alt.XValue:
    """Return the place of texts that begin at the left edge."""
    return alt.XValue(2)  # type: ignore[no-untyped-call]


def finished(
    *layers: AnyChart, title: str, notes: Sequence[str] = (), width: int, height: int | alt.Step
) -> alt.LayerChart:
    """Put layers together under a title that states the finding, and notes on how to read it."""
    small = [line for note in notes for line in lines_of(note, round(width * 1.25))]
    # All at once: each method that adds something copies the chart with all that is in it.
    chart: alt.LayerChart = alt.LayerChart(
        layer=list(layers),
        title=alt.TitleParams(text=lines_of(title, width), subtitle=small),
        width=width,
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        config=_config(width),
    )
    return chart


def _config(width: int) -> alt.Config:
    """Return the type and colours of a chart."""
    return alt.Config(
        font=FONT, background="transparent", aria=False,
        padding={"left": 2, "right": 8, "top": 4, "bottom": 4},
        title=alt.TitleConfig(
            anchor="start", frame="bounds", fontSize=15, fontWeight="bold", color=INK,
            lineHeight=20, subtitleFontSize=12, subtitleColor=QUIET, subtitlePadding=4,
            subtitleLineHeight=16, offset=12,
        ),
        axis=alt.AxisConfig(
            labelFontSize=12, titleFontSize=12, labelColor=QUIET, titleColor=QUIET,
            gridColor=GRID, domainColor=GREY, tickColor=GREY, titleFontWeight="normal",
            labelLimit=260, titlePadding=8,
        ),
        axisX=alt.AxisConfig(tickCount=max(width // 70, 3)),
        axisY=alt.AxisConfig(
            titleAngle=0, titleAlign="left", titleAnchor="start", titleY=-10, titleX=0,
            domain=False, ticks=False, titleBaseline="bottom",
        ),
        legend=alt.LegendConfig(
            orient="bottom", title=None, labelFontSize=12, labelColor=INK, labelLimit=width - 40,
            symbolSize=110, offset=10, rowPadding=4, columnPadding=26,
            layout=alt.ExprRef(_BELOW_EACH_OTHER),
        ),
        view=alt.ViewConfig(stroke=None),
    )  # fmt: skip


def money_scale(currency: str, largest: float) -> tuple[float, str]:
    """Return what to divide amounts by on an axis, and the axis title, e.g. billion RUB."""
    for scale in (1e12, 1e9, 1e6):
        if abs(largest) >= 0.5 * scale:
            one = format_money(scale, currency)
            return scale, re.sub(r"^1\s", "", one)
    return 1.0, re.sub(r"^0\s", "", format_money(0.0, currency))


def range_note() -> str:
    """Return what a band or whisker means."""
    return _("Shaded or thin: the range that holds 90% of simulated futures.")
