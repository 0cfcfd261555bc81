import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import xarray as xr

from equipoise.core.translation import use_language
from equipoise.report import answers, html_page, write_html
from equipoise.report.page import conventions
from equipoise.report.reading import read

MakeTree = Callable[..., xr.DataTree]
HOSTILE = '<script>alert("1")</script>'
EMPTY = {"meta", "br", "img", "link", "input", "hr"}


class Reader(HTMLParser):
    """Collects what the tests look at."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(tag)


def parsed(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@pytest.fixture(scope="module", params=["en", "ru"])
def page(request: pytest.FixtureRequest, tree: xr.DataTree) -> str:
    with use_language(request.param):
        return html_page(tree)


@pytest.fixture(scope="module")
def english(tree: xr.DataTree) -> str:
    return html_page(tree)


def test_the_page_is_well_formed(page: str) -> None:
    reader = parsed(page)
    assert reader.problems == []
    assert reader.open == []
    assert page.lstrip().startswith("<!doctype html>")


def test_the_page_asks_nothing_from_the_network(page: str) -> None:
    for tag, attributes in parsed(page).tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "img", "base"}
        for name, text in attributes.items():
            if name in {"src", "srcset", "data", "action", "poster", "xlink:href"}:
                assert not (text or "").startswith(("http", "//")), (tag, name, text)
            if name == "href":
                assert tag == "a" or (text or "").startswith("#"), (tag, text)
            assert not name.startswith("on")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_headings_go_down_one_by_one(page: str) -> None:
    headings = parsed(page).headings
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(headings, headings[1:], strict=False))


def test_every_chart_has_a_label_and_ids_are_unique(page: str) -> None:
    tags = parsed(page).tags
    charts = [attributes for tag, attributes in tags if tag == "svg"]
    assert len(charts) == 2 * 9
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    ids = [attributes["id"] for _tag, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_tables_say_what_they_hold(page: str) -> None:
    tags = [tag for tag, _attributes in parsed(page).tags]
    assert tags.count("table") == tags.count("caption") >= 9
    scopes = {a.get("scope") for tag, a in parsed(page).tags if tag == "th"}
    assert scopes == {"row", "col"}


def test_links_inside_the_page_arrive(page: str) -> None:
    tags = parsed(page).tags
    ids = {attributes.get("id") for _tag, attributes in tags}
    wanted = {a["href"][1:] for tag, a in tags if tag == "a" and (a["href"] or "").startswith("#")}
    assert wanted <= ids


def test_the_language_is_named(tree: xr.DataTree) -> None:
    assert '<html lang="en">' in html_page(tree)
    with use_language("ru"):
        page = html_page(tree)
    assert '<html lang="ru">' in page
    assert "Генная терапия в Утопии" in page
    assert "Кто платит?" in page


def test_all_answers_are_on_the_page(tree: xr.DataTree, english: str) -> None:
    text = re.sub(r"&#3[49];", "'", english).replace('"', "'")
    for answer in answers(tree):
        for sentence in (answer.headline, *answer.details):
            assert sentence.replace('"', "'") in text


def test_the_run_can_be_repeated_from_the_page(tree: xr.DataTree, english: str) -> None:
    record = read(tree).record
    assert record.digest in english
    assert "numpy" not in record.versions
    for entry in record.evidence:
        assert f"Input {entry.name}" in english


def test_it_says_how_time_is_counted(tree: xr.DataTree) -> None:
    def counting(**changes: object) -> str:
        record = read(tree).record
        rules = record.conventions.model_copy(update=changes)
        copy = tree.copy()
        changed = record.model_copy(update={"conventions": rules})
        copy.attrs = {"record": changed.model_dump_json()}
        return dict(conventions(read(copy)))["Counting in time"]

    with use_language("en"):
        assert counting() == "life-table method, cycles of 3 months"
        assert counting(cycle_years=0.0) == "exact times, without cycles"
        assert counting(cycle_years=0.0, lifetime_years=0.0) == "at once"


def test_hostile_texts_stay_text(make_tree: MakeTree) -> None:
    record = read(make_tree()).record
    steps = [{**step.model_dump(), "label": HOSTILE} for step in record.steps]
    payers = [{**payer.model_dump(), "label": HOSTILE} for payer in record.payers]
    needs = [{**need.model_dump(), "address": "javascript:alert(1)"} for need in record.needs]
    evidence = [{**entry.model_dump(), "note": HOSTILE} for entry in record.evidence]
    run = make_tree(title=HOSTILE, steps=steps, payers=payers, needs=needs, evidence=evidence)
    page = html_page(run)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'href="javascript' not in page
    assert parsed(page).problems == []


def test_a_notebook_gets_a_closed_frame(tree: xr.DataTree) -> None:
    frame = html_page(tree, embedded=True)
    assert frame.startswith("<iframe ")
    assert "allow-scripts" not in frame
    assert frame.count("<") == 2


def test_the_file_is_the_page_and_repeats(tree: xr.DataTree, english: str, tmp_path: Path) -> None:
    path = write_html(tree, tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == english
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_an_empty_run_still_has_a_page(make_tree: MakeTree) -> None:
    page = html_page(make_tree(treated=0.0, never=1.0, needs=[], evppi=(0.0,) * 4))
    assert "Nobody is likely to be treated" in page
    assert parsed(page).problems == []
