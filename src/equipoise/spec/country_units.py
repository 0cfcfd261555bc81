"""Units, years and ranges of the numbers of a country."""

import re
from collections.abc import Iterator, Mapping

from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS, Unit, parse_unit
from equipoise.spec.discount import HIGHEST_RATE
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.jurisdiction import Economics, Jurisdiction
from equipoise.spec.law import Law, Step
from equipoise.spec.quantity import Quantity
from equipoise.spec.unit_rules import (
    PER_YEAR,
    YEAR,
    possible_age,
    quantity_must_be,
    unit_must_fit,
)


def check_country_units(country: Jurisdiction) -> Iterator[Finding]:
    """Yield every number of a country that has the wrong unit or an impossible value."""
    yield from _economics(country.economics)
    for index, rule in enumerate(country.payer_rules):
        for field, age in (("from_age", rule.from_age), ("to_age", rule.to_age)):
            if age is not None:
                yield from unit_must_fit(("payer_rules", index, field), age.unit, YEAR)
                yield from possible_age(("payer_rules", index, field), age)


def check_law_units(law: Law) -> Iterator[Finding]:
    """Yield every number of a law that has the wrong unit or an impossible value."""
    for route_name, route in law.routes.items():
        for name, step in route.steps.items():
            yield from _step(("routes", route_name, "steps", name), step)


def _step(place: Place, step: Step) -> Iterator[Finding]:
    """Check times and chances of one step."""
    if step.statutory is not None:
        yield from quantity_must_be((*place, "statutory"), step.statutory, YEAR)
    if step.duration is not None:
        yield from quantity_must_be((*place, "duration"), step.duration, YEAR)
    if step.refusal is not None:
        chance, pause = (*place, "refusal", "probability"), (*place, "refusal", "pause")
        yield from quantity_must_be(chance, step.refusal.probability, DIMENSIONLESS, highest=1.0)
        yield from quantity_must_be(pause, step.refusal.pause, YEAR)


def _economics(economics: Economics) -> Iterator[Finding]:
    """Check the conventions, the price index and the exchange rates."""
    place: Place = ("economics",)
    for name in ("discount_cost", "discount_health"):
        yield from quantity_must_be((*place, name), getattr(economics, name), PER_YEAR,
                                   highest=HIGHEST_RATE)  # fmt: skip
    threshold = economics.willingness_to_pay
    if len(threshold.unit.money) == 1:
        money = parse_unit(threshold.unit.money[0])
    else:
        money = parse_unit(f"{economics.currency}@2025")
    per_qaly = money / parse_unit("QALY")
    wanted = Unit(per_qaly.powers, 1.0, f"{money}/QALY")
    yield from quantity_must_be((*place, "willingness_to_pay"), threshold, wanted)
    for year, level in economics.price_index.items():
        yield from _of_year((*place, "price_index", year), year, level, DIMENSIONLESS)
    for currency, rates in economics.exchange_rates.items():
        yield from _rates((*place, "exchange_rates", currency), economics, currency, rates)


def _rates(
    place: Place, economics: Economics, currency: str, rates: Mapping[str, Quantity]
) -> Iterator[Finding]:
    """Check the exchange rates of one currency: plain numbers, or money for money."""
    if not re.fullmatch("[A-Z]{3}", currency) or currency == economics.currency:
        message = _("'{name}' is not a foreign currency", name=currency)
        yield finding(place, message, fix=_("write its three letters, e.g. EUR"))
        return
    for year, rate in rates.items():
        wanted = DIMENSIONLESS
        if re.fullmatch(r"20\d\d|19[5-9]\d", year) and rate.unit.money:
            wanted = parse_unit(f"{economics.currency}@{year}/{currency}@{year}")
        yield from _of_year((*place, year), year, rate, wanted)


def _of_year(place: Place, year: str, quantity: Quantity, wanted: Unit) -> Iterator[Finding]:
    """Check one number of a series by year."""
    if not re.fullmatch(r"\d{4}", year):
        message = _("'{name}' is not a year", name=year)
        yield finding(place, message, fix=_("write four digits, e.g. 2025"))
    yield from quantity_must_be(place, quantity, wanted)
    if quantity.value == 0:
        message = _("a price level or exchange rate must be above zero")
        yield finding((*place, "value"), message, fix=_("correct the number"))
