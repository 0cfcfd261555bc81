"""What is not known: the worth of finding out, and how far inputs are evidence."""

from typing import Any

import altair as alt
import xarray as xr

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import (
    INK,
    PAGE,
    STATUS_COLOURS,
    WIDE,
    finished,
    left_edge,
    lines_of,
    money_scale,
    values,
)
from equipoise.report.reading import Reading, read
from equipoise.report.what_is_unknown import ranked
from equipoise.report.words import STATUSES, capital, share, word

ROW, TALL_ROW = 44, 60
"""Pixels for one input: its name above its bar, in two lines if narrow."""

MOST = 8
"""Inputs shown."""


def evppi(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart | None:
    """Return what knowing each input is worth; None if none is worth anything.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    found = ranked(reading)[:MOST]
    if not found or reading.too_few:
        return None
    scale, unit = money_scale(reading.currency, found[0][1])
    narrow = width < PAGE
    rows = [
        {"row": number, "value": worth / scale, "low": max(worth - 2.0 * error, 0.0) / scale,
         "high": (worth + 2.0 * error) / scale,
         "colour": STATUS_COLOURS.get(reading.status(name), INK),
         **_name(reading, name, width, lines=2 if narrow else 1)}
        for number, (name, worth, error) in enumerate(found)
    ]  # fmt: skip
    base = alt.Chart(values(rows)).encode(y=alt.Y("row:O", axis=None))
    x = alt.X("value:Q", title=unit)
    return finished(
        base.mark_bar(height=12, yOffset=9).encode(x=x, color=alt.Color("colour:N", scale=None)),
        base.mark_rule(strokeWidth=1.6, color=INK, yOffset=9).encode(
            x=alt.X("low:Q", title=unit), x2=alt.X2("high:Q")),
        *(base.mark_text(align="left", baseline="bottom", fontSize=12, color=INK, dy=up,
                         limit=width - 12).encode(x=left_edge(), text=alt.Text(f"{line}:N"))
          for line, up in (("upper", -15), ("lower", 0))),
        title=_("First find out: “{input}”", input=reading.parameter(found[0][0])),
        notes=[_("What knowing one input would be worth for all patients of the queue. Thin line: "
                 "two standard errors.")],
        width=width, height=alt.Step(TALL_ROW if narrow else ROW),
    )  # fmt: skip


def _name(reading: Reading, parameter: str, width: int, *, lines: int) -> dict[str, str]:
    """Return an input's name with its status; the upper line is empty if one is enough."""
    text = _("{input} · {status}", input=capital(reading.parameter(parameter)),
             status=word(STATUSES, reading.status(parameter)))  # fmt: skip
    if lines == 1:
        return {"upper": "", "lower": text}
    first, *rest = lines_of(text, width)
    return {"upper": first, "lower": " ".join(rest)} if rest else {"upper": "", "lower": first}


def evidence(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart:
    """Return how many inputs are read, computed, inferred or assumed.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    rows = _statuses(reading)
    domain = [row["status"] for row in rows]
    colours = [row["colour"] for row in rows]
    base = alt.Chart(values(rows))
    x = alt.X("from:Q", axis=None, scale=alt.Scale(domain=[0, rows[-1]["to"]], nice=False))
    legend = alt.Legend(columns=2 if width < PAGE else 0, symbolType="square")
    bars = base.mark_bar(height=34, stroke="white", strokeWidth=2).encode(
        x=x, x2=alt.X2("to:Q"),
        color=alt.Color("status:N", scale=alt.Scale(domain=domain, range=colours), legend=legend),
    )  # fmt: skip
    text = base.mark_text(color="white", fontSize=14, fontWeight="bold").encode(
        x=alt.X("middle:Q", axis=None), text=alt.Text("label:N")
    )
    weak = sum(row["count"] for row in rows if row["code"] in ("inference", "assumption"))
    part = share(weak / max(rows[-1]["to"], 1))
    title = _("{share} of the inputs are inferred or assumed", share=part)
    return finished(bars, text, title=title, width=width, height=44)


def _statuses(reading: Reading) -> list[dict[str, Any]]:
    """Return one row for each status that occurs, side by side."""
    rows: list[dict[str, Any]] = []
    so_far = 0
    narrowest = 0.03 * len(reading.record.evidence)
    for code in ("read", "computed", "inference", "assumption"):
        found = sum(entry.status == code for entry in reading.record.evidence)
        if found:
            rows.append(
                {"code": code, "status": word(STATUSES, code), "count": found, "from": so_far,
                 "to": so_far + found, "middle": so_far + found / 2,
                 "label": str(found) if found >= narrowest else "",
                 "colour": STATUS_COLOURS[code]}
            )  # fmt: skip
            so_far += found
    return rows
