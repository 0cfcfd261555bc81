"""Units: a closed vocabulary, money with its price year, and dimensions that must fit.

Canonical values are years for time, fractions for per cent, and the unit itself for all else:
each kind of money with its price year is a dimension of its own.
"""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from math import inf, isfinite
from typing import Annotated

from pydantic import WithJsonSchema

from equipoise.core.errors import UnitError
from equipoise.core.fields import text_field
from equipoise.core.limits import LARGEST
from equipoise.core.translation import translate as _

DAYS_PER_YEAR = 365.25

_TIME = {
    "year": 1.0, "QALY": 1.0, "life_year": 1.0, "month": 1.0 / 12.0, "week": 7.0 / DAYS_PER_YEAR,
    "day": 1.0 / DAYS_PER_YEAR, "hour": 1.0 / 24.0 / DAYS_PER_YEAR,
}  # fmt: skip
_COUNTS = (
    "patient", "bleed", "infusion", "visit", "stay", "test", "centre", "dose", "point", "birth",
    "male", "catheter", "dressing", "episode", "joint", "person",
)  # fmt: skip
_MEASURES = ("IU", "kg")
_IRREGULAR = {"person": "people"}
_MONEY = re.compile(r"[A-Z]{3}@(?:19[5-9][0-9]|20[0-9][0-9]|2100)")
_BARE_MONEY = re.compile(r"[A-Z]{3}")
_NUMBER = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,20})?(?:e[+-]?[0-9]{1,3})?)\s+(?=[^\s*/])")
_POWER = re.compile(r"[1-4]")
_LONGEST = 80
_LONGEST_MEASURE = 120
_LARGEST_POWER = 100


def _plural(name: str) -> str:
    """Return the plural of a unit's name."""
    return _IRREGULAR.get(name, name + "s")


def _vocabulary() -> dict[str, tuple[str, float]]:
    """Return every spelling with its dimension and factor."""
    words = {name: ("year", factor) for name, factor in _TIME.items()}
    words |= {name: (name, 1.0) for name in (*_COUNTS, *_MEASURES)}
    plurals = [name for name in words if name not in _MEASURES]
    return words | {_plural(name): words[name] for name in plurals}


_WORDS = _vocabulary()


def known_units() -> tuple[str, ...]:
    """Return the closed list of units, besides money such as RUB@2025.

    Examples
    --------
    >>> "bleed" in known_units()
    True
    """
    return ("1", "%", *_TIME, *_COUNTS, *_MEASURES)


@dataclass(frozen=True)
class Unit:
    """Dimensions with their exponents, and the factor to the canonical unit.

    Two units are equal if they mean the same, however they are written.

    Parameters
    ----------
    powers
        Dimension and exponent, sorted by dimension, without zeros.
    factor
        A value times this is the canonical value; above 0.
    text
        As written by the user, or as derived.

    Examples
    --------
    >>> parse_unit("QALY") == parse_unit("year")
    True
    """

    powers: tuple[tuple[str, float], ...] = ()
    factor: float = 1.0
    text: str = field(default="1", compare=False)

    def __mul__(self, other: "Unit") -> "Unit":
        """Return the unit of a product."""
        return _derived(_combine(self.powers, other.powers, 1.0), self.factor * other.factor)

    def __truediv__(self, other: "Unit") -> "Unit":
        """Return the unit of a quotient."""
        return _derived(_combine(self.powers, other.powers, -1.0), self.factor / other.factor)

    def __pow__(self, exponent: float) -> "Unit":
        """Return the unit of a power with a constant exponent."""
        try:
            factor = self.factor**exponent
        except OverflowError:
            factor = inf
        return _derived(_combine((), self.powers, exponent), factor)

    def __str__(self) -> str:
        """Return the text as written."""
        return self.text

    @property
    def is_dimensionless(self) -> bool:
        """Return whether nothing but a number is left."""
        return not self.powers

    @property
    def money(self) -> tuple[str, ...]:
        """Return the kinds of money in the unit.

        Examples
        --------
        >>> parse_unit("EUR@2022/EUR@2014").money
        ('EUR@2014', 'EUR@2022')
        """
        return tuple(name for name, _power in self.powers if "@" in name)

    def fits(self, other: "Unit") -> bool:
        """Return whether both measure the same kind of thing, on whatever scale.

        Examples
        --------
        >>> parse_unit("months").fits(parse_unit("QALY"))
        True
        """
        return self.powers == other.powers

    def describe(self) -> str:
        """Return the canonical unit as text.

        Examples
        --------
        >>> parse_unit("IU/week/kg").describe()
        'IU/kg/year'
        """
        return _written(self.powers)


