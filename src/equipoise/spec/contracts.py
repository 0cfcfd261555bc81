"""Kinds of payment contract that a study can ask for."""

import ast
from typing import Annotated, Literal, assert_never

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter, WithJsonSchema

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.spec.base import SpecModel

_KINDS = "upfront, instalments(years=5), rebate_on_loss(share=0.8, years=6)"


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

_ADAPTER: TypeAdapter[Contract] = TypeAdapter(Contract)


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
        values = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FieldError(
            _("'{text}' is not a contract", text=text[:80]),
            fix=_("write one of: {kinds}", kinds=_KINDS),
        ) from None
    return {"kind": call.func.id, **values}


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
        If the text is no contract.
    pydantic.ValidationError
        If an argument is missing or out of range.
    """
    return _ADAPTER.validate_python(parse_contract(text))
