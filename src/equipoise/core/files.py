"""Writing a file whole or not at all, and never over anything but an ordinary file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from equipoise.core.errors import NotWritableError
from equipoise.core.signals import held_back
from equipoise.core.translation import translate as _


@contextmanager
def refusals_explained(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write into an error that names the place.

    Raises
    ------
    NotWritableError
        Instead of any `OSError` from inside.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NotWritableError(
            _("{path}: cannot be written ({reason}); name another place", path=path, reason=reason)
        ) from error


def straight(path: Path) -> Path:
    """Return a path without `..`, for which no folder need exist only to be left again.

    What stands at the path itself stays as it is, also where that is a link.

    Examples
    --------
    >>> straight(Path("/no-such-folder/../results")).as_posix()
    '/results'
    """
    if ".." not in path.parts:
        return path
    if path.name == "..":
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(path.parent)) / path.name


def check_parent(path: Path) -> None:
    """Refuse a place whose nearest existing folder cannot take anything new.

    Raises
    ------
    NotWritableError
        If that is no folder, or the user may not write into it.
    """
    folder = path.absolute().parent
    while not os.path.lexists(folder):
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise NotWritableError(
            _("{path}: cannot be written, because of {folder}; name another place",
              path=path, folder=folder)
        )  # fmt: skip


def check_ordinary(path: Path) -> None:
    """Refuse to replace anything but an ordinary file: no link, folder, pipe or device.

    Raises
    ------
    NotWritableError
        If something else stands there.
    """
    if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
        raise NotWritableError(
            _("{path}: is not an ordinary file and is left alone; name another place", path=path)
        )


@contextmanager
def parents_made(path: Path) -> Iterator[None]:
    """Make the folders above a path; take away again those that were made if the block fails."""
    missing = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for folder in missing:  # the innermost first
            with suppress(OSError):
                folder.rmdir()
        raise


def write_bytes(path: Path, content: bytes) -> Path:
    """Write beside the target, then rename, so that no reader ever meets half a file.

    Parameters
    ----------
    path
        Target; its folder is made if needed.
    content
        The whole file.

    Raises
    ------
    NotWritableError
        If something else than an ordinary file stands there, or the system refuses; then
        nothing is left behind.
    """
    path = straight(path)
    check_ordinary(path)
    with (
        held_back(),
        refusals_explained(path),
        parents_made(path),
        NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as made,
    ):
        temporary = Path(made.name)
        try:
            made.write(content)
            made.close()
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return path


def write_text(path: Path, content: str) -> Path:
    """Write a text as UTF-8, whole or not at all."""
    return write_bytes(path, content.encode("utf-8"))
