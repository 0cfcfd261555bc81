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
    """What an engine finds, dims (strategy, draw).

    Where patients are simulated, the first engine also gives the `scatter` between them, as a
    standard deviation: it follows from the question, so that no other engine need find it.
    """

    values: Mapping[str, Floats]
    scatter: Mapping[str, Floats] = field(default_factory=dict)


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
    most: Size | None = None
    """It does no more than this, its time is multiplied, and marked; omitted, it does all."""
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

    def done(self, engine: Engine, asked: Size) -> Size:
        """Return what an engine does of the size asked for: the first draws, and patients."""
        most = engine.most or asked
        return Size(min(asked.draws, most.draws), min(asked.patients, most.patients))


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


def difference(
    found: Answer, expected: Answer, *, limit: float, patients: tuple[int, int] = (1, 1)
) -> Difference:
    """Compare two answers for the draws that both have; simulated ones by their means.

    `patients` are those of each draw, found and expected.
    """
    apart = []
    for name, values in expected.values.items():
        one = found.values[name]
        draws = one.shape[1]
        other = values[:, :draws]
        if name not in expected.scatter:
            apart.append(np.max(np.abs(one - other) / np.maximum(np.abs(other), 1e-300)))
            continue
        variance = (expected.scatter[name][:, :draws] ** 2).mean(axis=1)
        error = np.sqrt(variance * sum(1.0 / count for count in patients) / draws)
        apart.append(np.max(np.abs(one.mean(axis=1) - other.mean(axis=1)) / error))
    simulated = bool(expected.scatter)
    return Difference(float(np.max(apart)), simulated, DEVIATIONS if simulated else limit)


def workloads() -> dict[str, Workload]:
    """Return all workloads by name: each module of `bench.workloads` has some."""
    found: dict[str, Workload] = {}
    for path in sorted((FOLDER / "workloads").glob("w*.py")):
        module = import_module(f"bench.workloads.{path.stem}")
        found |= {workload.name: workload for workload in module.WORKLOADS}
    return found
