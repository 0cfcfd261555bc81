"""The command line as a person meets it: exit codes, messages, folders whole or untouched."""

import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from equipoise.cli.app import main
from equipoise.cli.options import pairs
from equipoise.core.errors import Mistakes
from equipoise.core.kernels import _kernel

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


def test_warm_up_compiles_ahead_of_a_run(run, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    monkeypatch.setenv("EQUIPOISE_CACHE", str(cache))
    _kernel.cache_clear()
    code, out, _err = run("warm-up", str(MINI))
    assert (code, out) == (0, "")
    # Of the disease, and of the queue.
    assert len(list(cache.glob("kernel_*.py"))) == 2
    assert len(list(cache.glob("kernel_*.o"))) == 2


def test_check_counts_the_inputs_that_a_run_shows(run, haemophilia):
    _code, out, _err = run("check", "haemophilia-b-gene-therapy", "--country", "ru")
    (line,) = (line for line in out.splitlines() if line.startswith("Inputs by evidence"))
    shown = sum(int(number) for number in re.findall(r"\d+", line))
    assert haemophilia.replaced_by_price
    assert shown == len(haemophilia.quantities) - len(haemophilia.replaced_by_price)


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


@pytest.mark.parametrize(
    ("model", "followed"),
    [
        ("sick-sicker", "a cohort; cycle 1 year, horizon 75 years"),
        ("haemophilia-b-germany-patients", "a cohort for each of 100,000 patients who differ"),
        ("sick-sicker-history", "patients one by one in each draw"),
    ],
)
def test_a_check_says_how_patients_would_be_followed(run, model, followed):
    code, out, _err = run("check", model)
    assert code == 0
    assert followed in " ".join(out.split())


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
    lines = [line.strip() for line in out.splitlines()]
    assert next(line for line in lines if line.startswith("receives")).endswith("loses")
    assert next(line for line in lines if line.startswith("treated")).endswith("the same")


def test_names_to_type_are_whole_on_a_narrow_screen(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    _code, out, _err = run("library")
    for name in (
        "haemophilia-b-gene-therapy",
        "longest_backlog",
        "instalments(years=5, only_while_responding=True)",
    ):
        assert name in out


def test_runs_of_different_luck_are_not_compared(run):
    run("assess", str(MINI), "--draws", "40", "--out", "one")
    run("assess", str(MINI), "--draws", "40", "--seed", "9", "--out", "two")
    code, _out, err = run("compare", "one", "two")
    assert code == 2
    assert "seed" in err


def test_model_run_prints_rates_that_change_with_time(run, tmp_path):
    model = """
model: Two rates
money: EUR@2025
time: {cycle: 1 year, horizon: 90 years}
discount:
  cost: {0 years: 3.5 %/year, 30 years: 3 %/year, 75 years: 2.5 %/year}
  health: 1.5 %/year
strategies: {only: {}}
states: {alive: {start: 1, utility: 1}}
"""
    (tmp_path / "model.yaml").write_text(model, encoding="utf-8")
    _code, out, _err = run("model", "run", "model.yaml")
    assert (
        "discount 3.5% a year (3% a year after 30 years, 2.5% a year after 75 years) cost, "
        "1.5% a year health"
    ) in " ".join(out.split())
    assert "Discounted totals per patient" in out


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
    mistakes = Mistakes()
    words = ["price", "centres=3", "centres=4", "contract=upfront"]
    found = pairs(words, option="--policy", example="price=4", mistakes=mistakes)
    assert found == {"centres": "3", "contract": "upfront"}
    assert ["NAME=VALUE" in str(error) for error in mistakes.found] == [True, False]
    assert "twice" in str(mistakes.found[1])


def test_every_mistake_of_the_command_line_is_said_at_once(run, tmp_path):
    words = (
        "assess", str(MINI), "--format", "docx", "--set", "efekt_=1", "--set", "cost_trip=-5",
        "--set", "effect=", "--set", "price=1", "--set", "price=2", "--policy", "price=-5",
        "--policy", "prize=3", "--policy", "centres=x", "--policy", "contract=instalments(yers=5)",
    )  # fmt: skip
    code, _out, err = run(*words)
    assert code == 2
    assert err.splitlines() == [
        "--format docx: unknown",
        "    fix: use any of html, csv, json",
        "--set effect=: not of the form NAME=VALUE",
        "    fix: write e.g. --set patients.prevalent=120",
        "--set price: given twice, 1 and 2",
        "    fix: keep one of them",
        "price: a price cannot be -5",
        "    fix: write an amount in CRN@2025, e.g. price=1000000",
        "prize: this is not a lever",
        "    fix: did you mean 'price'?",
        "centres: 'x' is not a number of centres",
        "    fix: write a whole number from 0 to 1000",
        "contract: 'instalments(yers=5)' is not a contract: `years` is missing; "
        "there is no argument `yers`",
        "    fix: write one of: instalments(years=5), "
        "instalments(years=5, only_while_responding=True)",
        "efekt_: this is not an input of the study",
        "    fix: did you mean 'effect'?",
        "cost_trip: -5 is below zero, but this is an amount of money",
        "    fix: correct the number; of a difference or a coefficient say it: "
        "`below_zero: <reason>`",
        "price: the price of the product is part of the policy",
        "    fix: set it there: --policy price=1",
        "10 problems; nothing ran.",
    ]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--policy", "price=many"), "price: 'many' is not an amount in CRN@2025"),
        (("--policy", "price=3 EUR@2024"), "price: '3 EUR@2024' is not an amount in CRN@2025"),
        (("--policy", "contract=instalments(years=5, years=6)"), "'years' of instalments stands"),
        (("--policy", "contract=instalments(years=99)"), "`years` must be at most 30"),
        (("--policy", "contract=rebate_on_loss(share=2)"), "`share` must be at most 1"),
        (("--set", "patients.prevalent=many"), "e.g. patients.prevalent=120"),
        (("--country", ""), "The country is left empty"),
    ],
)
def test_the_advice_is_about_what_was_wrong(run, words, said):
    code, _out, err = run("assess", str(MINI), *words)
    assert code == 2
    assert said in err
    assert "Traceback" not in err
    assert "Extra inputs" not in err


