"""Units of formulas, found before anything runs."""

import pytest

from equipoise.core.errors import FieldError, FormulaError, UnitError
from equipoise.core.units import Unit, parse_unit
from equipoise.spec.formula import TableSignature, parse_formula, unit_of

UNITS = {
    name: parse_unit(text)
    for name, text in {
        "p": "1", "share": "%", "r": "1/year", "abr": "bleeds/month", "t": "years", "age": "years",
        "cost": "RUB@2025/year", "drug": "RUB@2025", "old": "RUB@2020", "area": "kg^2",
    }.items()
}  # fmt: skip
TABLES = {
    "mortality": TableSignature((parse_unit("year"),), parse_unit("1/year")),
    "norm": TableSignature((parse_unit("year"), parse_unit("1")), parse_unit("1")),
}


def unit(text: str) -> Unit:
    return unit_of(parse_formula(text), UNITS, TABLES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "1"),
        ("p", "1"),
        ("-cost", "RUB@2025/year"),
        ("cost * t", "RUB@2025"),
        ("cost * t + drug", "RUB@2025"),
        ("drug + 0", "RUB@2025"),
        ("drug - -0", "RUB@2025"),
        ("0 + drug", "RUB@2025"),
        ("drug + (0 if p else 0)", "RUB@2025"),
        ("drug + (0 if p else 1)", None),
        ("drug / drug", "1"),
        ("1 / t", "1/year"),
        ("t ** 2", "year^2"),
        ("t ** -1", "1/year"),
        ("area ** 0.5", "kg"),
        ("area ** (1 / 2)", "kg"),
        ("sqrt(area)", "kg"),
        ("exp(-r * t)", "1"),
        ("log(p)", "1"),
        ("p ** t", None),
        ("p ** (r * t)", "1"),
        ("t ** p", None),
        ("p ** 1e300", "1"),
        ("share ** -1e300", "1"),
        ("floor(t)", "year"),
        ("ceil(drug)", "RUB@2025"),
        ("abs(-drug)", "RUB@2025"),
        ("max(drug, 0)", "RUB@2025"),
        ("min(0, 0)", "1"),
        ("t > 1", None),
        ("t > 0", "1"),
        ("0 < t < 5 * year", "1"),
        ("t > 5 * year and p", "1"),
        ("t and p", None),
        ("not p", "1"),
        ("not t", None),
        ("drug if p else 0", "RUB@2025"),
        ("0 if p else drug", "RUB@2025"),
        ("drug if t else 0", None),
        ("drug if p else cost", None),
        ("probability(r, t)", "1"),
        ("probability(r + 0.1 / year, 3 * month)", "1"),
        ("probability(0, t)", "1"),
        ("probability(p, t)", None),
        ("probability(r, 1)", None),
        ("probability(abr, t)", None),
        ("rate(p, t)", "1/year"),
        ("rate(r, t)", None),
        ("first(t > 2 * year)", "1"),
        ("exponential_survival(t, r)", "1"),
        ("exponential_survival(0, r)", "1"),
        ("exponential_survival(r, t)", None),
        ("exponential_survival(t, abr)", None),
        ("weibull_survival(age, p, t)", "1"),
        ("weibull_survival(age, r, t)", None),
        ("gompertz_survival(t, r, r)", "1"),
        ("gompertz_survival(t, 0, r)", "1"),
        ("gompertz_survival(t, p, r)", None),
        ("lognormal_survival(t, p, p)", "1"),
        ("lognormal_survival(t, t, p)", None),
        ("loglogistic_survival(t, p, 2 * year)", "1"),
        ("loglogistic_survival(t, p, 2)", None),
        ("gamma_survival(t, p, r)", "1"),
        ("gamma_survival(t, p, t)", None),
        ("generalised_gamma_survival(t, p, p, p)", "1"),
        ("generalised_gamma_survival(p, p, p, p)", None),
        ("mortality(age) * t", "1"),
        ("mortality(0)", "1/year"),
        ("mortality(p)", None),
        ("norm(age, p)", "1"),
        ("norm(p, age)", None),
        ("drug + old", None),
        ("drug + 1", None),
        ("exp(t)", None),
        ("t ** 1e300", None),
        ("t ** (0 / 0)", None),
    ],
)
def test_units_follow_from_their_parts(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(UnitError):
            unit(text)
    else:
        assert unit(text).describe() == expected


def test_the_result_is_canonical_as_values_are() -> None:
    assert unit("abr").factor == 1.0
    assert unit("abr").text == "bleed/year"
    assert unit("abr * t / p + share * abr * t").factor == 1.0


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("drug + p * cost", 7, ["RUB@2025", "RUB@2025/year"]),
        ("drug + drug + drug + t", 21, ["RUB@2025", "year"]),
        ("t < 5 * year < drug", 15, ["year", "RUB@2025"]),
        ("drug if p else cost", 15, ["RUB@2025", "RUB@2025/year"]),
        ("p * max(t, drug)", 11, ["year", "RUB@2025"]),
        ("p + exp(t)", 8, ["plain number", "year"]),
        ("p + probability(t, r)", 16, ["1/year", "year"]),
        ("p + mortality(drug)", 14, ["year", "RUB@2025"]),
        ("p + t ** 1e300", 4, ["power"]),
    ],
)
def test_errors_name_both_units_and_the_column(text: str, column: int, words: list[str]) -> None:
    with pytest.raises(UnitError) as caught:
        unit(text)
    assert caught.value.column == column
    assert all(word in caught.value.message for word in words)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "column", "fix"),
    [
        ("p + costt", 4, "did you mean 'cost'?"),
        ("p + moth", 4, "did you mean 'month'?"),
        ("p + mortalty(age)", 4, "did you mean 'mortality'?"),
        ("p + norm(age)", 4, "give it what its `arguments` list"),
        ("p + mortality(age, p)", 4, "give it what its `arguments` list"),
        ("qqq", 0, "define it, or remove it"),
    ],
)
def test_unknown_names_and_wrong_counts_are_formula_errors(
    text: str, column: int, fix: str
) -> None:
    with pytest.raises(FieldError) as caught:
        unit(text)
    assert isinstance(caught.value, FormulaError)
    assert (caught.value.column, caught.value.fix) == (column, fix)
