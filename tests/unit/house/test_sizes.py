"""Sizes of the house, read from the source. The limits may only be tightened."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

USUAL_FUNCTION = 40
LONGEST_FUNCTION = 60
SHARE_OF_USUAL = 0.95
LONGEST_MODULE = 400
LONGEST_CLASS = 200

SOURCE = Path(__file__).resolve().parents[3] / "src" / "equipoise"
MODULES = {path: path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def body_lines(node: Function) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def sizes(*kinds: type[ast.AST]) -> Iterator[tuple[str, int]]:
    """Yield ``file:line name`` and the size of every node of these kinds."""
    for path, text in MODULES.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, kinds):
                is_class = isinstance(node, ast.ClassDef)
                lines = node.end_lineno - node.lineno + 1 if is_class else body_lines(node)
                yield f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}", lines


def above(limit: int, found: dict[str, int]) -> dict[str, int]:
    return {place: lines for place, lines in found.items() if lines > limit}


def test_no_function_is_longer_than_a_screen() -> None:
    functions = dict(sizes(ast.FunctionDef, ast.AsyncFunctionDef))
    assert above(LONGEST_FUNCTION, functions) == {}


def test_nearly_all_functions_are_short() -> None:
    functions = dict(sizes(ast.FunctionDef, ast.AsyncFunctionDef))
    long = above(USUAL_FUNCTION, functions)
    assert len(long) <= (1 - SHARE_OF_USUAL) * len(functions), long


def test_classes_stay_small() -> None:
    assert above(LONGEST_CLASS, dict(sizes(ast.ClassDef))) == {}


def test_modules_stay_readable() -> None:
    modules = {str(p.relative_to(SOURCE)): len(t.splitlines()) for p, t in MODULES.items()}
    assert above(LONGEST_MODULE, modules) == {}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f():\n    '''Words.\n\n    More words.\n    '''\n    return 1", 1),
        ("def f():\n    a = 1\n\n    return a", 3),
        ("def f():\n    '''Only words.'''", 0),
        ("async def f(\n    a,\n    b,\n):\n    return (\n        a\n    )", 3),
    ],
)
def test_a_body_is_counted_without_signature_and_docstring(source: str, lines: int) -> None:
    assert body_lines(ast.parse(source).body[0]) == lines
