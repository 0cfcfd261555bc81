"""Continuous time where models are odd: what a reviewer found, each against what is right."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

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


def one_way(build: Build, words: str, *, clock: str = "state", age: int = 0) -> LoadedModel:
    return build(
        time={"start_age": f"{age} years", "cycle": "1 year", "horizon": "40 years"},
        states={"well": {"start": 1}, "dead": {}},
        transitions={"well": {"dead": {"time_to": words, "clock": clock}}},
    )


def erlang(x: np.ndarray) -> np.ndarray:
    return np.log1p(x + x**2 / 2 + x**3 / 6) - x


LOG_ALIVE = {
    "lognormal(log_mean=-3, log_sd=0.1": lambda t: stats.norm.logsf((np.log(t) + 3) / 0.1),
    "gamma(shape=2, rate=50 / year": lambda t: np.log1p(50 * t) - 50 * t,
    "generalised_gamma(mu=-3, sigma=0.1, q=0.5": (
        lambda t: erlang(4 * np.exp(0.5 * (np.log(t) + 3) / 0.1))
    ),
    "generalised_gamma(mu=-3, sigma=0.1, q=-0.5": (
        lambda t: stats.gamma.logcdf(4 * np.exp(-0.5 * (np.log(t) + 3) / 0.1), 4)
    ),
}


@pytest.mark.parametrize("ratio", [0.1, 0.003, 0.001])
@pytest.mark.parametrize("words", LOG_ALIVE)
def test_a_small_hazard_ratio_makes_nobody_immortal(build: Build, words: str, ratio: float) -> None:
    """Those alive without it would be too few for a float: 20 years of lognormal(-3, 0.1)."""
    grid = np.linspace(1e-9, 40, 400_001)
    with np.errstate(divide="ignore"):
        exact = np.trapezoid(np.exp(ratio * LOG_ALIVE[words](grid)), grid)
    model = one_way(build, f"{words}, hazard_ratio={ratio})")
    assert lived(model, "numpy", patients=20_000) == pytest.approx(exact, rel=0.04)
    by_cycle = one_way(build, f"{words}, hazard_ratio={ratio} + 0 * time / year)")
    few = [lived(one, "numpy", patients=500) for one in (model, by_cycle)]
    assert few[1] == pytest.approx(few[0], rel=1e-9)


@pytest.mark.parametrize("words", [*LOG_ALIVE, "gompertz(shape=0.12 / year, rate=0.01 / year"])
def test_a_hazard_ratio_of_0_ends_nothing(build: Build, words: str) -> None:
    model = one_way(build, f"{words}, hazard_ratio=0)", clock="age", age=80)
    assert lived(model, "numpy", patients=20) == 40


@pytest.mark.parametrize("changing", ["", " + 0 * time / year"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_hazard_that_has_fallen_far_keeps_its_digits(
    build: Build, engine: Engine, changing: str
) -> None:
    """What it was at birth is 1e17 times as much."""
    rate = float(0.3 * np.exp(0.65 * 60))
    words = f"gompertz(shape=-0.65 / year, rate={rate!r} / year, hazard_ratio=1{changing})"
    found = lived(one_way(build, words, clock="age", age=60), engine, patients=4000)
    grid = np.linspace(0, 40, 400_001)
    exact = np.trapezoid(np.exp(0.3 * np.expm1(-0.65 * grid) / 0.65), grid)
    assert found == pytest.approx(exact, rel=0.06)


@pytest.mark.parametrize("engine", ENGINES)
def test_patients_who_move_for_ever_stop_the_run(
    build: Build, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    monkeypatch.setattr("equipoise.clinical.time_reference.MOST_VISITS", 2000)  # NumPy is slow
    back = {"time_to": "gompertz(shape=0.5 / year, rate=1e-5 / year)", "clock": "age"}
    model = build(
        time={"start_age": "80 years", "cycle": "1 year", "horizon": "10 years"},
        states={"well": {"start": 1}, "ill": {}},
        transitions={"well": {"ill": back}, "ill": {"well": back}},
    )
    with pytest.raises(SimulationError, match="so high are some hazards"):
        lived(model, engine, patients=50)


def test_a_long_run_is_heard_of_and_can_be_stopped(build: Build) -> None:
    """However many draws there are; nothing of the work is left to other threads."""
    model = one_way(build, "weibull(shape=1.2, scale=6 * year)")
    inputs = xr.Dataset({"x": ("draw", np.zeros(30_000))})
    told: list[float] = []

    def stop(share: float) -> None:
        told.append(share)
        if len(told) > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_time(model, inputs, patients=500, engine="machine_code", progress=stop)
    assert told[0] < 0.6
    assert told == sorted(told)


@pytest.mark.parametrize("run", [run_in_time, run_individuals])
def test_nobody_cannot_be_followed(build: Build, run: Callable[..., xr.Dataset]) -> None:
    with pytest.raises(SimulationError, match="0 patients cannot be followed"):
        run(one_way(build, "exponential(rate=0.1 / year)"), xr.Dataset(), patients=0)


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
