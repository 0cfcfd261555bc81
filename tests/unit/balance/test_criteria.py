"""Every criterion on a queue and a ledger that can be worked out by hand."""

import numpy as np
import pytest
import xarray as xr

from equipoise.balance import CRITERIA, Outcome, Queue
from equipoise.payment import impact_of

MONTHS = 24


def line(values: dict[int, float]) -> np.ndarray:
    found = np.zeros(MONTHS)
    for month, value in values.items():
        found[month] = value
    return found


def outcome(
    *,
    arrived: dict[int, float] | None = None,
    treated: dict[int, float] | None = None,
    waiting: dict[int, float] | None = None,
    capacity: dict[int, float] | None = None,
    centres: int = 2,
) -> Outcome:
    """Return what happened in two years of one draw.

    With the therapy the fund pays 100 and then 40 more, the family 6 more; 12 QALYs are gained.
    """
    rows = {"arrived": arrived, "treated": treated, "waiting": waiting, "capacity": capacity}
    queue = Queue(**{name: line(row or {})[:, None] for name, row in rows.items()})
    amount = np.zeros((2, 2, 2, 2, 1))  # world, payer, item, year, draw
    amount[0, 0, 0] = [[120.0], [50.0]]
    amount[0, 0, 1] = [[-10.0], [0.0]]
    amount[1, 0, 0] = [[10.0], [10.0]]
    amount[0, 1, 0] = [[4.0], [2.0]]
    payment = xr.Dataset(
        {
            "amount": (("world", "payer", "item", "year", "draw"), amount),
            "amount_present": (("world", "payer", "item", "draw"), amount.sum(axis=3)),
            "qaly": (("world", "year", "draw"), [[[10.0], [8.0]], [[6.0], [5.0]]]),
            "qaly_later": (("world", "draw"), [[20.0], [15.0]]),
            "qaly_present": (("world", "draw"), [[9.0], [7.0]]),
        },
        coords={
            "world": ["with", "without"], "payer": ["fund", "family"], "year": [0, 1], "draw": [0],
        },
    )  # fmt: skip
    benefit = xr.DataArray([7.0], dims="draw")
    return Outcome(
        queue, impact_of(payment), benefit, centres, {"fund": "fund", "family": "family"}
    )


def measure(name: str, found: Outcome) -> float:
    return float(CRITERIA[name].measure(found).squeeze())


TWENTY = {0: 16.0, 12: 4.0}


@pytest.mark.parametrize(
    ("treated", "years"),
    [
        ({3: 4.0, 9: 6.0, 15: 10.0}, 9 / 12),
        ({0: 10.0}, 0.0),
        ({3: 4.0, 20: 6.0}, 20 / 12),
        ({3: 9.9}, 2.0),
        ({}, 2.0),
    ],
)
def test_years_until_half_are_treated(treated: dict[int, float], years: float) -> None:
    """Half of all who join within the horizon, whole horizon where that never happens."""
    found = outcome(arrived=TWENTY, treated=treated)
    assert measure("years_to_half", found) == pytest.approx(years)


@pytest.mark.parametrize("name", ["share_treated", "health_gained", "family_cost"])
def test_where_nobody_joins_nothing_is_shared_out(name: str) -> None:
    assert measure(name, outcome()) == 0


def test_nobody_to_treat_is_not_a_fast_road() -> None:
    assert measure("years_to_half", outcome()) == 2.0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("share_treated", 15 / 20),
        ("health_gained", 12 / 20),
        ("family_cost", 6 / 20),
        ("patients_per_centre", 15 / 2 / 2),
        ("net_benefit", 7.0),
        ("peak_budget", 100.0),
        ("whole_budget", 140.0),
    ],
)
def test_the_rest_by_hand(name: str, expected: float) -> None:
    found = outcome(arrived=TWENTY, treated={3: 5.0, 14: 10.0})
    assert measure(name, found) == pytest.approx(expected)


def test_the_backlog_counts_months_of_work_once_treatment_has_begun() -> None:
    slots = dict.fromkeys(range(6, MONTHS), 4.0)
    found = outcome(waiting={5: 90.0, 6: 20.0, 7: 10.0}, capacity=slots)
    assert measure("longest_backlog", found) == 5.0


def test_where_nobody_treats_it_is_the_patient_who_bears_it_not_the_centre() -> None:
    found = outcome(arrived=TWENTY, waiting={6: 20.0})
    assert measure("longest_backlog", found) == 0
    assert measure("years_to_half", found) == 2.0
    assert measure("share_treated", found) == 0


def test_no_centre_treats_nobody_per_centre() -> None:
    assert measure("patients_per_centre", outcome(arrived=TWENTY, centres=0)) == 0


def test_every_criterion_of_a_side_is_tried_here() -> None:
    assert set(CRITERIA) == {
        "health_gained", "share_treated", "years_to_half", "family_cost", "patients_per_centre",
        "longest_backlog", "net_benefit", "peak_budget", "whole_budget",
    }  # fmt: skip
