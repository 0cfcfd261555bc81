"""Partitioned survival: curves say who is where."""

from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import quad

from equipoise.clinical import Engine, run_cohort, run_individuals, totals
from equipoise.core.errors import SimulationError
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Method

Run = Callable[..., xr.Dataset]
Build = Callable[..., LoadedModel]

MORTAL = {
    "alive": {"share": "weibull_survival(time, 1.2, 6 * year)", "utility": 0.85},
    "dead": {"share": "rest"},
}
THREE = {
    "stable": {"share": "exponential_survival(time, 0.4 / year)", "cost": {"drug": "9 / year"}},
    "worse": {
        "share": "exponential_survival(time, 0.1 / year) - exponential_survival(time, 0.4 / year)",
        "cost": {"care": "2 / year"},
    },
    "dead": {"share": "rest"},
}
CONTINUOUS = np.expm1(0.03)
"""The yearly rate that discounts as exp(-0.03 t)."""


def values(data: xr.DataArray, **labels: object) -> list[float]:
    return data.sel(labels).squeeze().values.tolist()


def clock(cycle: str = "1 year", horizon: str = "4 years", **more: object) -> dict[str, object]:
    return {"start_age": "40 years", "cycle": cycle, "horizon": horizon, **more}


# closed forms


def test_a_weibull_model_has_the_life_expectancy_of_its_curve(build: Build) -> None:
    """Published digits 5.64394, 4.92709 and 4.18803: to the end of life, discounted continuously.

    Numerical integration of S(t), S(t) exp(-0.03 t) and 0.85 S(t) exp(-0.03 t) from 0 to infinity
    gives them; a yearly rate of 3 %, (1.03) ** -t, would give 4.93640. The engine discounts by
    yearly rates, so the test gives it the rate of the same speed, exp(0.03) - 1.
    """

    def curve(t: float) -> float:
        return float(np.exp(-((t / 6) ** 1.2)))

    life = quad(curve, 0, np.inf)[0]
    discounted = quad(lambda t: curve(t) * np.exp(-0.03 * t), 0, np.inf)[0]
    assert [round(x, 5) for x in (life, discounted, 0.85 * discounted)] == [
        5.64394, 4.92709, 4.18803,
    ]  # fmt: skip
    model = build(states=MORTAL, time=clock("0.01 years", "80 years"))
    found = totals(run_cohort(model, xr.Dataset(), discount=(0.0, CONTINUOUS)))
    assert found["life_years"].item() == pytest.approx(life, abs=2e-5)
    assert found["life_years_present"].item() == pytest.approx(discounted, abs=2e-5)
    assert found["qaly_present"].item() == pytest.approx(0.85 * discounted, abs=2e-5)


def test_yearly_cycles_with_the_trapezium_are_off_by_the_published_amount(build: Build) -> None:
    model = build(states=MORTAL, time=clock("1 year", "60 years", method="half_cycle"))
    found = totals(run_cohort(model, xr.Dataset(), discount=(0.0, CONTINUOUS)))
    assert round(found["life_years_present"].item(), 5) == 4.93604


