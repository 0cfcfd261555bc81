"""Moves by a distribution of the time to them: ``weibull(shape=1.2, scale=6 * year)``."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Literal

from pydantic import WithJsonSchema

from equipoise.core.errors import FieldError
from equipoise.core.fields import text_field
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.spec.base import SpecModel
from equipoise.spec.call_text import call_of
from equipoise.spec.formula import (
    Formula,
    Node,
    children,
    formula_of,
    parse_formula,
    to_text,
)
from equipoise.spec.formula.survival import SURVIVAL
from equipoise.spec.formula.tree import Binary, Call, Name, Number, rebuilt

HAZARD_RATIO = "hazard_ratio"
"""Argument that every kind may have: it multiplies the hazard."""

MAX_TEXT = 1000
_EXAMPLE = mark("write it like weibull(shape=1.2, scale=6 * year)")
_SUFFIX = "_survival"

KINDS: Mapping[str, tuple[str, ...]] = {
    name.removesuffix(_SUFFIX): tuple(one.arguments)[1:] for name, one in SURVIVAL.items()
}
"""Kind of distribution -> its arguments."""

_LEAST = Number(1e-300)
"""Survival below is nobody's; so that its logarithm stays finite."""


@dataclass(frozen=True)
class Curve:
    """A distribution of the time to a move, whose arguments are formulas."""

    kind: str
    arguments: Mapping[str, Formula] = field(hash=False)
    text: str

    def survival(self, time: Node) -> Node:
        """Return the share that has not moved by a time, without the hazard ratio."""
        arguments = (self.arguments[name].tree for name in KINDS[self.kind])
        return Call(f"{self.kind}{_SUFFIX}", (time, *arguments))

    def with_arguments(self, arguments: Mapping[str, Formula]) -> "Curve":
        """Return the same kind of curve with other arguments, and the text that says so."""
        written = ", ".join(f"{name}={to_text(one.tree)}" for name, one in arguments.items())
        return Curve(self.kind, arguments, f"{self.kind}({written})")


def parse_curve(text: str) -> Curve:
    """Read a distribution of the time to a move.

    Parameters
    ----------
    text
        A call of a known kind with all of its arguments by name, each a formula, and perhaps
        `hazard_ratio`.

    Raises
    ------
    FieldError
        If it is no such call; with the fix, and the column where it is known.

    Examples
    --------
    >>> curve = parse_curve("weibull(shape=1.2, scale=6 * year, hazard_ratio=hr)")
    >>> curve.kind, sorted(curve.arguments)
    ('weibull', ['hazard_ratio', 'scale', 'shape'])
    """
    text = text.strip()
    call, kind = _call(text)
    given: dict[str, Formula] = {}
    for word in call.keywords:
        name = str(word.arg)
        if name not in (*KINDS[kind], HAZARD_RATIO):
            near = get_close_matches(name, (*KINDS[kind], HAZARD_RATIO), n=1)
            message = _("{kind} has no argument '{name}'", kind=kind, name=name)
            fix = _("did you mean '{near}'?", near=near[0]) if near else _usage(kind)
            raise FieldError(message, fix=fix)
        given[name] = _argument(name, word.value, text=text)
    for name in KINDS[kind]:
        if name not in given:
            message = _("{kind} needs the argument '{name}'", kind=kind, name=name)
            raise FieldError(message, fix=_usage(kind))
    return Curve(kind, given, text)


def _call(text: str) -> tuple[ast.Call, str]:
    """Parse the text into a call with keyword arguments, and its kind."""
    call, kind = call_of(text, limit=MAX_TEXT, example=_EXAMPLE)
    if kind not in KINDS:
        near = get_close_matches(kind, KINDS, n=1)
        message = _("'{text}' is not a distribution of times", text=kind)
        names = ", ".join(KINDS)
        fix = (
            _("did you mean '{near}'?", near=near[0])
            if near
            else _("use one of {names}", names=names)
        )
        raise FieldError(message, fix=fix, column=0)
    named = [str(word.arg) for word in call.keywords if word.arg is not None]
    if call.args or len(set(named)) < len(call.keywords):
        message = _("every argument of {kind} needs its name, once", kind=kind)
        raise FieldError(message, fix=_usage(kind))
    return call, kind


def _usage(kind: str) -> str:
    """Return the fix that lists what a kind takes."""
    return _("use {usage}", usage=f"{kind}({', '.join((*KINDS[kind], '[hazard_ratio]'))})")


def _argument(name: str, node: ast.expr, *, text: str) -> Formula:
    """Return the formula of one argument, whose columns count in the whole text."""
    piece = ast.get_source_segment(text, node) or ""
    # `ast` counts bytes; on one line of plain letters they are columns.
    column = node.col_offset if "\n" not in text and text.isascii() else None
    try:
        formula = parse_formula(piece)
    except FieldError as error:
        place = None if column is None else column + (error.column or 0)
        message = f"{name}: {error.message}"
        raise FieldError(message, fix=error.fix, column=place) from None
    return formula if column is None else replace(formula, tree=_moved(formula.tree, column))


def _moved(node: Node, columns: int) -> Node:
    """Return a tree that stands so many columns further to the right."""
    parts = tuple(_moved(child, columns) for child in children(node))
    return replace(rebuilt(node, parts), column=node.column + columns)


def _read(value: object) -> Curve:
    """Read a curve from a file's text, or pass one on."""
    if isinstance(value, Curve):
        return value
    if not isinstance(value, str):
        message = _("{value} is not a distribution", value=repr(value)[:80])
        raise FieldError(message, fix=_(_EXAMPLE))
    return parse_curve(value)


def _written(curve: Curve) -> str:
    """Return the text that a file holds."""
    return curve.text


CurveField = Annotated[
    Curve,
    text_field(_read, write=_written),
    WithJsonSchema(
        {
            "type": "string",
            "description": "A distribution of the time to a move, each argument a formula: "
            + "; ".join(f"{kind}({', '.join(names)})" for kind, names in KINDS.items())
            + ". Each may have a hazard_ratio, which multiplies the hazard.",
            "examples": ["weibull(shape=1.2, scale=6 * year, hazard_ratio=hr)"],
        }
    ),
]
"""A distribution of times of a file: its text, checked and parsed."""


class TimeTo(SpecModel):
    """A move whose hazard follows from a distribution of the time to it."""

    time_to: CurveField
    clock: Literal["state", "start", "age"] = "state"
    """From when the time counts: entry into the state, the patient's start, or birth."""

    @cached_property
    def rate(self) -> Formula:
        r"""Return the hazard of a cycle, 1/year, as a formula.

        .. math:: r = \frac{h}{\Delta} \ln \frac{S(t)}{S(t + \Delta)}

        With the hazard ratio :math:`h`; so a move that has no competitor has the exact chance
        :math:`1 - (S(t + \Delta) / S(t))^h`.
        """
        clock = Name({"state": "time_in_state", "start": "time", "age": "age"}[self.clock])
        cycle = Name("cycle")
        now, then = (
            Call("max", (self.time_to.survival(time), _LEAST))
            for time in (clock, Binary("+", clock, cycle))
        )
        tree: Node = Binary("/", Call("log", (Binary("/", now, then),)), cycle)
        ratio = self.time_to.arguments.get(HAZARD_RATIO)
        if ratio is not None:
            tree = Binary("*", ratio.tree, tree)
        return formula_of(tree, self.time_to.text)
