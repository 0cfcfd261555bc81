"""Following patients one by one, in as much memory as there is."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, prod

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.engines import Engine
from equipoise.clinical.given import Given, some_of
from equipoise.clinical.individuals import Individuals
from equipoise.clinical.patients import Patients
from equipoise.clinical.stretches import STRETCH, Sums, chunks, inside, reporter, stretches
from equipoise.spec.model import Time

Floats = NDArray[np.float64]

_NUMBERS = 2_000_000
"""Numbers of one value that NumPy holds at once."""

_STEPS = 20_000_000
"""Cycles of patients between two looks at the progress: about a tenth of a second."""

_OUTPUTS = 4_000_000
"""Numbers of results that parts of a run hold at once."""


def one_by_one(
    given: Given,
    time: Time,
    *,
    patients: int,
    seed: int,
    engine: Engine,
    progress: Callable[[float], None] | None = None,
) -> Mapping[str, Floats]:
    """Follow patients one by one; return the variables of group `clinical` as means.

    Parameters
    ----------
    given
        What to run.
    time
        The model's clock.
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
        If a probability or a share leaves its range.
    """
    groups = max(len(given.model.spec.subgroups), 1)
    count = ceil(patients / groups)
    people = stretches(seed=seed, count=count, groups=groups)
    sums = Sums.empty(given)
    told = reporter(progress, len(given.draws) * len(people))
    if engine == "numpy":
        _in_numpy(given, people, sums, told)
        return sums.means(count)
    _in_machine_code(given, time, people, sums, told)
    again = np.flatnonzero(sums.failed | ~_finite(sums.arrays))
    for draw in again:
        for values in sums.arrays.values():
            values[..., draw] = 0.0
        _in_numpy(given, people, sums, lambda _work: None, draws=range(draw, draw + 1))
    return sums.means(count)


def _finite(arrays: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """Return in which draws all results are finite."""
    found = [np.isfinite(v).reshape(-1, v.shape[-1]).all(axis=0) for v in arrays.values()]
    return np.asarray(np.logical_and.reduce(found))


def _in_numpy(
    given: Given,
    people: Sequence[Patients],
    sums: Sums,
    told: Callable[[float], None],
    *,
    draws: range | None = None,
) -> None:
    """Add what happens to patients, with NumPy."""
    spec = given.model.spec
    each = len(spec.strategies) * people[0].groups * len(given.ages) * STRETCH
    for few in chunks(len(given.draws), max(_NUMBERS // each, 1)) if draws is None else [draws]:
        part = some_of(given, np.arange(few.start, few.stop))
        for stretch in people:
            arrays = Individuals(part, stretch).run(inside(told, len(few)))
            sums.add(
                {name: values[..., : len(few)] for name, values in arrays.items()},
                slice(few.start, few.stop),
            )


def _in_machine_code(
    given: Given, time: Time, people: Sequence[Patients], sums: Sums, told: Callable[[int], None]
) -> None:
    """Add what happens to patients, with the model's own kernel."""
    # Numba takes half a second to import.
    from equipoise.clinical.compiled.individuals.engine import PatientKernel  # noqa: PLC0415

    kernel = PatientKernel(given, time, seed=people[0].seed)
    outputs = sum(prod(values.shape[:-1]) for values in sums.arrays.values())
    spec = given.model.spec
    steps = people[0].count * len(spec.strategies) * people[0].groups * len(given.ages)
    steps *= len(given.clock.points)
    parts = max(min(_STEPS // steps, _OUTPUTS // outputs), 2)
    for few in chunks(len(given.draws), max(parts // len(people), 1)):
        for some in chunks(len(people), max(parts // len(few), 1)):
            kernel.add(sums, few, people[some.start : some.stop])
            told(len(few) * len(some))
