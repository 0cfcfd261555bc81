"""Question 1, how soon patients will get it."""

import numpy as np
import xarray as xr

from equipoise.core.translation import format_number, translate_plural
from equipoise.core.translation import translate as _
from equipoise.report.answer import Answer
from equipoise.report.reading import (
    Number,
    Reading,
    exactly,
    mean_of,
    median_of,
    share_never,
)
from equipoise.report.words import (
    OWNERS,
    capital,
    count,
    dated,
    month,
    patients,
    qalys,
    share,
    word,
    years_in_words,
)
from equipoise.spec.record import StepRecord
from equipoise.spec.text import shown

MONTHS = 12.0


def how_soon(reading: Reading) -> Answer:
    """Answer how soon patients get the therapy."""
    numbers = _numbers(reading)
    details = [
        _legal(reading),
        *_funding(reading, numbers),
        *_longest(reading, numbers),
        *_reached(reading, numbers),
        *_waiting(reading, numbers),
    ]
    return Answer("soon", _("How soon?"), _headline(reading, numbers), tuple(details), numbers)


def first_year(reading: Reading) -> xr.DataArray:
    """Return the first year with a whole patient treated, infinite if none; dims (draw)."""
    so_far = reading.group("reach")["treated"].cumsum("year") >= 1.0 - 1e-9
    return so_far.argmax("year").astype(float).where(so_far.any("year"), np.inf)


def longest_step(reading: Reading) -> tuple[StepRecord, Number] | None:
    """Return the step with the longest median time, in months; none if no step ever ends."""
    access = reading.group("access")
    taken = (
        access["step_end"] - access["step_start"].where(np.isfinite(access["step_start"]))
    ) * 12
    found = [
        (step, median_of(taken.sel(step=step.name), "months")) for step in reading.record.steps
    ]
    ended = [(step, number) for step, number in found if np.isfinite(number.value)]
    return max(ended, key=lambda pair: pair[1].value, default=None)


def _numbers(reading: Reading) -> dict[str, Number]:
    """Return the numbers of this answer."""
    access, reach = reading.group("access"), reading.group("reach")
    numbers: dict[str, Number] = {}
    for payer in reading.product_payers:
        funded = access["funded"].sel(payer=payer)
        numbers[f"funded.{payer}"] = median_of(funded, "years")
        numbers[f"never_funded.{payer}"] = exactly(share_never(funded), "1")
    first = first_year(reading)
    numbers["first_year"] = median_of(first, "years")
    numbers["never_treated"] = exactly(share_never(first), "1")
    if (longest := longest_step(reading)) is not None:
        numbers["longest_step"] = longest[1]
    joined = reach["arrived"].sum("year")
    numbers["treated"] = mean_of(reading.treated, "patients")
    numbers["joined"] = mean_of(joined, "patients")
    part = numbers["treated"].value / max(numbers["joined"].value, 1e-12)
    each = (reading.treated / joined.where(joined > 0.0)).fillna(0.0)
    numbers["share_treated"] = mean_of(each, "1")._replace(value=part)
    numbers["qaly_lost_waiting"] = mean_of(reach["qaly_lost_waiting"], "QALY")
    numbers["died_waiting"] = mean_of(reach["died"].sum("year"), "patients")
    numbers["left_waiting"] = mean_of(reach["left"].sum("year"), "patients")
    return numbers


def _headline(reading: Reading, numbers: dict[str, Number]) -> str:
    """Return the sentence to take away."""
    years = years_in_words(reading.years)
    if reading.nobody_treated:
        return _("Nobody is likely to be treated within {years}.", years=years)
    reached = _(
        "{treated} of {joined} patients are treated by {end}",
        treated=count(numbers["treated"].value),
        joined=count(numbers["joined"].value),
        end=month(reading.ends),
    )
    if numbers["never_treated"].value > 0.5:
        return _("More likely than not nobody is treated; on average {reached}.", reached=reached)
    first = reading.period(round(numbers["first_year"].value))
    return _("First patients in {first}; {reached}.", first=first, reached=reached)


def _legal(reading: Reading) -> str:
    """Return what the product is in law."""
    found = reading.record.classification
    return _("In law it is a {category} ({clause}).", category=shown(found.label),
             clause=shown(found.clause))  # fmt: skip


def _funding(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return when each payer of the product begins to buy."""
    lines = []
    for payer in reading.product_payers:
        never = numbers[f"never_funded.{payer}"].value
        label = capital(reading.payer(payer))
        if never == 1.0:
            lines.append(_("{payer}: never buys it.", payer=label))
            continue
        when = dated(reading, numbers[f"funded.{payer}"])
        if never == 0.0:
            lines.append(_("{payer}: buys it from {when}.", payer=label, when=when))
        else:
            lines.append(
                _("{payer}: buys it from {when}; never in {share} of simulated futures.",
                  payer=label, when=when, share=share(never))
            )  # fmt: skip
    return lines


def _longest(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return the step that takes longest, and who can shorten it."""
    found = longest_step(reading)
    if found is None:
        return [_("No step of the route ever ends.")]
    step, taken = found
    text = translate_plural(
        "The longest step takes {n} month ({low} to {high}): {step}. Its owner: {owner}.",
        "The longest step takes {n} months ({low} to {high}): {step}. Its owner: {owner}.",
        round(taken.value), n=format_number(taken.value), low=format_number(taken.low),
        high=format_number(taken.high),
        step=shown(step.label), owner=word(OWNERS, step.owner),
    )  # fmt: skip
    return [text]


def _reached(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return how many are treated within the horizon."""
    if reading.nobody_treated:
        return []
    text = _(
        "Within {years}: {treated} treated, {share} of those diagnosed, eligible and willing.",
        years=years_in_words(reading.years),
        treated=patients(numbers["treated"]),
        share=share(numbers["share_treated"].value),
    )
    return [text]


def _waiting(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return what waiting costs."""
    lost = numbers["qaly_lost_waiting"]
    if lost.value > 0.05:
        health = _("Waiting costs {qaly}, years in full health.", qaly=qalys(lost))
    elif lost.value < -0.05:
        health = _("Waiting loses no health: treatment without delay would give less.")
    else:
        health = _("Waiting loses hardly any health.")
    gone = _(
        "Lost before their turn comes: {died} by death, {left} for other reasons.",
        died=patients(numbers["died_waiting"]),
        left=patients(numbers["left_waiting"]),
    )
    return [health, gone]
