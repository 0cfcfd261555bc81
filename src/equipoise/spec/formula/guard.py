"""What is refused before Python's own parser may see a text."""

import re
import string

from equipoise.core.errors import FormulaError
from equipoise.core.translation import translate as _

LONGEST = 2000
DEEPEST = 40

_SIGNS = frozenset(string.ascii_letters + string.digits + "_.+-*/(),<>=!'\" \n\t")
_INSTEAD = {
    "\u2212": "-", "\u2013": "-", "\u00d7": "*", "\u00b7": "*", "\u00f7": "/", "^": "**",
    "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "&": "and", "|": "or", "~": "not",
    "[": "(", "{": "(", "]": ")", "}": ")",
}  # fmt: skip
"""What to write for signs that people try, or that text processors put in."""

_NUMBER_LIKE = re.compile(r"(?<![\w.])\.?[0-9](?:[eE][+-](?=[0-9])|[\w.])*", re.ASCII)
_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def shortened(text: str) -> str:
    """Return the beginning of a text."""
    return text if len(text) <= 60 else text[:57] + "..."


def guard(text: str) -> None:
    """Refuse what could be dangerous, or noisy, even to parse."""
    if not text.strip() or len(text) > LONGEST:
        raise FormulaError(
            _("a formula has 1 to {most} characters, this has {count}",
              most=LONGEST, count=len(text)),
            fix=_("split it with `let`") if text.strip() else _("write e.g. 0.5 or a * b"),
            column=0,
        )  # fmt: skip
    depth = 0
    for place, sign in enumerate(text):
        if sign not in _SIGNS:
            raise _unknown_sign(sign, place)
        depth += (sign == "(") - (sign == ")")
        if depth > DEEPEST:
            raise FormulaError(
                _("brackets are nested deeper than {most}", most=DEEPEST),
                fix=_("split it with `let`"), column=place,
            )  # fmt: skip
    for found in _NUMBER_LIKE.finditer(text):
        if not _NUMBER.fullmatch(found.group()):
            raise FormulaError(
                _("'{text}' is not a number", text=shortened(found.group())),
                fix=_("write digits with a point, e.g. 0.25"), column=found.start(),
            )  # fmt: skip


def _unknown_sign(sign: str, place: int) -> FormulaError:
    """Return the error of a sign that is not in the language."""
    if sign == "%":
        return unknown_operator(place)
    shown = sign if sign.isprintable() else f"U+{ord(sign):04X}"
    if sign == "@":
        fix = _("write an amount of money as a parameter with its unit, and its name here")
    elif sign in _INSTEAD:
        fix = _("write {sign}", sign=_INSTEAD[sign])
    else:
        fix = _("use plain letters, digits and + - * / ** ( )")
    return FormulaError(_("'{sign}' cannot stand in a formula", sign=shown), fix=fix, column=place)


def unknown_operator(column: int) -> FormulaError:
    """Return the error of an operator that is not in the language."""
    return FormulaError(
        _("this operator is not in the language"),
        fix=_("use + - * / **; write per cent as a fraction or in the unit"), column=column,
    )  # fmt: skip
