"""What is allowed but seldom meant is told with its place and a fix, and nothing else is."""

from typing import Any

import pytest

from equipoise.packs.find import library_folder
from equipoise.spec.cautions import cautions
from equipoise.spec.load import load_model, warnings_of
from equipoise.spec.model import Model

STOPS = "9 / year if time < 2 * year else 0"


def told(**fields: Any) -> list[tuple[tuple[str | int, ...], str]]:
    bare: dict[str, Any] = {
        "model": "Test", "money": "EUR@2025", "strategies": {"only": {}},
        "time": time("simpson"),
        "states": {"well": {"start": 1, "cost": STOPS, "utility": "0.9"}, "dead": {}},
        "transitions": {"well": {"dead": 0.1}},
    }  # fmt: skip
    model = Model.model_validate(bare | fields)
    return [(found.place, found.error.message) for found in cautions(model, continuous=False)]


def time(method: str) -> dict[str, str]:
    return {"start_age": "40 years", "cycle": "1 year", "horizon": "4 years", "method": method}


@pytest.mark.parametrize("method", ["simpson", "simpson_tutorial"])
@pytest.mark.parametrize(
    ("cost", "let"),
    [
        (STOPS, {}),
        ("9 / year if early else 0", {"early": "time < 2 * year"}),
        ("9 / year * (elapsed < 2)", {"elapsed": "time / year"}),
        ("9 / year if age >= 65 * year else 0", {}),
        ("9 / year if time_in_state < 1 * year else 0", {}),
    ],
)
def test_a_cost_that_stops_at_a_time_is_told(method: str, cost: str, let: dict[str, str]) -> None:
    states = {"well": {"start": 1, "cost": cost}, "dead": {}}
    ((place, message),) = told(time=time(method), states=states, let=let)
    assert place == ("states", "well", "cost")
    assert "changes at once" in message


@pytest.mark.parametrize("method", ["none", "life_table", "half_cycle", "end_of_cycle"])
def test_a_formula_that_holds_for_the_cycle_is_not(method: str) -> None:
    assert told(time=time(method)) == []


@pytest.mark.parametrize(
    "cost", ["9 / year * exp(-time / year)", "9 / year if p > 0.3 else 0", "p / year"]
)
def test_what_changes_little_by_little_or_never_is_not(cost: str) -> None:
    given = {"p": {"value": 0.2, "unit": "1", "status": "assumption", "note": "x"}}
    states = {"well": {"start": 1, "cost": cost}, "dead": {}}
    assert told(states=states, parameters=given) == []


def test_after_a_move_the_first_year_counts_in_full_and_is_not_told() -> None:
    """Half of it with the cycle of the move, half with the next: on average a year."""
    states = {
        "well": {"start": 1},
        "ill": {"cost": "9 / year if time_in_state < 1 * year else 0"},
        "dead": {},
    }
    moves = {"well": {"ill": 0.1}, "ill": {"dead": 0.1}}
    assert told(states=states, transitions=moves) == []


def test_the_dead_by_another_name_are_told() -> None:
    states = {"well": {"start": 1, "utility": "0.9"}, "death": {}}
    moves = {"well": {"death": 0.1}}
    ((place, message),) = told(states=states, transitions=moves)
    assert place == ("states", "death")
    assert "counts as life" in message
    said: dict[str, Any] = {**states, "death": {"alive": False}}
    assert told(states=said, transitions=moves) == []


def test_the_library_has_nothing_to_be_told() -> None:
    for path in sorted((library_folder() / "models").glob("*.yaml")):
        assert warnings_of(load_model(path)) == [], path.name
