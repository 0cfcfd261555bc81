"""What a check is, and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.verification.subject import Subject

Floats = NDArray[np.float64]

HAIR = 1e-9
"""Differences of so small a part come from the arithmetic of the computer."""

FAINT = 0.01
"""Part of a total below which an increment is as good as none."""

Verdict = Literal["passed", "failed", "waived", "not applicable"]


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    Parameters
    ----------
    verdict
        Whether the model keeps what it must; `waived` where its file says why it need not.
    expected, seen
        In words and numbers.
    margin
        How far the worst of all draws is from what is just allowed, in units of what is allowed;
        negative if it is beyond. None where nothing is measured.
    part
        Of the check, where it has several.
    reason
        Why it is waived; of what failed, how to mend it; of what passes, what its author is to be
        asked: what a model may well be, and a mistake too.
    """

    verdict: Verdict
    expected: str
    seen: str
    margin: float | None = None
    part: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """One entry of the catalogue.

    Parameters
    ----------
    name
        V01 to V32.
    title
        What must hold.
    tech_ver, advishe
        Headings under which a reviewer looks for it.
    ask
        Asks a model; gives one outcome, or one for each part.
    """

    name: str
    title: str
    tech_ver: str
    advishe: str
    ask: Callable[[Subject], Outcome | list[Outcome]]


def judged(
    *,
    ok: bool,
    expected: str,
    seen: str,
    margin: float | None = None,
    part: str = "",
    question: str = "",
    fix: str = "",
) -> Outcome:
    """Return what was found; a question is for the author of what passes, a fix of what fails."""
    verdict: Verdict = "passed" if ok else "failed"
    return Outcome(verdict, expected, seen, margin, part, question if ok else fix)


def within(
    worst: float, allowed: float, *, expected: str, seen: str, part: str = "", fix: str = ""
) -> Outcome:
    """Return whether the largest difference is allowed, and by how much."""
    margin = 1.0 - worst / allowed
    return judged(
        ok=worst <= allowed, expected=expected, seen=seen, margin=margin, part=part, fix=fix
    )


def each(
    beyond: Mapping[str, str],
    *,
    expected: str,
    seen: str,
    question: str = "",
    fix: str = "",
    margins: Mapping[str, float] | None = None,
) -> list[Outcome]:
    """Return an outcome for each input that is not as expected, or one if all are.

    Parameters
    ----------
    beyond
        Input -> what was seen of it.
    expected
        Of all.
    seen
        Where all are so.
    question
        For the author, where all are so.
    fix
        How to mend one that is not.
    margins
        Input -> margin, of those that are measured.
    """
    known = {} if margins is None else margins
    if not beyond:
        least = min(known.values(), default=None)
        return [judged(ok=True, expected=expected, seen=seen, margin=least, question=question)]
    return [
        judged(
            ok=False,
            expected=expected,
            seen=f"'{name}': {what}",
            part=name,
            fix=fix,
            margin=known.get(name),
        )
        for name, what in beyond.items()
    ]


def silent(reason: str) -> Outcome:
    """Return that a check has nothing to ask of such a model."""
    return Outcome("not applicable", "", reason)


def increments(one: Floats) -> Floats:
    """Return what each strategy has more than each of those before it, dims (pair, ...)."""
    pairs = combinations(range(len(one)), 2)
    return np.stack([one[later] - one[earlier] for earlier, later in pairs])


def apart_of_increments(moved: Floats, own: Floats, totals: Floats) -> float:
    """Return how far increments have moved, in units of the largest of them.

    Parameters
    ----------
    moved
        How far increments are others, dims (pair).
    own
        The increments, dims (pair).
    totals
        Of strategies, dims (strategy): a part of `FAINT` of the largest is the least unit, for
        smaller increments are as good as none.
    """
    unit = max(float(np.abs(own).max()), FAINT * float(np.abs(totals).max()))
    return float(np.abs(moved).max()) / unit if unit else 0.0


def difference(one: Floats, other: Floats) -> float:
    """Return the largest difference in units of the largest number of the second."""
    scale = float(np.abs(other).max(initial=0.0))
    worst = float(np.abs(one - other).max(initial=0.0))
    return worst / scale if scale else worst
