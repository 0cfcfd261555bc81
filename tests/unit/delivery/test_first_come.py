"""The compiled queue against the same queue told patient group by patient group."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.delivery.line import Line, run_queue

GROUPS, MONTHS, PAYERS = 2, 8, 3

shares = st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0])
patients = st.sampled_from([0.0, 0.5, 1.0, 3.0, 7.0])
years = st.sampled_from([0.0, 0.1, 3 / 12, 0.5, np.inf])


@dataclass
class Waiting:
    """Patients of one group who joined in the same month."""

    group: int
    joined: int
    count: float


def told(line: Line, draw: int) -> dict[str, np.ndarray]:
    """Run the queue of one draw in plain words."""
    found = {name: np.zeros((GROUPS, MONTHS)) for name in ("treated", "died", "left", "waiting")}
    found |= {name: np.zeros((PAYERS, GROUPS, MONTHS)) for name in ("treated_for", "ages")}
    queue: list[Waiting] = []
    for month in range(MONTHS):
        queue += [Waiting(g, month, line.arrivals[g, month, draw]) for g in range(GROUPS)]
        treat(line, queue, found, month, draw)
        for some in queue:
            waited = month - some.joined
            dying = some.count * (1 - line.survives[some.group, waited, draw])
            leaving = (some.count - dying) * (1 - line.stays[draw])
            some.count -= dying + leaving
            for name, count in (("died", dying), ("left", leaving), ("waiting", some.count)):
                found[name][some.group, month] += count
    return found


def treat(line: Line, queue: list[Waiting], found: Any, month: int, draw: int) -> None:
    """Let those who joined together share the slots that those before them left."""
    free = line.capacity[month, draw]
    for joined, together in groupby(queue, key=lambda some: some.joined):
        owed = [(some, line.owed_by[some.group, month - joined]) for some in together]
        asking = [(some, p) for some, p in owed if line.ready[p, draw] <= month / 12]
        asked = sum(some.count for some, _ in asking)
        share = min(1.0, free / asked) if asked else 0.0
        free -= asked * share
        for some, payer in asking:
            found["treated"][some.group, month] += some.count * share
            found["treated_for"][payer, some.group, month] += some.count * share
            age = line.ages[some.group] + (month - joined) / 12
            found["ages"][payer, some.group, month] += some.count * share * age
            some.count *= 1 - share


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Two groups, eight months, three payers and a few draws."""
    draws = draw(st.integers(1, 3))

    def some(values: st.SearchStrategy[Any], *shape: int) -> np.ndarray:
        size = int(np.prod(shape))
        return np.array(draw(st.lists(values, min_size=size, max_size=size))).reshape(shape)

    return Line(
        arrivals=some(patients, GROUPS, MONTHS, draws),
        ages=np.array([17.5, 40.0]),
        survives=some(shares, GROUPS, MONTHS, draws),
        stays=some(shares, draws),
        owed_by=some(st.integers(0, PAYERS - 1), GROUPS, MONTHS).astype(np.intp),
        ready=some(years, PAYERS, draws),
        capacity=some(patients, MONTHS, draws),
    )


@settings(deadline=None)
@given(lines())
def test_the_queue_is_the_one_told_in_plain_words(line: Line) -> None:
    counts = run_queue(line)
    for draw in range(line.stays.size):
        found = told(line, draw)
        for name in ("treated", "died", "left", "waiting", "treated_for"):
            there = getattr(counts, name)[..., draw]
            np.testing.assert_allclose(there, found[name], rtol=1e-12, atol=1e-12, err_msg=name)
        somebody = found["treated_for"] > 1e-6
        mean_age = found["ages"][somebody] / found["treated_for"][somebody]
        np.testing.assert_allclose(
            counts.age_at_treatment[..., draw][somebody], mean_age, rtol=1e-9
        )


@settings(deadline=None, max_examples=20)
@given(lines())
def test_a_draw_does_not_know_the_others(line: Line) -> None:
    """Bit for bit: chunks of draws must not change results."""
    together = run_queue(line)
    for draw in range(line.stays.size):
        one = slice(draw, draw + 1)
        shared = ("ages", "owed_by")
        alone = run_queue(
            Line(**{
                name: values if name in shared else np.ascontiguousarray(values[..., one])
                for name, values in line._asdict().items()
            })
        )  # fmt: skip
        for name, values in together._asdict().items():
            np.testing.assert_array_equal(getattr(alone, name), values[..., one], err_msg=name)


def test_where_nobody_is_treated_the_age_is_that_at_joining() -> None:
    line = Line(
        arrivals=np.ones((GROUPS, MONTHS, 1)),
        ages=np.array([17.5, 40.0]),
        survives=np.ones((GROUPS, MONTHS, 1)),
        stays=np.ones(1),
        owed_by=np.zeros((GROUPS, MONTHS), dtype=np.intp),
        ready=np.zeros((PAYERS, 1)),
        capacity=np.zeros((MONTHS, 1)),
    )
    ages = run_queue(line).age_at_treatment
    np.testing.assert_array_equal(ages, np.broadcast_to([[[17.5]], [[40]]], ages.shape))
