"""The benchmark still runs and its engines agree; how long they take is no matter here."""

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from bench.__main__ import main
from bench.peers.sick_sicker import STRATEGIES, moves
from bench.workload import Answer, Engine, Size, difference, workloads
from bench.workloads import w1_cohort, w3_illness_death, w4_curves

COHORTS = {"floor", "equipoise", "equipoise in NumPy", "numpy"}
ENGINES = {
    "W1": COHORTS,
    "W2a": {"floor", "equipoise"},
    "W3": {"floor", "equipoise"},
    "W4": COHORTS,
}


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_engines_agree_on_a_tiny_size(root: Path, tmp_path: Path, name: str) -> None:
    found = tmp_path / "found.json"
    command = [sys.executable, "-m", "bench", name, "--tiny", "--rounds", "1", "--seconds", "0"]
    done = subprocess.run(
        [*command, "--json", str(found)], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "left out; ./dev bench --peers" in done.stdout
    rows = json.loads(found.read_text("utf-8"))["rows"]
    assert {row["engine"] for row in rows} == ENGINES[name]
    assert all(row["wall"] > 0 and row["memory"] > 0 for row in rows)


def test_answers_that_differ_fail() -> None:
    exact = Answer({"cost": np.array([[1.0, 2.0, 3.0]])})
    assert difference(exact, exact, limit=0.0).is_fine
    other = Answer({"cost": np.array([[1.0, 2.0, 3.1]])})
    assert not difference(other, exact, limit=1e-7).is_fine
    unknown = Answer({"cost": np.array([[1.0, 2.0, np.nan]])})
    assert not difference(unknown, exact, limit=1e-7).is_fine
    first = Answer({"cost": np.array([[1.0, 2.0]])})
    assert difference(first, exact, limit=0.0).is_fine


def test_simulated_answers_may_differ_by_chance() -> None:
    draws = np.array([[1.0, 2.0, 3.0]])
    expected = Answer({"cost": draws}, {"cost": np.full((1, 3), 10.0)})
    found = difference(Answer({"cost": draws + 1.0}), expected, limit=0.0, patients=(300, 600))
    assert found.simulated
    assert found.largest == pytest.approx(1.0 / (10.0 * np.sqrt((1 / 300 + 1 / 600) / 3)))
    assert found.is_fine
    first = difference(
        Answer({"cost": draws[:, :1] + 1.0}), expected, limit=0.0, patients=(300, 600)
    )
    assert first.largest == pytest.approx(found.largest / np.sqrt(3))
    far = Answer({"cost": draws + 5.0})
    assert not difference(far, expected, limit=0.0, patients=(300, 600)).is_fine


def test_an_engine_does_no_more_than_it_is_given() -> None:
    workload = workloads()["W2b"]
    engine = Engine("slow", lambda _: lambda: Answer({}), most=Size(2, 1000))
    assert workload.done(engine, workload.size) == Size(2, 1000)
    assert workload.done(engine, Size(5, 100)) == Size(2, 100)
    assert workload.done(workload.engines[0], workload.size) == workload.size


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_probabilities_that_other_packages_are_told_add_up(strategy: str) -> None:
    d = {name: float(values[0]) for name, values in w1_cohort.drawn(1).items()}
    rows = moves(d, strategy, np.arange(25.0, 145.0))
    np.testing.assert_allclose(rows.sum(axis=-1), 1.0, rtol=1e-14)
    assert (rows >= 0.0).all()


@pytest.mark.parametrize("module", [w1_cohort, w3_illness_death, w4_curves])
def test_fewer_draws_are_the_first_of_all(module: ModuleType) -> None:
    few, all_ = module.drawn(3), module.drawn(module.DRAWS)
    for name, values in few.items():
        np.testing.assert_array_equal(values, all_[name][:3])


def test_without_their_environment_other_packages_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bench.__main__.PEERS", tmp_path / "python")
    assert main(["W1", "--tiny", "--peers"]) == 2
    assert "./dev peers" in capsys.readouterr().err