@pytest.mark.parametrize("engine", get_args(Engine))
def test_several_curves_are_as_computed_directly(build: Build, engine: Engine) -> None:
    """Two strategies, four states, monthly over ten years, against plain NumPy."""
    curves = {
        "ttd": "weibull_survival(time, shape, 1.2 * year)",
        "pfs": "weibull_survival(time, 1.1, 2 * year) ** (hr if treated else 1)",
        "os": "gompertz_survival(time, 0.05 / year, 0.1 * (hr if treated else 1) / year)",
    }
    model = build(
        time=clock("0.1 years", "10 years"),
        strategies={"old": {"treated": 0}, "new": {"treated": 1}},
        parameters={n: {"value": 1, "unit": "1", "status": "assumption", "note": "invented"}
                    for n in ("shape", "hr")},
        let=curves,
        states={
            "treated_well": {"share": "min(ttd, pfs, os)", "utility": 0.8,
                             "cost": {"drug": "100 / year", "care": "20 / year"}},
            "well": {"share": "min(pfs, os) - min(ttd, pfs, os)", "utility": 0.75,
                     "cost": {"care": "10 / year"}},
            "ill": {"share": "os - min(pfs, os)", "utility": 0.5, "cost": {"care": "50 / year"}},
            "dead": {"share": "rest"},
        },
    )  # fmt: skip
    rng = np.random.default_rng(4)
    shape, hr = rng.uniform(0.9, 1.3, 70), rng.uniform(0.5, 0.9, 70)
    inputs = xr.Dataset({"shape": ("draw", shape), "hr": ("draw", hr)})
    found = totals(run_cohort(model, inputs, discount=(0.03, 0.03), engine=engine))
    t = np.arange(101)[:, None] / 10
    weight = np.where((t == 0) | (t == 10), 0.05, 0.1) * 1.03**-t
    for strategy, ratio in (("old", 1.0), ("new", hr)):
        ttd = np.exp(-((t / 1.2) ** shape))
        pfs = np.exp(-((t / 2) ** 1.1)) ** ratio
        alive = np.exp(-0.1 * ratio / 0.05 * np.expm1(0.05 * t))
        on, free = np.minimum(np.minimum(ttd, pfs), alive), np.minimum(pfs, alive)
        qaly = (weight * (0.05 * on + 0.25 * free + 0.5 * alive)).sum(axis=0)
        care = (weight * (10 * on - 40 * free + 50 * alive)).sum(axis=0)
        one = found.sel(strategy=strategy)
        np.testing.assert_allclose(one["qaly_present"], qaly, rtol=1e-12)
        by_item = one["cost_by_item_present"]
        np.testing.assert_allclose(by_item.sel(item="care"), care, rtol=1e-11)
        np.testing.assert_allclose(by_item.sel(item="drug"), (weight * 100 * on).sum(axis=0))


# what goes with it


@pytest.mark.parametrize("method", get_args(Method))
def test_each_method_counts_occupancy_by_its_rule(run: Run, method: Method) -> None:
    found = run(time=clock(method=method), states=THREE)
    at = np.exp(-0.4 * np.arange(5))
    weights = {
        "none": [1, 1, 1, 1, 0], "end_of_cycle": [0, 1, 1, 1, 1], "half_cycle": [0.5, 1, 1, 1, 0.5],
        "life_table": [0.5, 1, 1, 1, 0.5], "simpson": [1 / 3, 4 / 3, 2 / 3, 4 / 3, 1 / 3],
        "simpson_tutorial": [1 / 3, 2 / 3, 4 / 3, 2 / 3, 1 / 3],
    }[method]  # fmt: skip
    assert float(found["cost"].sel(item="drug").sum()) == pytest.approx(9 * float(weights @ at))


def test_subgroups_ages_events_attributes_and_tracks_work_as_elsewhere(run: Run) -> None:
    found = run(
        {"p": [0.2, 0.3]},
        start_ages=[40.0, 60.0],
        time=clock(method="none"),
        subgroups={"few": {"weight": 0.25, "values": {"frail": 1}},
                   "many": {"weight": 0.75, "values": {"frail": 0}}},
        attributes={"dose": {"start": 1, "each_cycle": "dose + 1", "unit": "1"}},
        states={"alive": {"share": "exponential_survival(time, p * (1 + frail) * age / 40 / year**2"
                                   " * year / year) ** dose"},
                "dead": {"share": "rest"}},
        events={"visit": {"when": "time == 2 * year", "cost": "10 * dose"}},
        track={"dose": "dose"},
    )  # fmt: skip
    for age in (40.0, 60.0):
        for draw, p in enumerate((0.2, 0.3)):
            k = np.arange(4)
            rate = p * (age + k) / 40
            few, many = np.exp(-2 * rate * k * (k + 1)), np.exp(-rate * k * (k + 1))
            alive = 0.25 * few + 0.75 * many
            one = found.sel(age=age).isel(draw=draw, strategy=0)
            np.testing.assert_allclose(one["alive"], alive)
            np.testing.assert_allclose(one["life_years"], alive)
            assert float(one["cost"].sel(item="care", year=2)) == pytest.approx(30 * alive[2])
            np.testing.assert_allclose(one["track"].squeeze(), k + 1)


