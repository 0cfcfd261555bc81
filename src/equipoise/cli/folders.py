"""Writing a folder: all or nothing, and never over somebody's own files."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from equipoise.cli.stopping import note_written
from equipoise.core.errors import FieldError
from equipoise.core.files import check_parent, parents_made, refusals_explained
from equipoise.core.signals import held_back
from equipoise.core.translation import translate as _

_FILES = frozenset({
    ".bmp", ".csv", ".doc", ".docx", ".eps", ".gif", ".h5", ".htm", ".html", ".jpeg", ".jpg",
    ".json", ".md", ".nc", ".ods", ".odt", ".parquet", ".pdf", ".png", ".ppt", ".pptx", ".rtf",
    ".svg", ".tex", ".tif", ".tiff", ".tsv", ".txt", ".webp", ".xls", ".xlsx", ".xml", ".yaml",
    ".yml", ".zip",
})  # fmt: skip
"""Endings of files: who asks for one does not mean a folder."""


def may_replace(folder: Path, strange_in: Callable[[Path], list[str]]) -> None:
    """Refuse a place for a folder that is not free or holds what is not ours.

    Parameters
    ----------
    folder
        The place.
    strange_in
        Names what a folder holds that is not ours.

    Raises
    ------
    FieldError, NotWritableError
        As `may_write`.
    """
    if not folder.name:
        raise FieldError(
            _("--out {folder}: is no name of a folder", folder=folder), fix=_("name a new folder")
        )
    if folder.suffix.lower() in _FILES and not folder.is_dir():
        raise FieldError(
            _("--out {folder}: ends as a file of another kind, here it would be a folder",
              folder=folder),
            fix=_("name a folder without such an ending, or a kind of file that --help tells of"),
        )  # fmt: skip
    check_parent(folder)
    if not os.path.lexists(folder):
        _try_out(folder)
        return
    if folder.is_symlink() or not folder.is_dir():
        raise FieldError(
            _("--out {folder}: is not a folder but a file, a link or a device", folder=folder),
            fix=_("name a new folder; nothing there was touched"),
        )
    strange = strange_in(folder)
    if strange:
        raise FieldError(
            _("--out {folder}: holds files that are no results of Equipoise: {names}",
              folder=folder, names=", ".join(strange[:5])),
            fix=_("name a new folder; nothing there was touched"),
        )  # fmt: skip


def _try_out(folder: Path) -> None:
    """Make the first missing folder of a path and take it away again.

    Permissions alone do not tell: a name may be too long, a file system may refuse.

    Raises
    ------
    NotWritableError
        If the system refuses.
    """
    missing = folder.absolute()
    while not os.path.lexists(missing.parent):
        missing = missing.parent
    with held_back(), refusals_explained(folder):
        missing.with_name(f".{missing.name}-").mkdir()
        missing.with_name(f".{missing.name}-").rmdir()


def is_plain_file(path: Path) -> bool:
    """Return whether a file stands there, and no link to one."""
    return path.is_file() and not path.is_symlink()


def write_folder(
    folder: Path,
    fill: Callable[[Path, Callable[[], None]], None],
    may_replace: Callable[[Path], None],
) -> None:
    """Fill a folder beside the one that is asked for, then put it in place.

    Signals act between the parts, and after what they left has been taken away.

    Parameters
    ----------
    folder
        What is asked for.
    fill
        Writes into the folder it is given; calls what else it is given between two parts.
    may_replace
        Refuses what must not be replaced; it is asked again, as things may have been put there
        during the run.

    Raises
    ------
    NotWritableError
        If the system refuses.
    """
    with held_back() as pause, refusals_explained(folder), parents_made(folder):
        made = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            fill(made, pause)
            made.chmod(0o755)
            may_replace(folder)
            _put_in_place(made, folder)
            note_written(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise


def _put_in_place(made: Path, folder: Path) -> None:
    """Rename the finished folder over the earlier one; put the earlier one back if that fails."""
    if not folder.exists():
        made.rename(folder)
        return
    aside = Path(mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(aside / "results")
    try:
        made.rename(folder)
    except BaseException:
        (aside / "results").rename(folder)
        aside.rmdir()
        raise
    shutil.rmtree(aside)
