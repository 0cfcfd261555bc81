"""Scores, the Pareto set, regret and compromises: V50 and V51 of the catalogue."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.balance import CRITERIA, Compromise, compromises, weigh

NAMES = ["health_gained", "years_to_half", "longest_backlog", "net_benefit", "peak_budget"]
"""More is better for the first and the fourth."""
ONE_EACH = {
    "patient": {"health_gained": 1.0},
    "profession": {"longest_backlog": 1.0},
    "state": {"net_benefit": 1.0},
}


def criteria(rows: Mapping[str, list[float]]) -> xr.DataArray:
    """Return criteria of policies, the same in both of two draws but for a spread around it."""
    values = np.array([rows.get(name, [0.0] * len(next(iter(rows.values())))) for name in NAMES])
    spread = np.stack([values - 0.25, values + 0.25], axis=-1)
    dims = ("criterion", "policy", "draw")
    return xr.DataArray(spread, dims=dims, coords={"criterion": NAMES})


def nothing(**values: float) -> xr.DataArray:
    data = [[values.get(name, 0.0)] * 2 for name in NAMES]
    return xr.DataArray(data, dims=("criterion", "draw"), coords={"criterion": NAMES})


def chosen(found: xr.Dataset) -> dict[str, int | None]:
    return {choice.rule: choice.policy for choice in compromises(found)}


tables = st.lists(
    st.lists(st.integers(-9, 9).map(float), min_size=5, max_size=5), min_size=1, max_size=7
)


@pytest.mark.parametrize("name", NAMES)
def test_with_one_criterion_policies_are_ranked_by_it(name: str) -> None:
    """V50."""
    values = criteria({name: [30.0, 10.0, 20.0, 40.0]})
    side = CRITERIA[name].stakeholder
    weights: Any = {s: {name: 5.0} for s in ONE_EACH}
    score = weigh(values, nothing(), weights=weights)["score"].sel(stakeholder=side)
    swing = np.array([2 / 3, 0, 1 / 3, 1])
    expected = swing if CRITERIA[name].better == "more" else 1 - swing
    np.testing.assert_allclose(score, expected, atol=1e-9)


@settings(deadline=None)
@given(tables, st.floats(0.01, 100))
def test_what_holds_for_any_policies(table: list[list[float]], factor: float) -> None:
    values = criteria(dict(zip(NAMES, np.array(table).T.tolist(), strict=True)))
    none = nothing(health_gained=-3, net_benefit=1, longest_backlog=2)
    weights: Any = {
        "patient": {"health_gained": 2.0, "years_to_half": 1.0},
        "profession": {"longest_backlog": 1.0},
        "state": {"net_benefit": 3.0, "peak_budget": 1.0},
    }
    found = weigh(values, none, weights=weights)
    score, regret = found["score"].values, found["regret"]
    # V51: nobody regrets the policy that is best for him, and nobody gains from another.
    assert (regret >= 0).all()
    np.testing.assert_array_equal(regret.min("policy"), 0.0)
    # V50: a dominated policy is never on the front nor chosen; something always is.
    beaten = [
        any((other >= own).all() and (other > own).any() for other in score.T) for own in score.T
    ]
    assert found["on_front"].values.astype(bool).tolist() == [not loses for loses in beaten]
    for choice in compromises(found):
        assert choice.policy is None or not beaten[choice.policy]
    # Nash: better for all than doing nothing, and the largest product of gains.
    gains = score - found["status_quo_score"].values[:, None]
    products = np.where((gains > 0).all(axis=0), gains.prod(axis=0), 0.0)
    best = chosen(found)["nash"]
    if best is None:
        assert products.max() <= 0
    else:
        assert products[best] == pytest.approx(products.max())
    # V50: other units of weight change nothing.
    scaled: Any = {s: {k: v * factor for k, v in own.items()} for s, own in weights.items()}
    xr.testing.assert_allclose(weigh(values, none, weights=scaled), found)


def test_a_side_weighs_its_criteria_as_the_study_says() -> None:
    """By hand: health at three times the weight of speed, and doing nothing on the same scale."""
    values = criteria({"health_gained": [0, 8, 6], "years_to_half": [1, 3, 2]})
    weights: Any = {"patient": {"health_gained": 6.0, "years_to_half": 2.0}}
    found = weigh(values, nothing(health_gained=-4, years_to_half=4), weights=weights)
    np.testing.assert_allclose(found["score"].sel(stakeholder="patient"), [0.25, 0.75, 0.6875])
    np.testing.assert_allclose(found["status_quo_score"], 0.75 * -0.5 + 0.25 * -0.5)


def test_a_policy_that_all_prefer_is_both_compromises() -> None:
    values = criteria(
        {"health_gained": [1, 3, 2], "longest_backlog": [5, 4, 6], "net_benefit": [-2, 8, 8]}
    )
    found = weigh(values, nothing(longest_backlog=9, net_benefit=-5), weights=ONE_EACH)
    assert chosen(found) == {"nash": 1, "minimax_regret": 1}
    assert found["on_front"].values.tolist() == [0, 1, 0]


def test_the_middle_of_a_conflict() -> None:
    """By hand: scores (1, 0.7, 0) for the patient and (0, 0.6, 1) for the state."""
    values = criteria(
        {"health_gained": [10, 7, 0], "net_benefit": [0, 6, 10], "longest_backlog": [1, 1, 2]}
    )
    found = weigh(
        values,
        nothing(health_gained=-1, net_benefit=-1, longest_backlog=3),
        weights=ONE_EACH,
    )
    assert chosen(found) == {"nash": 1, "minimax_regret": 1}
    np.testing.assert_allclose(found["maximum_regret"], [1, 0.4, 1])
    np.testing.assert_allclose(found["nash_product"], [1.1 * 2 * 0.1, 0.8 * 2 * 0.7, 0.1 * 1 * 1.1])


def test_there_is_no_bargain_where_every_policy_harms_a_side() -> None:
    values = criteria({"health_gained": [5, 1], "longest_backlog": [2, 1], "net_benefit": [-4, -1]})
    found = weigh(values, nothing(longest_backlog=9), weights=ONE_EACH)
    assert compromises(found)[0] == Compromise("nash", None)
    assert not found["nash_product"].values.any()
    assert compromises(found)[1].policy is not None


def test_a_side_for_which_all_policies_are_alike_still_gains_over_nothing() -> None:
    """Levers that move money only do not make the patients lose."""
    values = criteria(
        {"health_gained": [4, 4, 4], "longest_backlog": [2, 2, 2], "net_benefit": [1, 2, 3]}
    )
    better = weigh(values, nothing(health_gained=1, longest_backlog=3), weights=ONE_EACH)
    assert chosen(better) == {"nash": 2, "minimax_regret": 2}
    assert not better["regret"].sel(stakeholder=["patient", "profession"]).values.any()
    worse = weigh(values, nothing(health_gained=1, longest_backlog=1), weights=ONE_EACH)
    assert chosen(worse)["nash"] is None
    same = weigh(values, nothing(health_gained=4, longest_backlog=3), weights=ONE_EACH)
    assert chosen(same)["nash"] is None


def test_rounding_does_not_tell_policies_apart() -> None:
    values = criteria({"health_gained": [0.3, 0.1 + 0.2], "net_benefit": [1e9, 2e9]})
    found = weigh(values, nothing(), weights=ONE_EACH)
    np.testing.assert_allclose(found["score"].sel(stakeholder="patient"), [0, 0], atol=1e-9)


def test_a_side_that_the_study_does_not_ask_is_left_out() -> None:
    weights: Any = {side: ONE_EACH[side] for side in ("patient", "state")}
    values = criteria({"health_gained": [1, 3], "net_benefit": [5, 9]})
    found = weigh(values, nothing(), weights=weights)
    assert found["stakeholder"].values.tolist() == ["patient", "state"]
    assert chosen(found) == {"nash": 1, "minimax_regret": 1}
