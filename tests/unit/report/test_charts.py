import re
from collections.abc import Callable, Iterator
from pathlib import Path

import altair as alt
import pytest
import xarray as xr
from altair.utils.schemapi import SchemaValidationError, debug_mode

from equipoise.core.translation import use_language
from equipoise.report import charts
from equipoise.report.charts import svg
from equipoise.report.charts.theme import finished, values

MakeTree = Callable[..., xr.DataTree]
Svg = Callable[..., str]
DRAWN = (
    charts.route, charts.patients, charts.budget, charts.plane, charts.acceptability,
    charts.course, charts.policy_map, charts.evppi, charts.evidence,
)  # fmt: skip


@pytest.fixture(scope="module")
def svg_of() -> Iterator[Svg]:
    """Return what turns a chart into SVG."""
    with charts.converter() as to_svg:
        yield lambda chart, **options: to_svg(chart, **options).result()


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("width", [charts.WIDE, charts.NARROW])
def test_every_chart_becomes_svg_of_its_width(
    tree: xr.DataTree, svg_of: Svg, draw: Callable[..., object], width: int
) -> None:
    chart = draw(tree, width=width)
    assert isinstance(chart, alt.LayerChart)
    chart.to_dict(validate=True)
    svg = svg_of(chart)
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


def test_the_same_run_draws_the_same(tree: xr.DataTree, svg_of: Svg) -> None:
    assert svg_of(charts.route(tree)) == svg_of(charts.route(tree))


def test_titles_state_the_finding(tree: xr.DataTree, make_tree: MakeTree, svg_of: Svg) -> None:
    label = re.compile(r'aria-label="([^"]+)"')

    def title(chart: object) -> str:
        found = label.search(svg_of(chart))
        assert found is not None
        return found[1]

    assert title(charts.route(tree)).startswith("First to buy: Circle of kindness, about ")
    assert title(charts.route(make_tree(never=1.0))) == "No payer ever begins to buy"
    assert title(charts.budget(make_tree(saved=90e6))) == "No year costs payers more than today"
    assert "Worth its price in" in title(charts.plane(tree))
    assert title(charts.evppi(tree)) == "First find out: “Input price”"


def test_nothing_worth_knowing_is_no_chart(make_tree: MakeTree) -> None:
    assert charts.evppi(make_tree(evppi=(0.0, 0.0, 0.0, 0.0))) is None


def test_cyrillic_and_the_rouble_sign_are_drawn(tree: xr.DataTree, svg_of: Svg) -> None:
    with use_language("ru"):
        svg = svg_of(charts.budget(tree))
    assert "₽ в год" in svg
    assert "Самый дорогой год" in svg


def test_labels_are_escaped(svg_of: Svg) -> None:
    text = '<b onclick="x">&'
    svg = svg_of(_plain(text), label=text)
    assert text not in svg
    assert "&lt;b onclick=&quot;x&quot;&gt;&amp;" in svg


def _plain(title: str) -> object:

    points = alt.Chart(values([{"x": 1.0}])).mark_point().encode(x="x:Q")
    return finished(points, title=title, width=300, height=40)


def test_what_cannot_be_converted_is_an_error_and_the_next_chart_is_drawn(svg_of: Svg) -> None:
    with debug_mode(arg=False):
        points = alt.Chart(values([{"x": 1.0}]), mark="no such mark")
        bad = finished(points, title="Title", width=300, height=40)
    with pytest.raises(RuntimeError, match="conversion failed"):
        svg_of(bad)
    assert svg_of(_plain("Title")).startswith("<svg")


def test_a_converter_that_ends_too_early_is_an_error(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("")
    monkeypatch.setattr(svg, "_PROGRAM", tmp_path / "empty.py")
    with (
        pytest.raises(RuntimeError, match="ended too early"),
        charts.converter() as to_svg,
    ):
        to_svg(_plain("Title")).result()


def test_a_stopped_page_leaves_its_charts(tree: xr.DataTree) -> None:
    asked = []

    def stopped() -> None:
        chart = charts.route(tree)
        with charts.converter() as to_svg:
            asked.extend(to_svg(chart) for _ in range(50))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert all(later.done() for later in asked)
    assert sum(later.cancelled() for later in asked) >= 40
