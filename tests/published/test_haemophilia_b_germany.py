"""Reproduce https://doi.org/10.1007/s41669-024-00480-z, cohort version at four cycle lengths.

Meier et al. (2024), PharmacoEconomics Open: etranacogene dezaparvovec against prophylaxis, a man of
36.3 years in whom the therapy works. Read in NiklausMeier/HB_CE_microsimulation, results of
14 November 2023 (`cohort_20231114`). Every printed digit is reproduced by changing only the cycle.

Conventions of the authors, in the model file: rewards go to the mean of this and the next cycle's
survivors, valued and discounted at the start of the cycle (`life_table`); joint surgery is part of
these rewards, not an event. In the row of one week the authors' cycle is 1/52 of a year, which is
longer than 7 days; with 7 days the benefit is 1,408,244.
"""

import pytest
import xarray as xr

from equipoise.clinical import run_cohort, totals
from equipoise.core.units import parse_measure
from equipoise.draws import base_case
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model
from equipoise.spec.walk import replaced

PUBLISHED = {  # cycle: (life years), (EUR) of therapy and prophylaxis, net benefit in EUR
    "1 year": ((21.91437, 21.54836), (5_629_957, 7_108_287), 1_504_734),
    "0.25 years": ((21.57047, 21.22726), (5_559_866, 7_003_264), 1_468_628),
    "1 month": ((21.51748, 21.17500), (5_586_220, 6_986_025), 1_424_925),
    f"{1 / 52!r} years": ((21.48530, 21.14216), (5_592_474, 6_975_326), 1_407_957),
}
ORDER = ["gene_therapy", "prophylaxis"]


def results(cycle: str) -> xr.Dataset:
    model = load_model(library_folder() / "models" / "haemophilia-b-germany.yaml")
    spec = replaced(model.spec, ("time", "cycle"), parse_measure(cycle))
    parameters = base_case(spec.parameters, joint=spec.joint)
    found = run_cohort(type(model)(spec, model.path, model.tables), parameters)
    return totals(found).squeeze("draw").sel(strategy=ORDER)


@pytest.mark.parametrize("cycle", PUBLISHED)
def test_life_years_costs_and_net_benefit_match(cycle: str) -> None:
    life_years, costs, benefit = PUBLISHED[cycle]
    found = results(cycle)
    assert found["life_years_present"].values == pytest.approx(life_years, abs=0.000005)
    assert found["cost_present"].values == pytest.approx(costs, abs=0.5)
    value = 50_000 * found["qaly_present"] - found["cost_present"]
    therapy, prophylaxis = (float(value.sel(strategy=name)) for name in ORDER)
    assert therapy - prophylaxis == pytest.approx(benefit, abs=0.5)
