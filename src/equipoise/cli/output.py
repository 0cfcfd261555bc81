"""What an assessment writes into its folder."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

from equipoise.api import Results
from equipoise.cli.folders import is_plain_file, may_replace, write_folder
from equipoise.core.errors import FieldError
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
