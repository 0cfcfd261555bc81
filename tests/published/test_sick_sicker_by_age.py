"""Reproduce https://doi.org/10.1177/0272989X221121747, Sick-Sicker model with deaths by age.

Alarid-Escudero et al. (2023), A tutorial on time-dependent cohort state-transition models in R,
Med Decis Making 43(1):21-41. Read in DARTH-git/cohort-modeling-tutorial-timedep, commit 45dfd7d.

Every printed digit is reproduced. Three conventions of the article are in the model file: the
weights and the price of treatment B, as in `test_sick_sicker.py`, and `correct_transitions`: the
one-off effects of moves carry the same weights as the states' rewards. Equipoise counts them in
full unless a model says otherwise, which gives other totals (last test).
"""

import pytest
import xarray as xr

from equipoise.clinical import run_cohort, totals
from equipoise.draws import base_case
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.walk import replaced

PUBLISHED = {  # strategy: (cost in USD, QALYs), discounted
    "standard_care": (116_374, 18.879),
    "treatment_a": (218_789, 19.636),
    "treatment_b": (202_536, 20.199),
    "both": (296_300, 21.097),
}
INCREMENTS = {  # (strategy, next best): (cost, QALYs, USD per QALY)
    ("treatment_b", "standard_care"): (86_162, 1.320, 65_288),
    ("both", "treatment_b"): (93_764, 0.898, 104_461),
}


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model(library_folder() / "models" / "sick-sicker-by-age.yaml")


def results(model: LoadedModel) -> xr.Dataset:
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    return totals(run_cohort(model, parameters)).squeeze("draw")


@pytest.fixture(scope="module")
def found(model: LoadedModel) -> xr.Dataset:
    return results(model)


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


def test_effects_in_full_give_other_totals(model: LoadedModel, found: xr.Dataset) -> None:
    spec = replaced(model.spec, ("time", "correct_transitions"), new=False)
    in_full = results(LoadedModel(spec, model.path, model.tables))
    assert (abs(in_full["cost_present"] - found["cost_present"]) > 0.5).all()
