"""`equipoise classify` and `equipoise law` on the terminal."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
import yaml

from equipoise.cli.app import main

LAW = Path(__file__).parents[2] / "data" / "law" / "zz"
CELLS = """
product: {en: Grown cells, ru: Выращенные клетки}
attributes: {recombinant_nucleic_acid: false, cells_or_tissues: true, viable_cells: true}
"""


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with what somebody types; return exit code, output and error text."""

    def call(*words: object, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "140")
        monkeypatch.setattr("sys.argv", ["equipoise", *map(str, words)])
        monkeypatch.setattr("sys.stdin", StringIO(typed))
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), out, err

    return call


@pytest.fixture
def product(tmp_path: Path) -> Path:
    path = tmp_path / "product.yaml"
    path.write_text(CELLS, encoding="utf-8")
    return path


def test_open_facts_leave_several_categories(run: Run, product: Path) -> None:
    code, out, _err = run("classify", product, "--country", LAW, "--on", "2026-06-01")
    assert code == 0
    for text in (
        "Law alone, law of 1 June 2026", "it may be any of these", "cell product (cell product)",
        "Rests on clauses that nobody has read in their text: art. 2", "other (outside these laws)",
        "Taken for granted, as nobody said otherwise: made_in_treating_hospital",
        "(the product itself stays the same)",
    ):  # fmt: skip
        assert text in " ".join(out.split())


def test_the_law_of_another_day_is_applied(run: Run, product: Path) -> None:
    product.write_text(CELLS.replace("viable_cells: true", "viable_cells: true, cultured: true, "
                                     "made_in_treating_hospital: true, listed_hospital: true"),
                       encoding="utf-8")  # fmt: skip
    for day, label in (("2026-06-01", "hospital product"), ("2023-06-01", "cell product")):
        code, out, _err = run("classify", product, "--country", LAW, "--on", day)
        assert code == 0
        assert f"→ {label}" in out


def test_countries_stand_side_by_side(run: Run, product: Path) -> None:
    code, out, _err = run("classify", product, "--country", f"{LAW},jp", "--on", "2026-11-28",
                          "--brief")  # fmt: skip
    assert code == 0
    assert "Side by side" in out
    assert "They do not take it for the same thing:" in out
    assert "Question" not in out


def test_everything_wrong_is_told_at_once(run: Run, tmp_path: Path) -> None:
    code, out, err = run("classify", tmp_path / "nope.yaml", "--country", "qq,ru,ww", "--on",
                         "2026-13-01", "--out", tmp_path / "x.txt")  # fmt: skip
    assert code == 2
    assert not out
    for text in ("--on: '2026-13-01' is not a day", "'qq' is neither", "'ww' is neither",
                 "nope.yaml' is neither a product file", "--out: a product is a .yaml file",
                 "5 problems; nothing ran."):  # fmt: skip
        assert text in err
    assert not (tmp_path / "x.txt").exists()


def test_the_interview_asks_only_what_is_needed(run: Run, product: Path, tmp_path: Path) -> None:
    out_path = tmp_path / "answered.yaml"
    code, out, _err = run("classify", product, "--country", LAW, "--on", "2026-06-01", "--ask",
                          "--out", out_path, typed="perhaps\ny\n")  # fmt: skip
    assert code == 0
    assert out.split("Law alone, law of")[0].count("Are its cells grown in culture?") == 1
    assert "Is tissue broken up with enzymes" not in out.split("cultured (y, n")[0]
    assert "This is no answer." in out
    assert yaml.safe_load(out_path.read_text("utf-8"))["attributes"]["cultured"] is True
    code, again, _err = run("classify", out_path, "--country", LAW, "--on", "2026-06-01")
    assert code == 0
    assert "→ cell product" in again
    assert "any of these" not in again


def test_who_does_not_know_is_believed(run: Run, product: Path) -> None:
    code, out, _err = run("classify", product, "--country", LAW, "--on", "2026-06-01", "--ask",
                          typed="?\n?\n")  # fmt: skip
    assert code == 0
    assert "it may be any of these" in out


def test_russian(run: Run, product: Path) -> None:
    code, out, _err = run("classify", product, "--country", f"{LAW},ru", "--on", "2026-11-28",
                          "--language", "ru")  # fmt: skip
    assert code == 0
    assert "Выращенные клетки" in out
    assert "Страны рядом" in out
    assert "право на 28 ноября 2026" in out


def test_the_law_is_looked_over_with_its_cases(run: Run) -> None:
    code, out, _err = run("law", LAW, "--on", "2026-06-01")
    assert code == 0
    assert "Law alone: 2 of 4 cases met, 3 of them decided by an authority" in out
    assert "The authority counted the" in out


def test_an_unexplained_case_fails(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "zz"
    folder.mkdir()
    for path in LAW.iterdir():
        text = path.read_text("utf-8").replace(
            ", differs: The authority counted the device as a change.", ""
        )
        (folder / path.name).write_text(text, encoding="utf-8")
    code, out, _err = run("law", folder, "--on", "2026-06-01")
    assert code == 1
    assert "A case is neither met nor explained." in out


def test_clauses_checked_long_ago_are_counted(run: Run) -> None:
    code, out, _err = run("law", LAW, "--on", "2028-01-01")
    assert code == 0
    assert "│ old │" in out.replace("┃", "│")
    assert "│   3 │" in out


def test_a_file_that_is_there_is_not_replaced(run: Run, product: Path) -> None:
    before = product.read_text("utf-8")
    code, _out, err = run("classify", product, "--country", LAW, "--ask", "--out", product)
    assert code == 2
    assert "there is a file already" in err
    assert product.read_text("utf-8") == before


def test_who_is_not_there_cannot_answer(run: Run, product: Path) -> None:
    code, out, _err = run("classify", product, "--country", LAW, "--on", "2026-06-01", "--ask")
    assert code == 0
    assert "it may be any of these" in out


def test_the_law_of_a_day_before_it_was_known_is_doubted(run: Run, product: Path) -> None:
    code, out, _err = run("classify", product, "--country", "ru", "--on", "2012-06-01")
    assert code == 0
    assert "This law is known from 1 January 2017 on, so that the answer may be wrong" in out


def test_one_country_has_a_table_too(run: Run, product: Path) -> None:
    code, out, _err = run("classify", product, "--country", LAW, "--on", "2026-06-01", "--brief")
    assert code == 0
    assert "Side by side" in out


def test_two_countries_need_two_codes(run: Run, product: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    for path in LAW.iterdir():
        (tmp_path / "copy" / path.name).write_text(path.read_text("utf-8"), encoding="utf-8")
    code, _out, err = run("classify", product, "--country", f"{LAW},{tmp_path / 'copy'}")
    assert code == 2
    assert "two countries have the code 'zz'" in err
