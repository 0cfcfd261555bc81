"""Money between price years and currencies."""

import pytest

from equipoise.core.errors import MoneyError
from equipoise.core.money import PriceBook
from equipoise.core.units import parse_unit

BOOK = PriceBook(
    currency="RUB",
    index={2014: 50.0, 2020: 80.0, 2023: 100.0},
    rates={"EUR": {2014: 50.0, 2020: 82.0}, "USD": {2014: 40.0}},
)


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        ("RUB@2014", "RUB@2014", 1.0),
        ("RUB@2014", "RUB@2023", 2.0),
        ("RUB@2023", "RUB@2014", 0.5),
        ("EUR@2014", "RUB@2014", 50.0),
        ("EUR@2014", "RUB@2023", 100.0),
        ("EUR@2020", "RUB@2023", 82.0 * 100.0 / 80.0),
        ("EUR@2014", "USD@2014", 50.0 / 40.0),
        ("RUB@2023", "USD@2014", 0.5 / 40.0),
        # Never asked for, hence known without any number.
        ("JPY@1999", "JPY@1999", 1.0),
    ],
)
def test_exchange_in_the_price_year_then_index(source: str, target: str, factor: float) -> None:
    assert BOOK.between(source, target) == pytest.approx(factor, rel=1e-14)


@pytest.mark.parametrize("money", ["RUB@2014", "EUR@2014", "EUR@2020", "USD@2014"])
def test_there_and_back_is_no_change(money: str) -> None:
    there = BOOK.between(money, "RUB@2023")
    assert there * BOOK.between("RUB@2023", money) == pytest.approx(1.0, rel=1e-14)


@pytest.mark.parametrize(
    ("source", "target", "missing"),
    [
        ("RUB@2014", "RUB@2024", "price index of RUB has no value for 2024"),
        ("RUB@1999", "RUB@2023", "price index of RUB has no value for 1999"),
        ("EUR@2019", "RUB@2023", "no exchange rate of EUR for 2019"),
        ("JPY@2014", "RUB@2023", "no exchange rate of JPY for 2014"),
        ("RUB@2014", "JPY@2014", "no exchange rate of JPY for 2014"),
        # A rate of another year is no substitute.
        ("USD@2014", "USD@2023", "no exchange rate of USD for 2023"),
    ],
)
def test_what_is_missing_is_named_and_never_guessed(source: str, target: str, missing: str) -> None:
    with pytest.raises(MoneyError, match=missing) as caught:
        BOOK.between(source, target)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("1/year", 1.0),
        ("EUR@2014/year", 100.0),
        ("EUR@2014/month", 100.0),
        ("1/RUB@2014", 0.5),
        ("RUB@2014^2", 4.0),
        ("EUR@2014/RUB@2014", 50.0),
        ("RUB@2014/QALY", 2.0),
    ],
)
def test_a_factor_converts_money_only_each_to_its_power(unit: str, factor: float) -> None:
    assert BOOK.factor(parse_unit(unit), parse_unit("RUB@2023")) == pytest.approx(factor)


@pytest.mark.parametrize("target", ["year", "RUB@2023/EUR@2014"])
def test_a_target_needs_exactly_one_money(target: str) -> None:
    with pytest.raises(MoneyError, match="not one money"):
        BOOK.factor(parse_unit("EUR@2014"), parse_unit(target))


def test_the_way_is_told_in_words() -> None:
    target = parse_unit("RUB@2023")
    text = BOOK.describe(parse_unit("EUR@2014/year"), target)
    assert text == "EUR 2014 to RUB 2023: EUR/RUB in 2014: 50; prices 2023 against 2014: 2"
    assert BOOK.describe(parse_unit("RUB@2023/year"), target) == ""
    assert BOOK.describe(parse_unit("1/year"), target) == ""
