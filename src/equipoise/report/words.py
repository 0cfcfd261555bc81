"""Plain words for codes, and numbers as a sentence says them."""

import re
from datetime import date
from math import isnan
from typing import assert_never

from babel.dates import format_date as babel_date

from equipoise.core.translation import (
    NO_VALUE,
    format_number,
    format_percent,
    language,
    mark,
    translate_plural,
)
from equipoise.core.translation import translate as _
from equipoise.report.reading import FEWEST, Number, Reading
from equipoise.spec.contracts import Instalments, RebateOnLoss, Upfront, contract_from_text
from equipoise.spec.record import CriterionRecord, PolicyRecord

OWNERS = {
    "maker": mark("the manufacturer"),
    "regulator": mark("the regulator"),
    "payer": mark("the payer"),
    "centre": mark("the treatment centre"),
    "patient": mark("the patient"),
}

STATES = {
    "missing": mark("missing"),
    "unknown": mark("unknown"),
    "partly": mark("partly in place"),
    "ready": mark("ready"),
}
"""States of a need; blockers first."""

STATUSES = {
    "read": mark("read in the source"),
    "computed": mark("computed"),
    "background": mark("common knowledge"),
    "inference": mark("inferred"),
    "assumption": mark("assumed"),
}

SIDES = {
    "patient": mark("patients"),
    "profession": mark("professionals"),
    "state": mark("the state"),
}

RULES = {
    "nash": mark("fair bargain (Nash)"),
    "minimax_regret": mark("least regret"),
}

CATEGORIES = {
    "medicine": mark("medicines"),
    "hospital": mark("hospital care"),
    "outpatient": mark("outpatient care"),
    "travel": mark("travel"),
}

UNITS = {
    "QALY": mark("QALY"),
    "year": mark("years"),
    "month": mark("months"),
    "patients": mark("patients"),
    "patients/year": mark("patients a year"),
}

DESIGNS = {
    "plain": mark("each draw by itself"),
    "latin_hypercube": mark("Latin hypercube"),
    "sobol": mark("Sobol points"),
}


def few_draws(reading: Reading) -> str:
    """Return the warning of a run with too few draws; empty with enough."""
    if not reading.too_few:
        return ""
    return _(
        "Only {draws} simulated futures: a first look. Shares and ranges mean something from "
        "{needed} on.",
        draws=format_number(reading.record.draws), needed=format_number(FEWEST),
    )  # fmt: skip


def word(table: dict[str, str], code: str) -> str:
    """Return a code of one of the tables above in words, or the code itself in plain letters."""
    return _(table[code]) if code in table else code.replace("_", " ")


def capital(text: str) -> str:
    """Return a text with a capital at its start."""
    return text[:1].upper() + text[1:]


def month(day: date) -> str:
    """Return a month with its year, e.g. March 2029."""
    if day == date.max:  # where the calendar ends: this day, or any later
        return _("after {year}", year=day.year)
    return babel_date(day, "LLLL y", locale=language())


def years_in_words(count: int) -> str:
    """Return a count of years."""
    return translate_plural("{n} year", "{n} years", count)


def share(value: float) -> str:
    """Return a share in whole per cent; what is not quite none or all is not rounded to it."""
    if 0.0 < value < 0.005:
        return _("less than {share}", share=format_percent(0.01, 0))
    if 0.995 < value < 1.0:
        return _("more than {share}", share=format_percent(0.99, 0))
    return format_percent(value, 0)


def count(value: float) -> str:
    """Return a number of patients or QALYs: whole, but with one decimal below ten."""
    return format_number(value, 1 if 0.0 < abs(value) < 9.95 else 0)


def points(score: float) -> str:
    """Return a score as points; 0 is the worst policy, 100 the best possible."""
    if score < -1.0:
        return _("far below 0")
    if score > 2.0:
        return _("far above 100")
    return format_number(100.0 * score)


def between(number: Number, text: str, low: str, high: str) -> str:
    """Return a value with its 90 % range, or alone if all draws agree as far as the text shows."""
    if low == high or isnan(number.value):
        return text
    if not number.low <= number.value <= number.high:
        return _("{value} on average ({low} to {high} in 90% of the futures)",
                 value=text, low=low, high=high)  # fmt: skip
    return _("{value} ({low} to {high})", value=text, low=low, high=high)


