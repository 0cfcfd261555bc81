"""Where patients of fits come from: a file of them, or a printed curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from equipoise.core.errors import EquipoiseError, FieldError, Mistakes, SeveralErrors
from equipoise.core.translation import translate as _
from equipoise.evidence.curves import SurvivalData, read_curves, read_patients, reconstruct
from equipoise.evidence.curves.read import read_sheet
from equipoise.evidence.curves.reconstruction import Reconstruction

GROUP = "group"
"""Column of the group of patients that come from a printed figure."""


@dataclass(frozen=True)
class Source:
    """Where patients come from: a file of them, or points read off a printed curve.

    Parameters
    ----------
    patients
        CSV file of single patients.
    points, at_risk
        CSV files of points and of numbers at risk.
    events
        In all, by group, where printed; of a figure with one curve under ``""``.
    is_traced
        Whether a program traced the curve, so that its corners are missed.
    """

    patients: Path | None = None
    points: Path | None = None
    at_risk: Path | None = None
    events: Mapping[str, int] = field(default_factory=dict)
    is_traced: bool = False

    def read(self) -> tuple[SurvivalData, dict[str, Reconstruction]]:
        """Return the patients, and by group how they were reconstructed.

        Raises
        ------
        SpecError
            With all that is wrong with the files.
        FieldError, SeveralErrors
            If it is not said which files, or both kinds are.
        """
        if self.patients is not None and self.points is None and self.at_risk is None:
            return read_patients(self.patients), {}
        if self.patients is not None or self.points is None or self.at_risk is None:
            raise self._unclear()
        curves = read_curves(self.points, self.at_risk, events=self.events)
        found = {name: reconstruct(one, between=self.is_traced) for name, one in curves.items()}
        return _together(found), found

    def _which(self) -> FieldError:
        """Return the error that says which files are too many or too few."""
        if self.patients is not None:
            other = self.points or self.at_risk
            return FieldError(
                _("it is not clear where the patients come from: {patients} has patients, and "
                  "{other} is of a printed curve",
                  patients=self.patients.name, other=other.name if other else ""),
                fix=_("name one of the two: a file of patients, or points and numbers at risk"),
            )  # fmt: skip
        if self.points is not None:
            return FieldError(
                _("it is not clear how many patients there are: the points of the curve are given, "
                  "the numbers at risk are missing"),
                fix=_("add them, on the command line with --at-risk"),
            )  # fmt: skip
        if self.at_risk is not None:
            return FieldError(
                _("it is not clear what became of the patients: the numbers at risk are given, the "
                  "points of the curve are missing"),
                fix=_("add them, on the command line with --digitised"),
            )  # fmt: skip
        return FieldError(
            _("it is not clear where the patients come from: no file is given"),
            fix=_("name a file of patients, or points of a curve and numbers at risk"),
        )

    def _unclear(self) -> EquipoiseError:
        """Return the error of files that are not those of one source, with what they lack."""
        mistakes = Mistakes()
        mistakes.found.append(self._which())
        for path in (self.patients, self.points, self.at_risk):
            with mistakes.noted():
                if path is not None:
                    read_sheet(path)
        return SeveralErrors(mistakes.found) if len(mistakes.found) > 1 else mistakes.found[0]


def _together(found: Mapping[str, Reconstruction]) -> SurvivalData:
    """Return the patients of all curves of a figure, with their group as a column."""
    parts = [one.data for one in found.values()]
    names = np.repeat(list(found), [part.time.size for part in parts])
    columns = {GROUP: names} if len(found) > 1 else {}
    return SurvivalData(
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.event for part in parts]),
        columns=columns,
    )
