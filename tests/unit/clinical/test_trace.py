"""A trace: shares add up to 1, what counts adds up to the totals, and a matrix by hand agrees."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import following
from equipoise.core.errors import SimulationError
from equipoise.packs.find import library_folder
from equipoise.pipeline import run_model, trace_of, trace_table
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import EngineChoice, Method

METHODS: tuple[Method, ...] = (
    "none", "end_of_cycle", "half_cycle", "life_table", "simpson", "simpson_tutorial",
)  # fmt: skip
TOTALS = ("cost", "qaly", "life_years")

HISTORY = """
model: Wells who fall ill, with curves or moves
money: EUR@2025
time: {cycle: 6 months, horizon: 5 years, method: half_cycle}
discount: {cost: 3 %/year, health: 1.5 %/year}
strategies: {usual: {treated: 0}, drug: {treated: 1}}
parameters:
  p_ill: {value: 0.1, unit: "1", status: assumption, note: x}
  p_dead: {value: 0.05, unit: "1", status: assumption, note: x}
  c_ill: {value: 1000, unit: EUR@2025/year, status: assumption, note: x}
  price: {value: 700, unit: EUR@2025, status: assumption, note: x}
states:
  well: {start: 1, utility: 0.9}
  ill: {cost: c_ill, utility: 0.5}
  dead: {}
transitions:
  well: {ill: p_ill * (0.5 if treated else 1), dead: p_dead}
  ill: {dead: 2 * p_dead}
events:
  infusion: {when: time == 0 and treated, cost: {product: price}}
transition_effects:
  - {leaving: ill, entering: dead, cost: {last_weeks: price}, qaly: -0.01 * year}
track: {illness: ill}
"""


def library(name: str) -> LoadedModel:
    return load_model(library_folder() / "models" / f"{name}.yaml")


def counted(model: LoadedModel, method: Method, cycles: int) -> LoadedModel:
    """Count time by another method, over an even number of cycles."""
    time = model.spec.time
    assert time is not None
    horizon = replace(time.horizon, value=cycles * time.cycle.value)
    changed = time.model_copy(update={"method": method, "horizon": horizon})
    return replace(model, spec=model.spec.model_copy(update={"time": changed}))


@pytest.fixture
def drug(tmp_path) -> LoadedModel:
    path = tmp_path / "drug.yaml"
    path.write_text(HISTORY, encoding="utf-8")
    return load_model(path)


def assert_adds_up(trace: xr.Dataset, base: xr.Dataset) -> None:
    np.testing.assert_allclose(trace["share"].sum("state"), 1.0, rtol=1e-12)
    for name in (*TOTALS, *(f"{one}_present" for one in TOTALS)):
        over = ["point", "item"] if name.startswith("cost") else ["point"]
        np.testing.assert_allclose(trace[name].sum(over), base[name], rtol=1e-12)
    for name in ("cost", "cost_present"):
        np.testing.assert_allclose(
            trace[name].sum("point"), base[name.replace("cost", "cost_by_item")], rtol=1e-12
        )


@pytest.mark.parametrize("method", METHODS)
def test_shares_add_up_to_one_and_what_counts_to_the_totals(method: Method) -> None:
    run = run_model(counted(library("sick-sicker"), method, 74), draws=0, seed=1)
    trace = run.trace()
    assert trace.sizes["point"] == 75
    assert_adds_up(trace, run.base)


@pytest.mark.parametrize("method", METHODS)
def test_weights_times_shares_give_what_counts(method: Method) -> None:
    """Each cost of a state by hand: share, yearly cost, weight; where the method counts shares."""
    model = counted(library("sick-sicker"), method, 74)
    trace = run_model(model, draws=0, seed=1).trace().sel(strategy="standard_care")
    value = {name: one.value for name, one in model.spec.parameters.items()}
    yearly = xr.DataArray(
        [value["c_healthy"], value["c_sick"], value["c_sicker"], 0.0], dims="state"
    )
    share = trace["share"].sel(state=["healthy", "sick", "sicker", "dead"]).drop_vars("state")
    if method == "life_table":
        later = share.shift(point=-1)
        share = ((share + later) / 2).fillna(0.0)
    by_hand = (share * yearly).sum("state") * trace["weight"]
    np.testing.assert_allclose(trace["cost"].sum("item"), by_hand, rtol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("engine", ["cohort", "individuals"])
def test_events_and_effects_of_moves_are_in_it(
    drug: LoadedModel, method: Method, engine: EngineChoice
) -> None:
    model = counted(drug, method, 10)
    run = run_model(model, draws=0, seed=1, engine=engine, patients=300)
    trace = run.trace()
    assert_adds_up(trace, run.base)
    product = trace["cost"].sel(strategy="drug", item="product")
    assert float(product[0]) == pytest.approx(700)
    assert not product[1:].any()


def test_a_matrix_power_by_hand_gives_the_same_shares(drug: LoadedModel) -> None:
    trace = run_model(drug, draws=0, seed=1).trace()
    for strategy, p_ill in (("usual", 0.1), ("drug", 0.05)):
        move = np.array([[0.95 - p_ill, p_ill, 0.05], [0, 0.9, 0.1], [0, 0, 1]])
        for point, time in enumerate(trace["time"].values):
            assert time == point / 2
            by_hand = np.linalg.matrix_power(move, point)[0]
            one = trace.sel(strategy=strategy, point=point)
            np.testing.assert_allclose(one["share"], by_hand, rtol=1e-12)
            assert float(one["alive"]) == pytest.approx(1 - by_hand[2], rel=1e-12)
            illness = by_hand[1] / (by_hand[0] + by_hand[1])
            assert float(one["track"].sel(measure="illness")) == pytest.approx(illness)


@pytest.mark.parametrize(
    ("name", "patients"),
    [
        ("sick-sicker-by-residence", None), ("total-hip-replacement", None),
        ("haemophilia-b-germany", None), ("sick-sicker-history", 100),
        ("haemophilia-b-germany-patients", 40),
    ],
)  # fmt: skip
def test_models_of_the_library_have_traces(name: str, patients: int | None) -> None:
    run = run_model(library(name), draws=0, seed=1, patients=patients)
    assert_adds_up(run.trace(), run.base)


def test_curves_have_a_trace(tmp_path) -> None:
    text = (
        HISTORY.split("states:", maxsplit=1)[0]
        + """
