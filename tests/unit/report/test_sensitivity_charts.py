"""Charts of sensitivity analyses: by the grammar, with the answer in the title, at both widths."""

import re

import pytest

from equipoise.core.translation import use_language
from equipoise.packs import find_model, load_named_model
from equipoise.pipeline.sensitivity import (
    Recalculator,
    one_way,
    run_scenarios,
    run_until_precise,
    switching_values,
    two_way,
)
from equipoise.pipeline.sensitivity.pictures import (
    curves_of,
    map_of,
    running_of,
    scenarios_of,
    tornado_of,
)
from equipoise.report.charts.pictures import ENDINGS, MARK, is_own_picture, picture
from equipoise.report.charts.tornado import Axis, End, Texts, TornadoRow, tornado
from equipoise.spec.load import load_model
from equipoise.spec.scenarios import load_scenarios


@pytest.fixture(scope="module")
def recalculator():
    return Recalculator(load_named_model("sick-sicker"))


@pytest.fixture(scope="module")
def drawn(recalculator, tmp_path_factory):
    """Return what draws each kind of chart at a width."""
    path = tmp_path_factory.mktemp("scenarios") / "scenarios.yaml"
    path.write_text("scenarios: x\ncases: {dear: {parameters: {c_treatment_b: 20000}}}\n")
    scenarios = load_scenarios(path, recalculator.model)
    results = {
        "tornado": (tornado_of, one_way(recalculator)),
        "icer": (tornado_of, one_way(recalculator, measure="icer", strategy="both",
                                     against="treatment_b", share=0.3)),
        "map": (map_of, two_way(recalculator, "c_treatment_b", "hr_b", points=3)),
        "curves": (curves_of, switching_values(recalculator, "c_treatment_b", others=[5e4])),
        "running": (running_of, run_until_precise(recalculator, precision=2000.0)),
        "scenarios": (scenarios_of, run_scenarios(recalculator, scenarios)),
    }  # fmt: skip
    return {name: (lambda width=880, m=make, r=found: m(r, width=width))
            for name, (make, found) in results.items()}  # fmt: skip


def title_of(chart) -> str:
    return " ".join(chart.to_dict()["title"]["text"])


TITLES = {
    "tornado": "“Strategy B” stays worth its cost, whichever input is off",
    "icer": "2 inputs can each turn the decision, first of all “Utility when sick”",
    "map": "“Strategy B” is best at the stated values, and in 89% of the map",
    "curves": "“Strategy B” is worth its cost while “Treatment B” is at most 16,987 USD a year",
    "running": "After 1,000 draws the mean is known to within 1,668 USD",
    "scenarios": "“Strategy B” is best as the file has it, but in one scenario, “dear”, it is "
    "“Standard of care”",
}


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize("width", [340, 880])
def test_titles_say_the_answer_at_every_width(drawn, name, width):
    chart = drawn[name](width=width)
    chart.to_dict(validate=True)
    assert title_of(chart) == TITLES[name]
    box = re.search(r'viewBox="0 0 (\d+) \d+"', picture(chart, ".svg").decode())
    assert abs(int(box[1]) - width) <= 12


def test_russian_pictures_are_russian(drawn):
    with use_language("ru"):
        text = picture(drawn["curves"](), ".svg").decode()
    assert "оправдывает затраты" in text
    assert "прирост" not in title_of(drawn["curves"]())


@pytest.mark.parametrize("ending", ENDINGS)
def test_pictures_carry_our_mark_and_load_nothing(drawn, ending, tmp_path):
    content = picture(drawn["scenarios"](), ending)
    path = tmp_path / f"chart{ending}"
    path.write_bytes(content)
    assert is_own_picture(path)
    if ending == ".png":
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        assert content.count(MARK.encode()) == 1
    else:
        text = content.decode()
        assert text.count("http") == text.count("http://www.w3.org")
    path.write_bytes(content.replace(MARK.encode(), b"x" * len(MARK)))
    assert not is_own_picture(path)


