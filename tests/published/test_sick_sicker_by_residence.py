"""Reproduce https://doi.org/10.1177/0272989X221121747, Sick-Sicker model by time in the sick state.

Alarid-Escudero et al. (2023), A tutorial on time-dependent cohort state-transition models in R,
Med Decis Making 43(1):21-41. Read in DARTH-git/cohort-modeling-tutorial-timedep, commit 45dfd7d,
analysis/cSTM_time_dep_state_residence.R. The article prints no results of this variant; the numbers
here are the output of the authors' code, run with R 4.2.2.

All digits are reproduced, without tunnel states. The authors split the sick into 75 tunnels, of
which the last keeps its occupants, so that whoever stayed longer would keep its hazard. It makes no
difference: everyone starts healthy, so the first sick are in tunnel 1 at the end of year 1 and
would reach tunnel 75 at the end of year 75, where the model ends (last test). The conventions of
`test_sick_sicker_by_age.py` hold here too.
"""

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import run_cohort, totals
from equipoise.draws import base_case, sample
from equipoise.packs.find import library_folder
from equipoise.spec.formula import parse_formula
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.walk import replaced

PUBLISHED = {  # strategy: (cost in USD, QALYs), discounted
    "standard_care": (103112.077097, 20.0048468152),
    "treatment_a": (198058.145085, 20.8818441591),
    "treatment_b": (186262.233602, 21.1035793081),
    "both": (274408.034177, 22.0976903996),
}
RATIOS = {  # (strategy, next best): USD per QALY
    ("treatment_b", "standard_care"): 75678.2538435,
    ("both", "treatment_b"): 88667.9580752,
}


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return load_model(library_folder() / "models" / "sick-sicker-by-residence.yaml")


def results(model: LoadedModel) -> xr.Dataset:
    parameters = base_case(model.spec.parameters, joint=model.spec.joint)
    return totals(run_cohort(model, parameters, strict=True)).squeeze("draw")


@pytest.fixture(scope="module")
def found(model: LoadedModel) -> xr.Dataset:
    return results(model)


@pytest.mark.parametrize("strategy", PUBLISHED)
def test_costs_and_qalys_match_the_code_of_the_article(found: xr.Dataset, strategy: str) -> None:
    cost, qaly = PUBLISHED[strategy]
    one = found.sel(strategy=strategy)
    assert float(one["cost_present"]) == pytest.approx(cost, abs=5e-7)
    assert float(one["qaly_present"]) == pytest.approx(qaly, abs=5e-11)


@pytest.mark.parametrize("pair", RATIOS)
def test_ratios_match_the_code_of_the_article(found: xr.Dataset, pair: tuple[str, str]) -> None:
    more, less = (found.sel(strategy=name, drop=True) for name in pair)
    ratio = (more["cost_present"] - less["cost_present"]) / (
        more["qaly_present"] - less["qaly_present"]
    )
    assert float(ratio) == pytest.approx(RATIOS[pair], abs=5e-8)


def test_treatment_a_is_dominated(found: xr.Dataset) -> None:
    a, b = (found.sel(strategy=name) for name in ("treatment_a", "treatment_b"))
    assert float(a["cost_present"]) > float(b["cost_present"])
    assert float(a["qaly_present"]) < float(b["qaly_present"])


def test_scale_and_shape_are_drawn_as_the_authors_draw_them(model: LoadedModel) -> None:
    """Means and standard deviations of the numbers, and the correlation of their logarithms."""
    spec = model.spec
    drawn = sample(
        spec.parameters, joint=spec.joint, correlations=spec.correlations, draws=40_000, seed=3
    )
    scale, shape = (drawn[name].values for name in ("scale_sicker", "shape_sicker"))
    assert scale.mean() == pytest.approx(0.08, rel=0.002)
    assert scale.std() == pytest.approx(0.02, rel=0.02)
    assert shape.mean() == pytest.approx(1.1, rel=0.002)
    assert shape.std() == pytest.approx(0.05, rel=0.02)
    assert np.corrcoef(np.log(scale), np.log(shape))[0, 1] == pytest.approx(0.5, abs=0.015)


def with_last_tunnel(model: LoadedModel, tunnels: int) -> LoadedModel:
    """Return the model in which the hazard no longer changes after some years."""
    hazards = {
        "hazard_so_far": f"(scale_sicker * min(time_in_state, {tunnels - 1} * year))",
        "hazard_then": f"(scale_sicker * min(time_in_state + cycle, {tunnels} * year))",
    }
    spec = model.spec
    for name, base in hazards.items():
        spec = replaced(spec, ("let", name), parse_formula(f"{base} ** shape_sicker"))
    return LoadedModel(spec, model.path, model.tables)


def test_the_last_tunnel_makes_no_difference(model: LoadedModel, found: xr.Dataset) -> None:
    xr.testing.assert_identical(results(with_last_tunnel(model, 75)), found)
    earlier = results(with_last_tunnel(model, 20))
    assert (earlier["cost_present"] != found["cost_present"]).all()