DIMENSIONLESS = Unit()
_PLAIN = {"1": DIMENSIONLESS, "%": Unit(factor=0.01, text="%")}


@lru_cache(maxsize=2048)
def _combine(
    left: tuple[tuple[str, float], ...], right: tuple[tuple[str, float], ...], times: float
) -> tuple[tuple[str, float], ...]:
    """Add a multiple of exponents."""
    total = dict(left)
    for name, power in right:
        total[name] = total.get(name, 0.0) + times * power
    tidy = ((name, _tidy(power)) for name, power in total.items())
    return tuple(sorted(one for one in tidy if one[1]))


def _tidy(power: float) -> float:
    """Return the nearest simple fraction, so that thirds and tenths add up to whole exponents."""
    return float(Fraction(power).limit_denominator()) if isfinite(power) else power


@lru_cache(maxsize=1024)
def _derived(powers: tuple[tuple[str, float], ...], factor: float) -> Unit:
    """Return a unit that was computed from others."""
    if not 0.0 < factor < inf or not all(abs(power) <= _LARGEST_POWER for _name, power in powers):
        raise UnitError(
            _("a unit is above zero and has no huge power"),
            fix=_("write a unit such as 1, years, 1/year"),
        )
    written = _written(powers)
    return Unit(powers, factor, written if factor == 1.0 else f"{factor!r} {written}")


def _written(powers: tuple[tuple[str, float], ...]) -> str:
    """Write dimensions as a unit."""
    above = [_power(name, power) for name, power in powers if power > 0]
    below = [_power(name, -power) for name, power in powers if power < 0]
    return "/".join(["*".join(above) or "1", *below])


def _power(name: str, power: float) -> str:
    """Write one dimension with its exponent."""
    return name if power == 1.0 else f"{name}^{power:g}"


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit:
    """Read a unit such as `1`, `1/year`, `RUB@2025/year`, `IU/kg/week`, `bleeds/year`, `%/year`.

    Parameters
    ----------
    text
        Units joined by ``*`` and ``/`` (each ``/`` divides by the one unit behind it), whole powers
        up to ``^4``, and optionally a number in front: ``1000 catheter*day``.

    Raises
    ------
    UnitError
        If the text is not a unit of the vocabulary, or money without its price year.

    Examples
    --------
    >>> parse_unit("RUB@2025/month").factor
    12.0
    >>> parse_unit("3 months") == parse_unit("0.25 years")
    True
    """
    cleaned = text.strip()
    if not cleaned or len(cleaned) > _LONGEST:
        raise UnitError(
            _("'{text}' is not a unit", text=cleaned[:_LONGEST]),
            fix=_("write a unit such as 1, years, 1/year, RUB@2025"),
        )
    number = _NUMBER.match(cleaned)
    unit = _derived((), float(number.group(1))) if number else DIMENSIONLESS
    rest = cleaned[number.end() :] if number else cleaned
    for sign, part in re.findall(r"(^|[*/])([^*/]*)", rest):
        word = _word(part.strip(), whole=cleaned)
        unit = unit / word if sign == "/" else unit * word
    return Unit(unit.powers, unit.factor, cleaned)


def _word(part: str, *, whole: str) -> Unit:
    """Read one unit with an optional whole power."""
    name, caret, exponent = part.partition("^")
    unit = _base(name.strip(), whole=whole)
    if not caret:
        return unit
    if not _POWER.fullmatch(exponent.strip()):
        raise UnitError(
            _("'{text}': the power of {name} must be a whole number from 1 to 4",
              text=whole, name=name),
            fix=_("write e.g. kg^2"),
        )  # fmt: skip
    return unit ** int(exponent)


def _base(name: str, *, whole: str) -> Unit:
    """Read one unit without a power."""
    if name in _PLAIN:
        return _PLAIN[name]
    if name in _WORDS:
        dimension, factor = _WORDS[name]
        return Unit(((dimension, 1.0),), factor)
    if _MONEY.fullmatch(name):
        return Unit(((name, 1.0),))
    raise _not_a_unit(name, whole)


