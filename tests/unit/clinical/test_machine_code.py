"""Machine code against NumPy: the same numbers, the same messages, however draws are split."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.clinical import Engine, engine_for, run_cohort, totals
from equipoise.clinical.compiled import arithmetic
from equipoise.clinical.compiled.incomplete_gamma import gamma_norm, gamma_tail
from equipoise.clinical.compiled.source import kernel_source
from equipoise.clinical.compiled.statements import BLOCK
from equipoise.clinical.plan import plan
from equipoise.core import kernels
from equipoise.core.errors import LabelError, SimulationError
from equipoise.core.machine_code import compiled
from equipoise.core.object_code import Loaded
from equipoise.core.units import parse_unit
from equipoise.draws import sample
from equipoise.packs.find import library_folder
from equipoise.packs.named import load_named_study
from equipoise.spec.formula import FUNCTIONS
from equipoise.spec.formula.survival import SURVIVAL, generalised_gamma_survival
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel, TableData
from equipoise.spec.model_formulas import formulas
from equipoise.spec.replace import replace_values

DRAWS = 2 * BLOCK + 5
"""Two whole blocks and a part of one."""

AGES = [20.0, 37.5, 61.0]

RATE = np.random.default_rng(8).uniform(0.0, 0.1, DRAWS)
"""Yearly discount rate of costs in each draw."""


@compiled
def exp(x: float) -> float:
    return arithmetic.exp(x)


@compiled
def expm1(x: float) -> float:
    return arithmetic.expm1(x)


@compiled
def log(x: float) -> float:
    return arithmetic.log(x)


@compiled
def power(x: float, y: float) -> float:
    return arithmetic.power(x, y)


YEAR, ONE, PER_YEAR = parse_unit("year"), parse_unit("1"), parse_unit("1/year")

TABLES = {
    "hazard": TableData(
        "hazard", np.array([0.0, 30, 60]), np.array([[0.01, 0.02, 0.05]]),
        argument_units=(YEAR,), unit=PER_YEAR,
    ),
    "slope": TableData(
        "slope", np.array([0.0, 1.1, 7]), np.array([[1.0, 0.4, 0.9]]), linear=True,
        argument_units=(YEAR,), unit=ONE,
    ),
    "deaths": TableData(
        "deaths", np.array([0.0, 40, 70]), np.array([[0.01, 0.02, 0.06], [0.02, 0.03, 0.09]]),
        codes=(0.0, 1.0), order=1, argument_units=(ONE, YEAR), unit=PER_YEAR,
    ),
}  # fmt: skip

EVERYTHING: dict[str, Any] = {
    "time": {"cycle": "0.3 years", "horizon": "7.2 years"},
    "strategies": {"old": {"treated": 0, "dose": 1}, "new": {"treated": 1, "dose": 2.5}},
    "subgroups": {
        "some": {"weight": "share", "values": {"male": 0}},
        "others": {"weight": "1 - share", "values": {"male": 1}},
    },
    "parameters": {
        name: {"value": value, "unit": "1", "status": "assumption", "note": "invented"}
        for name, value in {"share": 0.3, "p": 0.2, "q": 1.5, "level": 0.4, "fixed": 2}.items()
    },
    "let": {
        "ease": "exp(-dose * p) if treated else 1",
        "power": "q ** 2 + q ** 0.5 + abs(p - q) ** 1.7 + q ** 1 + q ** -3",
        "rounded": "floor(load) + ceil(load / 3) - sqrt(load)",
        "late": "time > 2 * year and not (age < 30 or p >= 0.25)",
        "between": "0.05 < p <= 0.3 != 0.31",
        "curves": (
            "exponential_survival(time, p / year) + weibull_survival(time, q, 3 * year) ** p"
            " + gompertz_survival(age, (p - 0.2) / year, 0.01 * q / year)"
            " + lognormal_survival(time, p, q) + loglogistic_survival(time, q, 2 * year)"
            " + gamma_survival(time, q, p / year) + (time / year) ** p + (p - q) ** 4 + p ** load"
            " + generalised_gamma_survival(time, p, q, p - 0.25)"
        ),
    },
    "attributes": {
        "load": {
            "start": "age / 10 + p", "each_cycle": "load + ease * cycle / (1 + load)", "unit": "1",
        }
    },
    "states": {
        "well": {
            "start": "1 - level / 2", "utility": "0.9 - min(load, 20, age) / 100",
            "cost": {"drug": "100 * ease / year", "care": "20 * power * curves / year"},
        },
        "ill": {
            "start": "level / 2", "utility": "max(0.6 - rounded / 50, 0.1) if late else 0.5",
            "cost": {"care": "500 / year * slope(time)"},
        },
        "dead": {"cost": {"burial": "3 * first(time > 1 * year) / year"}},
    },
    "transitions": {
        "well": {"ill": "probability(p * hazard(age), cycle)", "dead": "p / 40"},
        "ill": {"well": "0.1 * ease / year", "dead": "rate(p / 3, year) + deaths(male, age)"},
    },
    "transition_effects": [
        {"leaving": ["well", "ill"], "entering": "dead", "cost": {"burial": "10 * q"}},
        {"leaving": "well", "entering": "ill", "cost": "7", "qaly": "-0.01 * fixed"},
    ],
    "events": {
        "begin": {"when": "time == 0", "cost": {"drug": "1000 * treated"}, "qaly": "-p / 10"},
        "operation": {"when": "first(load > 4 + q)", "cost": "300 * log(q + 1)", "qaly": "-0.02"},
        "check": {"when": "between or treated", "cost": "0.5"},
    },
    "track": {"load": "load", "late": "late", "ease": "ease * 1"},
}  # fmt: skip


BY_CURVES: dict[str, Any] = EVERYTHING | {
    "let": EVERYTHING["let"] | {
        "free": "exponential_survival(time, p / year) ** ease",
        "risk": "slope(age) * p / 9 / (1 + load) / year",
        "overall": "gompertz_survival(time, 0.1 * p / year, risk)",
        "shock": "0.9 if first(time > 1 * year) or first(time > p * year) else 1",
    },
    "states": {
        "well": EVERYTHING["states"]["well"] | {
            "start": None, "share": "min(free, overall) * shock * (0.8 if first(p > 0.3) else 1)",
            "cost": {"drug": "100 * ease / year", "care": "20 * power / year"},
        },
        "dead": EVERYTHING["states"]["dead"] | {"share": "1 - overall"},
        "ill": EVERYTHING["states"]["ill"] | {"start": None, "share": "rest"},
    },
    "transitions": {},
    "transition_effects": [
        {"leaving": ["well", "ill"], "cost": {"burial": "10 * q"}},
        {"entering": "ill", "cost": "7 * load", "qaly": "-0.01 * fixed * p"},
    ],
}  # fmt: skip
"""The same model, but for curves that say who is where."""


def by_curves(build: Callable[..., LoadedModel], **time: Any) -> LoadedModel:
    return build(**(BY_CURVES | {"time": EVERYTHING["time"] | time}), tables=TABLES)


def everything(build: Callable[..., LoadedModel], **time: Any) -> LoadedModel:
    return build(**(EVERYTHING | {"time": EVERYTHING["time"] | time}), tables=TABLES)


def drawn(count: int = DRAWS) -> xr.Dataset:
    """Return draws of the parameters, of which one is the same in all."""
    rng = np.random.default_rng(7)
    spans = {"share": (0, 1), "p": (0.02, 0.5), "q": (0.5, 3), "level": (0, 1)}
    columns = {name: ("draw", rng.uniform(*span, count)) for name, span in spans.items()}
    return xr.Dataset(columns | {"fixed": ("draw", np.full(count, 2.0))})


def assert_alike(found: xr.Dataset, expected: xr.Dataset) -> None:
    assert found.attrs == expected.attrs
    for name, values in expected.items():
        assert found[name].dims == values.dims
        largest = float(np.abs(values).max()) if values.size else 0.0
        np.testing.assert_allclose(
            found[name], values, rtol=1e-11, atol=1e-13 * largest, err_msg=str(name)
        )
    xr.testing.assert_equal(found.coords.to_dataset(), expected.coords.to_dataset())


def both(model: LoadedModel, parameters: xr.Dataset, **given: Any) -> tuple[xr.Dataset, xr.Dataset]:
    machine = run_cohort(model, parameters, engine="machine_code", **given)
    return machine, run_cohort(model, parameters, engine="numpy", **given)


@pytest.mark.parametrize("method", ["half_cycle", "life_table", "end_of_cycle", "simpson", "none"])
@pytest.mark.parametrize("corrected", [False, True])
def test_the_whole_language_gives_the_same_numbers(
    build: Callable[..., LoadedModel], method: str, corrected: bool
) -> None:
    for kind in (everything, by_curves):
        model = kind(build, method=method, correct_transitions=corrected)
        assert_alike(*both(model, drawn(), start_ages=AGES, discount=(RATE, 0.03)))


@pytest.mark.parametrize("kind", [everything, by_curves])
@pytest.mark.parametrize("engine", ["machine_code", "numpy"])
def test_the_whole_course_in_one_year_has_the_same_totals(
    build: Callable[..., LoadedModel], engine: Engine, kind: Callable[..., LoadedModel]
) -> None:
    given = {"start_ages": AGES, "discount": (RATE, 0.03), "engine": engine}
    apart = run_cohort(kind(build), drawn(), **given)
    whole = run_cohort(kind(build), drawn(), **given, by_year=False)
    assert whole.sizes["year"] == 1
    for age in AGES:
        xr.testing.assert_allclose(totals(whole, age=age), totals(apart, age=age), rtol=1e-12)
    xr.testing.assert_allclose(whole["track"], apart["track"].isel(year=[0]), rtol=1e-12)


def test_a_weight_by_age_is_that_of_the_start_also_where_curves_say_who_is_where(
    build: Callable[..., LoadedModel],
) -> None:
    groups = {
        "some": {"weight": "age / (100 * year) * p", "values": {"male": 0}},
        "others": {"weight": "1 - age / (100 * year) * p", "values": {"male": 1}},
    }
    model = build(
        subgroups=groups,
        parameters={name: EVERYTHING["parameters"][name] for name in ("p",)},
        states={
            "well": {"share": "exponential_survival(time, (0.1 + male) / year)", "utility": 1},
            "dead": {"share": "rest"},
        },
        transition_effects=[{"entering": "dead", "cost": "7"}],
    )
    assert_alike(*both(model, drawn()[["p"]], start_ages=AGES))


def test_the_model_of_these_tests_uses_every_function(build: Callable[..., LoadedModel]) -> None:
    used = {name for one in formulas(everything(build).spec) for name in one.formula.functions}
    assert used == FUNCTIONS.keys() | TABLES.keys()


@pytest.mark.parametrize("name", ["sick-sicker", "sick-sicker-by-age", "total-hip-replacement"])
def test_published_models_give_the_same_numbers(name: str) -> None:
    model = load_model(library_folder() / "models" / f"{name}.yaml")
    inputs = sample(
        model.spec.parameters, joint=model.spec.joint, correlations=model.spec.correlations,
        draws=100, seed=1,
    )  # fmt: skip
    assert_alike(*both(model, inputs))


def test_results_do_not_depend_on_how_draws_are_split(build: Callable[..., LoadedModel]) -> None:
    model, inputs = everything(build), drawn().assign_coords(draw=np.arange(DRAWS))

    def run(places: slice) -> xr.Dataset:
        return run_cohort(
            model, inputs.isel(draw=places), start_ages=AGES, discount=(RATE[places], 0.03),
            engine="machine_code",
        )  # fmt: skip

    whole = run(slice(None))
    for places in (slice(0, 2), slice(3, 90), slice(None, None, -1)):
        xr.testing.assert_identical(run(places), whole.isel(draw=places))


@pytest.mark.parametrize("kind", [everything, by_curves])
@pytest.mark.parametrize("places", [[70], [3, 70, 131]])
def test_what_is_impossible_gets_the_message_of_the_reference(
    build: Callable[..., LoadedModel], places: list[int], kind: Callable[..., LoadedModel]
) -> None:
    inputs = drawn()
    inputs["p"][places] = 45.0 if kind is everything else -0.1
    messages = []
    for engine in ("machine_code", "numpy"):
        with pytest.raises(SimulationError) as caught:
            run_cohort(kind(build), inputs, start_ages=AGES, discount=(RATE, 0.03), engine=engine)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert f"draw {places[0]}" in messages[0]


def test_what_kernels_leave_aside_is_taken_from_the_reference(
    build: Callable[..., LoadedModel],
) -> None:
    """Rates near the largest; and a division by zero after all are dead does no harm."""
    row = "2**996 / year if p == 1 or time > 1.2 * year else 1 / (p - 1) / year"
    model = build(
        states={
            "well": {"start": 1, "utility": "1 / (2.5 - time / year)"},
            "gone": {"alive": False},
            "dead": {},
        },
        transitions={"well": {"dead": row, "gone": row}},
        track={"p": "p"},
        time=EVERYTHING["time"] | {"cycle": "0.5 years", "method": "none"},
        parameters={"p": {"value": 2, "unit": "1", "status": "assumption", "note": "invented"}},
    )
    inputs = xr.Dataset({"p": ("draw", np.array([2.0, 1.0, 3.0]))})
    machine, numpy = both(model, inputs)
    assert_alike(machine, numpy)
    assert float(machine["alive"].sel(year=1)[0, 0, 1]) == 0.0
    assert float(machine["alive"].sel(year=1)[0, 0, 0]) > 0.0


def test_a_number_set_by_the_user_needs_no_other_kernel() -> None:
    study = load_named_study("haemophilia-b-gene-therapy", country="ru")
    changed = replace_values(study, {"abr_untreated": "30", "smr": "1.5"})
    texts = set()
    for model in (study.model, changed.model):
        assert model.spec.time is not None
        names = sorted(model.uncertain)
        texts.add(kernel_source(model, plan(model), model.spec.time, names).text)
    assert study.model.spec != changed.model.spec
    assert len(texts) == 1


def test_small_runs_are_not_worth_compiling() -> None:
    model = load_model(library_folder() / "models" / "sick-sicker.yaml")
    assert engine_for(model, draws=100) == "numpy"
    assert engine_for(model, draws=9_999) == "numpy"
    assert engine_for(model, draws=10_000, by_year=False) == "machine_code"
    assert engine_for(model, draws=10**7) == "machine_code"
    tree = load_model(library_folder() / "models" / "tegaderm.yaml")
    assert engine_for(tree, draws=10**9) == "numpy"


SMALL = {
    "states": {"alive": {"start": 1, "utility": "p"}},
    "parameters": {"p": {"value": 1, "unit": "1", "status": "assumption", "note": "invented"}},
}


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty cache of kernels; nothing is known from earlier tests."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("EQUIPOISE_CACHE", str(folder))
    kernels._kernel.cache_clear()
    yield folder
    kernels._kernel.cache_clear()


def test_without_a_cache_kernels_live_as_long_as_the_process(
    build: Callable[..., LoadedModel], cache: Path
) -> None:
    cache.touch()
    assert_alike(*both(build(**SMALL), xr.Dataset({"p": ("draw", np.array([0.1, 0.2]))})))


@pytest.mark.parametrize("place", [slice(-200), slice(10), slice(0)])
def test_a_damaged_cache_is_made_anew(
    build: Callable[..., LoadedModel], cache: Path, place: slice
) -> None:
    model, inputs = build(**SMALL), xr.Dataset({"p": ("draw", np.array([0.1, 0.2]))})
    assert_alike(*both(model, inputs))
    (damaged,) = cache.rglob("kernel_*.o")
    damaged.write_bytes(damaged.read_bytes()[place])
    for _run in range(2):
        kernels._kernel.cache_clear()
        assert_alike(*both(model, inputs))
    Loaded(damaged.read_bytes())  # which refuses what is damaged


def test_old_kernels_make_room(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(kernels, "KEPT", 2)
    for number in range(4):
        kernels.ready(f"def kernel():\n    return {number}\n", sources=Path(__file__))
    assert len(list(cache.glob("kernel_*.py"))) == 2


def test_a_condition_holds_first_on_the_first_day(build: Callable[..., LoadedModel]) -> None:
    model = build(
        **SMALL | {
            "time": EVERYTHING["time"] | {"method": "end_of_cycle"},
            "let": {"at_once": "first(p > 0.15)"},
            "attributes": {"a": {"start": "1 + at_once", "each_cycle": "a", "unit": "1"}},
            "states": {"alive": {
                "start": 1, "utility": "p / a", "cost": "100 * first(time >= 0 * year) / year",
            }},
        }
    )  # fmt: skip
    machine, numpy = both(model, xr.Dataset({"p": ("draw", np.array([0.1, 0.2]))}))
    assert_alike(machine, numpy)
    np.testing.assert_allclose(numpy["cost"].sum("year"), 30)  # it holds on day 0, for a cycle


def test_what_an_event_would_bring_where_it_does_not_happen_is_nothing(
    build: Callable[..., LoadedModel],
) -> None:
    event = {"when": "p > 0.15", "cost": "1 / floor(p / 0.15)", "qaly": "log(p - 0.1)"}
    model = build(**SMALL, events={"one": event})
    inputs = xr.Dataset({"p": ("draw", np.array([0.1, 0.2]))})
    machine, numpy = both(model, inputs)
    assert_alike(machine, numpy)
    for draw in (0, 1):
        alone = run_cohort(model, inputs.isel(draw=[draw]), engine="numpy")
        xr.testing.assert_allclose(numpy["qaly"].isel(draw=[draw]).drop_vars("draw"),
                                   alone["qaly"].drop_vars("draw"))  # fmt: skip


def test_a_table_knows_nothing_of_what_is_no_number(build: Callable[..., LoadedModel]) -> None:
    states = {"alive": {"start": 1, "utility": "slope(log(p - 0.15) * year)"}}
    model = build(**SMALL | {"states": states}, tables=TABLES)
    inputs = xr.Dataset({"p": ("draw", np.array([0.1, 0.2]))})
    for engine in ("machine_code", "numpy"):
        with pytest.raises(SimulationError, match="utility"):
            run_cohort(model, inputs, engine=engine)


def test_a_long_chain_of_named_values_does_not_exhaust_the_stack(
    build: Callable[..., LoadedModel],
) -> None:
    chain = {"v0": "p"} | {f"v{k}": f"v{k - 1} + p" for k in range(1, 400)}
    states = {"alive": {"start": 1, "utility": "v399 / 1000"}}
    model = build(**SMALL | {"states": states}, let=chain)
    assert model.spec.time is not None
    text = kernel_source(model, plan(model), model.spec.time, ["p"]).text
    assert text.count("+ p0") >= 399


def test_very_large_models_are_left_to_numpy(build: Callable[..., LoadedModel]) -> None:
    names = [f"s{k}" for k in range(30)]
    rows = {
        name: {to: f"p / {100 + 30 * n + k}" for k, to in enumerate(names) if to != name}
        for n, name in enumerate(names)
    }
    states = {name: {"start": int(name == "s0")} for name in names}
    model = build(**SMALL | {"states": states}, transitions=rows)
    assert engine_for(model, draws=10**8) == "numpy"


@pytest.mark.parametrize("engine", ["machine_code", "numpy"])
def test_a_sample_of_other_dims_is_refused(
    build: Callable[..., LoadedModel], engine: Engine
) -> None:
    for inputs in (xr.Dataset(), xr.Dataset({"p": (("k", "draw"), np.ones((2, 3)))})):
        with pytest.raises(LabelError, match="'p'"):
            run_cohort(build(**SMALL), inputs, engine=engine)


@settings(deadline=None)  # the first call compiles
@given(st.floats(allow_nan=True, allow_infinity=True))
def test_exponentials_are_good_to_the_last_digits(x: float) -> None:
    with np.errstate(all="ignore"):
        for found, expected in ((exp(x), np.exp(x)), (expm1(x), np.expm1(x))):
            if abs(expected) < 1e-303:
                assert math.isclose(found, expected, abs_tol=1e-303)
            else:
                np.testing.assert_allclose(found, expected, rtol=1e-15)


@settings(deadline=None)  # the first call compiles
@given(st.floats(allow_nan=True, allow_infinity=True))
def test_logarithms_are_good_to_the_last_digit(x: float) -> None:
    with np.errstate(all="ignore"):
        expected = float(np.log(x))
    if math.isfinite(expected):
        assert abs(log(x) - expected) <= 2 * np.spacing(abs(expected))
    else:
        np.testing.assert_equal(log(x), expected)


whole = st.integers(-9, 9).map(float)
anything = st.one_of(st.floats(-1e3, 1e3), whole, st.sampled_from([0.0, 1.0, -1.0, 1e-310, np.inf]))


@settings(deadline=None)  # the first call compiles
@given(anything, st.one_of(st.floats(-50.0, 50.0), whole))
def test_powers_are_those_of_numpy(x: float, y: float) -> None:
    with np.errstate(all="ignore"):
        expected = float(np.power(x, y))
        size = abs(y * float(np.log(abs(x)))) if x not in (0.0, np.inf) else 0.0
    bound = 1e-15 + 4e-16 * size
    np.testing.assert_allclose(power(x, y), expected, rtol=bound, atol=1e-300)


@settings(deadline=None)  # the first call compiles
@given(st.floats(-12.0, 12.0), st.floats(-2.0, 1.7), st.sampled_from([-1.0, 1.0]))
def test_tails_of_the_generalised_gamma_are_those_of_the_reference(
    w: float, size: float, sign: float
) -> None:
    q = sign * 10.0**size
    found = gamma_tail(w, q, q**-2.0, gamma_norm(q**-2.0))
    with np.errstate(all="ignore"):
        expected = float(generalised_gamma_survival(np.exp(w), 0.0, 1.0, q))
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-15)


def test_survival_functions_agree_over_wide_ranges(build: Callable[..., LoadedModel]) -> None:
    """Also before the start, and where there is no such distribution."""
    spans = {"a": (-0.2, 5.0), "b": (-0.2, 3.0), "q": (-3.0, 3.0), "lag": (-2.0, 2.0)}
    rng = np.random.default_rng(3)
    inputs = xr.Dataset({n: ("draw", rng.uniform(*span, 900)) for n, span in spans.items()})
    inputs["q"][:20] = np.concatenate([[0.0], np.geomspace(1e-9, 0.02, 19)])
    parameter = {"value": 1, "unit": "1", "status": "assumption", "note": "invented"}
    texts = {"year": "{} * year", "1/year": "{} / year", "1": "{}"}
    track = {}
    for name, one in SURVIVAL.items():
        units = list(one.arguments.values())[1:]
        names = ["q", "a", "b"][-len(units) :] if name == "gompertz_survival" else ["a", "b", "q"]
        others = [texts[unit].format(value) for unit, value in zip(units, names, strict=False)]
        curve = f"{name}(time - lag * year, {', '.join(others)})"
        track[name] = f"{curve} if {curve} >= 0 else 2"  # no number is not above 0
        track[f"{name}_ratio"] = f"({curve}) ** 0.7 if {curve} >= 0 else 2"
    model = build(
        states={"alive": {"start": 1}}, track=track, parameters=dict.fromkeys(spans, parameter),
        time={"cycle": "0.5 years", "horizon": "20 years"},
    )  # fmt: skip
    machine, numpy = both(model, inputs)
    np.testing.assert_allclose(machine["track"], numpy["track"], rtol=1e-11, atol=1e-13)
    assert 0.05 < float((numpy["track"] == 2).mean()) < 0.4
