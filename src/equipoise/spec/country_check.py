"""What pydantic cannot see in a country: rules that point nowhere, gaps and loops."""

from collections.abc import Iterator, Mapping
from datetime import date
from math import inf, isinf
from typing import get_args

from equipoise.core.translation import translate as _
from equipoise.spec.country_units import check_country_units
from equipoise.spec.findings import (
    Finding,
    Place,
    did_you_mean,
    finding,
    loop,
    unknown_sources,
)
from equipoise.spec.jurisdiction import (
    Category,
    Classification,
    Evidence,
    Jurisdiction,
    PayerRule,
    Route,
)
from equipoise.spec.walk import evidences, quantities

CATEGORIES: tuple[Category, ...] = get_args(Category)


def check_country(country: Jurisdiction) -> Iterator[Finding]:
    """Yield every mistake of a country that only shows across its fields."""
    yield from _sources(country)
    yield from check_country_units(country)
    yield from _calendar(country)
    yield from _payers(country)
    yield from _payer_rules(country)
    for name, route in country.routes.items():
        yield from _route(country, name, route)
    yield from _classification(country.classification)


def _sources(country: Jurisdiction) -> Iterator[Finding]:
    """Check that numbers, rules and tables name sources of this country, and their dates."""
    used: dict[Place, str | None] = {
        (*place, "source"): quantity.source for place, quantity in quantities(country)
    }
    rules = dict(evidences(country))
    used |= {(*place, "source"): rule.source for place, rule in rules.items()}
    used |= {("tables", name, "source"): table.source for name, table in country.tables.items()}
    yield from unknown_sources(used, country.sources)
    yield from _dates(rules)


def _dates(rules: Mapping[Place, Evidence]) -> Iterator[Finding]:
    """Check that no rule ends before it begins."""
    for place, rule in rules.items():
        if rule.valid_from and rule.valid_to and rule.valid_to < rule.valid_from:
            message = _("the rule ends before it begins")
            yield finding((*place, "valid_to"), message, fix=_("correct one of the two dates"))


def _calendar(country: Jurisdiction) -> Iterator[Finding]:
    """Check that every holiday is a day of the year."""
    for index, text in enumerate(country.calendar.holidays):
        try:
            date.fromisoformat(f"2024-{text}")
        except ValueError:
            message = _("'{text}' is not a day of the year", text=text)
            fix = _("write month and day, e.g. 05-09")
            yield finding(("calendar", "holidays", index), message, fix=fix)


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


def _route(country: Jurisdiction, name: str, route: Route) -> Iterator[Finding]:
    """Check that steps wait for steps that exist, without loops, and each takes some time."""
    place: Place = ("routes", name)
    outcomes = country.classification.outcomes
    for index, category in enumerate(route.for_categories):
        if category not in outcomes:
            message = _("'{name}' is not an outcome of the classification", name=category)
            field = (*place, "for_categories", index)
            yield finding(field, message, fix=did_you_mean(category, outcomes))
    unknown = False
    for step_name, step in route.steps.items():
        for index, earlier in enumerate(step.after):
            if earlier not in route.steps:
                unknown = True
                message = _("this route has no step '{name}'", name=earlier)
                field = (*place, "steps", step_name, "after", index)
                yield finding(field, message, fix=did_you_mean(earlier, route.steps))
    ring = None if unknown else loop({k: step.after for k, step in route.steps.items()})
    if ring is not None:
        message = _("steps wait for each other: {names}", names=" -> ".join(ring))
        yield finding((*place, "steps", ring[0], "after"), message, fix=_("break the loop"))


def _classification(tree: Classification) -> Iterator[Finding]:
    """Check that every answer leads on, never back, and that a name is one thing only."""
    known = [*tree.questions, *tree.outcomes]
    places: dict[Place, str] = {("classification", "first"): tree.first}
    for name, branch in tree.questions.items():
        places[("classification", "questions", name, "yes")] = branch.yes
        places[("classification", "questions", name, "no")] = branch.no
    dead_ends = {place: target for place, target in places.items() if target not in known}
    for place, target in dead_ends.items():
        message = _("'{name}' is neither a question nor an outcome", name=target)
        yield finding(place, message, fix=did_you_mean(target, known))
    for name in (name for name in tree.questions if name in tree.outcomes):
        message = _("'{name}' is a question and an outcome", name=name)
        yield finding(("classification", "questions", name), message, fix=_("rename one of them"))
    graph = {
        name: [target for target in (branch.yes, branch.no) if target in tree.questions]
        for name, branch in tree.questions.items()
    }
    ring = loop(graph)
    if ring is not None:
        message = _("questions lead back to themselves: {names}", names=" -> ".join(ring))
        yield finding(("classification", "questions", ring[0]), message, fix=_("break the loop"))
