"""What only shows while a study runs is still said with file, line, field and fix."""

from pathlib import Path
from shutil import copytree

import pytest

from equipoise.cli.app import main

MINI = Path(__file__).parents[2] / "data" / "mini"

LATE_UTILITY = ("model.yaml", "responding\n  dead", "responding - 982 * (time > year)\n  dead")
LATE_CHANCE = ("model.yaml", "probability(death_rate, cycle)", "0.1 if time < year else -0.1")
DRAWN_CHANCE = ("model.yaml", "lognormal(mean=3, sd=0.3)", "normal(mean=3, sd=3)")
LATE_INFINITY = ("model.yaml", "{care: cost_care", "{care: cost_care * year / abs(time - 7 * year)")
DRAWN_SHARE = ("study.yaml", "beta(mean=0.8, sd=0.05)", "normal(mean=0.8, sd=0.5)")
DRAWN_PATIENTS = ("study.yaml", "gamma(mean=120, sd=12)", "normal(mean=120, sd=100)")
DRAWN_WAIT = ("xx/routes.yaml", "gamma(mean=0.3, sd=0.1)", "normal(mean=0.3, sd=1)")
BOTH_PAY = ("model.yaml", "when: time == 0 and treated", "when: time == 0")


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run a command on the mini study with some edits; give code, lines of errors, output."""
    monkeypatch.chdir(tmp_path)

    def call(edits: list[tuple[str, str, str]], *words: str) -> tuple[int, list[str], str]:
        copytree(MINI, tmp_path / "mini")
        for name, old, new in edits:
            text = (tmp_path / "mini" / name).read_text(encoding="utf-8")
            assert old in text
            (tmp_path / "mini" / name).write_text(text.replace(old, new), encoding="utf-8")
        command, *options = words
        monkeypatch.setattr("sys.argv", ["equipoise", command, "mini/study.yaml", *options])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        lines = [line.strip() for line in err.splitlines() if line.strip()]
        return (stop.value.code or 0), lines, out

    return call


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (LATE_UTILITY, ["mini/model.yaml:59:14: states.alive.utility: -981", "fix: correct"]),
        (LATE_CHANCE, ["mini/model.yaml:63:11: transitions.alive.dead: the prob", "fix: correct"]),
        (LATE_INFINITY, ["mini/model.yaml:58:18: states.alive.cost.care: the value", "fix: check"]),
    ],
)
@pytest.mark.parametrize("command", ["check", "assess"])
def test_an_impossible_cycle_of_the_base_case(run, command, edit, lines):
    code, said, _out = run([edit], command)
    assert code == 2
    for line, start in zip(said, lines, strict=True):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("edits", "starts"),
    [
        ([DRAWN_CHANCE], ["mini/model.yaml:63:11: transitions.alive.dead: the probability to"]),
        ([BOTH_PAY], ["mini/study.yaml:14:58: comparison.product_item: 'product' is the"]),
        (
            [DRAWN_SHARE, DRAWN_PATIENTS, DRAWN_WAIT],
            [
                "mini/study.yaml:22:57: patients.prevalent.distribution: ",
                "mini/study.yaml:34:52: patients.diagnosed.distribution: ",
                "access.review: ",
            ],
        ),
    ],
)
def test_an_impossible_draw(run, edits, starts):
    code, said, _out = run(edits, "assess", "--draws", "200")
    assert code == 2
    problems = [line for line in said if not line.startswith("fix:")]
    for line, start in zip(problems[: len(starts)], starts, strict=True):
        assert line.startswith(start)
    assert sum(line.startswith("fix:") for line in said) == len(starts)


def test_an_error_of_a_thread_speaks_the_language_of_the_run(run):
    code, said, _out = run([DRAWN_CHANCE], "assess", "--draws", "200", "--language", "ru")
    assert code == 2
    assert "вероятность" in said[0]
    assert "probability" not in said[0]


def test_check_warns_of_draws_that_may_be_impossible(run):
    edit = ("model.yaml", "gamma(mean=20000, sd=2000)", "normal(mean=20000, sd=10000)")
    code, said, out = run([edit, DRAWN_PATIENTS], "check")
    assert (code, said) == (0, [])
    names = "patients.prevalent (11.5% of draws), cost_care (2.3% of draws)"
    assert f"reach beyond what is possible: {names}" in " ".join(out.split())
