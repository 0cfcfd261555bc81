"""Reading patients, and points read off curves, from CSV files: all mistakes of a file at once."""

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import EquipoiseError, FieldError, Problem, SeveralErrors, SpecError
from equipoise.core.limits import LARGEST
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.data import Column, SurvivalData
from equipoise.evidence.curves.digitised import (
    DigitisedCurve,
    PlacedError,
    wrong_numbers,
    wrong_points,
)
from equipoise.spec.findings import did_you_mean
from equipoise.spec.source_text import read_text, short

Floats = NDArray[np.float64]

MOST_PROBLEMS = 50

_EVENTS = {"1": True, "0": False, "true": True, "false": False}

_GROUP = "group"

ROW_NAMES = "(row)"
"""What the column with the names of rows is called if the file gives it no name."""


@dataclass
class Sheet:
    """The cells of a file by column, and what is wrong with them so far."""

    path: Path
    columns: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    offsets: list[dict[str, int]] = field(default_factory=list)
    """Where the cells of each row stand in its line, by column."""
    problems: list[Problem] = field(default_factory=list)

    def note(self, line: int, column: int, name: str, error: FieldError) -> None:
        """Note what is wrong at one place."""
        self.problems.append(
            Problem(str(self.path), line, column, short(name), error.message, error.fix)
        )

    def note_cell(self, row: int, name: str, message: str, *, fix: str) -> None:
        """Note what is wrong with one cell."""
        error = FieldError(message, fix=fix)
        self.note(self.lines[row], self.offsets[row][name], name, error)

    def numbers(
        self, name: str, *, least: float = -LARGEST, above: bool = False, may_be_empty: bool = False
    ) -> Floats:
        """Return the numbers of a column; those that are none are noted."""
        found = np.full(len(self.lines), np.nan)
        for row, text in enumerate(self.columns.get(name, ())):
            if may_be_empty and not text:
                continue
            value = _number(text)
            if not isfinite(value) or abs(value) > LARGEST:
                message = _("'{text}' is not a number", text=short(text))
                fix = _("write digits with a point, e.g. 0.25")
                self.note_cell(row, name, message, fix=fix)
            elif value < least or (above and value == least):
                message = _("{value:g} is too small", value=value)
                more = _("write a number above {least:g}", least=least)
                fix = more if above else _("write a number from {least:g} on", least=least)
                self.note_cell(row, name, message, fix=fix)
            else:
                found[row] = value
        return found

    def refuse(self) -> None:
        """Raise what was noted, if anything was."""
        if self.problems:
            raise SpecError(_cut(self.problems))


def read_patients(path: Path) -> SurvivalData:
    """Read single patients from a CSV file with a header.

    Columns are `time`, `event` (1 or 0), if wanted `entry`, `weight` and `background`; all others
    are covariates, numbers where every cell is one.

    Parameters
    ----------
    path
        Of a file in UTF-8 with commas.

    Raises
    ------
    SpecError
        With all that is wrong, each with its line and column.
    """
    sheet = read_sheet(path, required=("time", "event"))
    time = sheet.numbers("time", least=0.0, above=True)
    parts = {
        name: sheet.numbers(name, least=0.0, above=name == "weight")
        for name in ("entry", "weight", "background")
        if name in sheet.columns
    }
    event = [_EVENTS.get(text.lower()) for text in sheet.columns.get("event", ())]
    for row in (row for row, value in enumerate(event) if value is None):
        message = _("'{text}' is neither 1 nor 0", text=short(sheet.columns["event"][row]))
        sheet.note_cell(row, "event", message, fix=_("write 1 if the event came, 0 if not"))
    for row in np.flatnonzero(parts.get("entry", np.full(time.size, -1.0)) >= time).tolist():
        message = _("the patient enters when the time is over")
        sheet.note_cell(row, "entry", message, fix=_("enter before `time`"))
    known = {"time", "event", *parts}
    columns = {name: _covariate(sheet, name) for name in sheet.columns if name not in known}
    sheet.refuse()
    return SurvivalData(time, np.array(event, dtype=bool), columns=columns, **parts)


