"""Question 5, what we do not know and what finding out is worth."""

import numpy as np

from equipoise.core.translation import format_number, translate_plural
from equipoise.core.translation import translate as _
from equipoise.report.answer import Answer
from equipoise.report.reading import Number, Reading, exactly
from equipoise.report.words import STATUSES, capital, share, word

TOP = 3
"""Inputs named in the answer."""

CLEAR = 1e-6
"""Value of information below this share of the size of the decision counts as none."""


def what_is_unknown(reading: Reading) -> Answer:
    """Answer which uncertainty holds the decision back."""
    numbers = _numbers(reading)
    details = [
        *_finding_out(reading, numbers),
        *_weak(reading, numbers),
        _statuses(reading, numbers),
    ]
    headline = _headline(reading, numbers)
    return Answer("unknown", _("What don't we know?"), headline, tuple(details), numbers)


def perfect_information(reading: Reading) -> float:
    """Return the expected value of perfect information at the reference threshold, money."""
    benefit = reading.group("value")["net_benefit"].values
    return float(np.maximum(benefit, 0.0).mean() - max(float(benefit.mean()), 0.0))


def ranked(reading: Reading) -> list[tuple[str, float, float]]:
    """Return inputs whose knowledge is worth something: name, EVPPI, standard error; largest first.

    Values that are not above twice their standard error may be chance and are left out.
    """
    data = reading.group("information")
    rows = zip(
        data["parameter"].values, data["evppi"].values, data["evppi_standard_error"].values,
        strict=True,
    )  # fmt: skip
    least = CLEAR * _size(reading)
    found = [(str(n), float(v), float(e)) for n, v, e in rows if v > max(2.0 * e, least)]
    return sorted(found, key=lambda row: (-row[1], row[0]))


def is_clear(reading: Reading) -> bool:
    """Return whether no finding could change the decision; a handful of draws cannot say so."""
    return not reading.too_few and perfect_information(reading) <= CLEAR * _size(reading)


def _size(reading: Reading) -> float:
    """Return how much money the decision is about."""
    return float(abs(reading.group("value")["net_benefit"]).mean())


def _numbers(reading: Reading) -> dict[str, Number]:
    """Return the numbers of this answer."""
    value, weak = reading.group("value"), reading.record.weak
    numbers = {
        "evpi": exactly(perfect_information(reading), "money"),
        "worth_it": exactly(float((value["net_benefit"] > 0.0).mean()), "1"),
        "weak_inputs": exactly(float(weak.inputs), "1"),
        "uncertain_inputs": exactly(float(weak.of), "1"),
        "inputs": exactly(float(len(reading.record.evidence)), "1"),
    }
    if weak.variance is not None and weak.information is not None:
        numbers["weak_variance"] = exactly(weak.variance, "1")
        numbers["weak_information"] = exactly(weak.information, "1")
    for status in ("read", "computed", "inference", "assumption"):
        found = sum(entry.status == status for entry in reading.record.evidence)
        numbers[f"inputs.{status}"] = exactly(float(found), "1")
    for name, evppi, error in ranked(reading)[:TOP]:
        numbers[f"evppi.{name}"] = Number(evppi, evppi - 2 * error, evppi + 2 * error, "money")
    return numbers


def _headline(reading: Reading, numbers: dict[str, Number]) -> str:
    """Return the sentence to take away."""
    if reading.never_treated:
        return _("Nobody is treated in any simulated future, so its worth was not put to the test.")
    if is_clear(reading):
        if numbers["worth_it"].value > 0.5:
            return _("The verdict is clear: it is worth its price in every simulated future.")
        return _("The verdict is clear: it is worth its price in no simulated future.")
    worth = reading.money(numbers["evpi"].value)
    top = ranked(reading)
    if reading.too_few:
        return _("What is unknown, and what knowing it is worth, cannot be told from so few "
                 "simulated futures.")  # fmt: skip
    if not top:
        return _("Knowing everything would be worth {worth}; no single input stands out.",
                 worth=worth)  # fmt: skip
    return _("Knowing everything would be worth {worth}; first find out: “{input}”.", worth=worth,
             input=reading.parameter(top[0][0]))  # fmt: skip


def _finding_out(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return what finding out is worth, input by input."""
    if reading.never_treated:
        return []
    if is_clear(reading):
        return [
            _("No finding within the ranges given here could change it, so that research for this "
              "decision alone would bring nothing."),
            _("That is clear, not certain: it holds at this price, policy and worth of a QALY, and "
              "as far as the ranges are right."),
        ]  # fmt: skip
    if reading.too_few:
        return []
    lines = [
        _("Perfect knowledge of all inputs would be worth {worth} for all patients of the queue: "
          "the most that research for this decision can bring.",
          worth=reading.money(numbers["evpi"].value))
    ]  # fmt: skip
    for name, evppi, error in ranked(reading)[:TOP]:
        lines.append(
            _("{input}: knowing it is worth {worth} (± {error}); today it is {status}.",
              input=capital(reading.parameter(name)), worth=reading.money(evppi),
              error=reading.money(2.0 * error), status=word(STATUSES, reading.status(name)))
        )  # fmt: skip
    if not ranked(reading):
        lines.append(_("No single input stands out from chance; they matter together."))
    return lines


def _weak(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return how much rests on assumption or inference."""
    weak = reading.record.weak
    if reading.never_treated:
        return []
    if not weak.of:
        return [_("No input is uncertain.")]
    if weak.variance is None or weak.information is None:
        return [
            _("{inputs} of {total} uncertain inputs are assumed or inferred; how much of the "
              "result rests on them can be told from {needed} simulated futures on.",
              inputs=weak.inputs, total=weak.of, needed=format_number(weak.draws_needed))
        ]  # fmt: skip
    rests = _(
        "{share} of the spread of the result comes from inputs that are assumed or inferred "
        "({inputs} of {total} uncertain inputs).",
        share=share(weak.variance), inputs=weak.inputs, total=weak.of,
    )  # fmt: skip
    if is_clear(reading):
        return [rests]
    worth = _(
        "Knowing all of these would bring {share} of what perfect knowledge is worth.",
        share=share(weak.information),
    )
    return [rests, worth]


def _statuses(reading: Reading, numbers: dict[str, Number]) -> str:
    """Return how many inputs have which status."""
    parts = [
        f"{word(STATUSES, status)}: {int(numbers[f'inputs.{status}'].value)}"
        for status in ("read", "computed", "inference", "assumption")
        if numbers[f"inputs.{status}"].value
    ]
    return translate_plural(
        "{n} input in all ({parts}).", "{n} inputs in all ({parts}).",
        len(reading.record.evidence), parts=", ".join(parts),
    )  # fmt: skip
