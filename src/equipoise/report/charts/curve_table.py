"""Shares at landmarks as a picture of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from equipoise.report.charts.curves import Texts
from equipoise.report.charts.theme import GREY, INK, PAGE, WIDE, finished, values


@dataclass(frozen=True)
class Line:
    """A row of a table: its name, its cells, and whether it is one that was seen."""

    name: str
    cells: Sequence[str]
    is_seen: bool = False


def table_chart(
    headings: Sequence[str], lines: Sequence[Line], *, texts: Texts, width: int = WIDE
) -> alt.LayerChart:
    """Return a table as a picture.

    Parameters
    ----------
    headings
        Of the cells; those of narrow charts are as many.
    lines
        From the top down; one without cells is a heading over those below it.
    texts
        Title and notes.
    width
        Pixels.
    """
    room = 0.30 if width >= PAGE else 0.40
    part = (1.0 - room) / len(headings)
    places = [room + part * (number + 1) for number in range(len(headings))]
    size = 13 if width >= PAGE else 9
    x = alt.X("x:Q", scale=alt.Scale(domain=[0.0, 1.0]), axis=None)
    y = alt.Y("row:Q", scale=alt.Scale(domain=[len(lines) + 0.5, -0.5]), axis=None)
    text = alt.Text("text:N")
    cells = [{"x": at, "row": 0, "text": word} for at, word in zip(places, headings, strict=True)]
    names: dict[str, list[dict[str, object]]] = {"bold": [], "normal": []}
    for row, line in enumerate(lines, start=1):
        weight = "bold" if line.is_seen or not line.cells else "normal"
        names[weight].append({"x": 0.0, "row": row, "text": line.name})
        cells += [{"x": at, "row": row, "text": cell}
                  for at, cell in zip(places, line.cells, strict=False)]  # fmt: skip
    edges = alt.Chart(values([{"row": row + 0.5} for row in range(len(lines))]))
    bold, plain = (alt.Chart(values(names[weight])) for weight in ("bold", "normal"))
    return finished(
        edges.mark_rule(color=GREY, opacity=0.35).encode(y=y),
        bold.mark_text(align="left", fontSize=size, color=INK, fontWeight="bold")
        .encode(x=x, y=y, text=text),
        plain.mark_text(align="left", fontSize=size, color=INK).encode(x=x, y=y, text=text),
        alt.Chart(values(cells)).mark_text(align="right", fontSize=size, color=INK)
        .encode(x=x, y=y, text=text),
        title=texts.title, notes=texts.notes, width=width, height=28 * (len(lines) + 1),
    )  # fmt: skip
