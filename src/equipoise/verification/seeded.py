"""How many seeded mistakes the checks notice."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from equipoise.core.errors import EquipoiseError, SimulationError
from equipoise.spec.loaded import LoadedModel
from equipoise.verification.catalogue import CHECKS
from equipoise.verification.mistakes import MISTAKES, Mistake
from equipoise.verification.slips import SLIPS, Slip
from equipoise.verification.subject import Subject
from equipoise.verification.verify import parts_of

PLACES = 3
"""Places in which each kind of mistake is seeded, at most."""

_DRAWS = 60
_TRIED = 10
"""Places that are looked at, of which some may make no difference."""


@dataclass(frozen=True)
class Seeded:
    """One kind of mistake: in how many places it was seeded, and by what it was noticed.

    Parameters
    ----------
    name, title
        Of the kind.
    caught
        For each place: the name of the first check that noticed it, or None.
    """

    name: str
    title: str
    caught: tuple[str | None, ...]

    @property
    def noticed(self) -> int:
        """Return in how many places the mistake was noticed."""
        return sum(one is not None for one in self.caught)


@dataclass(frozen=True)
class CatchRate:
    """What became of all kinds of mistakes in a model."""

    found: tuple[Seeded, ...]

    @property
    def seeded(self) -> int:
        """Return how many mistakes were seeded."""
        return sum(len(one.caught) for one in self.found)

    @property
    def noticed(self) -> int:
        """Return how many of them were noticed."""
        return sum(one.noticed for one in self.found)

    @property
    def rate(self) -> float:
        """Return the share noticed, of which each kind counts alike."""
        shares = [one.noticed / len(one.caught) for one in self.found if one.caught]
        return sum(shares) / len(shares) if shares else 0.0

    @property
    def kinds(self) -> int:
        """Return how many kinds had a place in the model."""
        return sum(bool(one.caught) for one in self.found)


def catch_rate(
    model: LoadedModel,
    *,
    seed: int = 1,
    places: int = PLACES,
    scale: Mapping[str, float] | None = None,
    progress: Callable[[float], None] | None = None,
) -> CatchRate:
    """Seed mistakes into a model, one at a time, and see whether a check notices.

    A check notices a mistake if it fails, and does not on the model itself.

    Parameters
    ----------
    model
        As loaded.
    seed, scale
        As of `verify`.
    places
        Of each kind, at most.
    progress
        Called with the share of the work done.
    """
    clean = Subject(model, draws=_DRAWS, seed=seed, scale=scale)
    known = frozenset(
        (check.name, one.part)
        for check in CHECKS for one in parts_of(check, clean) if one.verdict == "failed"
    )  # fmt: skip
    found: list[Seeded] = []
    total = len(MISTAKES) + len(SLIPS)
    for kind, subjects in _kinds(model, seed=seed, scale=scale):
        real = (one for one in subjects if not kind.moves_results or _moved(one, clean))
        caught = tuple(_noticed(one, known) for one in islice(real, places))
        found.append(Seeded(kind.name, kind.title, caught))
        if progress is not None:
            progress(len(found) / total)
    return CatchRate(tuple(found))


def _kinds(
    model: LoadedModel, *, seed: int, scale: Mapping[str, float] | None
) -> Iterator[tuple[Mistake | Slip, Iterator[Subject]]]:
    """Yield each kind of mistake with the subjects that have it."""
    for mistake in MISTAKES:
        yield (
            mistake,
            (
                Subject(one, draws=_DRAWS, seed=seed, scale=scale)
                for one in islice(mistake.seed(model), _TRIED)
            ),
        )
    for slip in SLIPS:
        engine = slip.engine(model)
        together = model.spec.joint or model.spec.parameter_correlations
        engines = [] if engine is None or (slip.needs_joint and not together) else [engine]
        yield (
            slip,
            (
                Subject(
                    model, draws=_DRAWS, seed=seed, engine=one, sampler=slip.sampler, scale=scale
                )
                for one in engines
            ),
        )


def _moved(subject: Subject, clean: Subject) -> bool:
    """Return whether results are others than those without the mistake, or there are none."""
    try:
        runs = ((subject.base, clean.base), (subject.drawn, clean.drawn))
    except SimulationError:
        return True
    except EquipoiseError:
        return False  # no file could have it: units would be refused before anything runs
    return any(
        not np.array_equal(one, known.of(name))
        for found, known in runs for name, one in found.totals.values.items()
    )  # fmt: skip


def _noticed(subject: Subject, known: frozenset[tuple[str, str]]) -> str | None:
    """Return the first check of which a part fails that does not fail anyway."""
    for check in CHECKS:
        for one in parts_of(check, subject):
            if one.verdict == "failed" and (check.name, one.part) not in known:
                return check.name
    return None
