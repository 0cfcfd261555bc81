"""Budget, price and acceptability of a run: V18, V28 and V47 of the catalogue."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.payment import impact_of
from equipoise.pipeline import assess, parse_policy
from equipoise.spec.loaded_study import Study
from equipoise.spec.record import Record
from equipoise.value import acceptability, net_benefit, qaly_lost_waiting, thresholds


@pytest.fixture(scope="module")
def run(mini: Study) -> xr.DataTree:
    return assess(mini, draws=120, seed=2)


def incremental(run: xr.DataTree) -> tuple[xr.DataArray, xr.DataArray]:
    value = run["value"].to_dataset()
    cost, health = value["cost_present"], value["qaly_present"]
    return cost.sel(world="with") - cost.sel(world="without"), (
        health.sel(world="with") - health.sel(world="without")
    )


def test_budget_impact_is_with_minus_without(run: xr.DataTree) -> None:
    """V47: undiscounted, by payer and year."""
    amount = run["payment"]["amount"].sum("item")
    impact = amount.sel(world="with", drop=True) - amount.sel(world="without", drop=True)
    xr.testing.assert_allclose(run["value"]["budget_impact"], impact, rtol=1e-12)
    chosen = [p for p, policy in enumerate(policies(run)) if policy == (1e6, "upfront", 2)]
    assert len(chosen) == 1
    of_policy = run["policies"]["budget_impact"].sel(policy=chosen[0], drop=True)
    np.testing.assert_array_equal(of_policy, run["value"]["budget_impact"])


def policies(run: xr.DataTree) -> list[tuple[float, str, int]]:
    record = Record.model_validate_json(run.attrs["record"])
    return [(p.price, p.contract, p.centres) for p in record.policies]


def test_acceptability_is_the_share_of_draws_with_a_net_benefit(
    mini: Study, run: xr.DataTree
) -> None:
    curve = run["value"]["acceptability"]
    assert float(curve.min()) >= 0
    assert float(curve.max()) <= 1
    more_cost, more_health = incremental(run)
    for point in curve["threshold"].values[[0, 7, 30, 60]]:
        share = float((more_health * point > more_cost).mean())
        assert float(curve.sel(threshold=point)) == pytest.approx(share)
    reference = mini.country.economics.willingness_to_pay.value
    at_reference = float(curve.sel(threshold=reference, method="nearest", tolerance=1e-6))
    assert at_reference == pytest.approx(float((run["value"]["net_benefit"] > 0).mean()))


def test_net_benefit_is_health_at_the_stated_worth_of_a_qaly_less_cost(
    mini: Study, run: xr.DataTree
) -> None:
    """At present values. How much a QALY is worth is a choice, so its spread is no ignorance."""
    more_cost, more_health = incremental(run)
    stated = mini.country.economics.willingness_to_pay.value
    np.testing.assert_allclose(run["value"]["net_benefit"], more_health * stated - more_cost)
    health = run["payment"]["qaly_present"]
    booked = health.sel(world="with") - health.sel(world="without")
    np.testing.assert_allclose(more_health, booked)
    choice = "economics.willingness_to_pay"
    assert float(run["inputs"][choice].std()) > 0
    assert choice not in run["information"]["parameter"].values


@pytest.mark.parametrize(("proposals", "top"), [([40.0, 60.0], 100.0), ([0.0, 400.0], 390.0)])
def test_the_grid_of_thresholds_reaches_beyond_the_stated_one_and_what_was_proposed(
    proposals: list[float], top: float
) -> None:
    """Twice the stated worth of 50, or the proposals but for the highest fortieth of draws."""
    drawn = xr.Dataset({"economics.willingness_to_pay": ("draw", proposals)})
    grid = thresholds(drawn, 50.0)
    assert (float(grid[0]), float(grid[-1])) == (0.0, pytest.approx(top))
    assert (grid.diff("threshold") > 0).all()


def test_perfect_information_is_worth_the_losses_it_avoids(run: xr.DataTree) -> None:
    more_cost, more_health = incremental(run)
    evpi = run["value"]["evpi"]
    for point in evpi["threshold"].values[[0, 13, 30, 60]]:
        benefit = more_health * point - more_cost
        avoided = float(np.minimum(np.maximum(benefit, 0).mean(), np.maximum(-benefit, 0).mean()))
        assert float(evpi.sel(threshold=point)) == pytest.approx(avoided, rel=1e-9, abs=1e-6)


def test_curves_of_several_strategies_sum_to_one_with_ties_shared() -> None:
    """V28."""
    rng = np.random.default_rng(1)
    cost = xr.DataArray(rng.integers(0, 4, (4, 300)) * 10.0, dims=("strategy", "draw"))
    health = xr.DataArray(rng.integers(0, 3, (4, 300)) * 1.0, dims=("strategy", "draw"))
    threshold = xr.DataArray(np.linspace(0, 50, 11), dims="threshold")
    found = acceptability(net_benefit(cost, health, threshold))
    np.testing.assert_allclose(found.sum("strategy"), 1.0)
    same = acceptability(xr.zeros_like(cost))
    np.testing.assert_allclose(same, 0.25)


@pytest.mark.parametrize("contract", ["upfront", "rebate_on_loss(share=0.5, years=4)"])
def test_at_the_price_that_the_value_supports_the_net_benefit_is_nothing(
    mini: Study, contract: str
) -> None:
    def answer(price: float) -> xr.Dataset:
        policy = parse_policy(mini, {"price": repr(price), "contract": contract})
        return assess(mini, draws=12, seed=2, policy=policy)["value"].to_dataset()

    own = answer(1e6)
    assert (own["net_benefit"] != 0).all()
    for draw in (0, 7):
        at_that_price = answer(float(own["supported_price"].sel(draw=draw)))
        scale = float(abs(own["net_benefit"].sel(draw=draw)))
        assert abs(float(at_that_price["net_benefit"].sel(draw=draw))) < 1e-9 * scale


def test_without_discounting_present_values_are_the_values(mini: Study, change: Any) -> None:
    """V18."""
    plain = {"economics.discount_cost": "0", "economics.discount_health": "0"}
    run = assess(change.values(mini, plain), draws=12)
    value, payment = run["value"], run["payment"]
    for name in ("patient_cost", "patient_qaly"):
        np.testing.assert_allclose(value[name], value[f"{name}_present"], rtol=1e-12)
    for name in ("amount", "qaly"):
        whole = payment[name].sum("year") + payment[f"{name}_later"]
        np.testing.assert_allclose(whole, payment[f"{name}_present"], rtol=1e-9, atol=1e-3)


def test_with_utility_one_health_is_life(mini: Study, change: Any) -> None:
    """V17."""
    run = assess(change.values(mini, {"utility_usual": "1", "utility_gain": "0"}), draws=12)
    payment = run["payment"]
    health = payment["qaly"].sum("year") + payment["qaly_later"]
    np.testing.assert_allclose(health, payment["life_years"], rtol=1e-9)
    np.testing.assert_allclose(
        run["value"]["patient_qaly"], run["value"]["patient_life_years"], rtol=1e-9
    )


@pytest.fixture(scope="module")
def lost(mini: Study, change: Any, course: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that gives the health lost by waiting, and the course of the stages."""
    free = change.frictionless(mini)

    def of(**inputs: float) -> tuple[xr.DataArray, Any]:
        names = {name.replace("__", "."): value for name, value in inputs.items()}
        found = course(free, inputs=names)
        stages = found.inputs, found.clinical, found.delivery, impact_of(found.payment)
        return qaly_lost_waiting(free, *stages), found

    return of


