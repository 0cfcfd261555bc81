"""Texts in the user's language, and numbers, money and dates as that language writes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from math import floor, inf, isfinite, isinf, isnan, log10

# Babel is imported where it is used: every command pays for this module, few for more of it.

LANGUAGES = ("en", "ru")
"""Languages of the program; English needs no catalogue, as the texts are written in it."""

# British English writes dates as 1 June 2026, which no reader mistakes for January.
LOCALES = {"en": "en_GB", "ru": "ru_RU"}

NO_VALUE = "–"
"""What stands in place of a number that does not exist."""

ENORMOUS = 1e16
"""From here on a number is written with a power of ten: a float no longer knows all its digits."""

_MOST_DIGITS = 3
"""After the point of an amount in millions."""

_LEAST_SCALED = 0.1
"""Of a million: what is smaller has less than three digits there."""

_NOTHING = 0.005
"""Less than half a cent counts as no money."""

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Digits as they stand in powers."""


_language: ContextVar[str] = ContextVar("language", default="en")


def _known(name: str) -> str:
    """Return the language if there is one of this name."""
    if name not in LANGUAGES:
        message = f"'{name}' is not a language of Equipoise: use one of {', '.join(LANGUAGES)}"
        raise ValueError(message)
    return name


def language() -> str:
    """Return the language of the current context.

    Examples
    --------
    >>> language()
    'en'
    """
    return _language.get()


def set_language(name: str) -> None:
    """Choose the language from here on, in this thread or asynchronous task.

    Parameters
    ----------
    name
        One of `LANGUAGES`.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    _language.set(_known(name))


@contextmanager
def use_language(name: str) -> Iterator[None]:
    """Use a language inside a `with` block.

    Parameters
    ----------
    name
        One of `LANGUAGES`.

    Raises
    ------
    ValueError
        If there is no such language.

    Examples
    --------
    >>> with use_language("ru"):
    ...     format_number(0.5, 1)
    '0,5'
    """
    token = _language.set(_known(name))
    try:
        yield
    finally:
        _language.reset(token)


@cache
def _catalogue(name: str) -> NullTranslations:
    """Return the translations into a language.

    The compiled form lives in memory only, so that no build step can leave it stale.
    """
    if name == "en":
        return NullTranslations()
    from importlib.resources import files  # noqa: PLC0415

    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with files("equipoise").joinpath("translations", f"{name}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=name)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translate(message: str, /, **values: object) -> str:
    """Return a text in the current language with its values filled in.

    Parameters
    ----------
    message
        The English text, which is also the key of the catalogue. Values stand in braces, as in
        `str.format`; a brace of the text itself is always doubled, with or without values.
    **values
        What stands in the braces.

    Raises
    ------
    KeyError
        If the text names a value that was not given.

    Examples
    --------
    >>> translate("did you mean '{near}'?", near="unit")
    "did you mean 'unit'?"
    """
    text = _catalogue(language()).gettext(message) if message else ""
    return text.format(**values)


def translate_plural(one: str, many: str, n: int, /, **values: object) -> str:
    """Return the form of a text that fits a number, in the current language.

    Parameters
    ----------
    one, many
        The English text for one and for any other number.
    n
        The number; it fills `{n}` too.
    **values
        What stands in the other braces.

    Raises
    ------
    KeyError
        If the text names a value that was not given.

    Examples
    --------
    >>> translate_plural("{n} problem", "{n} problems", 4)
    '4 problems'
    """
    # What stands as a power of ten takes the form of a round number, not of its unknown last digit.
    text = _catalogue(language()).ngettext(one, many, n if abs(n) < ENORMOUS else 0)
    return text.format(**{"n": n, **values})


def mark(message: str) -> str:
    """Return the text unchanged, marked for the catalogue.

    For texts that stand in a table and are given to `translate` later, when the language is known.

    Examples
    --------
    >>> mark("half-cycle correction")
    'half-cycle correction'
    """
    return message


def _decimal(value: float, pattern: str, digits: int) -> str:
    """Return a number by a pattern of the locale; nothing rounds to a negative zero."""
    rounded = round(float(value), digits) + 0.0
    if ENORMOUS <= abs(rounded) < inf:
        return format_scientific(rounded)
    from babel import numbers  # noqa: PLC0415

    return numbers.format_decimal(rounded, format=pattern, locale=LOCALES[language()])


def _pattern(digits: int) -> str:
    """Return the pattern of a number with a fixed count of decimals."""
    return "#,##0" + ("." + "0" * digits if digits > 0 else "")


def format_number(value: float, digits: int = 0) -> str:
    """Return a number with grouped thousands and a fixed count of decimals.

    Parameters
    ----------
    value
        Any number; NaN shows as a dash.
    digits
        Decimals.

    Examples
    --------
    >>> format_number(151579.62, 1)
    '151,579.6'
    """
    return NO_VALUE if isnan(value) else _decimal(value, _pattern(digits), digits)


def format_scientific(value: float, digits: int = 3) -> str:
    """Return a number as a few digits and a power of ten.

    Parameters
    ----------
    value
        Any finite number.
    digits
        Significant digits; noughts at the end are left out.

    Examples
    --------
    >>> format_scientific(1.234e28)
    '1.23×10²⁸'
    >>> format_scientific(-2e-5)
    '-2×10⁻⁵'
    """
    front, _e, power = f"{value:.{digits - 1}e}".partition("e")
    number = _decimal(float(front), "0." + "#" * (digits - 1), digits - 1)
    return translate("{number}×10{power}", number=number, power=str(int(power)).translate(RAISED))


def format_percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage.

    Parameters
    ----------
    share
        As a fraction: 0.123 is 12.3 %.
    digits
        Decimals of the percentage.

    Examples
    --------
    >>> format_percent(0.1234)
    '12.3%'
    """
    if isnan(share):
        return NO_VALUE
    number = _decimal(100 * share, _pattern(digits), digits)
    return translate("{number}%", number=number)


