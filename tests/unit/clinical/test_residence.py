"""Who is where, and since when, in the cohort engine: one rule at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import run_cohort, run_individuals
from equipoise.clinical.people import gathered
from equipoise.core.errors import SimulationError
from equipoise.spec.loaded import LoadedModel

Run = Callable[..., xr.Dataset]
Build = Callable[..., LoadedModel]

YEARS = {"start_age": "40 years", "cycle": "1 year", "horizon": "4 years", "method": "none"}
MORTAL = {"well": {"start": 1}, "ill": {}, "dead": {}}


def values(data: xr.DataArray, **labels: object) -> list[float]:
    found: list[float] = data.sel(labels).squeeze().values.tolist()
    return found


def test_time_in_the_state_begins_with_0_and_begins_anew_for_who_comes_back(run: Run) -> None:
    """All fall ill in year 0, recover in year 1 and fall ill again; one in two stays ill."""
    found = run(
        time=YEARS,
        states=MORTAL | {"ill": {"cost": "(1 + time_in_state / year) / year"}},
        transitions={"well": {"ill": 1}, "ill": {"well": 0.5}},
        track={"new": "ill and time_in_state == 0", "old": "ill and time_in_state >= 1 * year"},
    )
    assert values(found["track"], measure="new") == [0, 1, 0, 0.5]
    assert values(found["track"], measure="old") == [0, 0, 0.5, 0.25]
    assert values(found["cost"]) == [0, 1, 0.5 * 2, 0.5 * 1 + 0.25 * 3]


def test_patients_on_the_first_day_have_just_come(run: Run) -> None:
    track = {"since": "time_in_state / year"}
    assert values(run(time=YEARS, states=MORTAL, track=track)["track"]) == [0, 1, 2, 3]


@pytest.mark.parametrize("itself", ["rest", "0.75"])
def test_staying_in_the_state_is_no_entry(run: Run, itself: str) -> None:
    rows = {"well": {"well": itself, "dead": "0.25" if itself == "rest" else "rest"}}
    found = run(time=YEARS, states=MORTAL, transitions=rows, track={"t": "time_in_state / year"})
    assert values(found["track"]) == [0, 1, 2, 3]
    assert values(found["alive"]) == [0.75**k for k in range(4)]


def test_a_time_to_leave_lets_all_leave_and_is_not_asked_beyond(run: Run) -> None:
    """Nobody is ill for longer than two years, so a division by zero there does no harm."""
    found = run(
        time=YEARS | {"horizon": "6 years"},
        states={"ill": {"start": 1, "utility": "1 / (3 - time_in_state / year)"}, "well": {}},
        transitions={"ill": {"well": "1 / (3 - time_in_state / year)"}},
        transition_effects=[{"leaving": "ill", "entering": "well",
                             "cost": "100 * time_in_state / year"}],
    )  # fmt: skip
    assert values(found["qaly"]) == pytest.approx([1 / 3, (2 / 3) / 2, (1 / 3) / 1, 0, 0, 0])
    assert values(found["cost"]) == pytest.approx([0, 0, 100 / 3, 200 / 3, 0, 0])


@pytest.mark.parametrize("method", ["none", "end_of_cycle", "half_cycle", "life_table"])
def test_each_year_in_the_state_is_a_tunnel_for_those_who_come(run: Run, method: str) -> None:
    fields: dict[str, Any] = {"time": YEARS | {"method": method}, "rates": (0.1, 0.0)}
    states: dict[str, Any] = {"well": {"start": 1}, "dead": {}}
    by_time = run(
        **fields,
        states=states | {"ill": {"cost": "10 ** (time_in_state / year) / year"}},
        transitions={"well": {"ill": 0.4}, "ill": {"dead": 0.5}},
    )
    tunnels = {f"ill{k}": {"cost": f"{10.0**k} / year"} for k in range(5)}
    rows = {f"ill{k}": {"dead": 0.5, f"ill{k + 1}": "rest"} for k in range(4)}
    told_apart = run(**fields, states=states | tunnels, transitions=rows | {"well": {"ill0": 0.4}})
    for name in ("cost", "cost_present"):
        np.testing.assert_allclose(by_time[name], told_apart[name], rtol=1e-13)


@pytest.mark.parametrize("method", ["none", "end_of_cycle", "half_cycle", "life_table"])
def test_who_begins_in_a_state_has_been_there_as_long_as_the_cycle_has_lasted(
    run: Run, method: str
) -> None:
    """A tunnel for each year would let half of them, or all, into the next one too soon."""
    time, moves = YEARS | {"method": method}, {"ill": {"dead": 0.5}}
    by_stay, by_time = (
        run(
            time=time, transitions=moves, rates=(0.1, 0.0),
            states={"ill": {"start": 1, "cost": f"10 ** ({word} / year) / year"}, "dead": {}},
        )
        for word in ("time_in_state", "time")
    )  # fmt: skip
    np.testing.assert_allclose(by_stay["cost"], by_time["cost"], rtol=1e-13)
    np.testing.assert_allclose(by_stay["cost_present"], by_time["cost_present"], rtol=1e-13)


def test_the_dead_can_cost_by_the_time_since_death(run: Run) -> None:
    found = run(
        time=YEARS,
        states={"ill": {"start": 1},
                "dead": {"cost": {"burial": "(8 if time_in_state == 0 else 0) / year"}}},
        transitions={"ill": {"dead": 0.5}},
    )  # fmt: skip
    assert values(found["cost"]) == [0, 4, 2, 1]


def test_a_named_value_means_something_else_in_each_state(run: Run) -> None:
    found = run(
        {"p": [0.5, 0.25]},
        time=YEARS,
        let={"risk": "p if ill else p / 2", "twice": "2 * risk"},
        states=MORTAL | {"well": {"start": 1, "cost": {"a": "twice / year"}},
                         "ill": {"cost": {"b": "twice * (1 + time_in_state / year) / year"}}},
        transitions={"well": {"ill": "risk"}, "ill": {"dead": "risk"}},
    )  # fmt: skip
    assert values(found["cost"], item="a", draw=0)[:3] == pytest.approx([0.5, 0.375, 0.28125])
    assert values(found["cost"], item="b", draw=1)[1] == pytest.approx(0.125 * 0.5)
    ill_for_a_year, just_ill = 0.25 * 0.5, 0.75 * 0.25
    assert values(found["cost"], item="b", draw=0)[2] == pytest.approx(
        2 * ill_for_a_year + 1 * just_ill
    )


def test_what_has_another_meaning_is_no_word_for_a_state(run: Run) -> None:
    found = run({"ill": [0.3, 0.6]}, states=MORTAL, track={"p": "ill"})
    assert values(found["track"], draw=1) == [0.6] * 4


def test_an_event_can_come_to_some_states_only(run: Run) -> None:
    found = run(
        time=YEARS,
        states=MORTAL,
        transitions={"well": {"ill": 0.5}, "ill": {"dead": 0.5}},
        events={
            "visit": {"when": "ill", "cost": "10 * (1 + time_in_state / year)"},
            "all": {"when": "time == 0", "cost": {"product": "7 if well else 9"}},
        },
    )
    # Ill are .5 new, then .25 new and .25 for a year, then .125, .125 and .125.
    assert values(found["cost"], item="care") == [0, 5, 2.5 + 5, 1.25 * (1 + 2 + 3)]
    assert values(found["cost_at_start"], item="product") == 7


def test_what_holds_the_first_time_is_noticed_where_nobody_asks(run: Run) -> None:
    """`first` looks at the clock only; it has held in year 1 whoever is ill in year 2."""
    found = run(
        time=YEARS | {"method": "end_of_cycle"},
        let={"flag": "ill and first(time >= 1 * year)"},
        states={"well": {"start": 0.5}, "ill": {"start": 0.5, "cost": "flag / year"}},
        events={
            "once": {"when": "flag", "cost": {"once": 4}},
            "late": {"when": "ill and first(time >= 0 * year) and time > 0 * year", "cost": 100},
        },
    )
    assert values(found["cost"], item="once") == [0, 2, 0, 0]
    assert values(found["cost"], item="care") == [0, 0.5, 0, 0]


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("p * time_in_state / year",
         "the probability to 'dead' is 1.5 from state 'ill' at 3 years, 2 of them in the state"),
        ("0.4 + p * time_in_state / year",
         "the probability to 'dead' is 1.15 from state 'ill' at 2 years, 1 of them in the state"),
        ("(0.1 - p * time_in_state / year) / year",
         "the rate to 'dead' is -0.65 from state 'ill' at 2 years, 1 of them in the state"),
    ],
)  # fmt: skip
def test_an_impossible_probability_names_the_time_in_the_state(
    run: Run, formula: str, words: str
) -> None:
    states = MORTAL | {"gone": {}}
    with pytest.raises(SimulationError, match=f"{words}, in strategy 'only', draw 1"):
        run({"p": [0.1, 0.75]}, states=states,
            transitions={"well": {"ill": 0.5}, "ill": {"dead": formula, "gone": 0}})  # fmt: skip


def test_probabilities_that_add_up_to_more_than_1_name_the_time_in_the_state(run: Run) -> None:
    words = "add up to 1.2 from state 'ill' at 2 years, 1 of them in the state"
    with pytest.raises(SimulationError, match=words):
        run(states=MORTAL | {"gone": {}},
            transitions={"well": {"ill": 0.5},
                         "ill": {"dead": "0.6 * time_in_state / year", "gone": 0.6}})  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"states": MORTAL | {"ill": {"utility": "1 - 3 * (time_in_state > 0.5 * year)"}}},
         r"states.ill.utility: -2 is not .*\(2 years after the start, 1 of them in the state, "),
        ({"states": MORTAL, "events": {"loss": {"when": "ill", "qaly": "-982 * time_in_state"}}},
         r"events.loss.qaly: -982 is not .*\(2 years after the start, 1 of them in the state, "),
        ({"states": MORTAL, "events": {"loss": {"when": "ill", "qaly": "-982 * year"}}},
         r"events.loss.qaly: -982 is not .*\(1 years after the start, strategy"),
        ({"states": MORTAL | {"ill": {"cost": "1 / (time_in_state - 1 * year)"}}},
         r"states.ill.cost: the value is inf \(2 years after the start, 1 of them in the state, "),
    ],
)  # fmt: skip
def test_what_no_patient_can_have_is_refused_with_the_time_in_the_state(
    build: Build, fields: dict[str, object], words: str
) -> None:
    model = build(time=YEARS, transitions={"well": {"ill": 0.5}}, **fields)
    with pytest.raises(SimulationError, match=words):
        run_cohort(model, xr.Dataset(), strict=True)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"attributes": {"harm": {"start": 0, "each_cycle": "harm + ill", "unit": "1"}}},
         "attributes.harm.each_cycle"),
        ({"let": {"late": "time_in_state > 2 * year"},
          "events": {"surgery": {"when": "first(late)", "cost": 1}}}, "events.surgery.when"),
    ],
)  # fmt: skip
def test_what_only_single_patients_can_answer_is_refused(
    build: Build, fields: dict[str, object], place: str
) -> None:
    with pytest.raises(SimulationError, match="a cohort does not know") as caught:
        run_cohort(build(states=MORTAL, **fields), xr.Dataset())
    assert str(caught.value).startswith(f"model.yaml:1:1: {place}")
    assert "`engine: individuals`" in str(caught.value)


def test_a_time_to_a_move_counts_from_the_entry_into_the_state(run: Run) -> None:
    """Those ill from the first day leave as the curve says, those who fall ill later anew."""
    curve = {"time_to": "weibull(shape=1.7, scale=3 * year)"}
    found = run(
        time=YEARS | {"cycle": "0.5 years", "horizon": "6 years"},
        states={"well": {"start": 0.4}, "ill": {"start": 0.6}, "dead": {}},
        transitions={"well": {"ill": "1 if time == 1 * year else 0"}, "ill": {"dead": curve}},
        track={"well": "well"},
    )
    year = np.arange(6.0)
    since = np.array([year, np.maximum(year - 1.5, 0)])
    alive = np.array([0.6, 0.4]) @ np.exp(-((since / 3) ** 1.7))
    np.testing.assert_allclose(found["alive"].squeeze(), alive, rtol=1e-13)


def test_shares_from_curves_can_be_told_apart_by_state(run: Run) -> None:
    found = run(
        time=YEARS,
        states={
            "well": {"share": "exp(-time / year)", "cost": {"care": "(3 if well else 5) / year"}},
            "ill": {"share": "rest"},
            "dead": {"share": "1 - exp(-time / year / 4)"},
        },
        events={"visit": {"when": "ill and time == 2 * year", "cost": {"visit": 10}}},
        track={"ill": "ill"},
    )
    well, alive = np.exp(-np.arange(4.0)), np.exp(-np.arange(4.0) / 4)
    np.testing.assert_allclose(found["cost"].sel(item="care").squeeze(), 3 * well)
    np.testing.assert_allclose(found["track"].squeeze(), (alive - well) / alive, atol=1e-15)
    visits = 10 * (alive - well) * (np.arange(4) == 2)
    np.testing.assert_allclose(found["cost"].sel(item="visit").squeeze(), visits, atol=1e-15)


def test_single_patients_have_the_same_means(build: Build) -> None:
    """A hazard, a cost and an event by the time in the state, against chance for each patient."""
    model = build(
        time=YEARS | {"horizon": "8 years"},
        states=MORTAL | {"ill": {"cost": {"ill": "(1 + time_in_state / year) / year"}}},
        transitions={"well": {"ill": 0.3, "dead": 0.05},
                     "ill": {"well": "0.6 / (1 + time_in_state / year)", "dead": 0.1}},
        events={"check": {"when": "ill and time_in_state == 1 * year", "cost": {"check": 1}}},
        track={"ill": "ill", "long": "ill and time_in_state >= 2 * year"},
    )  # fmt: skip
    expected = run_cohort(model, xr.Dataset())
    found = run_individuals(model, xr.Dataset(), patients=40_000)
    for name in ("cost", "life_years", "alive", "track"):
        np.testing.assert_allclose(found[name], expected[name], atol=0.025, err_msg=name)


@pytest.mark.parametrize("shape", [(9, 1, 1, 1, 1), (9, 1, 1, 1, 2), (9, 2, 1, 3, 5)])
def test_sums_over_residence_run_in_order_however_many_draws(shape: tuple[int, ...]) -> None:
    share = np.random.default_rng(1).uniform(size=shape) * 10.0 ** np.arange(9).reshape(
        -1, 1, 1, 1, 1
    )
    total = np.zeros(shape[1:])
    for row in share:
        total = total + row
    np.testing.assert_array_equal(gathered(share), total)
