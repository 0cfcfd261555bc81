"""From the validator's errors to located problems of the user's file, all at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from equipoise.core.errors import FieldError, Problem, SimulationError, SpecError
from equipoise.core.translation import translate as _
from equipoise.spec.findings import Place
from equipoise.spec.reader import Document, position_inside, read_document
from equipoise.spec.source_text import Position, field_text, short
from equipoise.spec.submodel_places import as_written
from equipoise.spec.wording import wanted, worded, wrong_kind

M = TypeVar("M", bound=BaseModel)

_KEY = "[key]"
"""How pydantic says that the key is wrong and not its value."""


def validate(
    kind: type[M],
    document: Document,
    *,
    at: Place = (),
    context: dict[str, object] | None = None,
) -> M:
    """Return a document, or one part of it, as a model.

    Parameters
    ----------
    kind
        The model.
    document
        The file as read.
    at
        Place of the part; empty is the whole file.
    context
        What the model's validators may need to know.

    Raises
    ------
    SpecError
        With a problem for every mistake: its place, what is wrong and how to mend it.
    KeyError, IndexError
        If the document has nothing at `at`.
    """
    data = document.data
    for step in at:
        data = data[step]
    try:
        return kind.model_validate(data, context=context)
    except ValidationError as error:
        details = error.errors(include_url=False)
    spots = [_spot(kind, data, at, detail) for detail in details]
    raise SpecError(list(_problems(document, spots)))


def locate(document: Document, place: Place) -> Position:
    """Return line and column of a value, or of the nearest part around it that exists.

    Parameters
    ----------
    document
        The file.
    place
        Keys and indexes from its top.
    """
    for length in range(len(place), -1, -1):
        if place[:length] in document.positions:
            return document.positions[place[:length]]
    return 1, 1


def problem_at(
    document: Document, place: Place, message: str, fix: str, *, offset: int | None = None
) -> Problem:
    """Return a located problem.

    Parameters
    ----------
    document
        The file.
    place
        Of the field.
    message, fix
        What is wrong and how to mend it.
    offset
        Index of the wrong character inside the field's text, if known.
    """
    place, state = as_written(document.data, place)
    if state is not None:
        message = _("{message} (in '{state}')", message=message, state=state)
    if offset is not None and place in document.positions:
        position = position_inside(document, place, offset)
    else:
        position = locate(document, place)
    return _problem(document, position, place, message, fix)


def problem_in(path: Path, place: Place, message: str, fix: str) -> Problem:
    """Return a located problem of a file that was read and checked earlier.

    Parameters
    ----------
    path
        Of the file; if it is gone, the problem names it with the first line.
    place
        Of the field.
    message, fix
        What is wrong and how to mend it.
    """
    try:
        document = read_document(path)
    except SpecError:
        document = Document(path, None, {})
    return problem_at(document, place, message, fix)


@contextmanager
def blaming(path: Path) -> Iterator[None]:
    """Give errors of a run the file and line of the field that they name.

    Parameters
    ----------
    path
        Of the file whose fields they name.

    Raises
    ------
    SimulationError
        The same error, located.
    """
    try:
        yield
    except SimulationError as error:
        if not error.place:
            raise
        problem = problem_in(path, error.place, error.message, error.fix)
        raise SimulationError(str(problem)) from None


def _problem(
    document: Document, position: Position, place: Place, message: str, fix: str
) -> Problem:
    """Return a problem whose texts are safe to print."""
    return Problem(
        str(document.path),
        *position,
        field_text(place),
        short(message, limit=500),
        short(fix, limit=500),
    )


@dataclass(frozen=True)
class _Spot:
    """One error of the validator, and the part of the document it is about."""

    error: ErrorDetails
    place: Place
    """The deepest part that the document has."""
    field: Place
    """The field's full name, with parts that are missing."""
    unused: tuple[str, ...]
    """Fields that the models around it still lack."""
    union: Place | None = None
    """Where the validator tried several alternatives, if it did."""
    branch: str = ""
    """The alternative it tried here."""

    @property
    def is_about_key(self) -> bool:
        """Say whether the key is wrong and not its value."""
        return self.error["type"] == "extra_forbidden" or self.error["loc"][-1:] == (_KEY,)


def _spot(kind: type[BaseModel], data: Any, at: Place, error: ErrorDetails) -> _Spot:  # noqa: ANN401
    """Follow an error's path through the document and the types side by side.

    The validator's path also names the alternatives of unions, which the document does not have.
    """
    steps = [step for step in error["loc"] if step != _KEY]
    length = len(steps)
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        steps.append(error["ctx"]["discriminator"].strip("'"))
    place = field = at
    types: list[Any] = list(_alternatives(kind))
    owner, owner_data, chosen, union, branch = types, data, False, None, ""
    for number, step in enumerate(steps):
        # The last step of these errors names a field, even where the document has no such part.
        is_named = error["type"] in ("missing", "extra_forbidden") and number == length - 1
        is_in_document = place == field and _has(data, step)
        is_label = isinstance(step, str) and number < length and len(types) > 1 and not chosen
        if not is_label and (is_in_document or is_named or _field_of(types, step)):
            owner, owner_data = types, data
            types, chosen = [inner for each in types for inner in _inside(each, step)], False
            field = (*field, step)
            if is_in_document:
                data, place = data[step], field
        else:
            types, chosen = _narrowed(types, str(step)), True
            if union is None:
                union, branch = field, str(step)
    written = owner_data if isinstance(owner_data, dict) else {}
    unused = tuple(name for name in _fields(owner) if name not in written)
    return _Spot(error, place, field, unused, union, branch)


