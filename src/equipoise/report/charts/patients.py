"""Patients by year, and the course of one patient."""

from typing import Any

import altair as alt
import xarray as xr

from equipoise.core.translation import translate as _
from equipoise.core.translation import translate_plural
from equipoise.report.charts.theme import (
    BLUE,
    GREEN,
    PAGE,
    RED,
    WIDE,
    finished,
    range_note,
    values,
)
from equipoise.report.reading import Number, means_by_year, read
from equipoise.report.words import count, month, share
from equipoise.spec.text import shown

HEIGHT = 280
LIVING = 0.01
"""The course is shown until so few are alive."""


def patients(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart:
    """Return how many have been treated, wait, or were lost, at the end of each year.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    reach = reading.group("reach")
    lost = (reach["died"] + reach["left"]).cumsum("year")
    series = {
        _("treated so far"): reach["treated"].cumsum("year"),
        _("waiting"): reach["waiting"],
        _("died or left before treatment"): lost,
    }
    origin = reading.record.decision_date
    first = origin.year + (origin.timetuple().tm_yday - 1) / 365.25
    rows = [
        {"series": name, "x": first + year + 1, **_spread(number)}
        for name, data in series.items()
        for year, number in means_by_year(data, "patients").items()
    ]
    treated, joined = (float(reach[k].sum("year").mean()) for k in ("treated", "arrived"))
    title = _("By {end}, {treated} of {joined} patients are treated", end=month(reading.ends),
              treated=count(treated), joined=count(joined))  # fmt: skip
    return _lines(rows, list(series), title=title, y=_("patients"), width=width, years=True)


def course(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart:
    """Return one patient's course: who still responds, and who is alive under each strategy.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    data, record = reading.group("course"), reading.record
    response = shown(record.measures.get(record.response, record.response))
    living = data["alive"].mean("draw").max("strategy")
    years = data["year"].values[living.values >= LIVING]
    track = data["track"].sel(measure=record.response, strategy=record.new)
    series = {
        response: track,
        _("alive: {strategy}", strategy=reading.strategy(record.new)):
            data["alive"].sel(strategy=record.new),
        _("alive: {strategy}", strategy=reading.strategy(record.current)):
            data["alive"].sel(strategy=record.current),
    }  # fmt: skip
    rows = [
        {"series": name, "x": year, **_spread(number, 100.0)}
        for name, line in series.items()
        for year, number in means_by_year(line.sel(year=years), "1").items()
    ]
    title = _course_title(track)
    return _lines(rows, list(series), title=title, y=_("% of patients"), width=width, years=False)


def _course_title(track: xr.DataArray) -> str:
    """Return how many still respond after ten years, or after as long as is known."""
    after = min(10, int(track["year"].max()))
    works = share(float(track.sel(year=after).mean()))
    return translate_plural(
        "{n} year after treatment it still works for {share} of those alive",
        "{n} years after treatment it still works for {share} of those alive",
        after, share=works,
    )  # fmt: skip


def _spread(number: Number, times: float = 1.0) -> dict[str, float]:
    """Return mean and range as columns."""
    return {"mean": number.value * times, "low": number.low * times, "high": number.high * times}


def _lines(
    rows: list[dict[str, Any]], names: list[str], *, title: str, y: str, width: int, years: bool
) -> alt.LayerChart:
    """Return lines with bands; told apart by colour and dash."""
    colours, dashes = [BLUE, RED, GREEN], [[1, 0], [6, 3], [2, 3]]
    narrow = width < PAGE
    legend = alt.Legend(columns=1 if narrow else 0, symbolType="stroke", symbolStrokeWidth=2.5,
                        symbolSize=500, symbolOpacity=1)  # fmt: skip
    axis = (
        alt.Axis(format="d", title=None, tickMinStep=1, grid=False)
        if years
        else alt.Axis(title=_("years since treatment"), grid=False)
    )
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(zero=False, nice=False))
    base = alt.Chart(values(rows)).encode(x=x)
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=colours), legend=legend)
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=names, range=dashes), legend=legend)
    band = base.mark_area(opacity=0.13).encode(
        y=alt.Y("low:Q", title=y), y2=alt.Y2("high:Q"), color=colour
    )
    line = base.mark_line(strokeWidth=2.5).encode(
        y=alt.Y("mean:Q", title=y), color=colour, strokeDash=dash
    )
    return finished(band, line, title=title, notes=[range_note()], width=width, height=HEIGHT)
