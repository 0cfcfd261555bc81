"""The text of a stranger's file, and how messages show parts of it."""

import re
from pathlib import Path
from typing import NoReturn

from equipoise.core.errors import Problem, SpecError
from equipoise.core.translation import translate as _
from equipoise.spec.findings import Place

MAX_BYTES = 2_000_000

_RESULTS = b"\x89HDF"
"""How files of results begin."""

MAX_SCALAR = 20_000

Position = tuple[int, int]
"""Line and column, both from 1."""

# Control characters could reach a terminal through a message, marks of writing direction could
# show a reviewer another text than the one that is computed, and editors do not agree on whether
# the separators in this list begin a line.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_WORD = re.compile(r"\S+")


def _refuse_file(path: Path, message: str, fix: str) -> NoReturn:
    """Refuse a file as a whole."""
    raise SpecError([Problem(str(path), 1, 1, _("file"), message, fix)])


def refuse_empty(path: Path) -> NoReturn:
    """Refuse a file without content.

    Raises
    ------
    SpecError
        Always.
    """
    fix = _("write a study, model or pack in it")
    if path.suffix.lower() == ".csv":
        fix = _("write a header and rows in it, or name another file")
    _refuse_file(path, _("the file is empty"), fix)


def read_text(path: Path) -> str:
    """Return the text of a file of reasonable size, with one kind of line end.

    Parameters
    ----------
    path
        Of a file of at most 2 MB in UTF-8.

    Raises
    ------
    SpecError
        If the file is missing, no regular file, too large, empty or not UTF-8, or has characters
        that nobody can see or words that nobody can read.
    """
    try:
        if path.is_dir():
            _refuse_file(path, _("this is a folder"), _("name a file inside it"))
        if path.exists() and not path.is_file():
            _refuse_file(path, _("this is not a regular file"), _("name a file"))
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse_file(path, _("there is no such file"), _("correct the path"))
    except (OSError, ValueError):
        _refuse_file(path, _("the file cannot be read"), _("check its name and permissions"))
    if len(content) > MAX_BYTES:
        message = _("the file has more than {limit} bytes", limit=MAX_BYTES)
        _refuse_file(path, message, _("move long tables to CSV files"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", errors="replace")
        line, column = _end_of(before)
        message, fix = _("the file is not encoded in UTF-8"), _("save it again as UTF-8")
        if content.startswith(_RESULTS):
            message, fix = _("these are results, no text"), _("open them with `equipoise show`")
        raise SpecError([Problem(str(path), line, column, _("file"), message, fix)]) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _refuse_characters(path, text)
    if not text.strip():
        refuse_empty(path)
    return text


def _end_of(text: str) -> Position:
    """Return the position after the last character."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def _refuse_characters(path: Path, text: str) -> None:
    """Refuse characters nobody can see, and words nobody can read."""
    unseen = UNSEEN.search(text)
    if unseen:
        place = _end_of(text[: unseen.start()])
        message = _("an invisible character, U+{code:04X}", code=ord(unseen.group()))
        raise SpecError([Problem(str(path), *place, _("file"), message, _("remove it"))])
    # The scanner's time grows with the square of the length of a tag.
    for word in _WORD.finditer(text):
        if word.end() - word.start() > MAX_SCALAR:
            place = _end_of(text[: word.start()])
            message = _("more than {limit} characters without a blank", limit=MAX_SCALAR)
            fix = _("break the line between two items")
            raise SpecError([Problem(str(path), *place, _("file"), message, fix)])


def field_text(place: Place) -> str:
    """Return the dotted name of a field, as messages show it.

    Examples
    --------
    >>> field_text(("levers", "price", 1))
    'levers.price.1'
    """
    return short(".".join(str(step) for step in place), limit=200) or _("file")


def short(text: object, *, limit: int = 40) -> str:
    r"""Return a text of the file in one line of a message.

    Examples
    --------
    >>> short("to be\nor not", limit=8)
    'to be or...'
    """
    plain = " ".join(UNSEEN.sub("?", str(text)).split())
    return plain if len(plain) <= limit else plain[:limit] + "..."
