"""Patients one by one: machine code against NumPy, both against cohorts and closed forms."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import Engine, run_cohort, run_in_time, run_individuals, totals
from equipoise.clinical import one_by_one as loops
from equipoise.clinical.compiled.individuals import engine as threads
from equipoise.clinical.given import given
from equipoise.clinical.stretches import STRETCH, Sums, stretches
from equipoise.core.errors import SimulationError
from equipoise.core.units import parse_unit
from equipoise.draws import Sample, base_case
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel, TableData

AGES = [20.0, 61.0]
DRAWS = 5
RATE = np.linspace(0.0, 0.08, DRAWS)

YEAR, PER_YEAR = parse_unit("year"), parse_unit("1/year")

TABLES = {
    "hazard": TableData(
        "hazard", np.array([0.0, 30, 60]), np.array([[0.1, 0.2, 0.5]]),
        argument_units=(YEAR,), unit=PER_YEAR,
    ),
}  # fmt: skip

OWN_COURSE: dict[str, Any] = {
    "time": {"cycle": "0.3 years", "horizon": "7.2 years"},
    "strategies": {"old": {"treated": 0}, "new": {"treated": 1}},
    "subgroups": {
        "some": {"weight": "share", "values": {"male": 0}},
        "others": {"weight": "1 - share", "values": {"male": 1}},
    },
    "parameters": {
        name: {"value": value, "unit": "1", "status": "assumption", "note": "invented"}
        for name, value in {"share": 0.3, "p": 0.2, "q": 1.5}.items()
    },
    "correlations": [{"parameters": ["frailty", "delay"], "coefficient": -0.6}],
    "attributes": {
        "frailty": {"distribution": "gamma(mean=1, sd=0.4)", "unit": "1"},
        "delay": {"distribution": "exponential(mean=12)", "unit": "months"},
        "sex": {"distribution": "empirical(values=[0, 1], weights=[0.4, 0.6])", "unit": "1"},
        "load": {"start": "age / 10 / year * frailty + p", "unit": "1",
                 "each_cycle": "load + worse * cycle / year"},
        "years_ill": {"start": "0", "unit": "year",
                      "each_cycle": "years_ill + cycle if ill or worst else 0 * year"},
        "fixed": {"start": "male * q + 1", "unit": "1"},
    },
    "let": {
        "worse": "frailty * (2 if ill else 1) * exp(-q * treated) + sex / 9",
        "late": "time > delay",
        "since": "min(time_in_state / year, 3)",
        "power": "q ** 2",
    },
    "states": {
        "well": {"start": "1 - p / 2", "utility": "0.9 - min(load, 20) / 100",
                 "cost": {"drug": "100 * power / year", "care": "20 * fixed / year"}},
        "ill": {"start": "p / 2", "utility": "max(0.6 - since / 20, 0.1) if late else 0.5",
                "cost": {"care": "500 / year * (1 + since)", "drug": "3 / year"}},
        "worst": {"utility": "0.1", "cost": {"care": "900 / year"}},
        "dead": {"cost": {"burial": "3 * first(time > 1 * year) / year"}},
    },
    "transitions": {
        "well": {"ill": "probability(p * hazard(age) * frailty, cycle)", "dead": "p / 40"},
        "ill": {"well": "0.1 / year / (1 + since)", "dead": "0.05 * years_ill / year ** 2",
                "worst": "0.3 * frailty / year"},
        "worst": {"dead": "p", "well": "0.01", "worst": "rest"},
    },
    "transition_effects": [
        {"leaving": ["well", "ill"], "entering": "dead", "cost": {"burial": "10 * q + since"}},
        {"leaving": "well", "entering": "ill", "cost": "7 * frailty", "qaly": "-0.01 * year"},
        {"leaving": "ill", "entering": "worst", "cost": {"care": "11 * power"}},
    ],
    "events": {
        "begin": {"when": "time == 0", "cost": {"drug": "1000 * treated"},
                  "qaly": "-p / 10 * year"},
        "operation": {"when": "first(load > 4 + q)", "cost": "300 * load", "qaly": "-0.02 * year"},
        "relapse": {"when": "first(ill and late)", "cost": {"care": "77"}},
        "check": {"when": "worst or time_in_state > 2 * year", "cost": "0.5 * (1 + well)"},
        "gift": {"when": "late", "cost": "1"},
    },
    "track": {"load": "load", "ill": "ill", "strong": "power", "since": "since"},
}  # fmt: skip


def own_course(build: Callable[..., LoadedModel], **time: Any) -> LoadedModel:
    return build(**(OWN_COURSE | {"time": OWN_COURSE["time"] | time}), tables=TABLES)


def drawn() -> xr.Dataset:
    rng = np.random.default_rng(7)
    spans = {"share": (0, 1), "p": (0.02, 0.5), "q": (0.5, 3)}
    return xr.Dataset({name: ("draw", rng.uniform(*span, DRAWS)) for name, span in spans.items()})


def run(model: LoadedModel, parameters: xr.Dataset, engine: Engine, **given: Any) -> xr.Dataset:
    options: dict[str, Any] = {"start_ages": AGES, "discount": (RATE, 0.03), "patients": 700}
    return run_individuals(model, parameters, engine=engine, **(options | given))


def assert_alike(found: xr.Dataset, expected: xr.Dataset) -> None:
    assert found.attrs == expected.attrs
    for name, values in expected.items():
        largest = float(np.abs(values).max())
        assert largest > 0, name
        np.testing.assert_allclose(
            found[name], values, rtol=1e-10, atol=1e-12 * largest, err_msg=str(name)
        )


@pytest.mark.parametrize("method", ["half_cycle", "life_table", "end_of_cycle", "simpson"])
@pytest.mark.parametrize("corrected", [False, True])
def test_machine_code_is_the_reference(
    build: Callable[..., LoadedModel], method: str, corrected: bool
) -> None:
    model = own_course(build, method=method, correct_transitions=corrected)
    assert_alike(*(run(model, drawn(), engine) for engine in ("machine_code", "numpy")))


@pytest.mark.parametrize("engine", ["machine_code", "numpy"])
def test_the_same_to_the_last_bit_however_the_run_is_cut(
    build: Callable[..., LoadedModel], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = own_course(build)
    inputs = drawn().assign_coords(draw=np.arange(DRAWS) + 3)
    options: dict[str, Any] = {"patients": 2100, "by_year": False}
    whole = run(model, inputs, engine, **options)

    def part(places: slice) -> xr.Dataset:
        rates = (RATE[places], 0.03)
        return run(model, inputs.isel(draw=places), engine, discount=rates, **options)

    for places in (slice(0, 2), slice(3, 4), slice(None, None, -1)):
        xr.testing.assert_identical(part(places), whole.isel(draw=places))
    monkeypatch.setattr(loops, "_STEPS", 1)
    monkeypatch.setattr(loops, "_NUMBERS", 1)
    monkeypatch.setattr("equipoise.clinical.compiled.engine.processors", lambda: 1)
    xr.testing.assert_identical(run(model, inputs, engine, **options), whole)


def test_more_patients_leave_the_first_ones_as_they_are(build: Callable[..., LoadedModel]) -> None:
    model = own_course(build)
    sample = Sample.of(drawn(), model.spec.parameters)
    course = given(model, sample, start_ages=AGES, discount=None, by_year=True)
    assert model.spec.time is not None
    found = []
    for count in (STRETCH, 3 * STRETCH):
        sums = Sums.empty(course)
        kernel = threads.PatientKernel(course, model.spec.time, seed=1)
        kernel.add(sums, range(DRAWS), stretches(seed=1, count=count, groups=2)[:1])
        found.append(sums.arrays)
    for name, values in found[0].items():
        np.testing.assert_array_equal(values, found[1][name])


def test_luck_is_shared_by_strategies_and_differs_between_draws_and_seeds(
    build: Callable[..., LoadedModel],
) -> None:
    model = build(
        strategies={"one": {"x": 0}, "other": {"x": 1}},
        attributes={"height": {"distribution": "normal(mean=170, sd=10)", "unit": "1"}},
        states={"well": {"start": "0.6"}, "ill": {"start": "0.4"}, "dead": {}},
        transitions={"well": {"dead": "0.1"}, "ill": {"dead": "0.2"}},
        track={"height": "height", "well": "well"},
    )
    inputs = xr.Dataset(coords={"draw": [0, 1]})
    found = run_individuals(model, inputs, patients=500)
    again = run_individuals(model, inputs, patients=500, seed=2)
    for name in ("alive", "track"):
        one, other = (found[name].sel(strategy=strategy).values for strategy in ("one", "other"))
        np.testing.assert_array_equal(one, other)
        assert (found[name].sel(draw=0) != found[name].sel(draw=1)).any()
        assert (found[name] != again[name]).any()


@pytest.mark.parametrize("run", [run_cohort, run_individuals, run_in_time])
@pytest.mark.parametrize("engine", ["machine_code", "numpy"])
def test_a_distribution_can_have_uncertain_arguments(
    build: Callable[..., LoadedModel], run: Callable[..., xr.Dataset], engine: Engine
) -> None:
    """Through a plain one and a formula: mean and spread are those of each draw."""
    parameters = {
        name: {"value": value, "unit": "1", "status": "assumption", "note": "invented"}
        for name, value in {"middle": 5, "spread": 1}.items()
    }
    model = build(
        parameters=parameters,
        attributes={
            "place": {"distribution": "normal(mean=0, sd=1)", "unit": "1"},
            "height": {"start": "middle + spread * place", "unit": "1"},
        },
        states={
            "well": {
                "start": 1,
                "cost": {"first": "height / year", "second": "height ** 2 / year"},
            },
            "dead": {},
        },
        transitions={"well": {"dead": "0.01 / year"}},
    )
    middle, spread = np.array([2.0, 5, 9]), np.array([1.0, 0.1, 2])
    inputs = xr.Dataset({"middle": ("draw", middle), "spread": ("draw", spread)})
    found = run(model, inputs, engine=engine, patients=5000)
    total = found["cost"].sum("year") / found["life_years"].sum("year")
    mean, square = (total.sel(item=item).values.ravel() for item in ("first", "second"))
    np.testing.assert_array_less(np.abs(mean - middle) / spread, 4 / math.sqrt(5000))
    np.testing.assert_allclose(np.sqrt(square - mean**2), spread, rtol=0.05)


@pytest.mark.parametrize(
    "name", ["sick-sicker", "sick-sicker-by-age", "total-hip-replacement", "haemophilia-b-germany"]
)
def test_patients_one_by_one_and_the_cohort_agree(name: str) -> None:
    """Of 40 runs of 2,000 patients the mean lies within 4 standard errors of the cohort's."""
    model = load_model(library_folder() / "models" / f"{name}.yaml")
    inputs = base_case(model.spec.parameters, joint=model.spec.joint)
    repeated = inputs.expand_dims(draw=40)
    expected = totals(run_cohort(model, inputs, by_year=False)).isel(draw=0)
    found = totals(run_individuals(model, repeated, patients=2000, by_year=False))
    for variable in ("cost", "cost_present", "qaly", "qaly_present", "life_years"):
        mean = found[variable].mean("draw")
        error = found[variable].std("draw", ddof=1) / math.sqrt(40)
        assert (error > 0).all()
        assert (np.abs(mean - expected[variable]) < 4 * error).all(), variable


