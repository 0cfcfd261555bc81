"""How the patients of a run are cut up, so that any size streams through little memory.

Sums run over stretches of fixed length in their order. So the result is the same, to the last bit,
however many draws or patients are in memory at once, and on any number of threads.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.given import Given
from equipoise.clinical.patients import Patients
from equipoise.clinical.tally import Tally

Floats = NDArray[np.float64]

_PACE = 0.25
"""Seconds."""

STRETCH = 512
"""Patients of each subgroup in one stretch."""


def stretches(*, seed: int, count: int, groups: int) -> list[Patients]:
    """Return the patients of a run, cut into stretches.

    Parameters
    ----------
    seed
        Of their luck.
    count
        Patients of each subgroup.
    groups
        Number of subgroups.

    Examples
    --------
    >>> [(one.first, one.count) for one in stretches(seed=1, count=1000, groups=1)]
    [(0, 512), (512, 488)]
    """
    starts = range(0, count, STRETCH)
    return [Patients(seed, first, min(STRETCH, count - first), groups) for first in starts]


@dataclass
class Sums:
    """Sums over patients of the variables of group `clinical`, dims as of `tally.Tally`.

    `track` holds sums over those alive until `means` divides it. `failed` notes draws to be done
    again, dims (draw).
    """

    arrays: dict[str, Floats]
    failed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    @classmethod
    def empty(cls, given: Given) -> "Sums":
        """Return sums of nobody."""
        return cls(Tally(given).arrays(), np.zeros(len(given.draws), dtype=np.bool_))

    def add(self, arrays: Mapping[str, Floats], draws: slice) -> None:
        """Add one stretch's sums for some draws."""
        for name, values in arrays.items():
            self.arrays[name][..., draws] += values

    def means(self, count: int) -> dict[str, Floats]:
        """Return means per patient; what is tracked, among those alive."""
        found = {name: values / count for name, values in self.arrays.items()}
        alive = found["alive"]
        living = np.where(alive > 0, alive, 1.0)
        found["track"] = np.where(alive > 0, found["track"] / living, 0.0)
        return found


def chunks(count: int, size: int) -> Iterator[range]:
    """Yield stretches of at most `size` of a whole, in order.

    Examples
    --------
    >>> list(chunks(5, 2))
    [range(0, 2), range(2, 4), range(4, 5)]
    """
    for first in range(0, count, size):
        yield range(first, min(first + size, count))


def paced(count: int, first: int, most: int) -> Iterator[range]:
    """Yield stretches of a whole, in order, each of which should take a quarter of a second.

    So that progress is seen and a run can be stopped, however much work there is in each.

    Parameters
    ----------
    count
        The whole.
    first
        Length of the first stretch.
    most
        Longest one.

    Examples
    --------
    >>> [len(one) for one in paced(5, 2, 2)]
    [2, 2, 1]
    """
    start, size = 0, max(min(first, most), 1)
    while start < count:
        began = perf_counter()
        end = min(start + size, count)
        yield range(start, end)
        took = max(perf_counter() - began, 1e-6)
        faster = min(_PACE * (end - start) / (took * size), 4.0)
        start, size = end, max(min(int(size * faster), most), 1)


def reporter(progress: Callable[[float], None] | None, total: int) -> Callable[[float], None]:
    """Return what adds to the work done and tells its share, or nothing to nobody.

    Parameters
    ----------
    progress
        Called with the share done.
    total
        All the work, in any unit.
    """
    done = 0.0

    def add(work: float) -> None:
        nonlocal done
        done += work
        if progress is not None:
            progress(min(done / total, 1.0))

    return add


def inside(told: Callable[[float], None], work: float) -> Callable[[float], None]:
    """Return what hears the share that is done of one piece of work, and adds it as it grows.

    Parameters
    ----------
    told
        Adds to the work done.
    work
        All of the piece, in the unit of `told`.

    Examples
    --------
    >>> added = []
    >>> heard = inside(added.append, 8.0)
    >>> heard(0.5)
    >>> heard(1.0)
    >>> added
    [4.0, 4.0]
    """
    before = 0.0

    def heard(share: float) -> None:
        nonlocal before
        told(work * (share - before))
        before = share

    return heard
