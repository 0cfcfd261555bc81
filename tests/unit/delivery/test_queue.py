"""Who is treated when: small queues worked out by hand, and V37 to V40 of the catalogue."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.delivery import Demand, reach, treated_patients
from equipoise.spec.loaded_study import Study

MONTHS = 12


def joining(
    arrivals: dict[int, float],
    *,
    age: float = 30.0,
    monthly_survival: float = 1.0,
    staying: float = 1.0,
) -> Demand:
    """Return the inflow of one group by month, in one draw."""
    flow = np.zeros((1, MONTHS, 1))
    for month, count in arrivals.items():
        flow[0, month] = count
    survival = monthly_survival ** np.arange(MONTHS + 1.0)
    return Demand(
        ("only",), np.array([float(age)]), flow, survival[None, :, None], np.array([staying])
    )


def together(*groups: Demand) -> Demand:
    return Demand(
        groups=tuple(f"group {k}" for k in range(len(groups))),
        ages=np.concatenate([group.ages for group in groups]),
        arrivals=np.concatenate([group.arrivals for group in groups]),
        survival=np.concatenate([group.survival for group in groups]),
        staying=groups[0].staying,
    )


def queue_of(
    study: Study, who: Demand, *, slots: float, opens: dict[str, float], centres: int = 1
) -> xr.Dataset:
    """Run a queue in one draw; `opens` has the month from which on each payer buys."""
    inputs = xr.Dataset({"care.slots": slots * 12, "care.ready_after": 0.0}, coords={"draw": [0]})
    funded = np.array([[month / 12] for month in opens.values()])
    access = xr.Dataset({"funded": (("payer", "draw"), funded)}, coords={"payer": list(opens)})
    return treated_patients(study, inputs, access, who, centres=centres)


@pytest.fixture
def run(mini: Study) -> Callable[..., xr.Dataset]:
    """Return a function that runs a queue; the fund owes until 60, then the family."""

    def queue(
        who: Demand, *, slots: float, fund: float = 0.0, family: float = 0.0, centres: int = 1
    ) -> xr.Dataset:
        opens = {"fund": fund, "family": family}
        return queue_of(mini, who, slots=slots, opens=opens, centres=centres)

    return queue


def by_month(found: xr.Dataset, name: str, months: int) -> list[float]:
    return found[name].sum("group").isel(draw=0).values[:months].tolist()


def test_a_fixed_number_a_month_works_the_queue_down(run: Callable[..., xr.Dataset]) -> None:
    found = run(joining({0: 10, 2: 1}), slots=1.5, centres=2)
    assert by_month(found, "treated", 6) == [3, 3, 3, 2, 0, 0]
    assert by_month(found, "waiting", 6) == [7, 4, 2, 0, 0, 0]


def test_the_waiting_die_after_the_months_treatments_and_then_some_leave(
    run: Callable[..., xr.Dataset],
) -> None:
    found = run(joining({0: 10}, monthly_survival=0.5, staying=0.75), slots=2)
    assert by_month(found, "treated", 3) == [2, 2, 0.375]
    assert by_month(found, "died", 3) == [4, 0.5, 0]
    assert by_month(found, "left", 2) == [1, 0.125]
    assert by_month(found, "waiting", 2) == [3, 0.375]


def test_each_dies_by_the_time_since_he_joined(run: Callable[..., xr.Dataset]) -> None:
    """All of the danger is in the third month of waiting."""
    who = joining({0: 8, 1: 80})
    who.survival[:, 3:] = 0.5
    found = run(who, slots=0)
    assert by_month(found, "died", 6) == [0, 0, 4, 40, 0, 0]


def test_who_joined_first_is_treated_first(run: Callable[..., xr.Dataset]) -> None:
    """Of those who joined together each group has its share."""
    found = run(together(joining({0: 4}), joining({0: 2, 1: 6}, age=40)), slots=3)
    treated = found["treated"].isel(draw=0).values
    assert treated[:, :4].tolist() == [[2, 2, 0, 0], [1, 1, 3, 3]]


def test_the_age_at_treatment_is_the_mean_of_those_treated_in_the_month(
    run: Callable[..., xr.Dataset],
) -> None:
    """In the second month one who has waited a month and two who have just joined."""
    found = run(joining({0: 4, 1: 4}), slots=3)
    assert by_month(found, "treated", 3) == [3, 3, 2]
    waited = found["age_at_treatment"].sel(payer="fund")[0, :3, 0] - 30
    np.testing.assert_allclose(waited * 12, [0, 1 / 3, 1], atol=1e-7)


def test_those_whose_payer_does_not_buy_yet_wait_without_holding_up_the_others(
    run: Callable[..., xr.Dataset],
) -> None:
    found = run(together(joining({0: 2}, age=70), joining({0: 3}, age=30)), slots=1, family=4)
    treated = found["treated"].isel(draw=0).values
    assert treated[:, :7].tolist() == [[0, 0, 0, 0, 1, 1, 0], [1, 1, 1, 0, 0, 0, 0]]
    late = found.sel(payer="family", group="group 0").isel(draw=0)
    assert late["age_at_treatment"].values[4:6] == pytest.approx([70 + 4 / 12, 70 + 5 / 12])


def test_who_grows_older_in_the_queue_passes_to_the_next_payer(
    run: Callable[..., xr.Dataset],
) -> None:
    """From the very birthday on."""
    found = run(joining({0: 6}, age=59.75), slots=1)
    assert found["treated_for"].isel(group=0, draw=0).values[:, :6].tolist() == [
        [1, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 1],
    ]


def test_slots_stand_ready_once_the_first_who_owes_the_medicine_buys(
    mini: Study, change: Any
) -> None:
    """A charity that pays for travel alone may be ready before: that opens no centre."""
    country = mini.country
    travel = country.payer_rules[0].model_copy(update={"payer": "charity"})
    study = change.country(
        mini,
        payers={"charity": country.payers["family"], **country.payers},
        payer_rules=[travel, *country.payer_rules[1:]],
    )
    opens = {"charity": 0.0, "fund": 3.0, "family": 5.0}
    found = queue_of(study, joining({0: 18}), slots=2, opens=opens, centres=2)
    assert found["capacity"].isel(draw=0).values.tolist() == [0, 0, 0] + [4] * 9
    assert by_month(found, "treated", 9) == [0, 0, 0, 4, 4, 4, 4, 2, 0]


def test_the_product_is_bought_by_who_owes_its_category(
    mini: Study, change: Any, course: Callable[..., Any]
) -> None:
    """The payer who lets patients in is the payer who pays."""
    items = mini.file.items
    travel = items["product"].model_copy(update={"category": "travel"})
    found = course(change.file(mini, items={**items, "product": travel}))
    assert not found.delivery["treated_for"].sel(payer="fund").values.any()
    bought = found.payment["amount"].sel(world="with", item="product").any(("year", "draw"))
    assert bought.values.tolist() == [False, True]


def test_calendar_years_hold_twelve_months(mini: Study, course: Callable[..., Any]) -> None:
    queue = course(mini).delivery
    yearly = reach(queue)
    for year in range(5):
        months = queue.sum("group").isel(month=slice(12 * year, 12 * year + 12))
        for name in ("arrived", "treated", "left", "died", "capacity"):
            np.testing.assert_allclose(yearly[name].sel(year=year), months[name].sum("month"))
        np.testing.assert_array_equal(yearly["waiting"].sel(year=year), months["waiting"][-1])


def test_with_boundless_capacity_all_are_treated_on_the_day_they_join(
    mini: Study, change: Any, course: Callable[..., Any]
) -> None:
    """V37."""
    free = change.frictionless(mini)
    inputs = {"patients.new_patients": 30.0, "patients.diagnosed": 0.5, "patients.leaving_rate": 1}
    queue = course(free, inputs=inputs).delivery
    np.testing.assert_allclose(queue["treated"], queue["arrived"], rtol=1e-12)
    assert (queue["arrived"].sum("group") > 0).all()
    for name in ("waiting", "left", "died"):
        np.testing.assert_allclose(queue[name], 0.0, atol=1e-12)


@pytest.mark.parametrize("study", ["mini", "haemophilia"])
def test_more_centres_never_treat_fewer_nor_leave_more_waiting(
    study: str, course: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    """V37 and V38: month by month and draw by draw; without centres nobody is treated."""
    loaded = request.getfixturevalue(study)
    before = None
    for centres in (0, 1, 2, 5, 50):
        queue = course(loaded, centres=centres, draws=40).delivery.sum("group")
        treated, waiting = queue["treated"].cumsum("month"), queue["waiting"]
        assert bool(treated.any()) == (centres > 0)
        if before is not None:
            assert (treated >= before[0] - 1e-9).all()
            assert (waiting <= before[1] + 1e-9).all()
        before = treated, waiting


def test_where_nobody_accepts_nothing_happens(mini: Study, course: Callable[..., Any]) -> None:
    found = course(mini, inputs={"patients.acceptance": 0.0})
    for name in ("arrived", "treated", "left", "died", "waiting"):
        assert not found.delivery[name].values.any()
    for name in ("amount", "amount_later", "amount_present", "qaly", "qaly_later", "receipts"):
        assert not found.payment[name].values.any()


def test_where_nobody_wants_to_leave_nobody_leaves(mini: Study, course: Callable[..., Any]) -> None:
    queue = course(mini, inputs={"patients.leaving_rate": 0.0}).delivery
    assert not queue["left"].values.any()
    assert queue["died"].values.any()


def test_where_nobody_dies_nobody_dies_waiting(mini: Study, course: Callable[..., Any]) -> None:
    queue = course(mini, inputs={"excess_ratio": 0.0}).delivery
    assert not queue["died"].values.any()
    assert queue["left"].values.any()


def test_the_undiagnosed_are_found_in_the_end(mini: Study, course: Callable[..., Any]) -> None:
    """Those known at the start and those found add up to all who are eligible and willing."""
    found = course(mini, inputs={"patients.diagnosis_rate": 40.0, "patients.new_patients": 0.0})
    wanted = found.inputs["patients.prevalent"] * found.inputs["patients.eligible.antibodies"]
    np.testing.assert_allclose(
        found.delivery["arrived"].sum(("group", "month")),
        wanted * found.inputs["patients.acceptance"],
    )


def test_waiting_costs_nothing_but_discounting_where_nobody_dies_or_leaves(
    mini: Study, change: Any, course: Callable[..., Any]
) -> None:
    """V40 and V48: two years late, the same gain on the patient's own clock, two years later."""
    free = change.frictionless(mini)
    inputs = {
        "excess_ratio": 0.0,
        "economics.discount_health": 0.05,
        "economics.discount_cost": 0.04,
    }
    now, late = (course(free, inputs=inputs | {"care.ready_after": years}) for years in (0.0, 2.0))

    def gain(found: Any, name: str) -> xr.DataArray:
        return found.payment[name].sel(world="with") - found.payment[name].sel(world="without")

    for found in (now, late):
        found.payment["qaly_whole"] = (
            found.payment["qaly"].sum("year") + found.payment["qaly_later"]
        )
    np.testing.assert_allclose(gain(late, "qaly_whole"), gain(now, "qaly_whole"), rtol=1e-9)
    np.testing.assert_allclose(
        gain(late, "qaly_present"), gain(now, "qaly_present") / 1.05**2, rtol=1e-9
    )
    later = course(free, inputs=inputs | {"care.ready_after": 2.5})
    np.testing.assert_allclose(
        later.payment["price_weight"], now.payment["price_weight"] / 1.04**2.5, rtol=1e-9
    )
    np.testing.assert_allclose(
        gain(later, "qaly_present"), gain(now, "qaly_present") / 1.05**2.5, rtol=1e-9
    )
    first, second = gain(now, "qaly"), gain(late, "qaly")
    np.testing.assert_allclose(second[2:], first[:-2], rtol=1e-9)
    np.testing.assert_allclose(second[:2], 0.0, atol=1e-12)


def test_a_queue_in_balance_follows_littles_law(run: Callable[..., xr.Dataset]) -> None:
    """V39: as many join as are treated, so the wait is the backlog over the inflow."""
    steady = joining({0: 12, **dict.fromkeys(range(1, MONTHS), 2)})
    found = run(steady, slots=2)
    assert by_month(found, "waiting", MONTHS) == [10] * MONTHS
    wait = float(found["age_at_treatment"].sel(payer="fund")[0, -1, 0]) - 30
    assert wait * 12 == pytest.approx(10 / 2)
