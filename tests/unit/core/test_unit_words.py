"""Units in words: they agree with their number, and a rare unit stays as it is written."""

import pytest

from equipoise.core.translation import use_language
from equipoise.core.unit_words import brief, in_words, measured
from equipoise.core.units import known_units, parse_measure, parse_unit


@pytest.mark.parametrize(
    ("value", "unit", "english", "russian"),
    [
        (1, "years", "1 year", "1 год"),
        (2.5, "years", "2.5 years", "2,5 года"),
        (75, "years", "75 years", "75 лет"),
        (5, "%/year", "5% a year", "5 % в год"),
        (21, "visits/year", "21 visits a year", "21 посещение в год"),
        (0.2, "day/bleed", "0.2 days per bleed", "0,2 дня на кровотечение"),
        (0.006, "1/year", "0.006 a year", "0,006 в год"),
        (-3.32e-5, "1/year^2", "-3.32×10⁻⁵ a year²", "-3,32·10⁻⁵ в год²"),
        (40, "IU/kg", "40 IU per kg", "40 МЕ на кг"),
        (5, "people", "5 people", "5 человек"),
        (0.5, "1", "0.5", "0,5"),
        (42118, "RUB@2025", "42,118 RUB, prices of 2025", "42 118 ₽ в ценах 2025 года"),
        (
            1748623, "RUB@2021/QALY", "1,748,623 RUB per QALY, prices of 2021",
            "1 748 623 ₽ за QALY в ценах 2021 года",
        ),
        (
            1.05, "RUB@2025/RUB@2022", "1.05, prices of 2025 against 2022",
            "1,05, цены 2025 года к ценам 2022 года",
        ),
        (68.5, "RUB@2022/EUR@2022", "68.5 RUB per EUR, prices of 2022",
         "68,5 ₽ за € в ценах 2022 года"),
        (3, "RUB@2025/EUR@2022", "3 RUB@2025/EUR@2022", "3 RUB@2025/EUR@2022"),
        (3, "kg^2", "3 kg^2", "3 kg^2"),
        (3, "1/%", "3 1/%", "3 1/%"),
        (3, "1000 catheter*day", "3 1000 catheter*day", "3 1000 catheter*day"),
    ],
)  # fmt: skip
def test_a_number_stands_with_its_unit_in_words(
    value: float, unit: str, english: str, russian: str
) -> None:
    assert measured(value, parse_unit(unit)) == english
    with use_language("ru"):
        assert measured(value, parse_unit(unit)).replace("\N{NO-BREAK SPACE}", " ") == russian


@pytest.mark.parametrize("unit", known_units())
def test_every_unit_has_words_above_and_below_the_line(unit: str) -> None:
    with use_language("ru"):
        assert unit in ("1", "%", "QALY") or unit not in measured(2, parse_unit(unit))
        below = measured(2, parse_unit(f"bleeds/{unit}"))
        assert below.startswith("2 кровотечения") or unit in ("1", "%")


def test_a_measure_of_a_file_is_said_in_its_own_unit() -> None:
    assert in_words(parse_measure("3 months")) == "3 months"
    assert brief(0.0, 3) == "0"
