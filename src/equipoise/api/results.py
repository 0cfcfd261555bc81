"""A finished assessment, and how to open an earlier one."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import xarray as xr

from equipoise.api.given import path_or_name
from equipoise.report import Answer, answers, html_page, open_archive, save, tables
from equipoise.spec.record import Record


@dataclass(frozen=True)
class Results:
    """A finished assessment: labelled arrays, tables, answers, a page.

    Parameters
    ----------
    tree
        All arrays; one group per stage. See `equipoise.core.vocabulary`.
    """

    tree: xr.DataTree

    @cached_property
    def record(self) -> Record:
        """Return what the run says about itself: evidence, conventions, versions."""
        return Record.model_validate_json(self.tree.attrs["record"])

    def answers(self) -> tuple[Answer, ...]:
        """Return the five answers, each with its numbers."""
        return answers(self.tree)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return tidy tables by name."""
        return tables(self.tree)

    def save(self, path: str | Path) -> Path:
        """Write everything to one file that `open_results` reads."""
        return save(self.tree, Path(path))

    def _repr_html_(self) -> str:
        """Return the page, for notebooks."""
        return html_page(self.tree, embedded=True)


def open_results(path: str | Path) -> Results:
    """Open a file that `Results.save` wrote, or the folder of `equipoise assess`.

    Raises
    ------
    ArchiveError
        If the file is no such file.
    """
    return Results(open_archive(Path(path_or_name(path, example='"results/today"'))))
