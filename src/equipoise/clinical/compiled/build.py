"""From the text of a kernel to the kernel: written once, compiled once, kept for later runs."""

import hashlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from equipoise.core.files import write_text

KEPT = 200
"""Kernels that stay in the cache; the oldest beyond go."""

Kernel = Callable[..., None]


def cache_folder() -> Path:
    """Return where kernels are kept: EQUIPOISE_CACHE, or the user's cache folder."""
    own = os.environ.get("EQUIPOISE_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "equipoise"


def ready(text: str, *nothing: object) -> Kernel:
    """Return the kernel of a text, compiled or loaded.

    Parameters
    ----------
    text
        From `source.kernel_source`.
    *nothing
        Arguments of a call that computes no block.

    Raises
    ------
    NotWritableError
        If it can be written neither in the cache nor among temporary files.
    """
    name = _name(text)
    try:
        kernel = _kernel(cache_folder(), name, text)
        kernel(*nothing)
    except Exception:
        # What the cache holds is damaged, or it is full, or not ours to write: do without it.
        _remove(cache_folder() / name)
        kernel = _kernel(Path(_own_folder().name), name, text)
        kernel(*nothing)
    return kernel


@lru_cache(maxsize=64)
def _name(text: str) -> str:
    """Return the name of a kernel's file, which tells all that its machine code depends on."""
    # Numba takes half a second to import, which only kernels need.
    import numba  # noqa: PLC0415

    from equipoise.clinical.compiled import arithmetic, incomplete_gamma  # noqa: PLC0415
    from equipoise.core import machine_code  # noqa: PLC0415
    from equipoise.spec.formula import survival  # noqa: PLC0415

    parts = [numba.__version__, sys.version, text]
    sources = (arithmetic, incomplete_gamma, survival, machine_code)
    parts += [inspect.getsource(part) for part in sources]
    return f"kernel_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:24]}.py"


@lru_cache(maxsize=1)
def _own_folder() -> TemporaryDirectory[str]:
    """Return a folder for this process alone: nobody else could have put a kernel there."""
    return TemporaryDirectory(prefix="equipoise-")


@lru_cache(maxsize=64)
def _kernel(folder: Path, name: str, text: str) -> Kernel:
    """Return the kernel from its file, which is written unless it says just this."""
    path = folder / name
    if not (path.is_file() and path.read_text("utf-8") == text):
        write_text(path, text)
        _make_room(folder)
    kernel: Kernel = _module(path).kernel
    return kernel


def _make_room(folder: Path) -> None:
    """Remove the oldest kernels beyond those that are kept."""
    with suppress(OSError):  # another run has been quicker
        others = sorted(folder.glob("kernel_*.py"), key=lambda one: one.stat().st_mtime)
        for old in others[:-KEPT]:
            _remove(old)


def _remove(path: Path) -> None:
    """Remove a kernel's file and its machine code, if they can be removed."""
    with suppress(OSError):
        for part in (path, *(path.parent / "__pycache__").glob(f"{path.stem}.*")):
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
