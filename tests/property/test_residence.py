"""Two routes to each number where formulas ask who is where, and since when."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from equipoise.clinical import run_cohort, totals
from equipoise.draws import sample
from equipoise.packs.find import library_folder
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Method, Model

METHODS: tuple[Method, ...] = get_args(Method)
CYCLES = 6
NOTHING = xr.Dataset()

shares = st.floats(0, 1)
rows = st.lists(shares, min_size=CYCLES + 1, max_size=CYCLES + 1)


def model(**fields: Any) -> LoadedModel:
    bare = {
        "model": "Test",
        "money": "EUR@2025",
        "time": {"start_age": "40 years", "cycle": "1 year", "horizon": f"{CYCLES} years"},
        "strategies": {"only": {}},
        "discount": {"cost": "4 %/year", "health": "2 %/year"},
    }
    return LoadedModel(Model.model_validate(bare | fields), Path("model.yaml"))


def clock(method: Method, cycle: float = 1.0, *, weighted: bool = False) -> dict[str, Any]:
    return {
        "start_age": "40 years", "cycle": f"{cycle!r} years", "method": method,
        "horizon": f"{CYCLES * cycle!r} years", "correct_transitions": weighted,
    }  # fmt: skip


def stepped(values: list[float], unit: str) -> str:
    """Return the formula of a value by the number of cycles in the state."""
    text = f"{values[-1]!r}"
    for k in reversed(range(len(values) - 1)):
        text = f"({values[k]!r} if time_in_state < {k + 0.5} * cycle else {text})"
    return f"{text}{unit}"


def semi_markov(
    by: dict[str, list[float]], unit: str, back: float, ill: float = 0.75
) -> dict[str, Any]:
    """Return a model in which what happens to the ill depends on how long they are ill."""
    return {
        "states": {
            "well": {"start": 1 - ill, "utility": 1},
            "ill": {"start": ill, "utility": stepped(by["utility"], ""),
                    "cost": {"care": stepped(by["cost"], " / year"), "visits": "3 / year"}},
            "dead": {},
        },
        "transitions": {
            "well": {"ill": f"{back!r}{unit}"},
            "ill": {"well": stepped(by["well"], unit), "dead": stepped(by["dead"], unit)},
        },
        "transition_effects": [
            {"leaving": "ill", "entering": ["well", "dead"],
             "cost": {"end": stepped(by["cost"], "")}},
            {"leaving": "well", "entering": "ill", "cost": {"begin": 5}, "qaly": "-1 * day"},
        ],
        "events": {
            "check": {"when": "ill and 0.5 * cycle < time_in_state < 2.5 * cycle",
                      "cost": {"check": "7 * (1 + age / year)"}, "qaly": "-2 * day"},
        },
        "track": {"long": "time_in_state > 1.5 * cycle and ill"},
    }  # fmt: skip


def with_tunnels(
    by: dict[str, list[float]], unit: str, back: float, begin: float
) -> dict[str, Any]:
    """Return the same model with a state for each number of cycles somebody is ill."""
    tunnels = [f"ill{k}" for k in range(CYCLES + 1)]
    ill = {
        name: {"start": begin * (k == 0), "utility": by["utility"][k],
               "cost": {"care": f"{by['cost'][k]!r} / year", "visits": "3 / year"}}
        for k, name in enumerate(tunnels)
    }  # fmt: skip
    moves = {
        name: {"well": f"{by['well'][k]!r}{unit}", "dead": f"{by['dead'][k]!r}{unit}",
               tunnels[min(k + 1, CYCLES)]: "rest"}
        for k, name in enumerate(tunnels)
    }  # fmt: skip
    return {
        "states": {"well": {"start": 1 - begin, "utility": 1}, **ill, "dead": {}},
        "transitions": {"well": {"ill0": f"{back!r}{unit}"}, **moves},
        "transition_effects": [
            *({"leaving": name, "entering": ["well", "dead"], "cost": {"end": by["cost"][k]}}
              for k, name in enumerate(tunnels)),
            {"leaving": "well", "entering": "ill0", "cost": {"begin": 5}, "qaly": "-1 * day"},
        ],
        "events": {
            "check": {"when": "ill1 or ill2", "cost": {"check": "7 * (1 + age / year)"},
                      "qaly": "-2 * day"},
        },
        "track": {"long": " or ".join(tunnels[2:])},
    }  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    st.fixed_dictionaries({"well": rows, "dead": rows, "cost": rows, "utility": rows}),
    shares,
    st.sampled_from(METHODS),
    st.booleans(),
    st.booleans(),
)
def test_time_in_the_state_gives_what_tunnels_give(
    by: dict[str, list[float]], back: float, method: Method, weighted: bool, rates: bool
) -> None:
    """Where those of the end of a cycle count, tunnels fail those who begin there: none do then."""
    ill = 0.75 if method in {"none", "simpson", "simpson_tutorial"} else 0.0
    unit = " / year" if rates else " / 2"
    time = clock(method, 0.5, weighted=weighted)
    found = run_cohort(model(time=time, **semi_markov(by, unit, back, ill)), NOTHING)
    expected = run_cohort(model(time=time, **with_tunnels(by, unit, back, ill)), NOTHING)
    for name, values in expected.items():
        np.testing.assert_allclose(
            found[name].sortby("item") if "item" in values.dims else found[name],
            values.sortby("item") if "item" in values.dims else values,
            rtol=1e-12, atol=1e-13, err_msg=str(name),
        )  # fmt: skip


@settings(deadline=None, max_examples=30)
@given(st.lists(shares, min_size=4, max_size=4), st.sampled_from(METHODS))
def test_hazards_that_stay_the_same_are_a_plain_markov_model(
    hazard: list[float], method: Method
) -> None:
    def with_words(words: str) -> xr.Dataset:
        ab, ba, ad, bd = (f"{p!r} / 2{words}" for p in hazard)
        states = {
            "a": {"start": 1, "utility": f"0.5{words}"},
            "b": {"cost": f"(3{words}) / year", "utility": "0.25"},
            "dead": {},
        }
        moves = {"a": {"b": ab, "dead": ad}, "b": {"a": ba, "dead": bd}}
        return run_cohort(model(time=clock(method), states=states, transitions=moves), NOTHING)

    plain = with_words("")
    for name, values in with_words(" + 0 * time_in_state / year").items():
        np.testing.assert_allclose(values, plain[name], rtol=1e-13, atol=1e-15, err_msg=str(name))
    for name, values in with_words(" + 0 * a - 0 * b").items():
        np.testing.assert_array_equal(values, plain[name], err_msg=str(name))


@st.composite
def generators(draw: st.DrawFn) -> np.ndarray:
    """Rates per year between two to five states."""
    size = draw(st.integers(2, 5))
    count = size * (size - 1)
    found = np.zeros((size, size))
    found[~np.eye(size, dtype=bool)] = draw(
        st.lists(st.floats(0.0, 2.0), min_size=count, max_size=count)
    )
    return found - np.diag(found.sum(axis=1))


@settings(deadline=None, max_examples=12)
@given(generators())
def test_rates_come_to_the_matrix_exponential_with_the_first_order_of_the_cycle(
    generator: np.ndarray,
) -> None:
    """A cycle of competing rates lets nobody move twice; its error halves with the cycle."""
    names = [f"s{k}" for k in range(len(generator))]
    states = {
        name: {"start": int(name == "s0"), "cost": {name: "1 / year"}, "alive": True}
        for name in names
    }
    moves = {
        origin: {
            to: f"{float(generator[i, j])!r} / year" for j, to in enumerate(names) if i != j
        }
        for i, origin in enumerate(names)
    }  # fmt: skip
    exact = expm(generator)[0]
    errors = []
    for cycles in (50, 100, 200):
        time = {"cycle": f"{1 / cycles!r} years", "horizon": "1.1 years", "method": "none"}
        track = {f"in_{name}": name for name in names}
        found = run_cohort(model(time=time, states=states, transitions=moves, track=track), NOTHING)
        errors.append(found["track"].sel(year=1).squeeze().values - exact)
    assert np.abs(errors[-1]).max() < 20 / 200
    for longer, shorter in zip(errors, errors[1:], strict=False):
        np.testing.assert_allclose(longer, 2 * shorter, rtol=0.2, atol=2e-4)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(METHODS), st.floats(-1e6, 1e6), rows)
def test_a_one_off_cost_for_all_adds_exactly_itself(
    method: Method, amount: float, leave: list[float]
) -> None:
    fields: dict[str, Any] = {
        "states": {"a": {"start": 1, "cost": "1 / year"}, "b": {"cost": "2 / year"}},
        "transitions": {"a": {"b": stepped(leave, "")}},
        "time": clock(method),
    }
    event = {"when": "time == 0 and time_in_state == 0 and (a or b)", "cost": {"once": amount}}
    without = totals(run_cohort(model(**fields), NOTHING))
    found = totals(run_cohort(model(**fields, events={"once": event}), NOTHING))
    item = found["cost_by_item"].squeeze()
    assert float(item.sel(item="once")) == amount
    # The event makes `b` a state with residence too, whose sum is rounded otherwise.
    assert float(item.sel(item="care")) == pytest.approx(
        float(without["cost"].squeeze()), rel=1e-14
    )


@settings(deadline=None, max_examples=25)
@given(rows, rows)
def test_people_are_neither_made_nor_lost_however_long_they_stay(
    leave: list[float], back: list[float]
) -> None:
    stays = {
        f"{state}{k}": f"{state} and time_in_state == {k} * cycle"
        for state in ("a", "b") for k in range(CYCLES + 1)
    }  # fmt: skip
    found = run_cohort(
        model(
            time=clock("none"),
            states={"a": {"start": 0.6}, "b": {"start": 0.4}, "dead": {}},
            transitions={"a": {"b": stepped(leave, ""), "dead": "rest"},
                         "b": {"a": stepped(back, " / 2"), "dead": "0.25"}},
            track={"in_a": "a", "in_b": "b", **stays},
        ),
        NOTHING,
    )["track"].squeeze()  # fmt: skip
    alive = found.sel(measure=["in_a", "in_b"]).sum("measure")
    for state in ("a", "b"):
        by_stay = found.sel(measure=[name for name in stays if name.startswith(state)])
        np.testing.assert_allclose(
            by_stay.sum("measure"), found.sel(measure=f"in_{state}"), rtol=1e-13, atol=1e-15
        )
        assert (by_stay >= 0).all()
    somebody = alive > 0  # with all dead, averages among the living are 0
    np.testing.assert_allclose(alive[somebody], 1.0, rtol=1e-13)


@settings(deadline=None, max_examples=30)
@given(rows, st.integers(0, CYCLES - 1))
def test_names_of_states_count_those_who_are_there(death: list[float], year: int) -> None:
    states = {"well": {"start": 0.7}, "sick": {"start": 0.3}, "dead": {}}
    moves = {"well": {"sick": 0.2, "dead": 0.1}, "sick": {"dead": stepped(death, " / 2")}}
    counted = {name: state | {"cost": {f"in_{name}": "1 / year"}} for name, state in states.items()}
    found = run_cohort(
        model(
            time=clock("none"), states=counted, transitions=moves,
            track={"progressed": "sick"},
            events={"visit": {"when": f"sick and time == {year} * year", "cost": {"visit": 1}}},
        ),
        NOTHING,
    ).squeeze()  # fmt: skip
    sick = found["cost"].sel(item="in_sick")
    np.testing.assert_allclose(
        found["track"].squeeze() * found["alive"], sick, rtol=1e-13, atol=1e-16
    )
    visits = found["cost"].sel(item="visit").copy()
    visits[0] += found["cost_at_start"].sel(item="visit")
    np.testing.assert_allclose(visits.sel(year=year), sick.sel(year=year), rtol=1e-13)
    assert float(visits.sum()) == float(visits.sel(year=year))


@pytest.mark.parametrize("ages", [[20.0, 36.3, 60.0], [25.0]])
def test_splitting_the_draws_changes_not_a_byte(ages: list[float]) -> None:
    loaded = load_model(library_folder() / "models" / "sick-sicker-by-residence.yaml")
    spec = loaded.spec
    drawn = sample(
        spec.parameters, joint=spec.joint, correlations=spec.correlations, draws=11, seed=7
    )

    def part(start: int, stop: int) -> xr.Dataset:
        return run_cohort(loaded, drawn.isel(draw=slice(start, stop)), start_ages=ages)

    whole = part(0, 11)
    pieces = [part(0, 1), part(1, 4), part(4, 11)]
    for variable in whole.data_vars:
        joined = np.concatenate([piece[variable].values for piece in pieces], axis=-1)
        assert joined.tobytes() == whole[variable].values.tobytes(), variable
