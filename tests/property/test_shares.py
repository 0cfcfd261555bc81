"""Partitioned survival and a Markov model of the same course come to the same."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.clinical import run_cohort
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Method, Model

rates = st.floats(0.001, 2.0)
REWARDS: dict[str, dict[str, Any]] = {
    "well": {"utility": 0.9, "cost": {"drug": "70 / year"}},
    "ill": {"utility": 0.4, "cost": {"care": "20 * time / year ** 2"}},
    "dead": {"cost": {"burial": "1 / year"}},
}


def run(states: dict[str, Any], **fields: Any) -> xr.Dataset:
    bare = {
        "model": "Test",
        "money": "EUR@2025",
        "strategies": {"only": {}},
        "discount": {"cost": "3 %/year", "health": "2 %/year"},
        "states": {name: state | REWARDS[name] for name, state in states.items()},
    }
    model = LoadedModel(Model.model_validate(bare | fields), Path("model.yaml"))
    return run_cohort(model, xr.Dataset())


@settings(deadline=None)
@given(rates, rates, st.sampled_from(get_args(Method)), st.integers(1, 12), st.booleans())
def test_exponential_curves_are_a_chain_of_constant_risks(
    falling: float, dying: float, method: Method, months: int, corrected: bool
) -> None:
    """The chance to fall ill and the chance to die are each the same in every cycle, and the ill
    die like the well: then both curves are exponential, and the chain is exact at its points."""
    time = {
        "cycle": f"{months} months", "horizon": f"{12 * months} months", "method": method,
        "correct_transitions": corrected,
    }  # fmt: skip
    cost = {"cost": {"care": "100 * (1 + time / year)"}, "qaly": -0.1}
    markov = run(
        {"well": {"start": 1}, "ill": {}, "dead": {}},
        time=time,
        let={"p_dead": f"probability({dying!r} / year, cycle)",
             "p_ill": f"(1 - p_dead) * probability({falling!r} / year, cycle)"},
        transitions={"well": {"dead": "p_dead", "ill": "p_ill"}, "ill": {"dead": "p_dead"}},
        transition_effects=[{"leaving": ["well", "ill"], "entering": "dead", **cost}],
    )  # fmt: skip
    states = {
        "well": {"share": f"exponential_survival(time, {falling + dying!r} / year)"},
        "ill": {"share": "rest"},
        "dead": {"share": f"1 - exponential_survival(time, {dying!r} / year)"},
    }
    for side in ({"entering": "dead"}, {"leaving": ["ill", "well"]}):
        curves = run(states, time=time, transition_effects=[{**side, **cost}])
        for name, values in markov.items():
            np.testing.assert_allclose(curves[name], values, rtol=1e-9, atol=1e-9, err_msg=name)