def test_where_patients_differ_both_ways_agree(build: Callable[..., LoadedModel]) -> None:
    """A cohort of each patient needs chance only for who they are, so it is far more exact."""
    model = build(
        attributes={
            "frailty": {"distribution": "gamma(mean=1, sd=0.8)", "unit": "1"},
            "damage": {"distribution": "uniform(low=0, high=1)", "unit": "1",
                       "each_cycle": "damage + 0.05 * frailty"},
        },
        states={"well": {"start": "1", "utility": "1 - damage / 9", "cost": "100 * damage / year"},
                "dead": {}},
        transitions={"well": {"dead": "0.2 * frailty / year"}},
        track={"damage": "damage"},
    )  # fmt: skip
    inputs = xr.Dataset(coords={"draw": np.arange(30)})
    cohort = run_cohort(model, inputs, patients=1500)
    single = run_individuals(model, inputs, patients=1500)
    # E[exp(-0.2 F)] of a gamma with mean 1 and variance 0.64 after the first year.
    alive = (1 + 0.64 * 0.2) ** (-1 / 0.64)
    np.testing.assert_allclose(float(cohort["alive"].isel(year=1).mean()), alive, rtol=2e-3)
    for variable in ("cost", "qaly", "alive", "track"):
        one, other = (data[variable].sum("year") for data in (cohort, single))
        error = np.hypot(one.std("draw", ddof=1), other.std("draw", ddof=1)) / math.sqrt(30)
        assert (np.abs(one.mean("draw") - other.mean("draw")) < 4 * error).all(), variable
    assert float(cohort["life_years"].std()) < float(single["life_years"].std())


