from io import StringIO

import pytest
import xarray as xr
from rich.console import Console

from equipoise.core.translation import use_language
from equipoise.report import answers, render
from equipoise.report.reading import read
from equipoise.report.terminal import bar, sparkline


def screen(tree: xr.DataTree, width: int) -> str:
    console = Console(width=width, file=StringIO(), record=True)
    render(tree, console)
    return console.export_text()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_screen_fits_and_holds_every_answer(
    tree: xr.DataTree, width: int, language: str
) -> None:
    with use_language(language):
        text, found = screen(tree, width), answers(tree)
    assert max(len(line) for line in text.splitlines()) <= width
    words = " ".join(text.replace("│", " ").split())
    for answer in found:
        assert answer.question in words
        assert " ".join(answer.headline.split()) in words


def test_conventions_stand_on_the_screen(tree: xr.DataTree) -> None:
    text = " ".join(screen(tree, 100).split())
    assert "RUB in prices of 2025; discounting: cost 5.0%, health 5.0% a year" in text
    assert "200 simulated futures, seed 7" in text


def test_markup_of_a_study_is_only_text(tree: xr.DataTree) -> None:
    record = read(tree).record.model_copy(update={"title": "[red]x[/red] [bold"})
    copy = tree.copy()
    copy.attrs = {"record": record.model_dump_json()}
    assert "[red]x[/red] [bold" in screen(copy, 100)


def test_inputs_set_by_hand_are_shown(tree: xr.DataTree) -> None:
    record = read(tree).record.model_copy(update={"changed": {"effect": "2"}})
    copy = tree.copy()
    copy.attrs = {"record": record.model_dump_json()}
    assert "Set by hand: effect = 2" in screen(copy, 100)


def test_bars_and_lines() -> None:
    assert bar(2.0, 4) == "████"
    assert bar(-1.0, 4) == "····"
    assert sparkline([0.0, 0.0]) == "  "
