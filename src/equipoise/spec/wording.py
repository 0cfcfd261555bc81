"""Plain words for what the validator finds wrong with a value, and the usual remedy."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from equipoise.core.errors import FieldError
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.spec.source_text import short

_WANTED = {
    mark("text"): ("string_type", "string_sub_type", "string_unicode"),
    mark("a whole number"): ("int_type", "int_parsing", "int_parsing_size", "int_from_float"),
    mark("a number"): ("float_type", "float_parsing", "finite_number"),
    mark("true or false"): ("bool_type", "bool_parsing"),
    mark("a block of fields (name: value)"): (
        "dict_type",
        "mapping_type",
        "model_type",
        "model_attributes_type",
        "dataclass_type",
    ),
    mark("a list"): ("list_type", "tuple_type", "set_type", "iterable_type", "sequence_str"),
    mark("a date such as 2026-01-31"): (
        "date_type",
        "date_parsing",
        "date_from_datetime_parsing",
        "date_from_datetime_inexact",
    ),
    mark("nothing"): ("none_required",),
}
_WANTED_BY_TYPE = {kind: wanted for wanted, kinds in _WANTED.items() for kind in kinds}

# Kind of error: key of its limit in the error's context, and message.
_LIMITS = {
    "greater_than": ("gt", mark("must be greater than {limit}, but is {value}")),
    "greater_than_equal": ("ge", mark("must be at least {limit}, but is {value}")),
    "less_than": ("lt", mark("must be less than {limit}, but is {value}")),
    "less_than_equal": ("le", mark("must be at most {limit}, but is {value}")),
    "multiple_of": ("multiple_of", mark("must be a multiple of {limit}, but is {value}")),
    "too_short": ("min_length", mark("must have at least {limit} items, but has {count}")),
    "too_long": ("max_length", mark("must have at most {limit} items, but has {count}")),
    "string_too_short": ("min_length", mark("must have at least {limit} characters")),
    "string_too_long": ("max_length", mark("must have at most {limit} characters")),
}


def wanted(error: ErrorDetails) -> str | None:
    """Return what kind of value a field needs, if the value is of the wrong kind.

    Parameters
    ----------
    error
        As the validator reports it.
    """
    if error["type"] in ("literal_error", "enum"):
        return _("one of: {names}", names=", ".join(_listed(error["ctx"]["expected"])))
    kind = error["type"]
    if kind == "is_instance_of":
        # So the validator calls a sequence or mapping of our models.
        kind = "list_type" if error["ctx"]["class"] == "Sequence" else "dict_type"
    text = _WANTED_BY_TYPE.get(kind)
    return None if text is None else _(text)


def wrong_kind(kinds: Collection[str], value: object) -> tuple[str, str]:
    """Return message and fix for a value that is none of the kinds a field can have.

    Parameters
    ----------
    kinds
        As `wanted` describes them.
    value
        What stands in the file instead.

    Examples
    --------
    >>> wrong_kind(["a number"], "many")
    ("must be a number, not the text 'many'", 'write a number')
    """
    together = _(" or ").join(dict.fromkeys(kinds))
    if value is None:
        message = _("must not be empty: it needs {wanted}", wanted=together)
        return message, _("write {wanted}, or remove the field", wanted=together)
    message = _("must be {wanted}, not {found}", wanted=together, found=_found(value))
    if _("text") in kinds and isinstance(value, int | float):
        return message, _("put it in quotes")
    return message, _("write {wanted}", wanted=together)


def worded(error: ErrorDetails, unused: Collection[str] = ()) -> tuple[str, str]:
    """Return message and fix for one error.

    Parameters
    ----------
    error
        As the validator reports it.
    unused
        Fields that could still be written at the place of an unknown one.
    """
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    cause = context.get("error")
    if isinstance(cause, FieldError):
        return cause.message, cause.fix
    kind_needed = wanted(error)
    match kind:
        case "missing" | "union_tag_not_found":
            texts = _("this field is missing"), _("add this field")
        case "extra_forbidden":
            name = str(error["loc"][-1])
            texts = _("there is no field '{name}' here", name=short(name)), _nearest(name, unused)
            if name.isdigit() and value is None:  # what YAML makes of {value: 2086,5}
                texts = texts[0], _("write a number with a decimal point: 2086.5, not 2086,5")
        case "literal_error" | "enum":
            texts = _unknown(value, _listed(context["expected"]))
        case "union_tag_invalid":
            texts = _unknown(context["tag"], _listed(context["expected_tags"]))
        case "string_pattern_mismatch":
            texts = _misshapen(str(value), context["pattern"])
        case _ if kind_needed is not None:
            texts = wrong_kind([kind_needed], value)
        case _ if kind in _LIMITS:
            texts = _beyond(kind, context, value)
        case _:
            texts = _in_its_own_words(error)
    return texts


def _listed(expected: str) -> list[str]:
    """Return the allowed values that the validator lists in one text."""
    return [text.strip("'\"") for text in re.split(r", | or ", expected)]


def _found(value: object) -> str:
    """Return what a value is, in words."""
    match value:
        case bool():
            text = "true" if value else "false"
        case int() | float():
            text = _("the number {value}", value=short(value))
        case str():
            text = _("the text '{value}'", value=short(value))
        case list() | tuple():
            text = _("a list")
        case dict():
            text = _("a block of fields (name: value)")
        case _:
            text = _("something else")
    return text


def _nearest(name: str, unused: Collection[str]) -> str:
    """Return the fix for an unknown field."""
    plain = {field.lower(): field for field in unused}
    near = get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), plain, n=1)
    return _("did you mean '{near}'?", near=plain[near[0]]) if near else _("remove this field")


def _unknown(value: object, allowed: list[str]) -> tuple[str, str]:
    """Return message and fix for a value outside a closed list."""
    names = ", ".join(allowed)
    message = _("'{value}' is not one of: {names}", value=short(value), names=names)
    near = get_close_matches(str(value).lower(), allowed, n=1)
    if near:
        return message, _("did you mean '{near}'?", near=near[0])
    return message, _("use one of these")


def _misshapen(value: str, pattern: str) -> tuple[str, str]:
    """Return message and fix for a text that does not fit a pattern."""
    joined = re.sub(r"[^A-Za-z0-9_]+", "_", value).strip("_")
    message = _("'{value}' cannot stand here", value=short(value))
    for candidate in (joined, joined.lower(), joined.upper()):
        if len(value) <= 100 and re.fullmatch(pattern, candidate):
            return message, _("write '{name}'", name=candidate)
    return message, _("write what fits the pattern {pattern}", pattern=pattern)


def _beyond(kind: str, context: dict[str, Any], value: object) -> tuple[str, str]:
    """Return message and fix for a value or length outside its limits."""
    key, message = _LIMITS[kind]
    count = context.get("actual_length", "?")
    limit = context[key]
    shown = f"{limit:g}" if isinstance(limit, float) else str(limit)
    message = _(message, limit=shown, value=short(value), count=count)
    return message, _("change it to fit this limit")


def _in_its_own_words(error: ErrorDetails) -> tuple[str, str]:
    """Return the message of a check that was written for people already."""
    message = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message, _("change the value as the message says")
