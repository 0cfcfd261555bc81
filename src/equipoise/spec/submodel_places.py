"""From a field of a model whose sub-models are written out to where its file says it."""

from collections.abc import Iterator, Mapping
from functools import reduce

from equipoise.spec.findings import Place

_NOTHING = object()


def written_out(copy: str, name: str) -> str:
    """Return what a state or value of a sub-model is called in a copy.

    Examples
    --------
    >>> written_out("lost", "mild")
    'lost_mild'
    """
    return f"{copy}_{name}"


def as_written(data: object, place: Place) -> tuple[Place, str | None]:
    """Return where a file says a field of the written-out model, and for which of its states.

    Parameters
    ----------
    data
        The file as read; nothing in it need be right.
    place
        Of the written-out model.

    Returns
    -------
    tuple
        The place, and the name of the state where that place does not tell it. Whatever the file
        has itself, or nowhere, keeps its place.

    Examples
    --------
    >>> disease = {"copies": {"lost": {}}, "states": {"mild": {"utility": "u_mild"}}}
    >>> as_written({"submodels": {"disease": disease}}, ("states", "lost_mild", "utility"))
    (('submodels', 'disease', 'states', 'mild', 'utility'), 'lost_mild')
    """
    if not isinstance(data, dict) or "submodels" not in data or _has(data, place):
        return place, None
    match place:
        case ("states",):
            return ("submodels",), None
        case ("states", str(name), *inner):
            return _first(data, _of_state(data, name, inner), place, name)
        case ("transitions", str(name), *inner):
            return _first(data, _of_row(data, name, inner), place, name)
        case ("let", str(name)):
            return _first(data, _of_value(data, name), place, name)
        case _:
            return place, None


def _first(
    data: object, candidates: Iterator[Place], place: Place, state: str
) -> tuple[Place, str | None]:
    """Return the first place that the file has, with the state unless a copy is part of it."""
    for found in candidates:
        if _has(data, found):
            return found, None if "copies" in found[:3] else state
    return place, None


def _of_state(data: object, name: str, inner: list[str | int]) -> Iterator[Place]:
    """Yield where a field of a state can stand."""
    for submodel, copy, own in _apart(data, name):
        if inner[:1] == ["start"]:
            yield "submodels", submodel, "copies", copy, "start", own
        yield "submodels", submodel, "states", own, *inner
        yield "submodels", submodel, "states", own


def _of_row(data: object, name: str, inner: list[str | int]) -> Iterator[Place]:
    """Yield where a move, or a whole row of moves, can stand."""
    origins = [copy for _submodel, copy, _own in _apart(data, name)]
    if inner:
        targets = [str(inner[0])]
        apart = list(_apart(data, targets[0]))
        targets += [copy for _submodel, copy, _own in apart]
        for origin in (name, *origins):
            yield from (("transitions", origin, target, *inner[1:]) for target in targets)
        targets += [own for _submodel, _copy, own in apart]
        for submodel, _copy, own in _apart(data, name):
            for target in targets:
                yield "submodels", submodel, "transitions", own, target, *inner[1:]
    for submodel, _copy, own in _apart(data, name):
        yield "submodels", submodel, "transitions", own
    yield from (("transitions", origin) for origin in origins)


def _of_value(data: object, name: str) -> Iterator[Place]:
    """Yield where a value of a copy can stand."""
    for submodel, copy, own in _apart(data, name):
        yield "submodels", submodel, "copies", copy, "set", own


def _apart(data: object, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield the sub-models and copies that a name may be of, with its own part."""
    for submodel, parts in _items(data, "submodels"):
        for copy, _fields in _items(parts, "copies"):
            if name.startswith(written_out(copy, "")):
                yield submodel, copy, name.removeprefix(written_out(copy, ""))


def _items(data: object, field: str) -> Iterator[tuple[str, object]]:
    """Yield what a field holds by name, if it is there and does."""
    inner = data.get(field) if isinstance(data, Mapping) else None
    if isinstance(inner, Mapping):
        yield from ((str(name), value) for name, value in inner.items())


def _has(data: object, place: Place) -> bool:
    """Tell whether a file has a place."""
    return reduce(_part, place, data) is not _NOTHING


def _part(data: object, step: str | int) -> object:
    """Return a part of a mapping or list, if it has that."""
    if isinstance(data, Mapping):
        return data.get(step, _NOTHING)
    if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
        part: object = data[step]
        return part
    return _NOTHING
