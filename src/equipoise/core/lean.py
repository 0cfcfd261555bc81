"""What compiled code needs most, told to the compiler in few words: records and loops.

A kernel of fifty functions takes seconds to compile, for each of which the compiler writes out what
general things may need. A named tuple becomes one argument for each field, of each function; a loop
over `range` asks whether its step is negative and how many times it goes round.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import cast

from llvmlite import ir
from numba import types
from numba.core.base import BaseContext
from numba.core.cgutils import alloca_once
from numba.core.datamodel import models
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    Signature,
    infer_global,
    signature,
)
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, register_model

_WORD = ir.IntType(64)
_Writer = Callable[[object, ir.IRBuilder, object, Sequence[ir.Value]], ir.Value]


class Record(types.Type):
    """The kind of a pointer to eight bytes for each field: a whole number, or a pointer.

    Nothing can be written to the fields themselves.

    Parameters
    ----------
    name
        Of the kind of record.
    fields
        Kinds of the fields, in order.
    """

    def __init__(self, name: str, fields: Mapping[str, types.Type]) -> None:
        self.fields = dict(fields)
        # A name tells kinds apart; one as long as all fields would stand in each function's name.
        own = sha256(" ".join(f"{field} {kind}" for field, kind in fields.items()).encode())
        super().__init__(name=f"{name}_{own.hexdigest()[:8]}")


class Rows(types.Type):
    """The kind of a pointer to records, one after another.

    Parameters
    ----------
    record
        Their kind; a field may also be a float.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        super().__init__(name=f"rows_{record.name}")


class _Span(types.SimpleIteratorType):  # type: ignore[name-defined, misc]
    """The kind of a pointer to the next of some whole numbers, and where they end."""

    def __init__(self) -> None:
        super().__init__("Span", types.int64)

    @property
    def iterator_type(self) -> "_Span":
        """What goes through it, which is itself: each is written where one loop begins."""
        return self


_SPAN = _Span()


@register_model(Record)
@register_model(Rows)
@register_model(_Span)
class _Words(models.PrimitiveModel):
    """A pointer to words."""

    def __init__(self, manager: object, kind: types.Type) -> None:
        super().__init__(manager, kind, _WORD.as_pointer())


@infer_getattr
class _Fields(AttributeTemplate):
    """Of which kind a field is."""

    key = Record

    def generic_resolve(  # type: ignore[override]
        self, record: Record, field: str
    ) -> types.Type | None:
        """Return the kind of a field."""
        return record.fields.get(field)


def _place(builder: ir.IRBuilder, words: ir.Value, number: int) -> ir.Value:
    return builder.gep(words, [ir.Constant(_WORD, number)], inbounds=True)


@lower_getattr_generic(Record)
def _field(
    context: BaseContext, builder: ir.IRBuilder, kind: Record, record: ir.Value, field: str
) -> ir.Value:
    """Read a field."""
    wanted = context.get_value_type(kind.fields[field])
    place = _place(builder, record, list(kind.fields).index(field))
    found = builder.load(builder.bitcast(place, wanted.as_pointer()))
    # It is the same in all of a loop, whatever the loop writes.
    found.set_metadata("invariant.load", builder.module.add_metadata([]))
    return found


@infer_global(operator.getitem)
class _Row(AbstractTemplate):
    """Of which kind a row is."""

    def generic(self, given: Sequence[types.Type], _named: object) -> object:
        """Return the signature of taking a row."""
        rows, _number = given
        return signature(rows.record, rows, types.int64) if isinstance(rows, Rows) else None


@lower_builtin(operator.getitem, Rows, types.int64)
def _row(
    _context: object, builder: ir.IRBuilder, kinds: Signature, given: Sequence[ir.Value]
) -> ir.Value:
    """Return where a row begins."""
    rows, number = given
    width = ir.Constant(_WORD, len(kinds.args[0].record.fields))
    return builder.gep(rows, [builder.mul(number, width, flags=["nsw"])], inbounds=True)


@intrinsic
def _span(_context: object, _first: object, _last: object) -> tuple[object, _Writer]:
    def write(
        _context: object, builder: ir.IRBuilder, _signature: object, numbers: Sequence[ir.Value]
    ) -> ir.Value:
        words = alloca_once(builder, _WORD, size=ir.Constant(_WORD, 2))
        for number, value in enumerate(numbers):
            builder.store(value, _place(builder, words, number))
        return words

    return _SPAN(types.int64, types.int64), write


@lower_builtin("getiter", _Span)
def _itself(
    _context: object, _builder: ir.IRBuilder, _signature: object, given: Sequence[ir.Value]
) -> ir.Value:
    return given[0]


@lower_builtin("iternext", _Span)
def _next(
    context: BaseContext, builder: ir.IRBuilder, kinds: Signature, given: Sequence[ir.Value]
) -> ir.Value:
    """Return the next number and whether there is one."""
    next_place, last_place = (_place(builder, given[0], number) for number in (0, 1))
    number = builder.load(next_place)
    is_there = builder.icmp_signed("<", number, builder.load(last_place))
    builder.store(builder.add(number, ir.Constant(_WORD, 1), flags=["nsw"]), next_place)
    pair = ir.Constant(context.get_value_type(kinds.return_type), ir.Undefined)
    return builder.insert_value(builder.insert_value(pair, number, 0), is_there, 1)


span = cast("Callable[[int, int], Iterator[int]]", _span)
"""Whole numbers from the first until before the last, in compiled code, for one loop."""
