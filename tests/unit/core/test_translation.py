"""Texts, numbers, money and dates in English and Russian."""

import threading
from datetime import date

import pytest

from equipoise.core import translation
from equipoise.core.translation import (
    format_date,
    format_interval,
    format_money,
    format_number,
    format_percent,
    language,
    mark,
    set_language,
    translate,
    translate_plural,
    use_language,
)

BLANK = "\N{NO-BREAK SPACE}"
PROBLEMS = ("{n} problem; nothing ran.", "{n} problems; nothing ran.")


def test_english_is_the_text_itself() -> None:
    assert language() == "en"
    assert translate("did you mean '{near}'?", near="unit") == "did you mean 'unit'?"


def test_russian_comes_from_the_catalogue() -> None:
    with use_language("ru"):
        assert translate("did you mean '{near}'?", near="unit") == "может быть, «unit»?"
    assert language() == "en"


def test_a_text_without_translation_stays_english() -> None:
    with use_language("ru"):
        assert translate("Никто этого не переводил: {x}", x=1) == "Никто этого не переводил: 1"
        assert translate("") == ""


def test_values_may_have_any_name_and_hold_braces() -> None:
    assert translate("{message} {one} {n}", message="{x}", one=2, n=3) == "{x} 2 3"
    assert translate("{{en: ...}}") == "{en: ...}"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        translate("{name}")


@pytest.mark.parametrize(
    ("count", "russian"),
    [(1, "ошибка"), (2, "ошибки"), (4, "ошибки"), (5, "ошибок"), (11, "ошибок"), (21, "ошибка")],
)
def test_plurals_follow_each_language(count: int, russian: str) -> None:
    english = "1 problem; nothing ran." if count == 1 else f"{count} problems; nothing ran."
    assert translate_plural(*PROBLEMS, count) == english
    with use_language("ru"):
        assert translate_plural(*PROBLEMS, count) == f"{count} {russian}; ничего не рассчитано."


def test_the_language_returns_after_an_error() -> None:
    with pytest.raises(RuntimeError), use_language("ru"):
        raise RuntimeError
    assert language() == "en"


def test_set_language_holds_in_its_own_thread_only() -> None:
    seen = []

    def work() -> None:
        set_language("ru")
        seen.append(language())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert (seen, language()) == (["ru"], "en")


@pytest.mark.parametrize("choose", [set_language, lambda name: use_language(name).__enter__()])
def test_an_unknown_language_is_refused(choose) -> None:
    with pytest.raises(ValueError, match="'de' is not a language of Equipoise: use one of en, ru"):
        choose("de")


def test_the_catalogue_is_read_once() -> None:
    assert translation._catalogue("ru") is translation._catalogue("ru")


def test_a_marked_text_is_unchanged() -> None:
    assert mark("{x}") == "{x}"


@pytest.mark.parametrize(
    ("value", "digits", "english", "russian"),
    [
        (1234567.891, 1, "1,234,567.9", f"1{BLANK}234{BLANK}567,9"),
        (0.0, 0, "0", "0"),
        (-0.04, 1, "0.0", "0,0"),
        (-1234.5, 2, "-1,234.50", f"-1{BLANK}234,50"),
        (float("nan"), 1, "–", "–"),
        (float("inf"), 1, "∞", "∞"),
        (1e28, 1, "1×10²⁸", "1·10²⁸"),
        (-1.7976e308, 0, "-1.8×10³⁰⁸", "-1,8·10³⁰⁸"),
    ],
)
def test_numbers(value: float, digits: int, english: str, russian: str) -> None:
    assert format_number(value, digits) == english
    with use_language("ru"):
        assert format_number(value, digits) == russian


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (0, "0", "0"),
        (-0.001, "0", "0"),
        (12.5, "12.5", "12,5"),
        (99.999, "100", "100"),
        (151_580.4, "151,580", f"151{BLANK}580"),
        (999_999.4, "999,999", f"999{BLANK}999"),
        (999_999.6, "1 million", f"1{BLANK}млн"),
        (12_345_678, "12.3 million", f"12,3{BLANK}млн"),
        (123_456_789, "123 million", f"123{BLANK}млн"),
        (999.96e6, "1 billion", f"1{BLANK}млрд"),
        (-1.234e9, "-1.23 billion", f"-1,23{BLANK}млрд"),
        (2.5e12, "2.5 trillion", f"2,5{BLANK}трлн"),
        (9.999e15, "1×10¹⁶", "1·10¹⁶"),
        (-1.2345e28, "-1.23×10²⁸", "-1,23·10²⁸"),
        (7e15, "7,000 trillion", f"7{BLANK}000{BLANK}трлн"),
        (float("inf"), "∞", "∞"),
    ],
)
def test_money(value: float, english: str, russian: str) -> None:
    assert format_money(value, "RUB") == f"{english} RUB"
    with use_language("ru"):
        assert format_money(value, "RUB") == f"{russian}{BLANK}₽"


def test_money_without_sign_keeps_its_code_and_nothing_is_a_dash() -> None:
    with use_language("ru"):
        assert format_money(5, "CRN") == f"5{BLANK}CRN"
        assert format_money(float("nan"), "CRN") == "–"


def test_percent_date_and_interval() -> None:
    assert format_percent(0.1234) == "12.3%"
    assert format_percent(float("nan")) == "–"
    assert format_date(date(2026, 6, 1)) == "1 June 2026"
    assert format_interval(-0.1, 0.25, format_percent) == "-10.0% to 25.0%"
    with use_language("ru"):
        assert format_percent(0.1234, 0) == f"12{BLANK}%"
        assert format_date(date(2026, 6, 1)) == f"1 июня 2026{BLANK}г."
        assert format_interval(1, 2, format_number) == "от 1 до 2"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-104_106, "-0.104 million"), (8.3e6, "8.3 million"), (-312e6, "-312 million"),
        (0.0, "0"), (1e-9, "0 million"), (float("nan"), "–"),
    ],
)  # fmt: skip
def test_amounts_in_one_column_have_the_unit_of_the_largest(value: float, text: str) -> None:
    among = [-312e6, value, float("nan"), float("inf")]
    assert format_money(value, "RUB", among=among).removesuffix(" RUB") == text


@pytest.mark.parametrize(
    ("among", "texts"),
    [
        ((60_545, 1_512_345, -0.0), ["60,545", "1,512,345", "0"]),
        ((12, -312e6), ["12", "-312,000,000"]),
        ((60_545_000, 2.5e9), ["60.5 million", "2,500 million"]),
        ((1.234e8, 2.5e9), ["0.123 billion", "2.5 billion"]),
    ],
)
def test_each_amount_of_a_column_has_its_digits(among: tuple[float, ...], texts: list[str]) -> None:
    shown = [format_money(one, "RUB", among=among).removesuffix(" RUB") for one in among]
    assert shown == texts
