"""Reproduce Briggs, Claxton, Sculpher (2006), ISBN 978-0-19-852662-9, exercises 3.5 and 4.8.

Total hip replacement with a standard or a new prosthesis, a woman of 60. The numbers are those that
heemod 1.1.0 prints in its vignette i_reproduction, which reproduces the book's spreadsheet. Every
printed digit is reproduced.

heemod counts 60 cycles, each at its beginning: the end of the 60th year is left out. hesim counts
that 61st point too, and so has 512.4347 and 14.65319 for the standard prosthesis (last test).
"""

import pytest
import xarray as xr

from equipoise.clinical import run_cohort, totals
from equipoise.core.units import parse_measure
from equipoise.draws import base_case
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.walk import replaced

PUBLISHED = {  # strategy: (cost in GBP, QALYs), discounted
    "standard": (512.4327, 14.65283),
    "new": (610.3112, 14.69734),
}


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model(library_folder() / "models" / "total-hip-replacement.yaml")


def results(model: LoadedModel) -> xr.Dataset:
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    return totals(run_cohort(model, parameters)).squeeze("draw")


@pytest.mark.parametrize("strategy", PUBLISHED)
def test_costs_and_qalys_match(model: LoadedModel, strategy: str) -> None:
    cost, qaly = PUBLISHED[strategy]
    one = results(model).sel(strategy=strategy)
    assert float(one["cost_present"]) == pytest.approx(cost, abs=0.00005)
    assert float(one["qaly_present"]) == pytest.approx(qaly, abs=0.000005)


def test_increments_match(model: LoadedModel) -> None:
    found = results(model)
    new, standard = (found.sel(strategy=name, drop=True) for name in ("new", "standard"))
    cost = float(new["cost_present"] - standard["cost_present"])
    qaly = float(new["qaly_present"] - standard["qaly_present"])
    assert cost == pytest.approx(97.87858, abs=0.000005)
    assert qaly == pytest.approx(0.04451095, abs=0.000000005)
    assert cost / qaly == pytest.approx(2198.977, abs=0.0005)


def test_the_end_of_the_60th_year_makes_the_difference(model: LoadedModel) -> None:
    spec = replaced(model.spec, ("time", "horizon"), parse_measure("61 years"))
    one = results(LoadedModel(spec, model.path, model.tables)).sel(strategy="standard")
    assert float(one["cost_present"]) == pytest.approx(512.4346583, abs=5e-8)
    assert float(one["qaly_present"]) == pytest.approx(14.6531896, abs=5e-8)
