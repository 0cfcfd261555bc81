"""Reproduce Briggs, Claxton, Sculpher (2006), ISBN 978-0-19-852662-9, exercise 2.5.

Zidovudine alone or with lamivudine against HIV, after Chancellor et al. (1997),
https://doi.org/10.2165/00019053-199712010-00006. The numbers are those of the book's spreadsheet,
with the digits that the tests of heemod hold (R package). All are reproduced; nothing departs.
"""

from typing import Any

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


def test_two_years_of_lamivudine_are_paid_for_those_alive_at_their_ends(model: LoadedModel) -> None:
    """`time < 2 * year` is true of both cycles, also where those at their ends count."""
    found = results(model).sel(strategy="combination", item="lamivudine")
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    alive = run_cohort(model, parameters)["alive"].sel(strategy="combination").squeeze().values
    by_hand = 2086.5 * (alive[1] / 1.06 + alive[2] / 1.06**2)
    assert float(found["cost_by_item_present"]) == pytest.approx(by_hand, rel=1e-12)


def test_single_patients_come_to_the_same(model: LoadedModel) -> None:
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    draws = xr.concat([parameters] * 20, dim="draw").assign_coords(draw=range(20))
    found = totals(run_individuals(model, draws, patients=2000, by_year=False))
    for strategy, published in PUBLISHED.items():
        one = found.sel(strategy=strategy)
        for variable, value in zip(("cost_present", "life_years"), published, strict=True):
            error = float(one[variable].std(ddof=1)) / 20**0.5
            assert float(one[variable].mean()) == pytest.approx(value, abs=4 * error)
