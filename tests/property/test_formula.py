"""Laws of units and of the formula language."""

import ast
import math
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from equipoise.core.errors import FieldError, FormulaError, UnitError
from equipoise.core.units import Unit, known_units, parse_measure, parse_unit
from equipoise.spec.formula import Scope, evaluate, parse_formula, to_text, unit_of
from equipoise.spec.formula.tree import (
    Binary,
    Call,
    Choice,
    Comparison,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Number,
)

NAMES = ("x", "y", "z")
RELATIONS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
WORDS = st.sampled_from(["and", "or"])


def comparisons(operands: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.integers(2, 3).flatmap(
        lambda count: st.builds(
            Comparison,
            st.tuples(*[RELATIONS] * (count - 1)),
            st.tuples(*[operands] * count),
        )
    )


def calls(operands: st.SearchStrategy[Node], names: list[str], count: int) -> Any:
    return st.builds(Call, st.sampled_from(names), st.tuples(*[operands] * count))


def any_tree(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Every kind of node over every other."""
    return st.one_of(
        st.builds(Negative, below),
        st.builds(Not, below),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "**"]), below, below),
        comparisons(below),
        st.builds(Logic, WORDS, st.tuples(below, below) | st.tuples(below, below, below)),
        st.builds(Choice, below, below, below),
        calls(below, ["exp", "floor", "table"], 1),
        calls(below, ["min", "probability", "table"], 2),
    )


LEAVES = st.builds(Name, st.sampled_from([*NAMES, "year"])) | st.builds(
    Number, st.floats(0.0, 1e300)
)
TREES = st.recursive(LEAVES, any_tree, max_leaves=25)


@given(TREES)
def test_text_of_a_tree_parses_to_the_same_tree(tree: Node) -> None:
    assert parse_formula(to_text(tree)).tree == tree


def conditions(numbers: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Conditions whose value is True or False in Python too, where `1 and 2` is 2."""
    simple = comparisons(numbers)
    return st.one_of(
        simple, st.builds(Not, simple), st.builds(Logic, WORDS, st.tuples(simple, simple))
    )


def exact(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Operations that IEEE 754 rounds correctly, so that both routes agree to the last bit."""
    return st.one_of(
        st.builds(Negative, below),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/"]), below, below),
        st.builds(Choice, conditions(below), below, below),
        st.builds(Binary, st.sampled_from(["+", "*"]), below, conditions(below)),
        calls(below, ["floor", "ceil", "abs", "sqrt"], 1),
        calls(below, ["min", "max"], 2),
    )


SMALL = st.one_of(st.just(0.0), st.floats(1e-3, 1e3), st.integers(1, 9).map(float))
EXACT_LEAVES = st.builds(Name, st.sampled_from(NAMES)) | st.builds(Number, SMALL)
EXACT = st.recursive(EXACT_LEAVES, exact, max_leaves=12)
PYTHON = {
    "abs": abs, "min": min, "max": max, "sqrt": math.sqrt,
    "floor": lambda x: float(math.floor(x)), "ceil": lambda x: float(math.ceil(x)),
}  # fmt: skip


class Floats(ast.NodeTransformer):
    """Makes Python count in floats, as the language does."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.copy_location(ast.Constant(float(node.value)), node)


def by_python(text: str, values: dict[str, float]) -> float | None:
    """Evaluate with Python itself; None where it raises and NumPy gives infinity or no number."""
    tree = ast.fix_missing_locations(Floats().visit(ast.parse(text, mode="eval")))
    try:
        return float(eval(compile(tree, "formula", "eval"), {"__builtins__": {}}, PYTHON | values))
    except (ArithmeticError, ValueError):
        return None


@given(EXACT, st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=1, max_size=4))
def test_values_are_those_of_python(tree: Node, rows: list[tuple[float, float, float]]) -> None:
    text = to_text(tree)
    columns = {
        name: np.array(column) for name, column in zip(NAMES, zip(*rows, strict=True), strict=True)
    }
    found = np.broadcast_to(evaluate(parse_formula(text).tree, Scope(columns)), len(rows))
    for place, row in enumerate(rows):
        wanted = by_python(text, dict(zip(NAMES, row, strict=True)))
        assert wanted is None or found[place] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("exp(x)", math.exp), ("log(x)", math.log), ("x ** 1.5", lambda x: x**1.5)],
)
@given(x=st.floats(1e-6, 600.0))
def test_smooth_functions_are_those_of_python(text: str, wanted: Any, x: float) -> None:
    found = evaluate(parse_formula(text).tree, Scope({"x": np.array([x])}))
    assert found[0] == pytest.approx(wanted(x), rel=1e-13, abs=1e-13)


