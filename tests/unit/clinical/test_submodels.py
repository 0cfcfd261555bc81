"""A model with sub-models has the numbers, to the last bit, of the one written out by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from equipoise.clinical import Engine, run_cohort, run_in_time, run_individuals
from equipoise.draws import sample
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel

FOLDER = Path(__file__).resolve().parents[2] / "data" / "submodels"
ENGINES = ("numpy", "machine_code")

Run = Callable[..., xr.Dataset]


def outcome(name: str, run: Run, engine: Engine, **given: Any) -> xr.Dataset:
    model: LoadedModel = load_model(FOLDER / f"{name}.yaml")
    inputs = sample(model.spec.parameters, joint={}, correlations=(), draws=3, seed=1)
    options: dict[str, Any] = {"start_ages": [20.0, 61.0], "discount": (0.03, 0.02)}
    return run(model, inputs, engine=engine, **options, **given)


def assert_same(name: str, run: Run, engine: Engine, **given: Any) -> None:
    found = outcome(name, run, engine, **given)
    assert float(found["cost_present"].sum()) > 0
    xr.testing.assert_identical(found, outcome(f"{name}-by-hand", run, engine, **given))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cohort_is_the_same(engine: Engine) -> None:
    assert_same("by-cycles", run_cohort, engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_patients_one_by_one_are_the_same(engine: Engine) -> None:
    assert_same("by-cycles", run_individuals, engine, patients=300)


@pytest.mark.parametrize("engine", ENGINES)
def test_patients_in_continuous_time_are_the_same(engine: Engine) -> None:
    assert_same("in-time", run_in_time, engine, patients=300)


def test_times_to_a_move_are_the_same_by_cycles() -> None:
    assert_same("in-time", run_cohort, "numpy")
