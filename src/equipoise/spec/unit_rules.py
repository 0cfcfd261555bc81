"""Checks of units and ranges that models, studies and countries share."""

from collections.abc import Iterator

from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS, Measure, Unit, parse_unit
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.quantity import Quantity

YEAR = parse_unit("year")
PER_YEAR = parse_unit("1/year")
OLDEST = 120.0
"""Years; nobody has been proved to live longer than a few years more."""


def in_money(unit: Unit, money: Unit) -> Unit:
    """Return a unit with all its kinds of money taken for one.

    Examples
    --------
    >>> in_money(parse_unit("EUR@2014/year"), parse_unit("RUB@2025")).describe()
    'RUB@2025/year'
    """
    result = unit
    for name, power in unit.powers:
        if "@" in name:
            result = result / Unit(((name, power),)) * money**power
    return result


def unit_must_fit(place: Place, unit: Unit, wanted: Unit) -> Iterator[Finding]:
    """Yield a finding if a unit is not of the kind that a field needs."""
    if not unit.fits(wanted):
        message = _("the unit {unit} stands where {wanted} is needed",
                    unit=unit, wanted=wanted.text)  # fmt: skip
        fix = _("write the value in {wanted}", wanted=wanted.text)
        if unit.fits(DIMENSIONLESS) and wanted.fits(PER_YEAR):
            fix = _("say in which time: {unit}/year", unit=unit.text)
        yield finding(place, message, fix=fix)


def one_money(place: Place, unit: Unit) -> Iterator[Finding]:
    """Yield a finding if a unit is not one money and nothing else."""
    if len(unit.powers) != 1 or not unit.money or (unit.powers[0][1], unit.factor) != (1, 1):
        message = _("the unit {unit} is not money", unit=unit)
        yield finding(place, message, fix=_("write a currency with its price year, e.g. RUB@2025"))


def possible_age(place: Place, age: Measure) -> Iterator[Finding]:
    """Yield a finding if nobody is that old."""
    if age.unit.fits(YEAR) and not 0 <= age.value <= OLDEST:
        message = _("nobody is {age:g} years old", age=age.value)
        yield finding(place, message, fix=_("correct the age"))


def quantity_must_be(
    place: Place, quantity: Quantity, wanted: Unit, *, highest: float | None = None
) -> Iterator[Finding]:
    """Yield a finding if a number has the wrong unit, is negative or is too large.

    Parameters
    ----------
    place
        Of the number.
    quantity
        The number.
    wanted
        A unit of the kind it must have.
    highest
        Largest possible value in canonical units; None is no limit.
    """
    found = list(unit_must_fit((*place, "unit"), quantity.unit, wanted))
    yield from found
    if found:
        return
    value, spread = quantity.value * quantity.unit.factor, quantity.distribution
    wrong = list(_beyond((*place, "value"), value, highest))
    yield from wrong
    if spread is not None and not wrong:  # only `mean_differs` lets the mean be elsewhere
        mean = spread.mean * quantity.unit.factor
        yield from _beyond((*place, "distribution"), mean, highest)


def _beyond(place: Place, value: float, highest: float | None) -> Iterator[Finding]:
    """Yield a finding if a value is negative or too large."""
    if value < 0:
        message = _("a value of {value:g} is below zero", value=value)
        yield finding(place, message, fix=_("correct the number"))
    elif highest is not None and value > highest:
        message = _("a value of {value:g} is above {highest:g}", value=value, highest=highest)
        yield finding(place, message, fix=_("correct the number or its unit"))
