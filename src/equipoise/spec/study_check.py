"""What pydantic cannot see in a study: names across its files, and values that must agree."""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from math import ceil

from equipoise.core.translation import translate as _
from equipoise.spec.clock import CALENDAR_YEAR
from equipoise.spec.findings import (
    Finding,
    Place,
    did_you_mean,
    finding,
    unknown_sources,
)
from equipoise.spec.jurisdiction import Jurisdiction
from equipoise.spec.loaded_study import Study
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import cost_items, formulas
from equipoise.spec.product_check import check_product
from equipoise.spec.quantity import Source
from equipoise.spec.study import StudyFile
from equipoise.spec.study_names import Part
from equipoise.spec.study_units import check_file_units, check_money
from equipoise.spec.unit_rules import YEAR
from equipoise.spec.walk import quantities

MAX_POLICIES = 1000

PartFinding = tuple[Part, Finding]


def check_study(study: Study, *, criteria: Collection[str] = ()) -> Iterator[PartFinding]:
    """Yield every mistake that only shows between the files of a study.

    Parameters
    ----------
    study
        Its files, each already checked by itself.
    criteria
        Names of the criteria that exist; empty leaves the study's criteria unchecked.
    """
    file, country, model = study.file, study.country, study.model.spec
    in_study = chain(
        _sources(file),
        check_file_units(file),
        _comparison(file, model),
        _items(file, model),
        _patients(file),
        _route(file, country),
        _levers(file),
        _criteria(file, criteria),
    )
    for found in in_study:
        yield "study", found
    for found in check_product(study.product, study.attributes):
        yield "product", found
    yield from _same_sources(study)
    yield from _funding(study)
    yield from _calendar_year(study)
    if file.route in country.routes:
        yield from check_money(study)


def _sources(file: StudyFile) -> Iterator[Finding]:
    """Check the source keys of the study's own numbers and needs."""
    used: dict[Place, str | None] = {
        (*place, "source"): quantity.source for place, quantity in quantities(file)
    }
    used |= {("care", "needs", name, "source"): n.source for name, n in file.care.needs.items()}
    yield from unknown_sources(used, file.sources)


def _comparison(file: StudyFile, model: Model) -> Iterator[Finding]:
    """Check that the names of the comparison exist in the model."""
    chosen = file.comparison
    items = cost_items(model)
    for field, name, known, what in (
        ("new", chosen.new, model.strategies, _("a strategy of the model")),
        ("current", chosen.current, model.strategies, _("a strategy of the model")),
        ("product_item", chosen.product_item, items, _("a cost item of the model")),
        ("response", chosen.response, model.track, _("under the model's `track`")),
    ):
        if name not in known:
            message = _("'{name}' is not {what}", name=name, what=what)
            yield finding(("comparison", field), message, fix=did_you_mean(name, list(known)))
    if chosen.new == chosen.current:
        message = _("the new therapy and the current one are the same strategy")
        fix = _("name another strategy of the model")
        yield finding(("comparison", "current"), message, fix=fix)


def _items(file: StudyFile, model: Model) -> Iterator[Finding]:
    """Check that the study describes exactly the cost items of the model."""
    used = cost_items(model)
    for name in (name for name in used if name not in file.items):
        message = _("the model's cost item '{name}' is missing", name=name)
        fix = _("add `{name}: {{label: ..., category: ...}}`", name=name)
        yield finding(("items",), message, fix=fix)
    for name in (name for name in file.items if name not in used):
        message = _("the model has no cost item '{name}'", name=name)
        yield finding(("items", name), message, fix=did_you_mean(name, used))


def _patients(file: StudyFile) -> Iterator[Finding]:
    """Check the groups of patients."""
    patients = file.patients
    if patients.new_group not in patients.groups:
        message = _("'{name}' is not one of the `groups`", name=patients.new_group)
        fix = did_you_mean(patients.new_group, patients.groups)
        yield finding(("patients", "new_group"), message, fix=fix)
    if not any(group.weight.value > 0 for group in patients.groups.values()):
        message = _("no group has a weight above zero")
        yield finding(("patients", "groups"), message, fix=_("give each group its relative size"))