def test_waiting_costs_health_only_where_somebody_waits(lost: Callable[..., Any]) -> None:
    at_once, _ = lost()
    np.testing.assert_allclose(at_once, 0.0, atol=1e-6)
    late, _ = lost(care__ready_after=1.0)
    later, _ = lost(care__ready_after=3.0)
    never, found = lost(care__ready_after=50.0)
    assert (late > 0).all()
    assert (late < later).all()
    assert (later < never).all()
    # Nobody is treated: the loss is all that treating each on the first day would have added.
    health = found.clinical["qaly_present"].sum("year")
    gain = health.sel(strategy="therapy") - health.sel(strategy="usual")
    each = 0.4 * gain.sel(age=20) + 0.6 * gain.sel(age=45)
    np.testing.assert_allclose(never, each * found.inputs["patients.prevalent"], rtol=1e-9)


def test_health_that_waiting_costs_those_who_join_later_counts_less(
    mini: Study, change: Any, course: Callable[..., Any]
) -> None:
    """Nobody is treated, and one young patient joins every month: by hand, at the health rate."""
    inputs = {
        "patients.prevalent": 0.0,
        "patients.new_patients": 12.0,
        "care.ready_after": 50.0,
        "economics.discount_cost": 0.1,
        "economics.discount_health": 0.05,
    }
    found = course(change.frictionless(mini), inputs=inputs)
    stages = found.inputs, found.clinical, found.delivery, impact_of(found.payment)
    health = found.clinical["qaly_present"].sel(age=20).sum("year")
    gain = health.sel(strategy="therapy") - health.sel(strategy="usual")
    month = 1.05 ** (-1 / 12)
    np.testing.assert_allclose(
        qaly_lost_waiting(found.study, *stages), gain * (1 - month**60) / (1 - month), rtol=1e-9
    )


def test_evppi_is_never_above_evpi(haemophilia: Study) -> None:
    """V28: at the reference threshold, within the error of the fit."""
    run = assess(haemophilia, draws=150, seed=3)
    benefit = run["value"]["net_benefit"]
    evpi = float(np.maximum(benefit, 0).mean() - max(0.0, float(benefit.mean())))
    found = run["information"]
    assert (found["evppi"] - 3 * found["evppi_standard_error"] <= evpi).all()
