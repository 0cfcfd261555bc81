"""A Russian reader meets Russian: every text of the Russian pack, and the whole report."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from equipoise.api import assess, load
from equipoise.core.translation import use_language
from equipoise.report import html_page

LIBRARY = Path(str(files("equipoise"))) / "library"
PACK = [*LIBRARY.glob("jurisdictions/ru/*.yaml"), *LIBRARY.glob("therapies/*/*.yaml")]
SHOWN = {
    "study", "description", "jurisdiction", "title", "label", "note", "place", "clause",
    "ask", "definition", "mean_differs",
}  # fmt: skip
_NAMES = """
    Equipoise python equipoise numba numpy scipy xarray QALY DALY RUB USD EUR Tegaderm CHG
    AAV Padua CAR CSL Behring HOPE Hemgenix HB microsimulation
    Meier Pipe Kavakli Booth Stephensen Fischer Hassan Burke Klamroth NiklausMeier
    PharmacoEconomics Open NEJM Blood PLoS One RING Fierce Pharma ASH AFH EAHAD EHC
    World Population Prospects CC BY IGO
    beta uniform full effect access eligible uptake study yaml utility
"""
NAMES = set(_NAMES.split())
"""Names, and codes that the reader finds so in the files."""

ADDRESS = re.compile(r"https?://\S+|\b[\w.-]+\.(?:com|ru|org|yaml)\b(?:/\S*)?")
WORD = re.compile(r"[A-Za-z]{2,}")


def latin(text: str) -> set[str]:
    """Return the words in Latin letters that are no Roman numerals and no addresses."""
    words = WORD.findall(ADDRESS.sub(" ", text))
    return {word for word in words if not re.fullmatch(r"[IVX]+", word)}


def is_russian(text: object) -> bool:
    """Return whether a text has a Russian version that is not the English one again."""
    russian = text.get("ru", "") if isinstance(text, dict) else ""
    return bool(russian) and bool(re.search("[а-яё]", russian) or not latin(russian) - NAMES)


def texts(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield every text of a file that a reader sees, with its place."""
    if isinstance(value, dict):
        for name, part in value.items():
            if (isinstance(part, dict) and "en" in part) or (
                isinstance(part, str) and name in SHOWN
            ):
                yield f"{place}.{name}", part
            else:
                yield from texts(part, f"{place}.{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from texts(part, f"{place}[{index}]")


@pytest.mark.parametrize("path", PACK, ids=lambda path: path.name)
def test_every_text_of_the_pack_has_a_russian_version(path: Path) -> None:
    data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    found = dict(texts(data))
    assert found
    assert [place for place, text in found.items() if not is_russian(text)] == []


@pytest.mark.parametrize("path", list(LIBRARY.glob("models/*.yaml")), ids=lambda path: path.name)
def test_a_model_of_the_library_has_a_russian_title_and_labels(path: Path) -> None:
    data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    for text in (data["model"], *data["labels"].values()):
        assert is_russian(text)


class Words(HTMLParser):
    """Collects what a reader of a page sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "script")
        heard = ("aria-label", "aria-roledescription", "alt", "title", "data-label")
        self.said += [value or "" for name, value in attrs if name in heard]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(data)


def test_the_russian_report_has_no_english_but_names() -> None:
    study = load("haemophilia-b-gene-therapy", country="ru")
    with use_language("en"):  # whoever opens a run may read another language than who made it
        results = assess(study, draws=20)
    with use_language("ru"):
        page = html_page(results.tree)
    reader = Words()
    reader.feed(page)
    keys = set().union(*(WORD.findall(key) for key in study.sources))
    said = [text for text in reader.said if not re.fullmatch(r"[0-9a-f]{64}", text)]
    strange = {text: latin(text) - NAMES - keys for text in said}
    assert {text: words for text, words in strange.items() if words} == {}
