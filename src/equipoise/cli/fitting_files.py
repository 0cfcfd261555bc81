"""Files of `equipoise fit`: a folder of tables and pictures, or one picture; a part of a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from equipoise.cli.folders import is_plain_file, may_replace, write_folder
from equipoise.cli.model_files import has_columns
from equipoise.cli.stopping import note_written
from equipoise.core.errors import FieldError
from equipoise.core.files import check_ordinary, check_parent, write_bytes
from equipoise.core.signals import held_back
from equipoise.core.translation import translate as _
from equipoise.pipeline.fitting import COLUMNS, CurveFits, Population
from equipoise.pipeline.fitting.model_part import MARK, group_names

if TYPE_CHECKING:
    import altair as alt

PictureName = Literal["survival", "hazard", "log-log", "lifetime", "landmarks"]
PICTURES: tuple[PictureName, ...] = ("survival", "hazard", "log-log", "lifetime", "landmarks")
ENDINGS = (".svg", ".png", ".html")
IN_FOLDER = (".svg", ".png")


@dataclass(frozen=True)
class Files:
    """Where results are written.

    Parameters
    ----------
    out
        A picture, by its ending, or a folder.
    picture
        Which one.
    """

    out: Path
    picture: PictureName

    def require_free(self, *, is_by_group: bool = False) -> None:
        """Refuse, before anything runs, a place that is not free or not our own.

        Parameters
        ----------
        is_by_group
            Whether groups are fitted alone, so that one picture will not do.

        Raises
        ------
        FieldError
            If a file or a folder there is somebody's own.
        NotWritableError
            If nothing can be written there.
        """
        if is_picture(self.out):
            if is_by_group:
                self._refuse_groups()
            _require_own(self.out, _is_own_picture, option="--out")
        else:
            may_replace(self.out, _strangers)

    def write(self, found: CurveFits, population: Population | None) -> None:
        """Write the picture or the folder, whole or not at all.

        Raises
        ------
        FieldError
            If one picture is asked for and there are several groups.
        """
        if not is_picture(self.out):
            write_folder(self.out, _filling(found, population),
                         lambda folder: may_replace(folder, _strangers))  # fmt: skip
            return
        if len(found.groups) > 1:
            self._refuse_groups()
        _best = found.groups[0].best  # says so if no curve can be used
        content = _content(_chart(found, 0, self.picture, population), self.out.suffix.lower())
        with held_back():
            self.require_free()
            write_bytes(self.out, content)
            note_written(self.out)

    def _refuse_groups(self) -> NoReturn:
        """Refuse one picture of several groups."""
        raise FieldError(
            _("--out {path}: each group has a picture of its own", path=self.out),
            fix=_("name a folder"),
        )


def is_picture(path: Path) -> bool:
    """Return whether a place is for a picture, by its ending."""
    return path.suffix.lower() in ENDINGS


def model_place(path: Path) -> None:
    """Refuse to write a part of a model over what is not one.

    Raises
    ------
    FieldError, NotWritableError
        If something else stands there.
    """
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise FieldError(
            _("--model-yaml {path}: is no name of a YAML file", path=path),
            fix=_("name a file that ends in .yaml"),
        )
    _require_own(path, _is_own_model, option="--model-yaml")


def _filling(
    found: CurveFits, population: Population | None
) -> Callable[[Path, Callable[[], None]], None]:
    """Return what fills a folder."""

    def fill(made: Path, pause: Callable[[], None]) -> None:
        for name, table in found.tables().items():
            text = table.to_csv(index=False, lineterminator="\n")
            (made / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        for number, group in enumerate(group_names(found)):
            for name in PICTURES if found.groups[number].fitted else ():
                pause()
                chart = _chart(found, number, name, population)
                for ending in IN_FOLDER:
                    own = f"{name}-{group}" if group else name
                    (made / f"{own}{ending}").write_bytes(_content(chart, ending))

    return fill


def _chart(
    found: CurveFits, number: int, name: PictureName, population: Population | None
) -> alt.LayerChart:
    """Return a picture of one group."""
    from equipoise.pipeline.fitting.pictures import (
        hazard_picture,
        landmark_picture,
        lifetime_picture,
        log_log_picture,
        survival_picture,
    )

    group = found.groups[number]
    match name:
        case "survival":
            return survival_picture(found, group)
        case "hazard":
            return hazard_picture(found, group)
        case "log-log":
            return log_log_picture(found, group)
        case "lifetime":
            return lifetime_picture(found, group, population)
        case "landmarks":
            return landmark_picture(found, group)


def _content(chart: alt.LayerChart, ending: str) -> bytes:
    """Return the content of a picture."""
    from equipoise.report.charts.pictures import picture

    return picture(chart, ending)


def _require_own(path: Path, is_own: Callable[[Path], bool], *, option: str) -> None:
    """Refuse to replace a file of somebody else."""
    check_parent(path)
    check_ordinary(path)
    if path.exists() and not is_own(path):
        raise FieldError(
            _("{option} {path}: is a file that Equipoise has not written", option=option,
              path=path),
            fix=_("name a new file; nothing there was touched"),
        )  # fmt: skip


def _strangers(folder: Path) -> list[str]:
    """Return what a folder holds besides our files, by name."""
    return sorted(path.name for path in folder.iterdir() if not _is_ours(path))


def _is_ours(path: Path) -> bool:
    """Return whether this command has written a file."""
    if not is_plain_file(path):
        return False
    if path.suffix == ".csv":
        return path.stem in COLUMNS and has_columns(path, COLUMNS[path.stem])
    named = any(path.stem == name or path.stem.startswith(f"{name}-") for name in PICTURES)
    return named and path.suffix in IN_FOLDER and _is_own_picture(path)


def _is_own_picture(path: Path) -> bool:
    """Return whether a file is a picture of ours."""
    from equipoise.report.charts.pictures import is_own_picture

    return is_own_picture(path)


def _is_own_model(path: Path) -> bool:
    """Return whether a file begins as our parts of models do."""
    head = f"# {MARK}".encode()
    with path.open("rb") as file:
        return file.read(len(head)) == head
