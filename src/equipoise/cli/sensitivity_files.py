"""Files of `equipoise sensitivity`: a table or a picture, or a folder of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.cli.folders import is_plain_file, may_replace, write_folder
from equipoise.cli.model_files import has_columns, may_write_table, write_table
from equipoise.cli.stopping import note_written
from equipoise.core.errors import FieldError
from equipoise.core.files import check_ordinary, check_parent, straight, write_bytes
from equipoise.core.signals import held_back
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

ENDINGS = (".svg", ".png", ".html")


@dataclass(frozen=True)
class Place:
    """Where results of one kind are written.

    Parameters
    ----------
    out
        A file, by its ending, or a folder.
    name
        Of the files in the folder.
    columns
        The first ones of the table.
    """

    out: Path
    name: str
    columns: tuple[str, ...]

    def require_free(self) -> None:
        """Refuse, before anything runs, a place that is not free or not our own.

        Raises
        ------
        FieldError
            If a file or a folder there is somebody's own.
        NotWritableError
            If nothing can be written there.
        """
        ending = self.out.suffix.lower()
        if ending == ".csv":
            may_write_table(self.out, self.columns, option="--out")
        elif ending in ENDINGS:
            self._require_own_picture()
        else:
            may_replace(self.out, self._strangers)

    def write(self, table: pd.DataFrame, chart: Callable[[], alt.LayerChart] | None) -> None:
        """Write the results, whole or not at all.

        Parameters
        ----------
        table
            All numbers.
        chart
            Makes the picture; omitted where there is none.

        Raises
        ------
        FieldError, NotWritableError
            As `require_free`; or if a picture is asked for and there is none.
        """
        ending = self.out.suffix.lower()
        if ending == ".csv":
            write_table(self.out, table)
        elif ending in ENDINGS:
            with held_back():
                write_bytes(self.out, _picture(chart, ending))
                note_written(self.out)
        else:
            self._write_folder(table, chart)

    def _write_folder(
        self, table: pd.DataFrame, chart: Callable[[], alt.LayerChart] | None
    ) -> None:
        """Write the table and all pictures into a folder."""

        def fill(made: Path, pause: Callable[[], None]) -> None:
            text = table.to_csv(index=False, lineterminator="\n")
            (made / f"{self.name}.csv").write_text(text, encoding="utf-8", newline="")
            for ending in ENDINGS if chart is not None else ():
                pause()
                (made / f"{self.name}{ending}").write_bytes(_picture(chart, ending))

        write_folder(self.out, fill, lambda folder: may_replace(folder, self._strangers))

    def _require_own_picture(self) -> None:
        """Refuse to replace a picture of somebody else."""
        check_parent(self.out)
        check_ordinary(self.out)
        if self.out.exists() and not _is_own_picture(self.out):
            raise FieldError(
                _("{option} {path}: is a file that Equipoise has not written", option="--out",
                  path=self.out),
                fix=_("name a new file; nothing there was touched"),
            )  # fmt: skip

    def _strangers(self, folder: Path) -> list[str]:
        """Return what a folder holds besides our files, by name."""
        return sorted(path.name for path in folder.iterdir() if not self._is_ours(path))

    def _is_ours(self, path: Path) -> bool:
        """Return whether this command has written a file."""
        if path.stem != self.name or not is_plain_file(path):
            return False
        if path.suffix == ".csv":
            return has_columns(path, self.columns)
        return path.suffix in ENDINGS and _is_own_picture(path)


def place_of(out: Path | None, name: str, columns: tuple[str, ...]) -> Place | None:
    """Return where to write, if anywhere, after making sure that it is free."""
    if out is None:
        return None
    place = Place(straight(out), name, columns)
    place.require_free()
    return place


def _picture(chart: Callable[[], alt.LayerChart] | None, ending: str) -> bytes:
    """Return the content of a picture."""
    from equipoise.report.charts.pictures import picture

    if chart is None:
        raise FieldError(
            _("--out: there is no picture of this"), fix=_("name a .csv file or a folder")
        )
    return picture(chart(), ending)


def _is_own_picture(path: Path) -> bool:
    """Return whether a file is a picture of ours."""
    from equipoise.report.charts.pictures import is_own_picture

    return is_own_picture(path)
