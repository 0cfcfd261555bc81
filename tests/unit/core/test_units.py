"""Units: what is one, what is not and why, and how they combine."""

import math

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from equipoise.core.errors import UnitError
from equipoise.core.units import (
    DIMENSIONLESS,
    Measure,
    MeasureField,
    Unit,
    UnitField,
    known_units,
    parse_measure,
    parse_unit,
)


@pytest.mark.parametrize(
    ("text", "powers", "factor"),
    [
        ("1", {}, 1),
        ("%", {}, 0.01),
        ("year", {"year": 1}, 1),
        ("years", {"year": 1}, 1),
        ("QALY", {"year": 1}, 1),
        ("QALYs", {"year": 1}, 1),
        ("life_years", {"year": 1}, 1),
        ("months", {"year": 1}, 1 / 12),
        ("week", {"year": 1}, 7 / 365.25),
        ("days", {"year": 1}, 1 / 365.25),
        ("hour", {"year": 1}, 1 / 24 / 365.25),
        ("1/year", {"year": -1}, 1),
        ("1 / year", {"year": -1}, 1),
        ("%/year", {"year": -1}, 0.01),
        ("RUB@2025/year", {"RUB@2025": 1, "year": -1}, 1),
        ("IU/kg/week", {"IU": 1, "kg": -1, "year": -1}, 365.25 / 7),
        ("bleeds/year", {"bleed": 1, "year": -1}, 1),
        ("patients/month", {"patient": 1, "year": -1}, 12),
        ("people", {"person": 1}, 1),
        ("EUR@2022/EUR@2014", {"EUR@2022": 1, "EUR@2014": -1}, 1),
        ("RUB@1950", {"RUB@1950": 1}, 1),
        ("RUB@2100", {"RUB@2100": 1}, 1),
        ("1000 catheter*day", {"catheter": 1, "year": 1}, 1000 / 365.25),
        ("0.5 kg^2", {"kg": 2}, 0.5),
        ("1e3 kg^4/kg", {"kg": 3}, 1000),
        ("kg/kg", {}, 1),
        ("  year  ", {"year": 1}, 1),
    ],
)
def test_a_unit_has_powers_and_a_factor(text: str, powers: dict[str, float], factor: float) -> None:
    unit = parse_unit(text)
    assert dict(unit.powers) == powers
    assert unit.powers == tuple(sorted(unit.powers))
    assert unit.factor == pytest.approx(factor, rel=1e-14)
    assert str(unit) == text.strip()


