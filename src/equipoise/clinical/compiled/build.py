"""From the text of a kernel to the kernel: written once, compiled once, kept for later runs."""

import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from equipoise.core.errors import NotWritableError
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


@lru_cache(maxsize=64)
def built(text: str) -> Kernel:
    """Return the kernel of a text, which is compiled at its first call ever.

    Raises
    ------
    NotWritableError
        If it can be written neither in the cache nor among temporary files.
    """
    # Numba takes half a second to import, which only kernels need.
    import numba  # noqa: PLC0415

    from equipoise.clinical.compiled import arithmetic  # noqa: PLC0415

    # Its functions become part of the kernel, which must not outlive a change of theirs.
    parts = (numba.__version__, sys.version, Path(arithmetic.__file__).read_text("utf-8"), text)
    name = f"kernel_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:24]}.py"
    try:
        path = _written(cache_folder() / name, text)
    except NotWritableError:
        path = _written(Path(_own_folder().name) / name, text)
    kernel: Kernel = _module(path).kernel
    return kernel


@lru_cache(maxsize=1)
def _own_folder() -> TemporaryDirectory[str]:
    """Return a folder for this process alone: nobody else could have put a kernel there."""
    return TemporaryDirectory(prefix="equipoise-")


def _written(path: Path, text: str) -> Path:
    """Return the file of a text, written if it is not there; the oldest files make room."""
    if not path.exists():
        write_text(path, text)
        others = sorted(path.parent.glob("kernel_*.py"), key=lambda one: one.stat().st_mtime)
        for old in others[:-KEPT]:
            for part in (old, *(path.parent / "__pycache__").glob(f"{old.stem}.*")):
                with suppress(FileNotFoundError):  # another run has been quicker
                    part.unlink()
    return path


def _module(path: Path) -> ModuleType:
    """Import a module from a file."""
    spec = importlib.util.spec_from_file_location(f"equipoise_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # where the compiler looks for it
    spec.loader.exec_module(module)
    return module
