"""Following patients in continuous time, in as much memory as there is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.engines import Engine
from equipoise.clinical.given import Given, some_of
from equipoise.clinical.in_time import numbers_of
from equipoise.clinical.patients import Patients
from equipoise.clinical.readings import readings_in
from equipoise.clinical.sampled import differs
from equipoise.clinical.stretches import STRETCH, Sums, chunks, paced, reporter, stretches
from equipoise.clinical.tally import Tally
from equipoise.clinical.time_reference import InTime, TimeSums
from equipoise.spec.model import Model
from equipoise.spec.time_to import TimeTo

Floats = NDArray[np.float64]

CLOSED_FORMS = frozenset({"exponential", "weibull", "gompertz", "loglogistic"})
"""Kinds of distributions that machine code can turn round."""

_PATHS = 2_000_000
"""Courses of patients in the first part of a run."""

_NUMBERS = 2_000_000
"""Numbers of one value that are held at once."""


def through_time(
    given: Given,
    *,
    patients: int,
    seed: int,
    engine: Engine,
    progress: Callable[[float], None] | None = None,
) -> Mapping[str, Floats]:
    """Follow patients in continuous time; return the variables of group `clinical` as means.

    Parameters
    ----------
    given
        What to run; `spec.model_in_time` finds nothing against it.
    patients
        How many, over all subgroups; as many of each, whose weights then count.
    seed
        Of their luck.
    engine
        Which engine follows them.
    progress
        Called with the share of the work done, between 0 and 1.

    Raises
    ------
    SimulationError
        If a hazard, a share or an argument of a distribution cannot be.
    """
    groups = max(len(given.model.spec.subgroups), 1)
    count = ceil(patients / groups)
    people = stretches(seed=seed, count=count, groups=groups)
    sums = Sums.empty(given)
    told = reporter(progress, len(given.draws) * len(people))
    cells = len(given.model.spec.strategies) * groups * len(given.ages)
    engine = engine if _has_closed_forms(given.model.spec) else "numpy"
    alone = engine == "numpy" or differs(given.model)
    each = cells * (STRETCH if alone else 1) * readings_in(given.model)
    most = max(_NUMBERS // each, 1)
    draws = chunks(len(given.draws), most)
    if engine == "machine_code":  # of which each draw is the same however many there are at once
        draws = paced(len(given.draws), _PATHS // (people[0].count * cells), most)
    together = [[one] for one in people] if differs(given.model) else [people]
    for few in draws:
        whole = len(few) == len(given.draws)
        part = given if whole else some_of(given, np.arange(few.start, few.stop))
        for some in together:
            for found in _followed(part, some, engine, _times(len(few), told)):
                arrays = _arrays(part, found)
                sums.add(
                    {name: values[..., : len(few)] for name, values in arrays.items()},
                    slice(few.start, few.stop),
                )
    return sums.means(count)


def _has_closed_forms(spec: Model) -> bool:
    """Return whether machine code can turn all distributions of times round."""
    entries = (entry for row in spec.transitions.values() for entry in row.values())
    kinds = {entry.time_to.kind for entry in entries if isinstance(entry, TimeTo)}
    return kinds <= CLOSED_FORMS


def _times(draws: int, told: Callable[[int], None]) -> Callable[[int], None]:
    """Return what is told of stretches, where `told` counts each draw of them."""
    return lambda stretches: told(draws * stretches)


def _followed(
    part: Given, people: Sequence[Patients], engine: Engine, told: Callable[[int], None]
) -> Iterator[TimeSums]:
    """Yield what happens to stretches of patients who have the same numbers, together or apart.

    `told` is called with how many are done.
    """
    numbers = numbers_of(part, people[0])
    clock = part.clock
    horizon, years = clock.points[-1], clock.years
    draws = np.asarray(part.draws, dtype=np.int64)
    if engine == "numpy":
        for stretch in people:
            shape = (stretch.count, *numbers.shape[1:])
            run = InTime(
                numbers.of_shape(shape), stretch, draws=draws, horizon=horizon, years=years,
                discount=part.discount,
            )  # fmt: skip
            yield run.run()
            told(1)
        return
    # Numba takes half a second to import.
    from equipoise.clinical.compiled.in_time.engine import TimeKernel  # noqa: PLC0415

    kernel = TimeKernel(numbers, draws=draws, horizon=horizon, years=years, discount=part.discount)
    yield kernel.follow(people, told)


def _arrays(part: Given, found: TimeSums) -> Mapping[str, Floats]:
    """Return sums by reward as the variables of group `clinical`."""
    tally = Tally(part)
    items = list(part.plan.items)
    for which, by_reward in (("", found.plain), ("_present", found.present)):
        for (kind, item), values in by_reward.items():
            if kind == "cost":
                target = getattr(tally, f"cost{which}")[:, items.index(item)]
            else:
                target = getattr(tally, f"{kind}{which}")
            target += values.transpose(1, 2, 0, 3)
    for item, values in found.at_start.items():
        tally.cost_at_start[:, items.index(item)] += values
    tally.alive += found.alive.transpose(1, 2, 0, 3)
    return tally.arrays()
