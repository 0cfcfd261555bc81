"""From the text of a kernel to the kernel: written once, compiled once, kept for later runs."""

import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from equipoise.core.files import write_bytes, write_text
from equipoise.core.object_code import Argument, DamagedError, Loaded, host, is_array, kinds, packed

Floats = NDArray[np.float64]

KEPT = 200
"""Kernels that stay in the cache; the oldest beyond go."""

_HEAD = re.compile(r"^(?:@(\w+)\n)?def kernel\((.*?)\):\n", re.MULTILINE | re.DOTALL)
_SIZE = re.compile(r"\b(\w+)\.size\b")
_SCRATCH = re.compile(
    r"^    (\w+) = np\.zeros\((\d+)(?: \* \((\w+)\.size \+ (\d+)\))?\)\n", re.MULTILINE
)
"""An array of zeros, of a fixed length or of some numbers for each element of an argument."""


def cache_folder() -> Path:
    """Return where kernels are kept: EQUIPOISE_CACHE, or the user's cache folder."""
    own = os.environ.get("EQUIPOISE_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "equipoise"


def ready(text: str, *nothing: Argument, sources: Path) -> "Kernel":
    """Return the kernel of a text, compiled or loaded.

    Parameters
    ----------
    text
        Of a module with a function `kernel`.
    *nothing
        Arguments of a call: whole numbers, C-contiguous arrays of one dimension, and named tuples
        of both, whose fields the kernel can only read, of arrays without their sizes.
    sources
        File, or folder of files, with all of our code that the kernel calls: when it changes, the
        kernel is made anew.

    Raises
    ------
    NotWritableError
        If it can be written neither in the cache nor among temporary files.
    """
    given = kinds(nothing)
    name = _name(text, given, sources)
    try:
        return _kernel(cache_folder(), name, text, given)
    except Exception:
        # What the cache holds is damaged, or it is full, or not ours to write: do without it.
        _remove(cache_folder() / name)
        return _kernel(Path(_own_folder().name), name, text, given)


@lru_cache(maxsize=64)
def _name(text: str, given: tuple[str, ...], sources: Path) -> str:
    """Return the name of a kernel's file, which tells all that its machine code depends on."""
    parts = [host(), sys.version, text, *given, *_called(sources)]
    return f"kernel_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:24]}.py"


@lru_cache(maxsize=8)
def _called(sources: Path) -> tuple[str, ...]:
    """Return the sources of all that kernels call, and of how they are compiled."""
    here = Path(__file__).parent
    own = [sources] if sources.is_file() else sorted(sources.rglob("*.py"))
    names = ("machine_code.py", "lean.py", "object_code.py", "kernels.py", "random.py")
    paths = [*(here / name for name in names), *own]
    return tuple(path.read_text("utf-8") for path in paths)


@lru_cache(maxsize=1)
def _own_folder() -> TemporaryDirectory[str]:
    """Return a folder for this process alone: nobody else could have put a kernel there."""
    return TemporaryDirectory(prefix="equipoise-")


@lru_cache(maxsize=64)
def _kernel(folder: Path, name: str, text: str, given: tuple[str, ...]) -> "Kernel":
    """Return the kernel from its file, which is made where there is none."""
    path = folder / name
    code, parts = path.with_suffix(".o"), _Parts(text)
    with suppress(OSError, DamagedError):
        return Kernel(Loaded(code.read_bytes()), parts)
    write_text(path, parts.with_pointers(given))
    # Only who compiles pays for the import of Numba.
    from equipoise.core.machine_code import object_of  # noqa: PLC0415

    every = (*given, *["f8 1"] * len(parts.scratch))
    made = object_of(_module(path).kernel, every, is_fused=parts.is_fused)
    data = packed(made.symbol, made.code)
    if made.stands_alone:
        write_bytes(code, data)
    _make_room(folder)
    return Kernel(Loaded(data), parts)


class _Parts:
    """A kernel's text, taken apart: its machine code must need nothing of the compiler's library.

    So it takes a pointer and a length for each array, and gets its scratch space from the caller.
    """

    def __init__(self, text: str) -> None:
        found = _HEAD.search(text)
        assert found is not None  # noqa: S101 - texts are written here
        self.is_fused = found.group(1) == "fused"
        self.scratch = _SCRATCH.findall(text)
        self._names = [name.strip() for name in found.group(2).split(",") if name.strip()]
        self._head, self._body = text[: found.start()], text[found.end() :]

    def with_pointers(self, given: Sequence[str]) -> str:
        """Return the text that is compiled."""
        scratch = [name for name, *_length in self.scratch]
        every = zip(
            [*self._names, *scratch], [*given, *["f8 1"] * len(scratch)], strict=True
        )  # fmt: skip
        flat = [f"{n}, {n}_size" if is_array(kind) else n for n, kind in every]
        body = _SIZE.sub(r"\1_size", _SCRATCH.sub("", self._body))
        return f"{self._head}def kernel({', '.join(flat)}):\n{body}"

    def scratch_for(self, given: Sequence[Argument]) -> tuple[Floats, ...]:
        """Return the scratch space of a call, as zeros."""
        sizes = (
            int(times) * (_size(given[self._names.index(name)]) + int(more)) if name
            else int(times)
            for _array, times, name, more in self.scratch
        )  # fmt: skip
        return tuple(np.zeros(size) for size in sizes)


def _size(argument: Argument) -> int:
    """Return how many elements an array has."""
    assert isinstance(argument, np.ndarray)  # noqa: S101 - only of arrays is it asked
    return argument.size


class Kernel:
    """A kernel in machine code.

    Parameters
    ----------
    function
        Takes scratch space after its own arguments.
    parts
        Of its text, which say how much.
    """

    def __init__(self, function: Loaded, parts: _Parts) -> None:
        self._function, self._parts = function, parts

    def __call__(self, *given: Argument) -> None:
        """Run it."""
        self._function.between(given, self._parts.scratch_for(given))()

    def over(self, *given: Argument) -> Callable[[int, int], None]:
        """Return it as a function of its last two arguments, whole numbers: from where to where.

        Scratch space is zeros at the first call only. Each thread takes a function of its own.

        Parameters
        ----------
        *given
            The other arguments.
        """
        return self._function.between(given, self._parts.scratch_for(given))


def _make_room(folder: Path) -> None:
    """Remove the oldest kernels beyond those that are kept."""
    with suppress(OSError):  # another run has been quicker
        others = sorted(folder.glob("kernel_*.py"), key=lambda one: one.stat().st_mtime)
        for old in others[:-KEPT]:
            _remove(old)


def _remove(path: Path) -> None:
    """Remove a kernel's file and its machine code, if they can be removed."""
    with suppress(OSError):
        for part in (path, path.with_suffix(".o")):
            part.unlink(missing_ok=True)
        for part in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            part.unlink(missing_ok=True)


def _module(path: Path) -> ModuleType:
    """Import a module from a file."""
    spec = importlib.util.spec_from_file_location(f"equipoise_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # where the compiler looks for it
    spec.loader.exec_module(module)
    return module