def bars_of(rows) -> list[dict]:
    chart = tornado(rows, base=10.0, axis=Axis("x"), marked=[0.0], texts=Texts("t"))
    (bars,) = (layer for layer in chart.layer if "bar" in str(layer.mark))
    return list(bars.data.values)


def test_an_end_without_a_ratio_reaches_the_edge_and_says_why():
    rows = [TornadoRow("a", End(5.0, "1"), End(None, "2: dominated"))]
    low, high = sorted(bars_of(rows), key=lambda bar: bar["to"])
    assert (low["to"], low["place"], low["text"]) == (5.0, "left", "1")
    assert high["to"] > 10.0
    assert (high["place"], high["text"]) == ("inside", "2: dominated")


def test_two_ends_on_one_side_have_their_words_apart():
    rows = [TornadoRow("a", End(5.0, "1"), End(8.0, "2"))]
    far, near = sorted(bars_of(rows), key=lambda bar: bar["to"])
    assert (far["at"], far["place"]) == (5.0, "left")
    assert (near["at"], near["place"]) == (10.0, "right")


def test_lines_stay_off_the_words_at_the_ends_of_bars(drawn):
    for name in ("tornado", "scenarios"):
        marks = [layer["mark"] for layer in drawn[name]().to_dict()["layer"]]
        words = [n for n, mark in enumerate(marks) if mark["type"] == "text" and mark.get("dx")]
        bordered = [n for n in words if marks[n].get("stroke") == "white"]
        assert len(bordered) == 2
        assert max(n for n, mark in enumerate(marks) if mark["type"] == "rule") < min(words)


def test_a_model_without_health_is_not_drawn_with_the_worth_of_a_qaly():
    recalculator = Recalculator(load_named_model("tegaderm"))
    found = two_way(recalculator, "price_tegaderm", "hr_blood", points=3)
    charts = (
        tornado_of(one_way(recalculator)), map_of(found),
        curves_of(switching_values(recalculator, "price_tegaderm")),
    )  # fmt: skip
    for chart in charts:
        assert "QALY" not in str(chart.to_dict())


def test_scenarios_are_drawn_with_the_best_of_all(drawn):
    assert "dear: best is “Standard of care”" in str(drawn["scenarios"]().to_dict())


@pytest.mark.parametrize(
    "limits",
    [
        {"c_treatment_b": (5_000.0, 21_000.0), "hr_b": (0.2, 1.0)},
        {"c_treatment_b": (12_900.0, 20_000.0), "hr_b": (0.59, 0.8)},
        {"c_treatment_b": (2_000.0, 13_000.0)},
    ],
)
@pytest.mark.parametrize("price", [13_000.0, 17_300.0])
def test_the_cross_stands_in_a_cell_of_the_strategy_that_the_title_names(tmp_path, limits, price):
    text = find_model("sick-sicker").read_text()
    path = tmp_path / "model.yaml"
    path.write_text(text.replace(
        "    value: 13000\n    unit: USD@2019/year\n"
        "    distribution: gamma(shape=86.2, scale=150.8)\n",
        f"    value: {price}\n    unit: USD@2019/year\n",
    ))  # fmt: skip
    found = two_way(Recalculator(load_model(path)), "c_treatment_b", "hr_b", limits=limits,
                    points=4)  # fmt: skip
    drawn = map_of(found).to_dict()
    sets = [row for rows in drawn["datasets"].values() for row in rows]
    crosses = [row for row in sets if set(row) == {"left", "low"}]
    assert len(crosses) == (limits["c_treatment_b"][1] >= price)
    for cross in crosses:
        (cell,) = [row for row in sets if "best" in row
                   and row["left"] < cross["left"] < row["right"]
                   and row["low"] < cross["low"] < row["high"]]  # fmt: skip
        assert f"“{cell['best']}” is best " in " ".join(drawn["title"]["text"])
