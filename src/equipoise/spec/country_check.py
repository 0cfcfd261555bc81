"""What pydantic cannot see in a country's payers and money: rules that point nowhere, gaps."""

from collections.abc import Iterator
from math import inf, isinf
from typing import get_args

from equipoise.core.translation import translate as _
from equipoise.spec.country_units import check_country_units
from equipoise.spec.findings import Finding, Place, did_you_mean, finding, unknown_sources
from equipoise.spec.jurisdiction import Category, Jurisdiction, PayerRule

CATEGORIES: tuple[Category, ...] = get_args(Category)


def check_country(country: Jurisdiction) -> Iterator[Finding]:
    """Yield every mistake of money, payers and tables; `check_law` those of the law."""
    used: dict[Place, str | None] = {
        ("tables", name, "source"): table.source for name, table in country.tables.items()
    }
    yield from unknown_sources(used, country.sources)
    yield from check_country_units(country)
    yield from _payers(country)
    yield from _payer_rules(country)


def _payers(country: Jurisdiction) -> Iterator[Finding]:
    """Check that payers buy after steps that exist."""
    steps = {step for route in country.routes.values() for step in route.steps}
    for name, payer in country.payers.items():
        if payer.funded_after is not None and payer.funded_after not in steps:
            message = _("no route has a step '{name}'", name=payer.funded_after)
            place = ("payers", name, "funded_after")
            yield finding(place, message, fix=did_you_mean(payer.funded_after, steps))


def _payer_rules(country: Jurisdiction) -> Iterator[Finding]:
    """Check that rules name payers, and that somebody owes everything at every age."""
    for index, rule in enumerate(country.payer_rules):
        place = ("payer_rules", index)
        if rule.payer not in country.payers:
            message = _("'{name}' is not one of the `payers`", name=rule.payer)
            yield finding((*place, "payer"), message, fix=did_you_mean(rule.payer, country.payers))
        low, high = ages(rule)
        if high <= low:
            message = _("the rule ends at an age before it begins")
            yield finding((*place, "to_age"), message, fix=_("correct one of the two ages"))
    gaps: dict[tuple[float, float], list[str]] = {}
    for category in CATEGORIES:
        gap = _first_gap(country, category)
        if gap is not None:
            gaps.setdefault(gap, []).append(category)
    for (low, high), categories in gaps.items():
        names = ", ".join(categories)
        if isinf(high):
            message = _("nobody owes {names} from age {low:g} on", names=names, low=low)
        else:
            message = _(
                "nobody owes {names} from age {low:g} to {high:g}", names=names, low=low, high=high
            )
        fix = _("add a last rule without ages, e.g. for the family")
        yield finding(("payer_rules",), message, fix=fix)


def ages(rule: PayerRule) -> tuple[float, float]:
    """Return the ages a rule holds for in years, upper end exclusive."""
    low = 0.0 if rule.from_age is None else rule.from_age.value
    high = inf if rule.to_age is None else rule.to_age.value
    return low, high


def _first_gap(country: Jurisdiction, category: Category) -> tuple[float, float] | None:
    """Return the first range of ages in which no rule covers the category."""
    spans = sorted(
        ages(rule)
        for rule in country.payer_rules
        if not rule.categories or category in rule.categories
    )
    reached = 0.0
    for low, high in spans:
        if low > reached:
            return reached, low
        reached = max(reached, high)
    return None if reached == inf else (reached, inf)
