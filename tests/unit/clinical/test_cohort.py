"""The cohort engine, one rule at a time."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import Engine, run_cohort, run_individuals, totals
from equipoise.core.errors import LabelError, SimulationError
from equipoise.core.units import parse_unit
from equipoise.core.vocabulary import checked
from equipoise.spec.loaded import LoadedModel, TableData
from equipoise.spec.model import Method

Run = Callable[..., xr.Dataset]

ALIVE = {"alive": {"start": 1, "utility": 1}}
MORTAL = {"alive": {"start": 1, "utility": 1}, "dead": {}}
YEARS = {"cycle": "1 year", "horizon": "4 years"}


def time(method: str, **more: object) -> dict[str, object]:
    return {"start_age": "40 years", **YEARS, "method": method, **more}


def values(data: xr.DataArray, **labels: object) -> list[float]:
    return data.sel(labels).squeeze().values.tolist()


# what comes back


def test_the_result_keeps_every_promise_of_the_vocabulary(run: Run) -> None:
    found = run(
        {"p": [0.1, 0.2, 0.3]},
        start_ages=[20, 50],
        strategies={"one": {"x": 1}, "two": {"x": 2}},
        states={"alive": {"start": 1, "cost": {"care": "100 * x / year"}, "utility": "0.9"},
                "dead": {}},
        transitions={"alive": {"dead": "p"}},
        events={"infusion": {"when": "time == 0", "cost": {"product": 7}}},
        track={"x": "x", "p": "p"},
    )  # fmt: skip
    assert checked("clinical", found) is found
    assert dict(found.sizes) == {
        "strategy": 2, "item": 2, "age": 2, "year": 4, "draw": 3, "measure": 2,
    }  # fmt: skip
    assert found["item"].values.tolist() == ["care", "product"]
    assert found["age"].values.tolist() == [20.0, 50.0]
    assert found.attrs["method"] == "half_cycle"
    assert found.attrs["money"] == "EUR@2025"


def test_the_labels_of_draws_are_kept(run: Run, build: Callable[..., object]) -> None:
    chunk = xr.Dataset(coords={"draw": [5, 6, 7]})
    assert run_cohort(build(), chunk)["draw"].values.tolist() == [5, 6, 7]


def test_a_bare_cost_is_care(run: Run) -> None:
    assert run(states={"alive": {"start": 1, "cost": "3 / year"}})["item"].values == ["care"]


def test_progress_runs_to_one(build: Callable[..., object]) -> None:
    seen: list[float] = []
    run_cohort(build(), xr.Dataset(), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


# states


def test_without_states_everybody_lives(run: Run) -> None:
    found = run()
    assert values(found["alive"]) == [1, 1, 1, 1]
    assert float(found["life_years"].sum()) == 4


def test_the_dead_do_not_live_and_others_may_be_told_so(run: Run) -> None:
    found = run(
        time=time("none"),
        states={
            "well": {"start": 0.5},
            "dead": {"start": 0.2},
            "gone": {"start": 0.3, "alive": False},
        },
    )
    assert values(found["alive"]) == [0.5] * 4


def test_states_start_as_they_are_told(run: Run) -> None:
    found = run({"p": [0.2, 0.7]}, time=time("none"),
                states={"dead": {"start": "p"}, "alive": {"start": "1 - p"}})  # fmt: skip
    np.testing.assert_allclose(found["alive"].isel(year=0).squeeze(), [0.8, 0.3])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("none", [1, 0.5, 0.25, 0.125]),
        ("end_of_cycle", [0.5, 0.25, 0.125, 0.0625]),
        ("life_table", [0.75, 0.375, 0.1875, 0.09375]),
        ("half_cycle", [0.75, 0.375, 0.1875, 0.09375]),
        ("simpson", [(1 + 2 * 0.5) / 3, (2 * 0.5 + 0.25) / 3, (0.25 + 2 * 0.125) / 3,
                     (2 * 0.125 + 0.0625) / 3]),
    ],
)  # fmt: skip
def test_each_method_counts_life_by_its_rule(
    run: Run, method: Method, expected: list[float]
) -> None:
    found = run(time=time(method), states=MORTAL, transitions={"alive": {"dead": 0.5}})
    assert values(found["life_years"]) == pytest.approx(expected)
    assert values(found["alive"]) == [1, 0.5, 0.25, 0.125]


@pytest.mark.parametrize("method", ["none", "half_cycle", "life_table", "end_of_cycle"])
def test_a_cycle_has_the_values_of_its_start(run: Run, method: Method) -> None:
    growing = {"alive": {"start": 1, "cost": "time / year / year"}}
    assert values(run(time=time(method), states=growing)["cost"]) == [0, 1, 2, 3]


# transitions


def test_the_rest_goes_where_it_is_sent_or_stays(run: Run) -> None:
    states = {"a": {"start": 1, "cost": {"a": "1 / year"}}, "b": {"cost": {"b": "1 / year"}},
              "c": {"cost": {"c": "1 / year"}}}  # fmt: skip
    stays = run(time=time("none"), states=states, transitions={"a": {"b": 0.25, "c": 0.25}})
    sent = run(time=time("none"), states=states, transitions={"a": {"b": "1 / 4", "c": "rest"}})
    assert values(stays["cost"], year=1) == [0.5, 0.25, 0.25]
    assert values(sent["cost"], year=1) == [0, 0.25, 0.75]


def test_rates_compete(run: Run) -> None:
    states = {"a": {"start": 1}, "b": {"cost": {"b": "1 / year"}}, "c": {"cost": {"c": "1 / year"}}}
    found = run(time=time("none"), states=states,
                transitions={"a": {"b": "faster", "c": "0.1 / year"}},
                let={"faster": "0.3 / year"})  # fmt: skip
    left = 1 - np.exp(-0.4)
    assert values(found["cost"], year=1) == pytest.approx([0.75 * left, 0.25 * left])


@pytest.mark.parametrize("individuals", [False, True])
def test_what_is_certain_happens_at_once(
    build: Callable[..., LoadedModel], individuals: bool
) -> None:
    """The last row of a life table: everybody dies, at whatever cycle."""
    follow = run_individuals if individuals else run_cohort
    for cycle in ("1 year", "1 month"):
        model = build(
            time={"cycle": cycle, "horizon": "2 years"},
            states=MORTAL,
            transitions={"alive": {"dead": "rate(1, year)"}},
        )
        found = follow(model, xr.Dataset(), engine="numpy", patients=50)
        assert values(found["alive"]) == [1, 0]
        xr.testing.assert_allclose(
            follow(model, xr.Dataset(), engine="machine_code", patients=50), found
        )


@pytest.mark.parametrize("individuals", [False, True])
@pytest.mark.parametrize("engine", ["numpy", "machine_code"])
def test_an_infinite_rate_is_a_mistake_not_a_result(
    build: Callable[..., LoadedModel], individuals: bool, engine: Engine
) -> None:
    follow = run_individuals if individuals else run_cohort
    for row in ({"dead": "1e-3 / (time - 2 * year)"}, {"dead": "1 / (2 * year - time)"}):
        late = {"dead": f"{row['dead']} if time == 2 * year else 0.1 / year"}
        model = build(
            time={"cycle": "1 year", "horizon": "4 years"},
            states=MORTAL,
            transitions={"alive": late},
        )
        with pytest.raises(SimulationError, match=r"rate to 'dead' is inf .*at 2 years"):
            follow(model, xr.Dataset(), engine=engine, patients=50)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"dead": "p if late else 0"}, "probability to 'dead' is 1.5"),
        ({"dead": "-p if late else 0"}, "probability to 'dead' is -1.5"),
        ({"dead": "log(1 - p) if late else 0"}, "probability to 'dead' is nan"),
        ({"dead": "p / 2 if late else 0", "gone": "p / 3"}, "add up to 1.25"),
        ({"dead": "-p / year if late else 0"}, "rate to 'dead' is -1.5"),
    ],
)
def test_an_impossible_probability_is_named(run: Run, row: dict[str, str], words: str) -> None:
    with pytest.raises(SimulationError, match=words) as caught:
        run(
            {"p": [0.0, 1.5]},
            let={"late": "time >= 2 * year"},
            states=MORTAL | {"gone": {}},
            transitions={"alive": row},
        )
    message = str(caught.value)
    assert "from state 'alive' at 2 years in strategy 'only', draw 1\n" in message
    assert message.startswith("model.yaml:1:1: transitions.alive")


def test_the_strategy_of_an_impossible_probability_is_named(run: Run) -> None:
    with pytest.raises(SimulationError, match="strategy 'bad'"):
        run(strategies={"good": {"p": 0.5}, "bad": {"p": 2}}, states=MORTAL,
            transitions={"alive": {"dead": "p"}})  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"states": {"alive": {"start": 1, "utility": "1 - 982 * late"}}},
         "states.alive.utility: -981 is not between"),
        ({"states": MORTAL, "events": {"loss": {"when": "late", "qaly": "-982 * year"}}},
         "events.loss.qaly: -982 is not between"),
    ],
)  # fmt: skip
def test_what_no_patient_can_have_is_refused_in_the_base_case_only(
    build: Callable[..., object], fields: dict[str, object], words: str
) -> None:
    model = build(let={"late": "time >= 2 * year"}, **fields)
    with pytest.raises(SimulationError, match=words) as caught:
        run_cohort(model, xr.Dataset(), strict=True)
    assert "2 years after the start" in str(caught.value)
    run_cohort(model, xr.Dataset())


def test_savings_refunds_and_an_empty_state_are_possible(build: Callable[..., object]) -> None:
    states = {
        "alive": {"start": 1, "cost": {"care": "5 / year", "work": "-9 / year"}},
        "never": {"utility": -9},
    }
    events = {"refund": {"when": "time == 2 * year", "cost": "-3"}}
    run_cohort(build(states=states, events=events), xr.Dataset(), strict=True)


def test_what_an_event_gives_to_those_it_misses_is_not_looked_at(
    build: Callable[..., object],
) -> None:
    strategies = {"usual": {"treated": 0}, "therapy": {"treated": 1}}
    events = {"infusion": {"when": "treated", "qaly": "-982 * year if not treated else 0 * year"}}
    model = build(strategies=strategies, events=events)
    run_cohort(model, xr.Dataset(), strict=True)


def test_shares_at_the_start_must_add_up(run: Run) -> None:
    with pytest.raises(SimulationError, match="add up to 0.9"):
        run(states={"a": {"start": 0.5}, "b": {"start": 0.4}})
    with pytest.raises(SimulationError, match="0 or more"):
        run(states={"a": {"start": 1.5}, "b": {"start": -0.5}})


# what happens once


@pytest.mark.parametrize("method", get_args(Method))
def test_an_event_counts_in_full_for_those_alive(run: Run, method: Method) -> None:
    found = run(
        time=time(method),
        states=MORTAL,
        transitions={"alive": {"dead": 0.5}},
        events={
            "surgery": {"when": "time == 2 * year", "cost": {"surgery": 100}, "qaly": "-1 * year"}
        },
        discount={"cost": "10 %/year", "health": "0 %/year"},
    )
    assert values(found["cost"]) == [0, 0, 25, 0]
    assert values(found["cost_present"]) == pytest.approx([0, 0, 25 / 1.21, 0])
    assert float((found["qaly"] - found["life_years"]).isel(year=2).squeeze()) == -0.25


def test_what_happens_on_day_0_stands_apart(run: Run) -> None:
    found = run(
        events={"infusion": {"when": "time == 0", "cost": {"product": 100}, "qaly": "-1 * day"}}
    )
    assert values(found["cost"]) == [0, 0, 0, 0]
    assert values(found["cost_at_start"]) == 100
    assert values(found["qaly"]) == pytest.approx([-1 / 365.25, 0, 0, 0])
    assert float(totals(found)["cost"].squeeze()) == 100
    assert float(totals(found)["cost_present"].squeeze()) == 100


def test_an_event_can_come_every_year(run: Run) -> None:
    found = run(events={"visit": {"when": 1, "cost": 5}})
    assert values(found["cost_at_start"]) == 5
    assert values(found["cost"]) == [0, 5, 5, 5]


def test_an_effect_of_a_move_falls_at_the_end_of_its_cycle(run: Run) -> None:
    fields = {
        "states": {"a": {"start": 1}, "b": {}, "dead": {}},
        "transitions": {"a": {"b": 0.5, "dead": 0.25}, "b": {"dead": 0.5}},
        "transition_effects": [
            {"leaving": ["a", "b"], "entering": "dead", "cost": 100, "qaly": "-1 * year"},
            {"leaving": "a", "entering": ["a", "b"], "cost": {"falling": 10}},
        ],
        "discount": {"cost": "10 %/year", "health": "0 %/year"},
    }
    found = run(**fields)
    # Of 1, .25, .0625 and .015625 in a at the start of each cycle, and 0, .5, .375, .21875 in b.
    died = [0.25, 0.0625 + 0.25, 0.015625 + 0.1875, 0.00390625 + 0.109375]
    assert values(found["cost"], item="care") == pytest.approx(
        [0, 100 * died[0], 100 * died[1], 100 * (died[2] + died[3])]
    )
    assert values(found["cost"], item="falling") == pytest.approx([0, 5, 1.25, 0.390625])
    present = [0, 5 / 1.1, 1.25 / 1.21, 0.3125 / 1.331 + 0.078125 / 1.4641]
    assert values(found["cost_present"], item="falling") == pytest.approx(present)
    assert float(found["qaly"].sum()) == pytest.approx(-sum(died))
    weighted = run(**fields, time=time("half_cycle", correct_transitions=True))
    last = 100 * (died[2] + 0.5 * died[3])
    assert values(weighted["cost"], item="care", year=3) == pytest.approx(last)


# values


def test_attributes_grow_from_the_values_of_the_cycle_before(run: Run) -> None:
    found = run(
        {"rate": [1.0, 2.0]},
        let={"doubled": "2 * rate", "seen": "bleeds + 0.5"},
        attributes={"bleeds": {"start": "10 * rate", "each_cycle": "bleeds + doubled", "unit": "1"},
                    "last": {"start": "-1", "each_cycle": "seen", "unit": "1"}},
        track={"bleeds": "bleeds", "last": "last"},
    )  # fmt: skip
    assert values(found["track"], measure="bleeds", draw=0) == [10, 12, 14, 16]
    assert values(found["track"], measure="bleeds", draw=1) == [20, 24, 28, 32]
    assert values(found["track"], measure="last", draw=0) == [-1, 10.5, 12.5, 14.5]


def test_an_attribute_can_start_from_an_intermediate_value(run: Run) -> None:
    found = run(
        start_ages=[30, 60],
        let={"history": "years_ill * 3", "years_ill": "age / year - 20"},
        attributes={"bleeds": {"start": "history", "each_cycle": "bleeds", "unit": "1"}},
        track={"bleeds": "bleeds"},
    )
    np.testing.assert_array_equal(found["track"].squeeze(), [[30] * 4, [120] * 4])


def test_first_is_true_once_for_each_patient_and_draw(run: Run) -> None:
    found = run(
        {"start": [2.0, 0.0]},
        strategies={"slow": {"speed": 1}, "fast": {"speed": 2}},
        let={"score": "start + speed * time / year", "surgery": "first(score >= 3)"},
        events={"surgery": {"when": "surgery", "cost": 1},
                "again": {"when": "first(score >= 3)", "cost": {"again": 1}}},
    )  # fmt: skip
    cost = found["cost"].sel(item="care").squeeze()
    assert values(cost, strategy="slow", draw=0) == [0, 1, 0, 0]
    assert values(cost, strategy="slow", draw=1) == [0, 0, 0, 1]
    assert values(cost, strategy="fast", draw=0) == [0, 1, 0, 0]
    assert values(cost, strategy="fast", draw=1) == [0, 0, 1, 0]
    np.testing.assert_array_equal(found["cost"].sel(item="again"), found["cost"].sel(item="care"))


def test_first_in_the_cost_of_an_event_remembers_cycles_without_the_event(run: Run) -> None:
    found = run(
        events={"visit": {"when": "time >= 2 * year", "cost": "10 if first(time >= year) else 1"}}
    )
    assert values(found["cost"]) == [0, 0, 1, 1]


def test_tables_are_read_at_the_age_of_the_cycle(run: Run) -> None:
    table = TableData("p_dead", np.array([0.0, 41.0, 43.0]), np.array([[0.0, 0.5, 0.0]]),
                      argument_units=(parse_unit("year"),), unit=parse_unit("1"))  # fmt: skip
    found = run(start_ages=[40, 42], states=MORTAL, tables={"p_dead": table},
                transitions={"alive": {"dead": "p_dead(age)"}})  # fmt: skip
    np.testing.assert_array_equal(found["alive"].squeeze(), [[1, 1, 0.5, 0.25], [1, 0.5, 0.5, 0.5]])


def test_subgroups_are_averaged_by_weight_and_tracked_among_survivors(run: Run) -> None:
    found = run(
        {"women": [0.25]},
        time=time("none"),
        subgroups={"f": {"weight": "women", "values": {"p": 0}},
                   "m": {"weight": "1 - women", "values": {"p": 0.5}}},
        states={"alive": {"start": 1, "cost": "100 * p / year"}, "dead": {}},
        transitions={"alive": {"dead": "p"}},
        track={"p": "p"},
    )  # fmt: skip
    assert values(found["alive"], year=1) == 0.25 + 0.75 * 0.5
    assert values(found["cost"], year=1) == 0.75 * 0.5 * 50
    assert values(found["track"], year=1) == pytest.approx(0.75 * 0.5 * 0.5 / 0.625)


def test_weights_of_subgroups_must_add_up(run: Run) -> None:
    with pytest.raises(SimulationError, match="weights of the subgroups add up to 0.9"):
        run(subgroups={"f": {"weight": 0.4}, "m": {"weight": 0.5}})


def test_nothing_is_tracked_when_all_are_dead(run: Run) -> None:
    found = run(states=MORTAL, transitions={"alive": {"dead": "1 if time >= year else 0"}},
                track={"time": "1 + time / year"})  # fmt: skip
    assert values(found["track"]) == [1, 2, 0, 0]


# discounting


def test_cost_and_health_have_rates_of_their_own(run: Run) -> None:
    found = run(
        time=time("none"),
        states={"alive": {"start": 1, "cost": "1 / year", "utility": 1}},
        discount={"cost": "10 %/year", "health": "25 %/year"},
    )
    assert values(found["cost_present"]) == pytest.approx([1.1**-k for k in range(4)])
    assert values(found["qaly_present"]) == pytest.approx([1.25**-k for k in range(4)])
    assert values(found["life_years_present"]) == values(found["qaly_present"])


def test_a_rate_can_be_given_for_each_draw(run: Run) -> None:
    found = run({"x": [1.0, 1.0]}, states={"alive": {"start": 1, "cost": "x / year"}},
                rates=(np.array([0.0, 0.1]), 0.0))  # fmt: skip
    cost = found["cost_present"].sum("year").squeeze()
    assert float(cost[0]) == 4
    assert float(cost[1]) == pytest.approx(0.5 + 1 / 1.1 + 1 / 1.21 + 1 / 1.331 + 0.5 / 1.4641)


@pytest.mark.parametrize("rates", [(np.zeros(3), 0.0), (0.0, -1.5)])
def test_a_rate_that_fits_no_draw_is_refused(run: Run, rates: tuple[object, object]) -> None:
    with pytest.raises(LabelError, match="discount rate"):
        run({"x": [1.0, 1.0]}, rates=rates)


# no course in time


def test_a_decision_without_time_has_one_year_and_age_0(run: Run) -> None:
    found = run(
        {"p": [0.5, 0.1]},
        time=None,
        strategies={"test": {"t": 1}, "none": {"t": 0}},
        let={"found": "p * t"},
        events={"test": {"when": "t", "cost": {"test": 20}},
                "cure": {"when": 1, "qaly": "found * year"}},
    )  # fmt: skip
    assert checked("clinical", found) is found
    assert found["age"].values.tolist() == [0.0]
    assert found["year"].values.tolist() == [0]
    assert values(found["cost_at_start"], strategy="test") == [20, 20]
    assert values(found["qaly"], strategy="test") == [0.5, 0.1]
    assert values(found["cost_at_start"], strategy="none") == [0, 0]


# what is missing


def test_a_missing_parameter_is_named(build: Callable[..., object]) -> None:
    given = {"p": {"value": 1, "unit": "1", "status": "assumption", "note": "invented"}}
    with pytest.raises(LabelError, match="no parameter 'p'"):
        run_cohort(build(parameters=given), xr.Dataset())


def test_a_parameter_with_other_dims_is_refused(build: Callable[..., object]) -> None:
    given = {"p": {"value": 1, "unit": "1", "status": "assumption", "note": "invented"}}
    with pytest.raises(LabelError, match="'p' has dims"):
        run_cohort(build(parameters=given), xr.Dataset({"p": ("age", [1.0])}))


def test_an_age_that_nobody_says_is_asked_for(run: Run) -> None:
    with pytest.raises(SimulationError, match="start_age"):
        run(time=YEARS, states={"alive": {"start": 1, "utility": "age / (100 * year)"}})


def test_values_made_of_each_other_are_refused(run: Run) -> None:
    with pytest.raises(SimulationError, match="circle: "):
        run(let={"a": "b + 1", "b": "a - 1"}, track={"a": "a"})


def test_a_result_that_is_no_number_is_named(run: Run) -> None:
    words = r"states.alive.cost: the value is inf \(3 years after the start, strategy 'only'\)"
    with pytest.raises(SimulationError, match=words):
        run(
            time=time("none"),
            states={"alive": {"start": 1, "cost": "1 / (3 * year - time)"}},
        )
