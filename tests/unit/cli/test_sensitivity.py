"""`equipoise sensitivity`: what is shown, what is written, and what is left alone."""

import re
from pathlib import Path

import pandas as pd
import pytest

from equipoise.cli.app import main

MINI = Path(__file__).parents[2] / "data" / "mini" / "study.yaml"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; return exit code, output and error text."""

    def call(*words: str, width: int = 120) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", str(width))
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


def test_two_way_says_how_much_of_the_map(run, tmp_path):
    code, out, _err = run("two-way", "sick-sicker", "c_treatment_b", "hr_b", "--points", "3",
                          "--limits", "c_treatment_b=5000:30000", "--out", "map.csv")  # fmt: skip
    assert code == 0
    assert "Where each strategy is best" in out
    assert "all 4 strategies, a QALY worth 100,000 USD" in out
    assert len(pd.read_csv(tmp_path / "map.csv")) == (3 + 1) ** 2, "with the stated values"
    shares = [float(number) for number in re.findall(r"(\d+\.\d)%", out)]
    assert len(shares) == 4
    assert sum(shares) == pytest.approx(100.0, abs=0.2)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_scenario_takes_the_digits_of_the_others(run, tmp_path, language):
    path = tmp_path / "scenarios.yaml"
    path.write_text("scenarios: x\ncases:\n  dear: {parameters: {c_treatment_b: 200000}}\n")
    _code, out, _err = run("scenarios", "sick-sicker", "scenarios.yaml", "--language", language,
                           width=150)  # fmt: skip
    for ratio in ("72,988", "1,340,008"):
        wanted = ratio.replace(",", "\N{NO-BREAK SPACE}") if language == "ru" else ratio
        assert wanted in out


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
    assert "in one scenario, “dear”, it is “Standard of care”" in " ".join(out.split())
    path.write_text("scenarios: x\ncases:\n  dear: {parameters: {c_treatment: 20000}}\n")
    code, _out, err = run("scenarios", "sick-sicker", "scenarios.yaml")
    assert code == 2
    assert "scenarios.yaml:3:36" in err


def test_scenarios_name_the_best_of_all_strategies(run, tmp_path):
    path = tmp_path / "scenarios.yaml"
    path.write_text("scenarios: x\ncases:\n  strong: {parameters: {hr_b: 0.3}}\n")
    code, out, _err = run("scenarios", "sick-sicker", "scenarios.yaml", "--out", "s.csv")
    assert code == 0
    text = " ".join(out.split())
    assert "“Strategy B” is best as the file has it, but in one scenario, “strong”, it is " in text
    assert "“Strategy B” against “Standard of care”, these two of 4 strategies" in text
    assert "of all 4 strategies; all other numbers are about those two only" in text
    assert pd.read_csv(tmp_path / "s.csv")["best"].tolist() == ["treatment_b", "both"]
    path.write_text("scenarios: x\ncases:\n  weak: {parameters: {hr_b: 0.5}}\n")
    _code, out, _err = run("scenarios", "sick-sicker", "scenarios.yaml")
    assert "“Strategy B” is best in all scenarios" in out


@pytest.mark.parametrize(("width", "tables"), [(60, 2), (80, 1)])
def test_scenarios_break_no_words_on_a_narrow_screen(run, tmp_path, width, tables):
    (tmp_path / "s.yaml").write_text(
        "scenarios: What if\ncases:\n"
        "  undiscounted: {label: No discounting at all, parameters: {u_sick: 0.7}}\n"
        "  half_the_price_and_twice_the_effect: {parameters: {c_treatment_b: 6500, hr_b: 0.3}}\n"
    )
    code, out, _err = run("scenarios", "sick-sicker", "s.yaml", width=width)
    assert code == 0
    lines = [line for line in out.splitlines() if line[:1] in "┏┃┡│├└"]
    assert max(map(len, lines)) <= width
    assert sum(line.startswith("┏") for line in lines) == tables
    words = {word for line in lines for word in re.split("[ ┃│]+", line)}
    assert {"discounting", "half_the_price_", "Strategy", "benefit"} <= words


def test_the_end_that_was_cut_says_so(run, tmp_path):
    code, out, _err = run("one-way", "sick-sicker", "--range", "2", "--only", "u_sick",
                          "--only", "hr_b", "--out", "t.csv")  # fmt: skip
    assert code == 0
    assert "0 (cut)" in out
    assert "1 (cut)" in out
    assert "1.8 (cut)" not in out
    table = pd.read_csv(tmp_path / "t.csv").set_index("parameter")
    assert table["cut"].to_dict() == {"hr_b": "low", "u_sick": "high"}


def test_all_mistakes_of_a_command_are_told_at_once(run, tmp_path):
    _code, _out, err = run("one-way", "sick-sicker", "--only", "nope", "--only", "hr_bb",
                           "--strategy", "zzz", "--against", "yyy", "--range", "-1")  # fmt: skip
    assert "5 problems" in err
    _code, _out, err = run("two-way", "sick-sicker", "u_sick", "hr_b", "--limits", "u_sick=a:b",
                           "--limits", "foo=1:2", "--points", "1")  # fmt: skip
    assert "4 problems" in err
    _code, _out, err = run("threshold", "sick-sicker", "nope", "--against", "yyy", "--also", "-1")
    assert "3 problems" in err
    _code, _out, err = run("draws", "sick-sicker", "--precision", "many", "--confidence", "2",
                           "--against", "yyy")  # fmt: skip
    assert "3 problems" in err
    (tmp_path / "s.yaml").write_text("scenarios: x\ncases: {a: {parameters: {u_sick: 3}}}\n")
    _code, _out, err = run("scenarios", "sick-sicker", "s.yaml", "--against", "yyy")
    assert "2 problems" in err


def test_a_wrong_place_hides_nothing_and_is_hidden_by_nothing(run, tmp_path):
    (tmp_path / "s.yaml").write_text("scenarios: x\ncases: {a: {parameters: {u_sick: 3}}}\n")
    for words in (("one-way", "sick-sicker", "--only", "nope"),
                  ("two-way", "sick-sicker", "nope", "hr_b"),
                  ("threshold", "sick-sicker", "nope"), ("scenarios", "sick-sicker", "s.yaml"),
                  ("draws", "sick-sicker", "--precision", "many"), ("one-way", "sick-siker"),
                  ("study", str(MINI), "--only", "nope"), ("study", "haemophilia")):  # fmt: skip
        code, _out, err = run(*words, "--out", "results.pdf")
        assert code == 2
        assert "--out results.pdf: ends as a file of another kind" in err
        assert "2 problems" in err


def test_a_wrong_name_hides_no_empty_range(run):
    _code, _out, err = run("threshold", "sick-sicker", "nope", "--from", "5", "--to", "1")
    assert "nope: the range from 5 to 1 is empty" in err
    assert "2 problems" in err
    _code, _out, err = run("two-way", "sick-sicker", "nope", "hr_b", "--limits", "nope=5:1")
    assert "nope: the range from 5 to 1 is empty" in err
    assert "2 problems" in err


def test_wrong_choices_and_numbers_of_options_are_told_with_all_else(run):
    code, _out, err = run("one-way", "sick-sicker", "--measure", "nnb", "--together", "all",
                          "--range", "much", "--only", "nope", "--seed", "-1",
                          "--out", "")  # fmt: skip
    assert code == 2
    assert (
        "--measure nnb: is not one of: nmb, icer, cost, qaly\n    fix: did you mean 'nmb'?" in err
    )
    assert "--together all: is not one of: base, expected\n    fix: use one of these" in err
    assert "--range much: is not a number" in err
    for told in (
        "'nope' is not a parameter",
        "--seed -1: is not from 0 to",
        "--out '': is no name",
        "6 problems",
    ):
        assert told in err
    code, _out, err = run("one-way", "sick-siker", "--engine", "all", "--seed", "one")
    assert "--seed one: is not a whole number" in err
    assert "3 problems" in err


def test_the_same_twice_is_told_once(run):
    _code, _out, err = run("one-way", "sick-sicker", "--strategy", "q", "--against", "q")
    assert err.count("'q' is not a strategy of the model") == 1
    _code, _out, err = run("two-way", "sick-sicker", "hr_b", "hr_b")
    assert err.split("\n", 1)[1] == (
        "'hr_b' is named twice\n    fix: name two different parameters\n"
    )


def test_all_mistakes_of_a_scenario_are_told_at_once(run, tmp_path):
    (tmp_path / "s.yaml").write_text(
        "scenarios: x\ncases:\n  a:\n    horizon: -5 years\n    cycle: -1 year\n"
        "    discount: {cost: 200 %/year, health: -1 %/year}\n  b: {method: wrong}\n"
    )
    _code, _out, err = run("scenarios", "sick-sicker", "s.yaml")
    assert "s.yaml:4:14: cases.a.horizon: the horizon must be longer than nothing" in err
    assert "s.yaml:5:12: cases.a.cycle: the cycle must be longer than nothing" in err
    assert "a discount rate of 200 %/year is above 100 %/year" in err
    assert "changes nothing" not in err
    assert "5 problems" in err


def test_a_range_without_width_says_so(run):
    code, _out, err = run("two-way", "sick-sicker", "u_sick", "hr_b", "--limits", "u_sick=0.7:0.7")
    assert code == 2
    assert "u_sick: both ends of the range are 0.7" in err


@pytest.mark.parametrize("words", [("one-way", "sick-siker"), ("study", "haemophilia-b")])
def test_an_unknown_name_has_its_fix(run, words):
    code, _out, err = run(*words)
    assert code == 2
    assert "\n    fix: Did you mean '" in err


def test_without_health_nobody_speaks_of_a_qaly(run):
    code, out, _err = run("threshold", "tegaderm", "price_tegaderm")
    assert code == 0
    assert "QALY" not in out


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


def test_amounts_of_a_column_have_one_unit_and_ratios_of_prices_none(run):
    code, out, _err = run("study", "haemophilia-b-gene-therapy", "--only", "factor_price_index",
                          "--only", "cost_hospital_stay")  # fmt: skip
    assert code == 0
    text = " ".join(re.sub("[│┃]", " ", out).split())
    assert "-0.104 million" in text
    assert "against 2022" not in text
    assert "0.86 1.24 " in text


def test_numbers_of_options_that_cannot_be_are_told_by_their_option(run):
    code, out, err = run("draws", "sick-sicker", "--precision", "abc", "--seed", "-1", "--patients",
                         "0", "--threshold", "-5")  # fmt: skip
    assert (code, out) == (2, "")
    for told in (
        "--precision abc: is not a number\n    fix: write an amount, e.g. 1000, or a share",
        "--seed -1: is not from 0 to 18446744073709551615\n    fix: write e.g. --seed 1",
        "--patients 0: is not from 1 to", "--threshold -5: a QALY cannot be worth that\n    fix: "
        "write an amount of money per QALY, 0 or more, e.g. --threshold 50000", "4 problems",
    ):  # fmt: skip
        assert told in err
    _code, _out, err = run("threshold", "sick-sicker", "c_treatment_b", "--also", "-5")
    assert "--also -5: a QALY cannot be worth that" in err
    assert err.count("fix:") == 1
    _code, _out, err = run("two-way", "sick-sicker", "c_treatment_b", "hr_b", "--points", "1",
                           "--limits", "hr_b=low:0.9")  # fmt: skip
    assert "a map cannot have 1 values of each input\n    fix: use 2 to 101 points, e.g. 11" in err
    assert "--limits hr_b: 'low' is not a number" in err
    _code, _out, err = run("study", "haemophilia-b-gene-therapy", "--seed", "-1")
    assert "--seed -1: is not from 0 to" in err
    assert err.count("fix:") == 1