def test_the_frail_die_first_so_the_living_are_less_frail(
    build: Callable[..., LoadedModel],
) -> None:
    model = build(
        attributes={"frailty": {"distribution": "gamma(mean=1, sd=1)", "unit": "1"}},
        states={"well": {"start": "1"}, "dead": {}},
        transitions={"well": {"dead": "0.5 * frailty / year"}},
        track={"frailty": "frailty"},
    )
    for found in (run_cohort(model, xr.Dataset(), patients=20_000),
                  run_individuals(model, xr.Dataset(), patients=20_000)):  # fmt: skip
        # An exponential frailty stays exponential among those alive: its mean is 1 / (1 + t / 2).
        mean = found["track"].squeeze().values
        np.testing.assert_allclose(mean, [1 / (1 + 0.5 * year) for year in range(4)], rtol=0.05)


def test_a_hazard_by_time_in_the_state_gives_the_weibull_life(
    build: Callable[..., LoadedModel],
) -> None:
    """Survival at the cycles' ends is exact for any cycle: S(t) = exp(-(t/6)**1.2)."""
    model = build(
        time={"cycle": "0.5 years", "horizon": "10 years"},
        states={"well": {"start": "1"}, "dead": {}},
        transitions={
            "well": {
                "dead": "1 - exp((time_in_state / (6 * year)) ** 1.2"
                " - ((time_in_state + cycle) / (6 * year)) ** 1.2)"
            }
        },
    )
    found = run_individuals(model, xr.Dataset(), patients=100_000)
    exact = [math.exp(-((year / 6) ** 1.2)) for year in range(10)]
    np.testing.assert_allclose(found["alive"].squeeze().values, exact, atol=4 * 0.5 / 316)


def test_a_cost_for_everyone_adds_just_that(build: Callable[..., LoadedModel]) -> None:
    found = run_individuals(
        build(
            states={"well": {"start": "0.5"}, "ill": {"start": "0.5"}, "dead": {}},
            transitions={"well": {"dead": "0.3"}, "ill": {"dead": "0.6"}},
            events={"infusion": {"when": "time == 0", "cost": "123.25"}},
        ),
        xr.Dataset(),
        patients=777,
    )
    assert float(found["cost_at_start"].sum()) == 123.25
    assert float(found["cost"].sum()) == 0.0


@pytest.mark.parametrize("engine", ["machine_code", "numpy"])
def test_what_is_impossible_names_the_draw(
    build: Callable[..., LoadedModel], engine: Engine
) -> None:
    inputs = drawn()
    inputs["p"][3] = 45.0
    with pytest.raises(SimulationError, match=r"draw 3") as caught:
        run(own_course(build), inputs, engine)
    assert caught.value.place is not None


def test_a_cohort_refuses_what_only_patients_can_answer(build: Callable[..., LoadedModel]) -> None:
    with pytest.raises(SimulationError, match="each patient's own course, which 'worse' asks"):
        run_cohort(own_course(build), drawn(), start_ages=AGES)
