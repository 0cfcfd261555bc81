"""Reading tables: a few points written in the file, or a CSV file beside it."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.core.units import DIMENSIONLESS, Unit
from equipoise.spec.findings import Finding, Place, did_you_mean
from equipoise.spec.loaded import TableData
from equipoise.spec.model import Table
from equipoise.spec.quantity import Source
from equipoise.spec.text import shown

MAX_BYTES = 5_000_000
MAX_ROWS = 200_000

_Row = dict[str, str]
_Points = dict[float, float]


class TableError(FieldError):
    """A table that cannot be used, and the field of the table to blame."""

    def __init__(self, message: str, *, fix: str, place: Place = ()) -> None:
        self.place = place
        super().__init__(message, fix=fix)


def load_tables(
    tables: Mapping[str, Table],
    folder: Path,
    *,
    sources: Mapping[str, Source],
    country_tables: Mapping[str, TableData] | None = None,
) -> tuple[dict[str, TableData], list[Finding]]:
    """Read all tables of a file.

    Parameters
    ----------
    tables
        As written, by name.
    folder
        Of the file; CSV files must lie in it.
    sources
        Of the file, for the table's own note of where it comes from.
    country_tables
        What `from_country` refers to; None if the file is read without a country.

    Returns
    -------
    tuple
        The tables that could be read, and what is wrong with the others.
    """
    found: dict[str, TableData] = {}
    findings: list[Finding] = []
    for name, table in tables.items():
        try:
            if table.from_country:
                found[name] = _from_country(name, table, country_tables)
            else:
                found[name] = read_table(name, table, folder, source=_source(table, sources))
        except TableError as error:
            findings.append(Finding(("tables", name, *error.place), error))
    return found, findings


def _source(table: Table, sources: Mapping[str, Source]) -> str:
    """Return the title and place of a table's source."""
    source = sources.get(table.source or "")
    texts = [source.title if source else None, table.place]
    return ", ".join(shown(text) for text in texts if text)


def _from_country(
    name: str, table: Table, country_tables: Mapping[str, TableData] | None
) -> TableData:
    """Return the country's table of the same name."""
    own = table.model_dump(exclude_defaults=True).keys() - {"from_country"}
    if own:
        field = sorted(own)[0]
        message = _("a table from the country has no `{field}` of its own", field=field)
        raise TableError(message, fix=_("remove it, or remove `from_country`"), place=(field,))
    if country_tables is None:
        message = _("table '{name}' comes from the country of a study", name=name)
        fix = _("run the study that uses this model, or give the table here")
        raise TableError(message, fix=fix)
    if name not in country_tables:
        message = _("the country has no table '{name}'", name=name)
        raise TableError(message, fix=did_you_mean(name, country_tables))
    return country_tables[name]


def read_table(name: str, table: Table, folder: Path, *, source: str = "") -> TableData:
    """Read one table into canonical units, sorted by its numeric argument.

    Raises
    ------
    TableError
        Naming the first mistake: a missing column, a cell that is no number, a point given twice,
        an unknown category, a file that is too large or lies elsewhere.
    """
    if table.unit is None:
        raise TableError(_("the unit of the values is missing"), fix=_("add `unit: ...`"))
    if (table.points is None) == (table.file is None):
        message = _("a table needs either `points` or a `file`")
        raise TableError(message, fix=_("keep exactly one of them"))
    if table.points is not None:
        return _from_points(name, table, table.points, table.unit, source)
    return _from_file(name, table, table.unit, folder, source)


def _from_points(
    name: str, table: Table, points: Mapping[str, float], unit: Unit, source: str
) -> TableData:
    """Return the table of points written in the file itself."""
    for field in ("arguments", "value"):
        if getattr(table, field) is not None:
            message = _("`{field}` belongs to a table in a file", field=field)
            raise TableError(message, fix=_("remove it"), place=(field,))
    found: _Points = {}
    for key, value in points.items():
        _add(found, _number(key, ("points", key)), value, place=("points", key))
    if not found:
        message = _("the table has no points")
        raise TableError(message, fix=_("add some: {{0: 0.5, 1: 0.7}}"), place=("points",))
    argument = table.argument if table.argument is not None else DIMENSIONLESS
    return TableData(
        name=name,
        grid=np.array(sorted(found)) * argument.factor,
        values=np.array([[found[key] for key in sorted(found)]]) * unit.factor,
        linear=table.lookup == "linear",
        argument_units=(argument,),
        unit=unit,
        source=source,
    )


