"""A model under verification: its runs, each made once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical import Following, following
from equipoise.draws import Design, Sample, drawn_sample, stated_values
from equipoise.spec.loaded import LoadedModel
from equipoise.verification.changes import paying_once, with_utility
from equipoise.verification.runs import Asked, Course, Engine, Results, reference

Floats = NDArray[np.float64]

AMOUNT = 1000.0
"""What is paid once, in the model's money."""
FEW = 20
"""Patients, and draws at most, where chance decides or patients differ: laws hold for any."""


Sampler = Callable[[LoadedModel, int, int, Design, Mapping[str, float] | None], Sample]
"""Draws parameters: how many, with which seed and design, and factors that convert money."""


def drawn(
    model: LoadedModel, draws: int, seed: int, method: Design, scale: Mapping[str, float] | None
) -> Sample:
    """Return a joint sample of a model's parameters, as of `draws.drawn_sample`."""
    spec = model.spec
    return drawn_sample(
        spec.parameters, joint=spec.joint, correlations=spec.parameter_correlations,
        draws=draws, seed=seed, method=method, scale=scale,
    )  # fmt: skip


class Subject:
    """A model, a joint sample, and the engine that is asked.

    Parameters
    ----------
    model
        As loaded.
    draws
        How many; every law must hold in each.
    seed
        Of the sample and of patients' luck.
    engine
        What computes; another one than the reference only to see whether its errors are noticed.
    sampler
        What draws the parameters; another one for the same reason.
    scale
        Parameter -> factor that converts its money, as of `draws.sample`.
    """

    def __init__(
        self,
        model: LoadedModel,
        *,
        draws: int,
        seed: int,
        engine: Engine = reference,
        sampler: Sampler = drawn,
        scale: Mapping[str, float] | None = None,
    ) -> None:
        self.model, self.seed, self.engine, self._sampler = model, seed, engine, sampler
        self._asked, self._scale = draws, scale

    def on(self, model: LoadedModel, *, draws: int) -> "Subject":
        """Return another model under the same verification, with as many draws as are asked for."""
        return Subject(
            model, draws=draws, seed=self.seed, engine=self.engine, sampler=self._sampler,
            scale=self._scale,
        )  # fmt: skip

    @cached_property
    def how(self) -> Following:
        """Return how patients are followed, in every run alike."""
        found = following(self.model, draws=self._asked, seed=self.seed, patients=FEW)
        return replace(found, engine="numpy")

    @property
    def is_by_chance(self) -> bool:
        """Return whether chance decides for each patient, or who the patients are."""
        return self.how.patients > 0

    @property
    def draws(self) -> int:
        """Return how many draws there are."""
        return min(self._asked, FEW) if self.is_by_chance else self._asked

    @property
    def has_course(self) -> bool:
        """Return whether the model's points of time can be told apart."""
        return self.model.spec.time is not None and self.how.kind != "continuous"

    @cached_property
    def stated(self) -> Sample:
        """Return the stated values."""
        spec = self.model.spec
        return stated_values(spec.parameters, joint=spec.joint, scale=self._scale)

    @cached_property
    def sample(self) -> Sample:
        """Return the joint sample."""
        return self.sampled(self.draws, self.seed)

    def sampled(self, draws: int, seed: int, method: Design = "latin_hypercube") -> Sample:
        """Return a joint sample of the model's parameters."""
        return self._sampler(self.model, draws, seed, method, self._scale)

    @cached_property
    def base(self) -> Results:
        """Return the base case."""
        return self.engine(self.model, self.stated, self.how, "totals")

    @cached_property
    def drawn(self) -> Results:
        """Return the run of all draws, with its course if there is one."""
        asked: Asked = "both" if self.has_course else "totals"
        return self.engine(self.model, self.sample, self.how, asked)

    @cached_property
    def healthy_and_paying(self) -> Results:
        """Return the run in which a year is worth 1 and all pay once: neither touches the other."""
        return self.of(paying_once(with_utility(self.model, 1.0), AMOUNT))

    @cached_property
    def course(self) -> Course:
        """Return the course of all draws."""
        assert self.drawn.course is not None  # noqa: S101 - asked for
        return self.drawn.course

    def of(self, model: LoadedModel) -> Results:
        """Return the run of all draws of a changed model."""
        return self.engine(model, self.sample, self.how, "totals")

    def course_of(self, model: LoadedModel) -> Course:
        """Return the course of all draws of a changed model."""
        found = self.engine(model, self.sample, self.how, "course").course
        assert found is not None  # noqa: S101 - asked for
        return found

    def at(self, values: Mapping[str, Floats], count: int) -> Results:
        """Return runs with some parameters at given values, all others as stated.

        Parameters
        ----------
        values
            By name, in canonical units; dims (run).
        count
            How many runs.
        """
        # All are the same draw, so that the patients' luck is that of the base case.
        sample = replace(self.stated, values={**self.stated.values, **values}, draws=(0,) * count)
        return self.engine(self.model, sample, self.how, "totals")

    def moves(self, name: str, factor: float) -> bool:
        """Return whether a parameter that is so many times as large moves a total in any draw."""
        values = {**self.sample.values, name: np.asarray(self.sample.values[name] * factor)}
        found = self.engine(self.model, replace(self.sample, values=values), self.how, "totals")
        return any(
            not np.array_equal(own, self.drawn.of(total))
            for total, own in found.totals.values.items()
        )
