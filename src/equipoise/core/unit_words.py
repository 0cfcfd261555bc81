"""Numbers with their units as a sentence says them; files and commands keep the short form."""

import re
from collections.abc import Callable

from equipoise.core.translation import (
    RAISED,
    currency_sign,
    format_number,
    format_scientific,
    mark,
    translate_plural,
)
from equipoise.core.translation import translate as _
from equipoise.core.units import Measure, Unit

_COUNTED: dict[str, Callable[[int, str], str]] = {
    "%": lambda _n, text: _("{number}%", number=text),
    "year": lambda n, text: translate_plural("{n} year", "{n} years", n, n=text),
    "QALY": lambda n, text: translate_plural("{n} QALY", "{n} QALYs", n, n=text),
    "life_year": lambda n, text: translate_plural("{n} life year", "{n} life years", n, n=text),
    "month": lambda n, text: translate_plural("{n} month", "{n} months", n, n=text),
    "week": lambda n, text: translate_plural("{n} week", "{n} weeks", n, n=text),
    "day": lambda n, text: translate_plural("{n} day", "{n} days", n, n=text),
    "hour": lambda n, text: translate_plural("{n} hour", "{n} hours", n, n=text),
    "patient": lambda n, text: translate_plural("{n} patient", "{n} patients", n, n=text),
    "bleed": lambda n, text: translate_plural("{n} bleed", "{n} bleeds", n, n=text),
    "infusion": lambda n, text: translate_plural("{n} infusion", "{n} infusions", n, n=text),
    "visit": lambda n, text: translate_plural("{n} visit", "{n} visits", n, n=text),
    "stay": lambda n, text: translate_plural("{n} stay", "{n} stays", n, n=text),
    "test": lambda n, text: translate_plural("{n} test", "{n} tests", n, n=text),
    "centre": lambda n, text: translate_plural("{n} centre", "{n} centres", n, n=text),
    "dose": lambda n, text: translate_plural("{n} dose", "{n} doses", n, n=text),
    "point": lambda n, text: translate_plural("{n} point", "{n} points", n, n=text),
    "birth": lambda n, text: translate_plural("{n} birth", "{n} births", n, n=text),
    "male": lambda n, text: translate_plural("{n} male", "{n} males", n, n=text),
    "catheter": lambda n, text: translate_plural("{n} catheter", "{n} catheters", n, n=text),
    "dressing": lambda n, text: translate_plural("{n} dressing", "{n} dressings", n, n=text),
    "episode": lambda n, text: translate_plural("{n} episode", "{n} episodes", n, n=text),
    "joint": lambda n, text: translate_plural("{n} joint", "{n} joints", n, n=text),
    "person": lambda n, text: translate_plural("{n} person", "{n} people", n, n=text),
    "IU": lambda _n, text: _("{number} IU", number=text),
    "kg": lambda _n, text: _("{number} kg", number=text),
}

_PER = {
    "year": mark("a year"),
    "QALY": mark("per QALY"),
    "life_year": mark("per life year"),
    "month": mark("a month"),
    "week": mark("a week"),
    "day": mark("a day"),
    "hour": mark("an hour"),
    "patient": mark("per patient"),
    "bleed": mark("per bleed"),
    "infusion": mark("per infusion"),
    "visit": mark("per visit"),
    "stay": mark("per stay"),
    "test": mark("per test"),
    "centre": mark("per centre"),
    "dose": mark("per dose"),
    "point": mark("per point"),
    "birth": mark("per birth"),
    "male": mark("per male"),
    "catheter": mark("per catheter"),
    "dressing": mark("per dressing"),
    "episode": mark("per episode"),
    "joint": mark("per joint"),
    "person": mark("per person"),
    "IU": mark("per IU"),
    "kg": mark("per kg"),
}

_SINGULARS = {f"{name}s": name for name in _COUNTED} | {"people": "person"}
_LIKE_TWO = 2
"""With decimals a noun stands as after two: 2,5 года, and in English 2.5 years."""


