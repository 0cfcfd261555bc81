"""The command line as a person meets it: exit codes, messages, folders whole or untouched."""

from pathlib import Path
from shutil import copytree

import pytest

from equipoise.cli.app import main
from equipoise.cli.options import pairs
from equipoise.core.errors import FieldError

MINI = Path(__file__).parents[2] / "data" / "mini" / "study.yaml"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; return exit code, output and error text."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.setattr("sys.argv", ["equipoise", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), out, err

    return call


def test_assess_answers_five_questions_and_leaves_a_folder(run, tmp_path):
    code, out, _err = run("assess", str(MINI), "--draws", "40", "--out", "here")
    assert code == 0
    for question in ("How soon?", "Who pays", "Does it fit", "balanced", "know"):
        assert question in out
    made = tmp_path / "here"
    assert (made / "report.html").stat().st_size > 10_000
    assert (made / "results.nc").is_file()
    assert {path.suffix for path in (made / "tables").iterdir()} == {".csv", ".json"}
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_show_prints_the_same_answers_again(run):
    _code, first, _err = run("assess", str(MINI), "--draws", "40", "--out", "here")
    code, again, _err = run("show", "here")
    assert code == 0
    assert again.strip() == first[: first.rindex("Written")].strip()


def test_same_seed_gives_the_same_file_and_another_seed_another(run, tmp_path):
    for name, seed in (("one", "7"), ("two", "7"), ("three", "8")):
        run("assess", str(MINI), "--draws", "40", "--seed", seed, "--out", name)
    one, two, three = (
        (tmp_path / name / "results.nc").read_bytes() for name in ("one", "two", "three")
    )
    assert one == two
    assert one != three


@pytest.mark.parametrize(
    ("change", "language"),
    [("patients.prevalent=1e28", "en"), ("cost_care=1e30", "ru"), ("access.funding=1e30", "ru")],
)
def test_enormous_numbers_are_shown(run, change, language):
    """They once ended in the traceback of a library that formats numbers or dates."""
    code, out, err = run("assess", str(MINI), "--draws", "40", "--set", change,
                         "--language", language)  # fmt: skip
    assert (code, err.strip()) == (0, "")
    assert change.replace("=", " = ") in out


def test_a_strangers_folder_is_never_touched(run, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    code, _out, err = run("assess", str(MINI), "--draws", "40", "--out", "mine")
    assert code == 2
    assert "nothing there was touched" in err
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_an_earlier_result_is_replaced_whole(run, tmp_path):
    run("assess", str(MINI), "--draws", "40", "--out", "here", "--format", "csv")
    run("assess", str(MINI), "--draws", "40", "--out", "here", "--format", "html")
    assert not (tmp_path / "here" / "tables").exists()
    assert (tmp_path / "here" / "report.html").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("assess", "no-such-study"), "no-such-study"),
        (("assess", str(MINI), "--country", "zz"), "zz"),
        (("assess", str(MINI), "--policy", "price"), "NAME=VALUE"),
        (("assess", str(MINI), "--policy", "prize=3"), "not a lever"),
        (("assess", str(MINI), "--policy", "contract=leasing"), "contract"),
        (("assess", str(MINI), "--policy", "centres=-1"), "number of centres"),
        (("assess", str(MINI), "--set", "patients.prevalant=9"), "patients.prevalent"),
        (("assess", str(MINI), "--set", "cost_care=1e300"), "too large"),
        (("assess", str(MINI), "--policy", "price=1e300"), "too large"),
        (("assess", str(MINI), "--format", "docx"), "docx"),
        (("show", "nothing.nc"), "no such file"),
        (("check", "nothing.yaml"), "nothing.yaml"),
        (("model", "run", "sick-sicer"), "sick-sicker"),
    ],
)
def test_wrong_input_ends_with_2_and_says_why(run, tmp_path, words, said):
    code, out, err = run(*words)
    assert code == 2
    assert said in err
    assert "Traceback" not in err + out
    assert not list(tmp_path.iterdir())


def test_check_says_what_would_run(run):
    code, out, _err = run("check", str(MINI))
    assert code == 0
    assert "Would run" in out


def test_a_broken_file_lists_every_problem(run, tmp_path):
    folder = tmp_path / "mini"
    copytree(MINI.parent, folder)
    study = folder / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("horizon:", "horizn:"), "utf-8")
    code, _out, err = run("check", str(study))
    assert code == 2
    assert "horizn" in err
    assert "did you mean 'horizon'" in err


def test_a_number_that_outgrows_a_float_is_explained(run, tmp_path):
    """It once ended in warnings of NumPy and a sentence about NaN."""
    folder = tmp_path / "mini"
    copytree(MINI.parent, folder)
    model = folder / "model.yaml"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("travel: cost_trip", "travel: cost_trip * 1e200"), "utf-8")
    code, _out, err = run("assess", str(folder / "study.yaml"), "--draws", "60", "--out", "out")
    assert code == 2
    assert "grew too large to compute with" in err
    assert "price = 1e+06" in err
    assert not (tmp_path / "out").exists()


def test_two_runs_are_compared_draw_by_draw(run):
    run("assess", str(MINI), "--draws", "40", "--out", "one")
    run("assess", str(MINI), "--draws", "40", "--out", "two", "--policy", "price=5e5")
    code, out, _err = run("compare", "one", "two")
    assert code == 0
    maker = next(line for line in out.splitlines() if line.startswith("maker"))
    assert maker.rstrip().endswith("loses")
    treated = next(line for line in out.splitlines() if line.startswith("patients"))
    assert treated.rstrip().endswith("the same")


def test_runs_of_different_luck_are_not_compared(run):
    run("assess", str(MINI), "--draws", "40", "--out", "one")
    run("assess", str(MINI), "--draws", "40", "--seed", "9", "--out", "two")
    code, _out, err = run("compare", "one", "two")
    assert code == 2
    assert "seed" in err


def test_model_run_prints_the_published_table(run):
    code, out, _err = run("model", "run", "sick-sicker")
    assert code == 0
    for printed in ("151,580", "284,805", "259,100", "378,875", "72,988", "125,764"):
        assert printed in out


def test_everything_speaks_russian(run):
    code, out, _err = run("assess", str(MINI), "--draws", "40", "--language", "ru")
    assert code == 0
    assert "Как скоро" in out


def test_pairs_need_an_equals_sign():
    with pytest.raises(FieldError, match="NAME=VALUE"):
        pairs(["price"], option="--policy")