def _number(text: str, place: Place, *, where: str = "") -> float:
    """Return a finite number written in plain digits."""
    try:
        value = float(text) if "_" not in text else float("nan")
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        shown = text if len(text) <= 30 else text[:30] + "..."
        message = _("'{text}' is not a number", text=shown) + where
        raise TableError(message, fix=_("write digits with a point, e.g. 0.25"), place=place)
    return value


def _add(points: _Points, key: float, value: float, *, place: Place, where: str = "") -> None:
    """Add one point; refuse a second value for the same argument."""
    if key in points:
        message = _("the point {key:g} stands twice", key=key) + where
        raise TableError(message, fix=_("keep one of them"), place=place)
    points[key] = value


def _from_file(name: str, table: Table, unit: Unit, folder: Path, source: str) -> TableData:
    """Return the table of a CSV file."""
    if table.argument is not None:
        message = _("`argument` belongs to a table of `points`")
        fix = _("write `arguments: {{age: {{column: age, unit: year}}}}`")
        raise TableError(message, fix=fix, place=("argument",))
    numeric, category = _arguments(table)
    assert table.arguments is not None  # noqa: S101 - _arguments has refused that
    assert table.file is not None  # noqa: S101 - the caller has chosen this way
    number_unit = table.arguments[numeric].unit or DIMENSIONLESS
    order = list(table.arguments).index(numeric)
    rows = list(_rows(beside(folder, table.file)))
    series = _series(rows, _columns(table, rows, numeric, category))
    grid = sorted(series[0][1])
    _require_same_grid(series, grid)
    units = [number_unit] if category is None else [DIMENSIONLESS, DIMENSIONLESS]
    units[order] = number_unit
    return TableData(
        name=name,
        grid=np.array(grid) * number_unit.factor,
        values=np.array([[points[key] for key in grid] for __, points in series]) * unit.factor,
        codes=() if category is None else tuple(code for code, __ in series),
        order=order,
        linear=table.lookup == "linear",
        argument_units=tuple(units),
        unit=unit,
        source=source,
    )


def _arguments(table: Table) -> tuple[str, str | None]:
    """Return the names of the numeric argument and of the category, if there is one."""
    arguments = table.arguments or {}
    numeric = [name for name, argument in arguments.items() if argument.codes is None]
    coded = [name for name, argument in arguments.items() if argument.codes is not None]
    if len(numeric) != 1 or len(coded) > 1:
        message = _("a table in a file has one numeric argument, and at most one with `codes`")
        fix = _("write `arguments: {{age: {{column: age, unit: year}}}}`")
        raise TableError(message, fix=fix, place=("arguments",) if arguments else ())
    if not coded:
        return numeric[0], None
    argument = arguments[coded[0]]
    place: Place = ("arguments", coded[0])
    if argument.unit is not None:
        message = _("a category has no unit")
        raise TableError(message, fix=_("remove it"), place=(*place, "unit"))
    numbers = list((argument.codes or {}).values())
    if not numbers or len(set(numbers)) != len(numbers):
        message = _("the codes of the categories are missing, or not different")
        raise TableError(message, fix="{male: 1, female: 0}", place=(*place, "codes"))
    return numeric[0], coded[0]


def beside(folder: Path, name: str) -> Path:
    """Return a regular file of a folder; links that lead out of it are refused.

    Raises
    ------
    TableError
        If there is no such file, or it lies elsewhere.
    """
    path = folder / name
    if not path.is_file():
        others = [item.name for item in folder.iterdir() if item.suffix == path.suffix]
        message = _("there is no file '{name}' in the folder of this file", name=name)
        raise TableError(message, fix=did_you_mean(name, others), place=("file",))
    if path.resolve().parent != folder.resolve():
        message = _("'{name}' is a link to another folder", name=name)
        raise TableError(message, fix=_("copy the file itself here"), place=("file",))
    return path


