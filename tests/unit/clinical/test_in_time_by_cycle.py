"""Continuous time with what changes from cycle to cycle: hazards, values, rates of discount."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import integrate

from equipoise.clinical import Engine, run_in_time, run_individuals, totals
from equipoise.clinical.discounting import Discounting
from equipoise.core.units import parse_unit
from equipoise.spec.loaded import LoadedModel, TableData

DEATHS = TableData(
    "deaths", np.array([0.0, 41, 42, 43, 60]), np.array([[0.1, 0.2, 0.05, 0.9, 0.4]]),
    argument_units=(parse_unit("year"),), unit=parse_unit("1/year"),
)  # fmt: skip

STEPS = Discounting((0.0, 1.0, 2.4), np.array([[0.02], [0.0], [0.07]]))

CHANGING: dict[str, Any] = {
    "time": {"start_age": "40 years", "start_year": 2026, "cycle": "0.4 years",
             "horizon": "6 years"},
    "tables": {"deaths": DEATHS},
    "strategies": {"old": {"treated": 0}, "new": {"treated": 1}},
    "subgroups": {
        "some": {"weight": "share", "values": {"male": 0}},
        "others": {"weight": "1 - share", "values": {"male": 1}},
    },
    "parameters": {
        name: {"value": value, "unit": "1", "status": "assumption", "note": "invented"}
        for name, value in {"share": 0.3, "p": 0.2}.items()
    },
    "let": {"late": "1 + time / year", "wanes": "1 - 0.6 * treated * exp(-p * time / year)",
            "price": "1000 * 0.95 ** (calendar_year - 2026)"},
    "states": {
        "well": {"start": "1 - p", "utility": "0.9 - age / year / 500",
                 "cost": {"drug": "treated * price / year", "care": "20 / year"}},
        "ill": {"start": "p", "utility": "0.5", "cost": {"care": "(1 + sick) * price / year"}},
        "sick": {"utility": "0.2"},
        "dead": {},
    },
    "transitions": {
        "well": {
            "ill": {"time_to": "weibull(shape=1.4, scale=3 * year, hazard_ratio=wanes)"},
            "dead": "deaths(age) * (1 + male)",
        },
        "ill": {
            "sick": {"time_to": "gompertz(shape=0.3 / year, rate=0.1 / year, hazard_ratio=wanes)",
                     "clock": "start"},
            "well": {"time_to": "loglogistic(shape=1.7, scale=2 * year, hazard_ratio=late)",
                     "clock": "age"},
            "dead": {"time_to": "exponential(rate=0.1 / year, hazard_ratio=wanes)"},
        },
        "sick": {"dead": {"time_to": "weibull(shape=0.8, scale=2 * year)"}},
    },
    "transition_effects": [
        {"leaving": ["well", "ill", "sick"], "entering": "dead", "cost": {"burial": "price"}},
        {"leaving": "well", "entering": "ill", "cost": "7", "qaly": "-0.01 * age / 40"},
    ],
    "events": {"begin": {"when": "time == 0", "cost": {"drug": "price * treated"}}},
}  # fmt: skip

FRAIL = {
    "attributes": {"frailty": {"distribution": "gamma(mean=1, sd=0.4)", "unit": "1"}},
    "let": {**CHANGING["let"], "wanes": "frailty * (1 - 0.5 * treated * exp(-p * time / year))"},
}
"""Patients who differ, with a hazard that changes."""


def build_changing(build: Callable[..., LoadedModel], **fields: Any) -> LoadedModel:
    return build(**{k: v for k, v in (CHANGING | fields).items() if k != "tables"},
                 tables=CHANGING["tables"])  # fmt: skip


def run(model: LoadedModel, engine: Engine, **options: Any) -> xr.Dataset:
    rng = np.random.default_rng(5)
    spans = {"share": (0.1, 0.9), "p": (0.05, 0.5)}
    inputs = xr.Dataset({name: ("draw", rng.uniform(*span, 3)) for name, span in spans.items()})
    given: dict[str, Any] = {"patients": 700, "discount": (STEPS, 0.03), "start_ages": [40.0, 41.3]}
    return run_in_time(model, inputs, engine=engine, **(given | options))


@pytest.mark.parametrize("by_year", [True, False])
@pytest.mark.parametrize("fields", [{}, FRAIL], ids=["alike", "frail"])
def test_machine_code_is_the_reference(
    build: Callable[..., LoadedModel], fields: dict[str, Any], by_year: bool
) -> None:
    model = build_changing(build, **fields)
    found, expected = (run(model, engine, by_year=by_year) for engine in ("machine_code", "numpy"))
    for name, values in expected.items():
        if name != "track":
            largest = float(np.abs(values).max())
            assert largest > 0, name
            np.testing.assert_allclose(
                found[name], values, rtol=1e-9, atol=1e-11 * largest, err_msg=str(name)
            )


@pytest.mark.parametrize("engine", ["machine_code", "numpy"])
def test_a_life_table_is_followed_exactly(
    build: Callable[..., LoadedModel], engine: Engine
) -> None:
    """Years of life from hazards that hold for a year of age each, without a cycle's error."""
    model = build(
        states={"well": {"start": "1"}, "dead": {}},
        transitions={"well": {"dead": "deaths(age)"}},
        tables={"deaths": DEATHS},
    )
    draws = xr.Dataset(coords={"draw": range(40)})
    found = totals(run_in_time(model, draws, engine=engine, patients=2000))["life_years"]
    exact, alive = 0.0, 1.0
    for hazard in (0.1, 0.2, 0.05, 0.9):
        exact += alive * -math.expm1(-hazard) / hazard
        alive *= math.exp(-hazard)
    error = float(found.std(ddof=1)) / math.sqrt(40)
    assert error < 0.006
    assert float(found.mean()) == pytest.approx(exact, abs=4 * error)


