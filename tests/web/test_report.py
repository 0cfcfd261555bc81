"""The report in a real browser: nothing from outside, no error, nothing cut off on a phone."""

import shutil

import pytest
from playwright.sync_api import Browser, sync_playwright

import equipoise
from equipoise.core.translation import use_language
from equipoise.report import write_html

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(need):
    need("chromium")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def results():
    study = equipoise.load("haemophilia-b-gene-therapy", country="ru")
    return equipoise.assess(study, draws=60)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_stands_alone_and_fits(browser: Browser, results, tmp_path, language, width):
    path = tmp_path / "report.html"
    with use_language(language):
        write_html(results.tree, path)
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert complaints == []
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    page.close()


def test_every_answer_stands_before_every_table(browser: Browser, results, tmp_path):
    path = tmp_path / "report.html"
    write_html(results.tree, path)
    page = browser.new_page()
    page.goto(path.as_uri())
    text = page.locator("body").inner_text()
    places = []
    for answer in results.answers():
        assert answer.headline in text
        places.append(text.index(answer.headline))
    assert places == sorted(places)
    assert page.locator("svg").count() >= 5
    page.close()