def _rows(path: Path) -> Iterator[_Row]:
    """Yield the rows of a CSV file of reasonable size."""
    place: Place = ("file",)
    if path.stat().st_size > MAX_BYTES:
        message = _("the file has more than {limit} bytes", limit=MAX_BYTES)
        raise TableError(message, fix=_("keep only the columns and rows in use"), place=place)
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
        reader = csv.DictReader(lines, strict=True)
        for count, row in enumerate(reader, start=1):
            if count > MAX_ROWS:
                message = _("the file has more than {limit} rows", limit=MAX_ROWS)
                raise TableError(message, fix=_("keep only the rows in use"), place=place)
            if None in row or None in row.values():
                message = _("line {line} has not as many cells as the header", line=count + 1)
                raise TableError(message, fix=_("correct the line"), place=place)
            yield row
    except (UnicodeDecodeError, csv.Error):
        message = _("the file is not a table in CSV format, encoded in UTF-8")
        raise TableError(message, fix=_("save it as CSV with UTF-8"), place=place) from None


def _column(rows: list[_Row], column: str | None, place: Place) -> str:
    """Return a column's name if the file has it."""
    if not rows:
        message = _("the file has no rows below its header")
        raise TableError(message, fix=_("add the rows"), place=("file",))
    if column is None:
        fix = _("add `value: <column>`, one of: {names}", names=", ".join(rows[0]))
        raise TableError(_("the column of the values is missing"), fix=fix)
    if column not in rows[0]:
        message = _("the file has no column '{name}'", name=column)
        raise TableError(message, fix=did_you_mean(column, list(rows[0])), place=place)
    return column


@dataclass(frozen=True)
class _Columns:
    """Columns of a file that a table reads; without a category there is the one label ''."""

    number: str
    value: str
    label: str | None
    codes: Mapping[str, float]
    place: Place
    """Of the category's codes."""

    def label_of(self, row: _Row, where: str) -> str:
        """Return the category of a row, which must have a code."""
        label = "" if self.label is None else row[self.label].strip()
        if label not in self.codes:
            message = _("'{name}' has no code", name=label[:30]) + where
            raise TableError(message, fix=did_you_mean(label, self.codes), place=self.place)
        return label


def _columns(table: Table, rows: list[_Row], numeric: str, category: str | None) -> _Columns:
    """Return the columns that the table names, all of which must exist."""
    arguments = table.arguments or {}
    label: str | None = None
    codes: Mapping[str, float] = {"": 0.0}
    place: Place = ()
    if category is not None:
        label = _column(rows, arguments[category].column, ("arguments", category, "column"))
        codes, place = dict(arguments[category].codes or {}), ("arguments", category, "codes")
    return _Columns(
        number=_column(rows, arguments[numeric].column, ("arguments", numeric, "column")),
        value=_column(rows, table.value, ("value",)),
        label=label,
        codes=codes,
        place=place,
    )


def _series(rows: list[_Row], columns: _Columns) -> list[tuple[float, _Points]]:
    """Return the points of each category in the order of its codes; one without a category."""
    found: dict[str, _Points] = {label: {} for label in columns.codes}
    place: Place = ("file",)
    for line, row in enumerate(rows, start=2):
        where = _(" (line {line} of the file)", line=line)
        points = found[columns.label_of(row, where)]
        key = _number(row[columns.number], place, where=where)
        _add(points, key, _number(row[columns.value], place, where=where), place=place, where=where)
    for label, points in found.items():
        if not points:
            message = _("the file has no rows for '{name}'", name=label)
            raise TableError(message, fix=_("remove the code"), place=(*columns.place, label))
    return [(columns.codes[label], found[label]) for label in columns.codes]


def _require_same_grid(series: list[tuple[float, _Points]], grid: list[float]) -> None:
    """Refuse categories that have values at different points."""
    for __, points in series:
        odd = set(grid) ^ set(points)
        if odd:
            message = _("not every category has a value at {point:g}", point=min(odd))
            fix = _("give all categories the same points")
            raise TableError(message, fix=fix, place=("file",))
