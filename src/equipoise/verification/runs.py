"""One run of a model as verification sees it, and the engine that makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical import Following, Totals, follow, totals_of, trace
from equipoise.draws import Sample
from equipoise.spec.loaded import LoadedModel

Floats = NDArray[np.float64]

_DIMS = ("item", "measure", "state", "strategy", "point", "draw")


@dataclass(frozen=True)
class Course:
    """Who is where at each point of time, and what it amounts to, in every draw.

    Parameters
    ----------
    time, weight
        Years since the start, and for how long who is there counts; dims (point).
    states
        By name.
    share
        Dims (state, strategy, point, draw).
    alive, qaly, life_years, qaly_present, life_years_present
        Dims (strategy, point, draw).
    cost, cost_present
        Dims (item, strategy, point, draw).
    """

    time: Floats
    weight: Floats
    states: tuple[str, ...]
    share: Floats
    alive: Floats
    cost: Floats
    cost_present: Floats
    qaly: Floats
    qaly_present: Floats
    life_years: Floats
    life_years_present: Floats


@dataclass(frozen=True)
class Results:
    """What a run gave: totals by strategy and draw, the course, or both, as was asked for."""

    added: Totals | None
    course: Course | None = None

    @property
    def totals(self) -> Totals:
        """Return the totals."""
        assert self.added is not None  # noqa: S101 - asked for
        return self.added

    def of(self, name: str) -> Floats:
        """Return totals by the names of `Totals`, dims (strategy, draw)."""
        return self.totals.values[name]

    @property
    def strategies(self) -> tuple[str, ...]:
        """Return the names of the strategies in the order of the arrays."""
        return self.totals.strategies


Asked = Literal["totals", "course", "both"]
"""What a run has to give: patients are followed once for each of the two."""

Engine = Callable[[LoadedModel, Sample, Following, Asked], Results]
"""Runs a model on a sample; the last argument says what for."""


def reference(model: LoadedModel, sample: Sample, how: Following, asked: Asked) -> Results:
    """Return what the NumPy engines say of a model.

    Parameters
    ----------
    model, sample, how
        As of `clinical.follow`.
    asked
        Whether totals are wanted, the course, or both.

    Raises
    ------
    SimulationError
        If the model gives impossible values.
    """
    totals = None if asked == "course" else totals_of(follow(model, sample, how, by_year=False))
    return Results(totals, None if asked == "totals" else _course(model, sample, how))


def _course(model: LoadedModel, sample: Sample, how: Following) -> Course:
    """Return the course of patients as plain arrays."""
    found = trace(model, sample, how)
    names = ("share", "alive", "cost", "cost_present", "qaly", "qaly_present", "life_years",
             "life_years_present")  # fmt: skip
    arrays = {
        name: np.asarray(found[name].transpose(*(dim for dim in _DIMS if dim in found[name].dims)))
        for name in names
    }
    states = tuple(str(name) for name in found["state"].values)
    time, weight = (np.asarray(found[name], dtype=np.float64) for name in ("time", "weight"))
    return Course(time, weight, states, **arrays)