def _not_a_unit(name: str, whole: str) -> UnitError:
    """Return the error of a word that is no unit, with what was perhaps meant."""
    if not name:
        return UnitError(
            _("'{text}': a unit is missing beside * or /", text=whole), fix=_("write e.g. 1/year")
        )
    if _BARE_MONEY.fullmatch(name):
        return UnitError(
            _("'{text}': money needs its price year", text=whole),
            fix=_("write the price year, {name}@2025", name=name),
        )
    near = get_close_matches(name, [*_WORDS, "%"], n=1)
    fix = (
        _("did you mean '{near}'?", near=near[0])
        if near
        else _("use 1, %, {names}, or money with its year such as RUB@2025",
               names=", ".join(known_units()[2:]))
    )  # fmt: skip
    return UnitError(_("'{text}': '{name}' is not a unit", text=whole, name=name), fix=fix)


@dataclass(frozen=True)
class Measure:
    """A fixed number with a unit.

    Parameters
    ----------
    value
        Canonical: years, 1/year, fractions, money as written.
    unit
        As written; its factor is already in `value`.
    text
        As written by the user.
    """

    value: float
    unit: Unit
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return the text as written."""
        return self.text


_MEASURE = re.compile(
    r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)(?![0-9.]|[eE][+-]?[0-9])\s*(.+)",
    re.DOTALL,
)


def parse_measure(text: str) -> Measure:
    """Read a number with its unit: `25 years`, `3 months`, `3 %/year`, `40e6 RUB@2025`.

    Parameters
    ----------
    text
        One number without spaces or commas in it, then its unit.

    Raises
    ------
    UnitError
        If there is no finite number, or no known unit behind it.

    Examples
    --------
    >>> parse_measure("3 %/year").value
    0.03
    """
    cleaned = text.strip()
    found = _MEASURE.fullmatch(cleaned) if len(cleaned) <= _LONGEST_MEASURE else None
    if found is None:
        raise UnitError(
            _("'{text}' is not a number with a unit", text=cleaned[:_LONGEST]),
            fix=_("write e.g. 25 years, 3 months, 3 %/year, 40e6 RUB@2025"),
        )
    # `40 000 RUB@2025` would else be 40 times a unit of zero roubles.
    if found.group(2).startswith(",") or _NUMBER.match(found.group(2)):
        raise UnitError(
            _("'{text}': a number has neither spaces nor commas", text=cleaned),
            fix=_("write e.g. 40000 RUB@2025, 40e6 RUB@2025, 0.5 years"),
        )
    unit = parse_unit(found.group(2))
    value = float(found.group(1)) * unit.factor
    if abs(value) > LARGEST:
        message = _("the number is too large: the limit is {limit}", limit=f"{LARGEST:g}")
        raise UnitError(message, fix=_("write a smaller number"))
    return Measure(value, unit, cleaned)


def _unit(value: object) -> Unit:
    """Accept a unit or its text."""
    if isinstance(value, Unit):
        return value
    # YAML reads a bare 1 as an integer.
    if not isinstance(value, str) and (isinstance(value, bool | float) or value != 1):
        raise UnitError(
            _("'{text}' is not a unit", text=str(value)[:_LONGEST]),
            fix=_("write a unit such as 1, years, 1/year"),
        )
    return parse_unit(str(value))


def _measure(value: object) -> Measure:
    """Accept a measure or its text."""
    if isinstance(value, Measure):
        return value
    if not isinstance(value, str):
        message = _("'{text}' has no unit", text=str(value)[:_LONGEST])
        raise UnitError(message, fix=_("write e.g. 25 years, 3 %/year"))
    return parse_measure(value)


UnitField = Annotated[
    Unit,
    text_field(_unit),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "pattern": "^[-+0-9A-Za-z@%*/^_. ]{1,80}$",
            "description": "Unit, e.g. 1, 1/year, RUB@2025/year",
        }
    ),
]
"""A unit in a file."""

MeasureField = Annotated[
    Measure,
    text_field(_measure),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*[1%A-Za-z].*$",
            "description": "Number with unit, e.g. 25 years, 3 %/year",
        }
    ),
]
"""A fixed number with its unit in a file."""
