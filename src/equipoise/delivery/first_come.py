"""The loop of the queue as machine code: who joined first is treated first."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equipoise.core.machine_code import compiled
from equipoise.delivery.demand import MONTHS

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_ROUNDING = 1e9
"""Ages keep nine digits, so that a birthday stays a birthday."""


class Line(NamedTuple):
    """What the queue meets from outside."""

    arrivals: Floats  # (group, month, draw): patients who join
    ages: Floats  # (group): years at joining
    survives: Floats  # (group, months since joining, draw): share who live a month longer
    stays: Floats  # (draw): share of the living who stay a month longer
    owed_by: Places  # (group, months since joining): place of the payer who owes the product
    ready: Floats  # (payer, draw): years until a payer's patients can be treated
    capacity: Floats  # (month, draw): patients who can be treated


class Counts(NamedTuple):
    """What the queue brings about, in patients; dims (group, month, draw), after any payer."""

    treated: Floats
    died: Floats
    left: Floats
    waiting: Floats  # at the end of the month
    treated_for: Floats  # by payer
    age_at_treatment: Floats  # by payer, mean in years


@compiled
def pass_months(line: Line, counts: Counts) -> None:
    """Run the queue from its first month to its last.

    Parameters
    ----------
    line
        What the queue meets.
    counts
        Zeros, filled in place.
    """
    waiting = line.arrivals.copy()  # (group, month of joining, draw)
    first = np.zeros(line.stays.size, dtype=np.intp)  # when the first who still wait joined
    for month in range(line.capacity.shape[0]):
        since = _treat(line, counts, waiting, first, month)
        _sum_up(line, counts, month)
        _lose(line, counts, waiting, since, month)


@compiled
def _treat(line: Line, counts: Counts, waiting: Floats, first: Places, month: int) -> int:
    """Treat those whose payer buys, earliest joined first, as far as the slots go.

    Returns the month since which somebody waits in any draw.
    """
    groups, _, draws = waiting.shape
    since = month
    for draw in range(draws):
        free, joined = line.capacity[month, draw], first[draw]
        while free > 0.0 and joined <= month:
            asked, staying = 0.0, 0.0
            for group in range(groups):
                payer = line.owed_by[group, month - joined]
                if line.ready[payer, draw] <= month / MONTHS:
                    asked += waiting[group, joined, draw]
            served = min(asked, free)
            free -= served
            for group in range(groups):
                payer = line.owed_by[group, month - joined]
                if served > 0.0 and line.ready[payer, draw] <= month / MONTHS:
                    taken = waiting[group, joined, draw] * (served / asked)
                    waiting[group, joined, draw] -= taken
                    counts.treated_for[payer, group, month, draw] += taken
                    waited = taken * (month - joined) / MONTHS
                    counts.age_at_treatment[payer, group, month, draw] += waited
                staying += waiting[group, joined, draw]
            if joined == first[draw] and staying == 0.0:
                first[draw] += 1
            joined += 1
        since = min(since, first[draw])
    return since


@compiled
def _sum_up(line: Line, counts: Counts, month: int) -> None:
    """Add up whom a month treated, and turn the years they waited into their mean age."""
    payers, groups, _, draws = counts.treated_for.shape
    for payer in range(payers):
        for group in range(groups):
            for draw in range(draws):
                here = payer, group, month, draw
                treated = counts.treated_for[here]
                waited = counts.age_at_treatment[here] / treated if treated > 0.0 else 0.0
                age = np.rint((line.ages[group] + waited) * _ROUNDING) / _ROUNDING
                counts.age_at_treatment[here] = age
                counts.treated[group, month, draw] += treated


@compiled
def _lose(line: Line, counts: Counts, waiting: Floats, since: int, month: int) -> None:
    """Let some of those who still wait die, and then some of the living leave."""
    groups, _, draws = waiting.shape
    for group in range(groups):
        for joined in range(since, month + 1):
            for draw in range(draws):
                before = waiting[group, joined, draw]
                living = before * line.survives[group, month - joined, draw]
                waiting[group, joined, draw] = living * line.stays[draw]
                counts.died[group, month, draw] += before - living
                counts.waiting[group, month, draw] += living
        for draw in range(draws):
            living = counts.waiting[group, month, draw]
            counts.left[group, month, draw] = living * (1.0 - line.stays[draw])
            counts.waiting[group, month, draw] = living * line.stays[draw]