def read_curves(
    points: Path, at_risk: Path, *, events: Mapping[str, int] | None = None
) -> dict[str, DigitisedCurve]:
    """Read curves that somebody read off a figure, by group.

    Parameters
    ----------
    points
        CSV file with the columns `time`, `survival`, and `group` if there is more than one curve.
    at_risk
        CSV file with the columns `time`, `at_risk`, and the same groups.
    events
        In all, by group, where printed; the group of a file without groups is ``""``.

    Raises
    ------
    SpecError
        With all that is wrong with both files, each with its line and column.
    FieldError
        If `events` names a group that is none.
    """
    sheets = _read_both((points, "survival"), (at_risk, "at_risk"))
    values = [(sheet.numbers("time"), sheet.numbers(name)) for sheet, name in
              zip(sheets, ("survival", "at_risk"), strict=True)]  # fmt: skip
    _refuse_both(sheets)
    groups = [_groups(sheet) for sheet in sheets]
    for sheet, own, other in zip(sheets, groups, reversed(groups), strict=True):
        for name in own.keys() - other.keys():
            message = _("the other file has no group '{name}'", name=short(name))
            _note_group(sheet, own[name], FieldError(message, fix=did_you_mean(name, other)))
    _refuse_both(sheets)
    if events and "" in events and "" not in groups[0]:
        message = _("it is not said of which group the {count} events are", count=events[""])
        fix = _("write --events GROUP=NUMBER, in Python events={{'GROUP': NUMBER}}; the groups "
                "are: {names}", names=", ".join(map(short, groups[0])))  # fmt: skip
        raise FieldError(message, fix=fix)
    for name in (events or {}).keys() - groups[0].keys():
        message = _("there is no group '{name}'", name=short(name))
        raise FieldError(message, fix=did_you_mean(name, groups[0]))
    found = {}
    for name, rows in groups[0].items():
        both = (rows, groups[1][name])
        parts = [value[which] for pair, which in zip(values, both, strict=True) for value in pair]
        curve = _curve(sheets, both, parts, (events or {}).get(name))
        if curve is not None:
            found[name] = curve
    _refuse_both(sheets)
    return found


def _curve(
    sheets: tuple[Sheet, Sheet],
    rows: tuple[list[int], list[int]],
    parts: Sequence[Floats],
    events: int | None,
) -> DigitisedCurve | None:
    """Return the curve of one group; what is wrong is noted in the file that it is in."""
    time, survival, times, numbers = parts
    errors = (list(wrong_points(time, survival)), list(wrong_numbers(times, numbers, events)))
    for sheet, own, wrong in zip(sheets, rows, errors, strict=True):
        for error in wrong:
            _note_group(sheet, own, error)
    if any(errors):
        return None
    try:
        return DigitisedCurve(time, survival, times, numbers, events)
    except (FieldError, SeveralErrors) as error:
        # The points and the numbers are right by themselves, but do not fit together.
        for one in error.errors if isinstance(error, SeveralErrors) else (error,):
            _note_group(sheets[1], rows[1], one)
        return None


def _note_group(sheet: Sheet, rows: list[int], error: EquipoiseError) -> None:
    """Note what is wrong with a value, or with all rows of a group at the first of them."""
    if isinstance(error, PlacedError):
        column = "time" if error.of in ("time", "risk_times") else error.of
        sheet.note_cell(rows[error.place], column, error.message, fix=error.fix)
        return
    name = _GROUP if _GROUP in sheet.columns else next(iter(sheet.columns))
    if isinstance(error, FieldError):
        sheet.note_cell(rows[0], name, error.message, fix=error.fix)


def _groups(sheet: Sheet) -> dict[str, list[int]]:
    """Return the rows of each group, in the order in which groups come."""
    found: dict[str, list[int]] = {}
    names = sheet.columns.get(_GROUP) or [""] * len(sheet.lines)
    for row, name in enumerate(names):
        found.setdefault(name, []).append(row)
    return found


def _read_both(*files: tuple[Path, str]) -> tuple[Sheet, Sheet]:
    """Read two files, each with times, a column of its own and perhaps groups."""
    found: list[Sheet] = []
    problems: list[Problem] = []
    for path, name in files:
        try:
            found.append(read_sheet(path, required=("time", name), optional=(_GROUP,)))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return found[0], found[1]


def _refuse_both(sheets: tuple[Sheet, Sheet]) -> None:
    """Raise what was noted in either file, if anything was."""
    problems = [problem for sheet in sheets for problem in sheet.problems]
    if problems:
        raise SpecError(_cut(problems))