def _in_full(value: float) -> str:
    """Return an amount in whole units of money, small ones with cents."""
    whole = abs(value) >= 100
    return _decimal(value, "#,##0" if whole else "#,##0.##", 0 if whole else 2)


def _short(value: float, beside: Sequence[float]) -> str:
    """Return an amount with three significant digits from a million up, else in full.

    Beside others it is in the unit of the largest, unless that left the smallest without digits.
    """
    sizes = [abs(value), *beside]
    if max(sizes) < 999_999.5 or value == 0.0:
        return _in_full(value)
    # Rounded first, so that 999.96 million becomes a billion.
    rounded = round(value, 2 - floor(log10(abs(value))))
    size = max(round(one, 2 - floor(log10(one))) for one in sizes if one > 0.0)
    if size >= ENORMOUS:
        return format_scientific(rounded)
    thousands = min(floor(log10(size)) // 3, 4)
    least = min(one for one in sizes if one >= _NOTHING)
    while thousands > 1 and least / 1000**thousands < _LEAST_SCALED:
        thousands -= 1
    if thousands == 1:
        return _in_full(value)
    scaled = rounded / 1000**thousands
    digits = min(max(0, 2 - floor(log10(abs(scaled)))), _MOST_DIGITS)
    amount = _decimal(scaled, "#,##0" + ("." + "#" * digits if digits else ""), digits)
    match thousands:
        case 2:
            return translate("{amount} million", amount=amount)
        case 3:
            return translate("{amount} billion", amount=amount)
        case _:
            return translate("{amount} trillion", amount=amount)


def format_money(value: float, currency: str, *, among: Iterable[float] = ()) -> str:
    """Return an amount of money in short form: three significant digits from a million up.

    Parameters
    ----------
    value
        Amount in whole units of the currency; NaN shows as a dash.
    currency
        Code of three letters. English shows the code, Russian the sign where there is one.
    among
        Amounts in the same column: all of them are in the unit of the largest, or in a smaller one
        in which three significant digits of each are seen.

    Examples
    --------
    >>> format_money(12_345_678, "RUB")
    '12.3 million RUB'
    >>> format_money(151_580.4, "USD")
    '151,580 USD'
    >>> format_money(-104_106, "RUB", among=[-312e6, 8.3e6])
    '-0.104 million RUB'
    >>> format_money(1_250_000, "EUR", among=[60_545, 1_250_000])
    '1,250,000 EUR'
    """
    if isnan(value):
        return NO_VALUE
    beside = [abs(float(one)) for one in among if isfinite(one)]
    amount = format_number(value) if isinf(value) else _short(float(value), beside)
    return translate("{amount} {currency}", amount=amount, currency=currency_sign(currency))


def currency_sign(code: str) -> str:
    """Return what stands behind an amount: in English the code, in Russian the sign if any.

    Examples
    --------
    >>> with use_language("ru"):
    ...     currency_sign("RUB")
    '₽'
    """
    if language() == "ru":
        from babel import numbers  # noqa: PLC0415

        sign: str = numbers.get_currency_symbol(code, locale=LOCALES["ru"])
        return sign
    return code


def format_date(day: date) -> str:
    """Return a date with the month in words.

    Parameters
    ----------
    day
        A calendar day.

    Examples
    --------
    >>> format_date(date(2026, 6, 1))
    '1 June 2026'
    """
    from babel import dates  # noqa: PLC0415

    text = dates.format_date(day, "long", locale=LOCALES[language()])
    # Versions of the locale data differ in which space does not break.
    return text.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def format_interval(low: float, high: float, formatter: Callable[[float], str]) -> str:
    """Return an interval from one number to another.

    Parameters
    ----------
    low, high
        Its ends.
    formatter
        Turns one end into text, e.g. `format_percent`.

    Examples
    --------
    >>> format_interval(0.1, 0.25, format_percent)
    '10.0% to 25.0%'
    """
    return translate("{low} to {high}", low=formatter(low), high=formatter(high))
