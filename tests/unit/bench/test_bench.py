"""The benchmark still runs and its engines agree; how long they take is no matter here."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bench.workload import Answer, difference

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
    near = Answer({"cost": np.array([2.5])}, {"cost": np.array([0.5])})
    assert difference(near, exact, limit=0.0).is_fine
    far = Answer({"cost": np.array([12.5])}, {"cost": np.array([0.5])})
    assert not difference(far, exact, limit=0.0).is_fine
