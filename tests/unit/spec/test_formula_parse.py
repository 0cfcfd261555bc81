"""From text to tree: what is in the language, and a helpful no to all else."""

import contextlib
import warnings

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from equipoise.core.errors import FormulaError
from equipoise.spec.formula import CALLS, FUNCTIONS, FormulaField, parse_formula
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

A, B, C, ONE = Name("a"), Name("b"), Name("c"), Number(1.0)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", ONE),
        ("1e-3", Number(0.001)),
        (".5", Number(0.5)),
        ("a", A),
        ("+a", A),
        ("-a ** b", Negative(Binary("**", A, B))),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a ** b ** c", Binary("**", A, Binary("**", B, C))),
        ("a < b <= c", Comparison(("<", "<="), (A, B, C))),
        ("a == b", Comparison(("==",), (A, B))),
        ("a and b and c", Logic("and", (A, B, C))),
        ("(a or b) or c", Logic("or", (Logic("or", (A, B)), C))),
        ("not a", Not(A)),
        ("a if b else c", Choice(B, A, C)),
        ("max(a, 1)", Call("max", (A, ONE))),
        ("mortality(a)", Call("mortality", (A,))),
        ("a\n+ b\n", Binary("+", A, B)),
        ("\ta+b", Binary("+", A, B)),
    ],
)
def test_the_language(text: str, tree: Node) -> None:
    assert parse_formula(text).tree == tree


def test_names_and_functions_are_listed() -> None:
    formula = parse_formula(" max(risk(age), a) * 27 * day ")
    assert formula.names == {"age", "a"}
    assert formula.functions == {"max", "risk"}
    assert str(formula) == "max(risk(age), a) * 27 * day"


def test_formulas_are_equal_if_they_mean_the_same() -> None:
    assert parse_formula("a*2") == parse_formula("( a * 2.0 )")
    assert hash(parse_formula("a*2")) == hash(parse_formula("( a * 2.0 )"))
    assert parse_formula("a*2") != parse_formula("2*a")


@pytest.mark.parametrize(
    ("number", "tree"),
    [
        (0.5, Number(0.5)),
        (-2, Negative(Number(2.0))),
        (10**200, Number(1e200)),
        (np.float64(0.25), Number(0.25)),
    ],
)
def test_a_number_is_a_formula(number: float, tree: Node) -> None:
    assert parse_formula(number).tree == tree


@pytest.mark.parametrize(
    "number", [float("inf"), float("nan"), 1e301, 10**400, -(10**5000)], ids=range(5)
)
def test_a_number_must_be_finite_and_not_huge(number: float) -> None:
    with pytest.raises(FormulaError, match="too large"):
        parse_formula(number)


