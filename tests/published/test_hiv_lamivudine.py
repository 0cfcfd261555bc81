"""Reproduce Briggs, Claxton, Sculpher (2006), ISBN 978-0-19-852662-9, exercise 2.5.

Zidovudine alone or with lamivudine against HIV, after Chancellor et al. (1997),
https://doi.org/10.2165/00019053-199712010-00006. The numbers are those of the book's spreadsheet,
with the digits that the tests of heemod hold (R package). All are reproduced; nothing departs.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import run_cohort, run_individuals, totals
from equipoise.draws import base_case
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel

PUBLISHED = {  # strategy: (cost in GBP at 6 %, years of life)
    "alone": (44663.4535637, 7.9912066),
    "combination": (50601.6513312, 8.9373889),
}


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model(library_folder() / "models" / "hiv-lamivudine.yaml")


def results(model: LoadedModel, **options: Any) -> xr.Dataset:
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    return totals(run_cohort(model, parameters, **options)).squeeze("draw")


@pytest.mark.parametrize("engine", ["numpy", "machine_code"])
@pytest.mark.parametrize("strategy", PUBLISHED)
def test_costs_and_years_of_life_match(model: LoadedModel, strategy: str, engine: str) -> None:
    cost, years = PUBLISHED[strategy]
    one = results(model, engine=engine).sel(strategy=strategy)
    assert float(one["cost_present"]) == pytest.approx(cost, abs=5e-8)
    assert float(one["life_years"]) == pytest.approx(years, abs=5e-8)
    assert float(one["qaly_present"]) == pytest.approx(years, abs=5e-8)


def test_the_ratio_matches(model: LoadedModel) -> None:
    found = results(model)
    more = found.sel(strategy="combination") - found.sel(strategy="alone")
    ratio = float(more["cost_present"] / more["qaly_present"])
    assert ratio == pytest.approx(6275.95560, abs=5e-6)


def test_a_cost_of_the_first_two_years_read_at_their_starts_loses_one(model: LoadedModel) -> None:
    """What `time < 2 * year` would do here, as costs count at the ends of years."""
    table = replace(model.tables["bought"], grid=np.array([0.0, 2.0]))
    found = results(replace(model, tables={"bought": table}))
    lost = PUBLISHED["combination"][0] - float(found["cost_present"].sel(strategy="combination"))
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    alive = run_cohort(model, parameters)["alive"].sel(strategy="combination").isel(year=2)
    assert lost == pytest.approx(2086.5 * float(alive.squeeze()) / 1.06**2, rel=1e-9)


def test_single_patients_come_to_the_same(model: LoadedModel) -> None:
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    draws = xr.concat([parameters] * 20, dim="draw").assign_coords(draw=range(20))
    found = totals(run_individuals(model, draws, patients=2000, by_year=False))
    for strategy, published in PUBLISHED.items():
        one = found.sel(strategy=strategy)
        for variable, value in zip(("cost_present", "life_years"), published, strict=True):
            error = float(one[variable].std(ddof=1)) / 20**0.5
            assert float(one[variable].mean()) == pytest.approx(value, abs=4 * error)
