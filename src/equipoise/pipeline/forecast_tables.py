"""Forecasts and what came, as a table and as a picture."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from equipoise.core.translation import translate as _
from equipoise.pipeline.forecasts import Forecast, calibration
from equipoise.report.charts.forecast import Line, forecast
from equipoise.report.charts.theme import WIDE

COLUMNS = (
    "product", "country", "stage", "days", "at_least", "median", "low_50", "high_50", "low_90",
    "high_90", "share", "own_cases", "other_cases", "status", "source",
)  # fmt: skip
"""Of the table: days that came, the forecast's median and intervals, the probability that it gave
to at most so many days, and the cases that it rests on."""


def forecast_table(found: Sequence[Forecast]) -> pd.DataFrame:
    """Return one row for each case; see `COLUMNS`.

    Parameters
    ----------
    found
        As of `forecasts.forecasts`.
    """
    rows = [
        (one.observation.product, one.observation.country, one.observation.stage,
         one.observation.length, one.observation.at_least, float(one.predicted.quantile(0.5)),
         *one.interval(0.5), *one.interval(0.9), one.share, one.predicted.own,
         one.predicted.others, one.observation.status, one.observation.source)
        for one in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def forecast_chart(found: Sequence[Forecast], *, title: str, width: int = WIDE) -> alt.LayerChart:
    """Return each case as a point on the interval of its forecast.

    Parameters
    ----------
    found
        As of `forecasts.forecasts`.
    title
        What the stage is.
    width
        Pixels.
    """
    lines = [
        Line(f"{one.observation.product}, {one.observation.group}", one.interval(0.9),
             one.interval(0.5), one.observation.length, one.observation.at_least)
        for one in sorted(found, key=lambda one: one.share)
    ]  # fmt: skip
    inside, count = calibration(found)[0.9]
    note = _("Thin: 90% of the forecast, thick: 50%. {inside} of {count} points lie on their thin "
             "line. An arrow: it took at least so long.", inside=inside, count=count)  # fmt: skip
    return forecast(lines, title=title, note=note, width=width)