let: {alive: exp(-time / (4 * year)), stable: alive * exp(-time / (9 * year))}
states:
  well: {share: stable, utility: 0.9}
  ill: {share: alive - stable, cost: c_ill}
  dead: {share: rest}
"""
    )
    path = tmp_path / "curves.yaml"
    path.write_text(text, encoding="utf-8")
    run = run_model(load_model(path), draws=0, seed=1)
    trace = run.trace()
    assert_adds_up(trace, run.base)
    np.testing.assert_allclose(
        trace["alive"].sel(strategy="usual"), np.exp(-trace["time"] / 4), rtol=1e-12
    )


def test_after_everybodys_death_shares_stay_and_nothing_is_tracked(drug: LoadedModel) -> None:
    deadly = drug.spec.parameters["p_dead"].model_copy(update={"value": 0.5})
    sure = drug.spec.parameters["p_ill"].model_copy(update={"value": 0.5})
    parameters = {**drug.spec.parameters, "p_dead": deadly, "p_ill": sure}
    model = replace(drug, spec=drug.spec.model_copy(update={"parameters": parameters}))
    trace = run_model(model, draws=0, seed=1).trace().sel(strategy="usual")
    assert (trace["share"].sel(state="dead")[2:] == 1).all()
    assert trace["track"][:, 2:].isnull().all()


def test_a_table_has_a_row_for_each_strategy_and_point(drug: LoadedModel) -> None:
    run = run_model(drug, draws=0, seed=1)
    table = trace_table(run.trace(), label=run.label)
    assert len(table) == 2 * 11
    assert list(table.columns) == [
        "strategy", "point", "time", "share_well", "share_ill", "share_dead", "alive", "weight",
        "cost_care", "cost_last_weeks", "cost_product", "cost", "qaly", "life_years",
        "discounted_cost_care", "discounted_cost_last_weeks", "discounted_cost_product",
        "discounted_cost", "discounted_qaly", "discounted_life_years", "track_illness",
    ]  # fmt: skip
    cost = table.groupby("strategy")["discounted_cost"].sum()
    assert cost["drug"] == pytest.approx(float(run.base["cost_present"].sel(strategy="drug")))


@pytest.mark.parametrize(
    ("name", "engine", "said"),
    [("sick-sicker", "continuous", "continuous time"), ("tegaderm", None, "course in time")],
)
def test_where_there_are_no_points_of_time_there_is_no_trace(
    name: str, engine: EngineChoice | None, said: str
) -> None:
    model = library(name)
    how = following(model, draws=1, seed=1, choice=engine)
    with pytest.raises(SimulationError, match=said):
        trace_of(model, how)
