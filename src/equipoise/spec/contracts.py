"""Kinds of payment contract that a study can ask for."""

import ast
from functools import cache
from typing import Annotated, Literal, assert_never

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.spec.base import SpecModel
from equipoise.spec.wording import worded

EXAMPLES = {
    "upfront": ("upfront",),
    "instalments": (
        "instalments(years=5)", "instalments(years=5, only_while_responding=True)",
    ),
    "rebate_on_loss": ("rebate_on_loss(share=0.8, years=6)",),
}  # fmt: skip
"""How each kind is written."""

_KINDS = ", ".join(ways[0] for ways in EXAMPLES.values())


class Upfront(SpecModel):
    """The whole price at treatment."""

    kind: Literal["upfront"] = "upfront"


class Instalments(SpecModel):
    """Equal yearly payments from the day of treatment."""

    kind: Literal["instalments"] = "instalments"
    years: Annotated[int, Field(ge=1, le=30)]
    only_while_responding: bool = False


class RebateOnLoss(SpecModel):
    """The price at treatment; the maker returns a share for each patient who loses response."""

    kind: Literal["rebate_on_loss"] = "rebate_on_loss"
    share: Annotated[float, Field(ge=0, le=1)]
    years: Annotated[int, Field(ge=1, le=30)]


Contract = Annotated[Upfront | Instalments | RebateOnLoss, Field(discriminator="kind")]


@cache
def _adapter() -> TypeAdapter[Contract]:
    """Return what reads a contract of any kind; it is made when the first one is read."""
    return TypeAdapter(Contract)


def parse_contract(text: object) -> object:
    """Turn `instalments(years=5)` into the mapping that the contract kinds validate.

    Raises
    ------
    FieldError
        If the text is not a kind, or a kind with named constant arguments.
    """
    if not isinstance(text, str):
        return text
    try:
        call = ast.parse(text.strip()[:200], mode="eval").body
        if isinstance(call, ast.Name):
            return {"kind": call.id}
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
            raise ValueError(text)
        values = _arguments(call)
    except FieldError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FieldError(
            _("'{text}' is not a contract", text=text[:80]),
            fix=_("write one of: {kinds}", kinds=_KINDS),
        ) from None
    return {"kind": call.func.id, **values}


def _arguments(call: ast.Call) -> dict[str, object]:
    """Return the arguments by name.

    Raises
    ------
    FieldError
        If a name stands twice; Python would let the last one win.
    ValueError
        If a value is no constant, or an argument has no name.
    """
    found: dict[str, object] = {}
    for word in call.keywords:
        if word.arg is None:
            raise ValueError(ast.unparse(call))
        name = word.arg
        if name in found or name == "kind":
            kind = ast.unparse(call.func)
            message = _("argument '{name}' of {kind} stands twice", name=name, kind=kind)
            raise FieldError(message, fix=_("keep one of them"))
        found[name] = ast.literal_eval(word.value)
    return found


def contract_text(contract: Contract) -> str:
    """Return the text that `parse_contract` reads.

    Examples
    --------
    >>> contract_text(RebateOnLoss(share=0.8, years=6))
    'rebate_on_loss(share=0.8, years=6)'
    """
    match contract:
        case Upfront():
            return "upfront"
        case Instalments(years=years, only_while_responding=only):
            tail = ", only_while_responding=True" if only else ""
            return f"instalments(years={years}{tail})"
        case RebateOnLoss(share=share, years=years):
            return f"rebate_on_loss(share={share:g}, years={years})"
        case _:
            assert_never(contract)


ContractField = Annotated[
    Contract,
    BeforeValidator(parse_contract),
    PlainSerializer(contract_text, return_type=str),
    WithJsonSchema({"type": "string", "description": f"One of: {_KINDS}"}),
]


def contract_from_text(text: str) -> Contract:
    """Read one contract, as the command line gives it.

    Raises
    ------
    FieldError
        If the text is no contract, or an argument is missing, unknown or out of range.
    """
    parsed = parse_contract(text)
    try:
        return _adapter().validate_python(parsed)
    except ValidationError as error:
        kind = str(parsed.get("kind")) if isinstance(parsed, dict) else ""
        reasons = "; ".join(_reason(detail) for detail in error.errors(include_url=False))
        raise FieldError(
            _("'{text}' is not a contract: {why}", text=text[:80], why=reasons),
            fix=_(
                "write one of: {kinds}",
                kinds=", ".join(EXAMPLES[kind]) if kind in EXAMPLES else _KINDS,
            ),
        ) from None


def _reason(detail: ErrorDetails) -> str:
    """Return what is wrong with one argument, by its name."""
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "missing":
            return _("`{name}` is missing", name=name)
        case "extra_forbidden":
            return _("there is no argument `{name}`", name=name)
        case "union_tag_invalid":
            return worded(detail)[0]
        case _:
            return f"`{name}` {worded(detail)[0]}"
