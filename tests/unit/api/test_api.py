"""The Python interface takes what is sensible and refuses the rest in its own words."""

from pathlib import Path

import numpy as np
import pytest

import equipoise
from equipoise.cli.app import main
from equipoise.core.errors import ArchiveError, EquipoiseError, FieldError
from equipoise.spec.contracts import Instalments
from equipoise.spec.replace import value_text

MINI = Path(__file__).parents[2] / "data" / "mini" / "study.yaml"


@pytest.fixture(scope="module")
def study():
    return equipoise.load(MINI)


def chosen(results):
    return results.record.policies[results.record.chosen]


def test_a_folder_opens_as_the_command_line_opens_it(study, tmp_path, monkeypatch):
    words = ["assess", str(MINI), "--draws", "20", "--format", "csv"]
    monkeypatch.setattr("sys.argv", ["equipoise", *words, "--out", str(tmp_path / "here")])
    with pytest.raises(SystemExit):
        main()
    folder = equipoise.open_results(tmp_path / "here")
    file = equipoise.open_results(str(tmp_path / "here" / "results.nc"))
    assert folder.record == file.record
    with pytest.raises(ArchiveError):
        equipoise.open_results(tmp_path)


def test_a_name_will_do_for_a_study_and_numbers_for_values():
    results = equipoise.assess(
        str(MINI), draws=np.int64(20), policy={"price": 5e5, "centres": np.int64(1),
                                               "contract": Instalments(kind="instalments", years=3)}
    )  # fmt: skip
    assert results.record.draws == 20
    policy = chosen(results)
    assert (policy.price, policy.centres, policy.contract) == (5e5, 1, "instalments(years=3)")


def test_numbers_and_texts_set_the_same_inputs(study):
    numbers = equipoise.load(MINI, values={"patients.prevalent": 900, "effect": 0.1})
    texts = equipoise.load(MINI, values={"patients.prevalent": "900", "effect": "0.1"})
    assert numbers.digest == texts.digest
    assert numbers.changed == {"patients.prevalent": "900", "effect": "0.1"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"draws": 1}, "draws must be a whole number from 2 to 1000000, not 1"),
        ({"draws": 0}, "not 0"),
        ({"draws": -5}, "not -5"),
        ({"draws": 20.5}, "not 20.5"),
        ({"draws": True}, "not True"),
        ({"draws": "many"}, "not 'many'"),
        ({"draws": 10**7}, "not 10000000"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 0.5}, "seed must be"),
        ({"workers": 0}, "workers must be"),
        ({"policy": "price=40e6"}, "names with values cannot be 'price=40e6'"),
        ({"policy": {"price": None}}, "price cannot be None"),
        ({"policy": {"price": float("nan")}}, "a price cannot be nan"),
        ({"policy": {"centres": 2.5}}, "'2.5' is not a number of centres"),
        ({"policy": {"centres": True}}, "centres cannot be True"),
        ({"policy": {"contract": 5}}, "'5' is not"),
    ],
)
def test_arguments_that_cannot_be(study, options, said):
    with pytest.raises(FieldError) as caught:
        equipoise.assess(study, **options)
    assert said in str(caught.value)
    # Without the command line, Python's traceback shows the note.
    assert caught.value.__notes__ == [f"fix: {caught.value.fix}"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: equipoise.assess(5),
        lambda: equipoise.assess(None),
        lambda: equipoise.load(["haemophilia-b-gene-therapy"]),
        lambda: equipoise.load(MINI, country=7),
        lambda: equipoise.load(MINI, values={"effect": None}),
        lambda: equipoise.open_results(None),
        lambda: equipoise.run_model(None),
        lambda: equipoise.run_model("tegaderm", draws=1),
        lambda: equipoise.run_model("tegaderm", draws=-1),
    ],
    ids=range(9),
)
def test_things_of_another_kind_are_refused_in_our_words(call):
    with pytest.raises(EquipoiseError):
        call()


@pytest.mark.parametrize("command", [["assess", str(MINI)], ["model", "run", "tegaderm"]])
def test_the_command_line_has_the_same_rule(command, monkeypatch, capsys, tmp_path):
    """`model run --draws 1` once told the "mean of 1 draws"."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["equipoise", *command, "--draws", "1"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    out, err = capsys.readouterr()
    assert "draws must be a whole number from 2 to 1000000, not 1" in err
    assert not out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (3.0, "3"), (1e30, "1e+30"), (0.1, "0.1"), (np.float64(2.5), "2.5"), ("x", "x")],
)
def test_values_as_text(value, text):
    assert value_text("name", value) == text