def patients(number: Number) -> str:
    """Return a number of patients with its 90 % range."""
    if 0.0 < number.value < 0.5:
        return _("less than one patient")
    whole = [format_number(part) for part in number[:3]]
    text = translate_plural("{n} patient", "{n} patients", round(number.value))
    return between(number, text.replace(str(round(number.value)), whole[0]), *whole[1:])


def qalys(number: Number) -> str:
    """Return a number of QALYs with its 90 % range."""
    text = translate_plural("{n} QALY", "{n} QALYs", round(number.value))
    text = text.replace(str(round(number.value)), count(number.value))
    return between(number, text, count(number.low), count(number.high))


def money_range(reading: Reading, low: float, high: float) -> tuple[str, str]:
    """Return the ends of a range of money; the unit stands once if both ends have the same."""
    first, last = reading.money(low), reading.money(high)
    number, unit = _split(first)
    return (number, last) if unit and _split(last)[1] == unit else (first, last)


def _split(text: str) -> tuple[str, str]:
    """Return an amount's number and its unit."""
    found = re.match(r"([\d.,\s\u2212-]*\d)(.*)", text)
    return (found[1], found[2]) if found else (text, "")


def paid(reading: Reading, number: Number) -> str:
    """Return money with its 90 % range."""
    return between(number, reading.money(number.value),
                   *money_range(reading, number.low, number.high))  # fmt: skip


def dated(reading: Reading, number: Number) -> str:
    """Return a time since the decision date as a month, with the years that hold 90 %."""
    if isnan(number.value):
        return NO_VALUE
    low, high = (reading.day(end).year for end in (number.low, number.high))
    about = month(reading.day(number.value))
    if low == high:
        return about
    return _("{month}, between {low} and {high}", month=about, low=low, high=high)


def contract_in_words(text: str) -> str:
    """Return a contract as a sentence would say it, without a full stop."""
    contract = contract_from_text(text)
    match contract:
        case Upfront():
            return _("the whole price at treatment")
        case Instalments(years=years, only_while_responding=False):
            return translate_plural("{n} yearly instalment", "{n} equal yearly instalments", years)
        case Instalments(years=years):
            return translate_plural(
                "{n} instalment, paid only if the therapy works",
                "{n} equal yearly instalments, each paid only while the therapy works", years,
            )  # fmt: skip
        case RebateOnLoss(share=back, years=years):
            return translate_plural(
                "the whole price at treatment; {share} comes back if the therapy fails within "
                "{n} year",
                "the whole price at treatment; {share} comes back if the therapy fails within "
                "{n} years",
                years, share=share(back),
            )  # fmt: skip
        case _:
            assert_never(contract)


def contract_in_short(text: str) -> str:
    """Return a contract in a few words, for tables and marks on a chart."""
    contract = contract_from_text(text)
    match contract:
        case Upfront():
            return _("at once")
        case Instalments(years=years, only_while_responding=only):
            plain = translate_plural("{n} instalment", "{n} instalments", years)
            return _("{plan} while it works", plan=plain) if only else plain
        case RebateOnLoss(share=back, years=years):
            return translate_plural(
                "{share} back within {n} year", "{share} back within {n} years", years,
                share=share(back),
            )  # fmt: skip
        case _:
            assert_never(contract)


def centres_in_words(number: int) -> str:
    """Return a number of centres."""
    return translate_plural("{n} centre", "{n} centres", number)


def policy_in_words(reading: Reading, policy: PolicyRecord) -> str:
    """Return a policy: price, contract, centres."""
    return ", ".join(
        [
            reading.money(policy.price),
            contract_in_short(policy.contract),
            centres_in_words(policy.centres),
        ]
    )


def levers_in_words(reading: Reading, levers: dict[str, object]) -> str:
    """Return the levers on which several policies agree; empty if on none."""
    texts = {
        "price": lambda value: reading.money(float(value)),
        "contract": lambda value: contract_in_short(str(value)),
        "centres": lambda value: centres_in_words(int(value)),
    }
    return ", ".join(texts[lever](value) for lever, value in levers.items())


def criterion_value(reading: Reading, criterion: CriterionRecord, value: float) -> str:
    """Return a criterion's value with its unit."""
    match criterion.unit:
        case "money":
            return reading.money(value)
        case "1":
            return share(value)
        case unit:
            number = format_number(value, 1 if unit != "QALY" else 2)
            return _("{number} {unit}", number=number, unit=word(UNITS, unit))