@pytest.mark.parametrize("cycle", ["1 year", "0.25 years"])
def test_people_are_neither_made_nor_lost(run: Run, cycle: str) -> None:
    states = {name: state | {"cost": {name: "1 / year"}, "alive": True}
              for name, state in THREE.items()}  # fmt: skip
    found = run(time=clock(cycle), states=states)
    np.testing.assert_allclose(found["cost"].sum("item"), 1.0, rtol=1e-14)
    np.testing.assert_allclose(found["alive"], 1.0, rtol=1e-14)


def test_effects_count_the_net_fall_or_rise(run: Run) -> None:
    found = run(
        time=clock(), states=THREE, discount={"cost": "3 %/year", "health": "0 1/year"},
        transition_effects=[
            {"entering": "dead", "cost": {"burial": 100}},
            {"leaving": ["stable", "worse"], "cost": {"twice": 100}, "qaly": -0.5},
            {"leaving": "stable", "cost": {"later": "100 * time / year"}},
            {"entering": "worse", "cost": {"worse": 100}},
        ],
    )  # fmt: skip
    k = np.arange(5)
    alive, stable = np.exp(-0.1 * k), np.exp(-0.4 * k)
    died = 100 * -np.diff(alive)
    at_end = [*np.where(k[1:] < 4, k[1:], 3)]
    for item, amount in (
        ("burial", died), ("twice", died), ("later", 100 * -np.diff(stable) * k[:4]),
        ("worse", 100 * np.maximum(np.diff(alive - stable), 0)),
    ):  # fmt: skip
        expected = np.bincount(at_end, amount, minlength=4)
        assert values(found["cost"], item=item) == pytest.approx(expected.tolist())
        present = (amount * 1.03 ** -k[1:]).sum()
        assert float(found["cost_present"].sel(item=item).sum()) == pytest.approx(present)
    assert float(found["qaly"].sum()) == pytest.approx(-0.5 * died.sum() / 100)


def test_states_whose_shares_all_have_formulas_need_no_rest(run: Run) -> None:
    states = {
        "alive": {"share": "0.9 ** (time / year)"},
        "dead": {"share": "1 - 0.9 ** (time/year)"},
    }
    assert values(run(states=states)["alive"]) == pytest.approx([1, 0.9, 0.81, 0.729])


# mistakes


def refused(run: Run, **fields: Any) -> SimulationError:
    with pytest.raises(SimulationError) as caught:
        run({"p": [0.1, 0.3, 0.1]}, strategies={"old": {}, "new": {}}, **fields)
    return caught.value


@pytest.mark.parametrize("share", ["rest", "p_free", "sum"])
def test_curves_that_cross_are_named(run: Run, share: str) -> None:
    free = "exponential_survival(time, p / year)"
    alive = "exponential_survival(time, 0.2 / year)"
    states = {
        "rest": {"dead": {"share": f"1 - {free}"}, "free": {"share": free},
                 "ill": {"share": "rest"},
                 "gone": {"share": f"1 - {alive}"}},
        "p_free": {"free": {"share": free}, "ill": {"share": f"{alive} - {free}"},
                   "dead": {"share": "rest"}},
        "sum": {"free": {"share": free}, "ill": {"share": 0}, "dead": {"share": "time / year"}},
    }[share]  # fmt: skip
    message = str(refused(run, states=states).args[0])
    assert "draw" in message or share == "sum"
    assert "at 1 years" in message
    if share != "sum":
        assert "'ill' is -" in message
        assert "curves cross" in message
        assert "min(progression_free, overall)" in message


def test_a_share_that_is_no_number_is_named(run: Run) -> None:
    states = {"alive": {"share": "weibull_survival(time, p - 0.2, 1 * year)"},
              "dead": {"share": "rest"}}  # fmt: skip
    message = str(refused(run, states=states))
    assert "'alive' is nan at 0 years in strategy 'old, new', draw 0" in message


def test_single_patients_cannot_be_followed(build: Build) -> None:
    with pytest.raises(SimulationError, match="single patients"):
        run_individuals(build(states=MORTAL), xr.Dataset(), patients=10)
