"""A queue by month: what it meets, what it brings about, and how it is run."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from equipoise.core.kernels import ready

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


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


class Room(NamedTuple):
    """Where the loop works."""

    waiting: Floats  # (group, month of joining, draw): patients who still wait
    first: Places  # (draw): when the first who still wait joined; zeros


class Sizes(NamedTuple):
    """Lengths of the dims."""

    payers: int
    groups: int
    months: int
    draws: int


def run_queue(line: Line) -> Counts:
    """Run a queue in which who joined first is treated first; see `first_come.pass_months`."""
    flow, payers = line.arrivals.shape, line.ready.shape[0]
    counts = Counts(*np.zeros((4, *flow)), *np.zeros((2, payers, *flow)))
    room = Room(line.arrivals.copy(), np.zeros(line.stays.size, dtype=np.int64))
    whole = (*(np.ascontiguousarray(one) for one in line), *counts, *room)
    given = (payers, *flow, *(one.reshape(-1) for one in whole))
    ready(_text(), *given, sources=Path(__file__).parent)(*given)
    return counts


@lru_cache(maxsize=1)
def _text() -> str:
    """Return the text of the kernel: its arguments one by one, from which it makes the parts."""
    kinds = (Sizes, Line, Counts, Room)
    fields = [[f"{kind.__name__.lower()}_{one}" for one in kind._fields] for kind in kinds]
    made = [f"{kind.__name__}({', '.join(own)})" for kind, own in zip(kinds, fields, strict=True)]
    return (
        "from equipoise.core.machine_code import fused\n"
        "from equipoise.delivery.first_come import pass_months\n"
        "from equipoise.delivery.line import Counts, Line, Room, Sizes\n\n\n"
        f"@fused\ndef kernel({', '.join(one for own in fields for one in own)}):\n"
        f"    pass_months({', '.join(made)})\n"
    )
