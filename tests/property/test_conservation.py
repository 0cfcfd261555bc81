"""Nothing is made or lost: patients in the queue, money between payers and maker, in every draw."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.payment import contract_from
from equipoise.rules import Segment, payer_segments, shares_of_span
from equipoise.spec.contracts import Instalments, RebateOnLoss, Upfront, contract_from_text
from equipoise.spec.loaded_study import Study

CONTRACTS = [
    "upfront",
    "instalments(years=5)",
    "instalments(years=3, only_while_responding=True)",
    "rebate_on_loss(share=0.6, years=4)",
]
PAYERS = ("a", "b", "c")

shares = st.integers(0, 1000).map(lambda n: n / 1000)


def unit(draws: int) -> st.SearchStrategy[list[float]]:
    """Return one share per draw."""
    return st.lists(shares, min_size=draws, max_size=draws)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Other patients, slots, dates and rates for six draws of the mini study."""
    spans = {
        "patients.prevalent": 300.0,
        "patients.diagnosed": 1.0,
        "patients.diagnosis_rate": 2.0,
        "patients.new_patients": 40.0,
        "patients.acceptance": 1.0,
        "patients.leaving_rate": 1.0,
        "care.slots": 8.0,
        "care.ready_after": 3.0,
        "access.funding": 3.0,
        "economics.discount_cost": 0.1,
        "economics.discount_health": 0.1,
        "excess_ratio": 300.0,
    }
    return {name: np.array(draw(unit(6))) * span for name, span in spans.items()}


@settings(deadline=None, max_examples=12)
@given(worlds(), st.sampled_from(CONTRACTS), st.integers(1, 4))
def test_every_patient_and_every_rouble_is_somewhere(
    mini: Study, course: Callable[..., Any], world: dict[str, Any], contract: str, centres: int
) -> None:
    found = course(mini, draws=6, inputs=world, contract=contract, centres=centres, price=7e5)
    queue, book = found.delivery, found.payment

    # V39: arrivals = treated + waiting + left + died, by group, at the end of every month.
    gone = sum(queue[name].cumsum("month") for name in ("treated", "left", "died"))
    np.testing.assert_allclose(
        queue["arrived"].cumsum("month"), gone + queue["waiting"], rtol=1e-9, atol=1e-9
    )
    served = queue["treated"].sum("group")
    assert (served <= queue["capacity"] + 1e-9).all()
    np.testing.assert_allclose(queue["treated_for"].sum("payer"), queue["treated"], atol=1e-12)

    # V41: what payers pay for the product, less rebates, is what the maker receives.
    net = book.sel(world="with", item=["product", "rebate"]).sum(("payer", "item"))
    close = {"rtol": 1e-9, "atol": 1e-4}
    np.testing.assert_allclose(net["amount"], book["receipts"], **close)
    np.testing.assert_allclose(net["amount_later"], book["receipts_later"], **close)
    np.testing.assert_allclose(net["amount_present"], book["price_weight"] * 7e5, **close)
    assert (book["amount"].sel(item="product") >= 0).all()
    assert (book["amount"].sel(item="rebate") <= 0).all()
    assert (
        not book[["amount", "amount_later"]]
        .sel(world="without", item=["product", "rebate"])
        .to_array()
        .any()
    )

    # The whole price is owed for everybody treated, whatever the plan and the horizon.
    if "only" not in contract:
        paid = book.sel(world="with", item="product").sum("payer")
        whole = paid["amount"].sum("year") + paid["amount_later"]
        np.testing.assert_allclose(whole, queue["treated"].sum(("group", "month")) * 7e5, **close)


@settings(deadline=None, max_examples=8)
@given(worlds())
def test_without_discounting_parts_by_year_and_later_are_the_present_value(
    mini: Study, course: Callable[..., Any], world: dict[str, Any]
) -> None:
    rates = dict.fromkeys(("economics.discount_cost", "economics.discount_health"), np.zeros(6))
    book = course(
        mini, draws=6, inputs=world | rates, contract="rebate_on_loss(share=0.6, years=4)"
    )
    whole = book.payment["amount"].sum("year") + book.payment["amount_later"]
    np.testing.assert_allclose(whole, book.payment["amount_present"], rtol=1e-9, atol=1e-3)
    health = book.payment["qaly"].sum("year") + book.payment["qaly_later"]
    np.testing.assert_allclose(health, book.payment["qaly_present"], rtol=1e-9, atol=1e-9)


