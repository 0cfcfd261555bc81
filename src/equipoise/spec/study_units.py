"""Units, ranges and money of a study's inputs."""

from collections.abc import Iterator

from equipoise.core.errors import MoneyError
from equipoise.core.money import price_book
from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS, Unit, parse_unit
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.loaded_study import Study
from equipoise.spec.study import StudyFile
from equipoise.spec.study_names import Part, places_of
from equipoise.spec.unit_rules import (
    PER_YEAR,
    YEAR,
    one_money,
    possible_age,
    quantity_must_be,
    unit_must_fit,
)

LONGEST_HORIZON = 100

_PATIENTS = parse_unit("patients")
_PER_MONTH = parse_unit("patients/month")
_PATIENTS_PER_YEAR = parse_unit("patients/year")


def check_file_units(file: StudyFile) -> Iterator[Finding]:
    """Yield every number of study.yaml that has the wrong unit or an impossible value."""
    yield from one_money(("money",), file.money)
    yield from _patients(file)
    yield from quantity_must_be(("care", "slots"), file.care.slots, _PER_MONTH)
    yield from quantity_must_be(("care", "ready_after"), file.care.ready_after, YEAR)
    for name, quantity in file.access.items():
        yield from quantity_must_be(("access", name), quantity, YEAR)
    yield from _horizon(file)
    yield from _price(("policy", "price"), file.policy.price.unit, file.policy.price.value, file)
    for index, price in enumerate(file.levers.price):
        yield from _price(("levers", "price", index), price.unit, price.value, file)


def _patients(file: StudyFile) -> Iterator[Finding]:
    """Check the numbers of patients and the shares."""
    patients = file.patients
    top: Place = ("patients",)
    for name, wanted, highest in (
        ("prevalent", _PATIENTS, None),
        ("new_patients", _PATIENTS_PER_YEAR, None),
        ("diagnosed", DIMENSIONLESS, 1.0),
        ("diagnosis_rate", PER_YEAR, None),
        ("acceptance", DIMENSIONLESS, 1.0),
        ("leaving_rate", PER_YEAR, None),
    ):
        quantity = getattr(patients, name)
        yield from quantity_must_be((*top, name), quantity, wanted, highest=highest)
    for name, quantity in patients.eligible.items():
        place = (*top, "eligible", name)
        yield from quantity_must_be(place, quantity, DIMENSIONLESS, highest=1.0)
    for name, group in patients.groups.items():
        place = (*top, "groups", name)
        yield from quantity_must_be((*place, "weight"), group.weight, DIMENSIONLESS)
        yield from unit_must_fit((*place, "age"), group.age.unit, YEAR)
        yield from possible_age((*place, "age"), group.age)


def _horizon(file: StudyFile) -> Iterator[Finding]:
    """Check that the horizon is a number of whole years."""
    wrong = list(unit_must_fit(("horizon",), file.horizon.unit, YEAR))
    yield from wrong
    years = file.horizon.value
    whole = abs(years - round(years)) < 1e-9 and 1 <= round(years) <= LONGEST_HORIZON
    if not wrong and not whole:
        message = _("the horizon must be 1 to {longest} whole years", longest=LONGEST_HORIZON)
        yield finding(("horizon",), message, fix=_("write e.g. 10 years"))


def _price(place: Place, unit: Unit, value: float, file: StudyFile) -> Iterator[Finding]:
    """Check that a price is in the study's own money, and not negative."""
    wrong = list(unit_must_fit(place, unit, file.money))
    yield from wrong
    if not wrong and value < 0:
        message = _("a price is below zero")
        yield finding(place, message, fix=_("correct the number"))


def check_money(study: Study) -> Iterator[tuple[Part, Finding]]:
    """Yield every input whose money the country's index and rates cannot bring to the study's."""
    target = study.file.money
    if list(one_money(("money",), target)):
        return
    book = price_book(study.country.economics)
    places = places_of(study)
    for name, quantity in study.quantities.items():
        try:
            book.factor(quantity.unit, target)
        except MoneyError as error:
            part, place = places[name]
            yield part, Finding((*place, "unit"), error)
    for name, table in study.model.tables.items():
        if table.unit is not None and any(money != target.money[0] for money in table.unit.money):
            message = _("the money of a table cannot be converted to {target}", target=target)
            fix = _("write the table in {target}", target=target)
            yield "model", finding(("tables", name), message, fix=fix)