@pytest.mark.parametrize(
    ("text", "column", "fix"),
    [
        ("5000 * EUR@2025 / year", 10, "write an amount of money as a parameter"),
        ("a % b", 2, "use + - * / **; write per cent"),
        ("a // b", 0, "use + - * / **"),
        ("a ^ 2", 2, "write **"),
        ("a & b", 2, "write and"),
        ("a \u2212 b", 2, "write -"),
        ("a \u2265 b", 2, "write >="),
        ("a[0]", 1, "write ("),
        ("a.b", 0, "use arithmetic"),
        ("x := 1", 2, "use plain letters"),
        ("lambda: 1", 6, "use plain letters"),
        ("a # b", 2, "use plain letters"),
        ("  a $ b", 4, "use plain letters"),
        ("\u0441ost", 0, "use plain letters"),
        ("a\x00", 1, "use plain letters"),
        ("a\u00a0+ b", 1, "use plain letters"),
        ("'text'", 0, "write a number or a name"),
        ("a + b'x'", 4, "write a number or a name"),
        ("a + True", 4, "write a number or a name"),
        ("None", 0, "write a number or a name"),
        ("...", 0, "write a number or a name"),
        ("a is b", 0, "use == or !="),
        ("a in b", 0, "use == or !="),
        ("f(x=1)", 0, "write the arguments in order"),
        ("f(*a)", 2, "use arithmetic"),
        ("f(a for a in b)", 1, "use arithmetic"),
        ("f(a)(b)", 0, "write the arguments in order"),
        ("1(2)", 0, "write the arguments in order"),
        ("1, 2", 0, "write digits with a point"),
        ("1,5 * a", 0, "write digits with a point"),
        ("()", 0, "write digits with a point"),
        ("1if a else b", 0, "write digits with a point"),
        ("a + 1_000", 4, "write digits with a point"),
        ("0x1F", 0, "write digits with a point"),
        ("2j", 0, "write digits with a point"),
        ("1.2.3", 0, "write digits with a point"),
        ("1e999", 0, "write a smaller number"),
        ("a + 1" + "0" * 301, 4, "write a smaller number"),
        ("27 days", 3, "write * between"),
        ("2 (a + b)", 0, "write"),
        ("(a) b", 4, "write * between"),
        ("a = 1", 2, "write == to compare"),
        ("a +", 3, "write arithmetic"),
        ("(a", 0, "write ) where"),
        ("a)", 1, "remove it, or write ("),
        ("a\n+ *", 4, "write arithmetic"),
        ("(1 - probability(r, cycle) * a", 0, "write ) where"),
        ("a * (b + max(c, 1)", 4, "write ) where"),
        (" (a\n+ b) * f(c, (d - 1)", 12, "write ) where"),
        ("a * (b)) + (c)", 7, "remove it, or write ("),
        ("a if b", 0, "say what it is otherwise: `a if b else b`"),
        ("1 + (a if t) * f(b)", 5, "say what it is otherwise: `a if t else b`"),
        ("max(f(a, 1), a if t, 2)", 13, "say what it is otherwise: `a if t else b`"),
        ("a if b else c if d > 1", 12, "say what it is otherwise: `c if d > 1 else b`"),
        ("if(a, b, c)", 0, "write `value if condition else other`"),
        ("a if b else", 11, "write arithmetic"),
        ("exp(a, b)", 0, "write it as exp(x)"),
        ("min(a)", 0, "write it as min(x, y, ...)"),
        ("1 - probability(r)", 4, "write it as probability(rate, duration)"),
        ("weibull_survival(time, 2)", 0, "write it as weibull_survival(t, shape, scale)"),
        ("clip(a, 0, 1)", 0, "a table is read as clip(number) or clip(number, category)"),
        ("f()", 0, "a table is read as f(number)"),
        ("x" * 61, 0, "shorten it"),
        ("", 0, "write e.g."),
        (" \n ", 0, "write e.g."),
        ("a" + " " * 2000, 0, "split it"),
        ("(" * 41 + "a" + ")" * 41, 40, "split it"),
        ("-" * 41 + "a", 41, "split it"),
    ],
)
def test_all_else_is_refused_with_column_and_fix(text: str, column: int, fix: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert (caught.value.column, caught.value.fix[: len(fix)]) == (column, fix)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "1 - probability(r, cycle",
            "the ( at character 16 is never closed: 'probability(r, cycle'",
        ),
        ("(a + b) * (c", "the ( at character 11 is never closed: '(c'"),
        ("a) * b", "the ) at character 2 closes nothing"),
        ("x * (a if t)", "`else` is missing after 'a if t'"),
        ("probability(r)", "wrong number of arguments of probability(): 1 instead of 2"),
    ],
)
def test_the_missing_half_is_named(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text)
    assert caught.value.message == message


def test_every_function_is_shown_with_as_many_arguments_as_it_takes() -> None:
    assert CALLS.keys() == FUNCTIONS.keys()
    for name, call in CALLS.items():
        assert parse_formula(call.replace(", ...", "")).functions == {name}


def test_the_largest_sizes_are_still_read() -> None:
    assert parse_formula("(" * 40 + "a" + ")" * 40).tree == A
    assert parse_formula("-" * 40 + "a").names == {"a"}
    assert parse_formula("x" * 60).names == {"x" * 60}
    assert parse_formula(("a" + " " * 2000)[:2000]).tree == A
    assert parse_formula("a and " * 300 + "a").names == {"a"}
    with pytest.raises(FormulaError, match="at most 500"):
        parse_formula(" and ".join("-a" for _ in range(250)))


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9**9",
        "-" * 1999 + "1",
        "not " * 499 + "a",
        "a if b else " * 166 + "c",
        "lambda:" * 285,
        "f(" * 999,
        "f(" * 40 + "1 1",
        "f(" * 40,
        "(" * 40 + "a b",
        "((a,) for " * 40,
        "a." * 900 + "a",
        "a<" * 900 + "a",
        "f" + "(a)" * 600,
        "1" * 1999,
        "1" * 1999 + "a",
        "'" * 1999,
        "'''" + "a" * 1000,
        "e1" * 900,
        "1e+" * 600,
        "=" * 1999,
        " " * 1999 + "\x00",
        "__import__('os').system('true')",
        "().__class__.__bases__",
    ],
)
def test_hostile_texts_are_answered_without_warning_or_crash(text: str) -> None:
    with warnings.catch_warnings(), contextlib.suppress(FormulaError):
        warnings.simplefilter("error")
        assert parse_formula(text).text == text


def test_the_field_takes_text_and_numbers_and_gives_text() -> None:
    adapter = TypeAdapter(FormulaField)
    formula = adapter.validate_python("(1 - p) * r")
    assert formula == parse_formula("(1 - p) * r")
    assert adapter.validate_python(formula) is formula
    assert adapter.dump_python(formula) == "(1 - p) * r"
    assert adapter.dump_json(adapter.validate_python(0.5)) == b'"0.5"'
    assert adapter.json_schema()["type"] == ["string", "number"]
    assert adapter.json_schema()["description"]


@pytest.mark.parametrize("value", [True, None, [1], {"a": 1}, 1j, b"a"])
def test_the_field_refuses_other_values(value: object) -> None:
    with pytest.raises(ValidationError, match="a formula is a text or a number, not"):
        TypeAdapter(FormulaField).validate_python(value)
