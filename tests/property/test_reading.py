"""The quick YAML parser and the exact one give the same data at the same places, or none."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.errors import SpecError
from equipoise.spec import reader
from equipoise.spec.source_text import UNSEEN, read_text

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((*ROOT.glob("src/equipoise/library/**/*.yaml"), *ROOT.glob("tests/**/*.yaml")))
PIECES = (
    *" \n:-,{}[]\"'#|>?&*!%@`~=.\\\t",
    *("  ", "\n  ", "\n \n", ": ", " :", "- ", "\n- ", ", ", " # c\n", "::", ":}", "? ", "a: b"),
    *("|-\n", ">+\n", "|2\n", ": |\n   ", "&a ", "*a", "!!str ", "%YAML 1.2\n", "---\n", "...\n"),
    *("\\n", "\\x41", "\\u0416", "\\\n", '""', "''", "{}", "[]", "null", "0", "1e3", "a", "<<"),
    *("Фактор", "é", "😀", "\u00a0", "\u3000", "\ufffd", "x" * 1020, "x " * 511, "http://x"),
)  # fmt: skip
SNIPPETS = [
    "\n".join(lines[start : start + 6])
    for lines in (
        (ROOT / "tests/data/mini" / name).read_text("utf-8").split("\n")
        for name in ("study.yaml", "model.yaml", "product.yaml")
    )
    for start in range(0, len(lines), 3)
]


def compare(text: str) -> None:
    """Whatever the quick parser makes of a text, the exact one makes of it too."""
    if UNSEEN.search(text) or not text.strip():
        return
    path = Path("study.yaml")
    quick = reader._quickly(path, text)
    if quick is not None:
        exact = reader._exactly(path, text)
        assert repr(quick.data) == repr(exact.data)
        assert quick.positions == exact.positions
        assert quick.key_positions == exact.key_positions


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_of_every_file(path: Path) -> None:
    try:
        text = read_text(path)
    except SpecError:
        return  # refused before any parser sees it
    compare(text)
    if "broken" not in path.parts:
        assert reader._quickly(path, text) is not None


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=15))
def test_of_any_text(pieces: list[str]) -> None:
    compare("".join(pieces) + "\n")
    compare("a: " + "".join(pieces) + "\n")


@given(
    snippet=st.sampled_from(SNIPPETS),
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=3),
    data=st.data(),
)
def test_of_a_file_with_slips_of_the_keyboard(
    snippet: str, pieces: list[str], data: st.DataObject
) -> None:
    places = st.integers(min_value=0, max_value=len(snippet))
    cuts = sorted(data.draw(st.lists(places, min_size=len(pieces), max_size=len(pieces))))
    parts = [snippet[first:last] for first, last in pairwise([0, *cuts, len(snippet)])]
    compare("".join(part + piece for part, piece in zip(parts, [*pieces, "\n"], strict=True)))


@pytest.mark.parametrize(
    "text",
    [
        "a: b\t\n",  # both parsers take it, or only libyaml does
        "a: |#c\n  b\n",
        "a: |\n \n  b\n",
        "- a\n-",
        "&a: b\n",
        "*a: b\n",
        "a: !!str b\n",
        "%YAML 1.2\n---\na: b\n",
        "a: {b\n",
        ">\n# a\n",
    ],
)
def test_what_the_quick_parser_leaves_to_the_exact_one(text: str) -> None:
    assert reader._quickly(Path("study.yaml"), text) is None
