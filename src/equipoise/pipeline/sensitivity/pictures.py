"""Results of sensitivity analyses as charts, whose titles say the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.translation import format_money, format_percent
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import brief, measured, money_in_words
from equipoise.pipeline.sensitivity import sentences
from equipoise.pipeline.sensitivity.comparison import (
    Measure,
    Outcome,
    parameter_label,
    strategy_label,
)
from equipoise.pipeline.sensitivity.one_way import Bar, OneWay
from equipoise.pipeline.sensitivity.precise import Precise, running_mean
from equipoise.pipeline.sensitivity.scenarios import ScenarioResult, ScenarioRun
from equipoise.pipeline.sensitivity.switching import Switching
from equipoise.pipeline.sensitivity.two_way import TwoWay, edges
from equipoise.report.charts.sensitivity import (
    Cells,
    Curve,
    Running,
    running_mean_chart,
    threshold_curves,
    two_way_map,
)
from equipoise.report.charts.theme import PAGE, WIDE, money_scale
from equipoise.report.charts.tornado import Axis, End, Texts, TornadoRow, scenario_bars, tornado
from equipoise.spec.model import Model
from equipoise.spec.text import shown

if TYPE_CHECKING:
    import altair as alt

    from equipoise.pipeline.sensitivity.study_one_way import StudyOneWay

MOST_BARS = 12
"""Inputs in a picture; the table has all."""

_ROUNDING = 1e-9


def chart_of(
    found: OneWay | TwoWay | Switching | ScenarioRun | Precise, *, width: int = WIDE
) -> alt.LayerChart:
    """Return the picture of any analysis of a model.

    Parameters
    ----------
    found
        The analysis.
    width
        Pixels.
    """
    match found:
        case OneWay():
            return tornado_of(found, width=width)
        case TwoWay():
            return map_of(found, width=width)
        case Switching():
            return curves_of(found, width=width)
        case ScenarioRun():
            return scenarios_of(found, width=width)
        case Precise():
            return running_of(found, width=width)


def tornado_of(found: OneWay, *, width: int = WIDE) -> alt.LayerChart:
    """Return the tornado of a one-way analysis.

    It shows the measure by which the bars are sorted; where the base has no ICER, because no
    trade-off is to be made, the net benefit, or more cost.

    Parameters
    ----------
    found
        The analysis.
    width
        Pixels.
    """
    spec, measure = found.model.spec, _drawn_measure(found)
    ends = [one.value(measure) for bar in found.bars for one in (bar.low, bar.high)]
    base = found.base.value(measure) or 0.0
    least = _ROUNDING * max([abs(base), *(abs(v) for v in ends if v is not None)])
    kept = [bar for bar in found.bars if bar.width(measure, found.base) > least][:MOST_BARS]
    worth = found.comparison.threshold
    marked = {"nmb": [0.0], "icer": [] if worth is None else [worth], "cost": [0.0], "qaly": [0.0]}
    notes = [_tornado_note(found, measure), _range_note(found)]
    shown_values = [base, *(value for value in ends if value is not None)]
    if any(min(shown_values) <= at <= max(shown_values) for at in marked[measure]):
        notes.append(_("Dashed: where the decision turns."))
    if any(bar.together for bar in kept):
        notes.append(_together_note(found))
    if len(kept) < len(found.bars):
        notes.append(
            _("The {count} inputs that matter most, of {all}.", count=len(kept),
              all=len(found.bars))
        )  # fmt: skip
    return tornado(
        [_tornado_row(spec, bar, measure, short=width < PAGE) for bar in kept],
        base=base, axis=_result_axis(spec, measure, [base, *(v for v in ends if v is not None)]),
        marked=marked[measure], texts=Texts(sentences.of_one_way(found), tuple(notes)),
        width=width,
    )  # fmt: skip


def study_tornado_of(found: StudyOneWay, *, width: int = WIDE) -> alt.LayerChart:
    """Return the tornado of a study's net benefit.

    Parameters
    ----------
    found
        The analysis.
    width
        Pixels.
    """
    money = found.study.file.money
    currency = money.text.partition("@")[0]
    kept = [bar for bar in found.bars if bar.width(found.base) > 0.0][:MOST_BARS]
    results = (found.base, *(end for bar in kept for end in (bar.low, bar.high)))
    largest = max(abs(end) for end in results)
    scale, unit = money_scale(currency, largest)
    known = found.study.quantities
    rows = []
    for bar in kept:
        span, text = bar.span, found.label(bar.span.name)
        if width >= PAGE:
            both = sentences.span_in_words(known[span.name], span)
            text = _("{name}: {range}", name=text, range=both)
        ends = [End(one, brief(value, sentences.DIGITS)) for one, value in
                ((bar.low, span.low), (bar.high, span.high))]  # fmt: skip
        rows.append(TornadoRow(text, *ends))
    note = _("Net benefit of the therapy for all patients, a QALY worth {worth}; {money}. Black "
             "line, the stated values: {base}.", worth=format_money(found.threshold, currency),
             money=money_in_words(money), base=format_money(found.base, currency))  # fmt: skip
    in_sight = min(results) <= 0.0 <= max(results)
    turning = (_("Dashed: where the decision turns."),) if in_sight else ()
    ranged = _("Each input at the ends of the interval that holds {share} of its distribution, all "
               "others at their stated values.", share=format_percent(0.95, 0))  # fmt: skip
    counted = _("The {count} inputs that matter most, of {all}.", count=len(kept),
                all=len(found.bars))  # fmt: skip
    return tornado(
        rows, base=found.base, axis=Axis(_("net benefit, {unit}", unit=unit), scale),
        marked=[0.0], texts=Texts(sentences.of_study(found), (note, *turning, ranged, counted)),
        width=width,
    )  # fmt: skip


def map_of(found: TwoWay, *, width: int = WIDE) -> alt.LayerChart:
    """Return the map of a two-way analysis.

    Parameters
    ----------
    found
        The analysis.
    width
        Pixels.
    """
    spec = found.model.spec
    labels = {name: strategy_label(spec, name) for name in found.strategies}
    first, second = found.parameters
    cells = Cells(
        edges(found.values[0]), edges(found.values[1]),
        [[labels.get(name, "") for name in column] for column in found.best],
        list(labels.values()),
        (spec.parameters[first].value, spec.parameters[second].value),
    )  # fmt: skip
    worth = format_money(found.comparison.threshold or 0.0, sentences.currency_of(spec))
    note = _("Colour: the strategy with the highest net benefit, a QALY worth {worth}. Cross: the "
             "stated values.", worth=worth)  # fmt: skip
    if not found.comparison.counts_health:
        note = _("Colour: the strategy that costs least. Cross: the stated values.")
    axes = (
        parameter_axis(spec, first, found.values[0]), parameter_axis(spec, second, found.values[1])
    )  # fmt: skip
    texts = Texts(sentences.of_two_way(found), (note,))
    return two_way_map(cells, axes=axes, texts=texts, width=width)


def curves_of(found: Switching, *, width: int = WIDE) -> alt.LayerChart:
    """Return the net benefit over the values of a parameter, and where it is zero.

    Parameters
    ----------
    found
        The search.
    width
        Pixels.
    """
    spec, currency = found.model.spec, sentences.currency_of(found.model.spec)
    curves = [
        Curve(
            _("a QALY worth {worth}", worth=format_money(one.threshold, currency))
            if found.comparison.counts_health
            else _("net benefit"),
            one.net_benefit,
            [(r.value, brief(r.value, sentences.DIGITS)) for r in one.roots],
        )
        for one in found.thresholds
    ]
    highest = max(abs(value) for curve in curves for value in curve.net_benefit)
    scale, unit = money_scale(currency, highest)
    axes = (
        parameter_axis(spec, found.parameter, found.points),
        Axis(_("net benefit, {unit}", unit=unit), scale),
    )
    pair = {
        "strategy": strategy_label(spec, found.comparison.strategy),
        "against": strategy_label(spec, found.comparison.against),
    }
    note = _("Incremental net benefit of “{strategy}” against “{against}” per patient, {money}. "
             "Above zero it is worth its cost. Dashed: the stated value.",
             money=money_in_words(spec.money), **pair)  # fmt: skip
    return threshold_curves(
        found.points, curves, stated=spec.parameters[found.parameter].value, axes=axes,
        texts=Texts(sentences.of_switching(found), (note,)), width=width,
    )  # fmt: skip


def scenarios_of(found: ScenarioRun, *, width: int = WIDE) -> alt.LayerChart:
    """Return how each scenario moves the net benefit, or more cost where that is not known.

    Parameters
    ----------
    found
        The scenarios.
    width
        Pixels.
    """
    spec = found.model.spec
    measure: Measure = "cost" if found.comparison.threshold is None else "nmb"
    values = [one.outcome.value(measure) or 0.0 for one in found.results]
    rows = [
        (_scenario_name(spec, one), value, sentences.result_in_words(spec, measure, one.outcome))
        for one, value in zip(found.results[1:], values[1:], strict=True)
    ]
    notes = [note for note in (sentences.pair_or_all(found),) if note is not None]
    if measure == "nmb" and min(values) <= 0.0 <= max(values):
        notes.append(_("Dashed: where the two are equally good."))
    note = _("{pair}; per patient, {money}. Black line, the stated values: {base}.",
             pair=sentences.compared(spec, found.comparison), money=money_in_words(spec.money),
             base=sentences.result_in_words(spec, measure, found.base.outcome))  # fmt: skip
    return scenario_bars(
        rows, base=values[0], axis=_result_axis(spec, measure, values), marked=[0.0],
        texts=Texts(sentences.of_scenarios(found), (note, *notes)), width=width,
    )  # fmt: skip


def _scenario_name(spec: Model, one: ScenarioResult) -> str:
    """Return a scenario's name with the strategy that is best in it."""
    if one.best is None:
        return shown(one.label)
    return _("{name}: best is “{strategy}”", name=shown(one.label),
             strategy=strategy_label(spec, one.best))  # fmt: skip