def _cut(problems: list[Problem]) -> list[Problem]:
    """Return as many problems as a person reads."""
    found = sorted(problems)[:MOST_PROBLEMS]
    if len(problems) > MOST_PROBLEMS:
        found[-1] = replace(found[-1], and_more=True)
    return found


def _covariate(sheet: Sheet, name: str) -> Column:
    """Return a column as numbers if all its cells are, else as texts."""
    texts = sheet.columns[name]
    for row, text in enumerate(texts):
        if not text:
            fix = _("fill it, or remove the patient")
            sheet.note_cell(row, name, _("the cell is empty"), fix=fix)
    numbers = np.array([_number(text) for text in texts])
    return numbers if np.isfinite(numbers).all() else np.array(texts)


def _number(text: str) -> float:
    """Return a number written in plain digits, or NaN."""
    try:
        return float(text) if "_" not in text else float("nan")
    except ValueError:
        return float("nan")


def read_sheet(
    path: Path,
    *,
    required: Sequence[str] = (),
    optional: Collection[str] | None = None,
    named_rows: bool = False,
) -> Sheet:
    """Read the cells of a file; without optional columns, any others may stand there.

    Parameters
    ----------
    path
        Of a file in UTF-8 with commas.
    required, optional
        Names of columns.
    named_rows
        The first column has the names of rows, and need not have one of its own, as R writes it.

    Raises
    ------
    SpecError
        If the cells cannot be told.
    """
    sheet = Sheet(path)
    lines = read_text(path).split("\n")
    reader = csv.reader(lines, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if named_rows and names and not names[0]:
            names[0] = ROW_NAMES
        _check_header(sheet, names, required=required, optional=optional)
        sheet.columns = {name: [] for name in names}
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(names):
                message = _("{found} cells, the header has {wanted}",
                            found=len(cells), wanted=len(names))  # fmt: skip
                error = FieldError(message, fix=_("correct the line"))
                sheet.note(reader.line_num, 1, _("line"), error)
                continue
            sheet.lines.append(reader.line_num)
            sheet.offsets.append(_offsets(names, lines[reader.line_num - 1]))
            for name, cell in zip(names, cells, strict=True):
                sheet.columns[name].append(cell.strip())
    except csv.Error:
        error = FieldError(_("a quotation mark is not closed"), fix=_("correct the line"))
        sheet.note(reader.line_num, 1, _("line"), error)
        sheet.refuse()
    if not sheet.lines and not sheet.problems:
        error = FieldError(_("the file has no rows below its header"), fix=_("add the rows"))
        sheet.note(1, 1, _("file"), error)
        sheet.refuse()
    return sheet


def _offsets(names: list[str], line: str) -> dict[str, int]:
    """Return the columns of a line at which its cells begin."""
    starts, is_quoted = [1], False
    for place, letter in enumerate(line, start=1):
        if letter == '"':
            is_quoted = not is_quoted
        elif letter == "," and not is_quoted:
            starts.append(place + 1)
    if len(starts) != len(names):  # a cell goes over several lines
        return dict.fromkeys(names, 1)
    return dict(zip(names, starts, strict=True))


def _check_header(
    sheet: Sheet, names: list[str], *, required: Sequence[str], optional: Collection[str] | None
) -> None:
    """Refuse a header without the columns that are needed, or with others."""
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        fix = _("save the file as CSV with commas, and numbers with points")
        error = FieldError(_("the cells are not separated by commas"), fix=fix)
        sheet.note(1, 1, _("file"), error)
        sheet.refuse()
    for name in sorted(set(names)):
        place = names.index(name)
        column = 1 + sum(len(before) + 1 for before in names[:place])
        if names.count(name) > 1 or not name:
            message = _("the column '{name}' has no name of its own", name=short(name))
            error = FieldError(message, fix=_("name every column differently"))
            sheet.note(1, column, _("header"), error)
        elif optional is not None and name not in (*required, *optional):
            message = _("there is no use for the column '{name}'", name=short(name))
            error = FieldError(message, fix=did_you_mean(name, (*required, *optional)))
            sheet.note(1, column, _("header"), error)
    for name in required:
        if name not in names:
            message = _("the file has no column '{name}'", name=name)
            fix = _("name the columns {names}", names=", ".join(required))
            sheet.note(1, 1, _("header"), FieldError(message, fix=fix))
    sheet.refuse()
