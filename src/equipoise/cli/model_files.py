"""Files of `equipoise model run`: one table, or a folder of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.cli.folders import is_plain_file, may_replace, write_folder
from equipoise.cli.stopping import note_written
from equipoise.core.errors import FieldError
from equipoise.core.files import check_ordinary, check_parent, write_text
from equipoise.core.signals import held_back
from equipoise.core.translation import translate as _
from equipoise.pipeline import TABLES

if TYPE_CHECKING:
    import pandas as pd

_ENDING = ".csv"

_ROWS = 10_000
"""Of a table between two looks at whether somebody wants to stop: about a tenth of a second."""


def is_one_file(out: Path) -> bool:
    """Return whether a place is for one table, by its ending, and not for a folder of all."""
    return out.suffix.lower() == _ENDING


def may_write_tables(out: Path) -> None:
    """Refuse, before anything runs, a place that is not free or not our own.

    Raises
    ------
    FieldError
        If a file or a folder there is somebody's own.
    NotWritableError
        If nothing can be written there.
    """
    if is_one_file(out):
        may_write_table(out, TABLES["increments"], option="--out")
    else:
        may_replace(out, _strangers)


def may_write_table(path: Path, columns: tuple[str, ...], *, option: str) -> None:
    """Refuse to replace a file that this command has not written.

    Parameters
    ----------
    path
        Where to write.
    columns
        The first ones of the table.
    option
        That names the file, for messages.

    Raises
    ------
    FieldError
        If the file is somebody's own.
    NotWritableError
        If no ordinary file can be written there.
    """
    check_parent(path)
    check_ordinary(path)
    if path.exists() and not has_columns(path, columns):
        raise FieldError(
            _("{option} {path}: is a file that Equipoise has not written", option=option,
              path=path),
            fix=_("name a new file; nothing there was touched"),
        )  # fmt: skip


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write one table, whole or not at all."""
    with held_back():
        write_text(path, table.to_csv(index=False))
        note_written(path)


def write_tables(out: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the incremental table as one file, or all tables into a folder.

    Raises
    ------
    FieldError, NotWritableError
        As `may_write_tables`.
    """
    if is_one_file(out):
        write_table(out, tables["increments"])
        return

    def fill(made: Path, pause: Callable[[], None]) -> None:
        for name, table in tables.items():
            _write_in_parts(made / f"{name}{_ENDING}", table, pause)

    write_folder(out, fill, may_write_tables)


def _write_in_parts(path: Path, table: pd.DataFrame, pause: Callable[[], None]) -> None:
    """Write a table of any length into a folder that is not in place yet, with pauses."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for first in range(0, max(len(table), 1), _ROWS):
            part = table.iloc[first : first + _ROWS]
            part.to_csv(file, index=False, header=first == 0, lineterminator="\n")
            pause()


def _strangers(folder: Path) -> list[str]:
    """Return what a folder holds besides our tables, by name."""
    ours = {f"{name}{_ENDING}": columns for name, columns in TABLES.items()}
    return sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in ours
        or not is_plain_file(path)
        or not has_columns(path, ours[path.name])
    )


def has_columns(path: Path, columns: tuple[str, ...]) -> bool:
    """Return whether a file is a table with these columns first."""
    head = ",".join(columns).encode()
    with path.open("rb") as file:
        line = file.readline(len(head) + 2).rstrip(b"\r\n")
    return line == head or line.startswith(head + b",")
