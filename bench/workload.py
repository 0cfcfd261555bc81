"""What a workload is: engines that answer the same question, and how their answers compare."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Size:
    """How much is computed: draws of the parameters, and patients in each where there are any."""

    draws: int
    patients: int = 1


@dataclass(frozen=True)
class Answer:
    """What an engine finds.

    `values` are exact for their draws, dims (strategy, draw). An engine that simulates, or draws
    by itself, gives means, dims (strategy), and their standard errors in `errors`.
    """

    values: Mapping[str, Floats]
    errors: Mapping[str, Floats] = field(default_factory=dict)


Call = Callable[[], Answer]


@dataclass(frozen=True)
class Engine:
    """One way to do a workload.

    `prepare` imports what it needs and returns what is timed. It runs in a process of its own,
    so nothing heavy is imported before.
    """

    name: str
    prepare: Callable[[Size], Call]
    compiles: bool = False
    """Whether its first call compiles, which is then measured apart."""
    part: int = 1
    """It does one draw of so many; its time is multiplied by this, and marked."""
    is_peer: bool = False
    """Whether it is another package, from an environment of its own."""


@dataclass(frozen=True)
class Workload:
    """A question, and who answers it; the first engine is what others are measured by."""

    name: str
    title: str
    size: Size
    tiny: Size
    """For a test that all of this still runs."""
    steps: Callable[[Size], float]
    """How many elementary steps it has."""
    engines: tuple[Engine, ...]
    agreement: float = 1e-7
    """Largest relative difference of exact answers; simulated ones get `DEVIATIONS`."""

    def engine(self, name: str) -> Engine:
        """Return an engine by its name."""
        return next(engine for engine in self.engines if engine.name == name)


DEVIATIONS = 5.0
"""Standard errors of a difference beyond which simulated answers disagree."""


@dataclass(frozen=True)
class Difference:
    """How far two answers are apart: relative, or in standard errors of the difference."""

    largest: float
    simulated: bool
    limit: float

    @property
    def is_fine(self) -> bool:
        """Return whether the answers agree; what is no number never does."""
        return self.largest <= self.limit

    def __str__(self) -> str:
        """Return it as the table prints it."""
        return f"{self.largest:.1f} s.e." if self.simulated else f"{self.largest:.0e}"


def difference(found: Answer, expected: Answer, *, limit: float) -> Difference:
    """Compare two answers to the same question; by their means if they have other draws."""
    values = expected.values
    simulated = bool(found.errors or expected.errors) or any(
        found.values[name].shape != values[name].shape for name in values
    )
    apart = []
    for name in expected.values:
        if not simulated:
            one, other = found.values[name], expected.values[name]
            apart.append(np.max(np.abs(one - other) / np.maximum(np.abs(other), 1e-300)))
        else:
            (one, first), (other, second) = _mean(found, name), _mean(expected, name)
            apart.append(np.max(np.abs(one - other) / np.hypot(first, second)))
    return Difference(float(np.max(apart)), simulated, DEVIATIONS if simulated else limit)


def _mean(answer: Answer, name: str) -> tuple[Floats, Floats]:
    """Return a mean by strategy and its standard error."""
    values = answer.values[name]
    if name in answer.errors:
        return values, answer.errors[name]
    return values.mean(axis=1), values.std(axis=1) / np.sqrt(values.shape[1])


def workloads() -> dict[str, Workload]:
    """Return all workloads by name: each module of `bench.workloads` has some."""
    found: dict[str, Workload] = {}
    for path in sorted((FOLDER / "workloads").glob("w*.py")):
        module = import_module(f"bench.workloads.{path.stem}")
        found |= {workload.name: workload for workload in module.WORKLOADS}
    return found
