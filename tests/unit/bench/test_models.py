"""Model files of the workloads."""

from pathlib import Path

import numpy as np
import pytest

from equipoise.clinical import run_cohort, totals
from equipoise.draws import base_case, sample
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel


@pytest.fixture
def model(root: Path) -> LoadedModel:
    """Return partitioned survival by three curves."""
    return load_model(root / "bench" / "models" / "partitioned-survival.yaml")


def test_three_curves_run_in_the_base_case_and_in_every_draw(model: LoadedModel) -> None:
    assert model.spec.is_partitioned
    parameters = model.spec.parameters
    base = totals(run_cohort(model, base_case(parameters, joint={}), strict=True, by_year=False))
    inputs = sample(parameters, joint={}, correlations=(), draws=200, seed=1)
    found = totals(run_cohort(model, inputs, by_year=False))
    for name in ("cost_present", "qaly_present", "life_years"):
        np.testing.assert_allclose(found[name].mean("draw"), base[name].squeeze("draw"), rtol=0.02)


def test_three_curves_give_what_numpy_gives(model: LoadedModel) -> None:
    base = totals(run_cohort(model, base_case(model.spec.parameters, joint={}), by_year=False))
    t = np.arange(481) / 12
    weight = np.where((t == 0) | (t == 40), 0.5, 1.0) / 12 * 1.03**-t
    for strategy, (on, free, dying) in {"standard": (1, 1, 1), "new": (0.8, 0.75, 0.8)}.items():
        treated = np.exp(-0.9 * on * t**1.1)
        stable = np.exp(-0.5 * free * t**1.05)
        alive = np.exp(-0.08 * dying / 0.05 * np.expm1(0.05 * t))
        qaly = weight @ (0.8 * treated + 0.75 * (stable - treated) + 0.55 * (alive - stable))
        cost = weight @ (32000 * treated + 3000 * (stable - treated) + 12000 * (alive - stable))
        one = base.sel(strategy=strategy)
        assert one["qaly_present"].item() == pytest.approx(qaly, rel=1e-12)
        assert one["cost_present"].item() == pytest.approx(cost, rel=1e-12)
