"""What `equipoise sensitivity` shows: the answer in a sentence, then a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from equipoise.core.translation import format_money, format_number
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import brief, money_in_words
from equipoise.pipeline.sensitivity import (
    Comparison,
    Measure,
    OneWay,
    Precise,
    ScenarioRun,
    Switching,
    TwoWay,
)
from equipoise.pipeline.sensitivity.comparison import parameter_label, strategy_label
from equipoise.pipeline.sensitivity.sentences import (
    amount_in_words,
    compared,
    currency_of,
    in_short,
    input_in_words,
    range_in_words,
    result_in_words,
    value_in_words,
    worth_in_words,
)
from equipoise.spec.model import Model
from equipoise.spec.text import shown

if TYPE_CHECKING:  # a model that runs alone has no study
    from equipoise.pipeline.sensitivity.study_one_way import StudyOneWay

MOST_ROWS = 20


def told(spec: Model, comparison: Comparison) -> str:
    """Return what is printed beside every result: who is compared, in which money."""
    money = money_in_words(spec.money)
    return _("{pair}; money: {money}", pair=compared(spec, comparison), money=money)


def one_way_tables(found: OneWay) -> list[Table]:
    """Return the table of a one-way analysis, from the input that matters most down."""
    spec, measure = found.model.spec, found.measure
    table = _table(_title_of(measure), found.bars[:MOST_ROWS], found.bars)
    for heading in (_("Input"), _("From"), _("To")):
        table.add_column(heading, overflow="fold")
    table.add_column(_("Result at the lower value"), justify="right")
    table.add_column(_("At the higher value"), justify="right")
    base = result_in_words(spec, measure, found.base)
    table.add_row(_("stated values"), "", "", base, base, end_section=True)
    for bar in found.bars[:MOST_ROWS]:
        span = bar.span
        high = value_in_words(spec, span.name, span.high)
        table.add_row(
            parameter_label(spec, span.name), brief(span.low, 3),
            _("{value} (cut)", value=high) if span.cut else high,
            *(result_in_words(spec, measure, one) for one in (bar.low, bar.high)),
        )  # fmt: skip
    return [table]


def study_tables(found: StudyOneWay) -> list[Table]:
    """Return the table of a study's one-way analysis."""
    currency = found.study.file.money.text.partition("@")[0]
    bars = found.bars[:MOST_ROWS]
    table = _table(_("Net benefit of the therapy, one input at a time"), bars, found.bars)
    for heading in (_("Input"), _("From"), _("To")):
        table.add_column(heading, overflow="fold")
    table.add_column(_("Result at the lower value"), justify="right")
    table.add_column(_("At the higher value"), justify="right")
    base = format_money(found.base, currency)
    table.add_row(_("stated values"), "", "", base, base, end_section=True)
    for bar in bars:
        quantity = found.study.quantities[bar.span.name]
        table.add_row(
            found.label(bar.span.name), brief(bar.span.low, 3),
            input_in_words(quantity, bar.span.high),
            format_money(bar.low, currency), format_money(bar.high, currency),
        )  # fmt: skip
    return [table]


def two_way_tables(found: TwoWay) -> list[Table]:
    """Return where each strategy is best: how many cells of the map, and over which values."""
    spec = found.model.spec
    first, second = found.labels()
    table = Table(title=_("Where each strategy is best"), title_justify="left")
    table.add_column(_("Strategy"), overflow="fold")
    table.add_column(_("Cells"), justify="right")
    for label in (first, second):
        table.add_column(label, justify="right", overflow="fold")
    for name in found.strategies:
        cells = [(i, j) for i, column in enumerate(found.best)
                 for j, best in enumerate(column) if best == name]  # fmt: skip
        if not cells:
            table.add_row(strategy_label(spec, name), "0", "", "")
            continue
        ranges = []
        for side, parameter in enumerate(found.parameters):
            values = [found.values[side][cell[side]] for cell in cells]
            ranges.append(range_in_words(spec, parameter, min(values), max(values)))
        table.add_row(strategy_label(spec, name), str(len(cells)), *ranges)
    return [table]


def switching_tables(found: Switching) -> list[Table]:
    """Return where the strategy is worth it at each worth of a QALY."""
    spec = found.model.spec
    strategy = strategy_label(spec, found.comparison.strategy)
    table = Table(title=_("Where “{strategy}” is worth its cost", strategy=strategy),
                  title_justify="left", caption_justify="left")  # fmt: skip
    searched = range_in_words(spec, found.parameter, found.points[0], found.points[-1])
    table.caption = _("Range searched: {range}.", range=searched)
    table.add_column(_("A QALY worth"), justify="right")
    table.add_column(found.label, justify="right", overflow="fold")
    table.add_column(_("Net benefit at the stated value"), justify="right")
    for one in found.thresholds:
        texts = worth_in_words(found, one)
        jumps = any(root.jumps for root in one.roots)
        table.add_row(
            format_money(one.threshold, currency_of(spec)),
            _("{where} (it jumps there)", where=texts) if jumps else texts,
            format_money(one.base, currency_of(spec)),
        )
    return [table]


def scenario_tables(found: ScenarioRun) -> list[Table]:
    """Return each scenario with its differences from the base."""
    spec = found.model.spec
    table = Table(title=shown(found.title), title_justify="left")
    table.add_column(_("Scenario"), overflow="fold")
    measures: list[Measure] = ["cost", "qaly", "icer"]
    if found.comparison.threshold is not None:
        measures.append("nmb")
    headings = {"cost": _("More cost"), "qaly": _("More QALY"), "icer": _("ICER"),
                "nmb": _("Net benefit")}  # fmt: skip
    for measure in measures:
        table.add_column(headings[measure], justify="right", overflow="fold")
    last: Measure = "cost" if found.comparison.threshold is None else "nmb"
    table.add_column(_("Against the base"), justify="right")
    base = found.base.outcome.value(last) or 0.0
    for one in found.results:
        change = (one.outcome.value(last) or 0.0) - base
        sign = "+" if change > 0 else ""
        table.add_row(
            shown(one.label),
            *(in_short(one.outcome.quadrant) if one.outcome.value(measure) is None
              else result_in_words(spec, measure, one.outcome) for measure in measures),
            "" if one is found.base else sign + format_money(change, currency_of(spec)),
            end_section=one is found.base,
        )  # fmt: skip
    return [table]


def precise_tables(found: Precise) -> list[Table]:
    """Return what was seen at each look."""
    table = Table(title=_("At each look"), title_justify="left")
    for heading in (_("Draws"), _("Mean"), _("Standard error"), _("Within")):
        table.add_column(heading, justify="right")
    for look in found.looks:
        table.add_row(
            format_number(look.draws), amount_in_words(found, look.mean),
            amount_in_words(found, look.standard_error), amount_in_words(found, look.half_width),
        )  # fmt: skip
    return [table]


def _table(title: str, shown: Sequence[object], all_of_them: Sequence[object]) -> Table:
    """Return a table that says if it shows only some."""
    table = Table(title=title, title_justify="left", caption_justify="left")
    if len(shown) < len(all_of_them):
        table.caption = _("The {count} inputs that matter most, of {all}.",
                          count=len(shown), all=len(all_of_them))  # fmt: skip
    return table


def _title_of(measure: Measure) -> str:
    """Return what a table shows."""
    match measure:
        case "nmb":
            return _("Incremental net benefit, one input at a time")
        case "icer":
            return _("Cost of one more QALY, one input at a time")
        case "cost":
            return _("More cost, one input at a time")
        case "qaly":
            return _("More QALYs, one input at a time")