def test_wrong_words_of_all_options_are_told_before_any_work(run):
    code, out, err = run("model", "run", "sick-sicker", "--engine", "cohorts", "--design", "x",
                         "--draws", "many")  # fmt: skip
    assert (code, out) == (2, "")
    assert "--engine cohorts: is not one of: auto, cohort, individuals, continuous" in err
    assert "did you mean 'cohort'?" in err
    assert "3 problems" in err
    assert run("library", "unit")[2].startswith("kind unit: is not one of: all, therapies")


def test_check_looks_for_studies_and_models_alike(run):
    for wrong, meant in (("haemophilia-b-gene-terapy", "haemophilia-b-gene-therapy"),
                         ("sick-sicer", "sick-sicker")):  # fmt: skip
        code, _out, err = run("check", wrong)
        assert code == 2
        assert f"Did you mean '{meant}'" in err


def test_a_country_may_be_written_in_capitals(run):
    code, _out, err = run("check", "haemophilia-b-gene-therapy", "--country", "RU")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("assess",), "Не хватает аргумента «исследование»"),
        (("assess", "x", "y"), "Лишние слова: y"),
        (("assess", "x", "--drafts", "2"), "Ключа --drafts нет; может быть, --draws"),
        (("assess", "x", "--draws"), "Для --draws нужно значение"),
        (("assess", "x", "--profile=3"), "У --profile не бывает значения"),
        (("assess", "x", "--draws", "1"), "draws: нужно целое число от 2 до 1000000, а не 1"),
        (("assess", "x", "--draws", "9999999"), "до 1000000, а не 9999999"),
        (("assess", "x", "--draws", "many"), "--draws many: не целое число"),
        (("assess", "x", "--design", "fair"), "--design fair: не из списка: plain"),
        (("estimates", "x", "y"), "не хватает --family"),
        (("asses",), "Команды «asses» нет; может быть, assess?"),
        (("frobnicate",), "Команды «frobnicate» нет"),
        (("assess", str(MINI), "--policy", "contract=instalments(years=99)"), "не больше 30"),
    ],
)
def test_wrong_words_are_answered_in_russian(words, said, tmp_path):
    code, out, err = in_russian(*words, folder=tmp_path)
    assert (code, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())
    assert not re.search("Usage|Error|Try |Invalid|Input|Missing|No such", err)


@pytest.mark.parametrize("command", ["", "assess", "compare", "model", "model run", "library"])
def test_help_is_in_russian(command, tmp_path):
    code, out, _err = in_russian(*command.split(), "--help", folder=tmp_path)
    assert code == 0
    assert "Использование: " in out
    assert not re.search("Usage|Options|OPTIONS|Arguments|Commands|Show|default|required", out)


def in_russian(*words: str, folder: Path) -> tuple[int, str, str]:
    """Run in a process of its own, as the language of help is that of the start."""
    program = "from equipoise.cli.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**os.environ, "EQUIPOISE_LANGUAGE": "ru", "COLUMNS": "120", "NO_COLOR": "1"},
        cwd=folder, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_a_place_that_the_system_refuses_is_refused_before_the_run(run, tmp_path):
    code, _out, err = run("assess", str(MINI), "--draws", "40", "--out", "a" * 300 + "/results")
    assert code == 2
    assert "File name too long" in err
    assert not list(tmp_path.iterdir())


def test_check_says_what_it_was_given_instead(run, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "results.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(40))
    for given, said in (
        ("empty", "a folder without a study.yaml"),
        ("results.nc", "`equipoise show`"),
    ):
        code, _out, err = run("check", given)
        assert code == 2
        assert said in err
