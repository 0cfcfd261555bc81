"""The reference translation: NumPy arrays."""

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.core.errors import FormulaError
from equipoise.spec.formula import Array, Node, Scope, evaluate, parse_formula
from equipoise.spec.formula.tree import Comparison

X = np.array([0.0, 1.0, 4.0])


def value_of(text: str, **values: Array) -> Array:
    return evaluate(parse_formula(text).tree, Scope(values))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 1", [1, 2, 5]),
        ("x - 1", [-1, 0, 3]),
        ("2 * x / 4", [0, 0.5, 2]),
        ("x ** 0.5", [0, 1, 2]),
        ("-x", [0, -1, -4]),
        ("sqrt(x) + floor(x / 3) + ceil(x / 3)", [0, 2, 5]),
        ("abs(1 - x)", [1, 0, 3]),
        ("min(x, 2, 3)", [0, 1, 2]),
        ("max(x, 1)", [1, 1, 4]),
        ("exp(log(x))", [0, 1, 4]),
        ("probability(x, 0.5)", 1 - np.exp(-X / 2)),
        ("rate(x / 5, 2)", -np.log(1 - X / 5) / 2),
        ("x + (x > 0) + (x > 1)", [0, 2, 6]),
        ("-(x > 0)", [0, -1, -1]),
        ("10 if x else 20", [20, 10, 10]),
        ("1 / x if x > 0 else 0", [0, 1, 0.25]),
        ("0 if x == 0 else log(x)", np.log([1, 1, 4])),
        ("(x > 0) if x < 2 else (x < 0)", [0, 1, 0]),
        ("12 * month + 365.25 * day + 52 * week + year", 3 + 364 / 365.25),
    ],
)
def test_numbers(text: str, expected: float | list[float]) -> None:
    value = value_of(text, x=X)
    assert value.dtype == np.float64
    np.testing.assert_allclose(value, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x > 0", [False, True, True]),
        ("0 < x < 4", [False, True, False]),
        ("0 <= x != 1", [True, False, True]),
        ("not x", [True, False, False]),
        ("x and x - 1", [False, False, True]),
        ("x == 0 or x >= 4", [True, False, True]),
    ],
)
def test_conditions(text: str, expected: list[bool]) -> None:
    value = value_of(text, x=X)
    assert value.dtype == np.bool_
    assert value.tolist() == expected


def test_values_broadcast() -> None:
    draws, ages = np.ones((3, 1)), np.arange(4.0)
    assert value_of("a * b + c", a=draws, b=ages, c=np.float64(1)).shape == (3, 4)


@pytest.mark.parametrize("values", [np.array([1, 2]), np.array([1, 2], np.float32), [1, 2]])
def test_every_number_is_a_64_bit_float(values: NDArray[np.generic]) -> None:
    assert value_of("x", x=values).dtype == np.float64
    assert value_of("max(x, 1)", x=values).dtype == np.float64


def test_truth_values_stay_what_they_are_until_counted() -> None:
    assert value_of("x", x=np.array([True, False])).dtype == np.bool_
    assert value_of("x + 0", x=np.array([True, False])).tolist() == [1.0, 0.0]


def test_nothing_warns_and_powers_cannot_blow_up() -> None:
    assert value_of("9 ** 9 ** 9") == np.inf
    assert np.isnan(value_of("0 / 0 + log(-1)"))


def test_rate_and_probability_keep_small_numbers() -> None:
    assert value_of("probability(1e-20, 1)") == pytest.approx(1e-20, rel=1e-14)
    assert value_of("rate(1e-20, 1)") == pytest.approx(1e-20, rel=1e-14)


def test_a_name_of_the_scope_stands_before_a_constant() -> None:
    assert value_of("day", day=np.float64(3)) == 3.0


def test_tables_get_numbers_and_give_numbers() -> None:
    tables = {"risk": lambda age, male: np.where(male == 1, age.astype(int), 0)}
    tree = parse_formula("risk(x, x > 1)").tree
    value = evaluate(tree, Scope({"x": X}, tables))
    assert (value.dtype, value.tolist()) == (np.float64, [0.0, 0.0, 4.0])


def test_first_is_answered_by_the_scope() -> None:
    asked: list[Node] = []

    def first(condition: Node, holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
        asked.append(condition)
        return holds & ~np.roll(holds, 1)

    tree = parse_formula("first(x >= 1)").tree
    assert evaluate(tree, Scope({"x": X}, first=first)).tolist() == [False, True, False]
    assert isinstance(asked[0], Comparison)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("1 + y", "nothing is called 'y'", 4),
        ("1 + sqr(x)", "nothing is called 'sqr'", 4),
        ("1 + first(x)", "first.* has no meaning here", 4),
    ],
)
def test_what_the_scope_lacks_is_named(text: str, message: str, column: int) -> None:
    with pytest.raises(FormulaError, match=message) as caught:
        value_of(text, x=X)
    assert caught.value.column == column


def test_a_misspelt_function_is_guessed() -> None:
    with pytest.raises(FormulaError) as caught:
        value_of("probabilty(x, 1)", x=X)
    assert caught.value.fix == "did you mean 'probability'?"
