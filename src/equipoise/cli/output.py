"""Writing a run's folder: all or nothing, and never over somebody's own files."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from tempfile import mkdtemp

from equipoise.api.results import Results
from equipoise.cli.stopping import note_written
from equipoise.core.errors import FieldError
from equipoise.core.files import check_parent, parents_made, refusals_explained
from equipoise.core.signals import held_back
from equipoise.core.translation import translate as _
from equipoise.report import ARCHIVE, TABLE_NAMES, is_archive, write_html, write_tables

REPORT = "report.html"
TABLES = "tables"
FORMATS = ("html", "csv", "json")


def asked_formats(text: str) -> list[str]:
    """Read the --format option, e.g. `html,csv`.

    Raises
    ------
    FieldError
        If a format is unknown.
    """
    asked = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in asked if word not in FORMATS]
    if unknown:
        raise FieldError(
            _("--format {names}: unknown", names=", ".join(unknown)),
            fix=_("use any of {names}", names=", ".join(FORMATS)),
        )
    return asked


def may_write(folder: Path) -> None:
    """Refuse, before anything runs, a place that is not free or not wholly our own.

    Earlier results are replaced whole, so a folder that holds anything else is somebody's.

    Raises
    ------
    FieldError
        If a file, a link, a device or a folder with other things stands there.
    NotWritableError
        If the user may not write there.
    """
    may_replace(folder, strangers)


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


def strangers(folder: Path) -> list[str]:
    """Return what a folder holds besides what a run writes, by name."""
    tables = folder / TABLES
    own = {name for name in (ARCHIVE, REPORT) if is_plain_file(folder / name)}
    own |= {TABLES} if tables.is_dir() and not tables.is_symlink() else set()
    found = [path.name for path in folder.iterdir() if path.name not in own]
    if TABLES in own:
        known = {f"{name}.{kind}" for name in TABLE_NAMES for kind in ("csv", "json")}
        found += [
            f"{TABLES}/{path.name}"
            for path in tables.iterdir()
            if path.name not in known or not is_plain_file(path)
        ]
    # The archive vouches for the rest: without one that opens, nothing there is known to be ours.
    if any(folder.iterdir()) and not is_archive(folder / ARCHIVE):
        found += [name for name in (ARCHIVE, REPORT, TABLES) if (folder / name).exists()]
    return sorted(set(found))


def is_plain_file(path: Path) -> bool:
    """Return whether a file stands there, and no link to one."""
    return path.is_file() and not path.is_symlink()


def write_results(results: Results, folder: Path, formats: Collection[str]) -> None:
    """Write the archive, the report and the tables of a run.

    Raises
    ------
    FieldError, NotWritableError
        As `may_write`.
    """

    def fill(made: Path, pause: Callable[[], None]) -> None:
        _write_parts(results, made, formats, pause)

    write_folder(folder, fill, may_write)


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


def _write_parts(
    results: Results, made: Path, formats: Collection[str], pause: Callable[[], None]
) -> None:
    """Write every part, the archive on a thread of its own: squeezing it leaves Python to others.

    An error of any part surfaces when all that has begun has ended, so nothing writes any more.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        archive = beside.submit(copy_context().run, results.save, made / ARCHIVE)
        for write in _parts(results, made, formats):
            write()
            pause()
        archive.result()
        pause()


def _parts(
    results: Results, made: Path, formats: Collection[str]
) -> Iterator[Callable[[], object]]:
    """Yield what writes each part for people, so that signals can act in between."""
    if "html" in formats:
        yield lambda: write_html(results.tree, made / REPORT)
    kinds = {kind for kind in formats if kind in ("csv", "json")}
    if kinds:
        yield lambda: write_tables(results.tree, made / TABLES, formats=kinds)


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
