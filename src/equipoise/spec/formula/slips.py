"""What is most likely wrong with a text that Python's parser refuses, and how to mend it."""

import re

from equipoise.core.errors import FormulaError
from equipoise.core.translation import translate as _
from equipoise.spec.formula.guard import shortened

_IF_CALL = re.compile(r"(?:^|[-+*/(,])\s*if\s*\(", re.IGNORECASE)
_LONE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_MISSING_TIMES = re.compile(r"[0-9]\s*\(|[0-9]\s+(?!(?:if|else|and|or)\b)[A-Za-z_]|\)\s*[\w(]")
_HALVES = re.compile(r"[(),]|\b(?:if|else)\b")
_NAME_BEFORE = re.compile(r"\w*\Z")


def slip(line: str, column: int) -> FormulaError:
    """Return the error of a text that is no formula.

    Parameters
    ----------
    line
        The text, without breaks of lines.
    column
        At which Python's parser gave up.

    Examples
    --------
    >>> error = slip("probability(rate, cycle", 11)
    >>> error.message
    "the ( at character 12 is never closed: 'probability(rate, cycle'"
    >>> slip("cost if treated", 0).fix
    'say what it is otherwise: `cost if treated else b`'
    """
    is_call = _IF_CALL.search(line) is not None
    half = None if is_call or '"' in line or "'" in line else _half(line)
    if half is not None:
        return half
    message = _("'{text}' is not a formula", text=shortened(line.strip()))
    if is_call:
        fix = _("write `value if condition else other`")
    elif _LONE_EQUALS.search(line):
        fix = _("write == to compare")
    elif _MISSING_TIMES.search(line):
        fix = _("write * between the parts of a product")
    else:
        fix = _("write arithmetic such as (1 - p) * rate")
    return FormulaError(message, fix=fix, column=column)


def _half(line: str) -> FormulaError | None:
    """Return the error of the first bracket, or `if`, that has no other half; None without."""
    waiting: list[tuple[str, int, int]] = []  # the word, where it is, where what it is in begins
    start = 0
    for found in _HALVES.finditer(line):
        word, place = found.group(), found.start()
        last = waiting[-1][0] if waiting else ""
        if word in ("(", "if"):
            waiting.append((word, place, start))
            start = found.end() if word == "(" else start
        elif last == "if" and word == "else":
            waiting.pop()
            start = found.end()
        elif last == "if":
            return _without_else(line[:place], *waiting[-1][1:])
        elif word == ")" and not waiting:
            message = _("the ) at character {place} closes nothing", place=place + 1)
            fix = _("remove it, or write ( where it should begin")
            return FormulaError(message, fix=fix, column=place)
        elif word == ")":
            start = waiting.pop()[2]
        elif word == ",":
            start = found.end()
    if not waiting:
        return None
    word, place, start = waiting[-1]
    return _without_else(line, place, start) if word == "if" else _not_closed(line, place)


def _without_else(line: str, place: int, start: int) -> FormulaError:
    """Return the error of an `if` at a place, of which all stands between start and end."""
    value, condition = line[start:place].strip(), line[place + 2 :].strip()
    text = f"{value or 'a'} if {condition or 'c'}"
    return FormulaError(
        _("`else` is missing after '{text}'", text=shortened(text)),
        fix=_("say what it is otherwise: `{text} else b`", text=shortened(text)),
        column=start + len(line[start:]) - len(line[start:].lstrip()),
    )


def _not_closed(line: str, place: int) -> FormulaError:
    """Return the error of a bracket at a place that stays open."""
    name = _NAME_BEFORE.search(line[:place])
    text = line[name.start() if name else place :].rstrip()
    return FormulaError(
        _("the ( at character {place} is never closed: '{text}'", place=place + 1,
          text=shortened(text)),
        fix=_("write ) where it should end"), column=place,
    )  # fmt: skip
