"""Reading a YAML file of a stranger into plain data, with the place of every key and value.

The file is read as a stream of events and never through constructors: nothing in it can make an
object, refer to another part of itself, or grow. The rules for plain scalars are those of the
YAML 1.2 core schema, https://yaml.org/spec/1.2.2/#103-core-schema, where `no` and `on` are text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from equipoise.core.errors import Problem, SpecError
from equipoise.core.translation import translate as _
from equipoise.spec.events import Event, NotSureError, exact_events, quick_events
from equipoise.spec.findings import Place
from equipoise.spec.source_text import (
    MAX_SCALAR,
    UNSEEN,
    Position,
    field_text,
    read_text,
    refuse_empty,
    short,
)
from equipoise.spec.syntax import explain_syntax

MAX_DEPTH = 30
MAX_NODES = 200_000
MAX_INTEGER = 10**15
"""Up to here every integer is exact as a float."""
MAX_PROBLEMS = 100
"""A listing longer than this helps nobody."""

_Scalar: TypeAlias = str | int | float | bool | None

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_COMMA = re.compile(r"\s*,")
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Document:
    """A file as plain data, with the place of every part of it."""

    path: Path
    data: Any
    """Nested dict, list, str, int, float, bool and None."""
    positions: Mapping[Place, Position]
    """Where each value begins."""
    key_positions: Mapping[Place, Position] = field(default_factory=dict)
    """Where the key of each value begins."""
    text: str = ""
    """The file itself, to find a character inside a value."""


def read_document(path: Path) -> Document:
    """Read a YAML file, trusting nothing in it.

    Parameters
    ----------
    path
        Of a file of at most 2 MB in UTF-8.

    Returns
    -------
    Document
        Its data and places. Integer keys become text; dates stay text.

    Raises
    ------
    SpecError
        If the file is missing, not text, not YAML, too large or too deep, or uses what a study
        must not: anchors, aliases, tags, merge keys, directives, several documents, duplicate
        keys, keys that are not text, or numbers that are not finite. As many problems at once as
        can be found.
    """
    text = read_text(path)
    return _quickly(path, text) or _exactly(path, text)


def _quickly(path: Path, text: str) -> Document | None:
    """Return a file in which the quick parser finds nothing wrong, else None."""
    walk = _Walk(path, text, quick_events(text))
    try:
        document = walk.document()
    except (NotSureError, SpecError):
        return None
    # A block of text that is all of a file, which no file is, would be indented differently.
    return document if isinstance(document.data, dict) else None


def _exactly(path: Path, text: str) -> Document:
    """Return a file, or raise everything wrong with it."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415 - see exact_events

    walk = _Walk(path, text, exact_events(text))
    try:
        return walk.document()
    except MarkedYAMLError as error:
        problem = explain_syntax(error, path)
    except (YAMLError, ValueError, OverflowError):
        # What ruamel lets through on broken escapes, without a mark.
        message, fix = _("this is not valid YAML"), _("check the quotes and escapes")
        problem = Problem(str(path), 1, 1, _("file"), message, fix)
    raise SpecError([*walk.problems, problem])


def position_inside(document: Document, place: Place, offset: int) -> Position:
    """Return the position of one character of a text value.

    Parameters
    ----------
    document
        The file.
    place
        Of a value that the document has.
    offset
        Index of the character in the value as read.

    Returns
    -------
    tuple
        Its line and column. Folding changes only blanks, so the non-blank characters are counted.
        In a text with escapes, where this would not hold, the position of the value.

    Raises
    ------
    KeyError
        If the document has no such place.
    """
    line, column = document.positions[place]
    value = document.data
    for step in place:
        value = value[step]
    if not isinstance(value, str):
        return line, column
    first = document.text.split("\n")[line - 1][column - 1 :]
    start = (line + 1, 1) if first.startswith(("|", ">")) else (line, column)
    skipped = 1 if first.startswith(("'", '"')) else 0
    wanted = "".join(value.split())
    before = len("".join(value[:offset].split()))
    source = islice(_visible(document.text, start), skipped, None)
    found = list(islice(source, min(before + 1, len(wanted))))
    if not found or "".join(character for character, _place in found) != wanted[: before + 1]:
        return line, column
    line, column = found[-1][1]
    return line, column + (before == len(wanted))


