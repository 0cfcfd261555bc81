"""Question 3, whether it fits the system there is."""

from collections.abc import Sequence

import numpy as np

from equipoise.core.translation import translate as _
from equipoise.core.translation import translate_plural
from equipoise.report.answer import Answer
from equipoise.report.reading import Number, Reading, exactly, mean_of
from equipoise.report.words import OWNERS, STATES, capital, count, month, patients, share, word
from equipoise.spec.record import NeedRecord
from equipoise.spec.text import shown

FULL = 0.9
"""Share of the slots from which a centre counts as full."""


def does_it_fit(reading: Reading) -> Answer:
    """Answer whether the system can give the therapy."""
    numbers = _numbers(reading)
    details = [
        *_backlog(reading, numbers),
        *_slots(reading, numbers),
        *_checklist(reading.record.needs),
    ]
    return Answer("fits", _("Does it fit?"), _headline(reading, numbers), tuple(details), numbers)


def blockers_first(needs: Sequence[NeedRecord]) -> list[NeedRecord]:
    """Return the needs, those that are missing first."""
    order = list(STATES)
    return sorted(needs, key=lambda need: order.index(need.state))


def _numbers(reading: Reading) -> dict[str, Number]:
    """Return the numbers of this answer."""
    reach = reading.group("reach")
    waiting = reach["waiting"]
    worst = int(waiting.mean("draw").argmax("year"))
    capacity = reach["capacity"].sum("year")
    part = float(reading.treated.mean()) / max(float(capacity.mean()), 1e-12)
    by_year = reach["treated"].mean("draw").values
    slots = reach["capacity"].mean("draw").values
    fullest = np.divide(by_year, slots, out=np.zeros_like(by_year), where=slots > 0.0)
    numbers = {
        "longest_queue": mean_of(waiting.isel(year=worst), "patients"),
        "longest_queue_year": exactly(float(worst), "years"),
        "waiting_at_end": mean_of(waiting.isel(year=-1), "patients"),
        "treated": mean_of(reading.treated, "patients"),
        "capacity": mean_of(capacity, "patients"),
        "slots_used": exactly(part, "1"),
        "slots_used_fullest_year": exactly(float(fullest.max()), "1"),
        "fullest_year": exactly(float(fullest.argmax()), "years"),
    }
    for state in STATES:
        found = sum(need.state == state for need in reading.record.needs)
        numbers[f"needs.{state}"] = exactly(float(found), "1")
    return numbers


def _headline(reading: Reading, numbers: dict[str, Number]) -> str:
    """Return the sentence to take away."""
    total = len(reading.record.needs)
    missing, unknown, partly = (
        int(numbers[f"needs.{state}"].value) for state in ("missing", "unknown", "partly")
    )
    if missing:
        needs = translate_plural(
            "Not yet: {n} of {total} things that treatment needs is missing",
            "Not yet: {n} of {total} things that treatment needs are missing",
            missing, total=total,
        )  # fmt: skip
    elif unknown or partly:
        needs = translate_plural(
            "Not surely: {n} of {total} things that treatment needs is not ready",
            "Not surely: {n} of {total} things that treatment needs are not ready",
            unknown + partly, total=total,
        )  # fmt: skip
    elif total:
        needs = _("All that treatment needs is in place")
    else:
        needs = _("The study lists nothing that treatment needs")
    return _("{needs}; {slots}.", needs=needs, slots=_slots_in_short(reading, numbers))


def _slots_in_short(reading: Reading, numbers: dict[str, Number]) -> str:
    """Return whether the centres have room."""
    if numbers["capacity"].value < 0.5:
        if reading.chosen.centres:
            return _("treatment never begins")
        return _("no centre can treat anybody")
    if numbers["slots_used_fullest_year"].value >= FULL:
        return _("the centres are full")
    return _("the centres have room")


def _backlog(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return how long the queue is, and how many still wait at the end."""
    year = int(numbers["longest_queue_year"].value)
    longest = _(
        "The queue is longest at the end of {period}: {patients}.",
        period=reading.period(year), patients=patients(numbers["longest_queue"]),
    )  # fmt: skip
    left = numbers["waiting_at_end"]
    if left.value < 0.5:
        return [longest, _("In {end} hardly anybody still waits.", end=month(reading.ends))]
    still = _(
        "Still waiting in {end}: {patients}.", end=month(reading.ends), patients=patients(left)
    )
    return [longest, still]


def _slots(reading: Reading, numbers: dict[str, Number]) -> list[str]:
    """Return how much of the centres' capacity is used."""
    if numbers["capacity"].value < 0.5:
        return []
    used = _(
        "The centres could treat {capacity} patients and treat {treated}: {share} of their slots.",
        capacity=count(numbers["capacity"].value), treated=count(numbers["treated"].value),
        share=share(numbers["slots_used"].value),
    )  # fmt: skip
    if reading.nobody_treated:
        return [used]
    fullest = _(
        "In the fullest year, {period}, {share} of the slots are used.",
        period=reading.period(int(numbers["fullest_year"].value)),
        share=share(numbers["slots_used_fullest_year"].value),
    )
    return [used, fullest]


def _checklist(needs: Sequence[NeedRecord]) -> list[str]:
    """Return what is not in place, with its owner, one sentence for each state, blockers first."""
    lines = []
    for state in STATES:
        listed = [
            _("{need} ({owner})", need=shown(need.label), owner=word(OWNERS, need.owner))
            for need in needs
            if need.state == state
        ]
        if listed and state != "ready":
            lines.append(
                _("{state}: {needs}.", state=capital(word(STATES, state)), needs="; ".join(listed))
            )
    return lines
