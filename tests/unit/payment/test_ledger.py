"""Who pays what and when: a second program for the ledger, and V41 to V49 of the catalogue."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.core.units import parse_measure
from equipoise.payment import PopulationFlows, TreatedPatients, impact_of, with_product
from equipoise.spec.loaded_study import Study

Course = Callable[..., Any]
YEARS = 5


@pytest.fixture(scope="module")
def deathless() -> dict[str, float]:
    """Return inputs under which nothing depends on a patient's age."""
    return {"excess_ratio": 0.0, "economics.discount_cost": 0.04, "patients.leaving_rate": 0.3}


@pytest.fixture(scope="module")
def adults(mini: Study, change: Any) -> Study:
    """Return the study with patients of 45 only, all treated on the first day."""
    return change.values(change.frictionless(mini), {"patients.groups.young": "0"})


def hand_over(mini: Study, change: Any, study: Study, age: str | None) -> Study:
    """Return the study with the fund paying all until an age, then the family; None is never."""
    until = mini.country.payer_rules[1].model_copy(
        update={"to_age": parse_measure(f"{age} years") if age is not None else None}
    )
    return change.country(study, payer_rules=[until, mini.country.payer_rules[2]])


def entered(
    starts: np.ndarray, flow: np.ndarray, horizon: int, at_start: np.ndarray | float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Enter each month's starters one by one: flow by calendar year, and after the horizon.

    `starts` has dims (month, draw), `flow` (year since start, draw).
    """
    calendar = np.zeros((horizon + flow.shape[0] + 1, starts.shape[1]))
    for month, count in enumerate(starts):
        year, gone = divmod(month, 12)
        calendar[year] += at_start * count
        for since, amount in enumerate(flow):
            calendar[year + since] += amount * count * (12 - gone) / 12
            calendar[year + since + 1] += amount * count * gone / 12
    return calendar[:horizon], calendar[horizon:].sum(axis=0)


def test_a_second_program_comes_to_the_same_books(
    mini: Study, change: Any, course: Course, deathless: dict[str, float]
) -> None:
    """Month by month, patient by patient, on their own clocks (V47, V48)."""
    found = course(change.one_payer(mini), inputs=deathless, contract="instalments(years=4)")
    clinical = found.clinical.isel(age=0)
    arrived, treated = (found.delivery[name].sum("group").values for name in ("arrived", "treated"))
    assert (treated.sum(axis=0) > 0).any()
    book = found.payment.sum("payer")
    for item in ("care", "travel"):
        one = clinical.sel(item=item)
        usual, new = (one["cost"].sel(strategy=k).values for k in ("usual", "therapy"))
        first = one["cost_at_start"].sel(strategy="therapy").values
        today, later_today = entered(arrived, usual, YEARS)
        more, later_more = entered(treated, new - usual, YEARS, first)
        for world, near, later in (
            ("without", today, later_today),
            ("with", today + more, later_today + later_more),
        ):
            line = book.sel(world=world, item=item)
            np.testing.assert_allclose(line["amount"], near, rtol=1e-9, atol=1e-6)
            np.testing.assert_allclose(line["amount_later"], later, rtol=1e-9, atol=1e-4)
    price = found.policy.price
    due = np.zeros((YEARS + 4, treated.shape[1]))
    for month, count in enumerate(treated):
        for since in range(4):
            due[month // 12 + since] += count * price / 4
    product = book.sel(world="with", item="product")
    np.testing.assert_allclose(product["amount"], due[:YEARS])
    np.testing.assert_allclose(product["amount_later"], due[YEARS:].sum(axis=0))
    health = clinical["qaly"]
    usual, new = (health.sel(strategy=k).values for k in ("usual", "therapy"))
    near, later = (
        today + more
        for today, more in zip(
            entered(arrived, usual, YEARS), entered(treated, new - usual, YEARS), strict=True
        )
    )
    np.testing.assert_allclose(book["qaly"].sel(world="with"), near)
    np.testing.assert_allclose(book["qaly_later"].sel(world="with"), later)


@pytest.mark.parametrize(("age", "payer"), [(None, "fund"), ("0", "family")])
def test_who_hands_over_never_pays_all_and_who_hands_over_at_birth_nothing(
    mini: Study, change: Any, course: Course, age: str | None, payer: str
) -> None:
    """V45."""
    found = course(hand_over(mini, change, mini, age), contract="instalments(years=5)")
    other = "family" if payer == "fund" else "fund"
    for name in ("amount", "amount_later", "amount_present"):
        assert not found.payment[name].sel(payer=other).values.any()
        assert found.payment[name].sel(payer=payer, world="with", item="product").values.any()


@pytest.mark.parametrize(("age", "years"), [("60", 15.0), ("60.25", 15.25), ("45.5", 0.5)])
def test_care_passes_to_the_next_payer_on_the_birthday(
    mini: Study, change: Any, course: Course, adults: Study, age: str, years: float
) -> None:
    """V45: by hand, from the model's own yearly costs of a man of 45."""
    found = course(hand_over(mini, change, adults, age), draws=5)
    care = found.clinical["cost_present"].sel(item="care", age=45, strategy="therapy")
    whole, part = int(years), years % 1
    first = care[:whole].sum("year") + part * care[whole]
    patients = found.inputs["patients.prevalent"]
    line = found.payment["amount_present"].sel(world="with", item="care")
    np.testing.assert_allclose(line.sel(payer="fund"), first * patients, rtol=1e-9)
    np.testing.assert_allclose(
        line.sel(payer="family"), (care.sum("year") - first) * patients, rtol=1e-9
    )


def test_care_of_those_treated_late_passes_on_by_their_own_birthday(
    mini: Study, change: Any, course: Course, adults: Study, deathless: dict[str, float]
) -> None:
    """V45: treated at 45.5 in the middle of the first year, handed over at 47.25; by hand.

    So the fund pays today's care for 2.25 years, and of what the therapy saves the first year and
    three quarters of the second. Nothing depends on the age here, so each year is the model's.
    """
    late = deathless | {"care.ready_after": 0.5, "patients.leaving_rate": 0.0}
    found = course(hand_over(mini, change, adults, "47.25"), draws=5, inputs=late)
    patients = found.inputs["patients.prevalent"]
    fund = found.payment.sel(payer="fund", item="care")

    def care(name: str) -> tuple[xr.DataArray, xr.DataArray]:
        """Return the fund's part of today's care, and of what the therapy adds to it."""
        today, new = (
            found.clinical[name].sel(item="care", age=45, strategy=strategy)
            for strategy in ("usual", "therapy")
        )
        more = new - today
        return today[:2].sum("year") + 0.25 * today[2], more[0] + 0.75 * more[1]

    today, more = care("cost")
    paid = fund["amount"].sum("year")
    assert (more < 0).all()
    np.testing.assert_allclose(paid.sel(world="without"), today * patients, rtol=1e-9)
    np.testing.assert_allclose(paid.sel(world="with"), (today + more) * patients, rtol=1e-9)
    today, more = care("cost_present")
    paid = fund["amount_present"]
    np.testing.assert_allclose(paid.sel(world="without"), today * patients, rtol=1e-9)
    np.testing.assert_allclose(
        paid.sel(world="with"), (today + more / 1.04**0.5) * patients, rtol=1e-9
    )


def test_an_instalment_is_owed_at_the_age_of_its_day_and_a_rebate_goes_back_where_it_came_from(
    mini: Study, change: Any, course: Course, adults: Study
) -> None:
    study = hand_over(mini, change, adults, "46")
    patients = course(study).inputs["patients.prevalent"]
    plan = course(study, contract="instalments(years=5)", price=100.0).payment
    product = plan["amount"].sel(world="with", item="product")
    np.testing.assert_allclose(product.sel(payer="fund", year=0), 20 * patients)
    assert not product.sel(payer="fund", year=slice(1, None)).values.any()
    np.testing.assert_allclose(product.sel(payer="family").sum("year"), 80 * patients)
    back = course(study, contract="rebate_on_loss(share=0.5, years=4)", price=100.0).payment
    rebate = back["amount"].sel(world="with", item="rebate")
    assert (rebate.sel(payer="fund", year=slice(1, 4)) < 0).all()
    assert not rebate.sel(payer="family").values.any()


def test_rounding_does_not_move_the_birthday_on_which_a_payer_takes_over(
    mini: Study, change: Any, course: Course
) -> None:
    """Who is treated at 20 owes the second instalment on the 21st birthday, in every draw."""
    young = change.values(change.frictionless(mini), {"patients.groups.adult": "0"})
    found = course(
        hand_over(mini, change, young, "21"), draws=200, contract="instalments(years=5)",
        inputs={"patients.new_patients": np.linspace(1, 50, 200), "patients.diagnosed": 0.7},
    )  # fmt: skip
    product = found.payment.sel(world="with", item="product", payer="fund")
    whole = product["amount"].sum("year") + product["amount_later"]
    treated = found.delivery["treated"].sum(("group", "month"))
    np.testing.assert_allclose(whole, treated * found.policy.price / 5)


@pytest.mark.parametrize("rate", [0.0, 0.03, 0.2])
def test_instalments_are_an_annuity(course: Course, adults: Study, rate: float) -> None:
    """V42: at rate 0 they come to the price."""
    found = course(
        adults, contract="instalments(years=5)", inputs={"economics.discount_cost": rate}
    )
    each = found.payment["price_weight"] / found.inputs["patients.prevalent"]
    annuity = 1.0 if rate == 0 else (1 - (1 + rate) ** -5) / rate * (1 + rate) / 5
    np.testing.assert_allclose(each, annuity)


def test_when_it_always_fails_and_all_comes_back_the_maker_has_nothing(
    course: Course, adults: Study
) -> None:
    """V43: but for the year in which the money was lent."""
    failed = {"loss_rate": 1e6, "excess_ratio": 0.0, "economics.discount_cost": 0.25}
    found = course(adults, contract="rebate_on_loss(share=1, years=4)", inputs=failed)
    patients, price = found.inputs["patients.prevalent"], found.policy.price
    book = found.payment
    np.testing.assert_allclose(
        book["receipts"].sum("year") + book["receipts_later"], 0.0, atol=1e-6
    )
    np.testing.assert_allclose(book["receipts"].sel(year=0), patients * price)
    np.testing.assert_allclose(book["price_weight"], patients * (1 - 1 / 1.25))


def test_a_rebate_costs_the_maker_only_and_only_where_response_is_lost(
    mini: Study, course: Course
) -> None:
    """V43, V44 and V49."""
    rebate = "rebate_on_loss(share=0.8, years=6)"
    plain, with_rebate = course(mini), course(mini, contract=rebate)
    # In a draw that treats in the last months only, a first anniversary comes all the same.
    treated = plain.delivery["treated"].sum(("group", "month")) > 0
    less = with_rebate.payment["price_weight"] < plain.payment["price_weight"]
    xr.testing.assert_equal(less, treated)
    for name in ("qaly", "qaly_later", "qaly_present", "life_years"):
        xr.testing.assert_identical(plain.payment[name], with_rebate.payment[name])
    kept = course(mini, contract=rebate, inputs={"loss_rate": 0.0})
    lasting = course(mini, inputs={"loss_rate": 0.0})
    xr.testing.assert_equal(kept.payment["price_weight"], lasting.payment["price_weight"])


def test_receipts_follow_the_price(mini: Study, course: Course) -> None:
    once, twice, free = (course(mini, price=price).payment for price in (3e5, 6e5, 0.0))
    np.testing.assert_allclose(twice["receipts"], 2 * once["receipts"])
    assert once["receipts"].values.any()
    assert not free["receipts"].values.any()
    care = ["care", "travel"]
    xr.testing.assert_identical(once["amount"].sel(item=care), twice["amount"].sel(item=care))


def test_one_off_costs_add_exactly_themselves(mini: Study, course: Course) -> None:
    """V24: one trip for each patient treated, in the year of treatment."""
    found = course(mini)
    trips = found.payment["amount"].sel(world="with", payer="family", item="travel")
    yearly = found.delivery["treated"].sum("group").values.reshape(YEARS, 12, -1).sum(axis=1)
    np.testing.assert_allclose(trips, yearly * float(found.inputs["cost_trip"]))


@pytest.mark.parametrize(
    "contract", ["upfront", "instalments(years=5)", "rebate_on_loss(share=0.5, years=4)"]
)
def test_what_the_therapy_changes_is_the_difference_between_the_two_worlds(
    mini: Study, course: Course, contract: str
) -> None:
    """Policies are weighed without a ledger each; this is the ledger they would have had."""
    found = course(mini, contract=contract, price=3e6)
    books = found.payment
    more = books.sel(world="with", drop=True) - books.sel(world="without", drop=True)
    by_hand = {
        "amount": more["amount"].sum("item"),
        "amount_present": more["amount_present"].sum("item"),
        "qaly": more["qaly"].sum("year") + more["qaly_later"],
        "qaly_present": more["qaly_present"],
    }
    parts = found.study, found.inputs, found.clinical
    care = impact_of(PopulationFlows(*parts).of(found.delivery))
    paid = TreatedPatients(*parts, found.delivery).under(found.policy.contract)
    for impact in (impact_of(books), with_product(care, paid, price=3e6)):
        assert float(abs(impact["amount"]).max()) > 1e6
        for name, expected in by_hand.items():
            xr.testing.assert_allclose(impact[name], expected, rtol=1e-9, atol=1e-3)


def test_an_instalment_passes_to_the_next_payer_month_by_month(
    mini: Study, change: Any, course: Course
) -> None:
    """V45: of one year's treated, those past the birthday are the next payer's, the others not.

    Once all of a year's treated passed to the next payer together, at their mean age.
    """
    study = hand_over(mini, change, mini, "22.5")
    found = course(study, contract="instalments(years=5)", price=500.0)
    delivery = found.delivery
    due = np.zeros((2, YEARS, delivery.sizes["draw"]))
    late = np.zeros_like(due[:, 0])
    sides: set[tuple[int, int, int, int, int, bool]] = set()
    for payer in range(delivery.sizes["payer"]):
        for group in range(delivery.sizes["group"]):
            one = delivery.isel(payer=payer, group=group)
            counts, ages = one["treated_for"].values, one["age_at_treatment"].values
            for month in range(counts.shape[0]):
                for since in range(5):
                    past = (ages[month] + since >= 22.5).astype(int)
                    year = month // 12 + since
                    for who in (0, 1):
                        part = np.where(past == who, 100.0 * counts[month], 0.0)
                        (due[who, year] if year < YEARS else late[who])[...] += part
                    for draw in np.flatnonzero(counts[month]):
                        sides.add((payer, group, month // 12, since, int(draw), bool(past[draw])))
    product = found.payment.sel(world="with", item="product")
    for who, payer in enumerate(("fund", "family")):
        line = product.sel(payer=payer)
        np.testing.assert_allclose(line["amount"], due[who], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(line["amount_later"], late[who], rtol=1e-9, atol=1e-9)
    assert any((*place, not past) in sides for *place, past in sides), "no year is split"


def test_a_one_off_cost_is_owed_at_the_age_of_each_months_treated(
    mini: Study, change: Any, course: Course
) -> None:
    """The medicine has one payer at every age, travel passes to the family at 22.5: by hand."""
    medicine, travel = mini.country.payer_rules[1], mini.country.payer_rules[2]
    rules = [
        medicine.model_copy(update={"categories": ("medicine",), "to_age": None}),
        medicine.model_copy(
            update={"categories": (), "to_age": parse_measure("22.5 years")}
        ),
        travel.model_copy(update={"categories": ()}),
    ]  # fmt: skip
    found = course(change.country(mini, payer_rules=rules), inputs={"economics.discount_cost": 0.1})
    cost = found.clinical["cost_at_start"].sel(strategy="therapy", item="travel")
    near = np.zeros((2, YEARS, found.delivery.sizes["draw"]))
    present = np.zeros_like(near[:, 0])
    one = found.delivery.sel(payer=medicine.payer)
    for group in range(one.sizes["group"]):
        counts, ages = (one[k].values[group] for k in ("treated_for", "age_at_treatment"))
        for month, count in enumerate(counts):
            past = (ages[month] >= 22.5).astype(int)
            for who in (0, 1):
                due = np.where(past == who, count, 0.0) * cost.isel(age=0).values
                near[who, month // 12] += due
                present[who] += due * 1.1 ** -(month / 12)
    assert np.ptp(cost.values, axis=0).max() == 0, "a trip costs the same at every age"
    line = found.payment.sel(world="with", item="travel")
    for who, payer in enumerate((medicine.payer, travel.payer)):
        np.testing.assert_allclose(line["amount"].sel(payer=payer), near[who], atol=1e-6)
        np.testing.assert_allclose(line["amount_present"].sel(payer=payer), present[who], rtol=0.03)
    assert near.any(axis=(1, 2)).all()
