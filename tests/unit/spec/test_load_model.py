"""Loading models that are right, and mistakes that no single file of the gallery shows."""

from pathlib import Path

import pytest
from rich.console import Console

from equipoise.cli.warning import say_warnings
from equipoise.core.errors import SpecError
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel

VALID = (Path(__file__).parent / "broken" / "models" / "valid.yaml").read_text(encoding="utf-8")
MINI = Path(__file__).resolve().parents[2] / "data" / "mini"


def load(folder: Path, *edits: tuple[str, str]) -> LoadedModel:
    """Load the valid model of the gallery with some edits."""
    text = VALID
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "model.yaml"
    path.write_text(text, encoding="utf-8")
    return load_model(path)


def problems(folder: Path, *edits: tuple[str, str]) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(folder, *edits)
    return [f"{problem.field}: {problem.message}" for problem in caught.value.problems]


def test_a_right_model_is_read(tmp_path: Path) -> None:
    model = load(tmp_path)
    assert list(model.spec.states) == ["well", "dead"]
    assert model.path == tmp_path / "model.yaml"


def test_a_decision_without_a_course_in_time_is_right(tmp_path: Path) -> None:
    path = tmp_path / "tree.yaml"
    path.write_text(
        """
model: A tree
money: EUR@2024
strategies: {wait: {treated: 0}, treat: {treated: 1}}
parameters:
  price: {value: 100, unit: EUR@2024, status: assumption, note: Invented.}
  gain: {value: 0.5, unit: QALY, status: assumption, note: Invented.}
events:
  treatment: {when: treated, cost: {drug: price}, qaly: gain}
""",
        encoding="utf-8",
    )
    assert load_model(path).spec.time is None


def test_a_table_of_the_country_needs_one() -> None:
    with pytest.raises(SpecError) as caught:
        load_model(MINI / "model.yaml")
    assert [
        problem.message for problem in caught.value.problems if problem.field == "tables.mortality"
    ] == ["table 'mortality' comes from the country of a study"]


@pytest.mark.parametrize("zero", ["0", "0.0", "0 if treated else 0"])
def test_a_literal_zero_fits_where_a_literal_stands(tmp_path: Path, zero: str) -> None:
    edit = ("cost: cost_care", f"cost: {zero}")
    if " " in zero:
        assert problems(tmp_path, edit)
    else:
        load(tmp_path, edit)


def test_money_of_another_year_is_refused_outside_a_study(tmp_path: Path) -> None:
    found = problems(tmp_path, ("unit: EUR@2024/year", "unit: EUR@2023/year"))
    assert found == [
        "states.well.cost: this is in EUR@2023/year, but the cost of a state must be in "
        "EUR@2024/year"
    ]


def test_rates_need_no_cycle_in_a_row(tmp_path: Path) -> None:
    load(tmp_path, ("well: {dead: death_now}", "well: {dead: death_rate}"))


def test_a_weight_may_not_depend_on_time_however_hidden(tmp_path: Path) -> None:
    groups = "subgroups:\n  all: {weight: hidden}\nparameters:"
    found = problems(
        tmp_path,
        ("parameters:", groups),
        ("let:", "let:\n  hidden: deeper + 1\n  deeper: time / year"),
    )
    assert found == ["subgroups.all.weight: a weight cannot depend on time ('time')"]


def test_a_mistake_in_one_value_is_told_once(tmp_path: Path) -> None:
    """Formulas that use a wrong value are not blamed for it."""
    found = problems(
        tmp_path,
        ("let:", "let:\n  wrong: cost_care + death_rate\n  user: wrong * 2"),
        ("cost: cost_care", "cost: user"),
    )
    assert found == ["let.wrong: EUR@2024/year and 1/year do not fit together"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cycle: 1 year", "cycle: 0 years"),
        ("cycle: 1 year", "cycle: -1 years"),
        ("horizon: 10 years", "horizon: 6 months"),
        ("horizon: 10 years", "horizon: 1e300 years"),
        ("cycle: 1 year", "cycle: 1e-300 years"),
        ("money: EUR@2024", "money: EUR@2024/year"),
        ("money: EUR@2024", "money: 1000 EUR@2024"),
        ("money: EUR@2024", "money: year"),
        ("money: EUR@2024", "money: EUR@2024/USD@2024"),
    ],
)
def test_impossible_clocks_and_money_are_refused(tmp_path: Path, old: str, new: str) -> None:
    assert problems(tmp_path, (old, new))


def many(count: int) -> str:
    return "".join(f"  value_{number}: nothing_{number} + 1\n" for number in range(count))


def test_many_mistakes_are_listed_up_to_a_limit_and_fast(tmp_path: Path) -> None:
    assert 100 <= len(problems(tmp_path, ("let:\n", "let:\n" + many(990)))) <= 110


@pytest.mark.parametrize(("count", "is_cut"), [(99, False), (100, False), (101, True)])
def test_a_listing_that_is_cut_says_so(tmp_path: Path, count: int, *, is_cut: bool) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, ("let:\n", "let:\n" + many(count)))
    assert len(caught.value.problems) == min(count, 100)
    last = str(caught.value).splitlines()[-1]
    assert (last == "and more; mend these first") == is_cut


def test_a_long_chain_of_values_is_no_trouble(tmp_path: Path) -> None:
    chain = "".join(f"  v{n}: v{n + 1} * 1\n" for n in range(900)) + "  v900: 1\n"
    load(tmp_path, ("let:\n", "let:\n" + chain))


def test_warnings_that_are_cut_say_so(tmp_path: Path) -> None:
    states = "".join(f"  lost_{number}: {{}}\n" for number in range(101))
    console = Console(width=200)
    with console.capture() as said:
        say_warnings(load(tmp_path, ("  dead: {}\n", "  dead: {}\n" + states)), console)
    assert said.get().count("Warning: ") == 100
    assert said.get().splitlines()[-1] == "and more; mend these first"
