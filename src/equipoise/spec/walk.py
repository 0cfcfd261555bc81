"""Walking through spec models: every number or rule inside, with its place."""

from collections.abc import Iterator, Mapping, Sequence

from equipoise.spec.base import SpecModel
from equipoise.spec.findings import Place
from equipoise.spec.law import Evidence
from equipoise.spec.quantity import Quantity


def nodes(value: object, place: Place = ()) -> Iterator[tuple[Place, SpecModel]]:
    """Yield every spec model inside a value, outermost first, with its place."""
    if isinstance(value, SpecModel):
        yield place, value
        for name in type(value).model_fields:
            yield from nodes(getattr(value, name), (*place, name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from nodes(inner, (*place, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, inner in enumerate(value):
            yield from nodes(inner, (*place, index))


def quantities(value: object, place: Place = ()) -> Iterator[tuple[Place, Quantity]]:
    """Yield every number with evidence inside a value, with its place."""
    for where, node in nodes(value, place):
        if isinstance(node, Quantity):
            yield where, node


def evidences(value: object, place: Place = ()) -> Iterator[tuple[Place, Evidence]]:
    """Yield every legal basis inside a value, with its place."""
    for where, node in nodes(value, place):
        if isinstance(node, Evidence):
            yield where, node


def replaced(value: object, place: Place, new: object) -> object:
    """Return a copy of a frozen value with the field at `place` exchanged."""
    if not place:
        return new
    key, rest = place[0], place[1:]
    if isinstance(value, SpecModel):
        inner = replaced(getattr(value, str(key)), rest, new)
        return value.model_copy(update={str(key): inner})
    if isinstance(value, Mapping):
        return {**value, key: replaced(value.get(key), rest, new)}
    message = f"no field {key!r} in {type(value).__name__}"
    raise TypeError(message)
