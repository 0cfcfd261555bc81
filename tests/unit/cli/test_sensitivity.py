"""`equipoise sensitivity`: what is shown, what is written, and what is left alone."""

from pathlib import Path

import pandas as pd
import pytest

from equipoise.cli.app import main

MINI = Path(__file__).parents[2] / "data" / "mini" / "study.yaml"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; return exit code, output and error text."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.setattr("sys.argv", ["equipoise", "sensitivity", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), out, err

    return call


def test_one_way_says_the_answer_first(run, tmp_path):
    code, out, _err = run("one-way", "sick-sicker", "--out", "here")
    assert code == 0
    assert out.splitlines()[1] == "“Strategy B” stays worth its cost, whichever input is off"
    assert "65,741 USD" in out
    made = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert made == ["one-way.csv", "one-way.html", "one-way.png", "one-way.svg"]
    table = pd.read_csv(tmp_path / "here" / "one-way.csv")
    assert table["parameter"][0] == "c_treatment_b"
    code, _out, _err = run("one-way", "sick-sicker", "--out", "here")
    assert code == 0


def test_a_dominated_end_is_no_negative_ratio(run):
    code, out, _err = run("one-way", "sick-sicker", "--measure", "icer", "--range", "0.3",
                          "--strategy", "both", "--against", "treatment_b")  # fmt: skip
    assert code == 0
    assert "dominated: costs more and" in out
    assert "-" not in out.replace("Sick-Sicker", "")


def test_two_way_counts_the_cells(run, tmp_path):
    code, out, _err = run("two-way", "sick-sicker", "c_treatment_b", "hr_b", "--points", "3",
                          "--limits", "c_treatment_b=5000:30000", "--out", "map.csv")  # fmt: skip
    assert code == 0
    assert "Where each strategy is best" in out
    assert len(pd.read_csv(tmp_path / "map.csv")) == 9


def test_threshold_answers_for_each_worth_of_a_qaly(run):
    code, out, _err = run("threshold", "sick-sicker", "c_treatment_b", "--also", "50000")
    assert code == 0
    assert "up to 16,987 USD a year" in out
    assert "up to 9,607 USD a year" in out
    code, out, _err = run("threshold", "sick-sicker", "c_healthy", "--to", "4000")
    assert "at any “Care of the healthy” from 0 to 4,000 USD a year" in out


def test_scenarios_are_listed_with_their_mistakes(run, tmp_path):
    path = tmp_path / "scenarios.yaml"
    path.write_text("scenarios: x\ncases:\n  dear: {parameters: {c_treatment_b: 20000}}\n")
    code, out, _err = run("scenarios", "sick-sicker", "scenarios.yaml", "--out", "s.svg")
    assert code == 0
    assert "The decision turns in one scenario: “dear”" in out
    path.write_text("scenarios: x\ncases:\n  dear: {parameters: {c_treatment: 20000}}\n")
    code, _out, err = run("scenarios", "sick-sicker", "scenarios.yaml")
    assert code == 2
    assert "scenarios.yaml:3:36" in err


def test_draws_stop_when_precise(run):
    code, out, _err = run("draws", "sick-sicker", "--precision", "2000")
    assert code == 0
    assert "After 1,000 draws the mean is known to within 1,668 USD" in out
    code, out, _err = run("draws", "sick-sicker", "--precision", "0.1%", "--most", "1000")
    assert "1,000 draws are not enough" in out


@pytest.mark.parametrize("name", ["own.svg", "own.png", "own.html", "own.csv", "folder"])
def test_what_is_somebody_elses_is_left_alone(run, tmp_path, name):
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
        path = path / "one-way.svg"
    path.write_text("<svg>mine</svg>")
    code, _out, err = run("one-way", "sick-sicker", "--out", name)
    assert code == 2
    assert "nothing there was touched" in err
    assert path.read_text() == "<svg>mine</svg>"


def test_wrong_words_are_answered(run):
    for words in (("one-way", "sick-sicker", "--only", "hr"),
                  ("two-way", "sick-sicker", "hr_b", "hr_b"),
                  ("two-way", "sick-sicker", "hr_b", "u_sick", "--limits", "hr_b=1"),
                  ("threshold", "sick-sicker", "c_treatment_b", "--threshold", "-1"),
                  ("draws", "sick-sicker", "--precision", "many"),
                  ("draws", "sick-sicker", "--precision", "0")):  # fmt: skip
        code, _out, err = run(*words)
        assert code == 2, words
        assert "fix:" in err


def test_russian_is_russian(run):
    code, out, _err = run("threshold", "sick-sicker", "c_treatment_b", "--language", "ru")
    assert code == 0
    assert "оправдывает затраты, пока" in out


def test_a_study_goes_through_all_its_stages(run, tmp_path):
    code, out, _err = run("study", str(MINI), "--only", "patients.prevalent", "--out", "here")
    assert code == 0
    assert out.splitlines()[1] == "The therapy stays worth its price, whichever input is off"
    made = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert made == ["study.csv", "study.html", "study.png", "study.svg"]
