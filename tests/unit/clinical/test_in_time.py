"""Patients in continuous time: machine code against NumPy, both against closed forms and cycles."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import integrate, linalg, stats

from equipoise.clinical import Engine, run_cohort, run_in_time, run_individuals, totals
from equipoise.clinical import through_time as loops
from equipoise.clinical.times import KIND_NUMBERS, time_until
from equipoise.core.errors import SimulationError
from equipoise.spec.formula.survival import SURVIVAL
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.time_to import KINDS

DRAWS = 4
RATE = np.array([0.0, 0.02, 0.04, 0.08])

EVERYTHING: dict[str, Any] = {
    "time": {"cycle": "0.5 years", "horizon": "9.7 years"},
    "strategies": {"old": {"treated": 0}, "new": {"treated": 1}},
    "subgroups": {
        "some": {"weight": "share", "values": {"male": 0}},
        "others": {"weight": "1 - share", "values": {"male": 1}},
    },
    "parameters": {
        name: {"value": value, "unit": "1", "status": "assumption", "note": "invented"}
        for name, value in {"share": 0.3, "p": 0.2, "q": 1.5}.items()
    },
    "attributes": {
        "frailty": {"distribution": "gamma(mean=1, sd=0.4)", "unit": "1"},
        "old_age": {"start": "age / year / 100", "unit": "1"},
    },
    "let": {"dose": "1 + treated * p"},
    "states": {
        "well": {"start": "1 - p", "utility": "0.9 - old_age / 9",
                 "cost": {"drug": "100 * dose / year", "care": "20 * frailty / year"}},
        "ill": {"start": "p", "utility": "0.5", "cost": {"care": "500 / year * (1 + sick)"}},
        "sick": {"cost": {"care": "900 * (ill + sick) / year"}},
        "dead": {},
    },
    "transitions": {
        "well": {
            "ill": {"time_to": "weibull(shape=q, scale=4 * year, hazard_ratio=frailty / dose)"},
            "dead": {"time_to": "gompertz(shape=0.05 / year, rate=0.0008 / year)", "clock": "age"},
            "sick": "0.05 * p / year",
        },
        "ill": {
            "well": {"time_to": "loglogistic(shape=1.7, scale=3 * year)", "clock": "start"},
            "sick": {"time_to": "gompertz(shape=-0.1 * male / year, rate=0.2 / year)"},
            "dead": {"time_to": "exponential(rate=0.1 / year, hazard_ratio=2)"},
        },
        "sick": {"dead": {"time_to": "weibull(shape=0.8, scale=2 * year)"}, "well": "0.3 / year"},
    },
    "transition_effects": [
        {"leaving": ["well", "ill", "sick"], "entering": "dead", "cost": {"burial": "10 * q"}},
        {"leaving": "well", "entering": "ill", "cost": "7 * frailty", "qaly": "-0.01 * year"},
    ],
    "events": {
        "begin": {"when": "time == 0", "cost": {"drug": "1000 * treated"}, "qaly": "-p / 10 * year"}
    },
}  # fmt: skip


def drawn() -> xr.Dataset:
    rng = np.random.default_rng(7)
    spans = {"share": (0.1, 0.9), "p": (0.02, 0.5), "q": (0.5, 3)}
    return xr.Dataset({name: ("draw", rng.uniform(*span, DRAWS)) for name, span in spans.items()})


def run(model: LoadedModel, engine: Engine, **given: Any) -> xr.Dataset:
    options: dict[str, Any] = {
        "start_ages": [20.0, 61.0], "discount": (RATE, 0.03), "patients": 1300,
    }  # fmt: skip
    inputs = given.pop("inputs", drawn())
    return run_in_time(model, inputs, engine=engine, **(options | given))


@pytest.mark.parametrize("by_year", [True, False])
def test_machine_code_is_the_reference(build: Callable[..., LoadedModel], by_year: bool) -> None:
    model = build(**EVERYTHING)
    found, expected = (run(model, engine, by_year=by_year) for engine in ("machine_code", "numpy"))
    for name, values in expected.items():
        if name != "track":
            assert float(np.abs(values).max()) > 0, name
            largest = float(np.abs(values).max())
            np.testing.assert_allclose(
                found[name], values, rtol=1e-9, atol=1e-11 * largest, err_msg=str(name)
            )


@pytest.mark.parametrize("engine", ["machine_code", "numpy"])
def test_the_same_to_the_last_bit_however_the_run_is_cut(
    build: Callable[..., LoadedModel], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build(**EVERYTHING)
    inputs = drawn().assign_coords(draw=np.arange(DRAWS) + 3)
    whole = run(model, engine, inputs=inputs)
    for places in (slice(0, 2), slice(3, 4), slice(None, None, -1)):
        part = run(model, engine, inputs=inputs.isel(draw=places), discount=(RATE[places], 0.03))
        xr.testing.assert_identical(part, whole.isel(draw=places))
    monkeypatch.setattr(loops, "_NUMBERS", 1)
    monkeypatch.setattr("equipoise.clinical.compiled.engine.processors", lambda: 1)
    xr.testing.assert_identical(run(model, engine, inputs=inputs), whole)


ARGUMENTS = {
    "exponential": (0.3,), "weibull": (1.3, 4.0), "gompertz": (0.1, 0.05),
    "lognormal": (0.5, 0.8), "loglogistic": (1.7, 3.0), "gamma": (2.2, 0.5),
    "generalised_gamma": (1.0, 0.8, 0.6),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("passed", [0.0, 2.5])
def test_times_turn_survival_round(kind: str, passed: float) -> None:
    survival = SURVIVAL[f"{kind}_survival"].function
    arguments = tuple(np.array(value) for value in ARGUMENTS[kind])
    exposure = np.array([0.01, 0.3, 1.0, 4.0])
    wait = time_until(KIND_NUMBERS[kind], arguments, np.array(passed), exposure)
    hazard = -np.log(survival(passed + wait, *arguments) / survival(passed, *arguments))
    np.testing.assert_allclose(hazard, exposure, rtol=1e-9)


def test_what_is_left_of_a_falling_hazard_may_never_be_enough() -> None:
    arguments = (np.array(-0.5), np.array(0.1))  # 0.2 in all
    wait = time_until(KIND_NUMBERS["gompertz"], arguments, np.array(0.0), np.array([0.19, 0.21]))
    assert np.isfinite(wait).tolist() == [True, False]


@pytest.mark.parametrize("kind", KINDS)
def test_patients_live_as_long_as_the_distribution_says(
    build: Callable[..., LoadedModel], kind: str
) -> None:
    units = {"year": " * year", "1/year": " / year", "1": ""}
    names = SURVIVAL[f"{kind}_survival"].arguments
    words = ", ".join(
        f"{name}={value}{units[names[name]]}"
        for name, value in zip(KINDS[kind], ARGUMENTS[kind], strict=True)
    )
    model = build(
        time={"cycle": "1 year", "horizon": "12 years"},
        states={"well": {"start": "1", "utility": "0.85"}, "dead": {}},
        transitions={"well": {"dead": {"time_to": f"{kind}({words})"}}},
        discount={"cost": "0 %/year", "health": "3 %/year"},
    )
    found = totals(run_in_time(model, xr.Dataset(coords={"draw": range(20)}), patients=4000))

    def alive(time: float) -> float:
        return float(SURVIVAL[f"{kind}_survival"].function(time, *ARGUMENTS[kind]))

    life = integrate.quad(alive, 0, 12)[0]
    present = integrate.quad(lambda time: alive(time) * 1.03**-time, 0, 12)[0]
    for variable, exact in (("life_years", life), ("qaly_present", 0.85 * present)):
        error = float(found[variable].std(ddof=1)) / math.sqrt(20)
        assert float(found[variable].mean()) == pytest.approx(exact, abs=4 * error)


def test_the_published_weibull_anchors(build: Callable[..., LoadedModel]) -> None:
    """Shape 1.2, scale 6: 5.64394 years; 4.92709 at 3 % in continuous time; 4.18803 with 0.85."""
    model = build(
        time={"cycle": "1 year", "horizon": "100 years"},
        states={"well": {"start": "1", "utility": "0.85"}, "dead": {}},
        transitions={"well": {"dead": {"time_to": "weibull(shape=1.2, scale=6 * year)"}}},
    )
    rate = math.expm1(0.03)
    draws = xr.Dataset(coords={"draw": range(40)})
    found = totals(run_in_time(model, draws, patients=25_000, discount=(rate, rate)))
    exact = {"life_years": 5.64394, "life_years_present": 4.92709, "qaly_present": 4.18803}
    for variable, value in exact.items():
        error = float(found[variable].std(ddof=1)) / math.sqrt(40)
        assert error < 0.01
        assert float(found[variable].mean()) == pytest.approx(value, abs=4 * error)


def test_constant_rates_are_the_matrix_exponential(build: Callable[..., LoadedModel]) -> None:
    rates = {("a", "b"): 0.7, ("a", "c"): 0.2, ("b", "a"): 0.4, ("b", "c"): 0.5}
    model = build(
        time={"cycle": "1 year", "horizon": "4 years"},
        states={
            "a": {"start": "1", "utility": "1"},
            "b": {"utility": "0.5"},
            "c": {"alive": False},
        },
        transitions={
            one: {to: f"{rate} / year" for (origin, to), rate in rates.items() if origin == one}
            for one in "ab"
        },
    )
    draws = xr.Dataset(coords={"draw": range(40)})
    found = run_in_time(model, draws, patients=3000)
    generator = np.zeros((3, 3))
    for (origin, to), rate in rates.items():
        generator["abc".index(origin), "abc".index(to)] = rate
    generator -= np.diag(generator.sum(axis=1))
    for year in range(4):
        exact = 1.0 - linalg.expm(generator * year)[0, 2]
        share = found["alive"].isel(year=year)
        error = float(share.std(ddof=1)) / math.sqrt(40)
        assert float(share.mean()) == pytest.approx(exact, abs=4 * error + 1e-12)
    health = integrate.quad(lambda t: linalg.expm(generator * t)[0] @ [1, 0.5, 0], 0, 4)[0]
    qaly = totals(found)["qaly"]
    assert float(qaly.mean()) == pytest.approx(
        health, abs=4 * float(qaly.std(ddof=1)) / math.sqrt(40)
    )


def test_short_cycles_come_to_continuous_time(build: Callable[..., LoadedModel]) -> None:
    """Semi-Markov, by the cohort and one by one, against the exact times."""
    fields: dict[str, Any] = {
        "states": {"well": {"start": "1", "utility": "0.9", "cost": "100 / year"},
                   "ill": {"utility": "0.5", "cost": "1000 / year"}, "dead": {}},
        "transitions": {
            "well": {"ill": {"time_to": "weibull(shape=1.6, scale=4 * year)"},
                     "dead": {"time_to": "gompertz(shape=0.1 / year, rate=0.03 / year)",
                              "clock": "start"}},
            "ill": {"dead": {"time_to": "weibull(shape=0.7, scale=3 * year)"},
                    "well": "0.2 / year"},
        },
    }  # fmt: skip
    model = build(time={"cycle": "0.05 years", "horizon": "10 years"}, **fields)
    draws = xr.Dataset(coords={"draw": range(30)})
    exact = totals(run_in_time(model, draws, patients=4000))
    single = totals(run_individuals(model, draws, patients=1000, by_year=False))
    for variable in ("cost", "qaly", "life_years"):
        error = float(exact[variable].std(ddof=1)) / math.sqrt(30)
        other = float(single[variable].std(ddof=1)) / math.sqrt(30)
        # What is left of the cycle's length: half a cycle between ways that follow each other.
        slack = 0.004 * float(exact[variable].mean())
        assert float(single[variable].mean()) == pytest.approx(
            float(exact[variable].mean()), abs=4 * math.hypot(error, other) + slack
        )


def test_a_cost_for_everyone_adds_just_that(build: Callable[..., LoadedModel]) -> None:
    model = build(
        states={"well": {"start": "1"}, "dead": {}},
        transitions={"well": {"dead": "0.3 / year"}},
        events={"infusion": {"when": "time == 0", "cost": "123.25"}},
    )
    found = run_in_time(model, xr.Dataset(), patients=777)
    assert float(found["cost_at_start"].sum()) == pytest.approx(123.25, rel=1e-14)
    assert float(found["cost"].sum()) == 0.0


def test_times_are_spread_as_they_should_be(build: Callable[..., LoadedModel]) -> None:
    """Not only their mean: deaths of one year against the binomial distribution."""
    model = build(
        time={"cycle": "1 year", "horizon": "3 years"},
        states={"well": {"start": "1"}, "dead": {}},
        transitions={"well": {"dead": {"time_to": "weibull(shape=2, scale=1.5 * year)"}}},
    )
    found = run_in_time(model, xr.Dataset(coords={"draw": range(200)}), patients=200)
    dead = 200 - 200 * found["alive"].isel(year=1).values.ravel()
    chance = 1 - math.exp(-((1 / 1.5) ** 2))
    expected = stats.binom(200, chance)
    assert dead.mean() == pytest.approx(expected.mean(), abs=4 * expected.std() / math.sqrt(200))
    assert dead.std() == pytest.approx(expected.std(), rel=0.2)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"transitions": {"well": {"dead": "0.1"}}}, "a probability per cycle has no meaning"),
        ({"transitions": {"well": {"dead": {"time_to": "weibull(shape=1, scale=age)"}}}},
         "'age' cannot change a distribution"),
        ({"states": {"well": {"start": "1", "cost": "time_in_state / year ** 2"}, "dead": {}}},
         "'time_in_state' changes during"),
        ({"track": {"x": "1"}}, "followed over time by cycles only"),
        ({"attributes": {"x": {"start": "1", "each_cycle": "x + 1", "unit": "1"}}},
         "changes from cycle to cycle"),
        ({"events": {"x": {"when": "time == 1 * year", "cost": "3"}}}, "on the first day only"),
        ({"states": {"well": {"start": "1", "cost": "first(p > 0) / year"}, "dead": {}}},
         "looks back over cycles"),
    ],
)  # fmt: skip
def test_what_has_a_meaning_by_cycles_only_is_refused(
    build: Callable[..., LoadedModel], fields: dict[str, Any], message: str
) -> None:
    whole: dict[str, Any] = {
        "parameters": {"p": {"value": 1, "unit": "1", "status": "assumption", "note": "x"}},
        "states": {"well": {"start": "1"}, "dead": {}},
        "transitions": {"well": {"dead": "0.1 / year"}},
    }
    with pytest.raises(SimulationError, match=message) as caught:
        run_in_time(build(**(whole | fields)), xr.Dataset({"p": 1.0}), patients=10)
    assert "fix: " in str(caught.value)


@pytest.mark.parametrize("run", [run_in_time, run_individuals, run_cohort])
@pytest.mark.parametrize("engine", ["numpy", "machine_code"])
@pytest.mark.parametrize(
    ("brought", "place", "value"),
    [
        ({"cost": "3 / p"}, "cost", "inf"),
        ({"cost": {"care": "3", "drug": "log(-1 - p)"}}, "cost.drug", "nan"),
        ({"qaly": "-1 / p"}, "qaly", "-inf"),
    ],
)
def test_an_event_that_brings_no_number_is_named(
    build: Callable[..., LoadedModel],
    run: Callable[..., xr.Dataset],
    engine: str,
    brought: dict[str, Any],
    place: str,
    value: str,
) -> None:
    model = build(
        parameters={"p": {"value": 0, "unit": "1", "status": "assumption", "note": "x"}},
        states={"well": {"start": "1"}, "dead": {}},
        transitions={"well": {"dead": "0.3 / year"}},
        events={"infusion": {"when": "time == 0"} | brought},
    )
    words = rf"events.infusion.{place}: the value is {value} \(0 years after the start, strategy"
    with pytest.raises(SimulationError, match=words):
        run(model, xr.Dataset({"p": 0.0}), engine=engine)


def test_an_event_of_nobody_may_bring_no_number(build: Callable[..., LoadedModel]) -> None:
    model = build(
        parameters={"p": {"value": 0, "unit": "1", "status": "assumption", "note": "x"}},
        states={"well": {"start": "1"}, "ill": {"start": "p"}, "dead": {}},
        transitions={"well": {"dead": "0.3 / year"}, "ill": {"dead": "0.3 / year"}},
        events={"infusion": {"when": "time == 0", "cost": "3 / (1 - ill)"}},
    )
    found = run_in_time(model, xr.Dataset({"p": 0.0}), patients=10)
    assert float(found["cost_at_start"].sum()) == 3.0


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"states": {"well": {"share": "exp(-0.1 * time / year)"}, "dead": {"share": "rest"}}},
         "shares of states do not tell"),
        ({"time": None, "events": {"x": {"when": "time == 0", "cost": "3"}}},
         "needs `time`, `states` and `transitions`"),
    ],
)  # fmt: skip
def test_what_goes_only_as_a_cohort_is_not_sent_to_single_patients(
    build: Callable[..., LoadedModel], fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(SimulationError, match=message) as caught:
        run_in_time(build(**fields), xr.Dataset(), patients=10)
    assert str(caught.value).endswith("fix: run it as a cohort")


def test_impossible_hazards_are_refused(build: Callable[..., LoadedModel]) -> None:
    model = build(
        states={"well": {"start": "1"}, "dead": {}},
        parameters={"p": {"value": 1, "unit": "1", "status": "assumption", "note": "x"}},
        transitions={"well": {"dead": {"time_to": "weibull(shape=p, scale=3 * year)"}}},
    )
    with pytest.raises(SimulationError, match=r"shape cannot be -2.*draw 1"):
        run_in_time(model, xr.Dataset({"p": ("draw", [1.0, -2.0])}), patients=10)


def test_a_cohort_follows_a_weibull_by_cycles(build: Callable[..., LoadedModel]) -> None:
    model = build(
        time={"cycle": "1 year", "horizon": "60 years", "method": "half_cycle"},
        states={"well": {"start": "1"}, "dead": {}},
        transitions={
            "well": {"dead": {"time_to": "weibull(shape=1.2, scale=6 * year)", "clock": "start"}}
        },
    )
    rate = math.expm1(0.03)
    found = totals(run_cohort(model, xr.Dataset(), discount=(rate, rate)))
    assert float(found["life_years_present"].item()) == pytest.approx(4.93604, abs=5e-6)
