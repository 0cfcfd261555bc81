"""Discount rates that change with time: closed forms, and the same on every engine."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import Engine, run_cohort, run_in_time, run_individuals
from equipoise.clinical.discounting import Discounting, discounting
from equipoise.core.errors import LabelError
from equipoise.spec.loaded import LoadedModel

Build = Callable[..., LoadedModel]

ENGINES = ("numpy", "machine_code")

GREEN_BOOK = {"0 years": "3.5 %/year", "30 years": "3 %/year", "75 years": "2.5 %/year"}
FRENCH = {"0 years": "2.5 %/year", "30 years": "1.5 %/year"}

ILL: dict[str, Any] = {
    "time": {"start_age": "40 years", "cycle": "0.3 years", "horizon": "7.2 years"},
    "strategies": {"old": {"treated": 0}, "new": {"treated": 1}},
    "parameters": {
        "p": {"value": 0.2, "unit": "1", "status": "assumption", "note": "invented"},
        # Names of the kernel's own numbers, once.
        "discount_cost": {"value": 0.3, "unit": "1", "status": "assumption", "note": "invented"},
    },
    "states": {
        "well": {"start": 1, "utility": "0.9 - p / 9", "cost": {"drug": "100 * p / year"}},
        "ill": {"utility": "0.5 + treated / 9", "cost": {"care": "500 * discount_cost / year"}},
        "dead": {},
    },
    "transitions": {"well": {"ill": "p / year"}, "ill": {"well": "0.1", "dead": "p / 3"}},
    "transition_effects": [
        {"leaving": "well", "entering": "ill", "cost": {"care": "7 * p"}, "qaly": "-0.01 * year"}
    ],
    "events": {"check": {"when": "first(time > 2 * year)", "cost": "33", "qaly": "-0.02 * year"}},
}  # fmt: skip

DRAWS = 70

SHARED = Discounting((0.0, 1.0, 4.75), np.array([[0.05], [0.02], [0.0]]))
OWN = Discounting(
    (0.0, 2.5), np.array([np.linspace(0.0, 0.1, DRAWS), np.linspace(0.03, -0.01, DRAWS)])
)
"""Rates of each draw."""


def yearly(build: Build, rates: dict[str, str] | str, *, years: int = 100) -> LoadedModel:
    """Return a model in which all cost 1 a year, paid at the beginning, and feel well."""
    return build(
        time={"cycle": "1 year", "horizon": f"{years} years", "method": "none"},
        states={"alive": {"start": 1, "cost": "1 / year", "utility": 1}},
        discount={"cost": rates, "health": "1.5 %/year"},
    )


def inputs(count: int = DRAWS) -> xr.Dataset:
    rng = np.random.default_rng(3)
    spans = {"p": (0.05, 0.4), "discount_cost": (0.5, 2)}
    return xr.Dataset({name: ("draw", rng.uniform(*span, count)) for name, span in spans.items()})


def assert_alike(found: xr.Dataset, expected: xr.Dataset) -> None:
    for name, values in expected.items():
        largest = float(np.abs(values).max()) if values.size else 0.0
        np.testing.assert_allclose(
            found[name], values, rtol=1e-12, atol=1e-14 * largest, err_msg=str(name)
        )


def total(found: xr.Dataset, name: str) -> float:
    return float(found[name].sum())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("run", [run_cohort, run_individuals])
def test_one_a_year_under_the_green_book(
    build: Build, engine: Engine, run: Callable[..., xr.Dataset]
) -> None:
    """The sum by hand: 30 years at 3.5 %, 45 at 3 %, the rest at 2.5 %."""
    expected = sum(1.035**-year for year in range(30))
    expected += 1.035**-30 * sum(1.03**-year for year in range(45))
    expected += 1.035**-30 * 1.03**-45 * sum(1.025**-year for year in range(25))
    model = yearly(build, GREEN_BOOK)
    found = run(model, xr.Dataset(coords={"draw": [0]}), engine=engine, patients=4)
    assert total(found, "cost") == pytest.approx(100, rel=1e-14)
    assert total(found, "cost_present") == pytest.approx(expected, rel=1e-13)
    health = sum(1.015**-year for year in range(100))
    assert total(found, "qaly_present") == pytest.approx(health, rel=1e-13)
    assert total(found, "life_years_present") == pytest.approx(health, rel=1e-13)


def test_the_french_rates_go_on_where_the_first_ends(build: Build) -> None:
    """2.5 % to year 30, then 1.5 %, and no jump between."""
    found = run_cohort(yearly(build, FRENCH), xr.Dataset(coords={"draw": [0]}))
    factors = found["cost_present"].values.ravel()
    assert factors[[0, 1, 30, 31, 99]] == pytest.approx(
        [1, 1 / 1.025, 0.4767426852, 0.4696972268, 0.4767426852 * 1.015**-69], rel=1e-9
    )
    ratios = factors[1:] / factors[:-1]
    assert ratios == pytest.approx([1 / 1.025] * 30 + [1 / 1.015] * 69, rel=1e-13)


def test_a_factor_inside_a_cycle_counts_each_rate_for_its_own_time() -> None:
    rates = Discounting((0.0, 0.25, 2.0), np.array([[0.1, 0.0], [0.2, 0.5], [-0.5, 1.0]]))
    found = [rates.factor(time) for time in (0.0, 0.1, 0.25, 1.0, 4.5)]
    later = 1.1**-0.25 * 1.2**-1.75 * 0.5**-2.5, 1.5**-1.75 * 2.0**-2.5
    expected = [
        (1, 1),
        (1.1**-0.1, 1),
        (1.1**-0.25, 1),
        (1.1**-0.25 * 1.2**-0.75, 1.5**-0.75),
        later,
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
def test_equal_steps_are_one_rate(build: Build, engine: Engine) -> None:
    steps = {"0 years": "3 %/year", "18 months": "3 %/year", "50 years": "3 %/year"}
    one, several = (
        run_cohort(yearly(build, rates), xr.Dataset(coords={"draw": [0]}), engine=engine)
        for rates in ("3 %/year", steps)
    )
    assert_alike(several, one)


@pytest.mark.parametrize("rates", [(SHARED, OWN), (OWN, 0.03), (OWN, SHARED)])
@pytest.mark.parametrize("by_year", [True, False])
@pytest.mark.parametrize("changes", [{}, {"stay": True}])
def test_machine_code_of_a_cohort_is_the_reference(
    build: Build, rates: Any, by_year: bool, changes: dict[str, bool]
) -> None:
    fields = dict(ILL)
    if changes:
        fields["transitions"] = {
            "well": {"ill": "p / year"},
            "ill": {"dead": "p / (1 + time_in_state / year)"},
        }
    model = build(**fields)
    numpy, machine = (
        run_cohort(model, inputs(), discount=rates, engine=engine, by_year=by_year)
        for engine in ENGINES
    )
    assert_alike(machine, numpy)


def test_machine_code_of_single_patients_is_the_reference(build: Build) -> None:
    attributes = {
        "frail": {"distribution": "gamma(mean=1, sd=0.3)", "unit": "1"},
        "ill_for": {"start": "0", "each_cycle": "ill_for + cycle if ill else 0 * year",
                    "unit": "year"},
    }  # fmt: skip
    events = ILL["events"] | {"visit": {"when": "ill", "cost": "frail"}}
    model = build(**ILL | {"attributes": attributes, "events": events})
    for rates in ((SHARED, OWN), (OWN, 0.0)):
        numpy, machine = (
            run_individuals(model, inputs(), discount=rates, engine=engine, patients=300)
            for engine in ENGINES
        )
        assert_alike(machine, numpy)


def test_single_patients_agree_with_the_cohort(build: Build) -> None:
    model = build(**ILL, discount={"cost": {"0 years": "20 %/year", "3 years": "0 %/year"},
                                   "health": GREEN_BOOK})  # fmt: skip
    point = inputs(1).isel(draw=[0] * 30)
    expected = run_cohort(model, inputs(1))
    found = run_individuals(model, point, patients=2000, engine="machine_code")
    for name in ("cost_present", "qaly_present", "life_years_present"):
        summed = found[name].sum("year")
        error = summed.std("draw", ddof=1) / math.sqrt(30)
        difference = np.abs(summed.mean("draw") - expected[name].sum("year").isel(draw=0))
        assert (difference <= 4 * error + 1e-9).all(), name


def test_each_sampled_patient_has_the_rates_of_the_draw(build: Build) -> None:
    attributes = {"frail": {"distribution": "uniform(low=0, high=2)", "unit": "1"}}
    states = ILL["states"] | {"ill": {"utility": "0.4 + frail / 9", "cost": "100 * frail / year"}}
    model = build(**ILL | {"attributes": attributes, "states": states})
    rates = (OWN, SHARED)
    numpy, machine = (
        run_cohort(model, inputs(), discount=rates, engine=engine, patients=20)
        for engine in ENGINES
    )
    assert_alike(machine, numpy)
    alone = Discounting(OWN.starts, OWN.rates[:, 7:8])
    seventh = inputs().assign_coords(draw=range(DRAWS)).isel(draw=[7])
    one = run_cohort(model, seventh, discount=(alone, SHARED), engine="numpy", patients=20)
    assert_alike(numpy.isel(draw=[7]), one)


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        (Discounting((0.0, 5.0), np.zeros((2, 3))), r"shape \(3,\)"),
        (Discounting((0.0, 5.0), np.zeros((3, 1))), "a discount rate has shape"),
        (Discounting((0.0, 5.0), np.array([[0.0], [-1.0]])), "least value -1"),
        (Discounting((1.0, 5.0), np.zeros((2, 1))), "the first from 0"),
        (Discounting((0.0, 5.0, 5.0), np.zeros((3, 1))), "then ever later"),
    ],
)  # fmt: skip
def test_rates_that_cannot_be_are_refused(rates: Discounting, message: str) -> None:
    with pytest.raises(LabelError, match=message):
        discounting(rates, draws=2)


def test_continuous_time_discounts_by_the_same_steps(build: Build) -> None:
    """Nobody dies: the integral of the factor, by hand."""
    model = build(
        time={"cycle": "1 year", "horizon": "40 years"},
        states={"well": {"start": "1", "cost": "1 / year"}, "dead": {}},
        transitions={"well": {"dead": "0 / year"}},
        discount={"cost": FRENCH, "health": "1.5 %/year"},
    )
    found = float(run_in_time(model, xr.Dataset(), patients=10)["cost_present"].sum())
    early, late = math.log(1.025), math.log(1.015)
    exact = -math.expm1(-30 * early) / early + 1.025**-30 * -math.expm1(-10 * late) / late
    assert found == pytest.approx(exact, rel=1e-12)