@pytest.mark.parametrize("name", [name for name in known_units() if name not in "1%"])
def test_every_unit_has_its_plural(name: str) -> None:
    plural = {"person": "people", "IU": "IU", "kg": "kg"}.get(name, f"{name}s")
    assert parse_unit(plural) == parse_unit(name)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("RUB", "write the price year, RUB@2025"),
        ("EUR/year", "write the price year, EUR@2025"),
        ("bleds/year", "did you mean 'bleeds'?"),
        ("Year", "did you mean 'year'?"),
        ("qwertz", "use 1, %, year"),
        ("RUB@1949", "use 1"),
        ("RUB@2101", "use 1"),
        ("rub@2025", ""),
        ("kg^5", "write e.g. kg^2"),
        ("kg^0", "write e.g. kg^2"),
        ("kg^-1", "write e.g. kg^2"),
        ("kg^٣", "write e.g. kg^2"),
        ("kg^", "write e.g. kg^2"),
        ("100,000 patients", ""),
        ("1000", ""),
        ("year/2 days", ""),
        ("1//year", "write e.g. 1/year"),
        ("/year", "write e.g. 1/year"),
        ("year*", "write e.g. 1/year"),
        ("0 years", "write a unit such as"),
        ("", "write a unit such as"),
        (" ", "write a unit such as"),
        ("year*" * 20 + "year", "write a unit such as"),
        ("5e200 1/hour^4/hour^4/hour^4/hour^4/hour^4/hour^4/hour^4/hour^4", "write a unit such"),
    ],
)
def test_what_is_no_unit_is_refused_with_a_fix(text: str, fix: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_unit(text)
    assert caught.value.fix.startswith(fix)
    assert caught.value.fix


def test_equality_is_about_meaning_not_text() -> None:
    assert parse_unit("3 months") == parse_unit("0.25 years")
    assert hash(parse_unit("IU/kg/week")) == hash(parse_unit("IU/week/kg"))
    assert parse_unit("month") != parse_unit("year")
    assert parse_unit("month").fits(parse_unit("QALY"))
    assert not parse_unit("EUR@2014").fits(parse_unit("EUR@2022"))
    assert not parse_unit("patient").fits(parse_unit("person"))


def test_units_multiply_divide_and_take_powers() -> None:
    cost, month = parse_unit("RUB@2025/month"), parse_unit("month")
    assert (cost * month).describe() == "RUB@2025"
    assert (cost / cost).is_dimensionless
    assert (month / parse_unit("year")) == Unit(factor=1 / 12)
    assert month**2 == month * month
    assert (month**0).is_dimensionless
    assert ((parse_unit("kg^2")) ** 0.5) == parse_unit("kg")
    assert (DIMENSIONLESS / month).describe() == "1/year"
    assert cost.money == ("RUB@2025",)
    assert month.money == ()


def test_fractions_of_powers_add_up_to_whole_ones() -> None:
    kg = parse_unit("kg")
    assert (kg**0.1) * (kg**0.2) * (kg**0.7) == kg
    assert (kg ** (1 / 3)) ** 3 == kg


@pytest.mark.parametrize("exponent", [1e9, 1e300, math.inf, math.nan])
def test_a_huge_power_is_refused(exponent: float) -> None:
    with pytest.raises(UnitError):
        parse_unit("RUB@2025/month") ** exponent


def test_a_derived_unit_reads_back_as_itself() -> None:
    made = parse_unit("RUB@2025/month") * parse_unit("IU/kg/week")
    assert parse_unit(str(made)) == made
    assert parse_unit(str(parse_unit("1") / parse_unit("kg"))) == parse_unit("1/kg")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("25 years", 25, "year"),
        ("3 months", 0.25, "year"),
        ("3 %/year", 0.03, "1/year"),
        ("2.5%/year", 0.025, "1/year"),
        ("40e6 RUB@2025", 40e6, "RUB@2025"),
        ("-18 %", -0.18, "1"),
        ("+.5 kg", 0.5, "kg"),
        ("0.15 1/year", 0.15, "1/year"),
        ("0 years", 0, "year"),
        (" 7\tdays ", 7 / 365.25, "year"),
    ],
)
def test_a_measure_is_canonical(text: str, value: float, unit: str) -> None:
    measure = parse_measure(text)
    assert measure.value == pytest.approx(value, rel=1e-14)
    assert measure.unit.describe() == unit
    assert str(measure) == text.strip()


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        # Read as 40 units of 000 roubles, this would be nothing at all.
        ("40 000 RUB@2025", "write e.g. 40000 RUB@2025"),
        ("40 500 RUB@2025", "write e.g. 40000 RUB@2025"),
        ("1 000 000 RUB@2025", "write e.g. 40000 RUB@2025"),
        ("40,000 RUB@2025", "write e.g. 40000 RUB@2025"),
        ("0,5 years", "write e.g. 40000 RUB@2025"),
        ("5 2 years", "write e.g. 40000 RUB@2025"),
        ("25", "write e.g. 25 years"),
        ("years", "write e.g. 25 years"),
        ("", "write e.g. 25 years"),
        ("٣ years", "write e.g. 25 years"),
        ("nan years", "write e.g. 25 years"),
        ("1e999 years", "write a smaller number"),
        ("1e308 1/hour", "write a smaller number"),
        ("0.5/year", "write e.g. 1/year"),
        ("5 yers", "did you mean 'years'?"),
        ("5 RUB", "write the price year"),
        ("5 years" + " " * 200 + "junk", "write e.g. 25 years"),
    ],
)
def test_what_is_no_measure_is_refused_with_a_fix(text: str, fix: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_measure(text)
    assert caught.value.fix.startswith(fix)


class Fields(BaseModel):
    unit: UnitField
    measure: MeasureField


def test_fields_read_text_and_write_it_back() -> None:
    fields = Fields.model_validate({"unit": "bleeds/year", "measure": "3 months"})
    assert fields.unit == parse_unit("bleeds/year")
    assert fields.measure == Measure(0.25, parse_unit("year") / Unit(factor=12.0))
    assert fields.model_dump() == {"unit": "bleeds/year", "measure": "3 months"}
    assert Fields.model_validate_json(fields.model_dump_json()) == fields
    assert Fields(unit=fields.unit, measure=fields.measure) == fields


def test_a_bare_one_is_a_unit_in_a_file() -> None:
    assert TypeAdapter(UnitField).validate_python(1) == DIMENSIONLESS


@pytest.mark.parametrize("value", [True, None, 2, 1.0, ["year"], {"year": 1}, "yeer"])
def test_other_values_are_no_unit(value: object) -> None:
    with pytest.raises(ValidationError, match="is not a unit"):
        TypeAdapter(UnitField).validate_python(value)


@pytest.mark.parametrize("value", [25, 2.5, None, True, ["3 months"]])
def test_a_measure_needs_its_unit(value: object) -> None:
    with pytest.raises(ValidationError, match="has no unit"):
        TypeAdapter(MeasureField).validate_python(value)


def test_the_schema_tells_an_editor_what_to_write() -> None:
    for kind in (UnitField, MeasureField):
        schema = TypeAdapter(kind).json_schema()
        assert "string" in schema["type"]
        assert "e.g." in schema["description"]
        assert schema["pattern"]
