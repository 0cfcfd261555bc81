"""`equipoise fit` as a person meets it: tables, refusals, files whole or untouched."""

import csv
import re
from pathlib import Path

import pytest

from equipoise.cli.app import main

DATA = Path(__file__).parents[2] / "data" / "survival"
MELANOMA = str(DATA / "melanoma.csv")
TWO = ("--family", "weibull", "--family", "gompertz")


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; return exit code, output and error text."""

    def call(*words: str, width: int = 140) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr("sys.argv", ["equipoise", "fit", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), out, err

    return call


def test_all_curves_are_compared_beside_kaplan_meier(run):
    code, out, err = run(MELANOMA, "--covariate", "interferon", "--time-unit", "year")
    assert (code, err.strip()) == (0, "")
    assert "284 patients, 196 events, followed for up to 9.6 years." in out
    assert "The lowest AIC is that of “generalised gamma”." in out
    assert "spline, 2 knots" in out
    assert "interferon 1: Share without an event" in out
    assert "0.531–0.931" in out  # the hazard ratio of Gompertz
    assert "at risk" in out


def test_what_is_refused_stands_there_with_its_reason(run, tmp_path):
    few = tmp_path / "few.csv"
    few.write_text("time,event\n1,1\n2,1\n3,0\n4,0\n", encoding="utf-8")
    code, out, _err = run("few.csv", "--family", "exponential", "--family", "spline")
    assert code == 0
    assert "Refused" in out
    assert "the data have too few events for such a curve" in out


def test_a_cured_share_that_nobody_can_tell_is_refused(run):
    code, out, _err = run(str(DATA / "leukaemia.csv"), "--family", "weibull", "--cure", "mixture",
                          "--covariate", "mercaptopurine")  # fmt: skip
    assert code == 0
    assert "No curve can be used." in out
    assert "the data do not tell the cured share" in out


def test_groups_are_fitted_alone(run):
    code, out, _err = run(str(DATA / "colon.csv"), "--by", "arm", "--family", "lognormal")
    assert code == 0
    assert out.count("Fits, from the lowest AIC up") == 3


def test_another_parameter_moves_too(run):
    moved = ("--covariate", "interferon", "--covariate", "shape=interferon")
    code, out, _err = run(MELANOMA, "--family", "weibull", "--family", "exponential", *moved)
    assert code == 0
    assert "the curve has no parameter 'shape'" in out  # of the exponential


def test_all_mistakes_of_a_file_are_listed_with_line_and_column(run, tmp_path):
    (tmp_path / "wrong.csv").write_text("time,event\n-1,1\n2,maybe\nx,0\n", encoding="utf-8")
    code, out, err = run("wrong.csv")
    assert (code, out) == (2, "")
    for place in ("wrong.csv:2:1", "wrong.csv:3:3", "wrong.csv:4:1"):
        assert place in err
    assert "3 problems" in err


def test_all_mistakes_of_the_options_are_listed(run):
    code, _out, err = run(
        MELANOMA, "--events", "many", "--model-yaml", "part.txt", "--age", "60", "--covariate", "="
    )
    assert code == 2
    for text in ("--events many", "needs a source", "the times have no unit", "part.txt",
                 "--life-table and --age", "--covariate ="):  # fmt: skip
        assert text in err


def test_a_missing_file_hides_nothing_and_is_hidden_by_nothing(run):
    _code, _out, err = run(
        "none.csv", "--external", "other.csv", "--life-table", "life.csv", "--age", "x",
        "--time-unit", "years", "--family", "weibul", "--out", "x.pdf", "--landmark", "-3",
        "--landmark", "-2", "--knots", "-2",
    )  # fmt: skip
    for told in ("none.csv:1:1", "other.csv:1:1", "life.csv:1:1", "--age x: is not a number",
                 "--time-unit years: is not one of: year, month, week, day", "'weibul'", "x.pdf",
                 "a landmark at -3", "a landmark at -2", "--knots: none",
                 "10 problems"):  # fmt: skip
        assert told in err
    _code, _out, err = run(MELANOMA, "--external", "other.csv", "--by", "nope")
    assert "2 problems" in err
    _code, _out, err = run("--digitised", "points.csv", "--at-risk", "risk.csv", "--external",
                           "other.csv", "--knots", "-1")  # fmt: skip
    assert "4 problems" in err
    _code, _out, err = run(MELANOMA, "--digitised", "points.csv", "--external", "other.csv")
    assert "3 problems" in err


@pytest.mark.parametrize("words", [(), ("--by", "arm")])
def test_patients_without_any_event_are_refused(run, tmp_path, words):
    rows = "2,0,a\n4,0,b\n"
    (tmp_path / "censored.csv").write_text("time,event,arm\n" + rows, encoding="utf-8")
    code, out, err = run("censored.csv", *words, "--out", "made")
    assert (code, out) == (2, "")
    assert "no event was observed" in err
    assert "at most 3 / 6 = 0.5 per unit of time" in err
    (tmp_path / "censored.csv").write_text("time,event,arm\n3,1,a\n" + rows, encoding="utf-8")
    code, _out, _err = run("censored.csv", "--by", "arm", "--family", "exponential")
    assert code == 0


def test_shares_of_other_data_that_rise_are_refused_within_a_source(run, tmp_path):
    rows = "1,0.5,A\n2,0.6,A\n2,0.7,B\n9,0.5,A\n1,0.8,B\n"
    (tmp_path / "other.csv").write_text("time,survival,source\n" + rows, encoding="utf-8")
    code, _out, err = run(MELANOMA, "--external", "other.csv", "--family", "weibull")
    assert code == 2
    assert "other.csv:3:3: survival: the share 0.6 at 2 is above that at 1, 0.5 in line 2" in err
    assert err.count("survival cannot rise") == 1


def test_the_picture_of_a_lifetime_names_the_sources_of_other_data(run, tmp_path):
    words = (MELANOMA, "--family", "weibull", "--external", "other.csv", "--out", "one.svg",
             "--picture", "lifetime")  # fmt: skip
    head, long = "time,survival,source\n", "a registry with a name that goes on and on and on"
    (tmp_path / "other.csv").write_text(f"{head}9,0.3,{long}\n12,0.3,E1684\n", encoding="utf-8")
    assert run(*words)[0] == 0
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "Signs: other data" in text
    assert ">E1684<" in text
    assert ">a registry with a name that goes on and…<" in text
    (tmp_path / "other.csv").write_text(head + "9,0.3,E1684\n", encoding="utf-8")
    assert run(*words)[0] == 0
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "Diamonds: other data" in text
    assert ">E1684<" in text
    (tmp_path / "other.csv").write_text("time,survival\n9,0.3\n", encoding="utf-8")
    assert run(*words)[0] == 0
    assert "Diamonds: other data" in (tmp_path / "one.svg").read_text(encoding="utf-8")


def test_patients_must_come_from_somewhere(run):
    for words in ((), (MELANOMA, "--digitised", MELANOMA), ("--digitised", MELANOMA)):
        code, _out, err = run(*words)
        assert code == 2
        assert "it is not clear" in err


POINTS, NUMBERS = (str(DATA / f"head-and-neck-{one}.csv") for one in ("points", "at-risk"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "no file is given"),
        ((MELANOMA, "--digitised", POINTS, "--at-risk", NUMBERS),
         "melanoma.csv has patients, and head-and-neck-points.csv is of a printed curve"),
        (("--digitised", POINTS), "the numbers at risk are missing"),
        (("--at-risk", NUMBERS), "the points of the curve are missing"),
    ],
)  # fmt: skip
def test_it_is_said_which_file_is_missing_or_too_many(run, words, told):
    code, _out, err = run(*words)
    assert code == 2
    assert told in err
    assert err.count("fix:") == 1


def test_events_of_a_figure_with_groups_need_their_group(run):
    code, _out, err = run("--digitised", POINTS, "--at-risk", NUMBERS, "--events", "3")
    assert code == 2
    assert "it is not said of which group the 3 events are" in err
    assert "write --events GROUP=NUMBER" in err


def test_options_that_do_nothing_are_refused_all_at_once(run, tmp_path):
    code, out, err = run(MELANOMA, "--family", "weibull", "--picture", "hazard", "--traced",
                         "--cure-link", "loglog", "--spline-scale", "odds", "--knots", "2",
                         "--name", "x", "--source", "y", "--status", "read")  # fmt: skip
    assert (code, out) == (2, "")
    for told in (
        "--picture: no picture is written\n    fix: leave it out, or name a picture, e.g. --out "
        "hazard.svg",
        "--traced: the file of patients is no curve that was traced",
        "--cure-link: no share is cured", "--spline-scale: none of the curves is a spline",
        "--knots: none of the curves is a spline", "--name: no part of a model is written",
        "--source: no part", "--status: no part", "8 problems",
    ):  # fmt: skip
        assert told in err
    _code, _out, err = run(MELANOMA, "--family", "weibull", "--picture", "hazard", "--out", "made")
    assert "--picture: a folder has all pictures" in err
    # What stands there anyway is no mistake, and what is used neither.
    assert run(MELANOMA, "--family", "weibull", "--cure", "mixture", "--cure-link", "logistic",
               "--picture", "hazard", "--out", "one.svg")[0] == 0  # fmt: skip


def test_a_printed_curve_is_fitted_arm_by_arm(run):
    points, numbers = (str(DATA / f"head-and-neck-{one}.csv") for one in ("points", "at-risk"))
    code, out, _err = run("--digitised", points, "--at-risk", numbers, "--time-unit", "month",
                          "--family", "lognormal")  # fmt: skip
    assert code == 0
    assert "213 patients and 134 events made from a printed curve" in out
    assert "211 patients and 110 events made from a printed curve" in out
    assert out.count("┃      12 ┃") + out.count("        12 ┃") == 2


def test_a_folder_holds_tables_and_pictures_and_nothing_of_others(run, tmp_path):
    life = tmp_path / "life.csv"
    rows = "".join(f"{age},{0.0001 * 1.09**age:.6f}\n" for age in range(40, 101))
    life.write_text("age,rate\n" + rows, encoding="utf-8")
    words = (MELANOMA, *TWO, "--time-unit", "year", "--out", "made", "--life-table", "life.csv",
             "--age", "47")  # fmt: skip
    assert run(*words)[0] == 0
    made = tmp_path / "made"
    assert sorted(path.name for path in made.iterdir()) == sorted(
        [f"{name}.csv" for name in ("fits", "landmarks", "means", "coefficients", "effects",
                                 "parameters")]
        + [f"{name}.{kind}" for kind in ("svg", "png")
           for name in ("survival", "hazard", "log-log", "lifetime", "landmarks")]
    )  # fmt: skip
    with (made / "fits.csv").open(newline="") as file:
        assert [row["curve"] for row in csv.DictReader(file)] == ["gompertz", "weibull"]
    assert "General population" not in (made / "survival.svg").read_text(encoding="utf-8")
    assert run(*words)[0] == 0  # its own folder is replaced
    (made / "mine.txt").write_text("mine", encoding="utf-8")
    code, _out, err = run(*words)
    assert code == 2
    assert "mine.txt" in err


@pytest.mark.parametrize("name", ["survival", "hazard", "log-log", "lifetime", "landmarks"])
def test_one_picture_in_russian(run, tmp_path, name):
    code, _out, _err = run(MELANOMA, *TWO, "--covariate", "interferon", "--out", "one.svg",
                           "--picture", name, "--language", "ru")  # fmt: skip
    assert code == 0
    text = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "Made by Equipoise" in text
    assert any("а" <= letter <= "я" for letter in text)


def test_a_part_of_a_model_is_written_over_its_own_kind_only(run, tmp_path):
    words = (MELANOMA, *TWO, "--time-unit", "year", "--model-yaml", "part.yaml", "--source",
             "trial", "--name", "os", "--curve", "weibull")  # fmt: skip
    assert run(*words)[0] == 0
    text = (tmp_path / "part.yaml").read_text(encoding="utf-8")
    assert "os: weibull_survival(time, exp(os_log_shape), exp(os_log_scale) * year)" in text
    assert run(*words)[0] == 0
    (tmp_path / "part.yaml").write_text("model: mine\n", encoding="utf-8")
    code, _out, err = run(*words)
    assert code == 2
    assert "not written" in err
    assert (tmp_path / "part.yaml").read_text(encoding="utf-8") == "model: mine\n"


def test_mistakes_of_a_life_table_are_listed(run, tmp_path):
    (tmp_path / "life.csv").write_text("age,rate\n40,0.1\n42,-1\n43,x\n", encoding="utf-8")
    words = ("--time-unit", "year", "--life-table", "life.csv", "--age", "40")
    code, _out, err = run(MELANOMA, *words)
    assert code == 2
    for place in ("life.csv:3:1", "life.csv:3:4", "life.csv:4:4"):
        assert place in err


def test_an_age_outside_of_the_life_table_is_refused(run, tmp_path):
    (tmp_path / "life.csv").write_text("age,rate\n40,0.1\n41,0.1\n", encoding="utf-8")
    code, _out, err = run(MELANOMA, "--time-unit", "year", "--life-table", "life.csv", "--age",
                          "50")  # fmt: skip
    assert code == 2
    assert "the age 50 is not in the life table" in err


EXTERNAL = """time,survival,low,high,group,source
15,0.22,0.16,0.30,interferon 0,Registry A
20,0.18,,,interferon 0,Registry A
15,0.34,0.30,0.41,interferon 1,Registry B
"""


def test_curves_stand_beside_other_data(run, tmp_path):
    (tmp_path / "other.csv").write_text(EXTERNAL, encoding="utf-8")
    words = (MELANOMA, *TWO, "--covariate", "interferon", "--external", "other.csv")
    code, out, _err = run(*words, "--out", "made")
    assert code == 0
    assert "interferon 0: Within all intervals of the other data: Gompertz." in out
    beside = out.split("interferon 0: Beside other data")[1].split("┗")[0].split("└")[0]
    rows = {line.split("│")[1].strip(): line for line in beside.splitlines() if "│" in line}
    assert "7.2%*" in rows["Weibull"]  # outside of 16 to 30
    assert "*" not in rows["Gompertz"]
    assert "* outside" in out
    with (tmp_path / "made" / "external.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    for row in rows:
        share = float(row["survival"])
        assert float(row["difference"]) == pytest.approx(share - float(row["external"]))
        is_inside = row["low"] and float(row["low"]) <= share <= float(row["high"])
        assert row["is_within"] == ("" if not row["low"] else str(is_inside))
    drawn = (tmp_path / "made" / "lifetime.svg").read_text(encoding="utf-8")
    assert "Signs: other data" in drawn
    assert ">Registry A<" in drawn
    assert ">Registry B<" in drawn
    (tmp_path / "other.csv").write_text(EXTERNAL.replace("Registry B", ""), encoding="utf-8")
    assert run(*words, "--out", "made")[0] == 0
    drawn = (tmp_path / "made" / "lifetime.svg").read_text(encoding="utf-8")
    assert ">Registry A<" in drawn
    assert ">Other data<" in drawn


def test_mistakes_of_other_data_are_listed(run, tmp_path):
    text = "time,survival,low,high,group\n5,30,0.1,0.2,interferon 0\n6,0.3,0.4,0.5,nobody\n"
    (tmp_path / "other.csv").write_text(text, encoding="utf-8")
    words = (MELANOMA, *TWO, "--covariate", "interferon", "--external", "other.csv")
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    for place in ("other.csv:2:3", "other.csv:3:3", "other.csv:3:15"):
        assert place in err
    (tmp_path / "other.csv").write_text("time,survival\n5,0.3\n", encoding="utf-8")
    assert "it is not said of which patients" in run(*words)[2]


def test_more_parameters_than_events_are_refused(run, tmp_path):
    (tmp_path / "two.csv").write_text("time,event\n3,1\n5,0\n", encoding="utf-8")
    _code, out, _err = run("two.csv", "--family", "exponential", "--family", "weibull")
    assert "it has more parameters than there are events (1)" in out
    assert "The lowest AIC is that of “exponential”" in out


def test_all_options_are_checked_together_before_anything_is_fitted(run):
    code, out, err = run(MELANOMA, "--covariate", "nope", "--by", "nada", "--family", "weibul",
                         "--curve", "foo", "--model-yaml", "q.yaml", "--name", "my name",
                         "--out", "pic.pdf")  # fmt: skip
    assert (code, out) == (2, "")
    for text in ("no column 'nope'", "no column 'nada'", "no family 'weibul'", "no curve 'foo'",
                 "needs a source", "the times have no unit", "'my name' is no name",
                 "--out pic.pdf"):  # fmt: skip
        assert text in err
    assert "8 problems" in err


@pytest.mark.parametrize("ending", ["pdf", "jpg", "csv", "xlsx", "docx", "pptx", "TXT"])
def test_a_folder_is_not_called_as_a_file_of_another_kind(run, tmp_path, ending):
    code, _out, err = run(MELANOMA, *TWO, "--out", f"pic.{ending}")
    assert code == 2
    assert "a file of another kind" in err
    assert not (tmp_path / f"pic.{ending}").exists()


def patients(folder: Path, columns: dict[str, object]) -> None:
    """Write patients with columns of their own; a value may be a function of the row."""
    head = ",".join(["time", "event", *columns])
    rows = [
        ",".join([str(row % 17 + 1), str(int(row % 3 > 0)),
                  *(str(one(row) if callable(one) else one) for one in columns.values())])
        for row in range(120)
    ]  # fmt: skip
    (folder / "own.csv").write_text("\n".join([head, *rows]), encoding="utf-8")


def test_covariates_that_no_curve_can_have_are_refused_at_once(run, tmp_path):
    patients(tmp_path, {"id": lambda row: f"p{row}", "same": 1, "arm": lambda row: "ab"[row % 2]})
    for words, text in ((("--covariate", "id"), "120 different texts"),
                        (("--covariate", "same"), "the same for all patients"),
                        (("--covariate", "event"), "'event' is no covariate"),
                        (("--by", "arm", "--covariate", "arm"), "cannot both make")):  # fmt: skip
        code, out, err = run("own.csv", *words)
        assert (code, out) == (2, "")
        assert text in err
        assert "\n    fix: " in err
    _code, out, _err = run("own.csv", "--covariate", "arm", "--family", "exponential")
    assert "Columns that are not used: id, same." in out


def test_without_further_columns_the_fix_says_what_to_add(run, tmp_path):
    (tmp_path / "own.csv").write_text("time,event\n1,1\n2,0\n", encoding="utf-8")
    _code, _out, err = run("own.csv", "--covariate", "arm")
    assert "add a column for it to the file" in err
    assert "use one of: \n" not in err
    (tmp_path / "own.csv").write_text("", encoding="utf-8")
    assert "fix: write a header and rows" in run("own.csv")[2]


def test_a_curve_with_cure_is_named_by_its_family(run, tmp_path):
    words = (MELANOMA, "--cure", "mixture", "--family", "gompertz", "--family", "weibull",
             "--curve", "weibull", "--time-unit", "year", "--source", "trial")  # fmt: skip
    code, out, _err = run(*words, "--model-yaml", "part.yaml")
    assert code == 0
    assert "Parameters of “Weibull, a share is cured”" in out
    assert "cured share" in out
    assert "weibull_survival" in (tmp_path / "part.yaml").read_text(encoding="utf-8")


def test_nothing_is_said_of_curves_where_there_is_none(run, tmp_path):
    (tmp_path / "own.csv").write_text("time,event\n1,1\n2,0\n5,0\n", encoding="utf-8")
    code, out, _err = run("own.csv", "--language", "ru", "--family", "spline")
    assert code == 0
    assert "Ни одна кривая не годится." in out
    assert "AIC говорит" not in out
    assert "3 пациента, 1 событие, наблюдение до 5." in out
    assert run("own.csv", "--family", "spline", "--out", "one.svg")[0] == 2


def test_few_events_are_a_caution(run, tmp_path):
    (tmp_path / "own.csv").write_text("time,event\n1,1\n2,0\n5,0\n", encoding="utf-8")
    _code, out, _err = run("own.csv", "--family", "exponential")
    assert "3 patients, 1 event, followed" in out
    assert "only 1.0 events for each parameter" in out
    assert "Caution" not in run(MELANOMA, "--family", "exponential")[1]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_word_of_a_table_is_broken_on_any_screen(run, language, width):
    wide, narrow = (
        run(MELANOMA, "--covariate", "interferon", "--time-unit", "month", "--language", language,
            *(word for at in (0.1, 0.2, 0.5, 1, 2, 3, 5, 8) for word in ("--landmark", str(at))),
            width=each)[1]
        for each in (300, width)
    )  # fmt: skip
    assert max(map(len, narrow.splitlines())) <= width
    assert "…" not in narrow
    for word in re.split(r"[\s│┃–]+", re.sub("[┏┳┓┡╇┩└┴┘├┼┤━─]", "", wide)):
        assert word in narrow
    starts, ends = "┏┃┡│├└", "┓┃┩│┤┘"
    drawn = [line.rstrip(" ") for line in narrow.splitlines() if line[:1] in starts and line]
    assert drawn
    assert all(line[-1] == ends[starts.index(line[0])] for line in drawn)


def test_ratios_keep_their_digits_beside_long_names_on_a_narrow_screen(run, tmp_path):
    rows = (Path(MELANOMA).read_text().replace("interferon", "assigned_treatment", 1)).splitlines()
    (tmp_path / "long.csv").write_text("\n".join(rows) + "\n")
    words = ("long.csv", "--covariate", "assigned_treatment", "--family", "weibull")
    number = r"\d\.\d{3}"
    tables = [run(*words, width=width)[1].partition("Effects")[2] for width in (200, 80, 60)]
    found = [re.findall(f"(?<=[│ ]){number}(?= )|{number}–{number}(?= )", own) for own in tables]
    assert len(found[0]) == 4
    assert sorted(found[0]) == sorted(found[1]) == sorted(found[2])


def test_the_same_curve_is_named_so(run):
    _code, out, _err = run(MELANOMA, "--family", "weibull", "--family", "weibull_ph")
    assert "“Weibull, by hazards” and “Weibull” are the same curve." in out
    assert "The lowest AIC is that of “Weibull”." in out


def test_names_of_a_file_are_shown_as_they_stand(run, tmp_path):
    rows = ["time,event,arm"]
    rows += [f"{k % 9 + 1},{int(k % 4 > 0)},{'dose [low]' if k % 2 else '[/b] high'}"
             for k in range(60)]  # fmt: skip
    (tmp_path / "arms.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    code, out, err = run("arms.csv", "--by", "arm", "--family", "exponential")
    assert (code, err.strip()) == (0, "")
    assert "dose [low]" in out
    assert "[/b] high" in out


@pytest.mark.parametrize(("without", "told"), [("b", "arm is b"), ("a", "arm is a")])
def test_an_arm_without_events_is_refused(run, tmp_path, without, told):
    rows = ["time,event,arm,age", *(
        f"{k % 9 + 1},{int('ab'[k % 2] != without)},{'ab'[k % 2]},{k % 7}" for k in range(60)
    )]  # fmt: skip
    (tmp_path / "arms.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    words = ("arms.csv", "--family", "weibull")
    for more in ((), ("--covariate", "age")):
        code, out, err = run(*words, "--covariate", "arm", *more, "--out", "made")
        assert (code, out) == (2, "")
        assert f"no event was observed where {told}, so that nothing tells its effect" in err
        assert "fit without the covariate arm" in err
        assert not (tmp_path / "made").exists()
    code, out, _err = run(*words, "--by", "arm")
    assert code == 0
    assert run(*words, "--covariate", "age")[0] == 0


def test_a_share_of_all_patients_has_no_interval(run, tmp_path):
    """That nobody had an event so far does not make it certain."""
    code, out, _err = run(MELANOMA, "--family", "weibull", "--landmark", "0.001", "--landmark",
                          "1", "--out", "made")  # fmt: skip
    assert code == 0
    (line,) = [line for line in out.splitlines() if line.startswith("│ 95% interval")]
    assert line.split("│")[2].strip() == ""
    assert "–" in line.split("│")[3]
    assert "100.0–100.0" not in out
    with (tmp_path / "made" / "landmarks.csv").open(newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["survival"], first["low"], first["high"]) == ("1.0", "", "")
    assert "100–100" not in (tmp_path / "made" / "landmarks.svg").read_text()


def test_with_a_life_table_other_data_are_of_all_deaths(run, tmp_path):
    life = "".join(f"{age},{0.0002 * 1.09**age:.6f}\n" for age in range(40, 101))
    (tmp_path / "life.csv").write_text("age,rate\n" + life, encoding="utf-8")
    with Path(MELANOMA).open(newline="") as file:
        patients = list(csv.DictReader(file))
    rows = ["time,event,background", *(f"{p['time']},{p['event']},0.02" for p in patients)]
    (tmp_path / "relative.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "other.csv").write_text("time,survival,low,high\n20,0.2,0.1,0.3\n",
                                        encoding="utf-8")  # fmt: skip
    words = ("relative.csv", "--family", "lognormal", "--time-unit", "year", "--external",
             "other.csv")  # fmt: skip
    shares = {}
    for name, more in (("alone", ()), ("all", ("--life-table", "life.csv", "--age", "50"))):
        assert run(*words, *more, "--out", name)[0] == 0
        with (tmp_path / name / "external.csv").open(newline="") as file:
            shares[name] = float(next(csv.DictReader(file))["survival"])
    alive = 1.0
    for age in range(50, 70):
        alive *= 2.718281828459045 ** -float(f"{0.0002 * 1.09**age:.6f}")
    assert shares["all"] == pytest.approx(shares["alone"] * alive, rel=1e-6)