def brief(value: float, digits: int) -> str:
    """Return a number with so many significant digits, but whole from a thousand up.

    Examples
    --------
    >>> brief(0.123456, 3), brief(1234.5, 3), brief(-3.32e-05, 4)
    ('0.123', '1,234', '-3.32×10⁻⁵')
    """
    if value == 0.0 or abs(value) >= 1000.0:
        return format_number(value)
    plain = f"{value:.{digits}g}"
    if "e" in plain:
        return format_scientific(value, digits)
    return format_number(float(plain), len(plain.partition(".")[2]))


def measured(value: float, unit: Unit, digits: int = 4) -> str:
    """Return a number with its unit in words of the current language.

    Parameters
    ----------
    value
        In `unit`, as written.
    unit
        Any; one too rare for words stays as it is written in files.
    digits
        Significant digits of the number.

    Examples
    --------
    >>> from equipoise.core.units import parse_unit
    >>> measured(4.6, parse_unit("bleeds/year"))
    '4.6 bleeds a year'
    >>> measured(648, parse_unit("RUB@2025/visit"))
    '648 RUB per visit, prices of 2025'
    >>> measured(1.05, parse_unit("RUB@2025/RUB@2022"))
    '1.05, prices of 2025 against 2022'
    """
    number = brief(value, digits)
    above, below = _names(unit.text)
    moneys = [name for name in (*above, *below) if "@" in name]
    years = list(dict.fromkeys(name.partition("@")[2] for name in moneys))
    one_currency = len({name.partition("@")[0] for name in moneys}) == 1
    if one_currency and len(years) > 1 and len(above) == len(below) == 1:
        return _("{number}, prices of {new} against {old}",
                 number=number, new=years[0], old=years[1])  # fmt: skip
    if len(above) > 1 or len(years) > 1 or not _has_words(above[0], below):
        return f"{number} {unit.text}"
    text = " ".join([_head(above[0], value, number), *map(_per, below)])
    return _("{amount}, prices of {year}", amount=text, year=years[0]) if years else text


def _names(text: str) -> tuple[list[str], list[str]]:
    """Return what stands above and below the line of a unit, each by its singular."""
    above: list[str] = []
    below: list[str] = []
    for sign, part in re.findall(r"(^|[*/])([^*/]*)", text):
        name, caret, power = part.strip().partition("^")
        name = _SINGULARS.get(name, name) + caret + power
        (below if sign == "/" else above).append(name)
    return [name for name in above if name != "1" or len(above) == 1], below


def _has_words(above: str, below: list[str]) -> bool:
    """Return whether a unit can be said."""
    head = above == "1" or "@" in above or above in _COUNTED
    return head and all("@" in name or name.partition("^")[0] in _PER for name in below)


def _head(name: str, value: float, number: str) -> str:
    """Return the number with what it counts."""
    if name == "1":
        return number
    if "@" in name:
        currency = currency_sign(name.partition("@")[0])
        return _("{amount} {currency}", amount=number, currency=currency)
    whole = float(value).is_integer() or abs(value) >= 1000.0
    return _COUNTED[name](round(abs(value)) if whole else _LIKE_TWO, number)


def _per(name: str) -> str:
    """Return one unit below the line."""
    if "@" in name:
        return _("per {currency}", currency=currency_sign(name.partition("@")[0]))
    plain, _caret, power = name.partition("^")
    return _(_PER[plain]) + power.translate(RAISED)


def in_words(measure: Measure) -> str:
    """Return a measure of a file in words of the current language.

    Examples
    --------
    >>> from equipoise.core.units import parse_measure
    >>> in_words(parse_measure("3 %/year")), in_words(parse_measure("75 years"))
    ('3% a year', '75 years')
    """
    return measured(measure.value / measure.unit.factor, measure.unit, digits=6)


def money_in_words(unit: Unit) -> str:
    """Return a kind of money in words, e.g. of a study's results.

    Examples
    --------
    >>> from equipoise.core.units import parse_unit
    >>> money_in_words(parse_unit("RUB@2025"))
    'RUB in prices of 2025'
    """
    currency, _at, year = unit.text.partition("@")
    return _("{currency} in prices of {year}", currency=currency, year=year) if year else unit.text
