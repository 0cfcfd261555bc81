"""The calendar year in formulas: closed forms, and the same on every engine."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import Engine, run_cohort, run_individuals
from equipoise.clinical.compiled.source import kernel_source
from equipoise.clinical.plan import plan
from equipoise.core.errors import SimulationError
from equipoise.core.units import parse_unit
from equipoise.spec.loaded import LoadedModel, TableData

Build = Callable[..., LoadedModel]

ENGINES = ("numpy", "machine_code")
ONE, YEAR, PER_YEAR = parse_unit("1"), parse_unit("year"), parse_unit("1/year")

TABLES = {
    "mortality": TableData(
        "mortality", np.array([2026.0, 2028, 2030]), np.array([[0.2, 0.1, 0.05]]),
        argument_units=(ONE,), unit=PER_YEAR,
    ),
}  # fmt: skip

TIME = {"start_year": 2026, "start_age": "40 years", "cycle": "1 year", "horizon": "6 years"}

EVERYTHING: dict[str, Any] = {
    "time": TIME | {"cycle": "0.25 years"},
    "strategies": {"old": {"treated": 0}, "new": {"treated": 1}},
    "subgroups": {
        "some": {"weight": "share", "values": {"male": 0}},
        "others": {"weight": "1 - share", "values": {"male": 1}},
    },
    "parameters": {
        name: {"value": value, "unit": "1", "status": "assumption", "note": "invented"}
        for name, value in {"share": 0.3, "p": 0.2}.items()
    },
    "attributes": {
        "begun": {"start": "calendar_year + p", "unit": "1"},
        "load": {"start": "calendar_year / 2000", "each_cycle": "load + calendar_year / 1e4",
                 "unit": "1"},
    },
    "let": {
        "falling": "(1 - p) ** (calendar_year - 2026)",
        "late": "calendar_year >= 2028 + p",
        "since": "time_in_state / year * (calendar_year - begun)",
    },
    "states": {
        "well": {"start": 1, "utility": "0.9 - p if late else 0.8",
                 "cost": {"drug": "1000 * falling * (1 + treated) / year"}},
        "ill": {"utility": "0.5", "cost": {"care": "(calendar_year + load + since) / year"}},
        "dead": {},
    },
    "transitions": {
        "well": {"ill": "p / year", "dead": "mortality(calendar_year)"},
        "ill": {"well": "0.1 / year", "dead": "2 * mortality(calendar_year + male)"},
    },
    "transition_effects": [
        {"leaving": "well", "entering": "ill", "cost": "calendar_year - 2000", "qaly": "-0.01"},
    ],
    "events": {
        "begin": {"when": "calendar_year == 2026", "cost": "calendar_year * p"},
        "check": {"when": "first(calendar_year > 2027 + p)", "cost": "calendar_year"},
    },
    "track": {"year": "calendar_year", "late": "late"},
}  # fmt: skip


def drawn(count: int) -> xr.Dataset:
    rng = np.random.default_rng(3)
    return xr.Dataset({name: ("draw", rng.uniform(0.05, 0.4, count)) for name in ("share", "p")})


def assert_alike(found: xr.Dataset, expected: xr.Dataset, largest_error: float = 1e-12) -> None:
    for name, values in expected.items():
        np.testing.assert_allclose(
            found[name], values, rtol=largest_error, atol=largest_error, err_msg=str(name)
        )


def one_draw() -> xr.Dataset:
    return xr.Dataset(coords={"draw": [0]})


@pytest.mark.parametrize("engine", ENGINES)
def test_a_price_that_falls_with_the_years(build: Build, engine: Engine) -> None:
    model = build(
        time=TIME | {"method": "none"}, discount={"cost": "10 %/year", "health": "0 %/year"},
        states={"alive": {"start": 1, "cost": "100 * 0.9 ** (calendar_year - 2026) / year"}},
        track={"year": "calendar_year"},
    )  # fmt: skip
    found = run_cohort(model, one_draw(), engine=engine)
    expected = [100 * 0.9**k for k in range(6)]
    assert found["cost"].values.ravel() == pytest.approx(expected, rel=1e-14)
    present = [100 * (0.9 / 1.1) ** k for k in range(6)]
    assert found["cost_present"].values.ravel() == pytest.approx(present, rel=1e-13)
    assert found["track"].values.ravel().tolist() == [2026, 2027, 2028, 2029, 2030, 2031]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_by_calendar_year_is_read_at_the_start_of_the_cycle(
    build: Build, engine: Engine
) -> None:
    model = build(
        time=TIME | {"cycle": "0.5 years"}, tables=TABLES,
        states={"alive": {"start": 1}, "dead": {}},
        transitions={"alive": {"dead": "mortality(calendar_year)"}},
    )  # fmt: skip
    found = run_cohort(model, one_draw(), engine=engine)
    hazards = np.cumsum([0.0, 0.2, 0.2, 0.1, 0.1, 0.05])
    assert found["alive"].values.ravel() == pytest.approx(np.exp(-hazards), rel=1e-14)


def test_the_year_is_a_plain_number_with_the_part_that_has_passed(build: Build) -> None:
    model = build(
        time=TIME | {"cycle": "3 months", "method": "none"},
        states={"alive": {"start": 1, "cost": "calendar_year / year"}},
    )
    found = run_cohort(model, one_draw())["cost"].sum("item").values.ravel()
    assert found == pytest.approx([2026.375 + year for year in range(6)], rel=1e-14)


@pytest.mark.parametrize("changes", [{}, {"time_in_state": False}, {"curves": True}])
def test_machine_code_of_a_cohort_is_the_reference(build: Build, changes: dict[str, bool]) -> None:
    fields = dict(EVERYTHING)
    if changes:
        fields["let"] = EVERYTHING["let"] | {"since": "calendar_year - begun"}
    if changes.get("curves"):
        fields |= {
            "states": {
                "well": {"share": "exponential_survival(time, mortality(calendar_year)) ** falling",
                         "cost": "calendar_year / year"},
                "dead": {"share": "rest"},
            },
            "transitions": {}, "transition_effects": [{"entering": "dead", "cost": "load"}],
        }  # fmt: skip
    model = build(**fields, tables=TABLES)
    options: dict[str, Any] = {"start_ages": [20.0, 61.0], "discount": (0.03, 0.015)}
    numpy, machine = (run_cohort(model, drawn(70), engine=engine, **options) for engine in ENGINES)
    assert_alike(machine, numpy)


def test_machine_code_of_single_patients_is_the_reference(build: Build) -> None:
    attributes = EVERYTHING["attributes"] | {
        "frail": {"distribution": "gamma(mean=1, sd=0.3)", "unit": "1"},
        "ill_since": {"start": "0", "each_cycle": "calendar_year if ill else ill_since",
                      "unit": "1"},
    }  # fmt: skip
    model = build(**EVERYTHING | {"attributes": attributes}, tables=TABLES)
    numpy, machine = (
        run_individuals(model, drawn(3), engine=engine, patients=600) for engine in ENGINES
    )
    assert_alike(machine, numpy)


def test_single_patients_agree_with_the_cohort(build: Build) -> None:
    model = build(**EVERYTHING, tables=TABLES)
    point = drawn(1).isel(draw=[0] * 30)
    expected = run_cohort(model, drawn(1))
    found = run_individuals(model, point, patients=2000, engine="machine_code")
    for name in ("cost", "qaly", "alive"):
        total = found[name].sum("year")
        error = total.std("draw", ddof=1) / math.sqrt(30)
        difference = np.abs(total.mean("draw") - expected[name].sum("year").isel(draw=0))
        assert (difference <= 4 * error + 1e-9).all(), name


def test_each_sampled_patient_has_the_year_too(build: Build) -> None:
    attributes = EVERYTHING["attributes"] | {
        "price": {"distribution": "uniform(low=0, high=2)", "unit": "1"}
    }
    let = EVERYTHING["let"] | {"falling": "price * (calendar_year - 2025)"}
    model = build(**EVERYTHING | {"attributes": attributes, "let": let}, tables=TABLES)
    numpy, machine = (run_cohort(model, drawn(3), engine=engine, patients=50) for engine in ENGINES)
    assert_alike(machine, numpy)


def test_a_model_that_does_not_ask_has_the_same_kernel_with_and_without_a_year(
    build: Build,
) -> None:
    texts = set()
    for time in (TIME, {name: value for name, value in TIME.items() if name != "start_year"}):
        model = build(time=time, states={"alive": {"start": 1, "cost": "age / year / year"}})
        assert model.spec.time is not None
        texts.add(kernel_source(model, plan(model), model.spec.time, []).text)
    assert len(texts) == 1


@pytest.mark.parametrize("run", [run_cohort, run_individuals])
def test_a_run_without_a_start_year_is_refused(build: Build, run: Callable[..., Any]) -> None:
    model = build(states={"alive": {"start": 1, "cost": "calendar_year / year"}})
    with pytest.raises(SimulationError, match="no year at start") as caught:
        run(model, one_draw())
    assert "add `start_year: 2026` under `time`" in str(caught.value)