@st.composite
def courses_of_response(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Share alive, and share of the living who respond, on 12 anniversaries of 5 draws; falling."""
    steps = np.array(draw(st.lists(unit(5), min_size=22, max_size=22)))
    alive = np.vstack([np.ones(5), np.cumprod(steps[:11], axis=0)])
    responding = np.vstack([steps[11], steps[11] * np.cumprod(steps[11:], axis=0)])
    return alive, responding


@settings(deadline=None)
@given(courses_of_response(), shares, st.integers(1, 11))
def test_no_contract_pays_more_than_the_price_or_less_than_nothing(
    response: tuple[np.ndarray, np.ndarray], share: float, years: int
) -> None:
    for spec in (
        Upfront(),
        Instalments(years=years),
        Instalments(years=years, only_while_responding=True),
        RebateOnLoss(share=share, years=years),
    ):
        plan = contract_from(spec).schedule(*response)
        paid, returned = plan.payments.sum(axis=0), plan.rebates.sum(axis=0)
        assert (paid <= 1 + 1e-12).all()
        assert (plan.payments >= 0).all()
        assert (plan.rebates >= 0).all()
        assert (returned <= paid + 1e-12).all()
        # A rebate can never have been paid back before the price was paid.
        assert ((plan.payments - plan.rebates).cumsum(axis=0) >= -1e-12).all()


@pytest.mark.parametrize("text", CONTRACTS)
def test_every_contract_pays_the_price_when_all_respond_and_live(text: str) -> None:
    plan = contract_from(contract_from_text(text)).schedule(np.ones((10, 2)), np.ones((10, 2)))
    np.testing.assert_allclose(plan.payments.sum(axis=0), 1.0)
    assert not plan.rebates.any()


@settings(deadline=None)
@given(courses_of_response(), st.integers(1, 11))
def test_a_rebate_of_nothing_is_the_plain_price(
    response: tuple[np.ndarray, np.ndarray], years: int
) -> None:
    """V43."""
    plain = contract_from(Upfront()).schedule(*response)
    rebate = contract_from(RebateOnLoss(share=0.0, years=years)).schedule(*response)
    np.testing.assert_array_equal(plain.payments, rebate.payments)
    np.testing.assert_array_equal(plain.rebates, rebate.rebates)


@pytest.mark.parametrize("fails_in", [0, 1, 4])
def test_when_it_always_fails_and_all_comes_back_the_net_price_is_nothing(fails_in: int) -> None:
    """V43: nobody dies, everybody has lost response by an anniversary within the warranty."""
    responding = np.ones((8, 3))
    responding[fails_in:] = 0.0
    plan = contract_from(RebateOnLoss(share=1.0, years=5)).schedule(np.ones((8, 3)), responding)
    np.testing.assert_allclose((plan.payments - plan.rebates).sum(axis=0), 0.0, atol=1e-15)


def test_the_dead_bring_no_rebate_and_each_loss_counts_once() -> None:
    """A quarter fails in the first year; then half die, and a quarter of the living fail."""
    alive, responding = np.array([1, 1, 0.5, 0.5]), np.array([1, 0.75, 0.5, 0.5])
    plan = contract_from(RebateOnLoss(share=0.8, years=3)).schedule(
        alive[:, None], responding[:, None]
    )
    np.testing.assert_allclose(plan.rebates[:, 0], [0, 0.8 * 0.25, 0.8 * 0.25 * 0.5, 0])


@st.composite
def rule_sets(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Payers' rules with ages in quarters of a year; the last one covers everything."""
    quarters = st.integers(0, 400).map(lambda n: n / 4)
    rules = []
    for _ in range(draw(st.integers(0, 5))):
        low, high = sorted((draw(quarters), draw(quarters)))
        if low < high:
            rules.append({"payer": draw(st.sampled_from(PAYERS)), "ages": (low, high),
                          "medicine": draw(st.booleans())})  # fmt: skip
    return [*rules, {"payer": "c", "ages": (0.0, np.inf), "medicine": True}]


def with_rules(study: Study, change: Any, rules: list[dict[str, Any]]) -> Study:
    """Return the study with such payers and rules."""
    some = study.country.payer_rules[1]
    age = some.to_age
    assert age is not None
    made = [
        some.model_copy(
            update={
                "payer": rule["payer"],
                "categories": ["medicine"] if rule["medicine"] else ["travel"],
                "from_age": age.__class__(rule["ages"][0], age.unit, ""),
                "to_age": None
                if np.isinf(rule["ages"][1])
                else age.__class__(rule["ages"][1], age.unit, ""),
            }
        )
        for rule in rules
    ]
    made.append(made[-1].model_copy(update={"categories": []}))
    payer = study.country.payers["family"]
    return change.country(study, payer_rules=made, payers=dict.fromkeys(PAYERS, payer))


@settings(deadline=None)
@given(rule_sets(), st.lists(st.integers(0, 440), min_size=1, max_size=5), st.integers(1, 12))
def test_each_quarter_of_life_is_owed_by_the_first_rule_that_fits(
    mini: Study, change: Any, rules: list[dict[str, Any]], starts: list[int], quarters: int
) -> None:
    """V41: shares sum to one; against a walk through the rules quarter by quarter."""
    country = with_rules(mini, change, rules).country
    segments = payer_segments(country, "medicine")
    ages = np.array(starts) / 4

    def owed(age: float) -> str:
        fits = (r for r in rules if r["medicine"] and r["ages"][0] <= age < r["ages"][1])
        return next(fits)["payer"]

    found = shares_of_span(segments, PAYERS, ages, years=quarters / 4)
    walked = [
        [np.mean([owed(age + (k + 0.5) / 4) == payer for k in range(quarters)]) for age in ages]
        for payer in PAYERS
    ]
    np.testing.assert_allclose(found.sum(axis=0), 1.0, atol=1e-12)
    np.testing.assert_allclose(found, walked, atol=1e-12)
    on_the_day = shares_of_span(segments, PAYERS, ages, years=0.0)
    np.testing.assert_array_equal(on_the_day, [[owed(a) == p for a in ages] for p in PAYERS])


@pytest.mark.parametrize(("years", "shares"), [(0.0, [1, 0]), (2.0, [0.5, 0.5])])
def test_a_single_age_needs_no_list(years: float, shares: list[float]) -> None:
    segments = [Segment(0, 19, "a"), Segment(19, np.inf, "b")]
    assert shares_of_span(segments, ["a", "b"], 18.0, years=years).tolist() == shares
