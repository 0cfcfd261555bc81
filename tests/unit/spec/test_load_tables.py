"""Tables: points in the file, or CSV files beside it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equipoise.spec.loaded import TableData
from equipoise.spec.model import Table
from equipoise.spec.tables import MAX_BYTES, MAX_ROWS, TableError, beside, load_tables, read_table

BY_AGE = {"age": {"column": "age", "unit": "year"}}
BY_SEX = {"sex": {"column": "sex", "codes": {"male": 1, "female": 0}}}


def read(folder: Path, content: str | bytes | None = None, **fields: Any) -> TableData:
    """Read a table, by default the column `rate` of t.csv by age."""
    if content is not None:
        data = content.encode() if isinstance(content, str) else content
        (folder / "t.csv").write_bytes(data)
        fields = {"file": "t.csv", "arguments": BY_AGE, "value": "rate", "unit": "1/year"} | fields
    given = {key: value for key, value in fields.items() if value is not None}
    return read_table("t", Table.model_validate(given), folder)


def test_points_are_sorted_and_in_canonical_units(tmp_path: Path) -> None:
    table = read(tmp_path, points={"24": 2, "0": 1, "6": 3}, unit="%/month", argument="months")
    assert table.grid.tolist() == [0.0, 0.5, 2.0]
    np.testing.assert_allclose(table.values, [[0.12, 0.36, 0.24]])
    np.testing.assert_allclose(table(np.array([0.6, 9.0])), [0.36, 0.24])


def test_a_file_by_age(tmp_path: Path) -> None:
    table = read(tmp_path, "age,rate\n50,0.1\n0,0.01\n")
    assert table(np.array([-5.0, 0.0, 49.9, 50.0])).tolist() == [0.01, 0.01, 0.01, 0.1]


def test_straight_lines_between_points(tmp_path: Path) -> None:
    table = read(tmp_path, "age,rate\n0,0\n10,1\n", lookup="linear")
    assert table(np.array([2.5])).tolist() == [0.25]


@pytest.mark.parametrize("order", [0, 1])
def test_a_category_has_its_own_rows_in_either_order(tmp_path: Path, order: int) -> None:
    both = [BY_AGE, BY_SEX] if order == 0 else [BY_SEX, BY_AGE]
    text = "sex,age,rate\nmale,0,1\nfemale,0,2\nfemale,9,4\nmale,9,3\n"
    table = read(tmp_path, text, arguments=both[0] | both[1])
    assert table.order == order
    assert [str(unit) for unit in table.argument_units] == (
        ["year", "1"] if order == 0 else ["1", "year"]
    )
    call = (9.0, np.array([0.0, 1.0])) if order == 0 else (np.array([0.0, 1.0]), 9.0)
    assert table(*call).tolist() == [4.0, 3.0]


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    table = read(tmp_path, b"\xef\xbb\xbfage,rate\r\n0,0.5\r\n")
    assert table.values.tolist() == [[0.5]]


@pytest.mark.parametrize(
    ("content", "fields", "message", "place"),
    [
        ("age,rate\n0,many\n", {}, "'many' is not a number .line 2", ("file",)),
        ("age,rate\n0,nan\n", {}, "'nan' is not a number", ("file",)),
        ("age,rate\n0,inf\n", {}, "'inf' is not a number", ("file",)),
        ("age,rate\n0,1_000\n", {}, "not a number", ("file",)),
        ("age,rate\n0,\n", {}, "'' is not a number", ("file",)),
        ("age,rate\n0,1\n0,2\n", {}, "the point 0 stands twice .line 3", ("file",)),
        ("age,rate\n0,1,2\n", {}, "line 2 has not as many cells", ("file",)),
        ("age,rate\n0\n", {}, "line 2 has not as many cells", ("file",)),
        ("age,rate\n", {}, "no rows", ("file",)),
        ("", {}, "no rows", ("file",)),
        ("age,rates\n0,1\n", {}, "no column 'rate'", ("value",)),
        ("Age,rate\n0,1\n", {}, "no column 'age'", ("arguments", "age", "column")),
        ("age,rate\n0,1\n", {"value": None}, "column of the values is missing", ()),
        ("age,rate\n0,1\n", {"unit": None}, "unit of the values", ()),
        ("age,rate\n0,1\n", {"arguments": None}, "one numeric argument", ()),
        ("age,rate\n0,1\n", {"arguments": BY_SEX}, "one numeric argument", ("arguments",)),
        ("age,rate\n0,1\n", {"argument": "year"}, "belongs to a table of `points`", ("argument",)),
        ("age,rate\n0,1\n", {"points": {"0": 1}}, "either `points` or a `file`", ()),
        (b"\xff\xfe\x00", {}, "not a table in CSV", ("file",)),
        ('age,rate\n"0,1\n', {}, "not a table in CSV", ("file",)),
        (b"age,rate\n0,\x001\n", {}, "not a (table|number)", ("file",)),
        (
            "age,sex,rate\n0,male,1\n",
            {"arguments": BY_AGE | BY_SEX},
            "no rows for 'female'",
            ("arguments", "sex", "codes", "female"),
        ),
        (
            "age,sex,rate\n0,men,1\n",
            {"arguments": BY_AGE | BY_SEX},
            "'men' has no code .line 2",
            ("arguments", "sex", "codes"),
        ),
        (
            "age,sex,rate\n0,male,1\n0,female,1\n5,male,2\n",
            {"arguments": BY_AGE | BY_SEX},
            "not every category has a value at 5",
            ("file",),
        ),
        (
            "age,sex,rate\n0,male,1\n",
            {"arguments": BY_AGE | {"sex": {"column": "sex", "codes": {"a": 1, "b": 1}}}},
            "codes of the categories",
            ("arguments", "sex", "codes"),
        ),
        (
            "age,sex,rate\n0,male,1\n",
            {"arguments": BY_AGE | {"sex": {"column": "sex", "unit": "1", "codes": {"a": 1}}}},
            "a category has no unit",
            ("arguments", "sex", "unit"),
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, content: str | bytes, fields: dict[str, Any], message: str, place: tuple[str]
) -> None:
    with pytest.raises(TableError, match=message) as caught:
        read(tmp_path, content, **fields)
    assert caught.value.place == place
    assert caught.value.fix


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"points": {"0": 1}}, "unit of the values"),
        ({"points": {}, "unit": "1"}, "no points"),
        ({"points": {"zero": 1}, "unit": "1"}, "'zero' is not a number"),
        ({"points": {"0": 1, "0.0": 2}, "unit": "1"}, "stands twice"),
        ({"points": {"0": 1}, "unit": "1", "value": "rate"}, "belongs to a table in a file"),
        ({"unit": "1"}, "either `points` or a `file`"),
    ],
)
def test_points_that_cannot_be_are_refused(
    tmp_path: Path, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(TableError, match=message):
        read(tmp_path, **fields)


def test_large_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="rows"):
        read(tmp_path, "age,rate\n" + "1,2\n" * (MAX_ROWS + 1))
    with pytest.raises(TableError, match="bytes"):
        read(tmp_path, "age,rate\n" + " " * MAX_BYTES)


def test_only_regular_files_of_the_folder_are_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "folder.csv").mkdir()
    (inside / "real.csv").write_text("a\n", encoding="utf-8")
    (inside / "alias.csv").symlink_to(inside / "real.csv")
    (inside / "loop.csv").symlink_to(inside / "loop.csv")
    assert beside(inside, "real.csv") == inside / "real.csv"
    assert beside(inside, "alias.csv") == inside / "alias.csv"
    for name in ("folder.csv", "missing.csv", "loop.csv"):
        with pytest.raises(TableError, match="no file"):
            beside(inside, name)


def test_a_table_of_the_country_has_nothing_of_its_own(tmp_path: Path) -> None:
    theirs = read(tmp_path, "age,rate\n0,1\n")
    tables = {
        "mine": Table(from_country=True),
        "other": Table(from_country=True),
        "mixed": Table.model_validate({"from_country": True, "unit": "1"}),
    }
    found, findings = load_tables(tables, tmp_path, sources={}, country_tables={"mine": theirs})
    assert found == {"mine": theirs}
    assert [place for place, _error in findings] == [
        ("tables", "other"),
        ("tables", "mixed", "unit"),
    ]
