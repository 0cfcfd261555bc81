"""Machine code that was compiled before: called from its bytes, without importing the compiler.

Numba takes half a second to import, and most of another until it has found what it kept; the
library underneath it takes a tenth of that to load a function from an object file.
"""

import ctypes
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

Record = tuple[NDArray[Any] | int, ...]
"""A named tuple, which compiled code reads through one pointer."""

Argument = NDArray[Any] | int | Record

_MARK = b"equipoise machine code"

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()


class DamagedError(Exception):
    """Bytes that are no machine code of ours, or no longer."""


def host() -> str:
    """Return what machine code is made for: this processor and this version of the library."""
    features = llvm.get_host_cpu_features().flatten()
    triple, name = llvm.get_process_triple(), llvm.get_host_cpu_name()
    return f"{triple} {name} {features} {llvmlite.__version__}"


def machine() -> llvm.TargetMachine:
    """Return the processor as a target of compiling."""
    is_x86 = llvm.get_process_triple().startswith(("x86", "i686", "i386"))
    return llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3,
        reloc="static" if is_x86 else "default", codemodel="jitdefault", jit=True,
    )  # fmt: skip


def packed(symbol: str, code: bytes) -> bytes:
    """Return a function's name and object file as the bytes of one file.

    Parameters
    ----------
    symbol
        Name of the function in the object file.
    code
        The object file.
    """
    body = symbol.encode() + b"\n" + code
    return b"\n".join([_MARK, sha256(body).hexdigest().encode(), body])


def kinds(arguments: Sequence[Argument]) -> tuple[str, ...]:
    """Return what arguments are.

    That is ``int``; the kind and the number of dimensions of an array; ``record`` and its name; or
    ``rows`` for a structured array, all of whose fields have eight bytes. The last two go on with
    the kind of each field, after semicolons.

    Examples
    --------
    >>> kinds([np.zeros((2, 3)), 7])
    ('f8 2', 'int')
    """
    return tuple(_kind(argument) for argument in arguments)


def is_array(kind: str) -> bool:
    """Return whether an argument is one whose lengths follow it."""
    return not kind.startswith(("int", "record"))


def _kind(argument: Argument) -> str:
    """Return what an argument is."""
    if isinstance(argument, np.ndarray):
        if argument.dtype.fields:
            fields = (
                f"{name}={dtype.str[1:]}" for name, (dtype, *_) in argument.dtype.fields.items()
            )
            return "; ".join(["rows", *fields])
        return f"{argument.dtype.str[1:]} {argument.ndim}"
    if not isinstance(argument, tuple):
        return "int"
    named = argument._asdict().items()  # type: ignore[attr-defined]
    return "; ".join([f"record {type(argument).__name__}", *(f"{n}={_kind(v)}" for n, v in named)])


class Loaded:
    """A function from `packed` bytes, of whole numbers and C-contiguous arrays.

    Other threads run meanwhile. What it is given is not checked: it must be of the `kinds` that it
    was compiled for.

    Parameters
    ----------
    data
        The bytes.

    Raises
    ------
    DamagedError
        If the bytes are not what was packed.
    """

    def __init__(self, data: bytes) -> None:
        mark, digest, body = [*data.split(b"\n", 2), b"", b""][:3]
        if mark != _MARK or sha256(body).hexdigest().encode() != digest:
            raise DamagedError
        symbol, code = body.split(b"\n", 1)
        # The engine owns the memory that holds the code.
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine())
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self._address = self._engine.get_function_address(symbol.decode())
        if not self._address:
            raise DamagedError
        self._function: Callable[..., int] | None = None

    def between(self, before: Sequence[Argument], after: Sequence[Argument]) -> Callable[..., None]:
        """Return the function of the whole numbers that stand between its other arguments.

        These are looked at once, and what is called after that costs little. It has room for one
        call at a time: each thread takes its own.

        Parameters
        ----------
        before, after
            The other arguments, which stay alive as long as the function.
        """
        records: list[NDArray[np.int64]] = []
        first, last = _flat(before, records), _flat(after, records)
        # Compiled functions write a result, and what an error would be, behind two pointers.
        answers = ctypes.create_string_buffer(32)
        place, alive = ctypes.addressof(answers), (answers, before, after, records)

        def call(*numbers: int) -> None:
            flat = (place, place + 16, *first, *numbers, *last)
            status = self._as_function(len(flat))(*flat)
            if status != 0:
                message = f"compiled code ended with status {status} on {len(alive[1])} arguments"
                raise RuntimeError(message)

        return call

    def _as_function(self, width: int) -> Callable[..., int]:
        """Return the function of so many numbers, all as wide as a pointer."""
        if self._function is None:
            kind = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_int64] * width)
            self._function = kind(self._address)
        return self._function


def _flat(arguments: Sequence[Argument], records: list[NDArray[np.int64]]) -> list[int]:
    """Return arguments as whole numbers: of an array where it stands, and its lengths.

    Of a record where it stands among `records`, which must stay alive.
    """
    flat: list[int] = []
    for argument in arguments:
        if isinstance(argument, tuple):
            words = [one.ctypes.data if isinstance(one, np.ndarray) else one for one in argument]
            records.append(np.array(words, dtype=np.int64))
            flat.append(records[-1].ctypes.data)
        elif isinstance(argument, np.ndarray):
            flat += (argument.ctypes.data, *argument.shape)
        else:
            flat.append(int(argument))
    return flat
