"""The whole path: the same for any chunks and workers (V30), and equal to its parts alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import run_cohort, totals
from equipoise.core.errors import EquipoiseError, RuleNotInForceError, RuleStaleError, SeveralErrors
from equipoise.core.vocabulary import VARIABLES, checked
from equipoise.pipeline import Policy, assess, parse_policy, policies_of
from equipoise.spec.loaded_study import Study
from equipoise.spec.record import Record

GROUPS = sorted({row.group for row in VARIABLES} - {"clinical", "delivery", "impact", "trace"})


def assert_same_bytes(one: xr.DataTree, other: xr.DataTree) -> None:
    assert set(one.children) == set(other.children)
    assert one.attrs == other.attrs
    for name, group in one.children.items():
        left, right = group.to_dataset(), other[name].to_dataset()
        assert set(left.variables) == set(right.variables)
        for key in left.variables:
            first, second = left[key], right[key]
            assert first.dims == second.dims, (name, key)
            assert first.values.tobytes() == second.values.tobytes(), (name, key)


@pytest.fixture(scope="module")
def whole(mini: Study) -> xr.DataTree:
    return assess(mini, draws=60, seed=9)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    mini: Study, whole: xr.DataTree
) -> None:
    assert_same_bytes(whole, assess(mini, draws=60, seed=9))
    other = assess(mini, draws=60, seed=10)
    assert (other["value"]["net_benefit"] != whole["value"]["net_benefit"]).all()


@pytest.mark.parametrize(("chunk", "workers"), [(60, 1), (30, 2), (59, 1), (7, 3)])
def test_chunks_and_workers_change_not_a_byte(
    mini: Study, whole: xr.DataTree, chunk: int, workers: int
) -> None:
    """V30: also where one chunk has a single draw."""
    assert_same_bytes(whole, assess(mini, draws=60, seed=9, chunk=chunk, workers=workers))


def test_machine_code_gives_the_same_answers_and_the_same_bytes_in_any_chunks(
    mini: Study, whole: xr.DataTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("equipoise.clinical.engines.WORTH_COMPILING", 0.0)
    machine = assess(mini, draws=60, seed=9)
    assert_same_bytes(machine, assess(mini, draws=60, seed=9, chunk=7, workers=2))
    for group in GROUPS:
        xr.testing.assert_allclose(
            machine[group].to_dataset(), whole[group].to_dataset(), rtol=1e-7, atol=1e-6
        )


def test_a_draw_by_itself_is_the_same_draw(mini: Study) -> None:
    assert_same_bytes(assess(mini, draws=4, chunk=4), assess(mini, draws=4, chunk=1))


def test_chunks_change_not_a_byte_of_the_library(haemophilia: Study) -> None:
    """V30: with several payers and a hand-over between them."""
    once = assess(haemophilia, draws=13, seed=9, chunk=13)
    assert_same_bytes(once, assess(haemophilia, draws=13, seed=9, chunk=3))


def test_more_plain_draws_keep_the_earlier_ones(mini: Study) -> None:
    few, many = (assess(mini, draws=n, seed=4, design="plain") for n in (30, 60))
    for group, names in (
        ("inputs", ["effect", "patients.prevalent", "economics.willingness_to_pay"]),
        ("access", ["funded"]),
        ("payment", ["amount", "amount_later", "qaly_present", "price_weight"]),
        ("value", ["net_benefit", "patient_cost"]),
        ("policies", ["criterion_value"]),
    ):
        for name in names:
            first = many[group][name].isel(draw=slice(30))
            np.testing.assert_array_equal(few[group][name], first, err_msg=name)


def test_every_group_keeps_what_the_vocabulary_promises(whole: xr.DataTree) -> None:
    for name in GROUPS:
        data = whole[name].to_dataset()
        assert checked(name, data) is data


@pytest.mark.parametrize(("name", "draws"), [("mini", 20), ("haemophilia", 40)])
def test_joint_equals_alone(
    name: str, draws: int, change: Any, request: pytest.FixtureRequest
) -> None:
    """Without friction the world with the therapy is the disease model and nothing else.

    All are treated on the first day at one payer's cost; costs, health and life per patient are
    those of the model run alone at the groups' ages, in every draw.
    """
    study = change.frictionless(request.getfixturevalue(name))
    price = study.file.policy.price.value
    item = study.file.comparison.product_item
    policy = parse_policy(study, {"contract": "upfront", "centres": "50", "price": repr(price)})
    run = assess(study, draws=draws, policy=policy)
    inputs, payment = run["inputs"].to_dataset(), run["payment"]
    parameters = inputs[list(study.model.spec.parameters)].assign_coords(draw=inputs["draw"])
    rates = inputs["economics.discount_cost"], inputs["economics.discount_health"]
    groups = study.file.patients.groups
    weights = {key: inputs[f"patients.groups.{key}"] for key in groups}
    patients = inputs["patients.prevalent"]
    new, current = study.file.comparison.new, study.file.comparison.current
    for world, strategy in (("with", new), ("without", current)):
        alone: dict[str, Any] = dict.fromkeys(
            ("cost", "cost_present", "qaly", "qaly_present", "life_years"), 0.0
        )
        for key, group in groups.items():
            found = run_cohort(
                study.model, parameters, start_ages=[group.age.value], discount=rates
            )
            one = totals(found).sel(strategy=strategy)
            share = weights[key] / sum(weights.values())
            paid = price if strategy == new else 0.0
            for suffix in ("", "_present"):
                care = one[f"cost_by_item{suffix}"].drop_sel(item=item).sum("item")
                alone[f"cost{suffix}"] += share * (care + paid)
                alone[f"qaly{suffix}"] += share * one[f"qaly{suffix}"]
            alone["life_years"] += share * one["life_years"]
        amount = payment["amount"].sum("year") + payment["amount_later"]
        joint = {
            "cost": amount.sum(("payer", "item")),
            "cost_present": payment["amount_present"].sum(("payer", "item")),
            "qaly": payment["qaly"].sum("year") + payment["qaly_later"],
            "qaly_present": payment["qaly_present"],
            "life_years": payment["life_years"],
        }
        for key, value in joint.items():
            each = value.sel(world=world) / patients
            np.testing.assert_allclose(each, alone[key], rtol=1e-9, err_msg=f"{world} {key}")
            if key != "life_years":
                one_patient = run["value"][f"patient_{key}"].sel(strategy=strategy)
                np.testing.assert_allclose(one_patient, alone[key], rtol=1e-9, err_msg=key)


def test_without_centres_the_worlds_are_one(mini: Study) -> None:
    """V37 and V47."""
    run = assess(mini, draws=12, policy=parse_policy(mini, {"centres": "0"}))
    assert not run["reach"]["treated"].values.any()
    assert not run["value"]["budget_impact"].values.any()
    assert not run["value"]["net_benefit"].values.any()
    assert not run["value"]["acceptability"].values.any()
    assert np.isnan(run["value"]["supported_price"]).all()
    assert not run["information"]["evppi"].values.any()


def test_policies_differ_only_in_what_their_levers_move(mini: Study, whole: xr.DataTree) -> None:
    """V49: price and contract move money, never health; more centres treat no fewer."""
    values = whole["policies"]["criterion_value"]
    own = mini.file.policy
    policies = policies_of(mini, Policy(own.price.value, own.contract, own.centres))
    assert len(policies) == values.sizes["policy"]
    share, health = (values.sel(criterion=name) for name in ("share_treated", "health_gained"))
    of = {policy: k for k, policy in enumerate(policies)}
    for policy, k in of.items():
        free = of[replace(policy, price=5e5, contract=policies[0].contract)]
        np.testing.assert_array_equal(share.sel(policy=k), share.sel(policy=free))
        np.testing.assert_array_equal(health.sel(policy=k), health.sel(policy=free))
        more = of[replace(policy, centres=2)]
        assert (share.sel(policy=more) >= share.sel(policy=k)).all()
        dearer = of[replace(policy, price=1e6)]
        benefit = whole["policies"]["net_benefit"]
        assert (benefit.sel(policy=dearer) <= benefit.sel(policy=k)).all()


@pytest.mark.parametrize(
    ("day", "error"),
    [(date(2029, 1, 1), RuleStaleError), (date(2021, 1, 1), RuleNotInForceError)],
)
def test_law_that_does_not_hold_on_the_day_stops_the_run(
    haemophilia: Study, change: Any, day: date, error: type[Exception]
) -> None:
    """V35; every clause that cannot be relied on is named."""
    with pytest.raises(SeveralErrors) as caught:
        assess(change.file(haemophilia, decision_date=day), draws=2)
    found = caught.value.errors
    assert error in {type(one) for one in found}
    assert len({str(one) for one in found}) == len(found) > 1


def test_a_route_that_is_not_open_to_the_product_stops_the_run(mini: Study) -> None:
    cells = mini.product.model_copy(
        update={"attributes": {"contains_genes": 0, "contains_cells": 1, "doses": 1}}
    )
    with pytest.raises(EquipoiseError, match="Cell product"):
        assess(replace(mini, product=cells), draws=2)


def test_reach_payment_and_value_tell_one_story(mini: Study, whole: xr.DataTree) -> None:
    """V20: yearly counts, receipts and totals agree across the groups of one run."""
    price = mini.file.policy.price.value
    np.testing.assert_allclose(whole["payment"]["receipts"], whole["reach"]["treated"] * price)
    total = whole["payment"]["amount_present"].sum(("payer", "item"))
    np.testing.assert_allclose(whole["value"]["cost_present"], total)


def test_what_a_private_insurer_pays_is_neither_the_familys_nor_public_money(
    mini: Study, change: Any
) -> None:
    """The fund buys the medicine, a private insurer pays care, the family a share: each its own."""
    country = mini.country
    travel, medicine, rest = country.payer_rules
    insurer = country.payers["family"].model_copy(update={"kind": "private"})
    state: dict[str, float] = {"net_benefit": 1, "peak_budget": 1, "whole_budget": 1}
    study = change.file(
        change.country(
            mini,
            payers={**country.payers, "insurer": insurer},
            payer_rules=[
                travel,
                medicine.model_copy(update={"categories": ["medicine"], "to_age": None}),
                rest.model_copy(update={"payer": "insurer"}),
            ],
        ),
        criteria=mini.file.criteria | {"patient": {"family_cost": 1}, "state": state},
    )
    run = assess(study, draws=12)
    chosen = Record.model_validate_json(run.attrs["record"]).chosen
    found = run["policies"]["criterion_value"].sel(policy=chosen)
    paid = run["payment"].to_dataset()
    more = paid.sel(world="with") - paid.sel(world="without")
    joined = run["reach"]["arrived"].sum("year")
    trips = more["amount_present"].sel(payer="family", item="travel")
    assert (trips > 0).any()
    assert (more["amount"].sel(payer="insurer", item="care") < 0).any()
    np.testing.assert_allclose(found.sel(criterion="family_cost"), trips / joined)
    product = more["amount"].sel(payer="fund", item="product")
    assert (product.max("year") > 0).any()
    np.testing.assert_allclose(found.sel(criterion="peak_budget"), product.max("year"))
    np.testing.assert_allclose(found.sel(criterion="whole_budget"), product.sum("year"))


def test_the_status_quo_is_the_policy_without_centres(mini: Study) -> None:
    run = assess(mini, draws=12, policy=parse_policy(mini, {"centres": "0"}))
    policies = run["policies"]
    chosen = Record.model_validate_json(run.attrs["record"]).chosen
    np.testing.assert_array_equal(
        policies["status_quo_value"], policies["criterion_value"].sel(policy=chosen)
    )
    others = policies["criterion_value"].drop_sel(policy=chosen)
    assert not (others == policies["status_quo_value"]).all(("criterion", "draw")).any()
