"""What a state brings holds for a cycle: each method says who counts in it, not when it is read."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import Following, run_cohort, run_individuals, trace
from equipoise.clinical.compiled.engine import compiled_cohort
from equipoise.clinical.engines import Engine
from equipoise.clinical.given import given
from equipoise.clinical.plan import plan
from equipoise.draws import Sample
from equipoise.spec.loaded import LoadedModel

Build = Callable[..., LoadedModel]
Counts = Callable[..., xr.Dataset]

METHODS = ("none", "end_of_cycle", "half_cycle", "life_table")
TWO_YEARS = "1000 / year if time < 2 * year else 0"
STAYING = {"well": {"start": 1, "cost": TWO_YEARS}, "dead": {}}


def cohort(engine: Engine) -> Counts:
    def counts(model: LoadedModel, **options: Any) -> xr.Dataset:
        return run_cohort(model, some_draws(model), engine=engine, **options)

    return counts


def patients(engine: Engine) -> Counts:
    def counts(model: LoadedModel, **options: Any) -> xr.Dataset:
        return run_individuals(model, some_draws(model), engine=engine, patients=300, **options)

    return counts


def some_draws(model: LoadedModel) -> xr.Dataset:
    return xr.Dataset({name: ("draw", np.array([0.2, 0.3])) for name in model.spec.parameters})


ENGINES = {
    "cohort in NumPy": cohort("numpy"),
    "cohort in machine code": cohort("machine_code"),
    "patients in NumPy": patients("numpy"),
    "patients in machine code": patients("machine_code"),
}
all_engines = pytest.mark.parametrize("counts", ENGINES.values(), ids=ENGINES)


def clock(method: str, **fields: str) -> dict[str, str]:
    return {"start_age": "40 years", "cycle": "1 year", "horizon": "4 years", "method": method} | (
        fields
    )


def cost(found: xr.Dataset, name: str = "cost") -> list[float]:
    """Return the cost in each year of the first draw."""
    values: list[float] = found[name].isel(draw=0, item=0).squeeze().values.tolist()
    return values


@all_engines
@pytest.mark.parametrize("method", METHODS)
def test_two_years_of_a_drug_are_two_years(build: Build, counts: Counts, method: str) -> None:
    found = counts(build(time=clock(method), states=STAYING))
    assert cost(found) == pytest.approx([1000, 1000, 0, 0])


@all_engines
def test_a_cycle_across_the_end_of_a_year_is_shared_between_both(
    build: Build, counts: Counts
) -> None:
    """Cycles begin at 0, 0.8, 1.6 and 2.4 years."""
    time = clock("half_cycle", cycle="0.8 years", horizon="3.2 years")
    states = STAYING | {"well": {"start": 1, "cost": "100 * time / year / year"}}
    found = counts(build(time=time, states=states))
    expected = [0.2 * 80, 0.6 * 80 + 0.4 * 160, 0.4 * 160 + 0.6 * 240, 0.2 * 240]
    assert cost(found) == pytest.approx(expected)


@all_engines
@pytest.mark.parametrize(
    ("method", "worth"),
    [
        ("none", 1000 + 1000 / 1.1),
        ("end_of_cycle", 1000 / 1.1 + 1000 / 1.21),
        ("half_cycle", 500 + 1000 / 1.1 + 500 / 1.21),
        ("life_table", 1000 + 1000 / 1.1),
    ],
)
def test_each_half_is_worth_what_it_is_at_its_own_point(
    build: Build, counts: Counts, method: str, worth: float
) -> None:
    found = counts(build(time=clock(method), states=STAYING), discount=(0.1, 0.1))
    assert sum(cost(found, "cost_present")) == pytest.approx(worth)


@pytest.mark.parametrize("counts", [cohort("numpy"), cohort("machine_code")])
@pytest.mark.parametrize(
    ("method", "alive"),
    [("none", [1, 0.8]), ("end_of_cycle", [0.8, 0.64]), ("half_cycle", [0.9, 0.72]),
     ("life_table", [0.9, 0.72])],
)  # fmt: skip
def test_the_method_says_who_counts(
    build: Build, counts: Counts, method: str, alive: list[float]
) -> None:
    moves = {"well": {"dead": 0.2}}
    found = counts(build(time=clock(method), states=STAYING, transitions=moves))
    assert cost(found)[:2] == pytest.approx([1000 * share for share in alive])
    assert cost(found)[2:] == [0, 0]


@all_engines
@pytest.mark.parametrize(
    ("method", "who_comes"),
    [("none", [0, 1000]), ("end_of_cycle", [1000, 0]), ("half_cycle", [500, 500]),
     ("life_table", [500, 500])],
)  # fmt: skip
def test_a_first_year_in_a_state_is_a_year(
    build: Build, counts: Counts, method: str, who_comes: list[float]
) -> None:
    """Who comes in a cycle has half of that year in it and half in the next, on average."""
    ill = {"cost": "1000 / year if time_in_state < 1 * year else 0"}
    from_start = counts(build(time=clock(method), states={"ill": {"start": 1} | ill, "dead": {}}))
    assert cost(from_start) == pytest.approx([1000, 0, 0, 0])
    states = {"well": {"start": 1}, "ill": ill}
    later = counts(build(time=clock(method), states=states, transitions={"well": {"ill": 1}}))
    assert cost(later) == pytest.approx([*who_comes, 0, 0])


@all_engines
def test_time_and_time_in_the_state_together(build: Build, counts: Counts) -> None:
    """The price of each cycle, for those who come in the first and stay."""
    states = {
        "well": {"start": 1},
        "ill": {"cost": "(10 ** (time / year)) * (1 + time_in_state / year) / year"},
    }
    found = counts(build(time=clock("half_cycle"), states=states, transitions={"well": {"ill": 1}}))
    expected = [0.5 * 1, 10 * (0.5 * 1 + 0.5 * 2), 100 * (0.5 * 2 + 0.5 * 3), 1000 * (1.5 + 2)]
    assert cost(found) == pytest.approx(expected)


@all_engines
def test_a_number_that_counts_cycles_holds_for_the_cycle_too(build: Build, counts: Counts) -> None:
    counted = {"cycles": {"start": 0, "each_cycle": "cycles + 1", "unit": "1"}}
    states = {"well": {"start": 1, "cost": "1000 / year if cycles < 2 else 0"}}
    found = counts(build(time=clock("half_cycle"), states=states, attributes=counted))
    assert cost(found) == pytest.approx([1000, 1000, 0, 0])


@pytest.mark.parametrize("kind", ["cohort", "individuals"])
@pytest.mark.parametrize("method", METHODS)
def test_the_trace_adds_up_to_the_totals(build: Build, kind: Any, method: str) -> None:
    model = build(
        time=clock(method), states=STAYING, transitions={"well": {"dead": 0.2}},
        discount={"cost": "10 %/year", "health": "0 %/year"},
    )  # fmt: skip
    how = Following(kind=kind, engine="numpy", patients=300, seed=0)
    found = trace(model, Sample({}), how)
    counts = {"cohort": run_cohort, "individuals": run_individuals}[kind]
    options: dict[str, Any] = {} if kind == "cohort" else {"patients": 300, "seed": 0}
    whole = counts(model, xr.Dataset(), **options)  # type: ignore[operator]
    for name in ("cost", "cost_present"):
        assert float(found[name].sum()) == pytest.approx(float(whole[name].sum()))


@pytest.mark.parametrize("method", METHODS)
def test_a_trace_has_its_rows_at_the_points_that_count(build: Build, method: str) -> None:
    """The same weights, and the same cost in each row, whether or not a formula asks for time."""
    how = Following(kind="cohort", engine="numpy", patients=0, seed=0)
    fields = {
        "time": clock(method), "transitions": {"well": {"dead": 0.2}},
        "discount": {"cost": "10 %/year", "health": "0 %/year"},
    }  # fmt: skip
    plain, by_cycle = (
        trace(build(states=STAYING | {"well": state}, **fields), Sample({}), how)
        for state in (
            {"start": 1, "cost": "7 / year"},
            {"start": 1, "cost": "7 / year + 0 * time / year / year"},
        )
    )
    xr.testing.assert_allclose(by_cycle, plain, rtol=1e-12)


CURVES = {
    "well": {"share": "exponential_survival(time, 0.2 / year)", "cost": TWO_YEARS},
    "dead": {"share": "rest"},
}


@pytest.mark.parametrize("engine", ["numpy", "machine_code"])
def test_curves_say_who_counts_at_both_ends(build: Build, engine: Engine) -> None:
    found = cohort(engine)(build(time=clock("half_cycle"), states=CURVES))
    alive = np.exp(-0.2 * np.arange(3))
    assert cost(found)[:2] == pytest.approx(1000 * (alive[:-1] + alive[1:]) / 2)


def test_what_never_changes_is_the_same_in_either_way_of_counting(build: Build) -> None:
    """Halves of two cycles that meet at a point are one where a cycle has no values of its own."""
    model = build(
        time=clock("half_cycle"), transitions={"well": {"dead": 0.2}},
        states={"well": {"start": 1, "cost": "7 / year", "utility": "0.9"}, "dead": {}},
        discount={"cost": "10 %/year", "health": "3 %/year"},
    )  # fmt: skip
    assert not plan(model).by_cycle
    never = "0 * time / year"
    states = {"well": {"start": 1, "cost": f"7 / year + {never} / year", "utility": "0.9"}}
    other = build(
        time=clock("half_cycle"), transitions={"well": {"dead": 0.2}}, states=states | {"dead": {}},
        discount={"cost": "10 %/year", "health": "3 %/year"},
    )  # fmt: skip
    assert plan(other).by_cycle
    for counts in ENGINES.values():
        xr.testing.assert_allclose(counts(other), counts(model), rtol=1e-12)


@pytest.mark.parametrize(
    ("states", "fields", "changes"),
    [
        ({"cost": "p / year"}, {}, False),
        ({"cost": "p / year if well else 0"}, {}, False),
        ({"cost": "own / year"}, {"attributes": {"own": {"start": "p", "unit": "1"}}}, False),
        ({"cost": {"a": "p / year", "b": "age / year / year"}}, {}, True),
        ({"utility": "level"}, {"let": {"level": "deep", "deep": "time / year"}}, True),
        ({"utility": "1 if first(p > 0.1) else 0.5"}, {}, True),
        ({"utility": "p if time_in_state < 1 * year else 0"}, {}, True),
        ({"cost": "own / year"}, {"attributes": {"own": {
            "start": 0, "each_cycle": "own + 1", "unit": "1"}}}, True),
    ],
)  # fmt: skip
def test_it_is_known_what_changes_with_time(
    build: Build, states: dict[str, Any], fields: dict[str, Any], changes: bool
) -> None:
    given = {"p": {"value": 0.2, "unit": "1", "status": "assumption", "note": "x"}}
    model = build(parameters=given, states={"well": {"start": 1} | states, "dead": {}}, **fields)
    assert plan(model).by_cycle is changes


@pytest.mark.parametrize("by_year", [True, False])
def test_what_is_no_number_after_the_last_cycle_does_not_send_a_kernel_to_numpy(
    build: Build, by_year: bool
) -> None:
    states = {
        "well": {"start": 1, "cost": "1 / (4 - time / year) / year", "utility": 1},
        "dead": {},
    }
    model = build(time=clock("half_cycle"), states=states)
    run = given(model, Sample({}), start_ages=None, discount=None, by_year=by_year)
    found = compiled_cohort(
        run.model, run.plan, run.clock, {}, discount=run.discount, ages=run.ages, draws=2
    )
    assert not found.failed.any()
    assert found.arrays["cost"][..., 0].sum() == pytest.approx(1 / 4 + 1 / 3 + 1 / 2 + 1)


def test_simpsons_rule_reads_points(build: Build) -> None:
    time = clock("simpson", horizon="4 years")
    growing = {"well": {"start": 1, "cost": "(time / year) ** 3 / year"}}
    found = run_cohort(build(time=time, states=growing), xr.Dataset())
    assert float(found["cost"].sum()) == pytest.approx(4**4 / 4)  # exact for a cubic
