"""Results of sensitivity analyses in words: the answer of each in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from equipoise.core.translation import format_money, format_number, format_percent, translate_plural
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import brief, measured
from equipoise.pipeline.sensitivity.changes import Span
from equipoise.pipeline.sensitivity.comparison import (
    QUADRANTS,
    SHORT,
    Comparison,
    Measure,
    Outcome,
    Quadrant,
    parameter_label,
    strategy_label,
)
from equipoise.pipeline.sensitivity.one_way import Bar, OneWay
from equipoise.pipeline.sensitivity.precise import Precise
from equipoise.pipeline.sensitivity.scenarios import ScenarioRun
from equipoise.pipeline.sensitivity.switching import AtThreshold, Switching
from equipoise.pipeline.sensitivity.two_way import TwoWay
from equipoise.spec.model import Model
from equipoise.spec.quantity import Quantity
from equipoise.spec.text import shown

if TYPE_CHECKING:  # a model that runs alone has no study
    from equipoise.pipeline.sensitivity.study_one_way import StudyOneWay

DIGITS = 3
"""Significant digits of inputs; from a thousand up they are whole."""


def currency_of(spec: Model) -> str:
    """Return the code of the model's currency."""
    return spec.money.text.partition("@")[0]


def value_in_words(spec: Model, name: str, value: float) -> str:
    """Return a value of a parameter with its unit, without the price year."""
    return input_in_words(spec.parameters[name], value)


def range_in_words(spec: Model, name: str, low: float, high: float) -> str:
    """Return two values of a parameter with their unit."""
    return _("{low} to {high}", low=brief(low, DIGITS), high=value_in_words(spec, name, high))


def ends_in_words(quantity: Quantity, span: Span) -> tuple[str, str]:
    """Return the two values at which an input is tried, the higher with its unit; cut ones say it.

    Parameters
    ----------
    quantity
        The input.
    span
        Its two values.
    """
    low, high = brief(span.low, DIGITS), input_in_words(quantity, span.high)
    return (
        _("{value} (cut)", value=low) if span.cut in ("low", "both") else low,
        _("{value} (cut)", value=high) if span.cut in ("high", "both") else high,
    )


def span_in_words(quantity: Quantity, span: Span) -> str:
    """Return the same as one text."""
    low, high = ends_in_words(quantity, span)
    return _("{low} to {high}", low=low, high=high)


def result_in_words(
    spec: Model, measure: Measure, one: Outcome, *, among: Iterable[Outcome] = ()
) -> str:
    """Return a result, or why there is none; money in the unit of the largest amount among some."""
    value = one.value(measure)
    if value is None:
        return _(QUADRANTS[one.quadrant])
    if measure == "qaly":
        return _("{number} QALY", number=format_number(value, 3))
    beside = (other.value(measure) for other in among)
    known = [other for other in beside if other is not None]
    return format_money(value, currency_of(spec), among=known)


def in_short(quadrant: Quadrant) -> str:
    """Return a place on the plane in a word or two."""
    return _(SHORT[quadrant])


def compared(spec: Model, comparison: Comparison) -> str:
    """Return who is compared, and at which worth of a QALY."""
    pair = {
        "strategy": strategy_label(spec, comparison.strategy),
        "against": strategy_label(spec, comparison.against),
    }
    text = _("“{strategy}” against “{against}”", **pair)
    if len(spec.strategies) > 2:
        text = _("{pair}, these two of {count} strategies", pair=text, count=len(spec.strategies))
    return _at_worth(text, spec, comparison)


def compared_on_map(found: TwoWay) -> str:
    """Return who is compared on a map: all strategies."""
    spec = found.model.spec
    if len(spec.strategies) == 2:
        return compared(spec, found.comparison)
    text = _("all {count} strategies", count=len(spec.strategies))
    return _at_worth(text, spec, found.comparison)


