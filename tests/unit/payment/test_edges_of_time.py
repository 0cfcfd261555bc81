"""Where the disease model, the contract and the study end at different times."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from equipoise.core.errors import SimulationError
from equipoise.core.units import parse_measure
from equipoise.payment import contract_from
from equipoise.payment.starters import spread, weighted
from equipoise.spec.contracts import Instalments, RebateOnLoss
from equipoise.spec.formula import parse_formula
from equipoise.spec.loaded_study import Study


def short_model(study: Study, years: int) -> Study:
    """Return the study with a disease model that follows patients for so many years."""
    spec = study.model.spec
    time = spec.time.model_copy(update={"horizon": parse_measure(f"{years} years")})
    model = replace(study.model, spec=spec.model_copy(update={"time": time}))
    return replace(study, model=model)


def test_instalments_are_owed_beyond_the_model():
    # V42: five parts over a model of three years once summed to 0.6.
    alive = np.ones((3, 4))
    plan = contract_from(Instalments(years=5)).schedule(alive, alive)
    np.testing.assert_allclose(plan.payments.sum(axis=0), 1.0)
    assert plan.rebates.shape == plan.payments.shape


def test_parts_for_responders_end_with_what_the_model_knows():
    alive = np.ones((3, 4))
    plan = contract_from(Instalments(years=5, only_while_responding=True)).schedule(alive, alive)
    np.testing.assert_allclose(plan.payments.sum(axis=0), 0.6)


def test_the_maker_gets_the_whole_price_of_instalments_longer_than_the_model(
    mini: Study, course: Callable[..., Any]
):
    study = short_model(mini, 3)
    whole = {
        contract: course(study, contract=contract).payment
        for contract in ("upfront", "instalments(years=5)")
    }
    paid = [
        (books["receipts"].sum("year") + books["receipts_later"]).values for books in whole.values()
    ]
    np.testing.assert_allclose(paid[1], paid[0], rtol=1e-12)


def test_the_last_year_of_a_short_model_falls_where_it_is_lived(
    mini: Study, change: Any, course: Callable[..., Any]
):
    # V47: with a one-year model and an even inflow every calendar year but the first costs alike.
    study = change.values(
        short_model(mini, 1), {"patients.prevalent": "1e-9", "patients.new_patients": "120"}
    )
    books = course(study, draws=6).payment.sel(world="without")
    yearly = books["amount"].sum(("payer", "item"))
    later = books["amount_later"].sum(("payer", "item"))
    for year in range(2, yearly.sizes["year"]):
        np.testing.assert_allclose(yearly.sel(year=year), yearly.sel(year=1), rtol=1e-6)
    # An even inflow spends just under half of its year in the next calendar year (11/24).
    np.testing.assert_allclose(later / yearly.sel(year=1), 11 / 24, rtol=1e-6)
    np.testing.assert_allclose(yearly.sel(year=0) / yearly.sel(year=1), 13 / 24, rtol=1e-6)


def test_an_item_that_today_costs_too_cannot_be_the_product(
    mini: Study, change: Any, course: Callable[..., Any]
):
    comparison = mini.file.comparison.model_copy(update={"product_item": "care"})
    with pytest.raises(SimulationError, match="'care'.*'usual'"):
        course(change.file(mini, comparison=comparison))


def test_a_warranty_ends_with_its_last_year():
    alive = np.ones((6, 1))
    late, early = (np.where(np.arange(6) < lost, 1.0, 0.0)[:, None] for lost in (3, 2))
    contract = contract_from(RebateOnLoss(share=0.5, years=2))
    assert not contract.schedule(alive, late).rebates.any()
    np.testing.assert_allclose(contract.schedule(alive, early).rebates[:, 0], [0, 0, 0.5, 0, 0, 0])


def test_a_share_that_rises_because_others_die_hides_no_later_loss():
    # Half of ten never respond; two of those die, and then two of the five responders lose it.
    alive = np.array([1.0, 1.0, 0.8, 0.8])[:, None]
    responding = np.array([1.0, 0.5, 5 / 8, 3 / 8])[:, None]
    plan = contract_from(RebateOnLoss(share=1.0, years=3)).schedule(alive, responding)
    np.testing.assert_allclose(plan.rebates[:, 0], [0.0, 0.5, 0.0, 0.2])


def test_who_responds_again_pays_nothing_back_to_the_maker():
    """Nine of ten have lost response after a year and half of all respond after two."""
    responding = np.array([1.0, 0.1, 0.5, 0.4])[:, None]
    contract = contract_from(RebateOnLoss(share=0.5, years=3))
    plan = contract.schedule(np.ones((4, 1)), responding)
    np.testing.assert_allclose(plan.rebates[:, 0], [0, 0.45, 0, 0.05])


def test_the_dead_pay_no_instalment_for_responders():
    alive = np.array([1.0, 0.5, 0.25])[:, None]
    contract = contract_from(Instalments(years=3, only_while_responding=True))
    plan = contract.schedule(alive, np.full((3, 1), 0.8))
    np.testing.assert_allclose(plan.payments[:, 0] * 3, [1.0, 0.4, 0.2])


def test_between_two_ages_profiles_are_straight_lines():
    profile = np.array([[[0.0, 0.0]], [[10.0, 20.0]], [[30.0, 50.0]]])  # (age, year, draw)
    ages = np.array([20.0, 30.0, 40.0])
    between, outside = (spread(np.array(age), ages) for age in ([25.0, 32.5], [10.0, 99.0]))
    np.testing.assert_allclose(weighted(profile, between), [[5.0, 27.5]])
    np.testing.assert_allclose(weighted(profile, outside), [[0.0, 50.0]])


def test_a_cost_of_starting_todays_treatment_is_refused(
    mini: Study, change: Any, course: Callable[..., Any]
):
    # It once came back to the payer of everyone who was treated later.
    events = mini.model.spec.events
    also = {
        name: event.model_copy(
            update={
                "when": parse_formula("time == 0"),
                "cost": {
                    "product": parse_formula("price * treated"),
                    "travel": parse_formula("cost_trip"),
                },
            }
        )
        for name, event in events.items()
    }
    spec = mini.model.spec.model_copy(update={"events": also})
    with pytest.raises(SimulationError, match="'usual' has a one-off cost on day 0"):
        course(replace(mini, model=replace(mini.model, spec=spec)))
