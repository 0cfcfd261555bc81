"""What `equipoise sensitivity` shows: the answer in a sentence, then a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from equipoise.cli.columns import broken, tables_of_columns
from equipoise.core.translation import format_money, format_number, format_percent
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import money_in_words
from equipoise.pipeline.sensitivity import (
    Measure,
    OneWay,
    Precise,
    Result,
    ScenarioRun,
    Switching,
    TwoWay,
)
from equipoise.pipeline.sensitivity.comparison import parameter_label, strategy_label
from equipoise.pipeline.sensitivity.sentences import (
    amount_in_words,
    compared,
    compared_on_map,
    currency_of,
    ends_in_words,
    in_short,
    pair_or_all,
    range_in_words,
    result_in_words,
    span_in_words,
    worth_in_words,
)
from equipoise.spec.text import shown

if TYPE_CHECKING:  # a model that runs alone has no study
    from equipoise.pipeline.sensitivity.study_one_way import StudyOneWay

MOST_ROWS = 20


def told(found: Result) -> str:
    """Return what is printed beside every result: who is compared, in which money."""
    spec = found.model.spec
    pair = compared_on_map(found) if isinstance(found, TwoWay) else compared(spec, found.comparison)
    return _("{pair}; money: {money}", pair=pair, money=money_in_words(spec.money))


def one_way_tables(found: OneWay) -> list[Table]:
    """Return the table of a one-way analysis, from the input that matters most down."""
    spec, measure = found.model.spec, found.measure
    table = _table(_title_of(measure), found.bars[:MOST_ROWS], found.bars)
    for heading in (_("Input"), _("From"), _("To")):
        table.add_column(heading, overflow="fold")
    table.add_column(_("Result at the lower value"), justify="right")
    table.add_column(_("At the higher value"), justify="right")
    all_of_them = [found.base, *(one for bar in found.bars[:MOST_ROWS]
                                 for one in (bar.low, bar.high))]  # fmt: skip
    base = result_in_words(spec, measure, found.base, among=all_of_them)
    table.add_row(_("stated values"), "", "", base, base, end_section=True)
    for bar in found.bars[:MOST_ROWS]:
        name = bar.span.name
        table.add_row(
            parameter_label(spec, name), *ends_in_words(spec.parameters[name], bar.span),
            *(result_in_words(spec, measure, one, among=all_of_them)
              for one in (bar.low, bar.high)),
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
    amounts = [found.base, *(end for bar in bars for end in (bar.low, bar.high))]
    base = format_money(found.base, currency, among=amounts)
    table.add_row(_("stated values"), "", "", base, base, end_section=True)
    for bar in bars:
        quantity = found.study.quantities[bar.span.name]
        table.add_row(
            found.label(bar.span.name), *ends_in_words(quantity, bar.span),
            *(format_money(end, currency, among=amounts) for end in (bar.low, bar.high)),
        )  # fmt: skip
    return [table]


def two_way_tables(found: TwoWay) -> list[Table]:
    """Return where each strategy is best: in how much of the map, and over which values."""
    spec = found.model.spec
    first, second = found.labels()
    table = Table(title=_("Where each strategy is best"), title_justify="left",
                  caption_justify="left")  # fmt: skip
    table.add_column(_("Strategy"), overflow="fold")
    table.add_column(_("Of the map"), justify="right")
    for label in (first, second):
        table.add_column(label, justify="right", overflow="fold")
    shares = found.shares()
    for name in found.strategies:
        cells = [(i, j) for i, column in enumerate(found.best)
                 for j, best in enumerate(column) if best == name]  # fmt: skip
        if not cells:
            table.add_row(strategy_label(spec, name), format_percent(0.0), "", "")
            continue
        ranges = []
        for side, parameter in enumerate(found.parameters):
            values = [found.values[side][cell[side]] for cell in cells]
            ranges.append(range_in_words(spec, parameter, min(values), max(values)))
        table.add_row(strategy_label(spec, name), format_percent(shares[name]), *ranges)
    table.caption = (
        "\n".join(
            _("{name}: {range}", name=label, range=span_in_words(spec.parameters[span.name], span))
            for label, span in zip((first, second), found.spans, strict=True)
            if span.cut != "no"
        )
        or None
    )
    return [table]


def switching_tables(found: Switching) -> list[Table]:
    """Return where the strategy is worth it at each worth of a QALY."""
    spec = found.model.spec
    strategy = strategy_label(spec, found.comparison.strategy)
    table = Table(title=_("Where “{strategy}” is worth its cost", strategy=strategy),
                  title_justify="left", caption_justify="left")  # fmt: skip
    searched = range_in_words(spec, found.parameter, found.points[0], found.points[-1])
    table.caption = _("Range searched: {range}.", range=searched)
    if found.comparison.counts_health:
        table.add_column(_("A QALY worth"), justify="right")
    table.add_column(found.label, justify="right", overflow="fold")
    table.add_column(_("Net benefit at the stated value"), justify="right")
    bases = [one.base for one in found.thresholds]
    for one in found.thresholds:
        texts = worth_in_words(found, one)
        jumps = any(root.jumps for root in one.roots)
        table.add_row(
            *(
                [format_money(one.threshold, currency_of(spec))]
                if found.comparison.counts_health
                else []
            ),
            _("{where} (it jumps there)", where=texts) if jumps else texts,
            format_money(one.base, currency_of(spec), among=bases),
        )
    return [table]


def scenario_tables(found: ScenarioRun, *, width: int) -> list[Table]:
    """Return each scenario with its differences from the base, in tables as wide as a screen."""
    spec = found.model.spec
    measures: list[Measure] = ["cost"]
    if found.comparison.counts_health:
        measures += ["qaly", "icer"]
    if found.comparison.threshold is not None:
        measures.append("nmb")
    headings = {"cost": _("More cost"), "qaly": _("More QALY"), "icer": _("ICER"),
                "nmb": _("Net benefit")}  # fmt: skip
    last: Measure = "cost" if found.comparison.threshold is None else "nmb"
    base = found.base.outcome.value(last) or 0.0
    outcomes = [one.outcome for one in found.results]
    changes = [(one.value(last) or 0.0) - base for one in outcomes]
    columns = [
        [headings[measure], *(
            in_short(one.quadrant) if one.value(measure) is None
            else result_in_words(spec, measure, one, among=outcomes)
            for one in outcomes
        )]
        for measure in measures
    ]  # fmt: skip
    against = [("+" if change > 0 else "") + format_money(change, currency_of(spec), among=changes)
               for change in changes[1:]]  # fmt: skip
    columns.append([_("Against the base"), "", *against])
    best = [one.best for one in found.results if one.best is not None]
    if found.base.best is not None:
        columns.append([_("Best of all"), *(strategy_label(spec, name) for name in best)])
    names = [_("Scenario"), *(broken(shown(one.label)) for one in found.results)]
    tables = tables_of_columns(names, columns, width=width)
    tables[0].title = shown(found.title)
    tables[-1].caption = pair_or_all(found)
    return tables


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
