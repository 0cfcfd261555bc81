"""Laws that the cohort engine keeps for every model."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from equipoise.clinical import run_cohort, totals
from equipoise.core.vocabulary import checked
from equipoise.draws import sample
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Method, Model

METHODS: tuple[Method, ...] = get_args(Method)
COMPLETE: tuple[Method, ...] = tuple(name for name in METHODS if name != "simpson_tutorial")
"""Methods whose weights add up to the horizon."""

NOTHING = xr.Dataset()
STATES = ("a", "b", "c")

shares = st.floats(0, 1)
rates = st.floats(0, 3)


def model(**fields: Any) -> LoadedModel:
    bare = {
        "model": "Test",
        "money": "EUR@2025",
        "time": {"start_age": "40 years", "cycle": "1 year", "horizon": "6 years"},
        "strategies": {"only": {}},
    }
    return LoadedModel(Model.model_validate(bare | fields), Path("model.yaml"))


def clock(method: Method, cycle: str = "1 year", horizon: str = "6 years") -> dict[str, str]:
    return {"start_age": "40 years", "cycle": cycle, "horizon": horizon, "method": method}


def occupancy(found: xr.Dataset) -> np.ndarray:
    """Return the share in each state by year, from a cost of one per state and year."""
    return found["cost"].squeeze().transpose("year", "item").values


def counted(start: np.ndarray) -> dict[str, Any]:
    """Return states that cost one unit of their own item per year."""
    return {
        name: {"start": float(share), "cost": {name: "1 / year"}, "alive": True}
        for name, share in zip(STATES, start, strict=True)
    }


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    """Three rows of probabilities that add up to one."""
    raw = np.array(draw(st.lists(st.lists(shares, min_size=3, max_size=3), min_size=3, max_size=3)))
    raw += 1e-3
    return raw / raw.sum(axis=1, keepdims=True)


@st.composite
def beginnings(draw: st.DrawFn) -> np.ndarray:
    """Three shares that add up to one."""
    raw = np.array(draw(st.lists(shares, min_size=3, max_size=3))) + 1e-3
    return raw / raw.sum()


@settings(deadline=None)
@given(matrices(), beginnings())
def test_people_are_neither_made_nor_lost(move: np.ndarray, start: np.ndarray) -> None:
    # What is not sent elsewhere stays, so the last column of each row is left out.
    rows = {
        origin: {to: float(p) for to, p in zip(STATES, row, strict=True) if to != origin}
        for origin, row in zip(STATES, move, strict=True)
    }
    found = run_cohort(model(time=clock("none"), states=counted(start), transitions=rows), NOTHING)
    expected = np.array([start @ np.linalg.matrix_power(move, k) for k in range(6)])
    np.testing.assert_allclose(occupancy(found).sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(occupancy(found), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["life_years"].squeeze(), 1.0, rtol=1e-12)


@settings(deadline=None, max_examples=20)
@given(st.lists(rates, min_size=4, max_size=4))
def test_competing_rates_approach_the_continuous_process(rate: list[float]) -> None:
    ab, ac, ba, bc = rate
    generator = np.array([[-ab - ac, ab, ac], [ba, -ba - bc, bc], [0, 0, 0]])
    rows = {
        "a": {"b": f"{ab} / year", "c": f"{ac} / year"},
        "b": {"a": f"{ba} / year", "c": f"{bc} / year"},
    }
    states = {name: {"start": int(name == "a"), "utility": f"{name == 'b':d}"} for name in STATES}
    errors = []
    for cycles in (500, 1000):
        time = clock("none", f"{2 / cycles!r} years", "4 years")
        found = run_cohort(
            model(time=time, states=states | {"c": {"alive": False}}, transitions=rows), NOTHING
        )
        alive = 1 - expm(2 * generator)[0, 2]
        errors.append(abs(float(found["alive"].sel(year=2).squeeze()) - alive))
    assert errors[1] < 4 / 1000
    assert errors[1] <= 0.52 * errors[0] + 1e-12


@settings(deadline=None)
@given(st.floats(0.01, 2), st.integers(1, 8))
def test_one_rate_is_exact_however_long_the_cycle(rate: float, cycles: int) -> None:
    found = run_cohort(
        model(
            time=clock("none", f"{2 / cycles!r} years", "4 years"),
            states={"alive": {"start": 1}, "dead": {}},
            transitions={"alive": {"dead": f"{rate!r} / year"}},
        ),
        NOTHING,
    )
    assert float(found["alive"].sel(year=2).squeeze()) == pytest.approx(np.exp(-2 * rate))


@settings(deadline=None)
@given(st.sampled_from(METHODS), st.floats(-1e6, 1e6), st.integers(0, 5))
def test_a_one_off_cost_adds_exactly_itself(method: Method, amount: float, year: int) -> None:
    when = {"when": f"time == {year} * year", "cost": {"once": amount}}
    states = {"alive": {"start": 1, "cost": {"care": "7 / year"}}}
    without = totals(run_cohort(model(time=clock(method), states=states), NOTHING))
    found = run_cohort(model(time=clock(method), states=states, events={"once": when}), NOTHING)
    item = totals(found)["cost_by_item"].squeeze()
    assert float(item.sel(item="once")) == amount
    assert float(item.sel(item="care")) == float(without["cost"].squeeze())


@settings(deadline=None)
@given(st.sampled_from(METHODS), shares, st.floats(0, 0.2))
def test_with_utility_one_health_is_life(method: Method, death: float, rate: float) -> None:
    found = run_cohort(
        model(
            time=clock(method),
            states={"alive": {"start": 1, "utility": 1}, "dead": {}},
            transitions={"alive": {"dead": death}},
        ),
        NOTHING,
        discount=(0.0, rate),
    )
    np.testing.assert_array_equal(found["qaly"], found["life_years"])
    np.testing.assert_array_equal(found["qaly_present"], found["life_years_present"])


@settings(deadline=None)
@given(st.sampled_from(METHODS), shares)
def test_without_discounting_the_present_value_is_the_value(method: Method, death: float) -> None:
    found = run_cohort(
        model(
            time=clock(method),
            states={"alive": {"start": 1, "utility": 0.7, "cost": "50 / year"}, "dead": {}},
            transitions={"alive": {"dead": death}},
            transition_effects=[{"leaving": "alive", "entering": "dead", "cost": 9}],
            events={"visit": {"when": 1, "cost": 3, "qaly": "-1 * day"}},
        ),
        NOTHING,
        discount=(0.0, 0.0),
    )
    for name in ("cost", "qaly", "life_years"):
        np.testing.assert_array_equal(found[name], found[name + "_present"])


@settings(deadline=None)
@given(st.sampled_from(METHODS), matrices())
def test_equal_strategies_have_equal_results(method: Method, move: np.ndarray) -> None:
    rows = {
        origin: {to: f"{p!r} * same" for to, p in zip(STATES[1:], row[1:].tolist(), strict=True)}
        for origin, row in zip(STATES, move, strict=True)
    }
    found = run_cohort(
        model(
            time=clock(method),
            strategies={"one": {"same": 1}, "two": {"same": 1}},
            states=counted(np.array([1.0, 0.0, 0.0])),
            transitions=rows,
        ),
        NOTHING,
    )
    one, two = (found.sel(strategy=name, drop=True) for name in ("one", "two"))
    xr.testing.assert_identical(one, two)


@settings(deadline=None)
@given(st.sampled_from(COMPLETE), st.sampled_from(["1 year", "0.5 years", "1 month", "0.3 years"]))
def test_without_death_life_is_the_horizon(method: Method, cycle: str) -> None:
    found = run_cohort(model(time=clock(method, cycle)), NOTHING)
    assert float(found["life_years"].sum()) == pytest.approx(6)
    assert checked("clinical", found) is found


@pytest.mark.parametrize(("method", "gain"), [("none", 1.9), ("half_cycle", 3.8), ("simpson", 12)])
def test_a_shorter_cycle_comes_nearer_to_the_integral(method: Method, gain: float) -> None:
    exact = (1 - np.exp(-0.2 * 6)) / 0.2
    errors = []
    for cycle in ("0.5 years", "0.25 years"):
        found = run_cohort(
            model(
                time=clock(method, cycle),
                states={"alive": {"start": 1}, "dead": {}},
                transitions={"alive": {"dead": "0.2 / year"}},
            ),
            NOTHING,
        )
        errors.append(abs(float(found["life_years"].sum()) - exact))
    assert errors[0] > gain * errors[1]


@pytest.mark.parametrize("name", ["haemophilia-b-germany", "sick-sicker-by-age"])
def test_splitting_the_draws_changes_not_a_byte(name: str) -> None:
    loaded = load_model(library_folder() / "models" / f"{name}.yaml")
    spec = loaded.spec
    drawn = sample(
        spec.parameters, joint=spec.joint, correlations=spec.correlations, draws=11, seed=7
    )
    rate = np.linspace(0.01, 0.05, 11)

    def part(start: int, stop: int) -> xr.Dataset:
        return run_cohort(
            loaded,
            drawn.isel(draw=slice(start, stop)),
            start_ages=[20, 36.3, 60],
            discount=(rate[start:stop], rate[start:stop]),
        )

    whole = part(0, 11)
    pieces = [part(0, 1), part(1, 4), part(4, 11)]
    for variable in whole.data_vars:
        joined = np.concatenate([piece[variable].values for piece in pieces], axis=-1)
        assert joined.tobytes() == whole[variable].values.tobytes(), variable
    assert np.concatenate([piece["draw"] for piece in pieces]).tolist() == list(range(11))
