import re
from collections.abc import Callable

import altair as alt
import pytest
import xarray as xr
from altair.utils.schemapi import SchemaValidationError, debug_mode

from equipoise.core.translation import use_language
from equipoise.report import charts
from equipoise.report.charts.theme import finished, values

MakeTree = Callable[..., xr.DataTree]
DRAWN = (
    charts.route, charts.patients, charts.budget, charts.plane, charts.acceptability,
    charts.course, charts.policy_map, charts.evppi, charts.evidence,
)  # fmt: skip


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_every_chart_becomes_svg_of_its_width(
    tree: xr.DataTree, draw: Callable[..., object], width: int
) -> None:
    chart = draw(tree, width=width)
    assert isinstance(chart, alt.LayerChart)
    chart.to_dict(validate=True)
    svg = charts.to_svg(chart)
    box = re.search(r'viewBox="0 0 (\d+) \d+"', svg)
    assert box is not None
    assert abs(int(box[1]) - width) <= 12
    label = re.search(r'aria-label="([^"]+)"', svg)
    assert label is not None
    assert f"<title>{label[1]}</title>" in svg
    assert svg.count("http") == svg.count("http://www.w3.org")


def test_a_chart_against_the_grammar_is_refused_by_the_check_above() -> None:
    with debug_mode(arg=False):
        points = alt.Chart(values([{"x": 1.0}])).mark_point(shape=3).encode(x="x:Q")
        chart = finished(points, title="Title", width=300, height=40)
    with pytest.raises(SchemaValidationError, match="shape"):
        chart.to_dict(validate=True)


def test_the_same_run_draws_the_same(tree: xr.DataTree) -> None:
    assert charts.to_svg(charts.route(tree)) == charts.to_svg(charts.route(tree))


def test_titles_state_the_finding(tree: xr.DataTree, make_tree: MakeTree) -> None:
    label = re.compile(r'aria-label="([^"]+)"')

    def title(chart: object) -> str:
        found = label.search(charts.to_svg(chart))
        assert found is not None
        return found[1]

    assert title(charts.route(tree)).startswith("First to buy: Circle of kindness, about ")
    assert title(charts.route(make_tree(never=1.0))) == "No payer ever begins to buy"
    assert title(charts.budget(make_tree(saved=90e6))) == "No year costs payers more than today"
    assert "Worth its price in" in title(charts.plane(tree))
    assert title(charts.evppi(tree)) == "First find out: “Input price”"


def test_nothing_worth_knowing_is_no_chart(make_tree: MakeTree) -> None:
    assert charts.evppi(make_tree(evppi=(0.0, 0.0, 0.0, 0.0))) is None


def test_cyrillic_and_the_rouble_sign_are_drawn(tree: xr.DataTree) -> None:
    with use_language("ru"):
        svg = charts.to_svg(charts.budget(tree))
    assert "₽ в год" in svg
    assert "Самый дорогой год" in svg


def test_labels_are_escaped() -> None:
    text = '<b onclick="x">&'
    svg = charts.to_svg(_plain(text), label=text)
    assert text not in svg
    assert "&lt;b onclick=&quot;x&quot;&gt;&amp;" in svg


def _plain(title: str) -> object:

    points = alt.Chart(values([{"x": 1.0}])).mark_point().encode(x="x:Q")
    return finished(points, title=title, width=300, height=40)
