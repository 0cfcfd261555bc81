"""Question 2, who pays, how much, when, and whether it is worth it."""

from typing import Literal

import numpy as np
import xarray as xr

from equipoise.core.translation import translate as _
from equipoise.report.answer import Answer
from equipoise.report.reading import Number, Reading, exactly, mean_of
from equipoise.report.words import (
    capital,
    contract_in_words,
    count,
    paid,
    share,
    years_in_words,
)

Verdict = Literal[
    "nobody treated", "dominant", "dominated", "worth it", "too dear", "worse but cheaper"
]

SURE = 0.95
"""Share of the draws from which a verdict is stated without its share."""


_NO_HEALTH = 0.05
"""QALYs that are written as 0.0."""


def who_pays(reading: Reading) -> Answer:
    """Answer who pays and whether it is worth it."""
    numbers = _numbers(reading)
    details = [
        *_payers(reading, numbers),
        *_worth(reading, numbers),
        *_price(reading, numbers),
        *_maker(reading, numbers),
        _contract(reading),
    ]
    return Answer("pays", _("Who pays?"), _headline(reading, numbers), tuple(details), numbers)


def verdict(reading: Reading) -> Verdict:
    """Return how the therapy stands against today's care, for all patients at present value."""
    more_cost, more_health = (d.value for d in _increments(reading))
    if reading.nobody_treated or (more_cost == 0.0 and more_health == 0.0):
        return "nobody treated"
    if more_health > 0.0:
        if more_cost <= 0.0:
            return "dominant"
        affordable = more_cost / more_health <= reading.record.conventions.threshold
        return "worth it" if affordable else "too dear"
    return "dominated" if more_cost >= 0.0 else "worse but cheaper"


def yearly_impact(reading: Reading) -> xr.DataArray:
    """Return the budget impact on all payers together, dims (year, draw)."""
    return reading.group("value")["budget_impact"].sum("payer")


def peak(impact: xr.DataArray) -> tuple[int, Number]:
    """Return the year with the highest expected impact, and the impact in it."""
    year = int(impact.mean("draw").argmax("year"))
    return year, mean_of(impact.isel(year=year), "money")


def _increments(reading: Reading) -> tuple[Number, Number]:
    """Return the present value of cost and of health that the therapy adds for all patients."""
    value = reading.group("value")
    cost, health = value["cost_present"], value["qaly_present"]
    return (
        mean_of(cost.sel(world="with") - cost.sel(world="without"), "money"),
        mean_of(health.sel(world="with") - health.sel(world="without"), "QALY"),
    )


def _supported(reading: Reading) -> Number:
    """Return the price at which the expected net benefit is zero, with the draws' own range.

    The ratio of expectations keeps it in line with the verdict; NaN where nobody is treated.
    """
    value, payment = reading.group("value"), reading.group("payment")
    draws = mean_of(value["supported_price"], "money")
    weight = float(payment["price_weight"].mean())
    if weight <= 0.0:
        return draws._replace(value=float("nan"))
    price = reading.chosen.price + float(value["net_benefit"].mean()) / weight
    return draws._replace(value=price)


def _numbers(reading: Reading) -> dict[str, Number]:
    """Return the numbers of this answer."""
    value, payment = reading.group("value"), reading.group("payment")
    impact = yearly_impact(reading)
    year, highest = peak(impact)
    numbers = {
        "budget_impact": mean_of(impact.sum("year"), "money"),
        "peak_year": exactly(float(year), "years"),
        "peak_impact": highest,
    }
    for payer in reading.payers_shown:
        own = value["budget_impact"].sel(payer=payer)
        numbers[f"budget_impact.{payer}"] = mean_of(own.sum("year"), "money")
    numbers["more_cost"], numbers["more_health"] = _increments(reading)
    health = numbers["more_health"].value
    ratio = numbers["more_cost"].value / health if health != 0.0 else float("nan")
    numbers["icer"] = exactly(ratio, "money per QALY")
    numbers["worth_it"] = exactly(float((value["net_benefit"] > 0.0).mean()), "1")
    numbers["nobody_treated"] = exactly(float((reading.treated <= 0.0).mean()), "1")
    numbers["net_benefit"] = mean_of(value["net_benefit"], "money")
    numbers["supported_price"] = _supported(reading)
    receipts = payment["receipts"].sum("year") + payment["receipts_later"]
    numbers["receipts"] = mean_of(receipts, "money")
    return numbers


def _headline(reading: Reading, numbers: dict[str, Number]) -> str:
    """Return the sentence to take away."""
    kind = verdict(reading)
    if kind == "nobody treated":
        return _("Nobody pays more, because nobody is treated.")
    years = years_in_words(reading.years)
    amount = reading.money(abs(numbers["budget_impact"].value))
    more = numbers["budget_impact"].value >= 0.0
    if reading.family_pays:
        budget = (
            _("It costs payers and families {amount} more over {years}", amount=amount, years=years)
            if more
            else _("It saves payers and families {amount} over {years}", amount=amount, years=years)
        )
    elif more:
        budget = _("It costs payers {amount} more over {years}", amount=amount, years=years)
    else:
        budget = _("It saves payers {amount} over {years}", amount=amount, years=years)
    return _(
        "{budget}; {verdict}.",
        budget=budget,
        verdict=_short(reading, kind, numbers["worth_it"].value),
    )


