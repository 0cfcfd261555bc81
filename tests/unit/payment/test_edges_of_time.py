"""Where the disease model, the contract and the study end at different times."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from equipoise.core.errors import SimulationError
from equipoise.core.units import parse_measure
from equipoise.payment import contract_from
from equipoise.spec.contracts import Instalments
from equipoise.spec.loaded import Study


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