def _route(file: StudyFile, country: Jurisdiction) -> Iterator[Finding]:
    """Check that the route exists, and that overrides name its steps."""
    route = country.routes.get(file.route)
    if route is None:
        message = _("the country has no route '{name}'", name=file.route)
        yield finding(("route",), message, fix=did_you_mean(file.route, country.routes))
        return
    for name in file.access:
        if name not in route.steps:
            message = _("route '{route}' has no step '{name}'", route=file.route, name=name)
            yield finding(("access", name), message, fix=did_you_mean(name, route.steps))


def _levers(file: StudyFile) -> Iterator[Finding]:
    """Check that each lever tries the value of the base policy, and none twice."""
    policy, levers = file.policy, file.levers
    count = len(levers.price) * len(levers.contract) * len(levers.centres)
    if count > MAX_POLICIES:
        message = _(
            "{count} combinations, at most {most} are tried", count=count, most=MAX_POLICIES
        )
        yield finding(("levers",), message, fix=_("try fewer values"))
        return
    foreign = not policy.price.unit.fits(file.money)
    for name, value, tried in (
        ("price", policy.price, levers.price),
        ("contract", policy.contract, levers.contract),
        ("centres", policy.centres, levers.centres),
    ):
        place: Place = ("levers", name)
        if value not in tried and not (name == "price" and foreign):
            message = _("the value of `policy.{name}` is not among these", name=name)
            yield finding(place, message, fix=_("add it"))
        for index, item in enumerate(tried):
            if item in tried[:index]:
                message = _("the same value stands twice")
                yield finding((*place, index), message, fix=_("remove one of them"))


def _criteria(file: StudyFile, known: Collection[str]) -> Iterator[Finding]:
    """Check that the criteria exist, and that every side named has one."""
    for side, weights in file.criteria.items():
        if not weights:
            message = _("a side without criteria cannot judge")
            fix = _("add a criterion, or remove the side")
            yield finding(("criteria", side), message, fix=fix)
        for name in weights if known else ():
            if name not in known:
                message = _("'{name}' is not a criterion", name=name)
                yield finding(("criteria", side, name), message, fix=did_you_mean(name, known))


def _same_sources(study: Study) -> Iterator[PartFinding]:
    """Check that one key never means two sources, because reports list them together."""
    seen: dict[str, Source] = {}
    parts: tuple[tuple[Part, Mapping[str, Source]], ...] = (
        ("country", study.country.sources),
        ("model", study.model.spec.sources),
        ("product", study.product.sources),
        ("study", study.file.sources),
    )
    for part, sources in parts:
        for key, source in sources.items():
            if seen.setdefault(key, source) != source:
                message = _("'{name}' is another source in another file of the study", name=key)
                fix = _("rename it here, or make both entries the same")
                yield part, finding(("sources", key), message, fix=fix)


def _funding(study: Study) -> Iterator[PartFinding]:
    """Check that the steps after which payers buy are steps of the route taken."""
    routes, taken = study.country.routes, study.file.route
    for name, payer in study.country.payers.items() if taken in routes else ():
        step = payer.funded_after
        elsewhere = any(step in route.steps for route in routes.values())
        if step is not None and elsewhere and step not in routes[taken].steps:
            message = _("route '{route}' has no step '{name}'", route=taken, name=step)
            place = ("payers", name, "funded_after")
            yield "country", finding(place, message, fix=did_you_mean(step, routes[taken].steps))


def _calendar_year(study: Study) -> Iterator[PartFinding]:
    """Check that a model that asks for the year starts when patients of the study do."""
    model, file = study.model.spec, study.file
    year = None if model.time is None else model.time.start_year
    asked = any(CALENDAR_YEAR in placed.formula.names for placed in formulas(model))
    if year is None or not asked or not file.horizon.unit.fits(YEAR):
        return
    first = file.decision_date.year
    last = first + ceil(file.horizon.value)
    if not first <= year <= last:
        message = _("patients of the study start between {first} and {last}, not in {year}",
                    first=first, last=last, year=year)  # fmt: skip
        fix = _("write `start_year: {first}`, or the year in which most of them start", first=first)
        yield "model", finding(("time", "start_year"), message, fix=fix)
