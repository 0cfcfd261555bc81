"""The loop of the queue as machine code: who joined first is treated first.

Arrays are rows of numbers here: what has dims (group, month, draw) has the number of group `g`,
month `m` and draw `d` at ``(g * months + m) * draws + d``.
"""

import numpy as np

from equipoise.core.machine_code import called
from equipoise.delivery.demand import MONTHS
from equipoise.delivery.line import Counts, Line, Room, Sizes

_ROUNDING = 1e9
"""Ages keep nine digits, so that a birthday stays a birthday."""


@called
def pass_months(sizes: Sizes, line: Line, counts: Counts, room: Room) -> None:
    """Run the queue from its first month to its last.

    Parameters
    ----------
    sizes
        Lengths of the dims.
    line
        What the queue meets.
    counts
        Zeros, filled in place.
    room
        Where to work, with all arrivals still waiting.
    """
    for month in range(sizes.months):
        since = _treat(sizes, line, counts, room, month)
        _sum_up(sizes, line, counts, month)
        _lose(sizes, line, counts, room, since, month)


@called
def _treat(sizes: Sizes, line: Line, counts: Counts, room: Room, month: int) -> int:
    """Treat those whose payer buys, earliest joined first, as far as the slots go.

    Returns the month since which somebody waits in any draw.
    """
    months, draws, since = sizes.months, sizes.draws, month
    for draw in range(draws):
        free, joined = line.capacity[month * draws + draw], room.first[draw]
        while free > 0.0 and joined <= month:
            asked, staying = 0.0, 0.0
            for group in range(sizes.groups):
                payer = line.owed_by[group * months + month - joined]
                if line.ready[payer * draws + draw] <= month / MONTHS:
                    asked += room.waiting[(group * months + joined) * draws + draw]
            served = min(asked, free)
            free -= served
            for group in range(sizes.groups):
                payer = line.owed_by[group * months + month - joined]
                here = (group * months + joined) * draws + draw
                if served > 0.0 and line.ready[payer * draws + draw] <= month / MONTHS:
                    taken = room.waiting[here] * (served / asked)
                    room.waiting[here] -= taken
                    there = ((payer * sizes.groups + group) * months + month) * draws + draw
                    counts.treated_for[there] += taken
                    counts.age_at_treatment[there] += taken * (month - joined) / MONTHS
                staying += room.waiting[here]
            if joined == room.first[draw] and staying == 0.0:
                room.first[draw] += 1
            joined += 1
        since = min(since, room.first[draw])
    return since


@called
def _sum_up(sizes: Sizes, line: Line, counts: Counts, month: int) -> None:
    """Add up whom a month treated, and turn the years they waited into their mean age."""
    months, draws = sizes.months, sizes.draws
    for payer in range(sizes.payers):
        for group in range(sizes.groups):
            first = ((payer * sizes.groups + group) * months + month) * draws
            for draw in range(draws):
                here = first + draw
                treated = counts.treated_for[here]
                waited = counts.age_at_treatment[here] / treated if treated > 0.0 else 0.0
                age = np.rint((line.ages[group] + waited) * _ROUNDING) / _ROUNDING
                counts.age_at_treatment[here] = age
                counts.treated[(group * months + month) * draws + draw] += treated


@called
def _lose(  # noqa: PLR0917 - kernels have no keywords
    sizes: Sizes, line: Line, counts: Counts, room: Room, since: int, month: int
) -> None:
    """Let some of those who still wait die, and then some of the living leave."""
    months, draws = sizes.months, sizes.draws
    for group in range(sizes.groups):
        now = (group * months + month) * draws
        for joined in range(since, month + 1):
            own = (group * months + joined) * draws
            lived = (group * months + month - joined) * draws
            for draw in range(draws):
                before = room.waiting[own + draw]
                living = before * line.survives[lived + draw]
                room.waiting[own + draw] = living * line.stays[draw]
                counts.died[now + draw] += before - living
                counts.waiting[now + draw] += living
        for draw in range(draws):
            living = counts.waiting[now + draw]
            counts.left[now + draw] = living * (1.0 - line.stays[draw])
            counts.waiting[now + draw] = living * line.stays[draw]
