"""What the checks of a whole file report: a place in the document and what is wrong there."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _

MOST_COMPARED = 1000
"""Names that a wrong one is compared with; comparing is slow."""

Place = tuple[str | int, ...]
"""Keys and indexes from the top of a document to one field."""


class Finding(NamedTuple):
    """One mistake and the field it belongs to."""

    place: Place
    error: FieldError


def finding(place: Place, message: str, *, fix: str, column: int | None = None) -> Finding:
    """Return a finding from its texts."""
    return Finding(place, FieldError(message, fix=fix, column=column))


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Return the fix for an unknown name: the nearest known one, or all of them.

    Examples
    --------
    >>> did_you_mean("treatmnet", ["treatment", "usual"])
    "did you mean 'treatment'?"
    """
    near = get_close_matches(name[:100], list(known)[:MOST_COMPARED], n=1)
    if near:
        return _("did you mean '{near}'?", near=near[0])
    if not known:
        return _("remove it, or add '{name}' where it belongs", name=name)
    shown = sorted(known)[:20]
    more = ", ..." if len(known) > len(shown) else ""
    return _("use one of: {names}", names=", ".join(shown) + more)


def unknown_sources(
    used: Mapping[Place, str | None], sources: Collection[str]
) -> Iterator[Finding]:
    """Yield every source key that the file's `sources` lack."""
    for place, key in used.items():
        if key is not None and key not in sources:
            message = _("'{name}' is not a key of this file's `sources`", name=key)
            yield finding(place, message, fix=did_you_mean(key, sources))


def loop(graph: Mapping[str, Collection[str]]) -> list[str] | None:
    """Return the names along one loop of a graph, the first repeated at the end, or None.

    Examples
    --------
    >>> loop({"a": ["b"], "b": ["a"], "c": ["a"]})
    ['a', 'b', 'a']
    >>> loop({"a": ["b"], "b": []}) is None
    True
    """
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1][:-1][::-1]
        first = ring.index(min(ring))
        return [*ring[first:], *ring[:first], ring[first]]
    return None
