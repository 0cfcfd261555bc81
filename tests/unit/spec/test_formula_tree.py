"""The tree: what is below a node, and the shortest text that means the same."""

import pytest

from equipoise.spec.formula import children, parse_formula, to_text, walk
from equipoise.spec.formula.tree import Binary, Call, Name, Negative, Number


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1", 0),
        ("a", 0),
        ("-a", 1),
        ("not a", 1),
        ("a + 1", 2),
        ("a < b < c", 3),
        ("a or b", 2),
        ("a if b else c", 3),
        ("max(a, b)", 2),
    ],
)
def test_children_are_the_nodes_directly_below(text: str, count: int) -> None:
    assert len(children(parse_formula(text).tree)) == count


def test_walk_meets_every_node_once_parents_first() -> None:
    tree = parse_formula("max(a, -b) if c > 1 else d").tree
    names = [node.name for node in walk(tree) if isinstance(node, Name)]
    assert sorted(names) == ["a", "b", "c", "d"]
    assert next(walk(tree)) is tree


def test_nodes_are_values_wherever_they_stand() -> None:
    assert Name("a", 3) == Name("a", 7)
    assert len({Call("f", (Name("a", 1),)), Call("f", (Name("a", 2),), 9)}) == 1
    with pytest.raises(AttributeError):
        Name("a").name = "b"


def test_every_node_knows_its_place_in_the_text() -> None:
    tree = parse_formula("  a *\n (b + c_2)").tree
    assert {node.name: node.column for node in walk(tree) if isinstance(node, Name)} == {
        "a": 2, "b": 8, "c_2": 12,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "a + b * c",
        "(a + b) * c",
        "a - (b - c)",
        "a - b - c",
        "a / (b * c)",
        "(a ** b) ** c",
        "a ** b ** c",
        "a ** -b",
        "(-a) ** b",
        "-a ** b",
        "-(a + b)",
        "--a",
        "a * -b",
        "(a < b) < c",
        "a < b < c",
        "not a < b",
        "(not a) < b",
        "not not a",
        "(a or b) and c",
        "a or b and c",
        "(a and b) and c",
        "not (a and b)",
        "(a if b else c) + 1",
        "a if b else c if d else 0.5",
        "(a if b else c) if d else 1e+300",
        "a if (b if c else d) else 1",
        "max(a if b else c, min(1, 2, d))",
        "a + (b < c)",
    ],
)
def test_text_has_no_more_brackets_than_needed(text: str) -> None:
    assert to_text(parse_formula(text).tree) == text


def test_a_negative_number_keeps_its_sign_under_a_power() -> None:
    made = Binary("**", Number(-2.0), Number(2.0))
    assert to_text(made) == "(-2) ** 2"
    assert parse_formula(to_text(made)).tree == Binary("**", Negative(Number(2.0)), Number(2.0))