def running_of(found: Precise, *, width: int = WIDE) -> alt.LayerChart:
    """Return how the mean settles with the draws.

    Parameters
    ----------
    found
        The run.
    width
        Pixels.
    """
    spec = found.model.spec
    draws, means = running_mean(found.values)
    looks = [(one.draws, one.mean, one.half_width) for one in found.looks]
    sizes = [value for _n, mean, half in looks for value in (mean - half, mean + half)]
    axis = _result_axis(spec, found.measure, sizes)
    note = _("{pair}. Upright lines: intervals at each look, which all hold the true mean with "
             "{confidence} confidence together. Shaded: the last one.",
             pair=sentences.compared(spec, found.comparison),
             confidence=format_percent(found.confidence, 0))  # fmt: skip
    running = Running(draws.tolist(), means.tolist(), looks)
    texts = Texts(sentences.of_precise(found), (note,))
    return running_mean_chart(running, axis=axis, texts=texts, width=width)


def parameter_axis(spec: Model, name: str, points: tuple[float, ...]) -> Axis:
    """Return the axis of a parameter: its name with its unit."""
    unit = spec.parameters[name].unit
    label = parameter_label(spec, name)
    if unit.is_dimensionless:
        return Axis(label)
    if unit.text.partition("@")[0] == sentences.currency_of(spec) and "/" not in unit.text:
        scale, words = money_scale(sentences.currency_of(spec), float(np.max(np.abs(points))))
        return Axis(f"{label}, {words}", scale)
    year = unit.text.partition("@")[2][:4]
    words = measured(2.0, unit).removesuffix(_("{amount}, prices of {year}", amount="", year=year))
    return Axis(f"{label}, {words.removeprefix('2').strip()}")


