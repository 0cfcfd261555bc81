"""Continuous time where models are odd: what a reviewer found, each against what is right."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special

from equipoise.clinical import Engine, following, run_in_time, run_individuals, totals
from equipoise.clinical.compiled.in_time import rows
from equipoise.clinical.discounting import Discounting
from equipoise.clinical.in_time import CLOCKS
from equipoise.clinical.times import KIND_NUMBERS
from equipoise.core.errors import SimulationError
from equipoise.spec.loaded import LoadedModel

ENGINES: list[Engine] = ["machine_code", "numpy"]

Build = Callable[..., LoadedModel]


def course(cycle: str = "1 year", horizon: str = "4 years") -> dict[str, str]:
    return {"start_age": "40 years", "cycle": cycle, "horizon": horizon}


def lived(model: LoadedModel, engine: Engine, patients: int = 4000, **options: Any) -> float:
    found = totals(run_in_time(model, xr.Dataset(), patients=patients, engine=engine, **options))
    return float(found["life_years"].squeeze())


@pytest.mark.parametrize("engine", ENGINES)
def test_events_of_the_first_day_are_for_those_whom_they_name(build: Build, engine: Engine) -> None:
    """As many patients as the individuals by cycles: both begin with the same luck."""
    model = build(
        states={"mild": {"start": 0.3}, "severe": {"start": 0.7}, "dead": {}},
        transitions={"mild": {"dead": "0.1 / year"}, "severe": {"dead": "0.1 / year"}},
        events={
            "drug": {"when": "time == 0 and severe", "cost": {"drug": "1000"}},
            "both": {"when": "time == 0", "cost": {"other": "1000 if severe else 10"}},
        },
    )
    found = run_in_time(model, xr.Dataset(), patients=1000, engine=engine)["cost_at_start"]
    expected = run_individuals(model, xr.Dataset(), patients=1000)["cost_at_start"]
    assert float(expected.sum()) == pytest.approx(1400, abs=60)
    xr.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("shares", [{"mild": 1}, {"mild": 0.3, "severe": 0.7}])
@pytest.mark.parametrize("frailty", ["", "gamma(shape=4, scale=0.25)"])
def test_stretches_of_patients_together_or_one_by_one(
    build: Build, monkeypatch: pytest.MonkeyPatch, shares: dict[str, float], frailty: str
) -> None:
    """The last stretch is shorter, and meets what the one before has left in memory."""
    attributes = {"frailty": {"distribution": frailty, "unit": "1"}} if frailty else {}
    rate = "0.2 * frailty / year" if frailty else "0.2 / year"
    model = build(
        subgroups={"a": {"weight": 0.4}, "b": {"weight": 0.6}},
        attributes=attributes,
        states={
            "mild": {"cost": "100 / year"}, "severe": {"cost": "300 / year"}, "dead": {},
        } | {state: {"start": share, "cost": "50 / year"} for state, share in shares.items()},
        transitions={"mild": {"severe": rate, "dead": "0.1 / year"}, "severe": {"dead": rate}},
        events={"drug": {"when": "time == 0 and mild", "cost": {"drug": "1000"}}},
    )  # fmt: skip
    found = run_in_time(model, xr.Dataset(), patients=3000)
    expected = run_in_time(model, xr.Dataset(), patients=3000, engine="numpy")
    xr.testing.assert_allclose(found, expected, rtol=1e-9)
    monkeypatch.setattr("equipoise.clinical.compiled.in_time.engine._PATHS", 1)
    monkeypatch.setattr("equipoise.clinical.compiled.engine.processors", lambda: 1)
    xr.testing.assert_identical(run_in_time(model, xr.Dataset(), patients=3000), found)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", [{"well": "rest"}, {}])
def test_a_model_in_which_nobody_ever_moves(
    build: Build, engine: Engine, row: dict[str, str]
) -> None:
    states = {"well": {"start": 1, "cost": "100 / year"}, "dead": {}}
    model = build(states=states, transitions={"well": row})
    found = totals(run_in_time(model, xr.Dataset(), patients=20_000, engine=engine))
    assert float(found["cost"].squeeze()) == pytest.approx(400)
    assert float(found["life_years"].squeeze()) == pytest.approx(4)


def test_what_is_left_over_is_refused(build: Build) -> None:
    model = build(
        states={"surgery": {"start": 1}, "well": {}, "dead": {}},
        transitions={"surgery": {"dead": "0.1 / year", "well": "rest"}},
    )
    with pytest.raises(SimulationError, match="left over has no time") as caught:
        run_in_time(model, xr.Dataset(), patients=10)
    assert "transitions.surgery.well" in str(caught.value)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("cycle", "horizon"),
    [("3 years", "10 years"), ("1 year", "0.4 years"), ("0.7 years", "2 years")],
)
def test_the_course_ends_with_the_horizon_whatever_the_cycle(
    build: Build, engine: Engine, cycle: str, horizon: str
) -> None:
    years = float(horizon.split(maxsplit=1)[0])
    model = build(
        time=course(cycle, horizon),
        states={"well": {"start": 1, "cost": "(10 + 0 * time / year) / year"}, "dead": {}},
        transitions={"well": {"dead": "0 / year"}},
    )
    found = run_in_time(model, xr.Dataset(), patients=10, engine=engine)
    assert found.sizes["year"] == int(np.ceil(years))
    assert float(found["life_years"].sum()) == pytest.approx(years)
    assert float(found["cost"].sum()) == pytest.approx(10 * years)
    assert lived(model, engine, patients=10, by_year=False) == pytest.approx(years)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_old_die_where_next_to_nobody_is_left(build: Build, engine: Engine) -> None:
    """Shares alive too small for a float must not stand for immortals."""
    for words, mean in (
        ("gamma(shape=2, rate=10 / year)", 0.1),
        ("lognormal(log_mean=0, log_sd=0.05)", 0.0),
        ("gompertz(shape=0.12 / year, rate=0.01 / year)", 0.0),
    ):
        model = build(
            time={"start_age": "80 years", "cycle": "1 year", "horizon": "10 years"},
            states={"well": {"start": 1}, "dead": {}},
            transitions={"well": {"dead": {"time_to": words, "clock": "age"}}},
        )
        assert lived(model, engine, patients=300) < mean + 0.1


def test_a_hazard_that_sets_in_late_is_the_same_in_numpy(build: Build) -> None:
    words = "weibull(shape=5, scale=20 * year, hazard_ratio=0 if time < 2 * year else 1)"
    model = build(
        time={"start_age": "80 years", "cycle": "1 year", "horizon": "10 years"},
        states={"well": {"start": 1}, "dead": {}},
        transitions={"well": {"dead": {"time_to": words, "clock": "age"}}},
    )
    found = [lived(model, engine, patients=2000) for engine in ENGINES]
    assert found[0] == pytest.approx(found[1], rel=1e-9)
    assert found[0] == pytest.approx(2.015, abs=0.01)


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_lives_where_all_states_say_so(build: Build, engine: Engine) -> None:
    model = build(
        states={"gone": {"start": 1, "alive": False, "cost": "7 / year"}},
        transitions={"gone": {}},
    )
    found = run_in_time(model, xr.Dataset(), patients=10, engine=engine)
    assert float(found["alive"].sum()) == 0.0
    assert float(found["cost"].sum()) == pytest.approx(28)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rate", [1e-12, 1e-9, 1e-7, -1e-11])
def test_rates_of_next_to_nothing_discount_by_next_to_nothing(
    build: Build, engine: Engine, rate: float
) -> None:
    model = build(
        time=course(horizon="39 years"),
        states={"well": {"start": 1, "cost": "10 / year"}, "dead": {}},
        transitions={"well": {"dead": "0 / year"}},
    )
    exact = 390 * special.exprel(-39 * np.log1p(rate))
    stepped = Discounting((0.0, 1.0), np.array([[rate], [rate]]))
    for discount in (rate, stepped):
        found = run_in_time(
            model, xr.Dataset(), patients=3, engine=engine, discount=(discount, 0.0)
        )
        assert float(found["cost_present"].sum()) == pytest.approx(exact, rel=3e-8)


@pytest.mark.parametrize("engine", ENGINES)
def test_all_are_alive_on_the_first_day(build: Build, engine: Engine) -> None:
    """Also who leaves within an instant, and then once only."""
    quick = {"time_to": "weibull(shape=0.001, scale=1 * year)"}
    model = build(
        states={"a": {"start": 1}, "b": {}, "dead": {}},
        transitions={"a": {"b": quick}, "b": {"dead": "0.1 / year"}},
    )
    found = run_in_time(model, xr.Dataset(), patients=500, engine=engine)
    assert float(found["alive"].isel(year=0).squeeze()) == 1.0


def test_the_kernel_numbers_clocks_and_distributions_as_the_reference_does() -> None:
    assert tuple(map(CLOCKS.index, ("state", "start", "age"))) == (rows.STATE, rows.START, rows.AGE)
    for kind in ("exponential", "weibull", "gompertz", "loglogistic"):
        assert getattr(rows, kind.upper()) == KIND_NUMBERS[kind]


def test_formulas_that_are_read_often_are_worth_a_kernel(build: Build) -> None:
    states = {"well": {"start": 1, "cost": "10 / year"}, "dead": {}}
    rows = {"steady": "0.1 / year", "changing": "0.1 * age / (40 * year) / year"}
    engines = {
        name: following(
            build(time=course("1 week"), states=states, transitions={"well": {"dead": rate}}),
            draws=1, seed=1, choice="continuous", patients=2000,
        ).engine
        for name, rate in rows.items()
    }  # fmt: skip
    assert engines == {"steady": "numpy", "changing": "machine_code"}