@given(st.floats(1e-12, 10.0), st.floats(1e-3, 2.0))
def test_rate_undoes_probability(rate: float, years: float) -> None:
    tree = parse_formula("rate(probability(r, t), t)").tree
    found = evaluate(tree, Scope({"r": np.float64(rate), "t": np.float64(years)}))
    # Close to certainty the probability itself has few digits left.
    assert float(found) == pytest.approx(rate, rel=1e-15 * math.exp(rate * years) / years + 1e-9)


@given(st.floats(0.0, 1.0, exclude_max=True), st.floats(1e-3, 50.0))
def test_probability_undoes_rate(probability: float, years: float) -> None:
    tree = parse_formula("probability(rate(p, t), t)").tree
    found = evaluate(tree, Scope({"p": np.float64(probability), "t": np.float64(years)}))
    assert float(found) == pytest.approx(probability, rel=1e-12, abs=1e-300)


def refusal(read: Callable[[Any], object], given: Any) -> FieldError | None:
    """Return our error, or None; any other error, and any warning, fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            read(given)
        except FieldError as error:
            return error
    return None


TOKENS = [
    "a", "1", "1.", ".5", "1e5", "1e", "0x", "1_0", "9" * 30, "+", "-", "*", "**", "/", "//", "%",
    "(", ")", "((", "f(", "exp(", "min(", ",", "<", "<=", "==", "=", "!=", "!", " if ", " else ",
    " and ", " or ", " not ", " in ", " is ", " for ", " lambda ", " yield ", " await ", " None ",
    ":=", ":", "[", "]", "{", "}", "'", '"', "'''", "f'", "rb'", "\\", "\n", "\t", " ", "\r",
    "\x00", "#", ";", "@", ".", "...", "\u2212", "\u0661", "\ud800", "\U0001f600",
    "__class__", "~", "^",
]  # fmt: skip
SOUP = st.lists(st.sampled_from(TOKENS), max_size=60).map("".join)
REPEATED = st.builds(lambda part, times: part * times, SOUP, st.integers(1, 300))


@given(st.text(max_size=200) | SOUP | REPEATED)
@example("1if a else b")
@example("'\\d'")
def test_hostile_texts_are_refused_fast_and_only_with_our_error(text: str) -> None:
    begin = time.thread_time()
    error = refusal(parse_formula, text)
    assert time.thread_time() - begin < 0.1
    if error is None:
        formula = parse_formula(text)
        assert parse_formula(formula.text) == formula
    else:
        assert isinstance(error, FormulaError)
        assert error.fix
        assert error.column is not None
        assert 0 <= error.column <= len(text)


@given(TREES, st.dictionaries(st.sampled_from(NAMES), st.sampled_from(known_units()), min_size=3))
def test_units_are_found_or_refused_with_our_error(tree: Node, texts: dict[str, str]) -> None:
    units = {name: parse_unit(text) for name, text in texts.items()}
    formula = parse_formula(to_text(tree))
    error = refusal(lambda given: unit_of(given, units, {}), formula)
    if error is None:
        assert unit_of(formula, units, {}).factor == 1.0
    else:
        assert error.column is not None


PLAIN_UNITS = st.sampled_from([*known_units(), "RUB@2025", "EUR@2014"])
UNIT_TEXTS = st.builds(
    lambda first, others: first + "".join(others),
    PLAIN_UNITS,
    st.lists(st.builds(str.__add__, st.sampled_from(["*", "/"]), PLAIN_UNITS), max_size=3),
)
UNITS = UNIT_TEXTS.map(parse_unit)


@given(UNITS, UNITS)
def test_units_form_a_group(left: Unit, right: Unit) -> None:
    assert (left * right).fits(right * left)
    assert (left / right * right).fits(left)
    assert (left / right * right).factor == pytest.approx(left.factor, rel=1e-12)
    assert (left / left).is_dimensionless


@given(UNITS)
def test_the_canonical_text_of_a_unit_fits_it(unit: Unit) -> None:
    assume(all(abs(power) <= 4 for _name, power in unit.powers))
    assert parse_unit(unit.describe()).fits(unit)
    assert parse_unit(unit.describe()).factor == 1.0


@given(st.floats(-1e12, 1e12), UNIT_TEXTS)
def test_a_measure_is_its_number_times_the_factor(value: float, text: str) -> None:
    measure = parse_measure(f"{value!r} {text}")
    assert measure.value == value * parse_unit(text).factor
    assert parse_measure(str(measure)) == measure


@given(st.text(max_size=150) | SOUP)
def test_any_text_is_a_unit_and_a_measure_or_an_error_with_a_fix(text: str) -> None:
    for read in (parse_unit, parse_measure):
        error = refusal(read, text)
        assert error is None or (isinstance(error, UnitError) and error.fix)