def _has(data: object, step: str | int) -> bool:
    """Say whether a mapping or list has this part."""
    if isinstance(data, list):
        return isinstance(step, int) and 0 <= step < len(data)
    return isinstance(data, dict) and step in data


def _alternatives(annotation: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the types of a union, without `None` and what is annotated on them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin is Union or origin is UnionType:
        for each in get_args(annotation):
            yield from _alternatives(each)
    elif hasattr(annotation, "__value__"):
        yield from _alternatives(annotation.__value__)
    elif annotation is not type(None):
        yield annotation


def _is_model(annotation: object) -> bool:
    """Say whether a type is one of our models."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(types: Sequence[Any]) -> dict[str, Any]:
    """Return the fields of all models among these types, by the names a file uses."""
    return {
        field.alias or name: field.annotation
        for each in types
        if _is_model(each)
        for name, field in each.model_fields.items()
    }


def _field_of(types: Sequence[Any], step: str | int) -> bool:
    """Say whether one of the types is a model with this field."""
    return step in _fields(types)


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:  # noqa: ANN401
    """Yield the types that a part of a value may have."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if _is_model(annotation):
        yield from _alternatives(_fields([annotation]).get(str(step), type(None)))
    elif not isinstance(origin, type) or not arguments:
        return
    elif issubclass(origin, Mapping):
        yield from _alternatives(arguments[1])
    elif issubclass(origin, tuple) and Ellipsis not in arguments:
        position = step if isinstance(step, int) else 0
        yield from _alternatives(arguments[min(position, len(arguments) - 1)])
    elif issubclass(origin, Sequence):
        yield from _alternatives(arguments[0])


def _narrowed(types: list[Any], label: str) -> list[Any]:
    """Return the types that the validator's name of an alternative can mean."""
    if label.startswith("dict["):
        found = [each for each in types if _is_kind_of(each, Mapping)]
    elif label.startswith(("list[", "tuple[", "sequence[")):
        found = [each for each in types if _is_kind_of(each, Sequence)]
    else:
        found = [each for each in types if _is_model(each) and _is_called(each, label)]
    return found or types


def _is_kind_of(annotation: Any, kind: type) -> bool:  # noqa: ANN401
    """Say whether a type is a container of this kind."""
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, kind)


def _is_called(model: type[BaseModel], label: str) -> bool:
    """Say whether a model has this name, or this tag in one of its fields."""
    tags = (get_args(f.annotation) for f in model.model_fields.values()
            if get_origin(f.annotation) is Literal)  # fmt: skip
    return model.__name__ == label or any((label,) == tag for tag in tags)


def _problems(document: Document, spots: Sequence[_Spot]) -> Iterator[Problem]:
    """Yield the problems of all errors; of a union's alternatives, those of the likeliest."""
    unions: dict[Place, dict[str, list[_Spot]]] = {}
    for spot in spots:
        if spot.union is None:
            yield _explained(document, spot)
        else:
            unions.setdefault(spot.union, {}).setdefault(spot.branch, []).append(spot)
    for branches in unions.values():
        likeliest = min(branches.values(), key=_distance)
        if len(branches) > 1 and _distance(likeliest)[0] == _WRONG_KIND:
            yield _no_alternative(document, branches)
        else:
            yield from (_explained(document, spot) for spot in likeliest)


_WRONG_INSIDE, _WRONG_VALUE, _WRONG_KIND = 0, 1, 2


def _distance(spots: Sequence[_Spot]) -> tuple[int, int]:
    """Return how far a value is from one alternative of a union."""
    whole = [spot for spot in spots if spot.field == spot.union]
    if not whole:
        return _WRONG_INSIDE, len(spots)
    is_kind = any(wanted(spot.error) is not None for spot in whole)
    return _WRONG_KIND if is_kind else _WRONG_VALUE, len(spots)


def _no_alternative(document: Document, branches: Mapping[str, Sequence[_Spot]]) -> Problem:
    """Return the problem of a value that is none of the kinds its field can have."""
    spots = [spot for several in branches.values() for spot in several if wanted(spot.error)]
    message, fix = wrong_kind([wanted(s.error) or "" for s in spots], spots[0].error["input"])
    return problem_at(document, spots[0].field, message, fix)


def _explained(document: Document, spot: _Spot) -> Problem:
    """Return the problem that one error means to the user."""
    message, fix = worded(spot.error, spot.unused)
    cause = spot.error.get("ctx", {}).get("error")
    if isinstance(cause, FieldError) and cause.column is not None and spot.place == spot.field:
        return problem_at(document, spot.field, message, fix, offset=cause.column)
    position = locate(document, spot.place)
    if spot.is_about_key:
        position = document.key_positions.get(spot.place, position)
    return _problem(document, position, spot.field, message, fix)