def _short(reading: Reading, kind: Verdict, worth_it: float) -> str:
    """Return the verdict in a few words; with its share where it is not sure."""
    price, part = reading.money(reading.chosen.price), share(worth_it)
    match kind:
        case "dominant" if worth_it < SURE:
            text = _("on average it gives more health and saves money in the long run, and in "
                     "{share} of simulated futures it is worth its price", share=part)  # fmt: skip
        case "dominant":
            text = _("it gives more health and saves money in the long run")
        case "dominated":
            text = _("it gives no more health and costs more: not worth any of its price")
        case "worse but cheaper":
            text = _("it gives less health but saves money in the long run")
        case "worth it" if worth_it < SURE:
            text = _("at {price} it is worth its price on average, and in {share} of simulated "
                     "futures", price=price, share=part)  # fmt: skip
        case "worth it":
            text = _("at {price} it is worth its price", price=price)
        case _ if worth_it > 1.0 - SURE:
            text = _("at {price} it is not worth its price on average, though it is in {share} of "
                     "simulated futures", price=price, share=part)  # fmt: skip
        case _:
            text = _("at {price} it is not worth its price", price=price)
    return text


def _payers(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return the budget impact on each payer, with its peak."""
    value = reading.group("value")
    lines = []
    for name in reading.payers_shown:
        total = numbers[f"budget_impact.{name}"]
        label = capital(reading.payer(name))
        if total.value < 0.0:
            saved = Number(-total.value, -total.high, -total.low, total.unit)
            text = _("{payer}: saves {amount}.", payer=label, amount=paid(reading, saved))
        else:
            year, highest = peak(value["budget_impact"].sel(payer=name))
            text = _(
                "{payer}: pays {amount} more, most in {period} ({peak}).", payer=label,
                amount=paid(reading, total), period=reading.period(year),
                peak=reading.money(highest.value),
            )  # fmt: skip
        lines.append(text)
    return lines


def _worth(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return the verdict with its numbers, and how sure it is."""
    kind = verdict(reading)
    if kind == "nobody treated":
        return []
    threshold = reading.money(reading.record.conventions.threshold)
    worth_it, none = share(numbers["worth_it"].value), numbers["nobody_treated"].value
    if none > 0.0:
        text = _(
            "It is worth its price in {share} of simulated futures, at {threshold} per QALY; "
            "the {none} in which nobody is treated count as not worth it.",
            share=worth_it, threshold=threshold, none=share(none),
        )  # fmt: skip
    else:
        text = _(
            "It is worth its price in {share} of simulated futures, at {threshold} per QALY.",
            share=worth_it, threshold=threshold,
        )  # fmt: skip
    return [_economics(reading, kind, numbers, threshold), text]


def _economics(reading: Reading, kind: Verdict, numbers: dict[str, Number], threshold: str) -> str:
    """Return the comparison with today's care in one sentence."""
    cost = reading.money(abs(numbers["more_cost"].value))
    health = count(abs(numbers["more_health"].value))
    match kind:
        case "dominant":
            return _("For all patients, at present value, it adds {health} QALYs and saves {cost}.",
                     health=health, cost=cost)  # fmt: skip
        case "dominated" if abs(numbers["more_health"].value) < _NO_HEALTH:
            return _("For all patients, at present value, it adds no health and costs {cost} more.",
                     cost=cost)  # fmt: skip
        case "dominated":
            return _("For all patients, at present value, it loses {health} QALYs and costs {cost} "
                     "more: today's care is better and cheaper.", health=health,
                     cost=cost)  # fmt: skip
        case "worse but cheaper":
            return _("For all patients, at present value, it loses {health} QALYs and saves {cost}:"
                     " {icer} saved for each QALY lost, against {threshold} that a QALY is worth.",
                     health=health, cost=cost, icer=reading.money(numbers["icer"].value),
                     threshold=threshold)  # fmt: skip
        case _:
            return _("One more QALY costs {icer}; a QALY is taken to be worth {threshold}. For all "
                     "patients, at present value: {health} QALYs more for {cost} more.",
                     health=health, cost=cost, icer=reading.money(numbers["icer"].value),
                     threshold=threshold)  # fmt: skip


def _price(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return the price that the value supports."""
    price = numbers["supported_price"]
    if np.isnan(price.value):
        return []
    if price.value <= 0.0:
        return [_("No price above zero is supported by its value.")]
    now = reading.money(reading.chosen.price)
    return [_("Its value supports a price of {price}; the policy pays {now}.",
              price=paid(reading, price), now=now)]  # fmt: skip


def _maker(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return what the manufacturer receives."""
    if numbers["receipts"].value == 0.0:
        return []
    amount = paid(reading, numbers["receipts"])
    return [_("The manufacturer receives {amount} in all, rebates taken off.", amount=amount)]


def _contract(reading: Reading) -> str:
    """Return the contract in words."""
    chosen = reading.chosen
    contract, price = contract_in_words(chosen.contract), reading.money(chosen.price)
    return _("Contract: {contract}; price {price} per patient.", contract=contract, price=price)
