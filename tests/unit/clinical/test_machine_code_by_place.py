"""Machine code against NumPy where formulas ask who is where, and since when."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import engine_for, run_cohort
from equipoise.clinical.compiled.source import kernel_source
from equipoise.clinical.compiled.statements import BLOCK
from equipoise.clinical.plan import plan
from equipoise.core.errors import SimulationError
from equipoise.core.units import parse_unit
from equipoise.draws import sample
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel, TableData

Build = Callable[..., LoadedModel]

DRAWS = 2 * BLOCK + 5
"""Two whole blocks and a part of one."""

AGES = [20.0, 61.0]

TABLES = {
    "risk": TableData(
        "risk", np.array([0.0, 0.6, 1.5, 3]), np.array([[0.3, 0.5, 0.2, 0.4]]), linear=True,
        argument_units=(parse_unit("year"),), unit=parse_unit("1"),
    ),
}  # fmt: skip

BY_PLACE: dict[str, Any] = {
    "time": {"cycle": "0.3 years", "horizon": "5.1 years"},
    "strategies": {"old": {"treated": 0}, "new": {"treated": 1}},
    "subgroups": {
        "some": {"weight": "share", "values": {"male": 0}},
        "others": {"weight": "1 - share", "values": {"male": 1}},
    },
    "parameters": {
        name: {"value": value, "unit": "1", "status": "assumption", "note": "invented"}
        for name, value in {"share": 0.3, "p": 0.2, "q": 1.5, "fixed": 2}.items()
    },
    "let": {
        "years": "time_in_state / year",
        "ease": "exp(-p * years) if treated else 1 / (1 + years / fixed)",  # residence and draw
        "step": "floor(years + male) + floor(years * 2)",  # residence
        "worn": "1 - 1 / (1 + age / (40 * year) + years)",  # residence and cycle
        "level": "0.3 * well + 0.5 * ill + p / 10",
        "lately": "first(time > 1.4 * year) or first(load > 2 + q)",
        "flag": "ill and lately",
        "new": "time_in_state == 0",
    },
    "attributes": {"load": {"start": "age / (20 * year)", "unit": "1",
                            "each_cycle": "load + p * cycle / year"}},
    "states": {
        "well": {"start": 0.6, "utility": "0.9 - level / 10",
                 "cost": {"drug": "100 * ease / year", "care": "20 * level * load / year"}},
        "ill": {"start": 0.3, "utility": "0.7 * worn if not new else 0.5",
                "cost": {"care": "(50 * step + load * worn * 3 + 10 * flag) / year"}},
        "other": {"start": 0.1, "utility": 0.4, "cost": {"care": "5 * level / year"}},
        "dead": {"cost": {"burial": "(30 if new else 0) / year"}},
    },
    "transitions": {
        "well": {"ill": "risk(time_in_state) * p", "dead": "0.01 + p / 40", "other": "level / 20"},
        "ill": {"well": "0.5 * ease / year", "other": "0.1 * q / year",
                "dead": "(0.02 + 0.05 * worn) * load / year"},
        "other": {"dead": "level * 0.1", "well": "rest"},
    },
    "transition_effects": [
        {"leaving": ["well", "ill"], "entering": "dead", "cost": {"burial": "10 * q + 5 * step"}},
        {"leaving": "ill", "entering": ["well", "other"], "cost": "7 * ill + well",
         "qaly": "-0.01 * year * worn"},
        {"leaving": "well", "entering": "ill", "cost": "1 + new"},
    ],
    "events": {
        "begin": {"when": "time == 0", "cost": {"drug": "1000 * treated + 10 * ill"}},
        "check": {"when": "ill and 0.4 * year < time_in_state < 2 * year", "qaly": "-0.02 * year",
                  "cost": "3 / years + q"},
        "late": {"when": "flag", "cost": {"late": "8 * load"}},
        "all": {"when": "treated", "cost": "0.5 * worn"},
        "sick": {"when": "not well", "cost": {"drug": "2 * p"}},
    },
    "track": {"ill": "ill", "long": "years * (well or ill)", "flag": "flag", "load": "load"},
}  # fmt: skip


def drawn(count: int = DRAWS) -> xr.Dataset:
    rng = np.random.default_rng(7)
    spans = {"share": (0, 1), "p": (0.02, 0.5), "q": (0.5, 3)}
    columns = {name: ("draw", rng.uniform(*span, count)) for name, span in spans.items()}
    return xr.Dataset(columns | {"fixed": ("draw", np.full(count, 2.0))})


def by_place(build: Build, **time: Any) -> LoadedModel:
    return build(**(BY_PLACE | {"time": BY_PLACE["time"] | time}), tables=TABLES)


def assert_alike(model: LoadedModel, inputs: xr.Dataset, **given: Any) -> None:
    found = run_cohort(model, inputs, engine="machine_code", **given)
    expected = run_cohort(model, inputs, engine="numpy", **given)
    for name, values in expected.items():
        largest = float(np.abs(values).max()) if values.size else 0.0
        np.testing.assert_allclose(
            found[name], values, rtol=1e-11, atol=1e-13 * largest, err_msg=str(name)
        )


@pytest.mark.parametrize(
    ("method", "corrected"),
    [("half_cycle", True), ("none", False), ("end_of_cycle", False), ("life_table", False)],
)
def test_what_depends_on_the_place_has_the_same_numbers(
    build: Build, method: str, corrected: bool
) -> None:
    model = by_place(build, method=method, correct_transitions=corrected)
    assert plan(model).lasting == {"well", "ill", "other", "dead"}
    assert_alike(model, drawn(), start_ages=AGES, discount=(0.05, 0.03))


def test_results_do_not_depend_on_how_draws_are_split(build: Build) -> None:
    model, inputs = by_place(build), drawn().assign_coords(draw=np.arange(DRAWS))
    given: dict[str, Any] = {"start_ages": AGES, "engine": "machine_code"}
    whole = run_cohort(model, inputs, **given)
    for places in (slice(0, 2), slice(3, 90), slice(None, None, -1)):
        part = run_cohort(model, inputs.isel(draw=places), **given)
        xr.testing.assert_identical(part, whole.isel(draw=places))


def test_a_published_model_has_the_same_numbers() -> None:
    model = load_model(library_folder() / "models" / "sick-sicker-by-residence.yaml")
    inputs = sample(
        model.spec.parameters, joint=model.spec.joint, correlations=model.spec.correlations,
        draws=100, seed=1,
    )  # fmt: skip
    assert_alike(model, inputs)


def test_what_rests_on_the_time_in_the_state_alone_is_computed_before_the_cycles() -> None:
    model = load_model(library_folder() / "models" / "sick-sicker-by-residence.yaml")
    assert model.spec.time is not None
    names = sorted(model.uncertain)
    text = kernel_source(model, plan(model), model.spec.time, names).text
    assert text.count("power(") == 2
    assert text.rindex("power(") < text.index("for k in range(time.size)")


def test_states_alone_need_no_residence(build: Build) -> None:
    model = build(
        states={"well": {"start": 1, "utility": "0.9 if well else 0.2"}, "ill": {}, "dead": {}},
        transitions={"well": {"ill": "p"}, "ill": {"dead": "p / 2"}},
        events={"visit": {"when": "ill and time > 1 * year", "cost": "1 / p"}},
        track={"progressed": "ill"},
        parameters={"p": {"value": 0.1, "unit": "1", "status": "assumption", "note": "invented"}},
    )
    assert model.spec.time is not None
    assert "stays" not in kernel_source(model, plan(model), model.spec.time, ["p"]).text
    assert_alike(model, drawn()[["p"]])


def test_times_to_moves_and_shares_by_state_have_the_same_numbers(build: Build) -> None:
    given = {"p": {"value": 0.1, "unit": "1", "status": "assumption", "note": "invented"}}
    curve = {"time_to": "weibull(shape=1 + p, scale=3 * year, hazard_ratio=2 * p)"}
    by_time = build(
        states={"well": {"start": 1}, "ill": {"utility": "1 / (1 + time_in_state / year)"},
                "dead": {}},
        transitions={"well": {"ill": "0.3 / year", "dead": "0.1 / year"}, "ill": {"dead": curve}},
        parameters=given,
    )  # fmt: skip
    by_share = build(
        states={"well": {"share": "exp(-time / year * p)", "cost": "(3 if well else 5) / year"},
                "ill": {"share": "rest"}, "dead": {"share": "0.1 * p * time / (9 * year)"}},
        events={"visit": {"when": "ill and time >= 2 * year", "cost": {"visit": "10 * p"}}},
        track={"ill": "ill"},
        parameters=given,
    )  # fmt: skip
    for model in (by_time, by_share):
        assert_alike(model, drawn()[["p"]])


@pytest.mark.parametrize("places", [[70], [3, 131]])
def test_what_is_impossible_gets_the_message_of_the_reference(
    build: Build, places: list[int]
) -> None:
    inputs = drawn()
    inputs["p"][places] = 2.5
    messages = []
    for engine in ("machine_code", "numpy"):
        with pytest.raises(SimulationError) as caught:
            run_cohort(by_place(build), inputs, start_ages=AGES, engine=engine)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert f"draw {places[0]}" in messages[0]
    assert "of them in the state" in messages[0]


def test_what_nobody_stays_for_does_no_harm(build: Build) -> None:
    """Kernels look at all times in a state; NumPy then says that nobody is there so long."""
    model = build(
        states={"ill": {"start": 1, "utility": "1 / (2 - time_in_state / year)"}, "dead": {}},
        transitions={"ill": {"dead": "1 / max(2 - time_in_state / year, p)"}},
        parameters={"p": {"value": 2, "unit": "1", "status": "assumption", "note": "invented"}},
    )
    assert_alike(model, xr.Dataset({"p": ("draw", np.array([1.0, 0.5]))}))


@pytest.mark.parametrize("method", ["half_cycle", "life_table"])
def test_models_by_the_time_in_the_state_are_worth_compiling(build: Build, method: str) -> None:
    assert engine_for(by_place(build, method=method), draws=10**8) == "machine_code"


@pytest.mark.parametrize("method", ["half_cycle", "life_table", "end_of_cycle"])
def test_whole_courses_by_the_time_in_the_state_have_the_same_numbers(
    build: Build, method: str
) -> None:
    model = by_place(build, method=method)
    assert_alike(model, drawn(), start_ages=AGES, discount=(0.05, 0.03), by_year=False)
