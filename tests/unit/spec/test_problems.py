"""Errors of the validator become located problems in plain words, all at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pytest
from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from equipoise.core.errors import FieldError, Problem, SpecError, number_of_problems_text
from equipoise.core.translation import use_language
from equipoise.spec.base import SpecModel
from equipoise.spec.contracts import ContractField
from equipoise.spec.problems import locate, problem_at, validate
from equipoise.spec.reader import Document, read_document

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$")]
Short = Annotated[str, StringConstraints(min_length=2, max_length=5)]


def formula(value: object) -> object:
    """Stand in for the language: an exclamation mark is a mistake."""
    if not isinstance(value, str | int | float):
        message = "a formula must be text"
        raise FieldError(message, fix="write one")
    if "!" in str(value):
        message = "'!' is not in the language"
        raise FieldError(message, fix="remove it", column=str(value).index("!"))
    return value


Formula = Annotated[Any, BeforeValidator(formula)]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Quantity(SpecModel):
    value: float
    unit: str
    note: str | None = None

    @model_validator(mode="after")
    def explained(self) -> Self:
        if self.unit == "guess" and self.note is None:
            message = "a guess needs a note"
            raise FieldError(message, fix="add `note: ...`")
        return self


class Cat(SpecModel):
    kind: Literal["cat"]
    lives: int


class Dog(SpecModel):
    kind: Literal["dog"]
    age: int = Field(ge=0)


class Inner(SpecModel):
    from_: Annotated[int, Field(alias="from")] = 0
    quantities: Mapping[Name, Quantity] = {}


class Whole(SpecModel):
    inner: Inner = Inner()
    listed: Sequence[Quantity] = ()
    text: str | dict[str, str] = "x"
    number: Annotated[float, Field(ge=0, lt=1)] = 0
    count: int = 0
    is_open: bool = False
    day: date = date(2026, 1, 1)
    names: Annotated[Sequence[str], Field(min_length=1, max_length=2)] = ("a",)
    short: Short = "abc"
    status: Literal["read", "computed"] = "read"
    colour: Colour = Colour.RED
    code: Annotated[str, Field(pattern="^[a-z]{2}$")] = "ru"
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    beast: Cat | Dog | None = None
    contract: Sequence[ContractField] = ()
    cost: Formula | Mapping[Name, Formula] | None = None
    rest: Formula | Literal["rest"] = 0
    either: int | Mapping[str, int] | None = None
    plain: int = 0
    pair: tuple[Cat, Dog] | None = None
    limit: int = 0

    @field_validator("plain")
    @classmethod
    def small(cls, value: int, info: ValidationInfo) -> int:
        if value > (info.context or {}).get("largest", 9):
            message = "too large for\nthis country"
            raise ValueError(message)
        if value == 7:
            message = "seven is unlucky"
            raise AssertionError(message)
        return value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "study.yaml"


def read(file: Path, text: str) -> Document:
    file.write_text(text, encoding="utf-8")
    return read_document(file)


def found(file: Path, text: str, **options: Any) -> list[tuple[int, int, str, str, str]]:
    with pytest.raises(SpecError) as caught:
        validate(Whole, read(file, text), **options)
    assert {problem.file for problem in caught.value.problems} == {str(file)}
    return [(p.line, p.column, p.field, p.message, p.fix) for p in caught.value.problems]


BLOCK = "a block of fields (name: value)"


def test_a_right_document_becomes_the_model(file: Path) -> None:
    whole = validate(Whole, read(file, "number: 0.5\nday: 2026-06-01\nstatus: computed\n"))
    assert (whole.number, whole.day, whole.status) == (0.5, date(2026, 6, 1), "computed")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inner:\n  quantities:\n    price: {value: 1}",
         (3, 12, "inner.quantities.price.unit", "this field is missing", "add this field")),
        ("number: many",
         (1, 9, "number", "must be a number, not the text 'many'", "write a number")),
        ("number:",
         (1, 1, "number", "must not be empty: it needs a number",
          "write a number, or remove the field")),
        ("number: 1",
         (1, 9, "number", "must be less than 1, but is 1", "change it to fit this limit")),
        ("number: -0.5",
         (1, 9, "number", "must be at least 0, but is -0.5", "change it to fit this limit")),
        ("count: 1.5",
         (1, 8, "count", "must be a whole number, not the number 1.5", "write a whole number")),
        ("count: [1]",
         (1, 8, "count", "must be a whole number, not a list", "write a whole number")),
        ("is_open: maybe",
         (1, 10, "is_open", "must be true or false, not the text 'maybe'", "write true or false")),
        ("code: 7", (1, 7, "code", "must be text, not the number 7", "put it in quotes")),
        ("code: true", (1, 7, "code", "must be text, not true", "put it in quotes")),
        ("day: 2026-13-01",
         (1, 6, "day", "must be a date such as 2026-01-31, not the text '2026-13-01'",
          "write a date such as 2026-01-31")),
        ("listed: x",
         (1, 9, "listed", "must be a list, not the text 'x'", "write a list")),
        ("listed: 3",
         (1, 9, "listed", "must be a list, not the number 3", "write a list")),
        ("listed:\n  - 3",
         (2, 5, "listed.0", f"must be {BLOCK}, not the number 3", f"write {BLOCK}")),
        ("inner: [1]",
         (1, 8, "inner", f"must be {BLOCK}, not a list", f"write {BLOCK}")),
        ("names: []",
         (1, 8, "names", "must have at least 1 items, but has 0", "change it to fit this limit")),
        ("names: [a, b, c]",
         (1, 8, "names", "must have at most 2 items, but has 3", "change it to fit this limit")),
        ("short: a",
         (1, 8, "short", "must have at least 2 characters", "change it to fit this limit")),
        ("short: abcdef",
         (1, 8, "short", "must have at most 5 characters", "change it to fit this limit")),
        ("code: RU", (1, 7, "code", "'RU' cannot stand here", "write 'ru'")),
        ("code: Russia",
         (1, 7, "code", "'Russia' cannot stand here",
          "write what fits the pattern ^[a-z]{2}$")),
        ("status: reed",
         (1, 9, "status", "'reed' is not one of: read, computed", "did you mean 'read'?")),
        ("status: 3",
         (1, 9, "status", "'3' is not one of: read, computed", "use one of these")),
        ("colour: Blu",
         (1, 9, "colour", "'Blu' is not one of: red, blue", "did you mean 'blue'?")),
        ("plain: 12",
         (1, 8, "plain", "too large for this country", "change the value as the message says")),
        ("plain: 7",
         (1, 8, "plain", "seven is unlucky", "change the value as the message says")),
        ("listed: [{value: 1, unit: guess}]",
         (1, 10, "listed.0", "a guess needs a note", "add `note: ...`")),
    ],
)  # fmt: skip
def test_each_kind_of_error_has_its_words(file: Path, text: str, expected: tuple) -> None:
    assert found(file, text) == [expected]


@pytest.mark.parametrize(
    ("text", "position", "field", "fix"),
    [
        ("numero: 1", (1, 1), "numero", "did you mean 'number'?"),
        ("number: 0.1\nnumero: 1", (2, 1), "numero", "remove this field"),
        ("inner: {quantity: {}}", (1, 9), "inner.quantity", "did you mean 'quantities'?"),
        ("inner: {form: 1}", (1, 9), "inner.form", "did you mean 'from'?"),
        ("inner: {quantities: {a: {value: 1, unit: x, Note: y}}}", (1, 45),
         "inner.quantities.a.Note", "did you mean 'note'?"),
        ("listed: [{value: 1, unit: x, notes: y}]", (1, 30), "listed.0.notes",
         "did you mean 'note'?"),
        ("pet: {kind: cat, lives: 9, livs: 9}", (1, 28), "pet.livs", "remove this field"),
        ("pair: [{kind: cat, lives: 9}, {kind: dog, age: 1, agee: 2}]", (1, 51), "pair.1.agee",
         "remove this field"),
        ("xyz: 1", (1, 1), "xyz", "remove this field"),
        ("is-opne: true", (1, 1), "is-opne", "did you mean 'is_open'?"),
    ],
)  # fmt: skip
def test_unknown_fields_are_shown_at_their_key(
    file: Path, text: str, position: tuple[int, int], field: str, fix: str
) -> None:
    message = f"there is no field '{field.rpartition('.')[2]}' here"
    assert found(file, text) == [(*position, field, message, fix)]


def test_a_wrong_key_is_shown_at_the_key_and_mended(file: Path) -> None:
    text = "inner:\n  quantities:\n    my price: {value: 1, unit: x}\n"
    expected = (3, 5, "inner.quantities.my price", "'my price' cannot stand here")
    assert found(file, text) == [(*expected, "write 'my_price'")]


# --- unions -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("text: {en: 3}", (1, 12, "text.en", "must be text, not the number 3")),
        ("text: 3", (1, 7, "text", f"must be text or {BLOCK}, not the number 3")),
        ("text:", (1, 1, "text", f"must not be empty: it needs text or {BLOCK}")),
        ("either: x",
         (1, 9, "either", f"must be a whole number or {BLOCK}, not the text 'x'")),
        ("either: {a: x}", (1, 13, "either.a", "must be a whole number, not the text 'x'")),
        ("cost: a !", (1, 9, "cost", "'!' is not in the language")),
        ("cost: {drug: a !}", (1, 16, "cost.drug", "'!' is not in the language")),
        ("cost: [1]", (1, 7, "cost", "a formula must be text")),
        ("rest: a !", (1, 9, "rest", "'!' is not in the language")),
        ("pet: {kind: cow}", (1, 13, "pet.kind", "'cow' is not one of: cat, dog")),
        ("pet: {lives: 3}", (1, 6, "pet.kind", "this field is missing")),
        ("pet: {kind: cat}", (1, 6, "pet.lives", "this field is missing")),
        ("pet: {kind: dog, age: -1}", (1, 23, "pet.age", "must be at least 0, but is -1")),
        ("pet: 3", (1, 6, "pet", f"must be {BLOCK}, not the number 3")),
        ("beast: {kind: dog, age: -1}", (1, 25, "beast.age", "must be at least 0, but is -1")),
        ("beast: 3", (1, 8, "beast", f"must be {BLOCK}, not the number 3")),
        ("contract: [upfront, leasing]",
         (1, 21, "contract.1.kind",
          "'leasing' is not one of: upfront, instalments, rebate_on_loss")),
        ("contract: [instalments]", (1, 12, "contract.0.years", "this field is missing")),
        ("contract: [instalments(years=99)]",
         (1, 12, "contract.0.years", "must be at most 30, but is 99")),
        ("contract: [1 +]", (1, 12, "contract.0", "'1 +' is not a contract")),
    ],
)  # fmt: skip
def test_of_a_union_only_the_likeliest_alternative_speaks(
    file: Path, text: str, expected: tuple
) -> None:
    assert [problem[:4] for problem in found(file, text)] == [expected]


def test_an_unknown_argument_of_a_contract_is_named(file: Path) -> None:
    text = "contract: ['instalments(yeas=5)']"
    assert [problem[2:] for problem in found(file, text)] == [
        ("contract.0.years", "this field is missing", "add this field"),
        ("contract.0.yeas", "there is no field 'yeas' here", "did you mean 'years'?"),
    ]


# --- places -------------------------------------------------------------------


def test_a_mistake_inside_a_folded_formula_is_shown_at_its_character(file: Path) -> None:
    text = "cost:\n  drug: >-\n    price *\n    (dose !)\n"
    assert found(file, text)[0][:3] == (4, 11, "cost.drug")


def test_a_part_of_a_document_keeps_its_place(file: Path) -> None:
    text = "studies:\n  - number: 0.5\n  - numero: 2\n    count: x\n"
    assert [problem[:3] for problem in found(file, text, at=("studies", 1))] == [
        (3, 5, "studies.1.numero"),
        (4, 12, "studies.1.count"),
    ]
    with pytest.raises((KeyError, IndexError)):
        validate(Whole, read_document(file), at=("studies", 2))


def test_validators_see_the_context(file: Path) -> None:
    document = read(file, "plain: 12")
    assert validate(Whole, document, context={"largest": 20}).plain == 12


def test_a_document_of_the_wrong_kind_is_refused(file: Path) -> None:
    assert found(file, "- 1") == [(1, 1, "file", f"must be {BLOCK}, not a list", f"write {BLOCK}")]


def test_all_mistakes_come_at_once_and_in_order(file: Path) -> None:
    text = "number: 2\nxyz: 1\ncount: x\nlisted: [{value: a, uint: b}]\n"
    assert [problem[:3] for problem in found(file, text)] == [
        (1, 9, "number"),
        (2, 1, "xyz"),
        (3, 8, "count"),
        (4, 10, "listed.0.unit"),
        (4, 18, "listed.0.value"),
        (4, 21, "listed.0.uint"),
    ]


def test_locate_falls_back_to_what_exists(file: Path) -> None:
    document = read(file, "a:\n  b: 1\n")
    assert locate(document, ("a", "b")) == (2, 6)
    assert locate(document, ("a", "c", 3)) == (2, 3)
    assert locate(document, ()) == (1, 1)
    assert locate(Document(file, {}, {}), ("a",)) == (1, 1)


def test_a_problem_is_made_at_a_place(file: Path) -> None:
    document = read(file, "a:\n  b: x + y\n")
    found = problem_at(document, ("a", "b"), "unknown 'y'", "use x", offset=4)
    assert found == Problem(str(file), 2, 10, "a.b", "unknown 'y'", "use x")
    assert problem_at(document, ("a", "c"), "m", "f", offset=4).line == 2


def test_texts_of_a_stranger_cannot_reach_the_terminal_raw(file: Path) -> None:
    document = read(file, "a: 1")
    found = problem_at(document, ("a",), "bad \x1b[31m\nline " + "x" * 9000, "\u202efix")
    assert "\x1b" not in found.message
    assert "\n" not in found.message
    assert len(found.message) < 600
    assert found.fix == "?fix"


def test_everything_speaks_the_users_language(file: Path) -> None:
    assert number_of_problems_text(1) == "1 problem; nothing ran."
    with use_language("ru"):
        assert number_of_problems_text(3) == "3 ошибки; ничего не рассчитано."
        assert found(file, "number: many\nnumero: 2") == [
            (1, 9, "number", "нужно: число; указано: текст «many»", "напишите: число"),
            (2, 1, "numero", "поля «numero» здесь нет", "уберите это поле"),
        ]
