"""Running a model's kernel over parts of its patients, on threads."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.build import ready
from equipoise.clinical.compiled.context import OUTPUTS
from equipoise.clinical.compiled.discount import discount_numbers, step_counts
from equipoise.clinical.compiled.engine import (
    clock_arrays,
    drawn_names,
    member_values,
    places_of,
    shapes_of,
    share_out,
    table_arrays,
)
from equipoise.clinical.compiled.individuals.source import PatientSource, patient_source
from equipoise.clinical.given import Given
from equipoise.clinical.patients import START, TRANSITION, Patients, starting_values
from equipoise.clinical.stretches import Sums
from equipoise.core.kernels import Kernel
from equipoise.core.random import patient_key
from equipoise.spec.model import Time

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class PatientKernel:
    """The compiled course of one model, ready to run for any draws and patients.

    Parameters
    ----------
    given
        What to run.
    seed
        Of the patients' luck.
    """

    def __init__(self, given: Given, time: Time, *, seed: int) -> None:
        self._given, self._seed = given, seed
        self._parameters = {**given.parameters, **discount_numbers(given.discount)}
        self._source = patient_source(
            given.model, given.plan, time, points=len(given.clock.points),
            drawn=drawn_names(given.model, self._parameters), steps=step_counts(given.discount),
        )  # fmt: skip
        keys = [patient_key(seed=seed, decision=name) for name in (TRANSITION, START)]
        self._keys = np.array(keys, dtype=np.int64).ravel()
        self._tables = table_arrays(given.model)
        self._kernel: Kernel | None = None

    def add(self, sums: Sums, draws: range, patients: Sequence[Patients]) -> None:
        """Follow some patients in some draws, and add what happens to them.

        Parameters
        ----------
        sums
            Where to add.
        draws
            Places of the draws among the run's.
        patients
            Whole stretches of them, in order.
        """
        source, given = self._source, self._given
        parts = len(draws) * len(patients)
        shapes = shapes_of(given.model, given.plan, given.clock, ages=len(given.ages), width=parts)
        sizes = [int(np.prod(shape)) for shape in shapes]
        places = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        out, failed = np.zeros(int(places[-1])), np.zeros(parts, dtype=np.int64)
        fixed = (
            *self._parts(draws, patients),
            *self._numbers(source, draws, len(patients)),
            np.asarray(given.ages, dtype=np.float64),
            self._own(draws, patients),
            max(one.count for one in patients),
            np.array(source.targets, dtype=np.int64),
            *_without_ends(clock_arrays(given.clock)),
            *places_of(source.rewards, places, shapes),
            out, given.clock.years, parts, failed, *self._tables,
        )  # fmt: skip
        if self._kernel is None:
            self._kernel = ready(source.text, *fixed, 0, 0)
        kernel = self._kernel
        share_out(lambda: kernel.over(*fixed), parts)
        where = slice(draws.start, draws.stop)
        for name, shape, first, last in zip(OUTPUTS, shapes, places[:-1], places[1:], strict=True):
            values = out[first:last].reshape(*shape[:-1], len(draws), len(patients))
            for number in range(len(patients)):
                sums.arrays[name][..., where] += values[..., number]
        sums.failed[where] |= failed.reshape(len(draws), -1).any(axis=1)

    def _parts(
        self, draws: range, patients: Sequence[Patients]
    ) -> tuple[Whole, Whole, Whole, Whole]:
        """Return of each part: place and number of the draw, first and last patient; and keys."""
        numbers = np.asarray(self._given.draws, dtype=np.int64)[draws.start : draws.stop]
        first = np.array([one.first for one in patients], dtype=np.int64)
        last = first + np.array([one.count for one in patients], dtype=np.int64)
        return (
            np.repeat(numbers, len(patients)),
            np.tile(first, len(draws)),
            np.tile(last, len(draws)),
            self._keys,
        )

    def _numbers(
        self, source: PatientSource, draws: range, stretches: int
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the kernel's parameters, and the variables of strategies and of subgroups."""
        drawn = np.empty((max(len(source.drawn), 1), len(draws)))
        for row, name in enumerate(source.drawn):
            values = self._parameters[name]
            drawn[row] = values[draws.start : draws.stop] if values.size > 1 else values
        single = np.array([float(self._parameters[name].flat[0]) for name in source.single])
        repeated = np.repeat(drawn, stretches, axis=1)
        return (
            repeated.ravel(),
            single,
            *member_values(self._given.model.spec, source.of_strategy, source.of_group),
        )

    def _own(self, draws: range, patients: Sequence[Patients]) -> Floats:
        """Return the values in which patients differ, each part's one after another."""
        if not self._source.own:
            return np.zeros(1)
        numbers = np.asarray(self._given.draws, dtype=np.int64)[draws.start : draws.stop]
        found = [starting_values(self._given.model.spec, one, numbers) for one in patients]
        # Dims (attribute, draw, stretch, subgroup, patient); all stretches are padded alike.
        longest = max(one.count for one in patients)
        values = np.zeros(
            (len(self._source.own), len(draws), len(patients), patients[0].groups, longest)
        )
        for place, name in enumerate(self._source.own):
            for number, one in enumerate(patients):
                values[place, :, number, :, : one.count] = found[number][name].transpose(2, 1, 0)
        return values.ravel()


def _without_ends(clock: tuple[Floats | Whole, ...]) -> tuple[Floats | Whole, ...]:
    """Return the clock's arrays without the ends of years, which only cohorts need."""
    return (*clock[:4], *clock[5:])
