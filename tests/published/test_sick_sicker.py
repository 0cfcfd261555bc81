"""Reproduce https://doi.org/10.1177/0272989X221103163, tables of the Sick-Sicker model.

Alarid-Escudero et al. (2023), An introductory tutorial on cohort state-transition models in R,
Med Decis Making 43(1):3-20. Read in DARTH-git/cohort-modeling-tutorial-intro, commit d3c5497.

Every printed digit is reproduced. Two conventions of the article are in the model file:

- its within-cycle weights put 2/3 on odd and 4/3 on even points (`simpson_tutorial`). Simpson's
  rule has them the other way round, and gives 152,092 and 21.021 for standard of care;
- treatment B costs 13,000 a year, as in its code; its table of inputs prints 12,000.
"""

import pytest
import xarray as xr

from equipoise.clinical import run_cohort, totals
from equipoise.draws import base_case
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model

PUBLISHED = {  # strategy: (cost in USD, QALYs), discounted
    "standard_care": (151_580, 20.711),
    "treatment_a": (284_805, 21.499),
    "treatment_b": (259_100, 22.184),
    "both": (378_875, 23.137),
}
INCREMENTS = {  # (strategy, next best): (cost, QALYs, USD per QALY)
    ("treatment_b", "standard_care"): (107_521, 1.473, 72_988),
    ("both", "treatment_b"): (119_775, 0.952, 125_764),
}
DEAD_UNDER_STANDARD_CARE = (0, 0.002, 0.005, 0.008, 0.011, 0.015)


@pytest.fixture(scope="module")
def clinical() -> xr.Dataset:
    model = load_model(library_folder() / "models" / "sick-sicker.yaml")
    return run_cohort(model, base_case(model.spec.parameters, joint=model.spec.joint))


@pytest.fixture(scope="module")
def found(clinical: xr.Dataset) -> xr.Dataset:
    return totals(clinical).squeeze("draw")


@pytest.mark.parametrize("strategy", PUBLISHED)
def test_costs_and_qalys_match_the_article(found: xr.Dataset, strategy: str) -> None:
    cost, qaly = PUBLISHED[strategy]
    one = found.sel(strategy=strategy)
    assert float(one["cost_present"]) == pytest.approx(cost, abs=0.5)
    assert float(one["qaly_present"]) == pytest.approx(qaly, abs=0.0005)


@pytest.mark.parametrize("pair", INCREMENTS)
def test_increments_match_the_article(found: xr.Dataset, pair: tuple[str, str]) -> None:
    cost, qaly, ratio = INCREMENTS[pair]
    more, less = (found.sel(strategy=name, drop=True) for name in pair)
    more_cost = float(more["cost_present"] - less["cost_present"])
    more_qaly = float(more["qaly_present"] - less["qaly_present"])
    assert more_cost == pytest.approx(cost, abs=0.5)
    assert more_qaly == pytest.approx(qaly, abs=0.0005)
    assert more_cost / more_qaly == pytest.approx(ratio, abs=0.5)


def test_treatment_a_is_dominated(found: xr.Dataset) -> None:
    a, b = (found.sel(strategy=name) for name in ("treatment_a", "treatment_b"))
    assert float(a["cost_present"]) > float(b["cost_present"])
    assert float(a["qaly_present"]) < float(b["qaly_present"])


def test_the_trace_of_deaths_matches_the_article(clinical: xr.Dataset) -> None:
    alive = clinical["alive"].sel(strategy="standard_care").squeeze()[:6]
    assert (1 - alive).values == pytest.approx(DEAD_UNDER_STANDARD_CARE, abs=0.0005)
