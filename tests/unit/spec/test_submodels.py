"""Sub-models are written out while a file is loaded; nothing behind that knows of them.

The gallery of broken files has the messages; that the numbers are those of a model written by hand,
`tests/unit/clinical/test_submodels.py`.
"""

from pathlib import Path
from typing import Any

import pytest

from equipoise.clinical import run_cohort
from equipoise.core.errors import SimulationError, SpecError
from equipoise.core.translation import use_language
from equipoise.draws import base_case
from equipoise.spec.load import load_model
from equipoise.spec.model import Model, Move
from equipoise.spec.model_place import living_states
from equipoise.spec.submodels import expanded
from equipoise.spec.text import shown
from equipoise.spec.time_to import TimeTo

FOLDER = Path(__file__).resolve().parents[2] / "data" / "submodels"
HEAD = """
model: Copies
money: EUR@2025
time: {start_age: 40 years, cycle: 1 year, horizon: 5 years}
strategies: {only: {}}
parameters:
  p: {value: 0.1, unit: "1", status: assumption, note: invented}
  c: {value: 5, unit: EUR@2025/year, status: assumption, note: invented}
"""
COURSE = """
submodels:
  course:
    copies:
      first_line: {set: {extra: 0, hr: p * 2}, start: {mild: 1}}
      later: {set: {extra: 2 * c, hr: p * 9}}
    states:
      mild: {cost: c + extra, utility: 0.8}
      dead: {}
    transitions:
      mild: {dead: hr}
"""


def load(folder: Path, text: str) -> Model:
    path = folder / "model.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return load_model(path).spec


def course(*edits: tuple[str, str]) -> str:
    text = COURSE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def comparable(move: Move) -> Any:
    """Times to a move are the same if their arguments are, however they are written."""
    return (move.time_to.kind, dict(move.time_to.arguments), move.clock) if isinstance(
        move, TimeTo) else move  # fmt: skip


def rows(model: Model) -> dict[str, dict[str, Any]]:
    return {
        origin: {target: comparable(move) for target, move in row.items()}
        for origin, row in model.transitions.items()
    }


@pytest.mark.parametrize("name", ["by-cycles", "in-time"])
def test_the_copies_are_what_one_would_write_by_hand(name: str) -> None:
    found, expected = (load_model(FOLDER / f"{one}.yaml").spec for one in (name, f"{name}-by-hand"))
    assert list(found.states) == list(expected.states)
    assert {one: state.start for one, state in found.states.items()} == {
        one: state.start for one, state in expected.states.items()
    }
    assert {origin: list(row) for origin, row in rows(found).items()} == {
        origin: list(row) for origin, row in rows(expected).items()
    }
    assert rows(found)["lost_mild"] == rows(expected)["lost_mild"]
    assert found.states["lost_mild"] == expected.states["lost_mild"]
    for one, other in zip(found.transition_effects, expected.transition_effects, strict=True):
        assert (one.left, one.entered) == (other.left, other.entered)


def test_a_model_without_them_is_left_alone() -> None:
    model = load_model(FOLDER / "by-cycles-by-hand.yaml").spec
    assert expanded(model) is model


def test_a_number_fits_any_unit_and_a_formula_becomes_a_value(tmp_path: Path) -> None:
    model = load(tmp_path, course())
    assert sorted(model.let) == ["first_line_hr", "later_extra", "later_hr"]
    assert str(model.states["first_line_mild"].cost) == "c + 0"
    assert str(model.transitions["later_mild"]["later_dead"]) == "later_hr"


def test_nobody_lives_in_the_copy_of_a_state_named_dead(tmp_path: Path) -> None:
    assert living_states(load(tmp_path, course())) == ("first_line_mild", "later_mild")
    model = load(tmp_path, course(("dead: {}", "dead: {alive: true}")))
    assert "later_dead" in living_states(model)


def test_a_copy_is_a_condition_only_where_it_is_asked(tmp_path: Path) -> None:
    model = load(tmp_path, course() + "track: {on_first: first_line}\n")
    assert str(model.let["first_line"]) == "first_line_mild or first_line_dead"
    assert "later" not in model.let


def test_states_are_called_by_their_copy_and_themselves(tmp_path: Path) -> None:
    labels = (
        "labels: {first_line: {en: First line, ru: Первая линия}, mild: Light, later_dead: x}\n"
    )
    model = load(tmp_path, course() + labels)
    assert shown(model.labels["first_line_mild"]) == "First line: Light"
    with use_language("ru"):
        assert shown(model.labels["first_line_mild"]) == "Первая линия: Light"
    assert model.labels["later_mild"] == "later: Light"
    assert model.labels["later_dead"] == "x"


def problem_lines(folder: Path, text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(folder, text)
    return [f"{one.field}: {one.message}" for one in caught.value.problems]


def test_copies_cannot_grow_beyond_what_a_file_may_hold(tmp_path: Path) -> None:
    copies = "".join(f"      c{number}: {{}}\n" for number in range(100))
    states = "".join(f"      s{number}: {{}}\n" for number in range(6))
    many = f"submodels:\n  a:\n    copies:\n{copies}    states:\n{states}"
    assert problem_lines(tmp_path, many) == [
        "submodels: the copies make 600 states, at most 500 are allowed"
    ]
    costs = ", ".join(f'i{number}: "max({"c, " * 19}c)"' for number in range(400))
    long = f"submodels:\n  a:\n    copies:\n{copies}    states:\n      s: {{cost: {{{costs}}}}}\n"
    assert problem_lines(tmp_path, long) == [
        "submodels: written out, the copies have more than 2000000 characters"
    ]


def test_moves_and_effects_of_copies_cannot_grow_either(tmp_path: Path) -> None:
    states = "".join(f"      s{number}: {{}}\n" for number in range(500))
    row = ", ".join(f"t{number}: p" for number in range(1000))
    text = f"submodels:\n  a:\n    copies: {{c: {{}}}}\n    states:\n{states}"
    limit = ["submodels: written out, the copies have more than 2000000 characters"]
    assert problem_lines(tmp_path, f"{text}transitions:\n  c: {{{row}}}\n") == limit
    names = ", ".join(["c"] * 2000)
    effects = f"transition_effects: [{{leaving: [{names}], entering: c}}]\n"
    assert problem_lines(tmp_path, text + effects) == limit


def test_an_error_of_a_run_names_the_line_of_the_sub_model_and_the_copy(tmp_path: Path) -> None:
    load(tmp_path, course(("mild: {dead: hr}", "mild: {dead: hr * (1 + time / year)}")))
    model = load_model(tmp_path / "model.yaml")
    with pytest.raises(SimulationError) as caught:
        run_cohort(model, base_case(model.spec.parameters, joint={}).assign(p=0.3))
    assert "model.yaml:19:20: submodels.course.transitions.mild" in str(caught.value)
    assert "(in 'later_mild')" in str(caught.value)
