"""The parts of a YAML text one after another, from a quick parser and from an exact one.

Libyaml is written in C and twenty times as quick as ruamel.yaml, but it reads YAML 1.1, words
mistakes less well and places some of them elsewhere. So it only reads what both read alike:
it stops at the first thing it does not vouch for, and the exact parser reads the file again.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

import yaml

from equipoise.spec.source_text import Position

Kind: TypeAlias = Literal["document", "mapping", "sequence", "scalar", "alias", "end", "stream"]

_KINDS: dict[str, Kind] = {
    "StreamStartEvent": "stream",
    "DocumentStartEvent": "document",
    "MappingStartEvent": "mapping",
    "SequenceStartEvent": "sequence",
    "ScalarEvent": "scalar",
    "AliasEvent": "alias",
    "MappingEndEvent": "end",
    "SequenceEndEvent": "end",
    "DocumentEndEvent": "end",
    "StreamEndEvent": "stream",
}
"""Both parsers call their events alike."""

# Where the two parsers were found to differ: tabs, comments right after | or >, lines of blanks
# (at the beginning of a block of text), a second end of the document, and the end of a file that
# does not end its last line.
_DOUBTFUL = re.compile(r"\t|[|>][-+0-9]*#|^ +$|^\.\.\.|[^\n]\Z", re.MULTILINE)


class Event(NamedTuple):
    """A part of a YAML text."""

    kind: Kind
    position: Position
    end: int
    """Index of the character after it."""
    value: str
    is_plain: bool
    """A scalar without quotes that is no block of text."""
    anchor: str | None
    tag: str | None
    has_directives: bool


class NotSureError(Exception):
    """The quick parser does not vouch for reading the text as the exact one does."""


def quick_events(text: str) -> Iterator[Event]:
    """Return the events of a text as libyaml finds them, as far as it is sure of them.

    Raises
    ------
    NotSureError
        At the first mistake and at the first event that `exact_events` may place or read
        otherwise; nothing is wrong with the text for that.
    """
    if not yaml.__with_libyaml__ or _DOUBTFUL.search(text):
        raise NotSureError
    parser = yaml.cyaml.CParser(text)
    try:
        while (found := parser.get_event()) is not None:
            event = _event(found)
            # Of names after & and * the two parsers take different characters.
            if event.anchor or event.tag or event.has_directives or event.kind == "alias":
                raise NotSureError
            yield event
    except yaml.YAMLError as error:
        raise NotSureError from error


def exact_events(text: str) -> Iterator[Event]:
    """Return the events of a text as ruamel.yaml finds them.

    Raises
    ------
    ruamel.yaml.error.YAMLError
        At the first mistake.
    ValueError, OverflowError
        What ruamel.yaml lets through on broken escapes.
    """
    # Imported where it is used: files without mistakes do not need it.
    from ruamel.yaml import YAML  # noqa: PLC0415

    return map(_event, YAML(typ="safe", pure=True).parse(text))


def _event(event: Any) -> Event:  # noqa: ANN401 - of either library
    """Return an event of either parser as ours."""
    mark = event.start_mark
    return Event(
        _KINDS[type(event).__name__],
        (mark.line + 1, mark.column + 1),
        event.end_mark.index,
        str(getattr(event, "value", "")),
        not getattr(event, "style", None),
        getattr(event, "anchor", None),
        getattr(event, "tag", None) and str(event.tag),
        bool(getattr(event, "version", None) or getattr(event, "tags", None)),
    )
