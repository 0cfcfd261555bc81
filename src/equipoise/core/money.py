"""Converting money between price years and currencies, only with the numbers at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Protocol

from equipoise.core.errors import MoneyError
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import brief
from equipoise.core.units import Unit


@dataclass(frozen=True)
class Step:
    """One multiplication on the way from one money to another, with its text."""

    factor: float
    text: str


class Amount(Protocol):
    """A number with its unit, as a country's file holds it."""

    @property
    def value(self) -> float:
        """Return the number."""

    @property
    def unit(self) -> Unit:
        """Return its unit."""


class Prices(Protocol):
    """What a price book is made from; a country's `economics` has it."""

    @property
    def currency(self) -> str:
        """Return the country's own money."""

    @property
    def price_index(self) -> Mapping[str, Amount]:
        """Return the price level of each year."""

    @property
    def exchange_rates(self) -> Mapping[str, Mapping[str, Amount]]:
        """Return the country's money for one of each currency, by year."""


def _plain(money: str) -> str:
    """Return a kind of money as a sentence has it."""
    return money.replace("@", " ")


def _parts(money: str) -> tuple[str, int]:
    """Return currency and price year of `RUB@2025`."""
    currency, _at, year = money.partition("@")
    return currency, int(year)


def _only_money(target: Unit) -> str:
    """Return the one money of a target unit."""
    if len(target.money) != 1:
        message = _("'{unit}' is not one money to convert to", unit=target)
        raise MoneyError(message, fix=_("name a currency with its price year, e.g. RUB@2025"))
    return target.money[0]


@dataclass(frozen=True)
class PriceBook:
    """A country's price index and exchange rates.

    Parameters
    ----------
    currency
        The country's own money, three letters.
    index
        Price level of each year, on any base.
    rates
        Foreign currency -> year -> units of the country's money for one of it.
    """

    currency: str
    index: Mapping[int, float]
    rates: Mapping[str, Mapping[int, float]]

    def between(self, source: str, target: str) -> float:
        """Return what one unit of `source` money is worth in `target` money.

        Exchange in the price year of the source, then the country's index to the target year.

        Parameters
        ----------
        source, target
            Money with its price year, e.g. ``EUR@2014``.

        Raises
        ------
        MoneyError
            Naming the year of the index, or the currency and year of the rate, that is missing.

        Examples
        --------
        >>> book = PriceBook("RUB", {2014: 50.0, 2023: 100.0}, {"EUR": {2014: 40.0}})
        >>> book.between("EUR@2014", "RUB@2023")
        80.0
        """
        return prod(step.factor for step in self.steps(source, target))

    def factor(self, unit: Unit, target: Unit) -> float:
        """Return the factor that brings amounts in `unit` to the money of `target`.

        Only money is converted, each to its power; other dimensions stay as they are.

        Parameters
        ----------
        unit
            Any unit, e.g. ``EUR@2014/year``; 1 is returned for one without money.
        target
            A unit with one money, e.g. ``RUB@2025``.

        Raises
        ------
        MoneyError
            If an index or rate is missing, or `target` has not exactly one money.

        Examples
        --------
        >>> from equipoise.core.units import parse_unit
        >>> book = PriceBook("RUB", {2014: 50.0, 2023: 100.0}, {})
        >>> book.factor(parse_unit("1/RUB@2014"), parse_unit("RUB@2023"))
        0.5
        """
        money = _only_money(target)
        powers = dict(unit.powers)
        return prod(float(self.between(name, money) ** powers[name]) for name in unit.money)

    def describe(self, unit: Unit, target: Unit) -> str:
        """Return how `factor` comes about, for the table of evidence; empty if nothing changes.

        Examples
        --------
        >>> from equipoise.core.units import parse_unit
        >>> book = PriceBook("RUB", {2014: 50.0, 2023: 100.0}, {"EUR": {2014: 40.0}})
        >>> book.describe(parse_unit("EUR@2014/year"), parse_unit("RUB@2023"))
        'EUR 2014 to RUB 2023: EUR/RUB in 2014: 40; prices 2023 against 2014: 2'
        """
        money = _only_money(target)
        texts = []
        for name in unit.money:
            steps = self.steps(name, money)
            if steps:
                way = "; ".join(step.text for step in steps)
                texts.append(
                    _("{old} to {new}: {way}", old=_plain(name), new=_plain(money), way=way)
                )
        return " | ".join(texts)

    def steps(self, source: str, target: str) -> tuple[Step, ...]:
        """Return the way from one money to another, step by step; see `between`."""
        (old, old_year), (new, new_year) = _parts(source), _parts(target)
        if source == target:
            return ()
        found: list[Step] = []
        if old != self.currency:
            rate = self._rate(old, old_year)
            text = _("{currency} in {year}: {rate}", currency=f"{old}/{self.currency}",
                     year=old_year, rate=brief(rate, 6))  # fmt: skip
            found.append(Step(rate, text))
        if old_year != new_year:
            level = self._level(new_year) / self._level(old_year)
            text = _("prices {new} against {old}: {level}",
                     new=new_year, old=old_year, level=brief(level, 6))  # fmt: skip
            found.append(Step(level, text))
        if new != self.currency:
            rate = self._rate(new, new_year)
            text = _("{currency} in {year}: 1/{rate}", currency=f"{new}/{self.currency}",
                     year=new_year, rate=brief(rate, 6))  # fmt: skip
            found.append(Step(1.0 / rate, text))
        return tuple(found)

    def _level(self, year: int) -> float:
        """Return the price level of a year."""
        if not self.index.get(year, 0.0) > 0.0:
            message = _("the price index of {currency} has no value for {year}",
                        currency=self.currency, year=year)  # fmt: skip
            raise MoneyError(message, fix=_("add the year to the country's `price_index`"))
        return self.index[year]

    def _rate(self, currency: str, year: int) -> float:
        """Return the exchange rate of a currency in a year."""
        rates = self.rates.get(currency, {})
        if not rates.get(year, 0.0) > 0.0:
            message = _("there is no exchange rate of {currency} for {year}",
                        currency=currency, year=year)  # fmt: skip
            raise MoneyError(message, fix=_("add it to the country's `exchange_rates`"))
        return rates[year]


def price_book(prices: Prices) -> PriceBook:
    """Return a country's price book at the base values of its numbers.

    Parameters
    ----------
    prices
        The country's `economics`; loading has checked years, currencies and units.
    """
    return PriceBook(
        currency=prices.currency,
        index=_by_year(prices.price_index),
        rates={currency: _by_year(rates) for currency, rates in prices.exchange_rates.items()},
    )


def _by_year(series: Mapping[str, Amount]) -> dict[int, float]:
    """Return plain numbers by year, without the factor of units such as per cent."""
    return {
        int(year): amount.value * amount.unit.factor
        for year, amount in series.items()
        if year.isdecimal()  # what is no year has been reported where the file was read
    }