def _at_worth(text: str, spec: Model, comparison: Comparison) -> str:
    """Return who is compared with what a QALY is worth, if it is worth anything."""
    if comparison.threshold is None or not comparison.counts_health:
        return text
    worth = format_money(comparison.threshold, currency_of(spec))
    return _("{pair}, a QALY worth {worth}", pair=text, worth=worth)


def turns(found: OneWay) -> list[Bar]:
    """Return the bars at an end of which the net benefit has the other sign."""
    base = found.base.net_benefit
    if base is None:
        return []
    return [
        bar
        for bar in found.bars
        if any((one.net_benefit or 0.0) * base < 0.0 for one in (bar.low, bar.high))
    ]


def of_one_way(found: OneWay) -> str:
    """Return what a one-way analysis says."""
    spec = found.model.spec
    strategy = strategy_label(spec, found.comparison.strategy)
    if found.comparison.threshold is not None and found.measure in ("nmb", "icer"):
        turning = turns(found)
        if turning:
            return translate_plural(
                "One input alone can turn the decision: “{name}”",
                "{n} inputs can each turn the decision, first of all “{name}”",
                len(turning), name=parameter_label(spec, turning[0].span.name),
            )  # fmt: skip
        if (found.base.net_benefit or 0.0) >= 0.0:
            return _("“{strategy}” stays worth its cost, whichever input is off", strategy=strategy)
        return _("“{strategy}” stays not worth its cost, whichever input is off", strategy=strategy)
    if not found.bars:
        return _("Nothing is uncertain")
    first = found.bars[0]
    ends = [result_in_words(spec, found.measure, one) for one in (first.low, first.high)]
    return _("“{name}” matters most: from {low} to {high}",
             name=parameter_label(spec, first.span.name), low=ends[0], high=ends[1])  # fmt: skip


def of_study(found: StudyOneWay) -> str:
    """Return what a one-way analysis of a study says."""
    turning = [bar for bar in found.bars if min(bar.low * found.base, bar.high * found.base) < 0.0]
    if turning:
        return translate_plural(
            "One input alone can turn the decision: “{name}”",
            "{n} inputs can each turn the decision, first of all “{name}”",
            len(turning), name=found.label(turning[0].span.name),
        )  # fmt: skip
    if found.base >= 0.0:
        return _("The therapy stays worth its price, whichever input is off")
    return _("The therapy stays not worth its price, whichever input is off")


def input_in_words(quantity: Quantity, value: float) -> str:
    """Return a value of an input with its unit, without the price year."""
    unit = quantity.unit
    if re.fullmatch(r"([A-Z]{3})@\d{4}/\1@\d{4}", unit.text):  # of prices, as its label says
        return brief(value, DIGITS)
    text = measured(value, unit, DIGITS)
    year = unit.text.partition("@")[2][:4]
    return text.removesuffix(_("{amount}, prices of {year}", amount="", year=year))


def of_two_way(found: TwoWay) -> str:
    """Return what a map of two parameters says."""
    spec = found.model.spec
    stated = found.best_of(found.base)
    share = found.shares()[stated]
    name = strategy_label(spec, stated)
    if all(best in ("", stated) for column in found.best for best in column):
        return _("“{strategy}” is best all over the map", strategy=name)
    return _("“{strategy}” is best at the stated values, and in {share} of the map",
             strategy=name, share=format_percent(share, 0))  # fmt: skip


