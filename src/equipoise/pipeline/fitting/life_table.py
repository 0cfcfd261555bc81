"""Mortality of the general population from a CSV file, by single years of age."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, SpecError
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.read import read_sheet
from equipoise.pipeline.fitting.fits import Population

Floats = NDArray[np.float64]


def read_life_table(path: Path, *, age: float) -> Population:
    """Read the mortality of the general population.

    Parameters
    ----------
    path
        CSV file with the columns `age`, whole years rising by 1, and `rate`, deaths per year.
    age
        Of the patients at the start, years.

    Raises
    ------
    SpecError
        With all that is wrong with the file, each with its line and column.
    FieldError
        If the age is not in the table.
    """
    ages, rates = read_rates(path)
    if not ages[0] <= age < ages[-1] + 1.0:
        raise FieldError(
            _("the age {age:g} is not in the life table", age=age),
            fix=_("use {low:g} to {high:g}", low=float(ages[0]), high=float(ages[-1])),
        )
    return Population(age, ages, rates)


def read_rates(path: Path) -> tuple[Floats, Floats]:
    """Read ages and the deaths per year at each, dims (age).

    Parameters
    ----------
    path
        As of `read_life_table`.

    Raises
    ------
    SpecError
        With all that is wrong with the file, each with its line and column.
    """
    sheet = read_sheet(path, required=("age", "rate"), optional=())
    ages = sheet.numbers("age", least=0.0)
    rates = sheet.numbers("rate", least=0.0)
    for row in (np.flatnonzero(np.diff(ages) != 1.0) + 1).tolist():
        if np.isfinite(ages[row - 1 : row + 1]).all():
            message = _("the age {age:g} does not follow {before:g}",
                        age=float(ages[row]), before=float(ages[row - 1]))  # fmt: skip
            sheet.note_cell(row, "age", message, fix=_("give every year of age, in order"))
    if sheet.problems:
        raise SpecError(sorted(sheet.problems))
    return ages, rates
