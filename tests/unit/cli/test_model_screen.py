"""What `equipoise model run` shows: intervals, life years, Monte Carlo errors, continuous time."""

from collections.abc import Callable

import pytest

from equipoise.cli.app import main

MODEL = """
model: A drug that works for some years
engine: continuous
patients: 200
money: EUR@2025
time: {start_age: 60 years, cycle: 1 year, horizon: 40 years}
strategies: {usual: {treated: 0}, drug: {treated: 1}}
parameters:
  r:
    {value: 0.1, unit: 1/year, status: assumption, note: x,
     distribution: "gamma(mean=0.1, sd=0.01)"}
let:
  effect: (EFFECT) if treated else 1
states: {well: {start: 1, utility: UTILITY}, dead: {}}
transitions: {well: {dead: r * effect}}
"""

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Run:
    """Run `equipoise model run` in an empty folder and eighty columns; return what it prints."""

    def call(
        model: str, *words: str, columns: int = 80, effect: str = "0.4", utility: str = "0.9"
    ) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", str(columns))
        text = MODEL.replace("EFFECT", effect).replace("UTILITY", utility)
        (tmp_path / "drug.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr("sys.argv", ["equipoise", "model", "run", model, *words])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        assert not stop.value.code, err
        return out

    return call


def test_draws_show_means_with_their_intervals(run: Run) -> None:
    out = run("sick-sicker", "--draws", "100")
    assert "mean of 100 draws, and the interval that holds 95% of them" in " ".join(out.split())
    assert "Difference from 'Standard of care'" in out
    assert "119,015 … 183,290" in out  # cost of standard care
    assert "1.206 … 1.617" in out  # QALYs that strategy B gains
    assert "Monte Carlo" not in out


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", ["sick-sicker", "haemophilia-b-germany", "drug.yaml"])
@pytest.mark.parametrize(("draws", "columns"), [("0", 80), ("20", 80), ("0", 60)])
def test_few_columns_hold_every_number_and_word(
    run: Run, name: str, language: str, draws: str, columns: int
) -> None:
    out = run(name, "--language", language, "--draws", draws, columns=columns)
    assert max(map(len, out.splitlines())) <= columns
    assert any(line.startswith(("│ Standard of", "│ Обычная", "│ Gene", "│ Генная", "│ usual"))
               for line in out.splitlines())  # fmt: skip
    tables = out.split("Per QALY")[0].split("За QALY")[0]
    assert not [line for line in tables.splitlines() if "…" in line.replace(" … ", "")]


def test_life_years_are_shown_where_they_say_more_than_qalys(run: Run) -> None:
    assert "Life" in run("drug.yaml", "--engine", "cohort")
    assert "Life" not in run("drug.yaml", "--engine", "cohort", utility="1")
    assert "Life" not in run("tegaderm")  # there is no time in which to live


@pytest.mark.parametrize("engine", ["individuals", "continuous"])
def test_draws_of_single_patients_have_monte_carlo_errors(run: Run, engine: str) -> None:
    out = " ".join(run("drug.yaml", "--engine", engine, "--draws", "20").split())
    assert "one Monte Carlo standard error of the mean" in out
    assert out.count("± 0.") >= 3 * 2
    assert "of the variance of cost" in out


def test_continuous_time_has_no_method_of_counting(run: Run) -> None:
    for effect, said in (
        ("0.4", "horizon 40 years, no cycles: no formula changes with time"),
        ("0.4 if time < 5 * year else 1", "are read anew every 1 year"),
    ):
        out = " ".join(run("drug.yaml", effect=effect).split())
        assert said in out
        assert "counting in time" not in out
        assert "counting in time" in run("drug.yaml", "--engine", "cohort", effect=effect)


def test_shares_of_best_add_up_as_shown(run):
    """Of these 200 draws 0.655, 0.34 and 0.005 at 112,500 would add up to 1.01."""
    out = run("sick-sicker", "--draws", "200", columns=120)
    rows = [line.split("│")[2:-2] for line in out.partition("is best")[2].splitlines()
            if line.startswith("│")]  # fmt: skip
    assert len(rows) > 5
    assert {round(sum(map(float, row)), 9) for row in rows} == {1.0}