def of_switching(found: Switching) -> str:
    """Return what a threshold search says at the worth of a QALY that was asked for."""
    first = found.thresholds[0]
    spec = found.model.spec
    strategy = strategy_label(spec, found.comparison.strategy)
    low, high = found.points[0], found.points[-1]
    where = {"name": found.label, "range": range_in_words(spec, found.parameter, low, high)}
    if not first.worth_it:
        return _("“{strategy}” is not worth its cost at any “{name}” from {range}",
                 strategy=strategy, **where)  # fmt: skip
    if len(first.worth_it) == 1:
        (part,) = first.worth_it
        ends = {"strategy": strategy, "name": found.label}
        if part.low_is_root and part.high_is_root:
            between = range_in_words(spec, found.parameter, part.low, part.high)
            return _("“{strategy}” is worth its cost while “{name}” is {range}",
                     range=between, **ends)  # fmt: skip
        if part.high_is_root:
            limit = value_in_words(spec, found.parameter, part.high)
            return _("“{strategy}” is worth its cost while “{name}” is at most {limit}",
                     limit=limit, **ends)  # fmt: skip
        if part.low_is_root:
            limit = value_in_words(spec, found.parameter, part.low)
            return _("“{strategy}” is worth its cost while “{name}” is at least {limit}",
                     limit=limit, **ends)  # fmt: skip
        return _("“{strategy}” is worth its cost at any “{name}” from {range}",
                 strategy=strategy, **where)  # fmt: skip
    listed = _listed(spec, found.parameter, [root.value for root in first.roots])
    return _("The decision turns more than once with “{name}”: at {values}",
             name=found.label, values=listed)  # fmt: skip


def worth_in_words(found: Switching, one: AtThreshold) -> str:
    """Return where the strategy is worth it at one worth of a QALY; a dash where nowhere."""
    spec, name = found.model.spec, found.parameter
    texts = []
    for part in one.worth_it:
        if part.high_is_root and not part.low_is_root:
            texts.append(_("up to {limit}", limit=value_in_words(spec, name, part.high)))
        elif part.low_is_root and not part.high_is_root:
            texts.append(_("from {limit} on", limit=value_in_words(spec, name, part.low)))
        elif part.low_is_root:
            texts.append(range_in_words(spec, name, part.low, part.high))
        else:
            texts.append(_("in the whole range"))
    return "; ".join(texts) or _("nowhere in the range")


def of_scenarios(found: ScenarioRun) -> str:
    """Return which of all strategies is best, and in how many scenarios another one."""
    spec, stated = found.model.spec, found.base.best
    if stated is None:
        return _("{count} scenarios of “{strategy}”", count=len(found.results) - 1,
                 strategy=strategy_label(spec, found.comparison.strategy))  # fmt: skip
    best = strategy_label(spec, stated)
    turned = [one for one in found.results if one.best != stated]
    if not turned:
        return _("“{strategy}” is best in all scenarios", strategy=best)
    return translate_plural(
        "“{strategy}” is best as the file has it, but in one scenario, “{name}”, it is “{other}”",
        "“{strategy}” is best as the file has it, but in {n} scenarios another is, first of all in "
        "“{name}”: “{other}”",
        len(turned), strategy=best, name=shown(turned[0].label),
        other=strategy_label(spec, turned[0].best or ""),
    )  # fmt: skip


def pair_or_all(found: ScenarioRun) -> str | None:
    """Return what is about two strategies and what about all; None where there are but two."""
    count = len(found.model.spec.strategies)
    if found.base.best is None or count <= 2:
        return None
    return _("Best: the highest net benefit of all {count} strategies; all other numbers are about "
             "those two only.", count=count)  # fmt: skip


def of_precise(found: Precise) -> str:
    """Return how precise a mean is."""
    last = found.result
    half = amount_in_words(found, last.half_width)
    draws = format_number(last.draws)
    if found.reached:
        return _("After {draws} draws the mean is known to within {half}", draws=draws, half=half)
    return _("{draws} draws are not enough: the mean is known only to within {half}",
             draws=draws, half=half)  # fmt: skip


def amount_in_words(found: Precise, value: float) -> str:
    """Return an amount of the measure whose mean was made precise."""
    if found.measure == "qaly":
        return _("{number} QALY", number=brief(value, 3))
    return format_money(value, currency_of(found.model.spec))


def _listed(spec: Model, name: str, numbers: Sequence[float]) -> str:
    """Return several values of a parameter."""
    return ", ".join(value_in_words(spec, name, value) for value in numbers)
