"""Discount rates of a model file: one for good, or steps in time."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, NamedTuple

from pydantic import Field

from equipoise.core.errors import UnitError
from equipoise.core.translation import translate as _
from equipoise.core.units import Measure, MeasureField, parse_measure
from equipoise.spec.base import SpecModel
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.unit_rules import PER_YEAR, YEAR, unit_must_fit

HIGHEST_RATE = 1.0
"""Per year: what is worth less than half of itself a year later is a slip of the hand."""

Steps = Annotated[Mapping[str, MeasureField], Field(max_length=100)]
"""Time since the start -> the yearly rate from then on."""


class Discount(SpecModel):
    """Yearly discount rates, compounded: 1 / (1 + rate) ** years."""

    cost: MeasureField | Steps
    """One rate, or several by the time since the start from which each holds, e.g. {0 years: 3.5
    %/year, 30 years: 3 %/year}."""
    health: MeasureField | Steps
    """As `cost`."""


class Step(NamedTuple):
    """A yearly rate, and the time since the start from which it holds."""

    since: Measure
    rate: Measure


def steps_of(rate: Measure | Mapping[str, Measure]) -> list[Step]:
    """Return a rate as steps in time; one that never changes has one.

    Parameters
    ----------
    rate
        Of a checked model.

    Examples
    --------
    >>> early, late = parse_measure("2.5 %/year"), parse_measure("1.5 %/year")
    >>> steps = steps_of({"0 years": early, "360 months": late})
    >>> [(step.since.value, step.rate.value) for step in steps]
    [(0.0, 0.025), (30.0, 0.015)]
    """
    if isinstance(rate, Measure):
        return [Step(Measure(0.0, YEAR, "0 years"), rate)]
    return [Step(parse_measure(since), one) for since, one in rate.items()]


def check_discount(discount: Discount) -> Iterator[Finding]:
    """Yield every rate and time of discounting that cannot be."""
    for name, rate in (("cost", discount.cost), ("health", discount.health)):
        place: Place = ("discount", name)
        if isinstance(rate, Measure):
            yield from _rate(place, rate)
        else:
            for since, one in rate.items():
                yield from _rate((*place, since), one)
            yield from _times(place, list(rate))


def _rate(place: Place, rate: Measure) -> Iterator[Finding]:
    """Check one rate."""
    yield from unit_must_fit(place, rate.unit, PER_YEAR)
    if rate.value < 0:
        message = _("a value of {value:g} is below zero", value=rate.value)
        yield finding(place, message, fix=_("correct the number"))
    elif rate.unit.fits(PER_YEAR) and rate.value > HIGHEST_RATE:
        message = _("a discount rate of {rate} is above {highest}", rate=rate.text,
                    highest=f"{HIGHEST_RATE:.0%}/year".replace("%", " %"))  # fmt: skip
        yield finding(place, message, fix=_("write e.g. 3.5 %/year"))


def _times(place: Place, texts: list[str]) -> Iterator[Finding]:
    """Check that times are spans of time, begin at 0 and rise."""
    if not texts:
        yield finding(place, _("there is no rate"), fix=_("begin with `0 years`"))
    known: list[tuple[str, float]] = []
    for text in texts:
        try:
            since = parse_measure(text)
        except UnitError as error:
            yield Finding((*place, text), error)
            continue
        wrong = list(unit_must_fit((*place, text), since.unit, YEAR))
        yield from wrong
        if not wrong:
            known.append((text, since.value))
    if known and known[0][0] == texts[0] and known[0][1] != 0.0:
        message = _("the first rate holds from {time} on, and none before", time=texts[0])
        yield finding((*place, texts[0]), message, fix=_("begin with `0 years`"))
    for (earlier, before), (later, after) in pairwise(known):
        if after <= before:
            message = _("'{later}' is not later than '{earlier}'", later=later, earlier=earlier)
            fix = _("write the rates in the order of time, each time once")
            yield finding((*place, later), message, fix=fix)