def _visible(text: str, start: Position) -> Iterator[tuple[str, Position]]:
    """Yield every character that is not blank, with its position, from one position on."""
    for number, line in enumerate(text.split("\n")[start[0] - 1 :], start[0]):
        for column, character in enumerate(line, 1):
            if not character.isspace() and (number, column) >= start:
                yield character, (number, column)


class _Walk:
    """One pass over the events of a file, building plain data and noting every mistake."""

    def __init__(self, path: Path, text: str, events: Iterator[Event]) -> None:
        self.path = path
        self.text = text
        self.events = events
        self.data: object = None
        self.nodes = 0
        self.problems: list[Problem] = []
        self.values: dict[Place, Position] = {}
        self.keys: dict[Place, Position] = {}

    def document(self) -> Document:
        """Return the only document of the stream, or raise everything wrong with it."""
        next(self.events)
        start = next(self.events)
        if start.kind == "stream":
            refuse_empty(self.path)
        if start.has_directives:
            self._note(start, (), _("a line that begins with % is not used here"), _("remove it"))
        self.data = self._node(next(self.events), (), 1)
        next(self.events)
        after = next(self.events)
        if after.kind != "stream":
            message = _("a second document begins here")
            self._note(after, (), message, _("keep one document in a file"))
        elif self.data is None and not self.problems:
            refuse_empty(self.path)
        if self.problems:
            raise SpecError(self.problems)
        return Document(self.path, self.data, self.values, self.keys, self.text)

    def _note(self, event: Event, place: Place, message: str, fix: str) -> None:
        """Remember a mistake; stop when there are too many to show."""
        if len(self.problems) == MAX_PROBLEMS:
            self.problems[-1] = replace(self.problems[-1], and_more=True)
            raise SpecError(self.problems)
        self.problems.append(
            Problem(str(self.path), *event.position, field_text(place), message, fix)
        )

    def _stop(self, event: Event, place: Place, message: str, fix: str) -> NoReturn:
        """Refuse to read on."""
        self._note(event, place, message, fix)
        raise SpecError(self.problems)

    def _node(self, event: Event, place: Place, depth: int) -> object:
        """Return the value that begins with this event."""
        self.values.setdefault(place, event.position)
        self._guard(event, place, depth)
        if event.kind == "alias":
            message = _("a reference to another part of the file is not used here")
            self._note(event, place, message, _("write the value itself"))
            return None
        self._refuse_marks(event, place)
        if event.kind == "scalar":
            return self._scalar(event, place)
        if event.kind == "mapping":
            return self._mapping(place, depth)
        return self._sequence(place, depth)

    def _refuse_marks(self, event: Event, place: Place) -> None:
        """Note an anchor or a tag before a value."""
        if event.anchor is not None:
            message = _("an anchor (&{name}) is not used here", name=short(event.anchor))
            self._note(event, place, message, _("remove it"))
        if event.tag is not None:
            name = short(event.tag.replace("tag:yaml.org,2002:", "!!"))
            message = _("a tag ({name}) is not used here", name=name)
            self._note(event, place, message, _("remove it, or put the text in quotes"))

    def _guard(self, event: Event, place: Place, depth: int) -> None:
        """Stop at a file that would grow beyond what people write."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            message = _("the file has more than {limit} values", limit=MAX_NODES)
            self._stop(event, place, message, _("move long tables to CSV files"))
        if depth > MAX_DEPTH:
            message = _("more than {limit} levels inside each other", limit=MAX_DEPTH)
            self._stop(event, place, message, _("close the brackets, or use fewer levels"))

    def _sequence(self, place: Place, depth: int) -> list[object]:
        """Return a list."""
        items: list[object] = []
        while (event := next(self.events)).kind != "end":
            items.append(self._node(event, (*place, len(items)), depth + 1))
        return items

    def _mapping(self, place: Place, depth: int) -> dict[str, object]:
        """Return a mapping; of two values under one key the first stays."""
        found: dict[str, object] = {}
        while (event := next(self.events)).kind != "end":
            key = self._key(event, place, depth)
            inside = (*place, key if key is not None else "?")
            if key in found:
                message = _("'{name}' is given twice; first in line {line}",
                            name=short(key), line=self.keys[inside][0])  # fmt: skip
                self._note(event, inside, message, _("remove or rename one of the two"))
            self.keys.setdefault(inside, event.position)
            after = next(self.events)
            if after.kind == "scalar" and after.is_plain and not after.value:
                # The parser puts an empty value where the next one begins.
                self.values.setdefault(inside, event.position)
            value = self._node(after, inside, depth + 1)
            if key is not None:
                found.setdefault(key, value)
        return found

    def _key(self, event: Event, place: Place, depth: int) -> str | None:
        """Return a key as text, or None after noting what is wrong with it."""
        value = None
        if event.kind != "scalar":
            self._node(event, place, depth + 1)
        elif event.is_plain and event.value == "<<":
            message = _("a merge key (<<) is not used here")
            self._note(event, place, message, _("write the fields themselves"))
            return None
        else:
            self._guard(event, place, depth)
            self._refuse_marks(event, place)
            value = self._scalar(event, place)
        if type(value) is int:
            return str(value)
        if isinstance(value, str):
            return value
        message = _("a key must be text or a whole number")
        self._note(event, place, message, _("put the key in quotes"))
        return None

    def _scalar(self, event: Event, place: Place) -> _Scalar:
        """Return a text, number, truth value or nothing."""
        text = event.value
        unseen = UNSEEN.search(text)
        if len(text) > MAX_SCALAR:
            message = _("a text of more than {limit} characters", limit=MAX_SCALAR)
            self._note(event, place, message, _("shorten it"))
        elif unseen:
            message = _("an invisible character, U+{code:04X}", code=ord(unseen.group()))
            self._note(event, place, message, _("remove it"))
        elif event.is_plain:
            return self._plain(event, text, place)
        return text

    def _plain(self, event: Event, text: str, place: Place) -> _Scalar:
        """Return what a text without quotes stands for."""
        # Inside { } and [ ] a comma ends such a text, even within its own brackets.
        is_cut = text.count("(") > text.count(")")
        if is_cut and _COMMA.match(self.text, event.end):
            message = _("the comma after '{text}' ends the text here", text=short(text))
            self._note(event, place, message, _("put the whole text in quotes, up to its `)`"))
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            return self._integer(event, text, place)
        if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
            return self._float(event, text, place)
        return text

    def _integer(self, event: Event, text: str, place: Place) -> int:
        """Return an integer that is exact as a float."""
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        digits = text[2:] if base != 10 else text
        # Python itself refuses to convert thousands of digits.
        value = int(digits, base) if len(digits.lstrip("+-0")) <= 20 else MAX_INTEGER + 1
        if abs(value) > MAX_INTEGER:
            message = _("the whole number {text} is beyond 1e15", text=short(text))
            self._note(event, place, message, _("write it with a point or exponent, or in quotes"))
        return value

    def _float(self, event: Event, text: str, place: Place) -> float:
        """Return a finite number."""
        value = float(text) if not _NOT_FINITE.fullmatch(text) else float("nan")
        if not isfinite(value):
            message = _("the number {text} is not finite", text=short(text))
            self._note(event, place, message, _("write a finite number"))
        return value
