"""Reproduce https://doi.org/10.1007/s40258-015-0202-5, cost of Tegaderm CHG per patient.

Jenks et al. (2016), Appl Health Econ Health Policy 14:135-149, with the inputs of its Table 4 as
rdecision's vignette DT02 has them. Both printed costs are reproduced to the penny.
"""

import pytest
import xarray as xr

from equipoise.clinical import run_cohort, totals
from equipoise.draws import base_case
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model

PUBLISHED = {"standard": 151.29, "tegaderm": 77.75}


@pytest.fixture(scope="module")
def found() -> xr.Dataset:
    model = load_model(library_folder() / "models" / "tegaderm.yaml")
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    return totals(run_cohort(model, parameters)).squeeze("draw")


@pytest.mark.parametrize("strategy", PUBLISHED)
def test_costs_match_the_article(found: xr.Dataset, strategy: str) -> None:
    cost = float(found["cost_present"].sel(strategy=strategy))
    assert cost == pytest.approx(PUBLISHED[strategy], abs=0.005)


def test_the_saving_is_73_pounds(found: xr.Dataset) -> None:
    cost = found["cost_present"]
    saving = cost.sel(strategy="standard", drop=True) - cost.sel(strategy="tegaderm", drop=True)
    assert int(saving) == 73