@pytest.mark.parametrize("clock", ["state", "start"])
def test_an_effect_that_ends_leaves_the_hazard_as_it_was(
    build: Callable[..., LoadedModel], clock: str
) -> None:
    """Weibull deaths at a third of the hazard for two years, then in full."""
    model = build(
        time={"cycle": "1 year", "horizon": "9 years"},
        states={"well": {"start": "1"}, "dead": {}},
        transitions={"well": {"dead": {
            "time_to": "weibull(shape=1.6, scale=4 * year, "
                       "hazard_ratio=1 / 3 if time < 2 * year else 1)",
            "clock": clock,
        }}},
    )  # fmt: skip
    draws = xr.Dataset(coords={"draw": range(40)})
    found = totals(run_in_time(model, draws, patients=2000))["life_years"]

    def alive(time: float) -> float:
        early, late = (min(time, 2) / 4) ** 1.6, max((time / 4) ** 1.6 - 0.5**1.6, 0)
        return math.exp(-early / 3 - late)

    exact = integrate.quad(alive, 0, 9, points=[2])[0]
    error = float(found.std(ddof=1)) / math.sqrt(40)
    assert float(found.mean()) == pytest.approx(exact, abs=4 * error)


@pytest.mark.parametrize("engine", ["machine_code", "numpy"])
def test_costs_that_change_and_rates_that_change_are_sums_by_hand(
    build: Callable[..., LoadedModel], engine: Engine
) -> None:
    """Nobody dies: 100 a year, 10 more each half-year cycle, at 2 %, from 1.3 years on at 5 %."""
    model = build(
        time={"cycle": "0.5 years", "horizon": "3 years"},
        states={"well": {"start": "1", "cost": "(100 + 20 * time / year) / year"}, "dead": {}},
        transitions={"well": {"dead": "0 / year"}},
    )
    rates = Discounting((0.0, 1.3), np.array([[0.02], [0.05]]))
    found = run_in_time(model, xr.Dataset(), patients=5, discount=(rates, 0.0), engine=engine)

    def today(time: float) -> float:
        cost = 100 + 10 * math.floor(2 * time)
        return cost * 1.02 ** -min(time, 1.3) * 1.05 ** -max(time - 1.3, 0.0)

    for year in range(3):
        exact = integrate.quad(today, year, year + 1, points=[year + 0.5, 1.3], epsabs=1e-12)[0]
        assert float(found["cost_present"].isel(year=year).sum()) == pytest.approx(exact, rel=1e-9)
        assert float(found["cost"].isel(year=year).sum()) == pytest.approx(105 + 20 * year)


def test_deaths_by_a_life_table_are_those_of_the_individuals_by_cycles(
    build: Callable[..., LoadedModel],
) -> None:
    """Hazards that hold for a cycle give the same share alive at its end on both engines."""
    model = build(
        states={"well": {"start": "1"}, "dead": {}},
        transitions={"well": {"dead": "deaths(age)"}},
        tables={"deaths": DEATHS},
    )
    draws = xr.Dataset(coords={"draw": range(30)})
    exact = run_in_time(model, draws, patients=2000)["alive"]
    alive = run_individuals(model, draws, patients=2000)["alive"]
    for year in (1, 2, 3):
        one, other = (found.isel(year=year) for found in (exact, alive))
        error = math.hypot(*(float(x.std(ddof=1)) / math.sqrt(30) for x in (one, other)))
        assert float(one.mean()) == pytest.approx(float(other.mean()), abs=4 * error)
