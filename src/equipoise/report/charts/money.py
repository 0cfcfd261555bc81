"""The budget by payer and year, and whether the therapy is worth its price."""

import altair as alt
import numpy as np
import xarray as xr

from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import (
    AMBER,
    BLUE,
    INK,
    PAGE,
    QUIET,
    RED,
    SERIES,
    WIDE,
    finished,
    money_scale,
    values,
)
from equipoise.report.reading import Reading, read
from equipoise.report.who_pays import peak, yearly_impact
from equipoise.report.words import share

HEIGHT = 280
SHOWN_DRAWS = 250


def budget(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart:
    """Return what each payer pays more (or less) in each year, with the sum of all.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    impact = reading.group("value")["budget_impact"].mean("draw")
    total = impact.sum("payer")
    scale, unit = money_scale(reading.currency, float(abs(total).max()))
    payers = reading.payers_shown or [str(impact["payer"].values[0])]
    names = [reading.payer(payer) for payer in payers]
    rows = [
        {"payer": reading.payer(payer), "order": number, "period": reading.period(int(year)),
         "amount": float(impact.sel(payer=payer, year=year)) / scale}
        for number, payer in enumerate(payers)
        for year in impact["year"].values
    ]  # fmt: skip
    net = [
        {"period": reading.period(int(year)), "amount": float(total.sel(year=year)) / scale}
        for year in total["year"].values
    ]
    narrow = width < PAGE
    axis = alt.Axis(title=None, labelAngle=-45 if narrow else 0, labelOverlap=True)
    x = alt.X("period:O", axis=axis, sort=None)
    y = alt.Y("amount:Q", title=_("{unit} a year", unit=unit))
    legend = alt.Legend(columns=1 if narrow else 2, symbolType="square")
    bars = alt.Chart(values(rows)).mark_bar().encode(
        x=x, y=y, order=alt.Order("order:O"),
        color=alt.Color("payer:N", scale=alt.Scale(domain=names, range=list(SERIES[:len(names)])),
                        legend=legend),
    )  # fmt: skip
    line = alt.Chart(values(net)).mark_line(
        color=INK, strokeWidth=2, point=alt.OverlayMarkDef(color=INK, size=36)
    )
    return finished(bars, line.encode(x=x, y=y), title=_budget_title(reading), width=width,
                    notes=[_("Expected payments with the therapy minus those without it, in "
                             "prices of {year}. Line: all payers together.",
                             year=reading.price_year)], height=HEIGHT)  # fmt: skip


def _budget_title(reading: Reading) -> str:
    """Return when the budget is strained most."""
    year, highest = peak(yearly_impact(reading))
    if highest.value <= 0.0:
        return _("No year costs payers more than today")
    return _("The dearest year is {period}: {amount} more", period=reading.period(year),
             amount=reading.money(highest.value))  # fmt: skip


def plane(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart:
    """Return every simulated future: health gained against cost added, with the threshold.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    value = reading.group("value")
    more_cost, more_health = (
        (value[k].sel(world="with") - value[k].sel(world="without")).values
        for k in ("cost_present", "qaly_present")
    )
    scale, unit = money_scale(reading.currency, float(np.abs(more_cost).max(initial=0.0)))
    kept = slice(0, SHOWN_DRAWS)
    rows = [
        {"health": float(h), "cost": float(c) / scale}
        for h, c in zip(more_health[kept], more_cost[kept], strict=True)
    ]
    limit = reading.record.conventions.threshold
    ends = sorted({min(0.0, float(more_health.min())), float(more_health.max())})
    line = [{"health": h, "cost": h * limit / scale} for h in ends]
    x = alt.X("health:Q", title=_("QALYs gained, all patients"), axis=alt.Axis(grid=False))
    y = alt.Y("cost:Q", title=_("cost added, {unit}", unit=unit))
    dots = alt.Chart(values(rows)).mark_circle(size=22, opacity=0.35, color=BLUE)
    mean = alt.Chart(values([{"health": more_health.mean(), "cost": more_cost.mean() / scale}]))
    worth = float((value["net_benefit"] > 0.0).mean())
    return finished(
        dots.encode(x=x, y=y),
        alt.Chart(values(line)).mark_line(color=RED, strokeDash=[6, 3], strokeWidth=2).encode(
            x=x, y=y),
        mean.mark_point(shape="cross", size=220, filled=True, color=INK, opacity=1).encode(
            x=x, y=y),
        title=_("Worth its price in {share} of simulated futures", share=share(worth)),
        notes=[_("Each dot is a future; the cross is their mean. On or below the dashed line a "
                 "QALY costs at most {threshold}.", threshold=reading.money(limit))],
        width=width, height=HEIGHT,
    )  # fmt: skip


def acceptability(tree: xr.DataTree, *, width: int = WIDE) -> alt.LayerChart:
    """Return how often the therapy is worth its price, by what a QALY is worth.

    Parameters
    ----------
    tree
        A finished run.
    width
        Pixels.
    """
    reading = read(tree)
    value, inputs = reading.group("value"), reading.tree["inputs"].to_dataset()
    grid = np.asarray(value["threshold"].values, dtype=np.float64)
    scale, unit = money_scale(reading.currency, float(grid.max()))
    rows = [
        {"threshold": float(t) / scale, "share": 100.0 * float(s)}
        for t, s in zip(grid, value["acceptability"].values, strict=True)
    ]
    limit = reading.record.conventions.threshold
    drawn = np.atleast_1d(inputs["economics.willingness_to_pay"].values)
    low, high = np.quantile(drawn, [0.05, 0.95])
    top = float(grid.max())
    ends = [{"low": min(float(low), top) / scale, "high": min(float(high), top) / scale}]
    x = alt.X("threshold:Q", title=_("what a QALY is worth, {unit}", unit=unit),
              axis=alt.Axis(grid=False), scale=alt.Scale(nice=False))  # fmt: skip
    y = alt.Y("share:Q", title=_("% of futures in which it is worth its price"),
              scale=alt.Scale(domain=[0, 100]))  # fmt: skip
    band = alt.Chart(values(ends)).mark_rect(color=AMBER, opacity=0.14)
    mark = alt.Chart(values([{"threshold": limit / scale}]))
    return finished(
        band.encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")),
        mark.mark_rule(color=QUIET, strokeDash=[6, 3], strokeWidth=1.5).encode(x=x),
        alt.Chart(values(rows)).mark_line(color=BLUE, strokeWidth=2.5).encode(x=x, y=y),
        title=_acceptability_title(reading),
        notes=[_("Dashed: the worth of a QALY used here, {threshold}. Shaded: 90% of the values "
                 "proposed.", threshold=reading.money(limit))],
        width=width, height=HEIGHT,
    )  # fmt: skip


def _acceptability_title(reading: Reading) -> str:
    """Return from which worth of a QALY the therapy is more likely than not worth its price."""
    value = reading.group("value")
    likely = value["acceptability"].values >= 0.5
    grid = value["threshold"].values
    if not likely.any():
        top = reading.money(float(grid.max()))
        return _("Not likely to be worth its price even at {top} per QALY", top=top)
    first = float(grid[int(likely.argmax())])
    if first == 0.0:
        return _("Likely to be worth its price whatever a QALY is worth")
    return _("Likely to be worth its price from {limit} per QALY", limit=reading.money(first))
