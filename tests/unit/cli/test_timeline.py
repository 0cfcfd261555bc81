"""`equipoise timeline` on the terminal, as a table and as a picture."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from equipoise.cli.app import main

LAW = Path(__file__).parents[2] / "data" / "law" / "zz"
VECTOR = """
product: A vector
attributes: {recombinant_nucleic_acid: true, effect_by_sequence: true, cells_or_tissues: false}
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command on a vector; return exit code, output and error text."""
    path = tmp_path / "vector.yaml"
    path.write_text(VECTOR, encoding="utf-8")

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "140")
        every = ["equipoise", "timeline", str(path), "--on", "2026-11-28", *map(str, words)]
        monkeypatch.setattr("sys.argv", every)
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), " ".join(out.split()), err

    return call


def test_a_legal_term_is_taken_as_it_is_and_said_to_be(run: Run) -> None:
    code, out, _err = run("--country", LAW)
    assert code == 0
    for text in (
        "Law alone: Registration", "it arrives about June 2027, in 90% of futures June 2027.",
        "Review the regulator 200 (200–200) 200",
        "Whose days they are, on average: the regulator 200 days",
        "Taken at their legal terms, as no delay was observed: Review",
    ):  # fmt: skip
        assert text in out
    assert "Trial access" not in out  # in a trial patients are few and chosen
    assert "Accelerated registration" not in out  # nobody said how serious the disease is


def test_a_road_can_be_asked_for_that_is_not_open(run: Run) -> None:
    code, out, _err = run("--country", LAW, "--road", "fast", "--road", "full")
    assert code == 0
    assert out.index("Law alone: Registration") < out.index("Law alone: Accelerated registration")
    assert out.index("Soonest first") < out.rindex("Accelerated registration → Review")
    assert out.rindex("Accelerated registration") < out.rindex("Registration → Review")


def test_a_step_without_any_time_is_named(run: Run) -> None:
    code, out, _err = run("--country", LAW, "--road", "new")
    assert code == 0
    assert "No time is known of these steps, so that all is later: Permit" in out


def test_the_table_has_every_step_of_every_country(run: Run, tmp_path: Path) -> None:
    out_path = tmp_path / "roads.csv"
    code, _out, _err = run("--country", f"{LAW},ru", "--draws", "500", "--out", out_path)
    assert code == 0
    table = pd.read_csv(out_path)
    assert set(table["country"]) == {"zz", "ru"}
    assert (table["start_days"] <= table["end_days"]).all()
    assert (table["end_days_low"] <= table["end_days"]).all()
    russia = table[table["road"] == "eaeu_registration"].set_index("step")
    # Two refusals of 12 % each, with their spread, end the road in about 2 % of futures.
    assert 0.0 < russia.loc["review", "never"] < 0.06
    assert russia.loc["tender", "end_days"] == russia["end_days"].max()


@pytest.mark.parametrize("ending", [".svg", ".png", ".html"])
def test_a_picture_is_drawn(run: Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"roads{ending}"
    code, _out, _err = run("--country", LAW, "--draws", "50", "--out", path)
    assert code == 0
    assert path.stat().st_size > 2000
    if ending == ".svg":
        text = path.read_text("utf-8")
        assert "Law alone: Registration" in text
        assert "Soonest: Law alone, Registration, about June 2027" in text


def test_everything_wrong_is_told_at_once(run: Run, tmp_path: Path) -> None:
    code, _out, err = run("--country", f"{LAW},qq", "--road", "nope", "--draws", "x", "--out",
                          tmp_path / "x.docx")  # fmt: skip
    assert code == 2
    for text in ("--draws x: is not a whole number", "'qq' is neither",
                 "--road: this product has no road 'nope'", "x.docx: ends as a file of another",
                 "4 problems; nothing ran."):  # fmt: skip
        assert text in err


def test_the_same_seed_gives_the_same_dates(run: Run, tmp_path: Path) -> None:
    texts = []
    for number in range(2):
        path = tmp_path / f"{number}.csv"
        run("--country", "ru", "--draws", "100", "--seed", "7", "--out", path)
        texts.append(path.read_text("utf-8"))
    assert texts[0] == texts[1]


def test_times_are_learnt_from_cases_and_products_can_be_left_out(run: Run, tmp_path: Path) -> None:
    code, out, _err = run("--country", "us", "--draws", "200")
    assert code == 0
    assert "is learnt from cases: 3 in this country, 55 elsewhere." in out
    code, out, _err = run("--country", "us", "--draws", "200", "--without", "Casgevy")
    assert "is learnt from cases: 2 in this country, 52 elsewhere." in out
    code, _out, err = run("--country", "us", "--without", "Casgvy")
    assert code == 2
    assert "--without: nothing was seen of 'Casgvy'" in err
    assert "did you mean 'Casgevy'?" in err


def test_a_road_of_a_category_that_is_only_possible_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "vector.yaml"
    path.write_text(VECTOR.replace("effect_by_sequence: true, ", ""), encoding="utf-8")
    code, out, _err = run("--country", LAW)
    assert code == 0
    assert "Law alone: Registration if “Does its intended effect come directly" in out


def test_a_day_beyond_all_calendars_never_comes(run: Run) -> None:
    code, out, _err = run("--country", LAW, "--on", "9999-12-31")
    assert code == 0
    assert "it arrives after the year 9999." in out