def _drawn_measure(found: OneWay) -> Measure:
    """Return what a tornado shows."""
    if found.measure != "icer" or found.base.quadrant == "dearer and better":
        return found.measure
    return "cost" if found.comparison.threshold is None else "nmb"


def _result_axis(spec: Model, measure: Measure, sizes: list[float]) -> Axis:
    """Return the axis of a result."""
    if measure == "qaly":
        return Axis(_("more QALYs"))
    currency = sentences.currency_of(spec)
    scale, unit = money_scale(currency, max(abs(size) for size in sizes))
    match measure:
        case "nmb":
            return Axis(_("incremental net benefit, {unit}", unit=unit), scale)
        case "icer":
            return Axis(_("cost of one more QALY, {unit}", unit=unit), scale)
        case "cost":
            return Axis(_("more cost, {unit}", unit=unit), scale)


def _tornado_row(spec: Model, bar: Bar, measure: Measure, *, short: bool) -> TornadoRow:
    """Return one bar with its words."""
    span = bar.span
    text = parameter_label(spec, span.name)
    if not short:
        text = _("{name}: {range}", name=text,
                 range=sentences.span_in_words(spec.parameters[span.name], span))  # fmt: skip
    return TornadoRow(text, _end(span.low, bar.low, measure), _end(span.high, bar.high, measure))


def _end(value: float, one: Outcome, measure: Measure) -> End:
    """Return one end of a bar: a ratio of another quadrant is none that could be drawn."""
    text = brief(value, sentences.DIGITS)
    if measure != "icer" or one.quadrant == "dearer and better":
        return End(one.value(measure), text)
    return End(None, f"{text}: {sentences.in_short(one.quadrant)}")


def _tornado_note(found: OneWay, measure: Measure) -> str:
    """Return what is compared, and the result of the stated values."""
    spec = found.model.spec
    return _("{pair}; per patient, {money}. Black line, the stated values: {base}.",
             pair=sentences.compared(spec, found.comparison), money=money_in_words(spec.money),
             base=sentences.result_in_words(spec, measure, found.base))  # fmt: skip


def _range_note(found: OneWay) -> str:
    """Return how far inputs were moved."""
    if found.share is not None:
        return _("Each input {share} down and up, all others at their stated values.",
                 share=format_percent(found.share, 0))  # fmt: skip
    return _("Each input at the ends of the interval that holds {share} of its distribution, all "
             "others at their stated values.", share=format_percent(0.95, 0))  # fmt: skip


def _together_note(found: OneWay) -> str:
    """Return what becomes of those that are drawn with an input."""
    kinds = {bar.together for bar in found.bars}
    texts = []
    if "dirichlet" in kinds:
        texts.append(_("Of shares that add up to one the others keep their proportions."))
    if "normal" in kinds and found.companions == "expected":
        texts.append(_("Inputs drawn with one from a joint normal distribution follow it."))
    elif kinds & {"normal", "correlated"}:
        texts.append(_("Inputs that are drawn with one stay where they are."))
    return " ".join(texts)
