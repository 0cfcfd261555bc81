"""Writing a run's folder: all or nothing, and never over somebody's own files."""

import shutil
from collections.abc import Collection
from pathlib import Path
from tempfile import mkdtemp

from equipoise.api import Results
from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.report import write_html, write_tables

ARCHIVE = "results.nc"
REPORT = "report.html"
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
    """Refuse, before anything runs, a folder that holds something else than earlier results.

    Raises
    ------
    FieldError
        If the folder is a file, or not empty and not a folder of results.
    """
    if folder.is_file():
        raise FieldError(_("--out {folder}: is a file", folder=folder), fix=_("name a folder"))
    if folder.is_dir() and any(folder.iterdir()) and not (folder / ARCHIVE).is_file():
        raise FieldError(
            _("--out {folder}: holds files that are no results of Equipoise", folder=folder),
            fix=_("name a new folder; nothing there was touched"),
        )


def write_results(results: Results, folder: Path, formats: Collection[str]) -> None:
    """Write the archive, the report and the tables beside the folder, then put them in place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        results.save(made / ARCHIVE)
        if "html" in formats:
            write_html(results.tree, made / REPORT)
        kinds = {kind for kind in formats if kind in ("csv", "json")}
        if kinds:
            write_tables(results.tree, made / "tables", formats=kinds)
        made.chmod(0o755)
        _put_in_place(made, folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _put_in_place(made: Path, folder: Path) -> None:
    """Rename the finished folder over the earlier one."""
    if not folder.exists():
        made.rename(folder)
        return
    old = Path(mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(old / "results")
    made.rename(folder)
    shutil.rmtree(old)
