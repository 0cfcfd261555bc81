"""Compiling loops that arrays cannot express; import this only where such a loop runs."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import from_dtype, njit, types
from numba.extending import intrinsic

from equipoise.core.lean import Record, Rows
from equipoise.core.whole_kernels import PlainPipeline, object_file, whole_kernels

P = ParamSpec("P")
R = TypeVar("R")


_INNER: dict[str, object] = {
    "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False, "no_rewrites": True,
    "pipeline_class": PlainPipeline,
}  # fmt: skip
"""Of functions that nobody calls from Python, which saves a fifth of the time of compiling; that
make no arrays, so that nobody needs to count who uses them; and that write no expressions of whole
arrays, which would become loops."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function as machine code, compiled at its first call and kept for later runs.

    Sums keep the order in which they are written, so that results do not depend on the machine;
    and other threads run meanwhile. Importing this module costs the import of Numba: a module
    of compiled functions is imported inside the function that runs them.

    Parameters
    ----------
    function
        Takes and returns numbers, arrays, and named tuples of them.

    Examples
    --------
    >>> @compiled
    ... def half(number: float) -> float:
    ...     return number / 2.0
    >>> half(3.0)
    1.5
    """
    return _compiled(function, fastmath=False)


def fused(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function as `compiled` does, with a product and a sum in one step.

    Where the processor can, as all of the last ten years do: nearly twice as fast, and rounded
    once where it would be twice, so that other processors differ in the last digit. And always
    written out where it is called, or the loop around it would compute one number at a time. Only
    other machine code can call it.

    Parameters
    ----------
    function
        As in `compiled`.

    Examples
    --------
    >>> @fused
    ... def line(number: float) -> float:
    ...     return 2.0 * number + 1.0
    >>> @compiled
    ... def point(number: float) -> float:
    ...     return line(number)
    >>> point(3.0)
    7.0
    """
    return _compiled(function, is_kept=False, fastmath={"contract"}, forceinline=True, **_INNER)


def called(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function as `fused` does, but called where it is used, not written out.

    So what is big is compiled once, and not again with each function around it. It makes no arrays,
    and is not kept by itself: what was kept would not see a change of what it calls.

    Parameters
    ----------
    function
        As in `compiled`.

    Examples
    --------
    >>> @called
    ... def line(number: float) -> float:
    ...     return 2.0 * number + 1.0
    >>> @compiled
    ... def point(number: float) -> float:
    ...     return line(number)
    >>> point(3.0)
    7.0
    """
    # Said, since it would take over from a caller that is `fused`.
    return _compiled(function, is_kept=False, forceinline=False, fastmath={"contract"}, **_INNER)


_Writer = Callable[[object, ir.IRBuilder, object, Sequence[ir.Value]], ir.Value]


def _as(kind: ir.Type, signature: object) -> tuple[object, _Writer]:
    """Return how a number is read as one of another kind, whose bits are the same."""

    def write(
        _context: object, builder: ir.IRBuilder, _signature: object, numbers: Sequence[ir.Value]
    ) -> ir.Value:
        return builder.bitcast(numbers[0], kind)

    return signature, write


@intrinsic
def _bits_of(_context: object, _number: object) -> tuple[object, _Writer]:
    return _as(ir.IntType(64), types.uint64(types.float64))


@intrinsic
def _float_of(_context: object, _bits: object) -> tuple[object, _Writer]:
    return _as(ir.DoubleType(), types.float64(types.uint64))


bits_of = cast("Callable[[float], np.uint64]", _bits_of)
"""The bits of a float, in compiled code. NumPy's `view` is compiled anew for each pair of kinds."""

float_of = cast("Callable[[np.uint64], float]", _float_of)
"""The float that has some bits, in compiled code."""

_DECLARED = re.compile(r'^declare [^@]*@"?([^"(]+)', re.MULTILINE)
"""Functions that code calls without having them."""


class ObjectCode(NamedTuple):
    """A function as an object file, for `object_code.Loaded`."""

    symbol: str
    code: bytes
    stands_alone: bool
    """Whether it calls nothing that only a process with Numba has."""


def object_of(
    function: Callable[..., Any], kinds: Sequence[str], *, is_fused: bool = False
) -> ObjectCode:
    """Return the machine code of a function of pointers and whole numbers.

    Parameters
    ----------
    function
        Takes a pointer and its lengths for each array. A pointer has elements as an array has, but
        no size; nothing looks whether they are inside.
    kinds
        Of its arguments, as `object_code.kinds` writes them.
    is_fused
        As `fused`.

    Examples
    --------
    >>> def nothing(first, last):
    ...     pass
    >>> object_of(nothing, ["int", "int"]).stands_alone
    True
    """
    options: dict[str, Any] = {
        "error_model": "numpy", "fastmath": {"contract"} if is_fused else False, **_INNER,
    }  # fmt: skip
    compiling: Any = njit(**options)(function)
    signature = [one for kind in kinds for one in _flat(kind)]
    with whole_kernels():
        compiling.compile(tuple(signature))
        (found,) = compiling.overloads
        made = compiling.overloads[found]
        code, text = object_file(made.library)
    outside = _DECLARED.findall(text)
    return ObjectCode(
        made.fndesc.llvm_func_name,
        code,
        not any(name.startswith(("NRT_", "numba_", "Py")) for name in outside),
    )


def _flat(kind: str) -> list[Any]:
    """Return the compiler's kinds of what an argument is given as."""
    head, *fields = kind.split("; ")
    word, *dims = head.split()
    named = (field.split("=") for field in fields)
    if word == "record":
        return [Record(dims[0], {field: _flat(one)[0] for field, one in named})]
    if word == "rows":
        row = Record("row", {field: from_dtype(np.dtype(one)) for field, one in named})
        return [Rows(row), types.int64]
    if not dims:
        return [types.int64]
    pointer: Any = types.CPointer
    return [pointer(from_dtype(np.dtype(word))), *[types.int64] * int(dims[0])]


def _compiled(
    function: Callable[P, R], *, is_kept: bool = True, **options: object
) -> Callable[P, R]:
    """Return the function as machine code."""
    compiling = partial(njit, nogil=True, error_model="numpy", **options)
    machine_code: Callable[P, R]
    try:
        machine_code = compiling(cache=is_kept)(function)
    except RuntimeError:  # there is no folder in which it could be kept
        machine_code = compiling()(function)
    return machine_code
