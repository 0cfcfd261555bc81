import pytest
import xarray as xr

from equipoise.core.translation import use_language
from equipoise.report.reading import Number, exactly, read
from equipoise.report.words import (
    contract_in_short,
    contract_in_words,
    dated,
    paid,
    patients,
    points,
    share,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0%"), (0.001, "less than 1%"), (0.42, "42%"), (0.999, "more than 99%"), (1.0, "100%")],
)
def test_a_share_is_never_rounded_to_certainty(value: float, text: str) -> None:
    assert share(value) == text


def test_contracts_in_words() -> None:
    assert contract_in_words("upfront") == "the whole price at treatment"
    assert contract_in_words("instalments(years=5)") == "5 equal yearly instalments"
    assert contract_in_short("instalments(years=5, only_while_responding=True)") == (
        "5 instalments while it works"
    )
    with use_language("ru"):
        assert contract_in_words("rebate_on_loss(share=0.8, years=3)").endswith("за 3 года")
        assert contract_in_short("instalments(years=2)") == "2 платежа"


def test_counts_of_patients_follow_their_number() -> None:
    assert patients(exactly(1.0, "")) == "1 patient"
    assert patients(Number(61.6, 16.0, 117.0, "")) == "62 patients (16 to 117)"
    assert patients(exactly(0.2, "")) == "less than one patient"
    assert patients(Number(1200.0, 900.0, 1500.0, "")) == "1,200 patients (900 to 1,500)"
    with use_language("ru"):
        assert patients(exactly(2.0, "")) == "2 пациента"


def test_the_unit_of_a_range_of_money_stands_once(tree: xr.DataTree) -> None:
    reading = read(tree)
    number = Number(4.14e9, 1.33e9, 7.85e9, "")
    assert paid(reading, number) == "4.14 billion RUB (1.33 to 7.85 billion RUB)"
    number = Number(4.14e9, 1.33e6, 7.85e9, "")
    assert paid(reading, number) == ("4.14 billion RUB (1.33 million RUB to 7.85 billion RUB)")


def test_dates_are_no_more_precise_than_they_are(tree: xr.DataTree) -> None:
    reading = read(tree)
    assert dated(reading, Number(3.0, 2.0, 7.0, "")) == "June 2029, between 2028 and 2033"
    assert dated(reading, Number(3.0, 2.9, 3.1, "")) == "June 2029"


@pytest.mark.parametrize("years", [8000.0, 1e30])
def test_dates_beyond_the_calendar_are_told_as_such(tree: xr.DataTree, years: float) -> None:
    reading = read(tree)
    assert dated(reading, exactly(years, "")) == "after 9999"
    late = dated(reading, Number(3.0, 2.0, years, ""))
    assert late == "June 2029, between 2028 and 9999"


def test_enormous_numbers_are_powers_of_ten(tree: xr.DataTree) -> None:
    number = Number(1.01e27, 3e26, 1.9e27, "")
    assert patients(number) == "1.01×10²⁷ patients (3×10²⁶ to 1.9×10²⁷)"
    assert paid(read(tree), number) == "1.01×10²⁷ RUB (3×10²⁶ RUB to 1.9×10²⁷ RUB)"
    with use_language("ru"):
        assert patients(number) == "1,01·10²⁷ пациентов (от 3·10²⁶ до 1,9·10²⁷)"


def test_far_scores_are_words() -> None:
    assert points(0.5) == "50"
    assert points(-12.66) == "far below 0"


def test_years_are_named_by_both_their_calendar_years(tree: xr.DataTree) -> None:
    assert read(tree).period(0) == "2026/27"
