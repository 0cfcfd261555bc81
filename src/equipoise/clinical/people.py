"""The shares of a cohort: by state, and where it matters by the time since patients came there."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.plan import Plan

Floats = NDArray[np.float64]

People = dict[str, Floats]
"""Share of the cohort by state, dims (strategy, subgroup, age, draw).

In a state in which it matters since when a patient is there, residence comes before them: its k-th
row holds those who came k cycles ago.
"""


@dataclass(frozen=True)
class Spot:
    """Patients of one state, told apart by the number of cycles since they came, from 0 on.

    `stays` is how many such numbers there are; 0 where nothing depends on it.
    """

    state: str
    stays: int = 0


def spot_of(state: str, share: Floats) -> Spot:
    """Return where a share of the cohort is, dims ([residence,] strategy, subgroup, age, draw)."""
    return Spot(state, share.shape[0] if share.ndim == 5 else 0)


def gathered(share: Floats) -> Floats:
    """Return the sum over the time in the state, dims (strategy, subgroup, age, draw).

    In the order of the cycles, however many draws there are: NumPy adds a single column in pairs.
    """
    if share.ndim < 5:
        return share
    if share.size == share.shape[0]:
        total: Floats = np.add.accumulate(share, axis=0)[-1]
    else:
        total = np.add.reduce(share, axis=0)
    return total


@dataclass(frozen=True)
class Those:
    """Patients for whom something counts: their share of the cohort, dims as in `People`.

    They are at one spot, or anywhere; `happens` tells to whom of them an event happens.
    """

    share: Floats
    spot: Spot | None = None
    happens: NDArray[np.bool_] | None = None


def told_apart(people: People, states: Collection[str], *, by_place: bool) -> Iterator[Those]:
    """Yield the patients of some states, together or state by state."""
    if not by_place:
        yield Those(sum_of([gathered(people[state]) for state in states]))
        return
    for state in states:
        yield Those(people[state], spot_of(state, people[state]))


def arrived(moves: Iterable[tuple[str, str, Floats]], plan: Plan) -> People:
    """Return the cohort at the end of a cycle from the moves in it.

    Who stays where it matters since when is there a cycle longer; all others have just come.
    """
    came: People = dict.fromkeys(plan.states, np.zeros((1, 1, 1, 1)))
    stayed: People = {}
    for origin, target, share in moves:
        if origin == target and origin in plan.lasting:
            stayed[target] = share
        else:
            came[target] = came[target] + gathered(share)
    nobody = np.zeros((1, 1, 1, 1, 1))
    return {
        state: _by_residence(share, stayed.get(state, nobody)) if state in plan.lasting else share
        for state, share in came.items()
    }


def _by_residence(came: Floats, stayed: Floats) -> Floats:
    """Return those who have just come, and behind them those who have stayed, as long as any."""
    if not stayed[-1].any():
        stayed = stayed[:-1]
    shape = np.broadcast_shapes(came.shape, stayed.shape[1:])
    rows = np.empty((1 + len(stayed), *shape))
    rows[0], rows[1:] = came, stayed
    return rows


def in_cycle(share: Floats, cycle: int) -> Floats:
    """Return who is in a state at the end of a cycle, as what the cycle brings counts for them.

    Who came there came in the middle of a cycle, so that half of this one has passed with another
    year in the state. Who has been there since the very start has one for the whole cycle.

    Parameters
    ----------
    share
        Dims ([residence,] strategy, subgroup, age, draw).
    cycle
        Its number, from 0 on.
    """
    if share.ndim < 5 or len(share) < cycle + 2:
        return share
    found = share[: cycle + 1].copy()
    found[cycle] += share[cycle + 1]
    return found


def sum_of(parts: Collection[Floats]) -> Floats:
    """Return the sum in the order given, which never depends on how draws are split."""
    total: Floats = np.zeros(())
    for part in parts:
        total = total + part
    return total
