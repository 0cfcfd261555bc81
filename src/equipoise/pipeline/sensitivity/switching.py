"""Threshold search: the values of a parameter at which two strategies are equally good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.pipeline.sensitivity.changes import (
    grid,
    require_not_empty,
    searched_range,
)
from equipoise.pipeline.sensitivity.comparison import (
    Comparison,
    comparison_of,
    parameter_label,
    require_comparable,
    require_threshold,
)
from equipoise.pipeline.sensitivity.expected import Recalculator, require_ends
from equipoise.spec.loaded import LoadedModel

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

POINTS = 33
"""Values at which the net benefit is looked at before it is looked at closely."""

SWITCHING_COLUMNS = ("threshold", "from", "to", "from_is", "to_is")

_STEP = 0.8
"""What is left of the work after each step, as far as the bar knows."""

_JUMP = 1e-6
"""Net benefit at a root, relative to that around it, above which it jumps over zero there."""


@dataclass(frozen=True)
class Root:
    """A value of the parameter at which the incremental net benefit changes its sign.

    `jumps` says that it jumps over zero there, as where a formula has a condition.
    """

    value: float
    jumps: bool = False


@dataclass(frozen=True)
class Worth:
    """A stretch of values in which the strategy is worth it: its net benefit is not below zero.

    `low_is_root` and `high_is_root` say whether it begins and ends at a root, and not at an end of
    the range that was searched.
    """

    low: float
    high: float
    low_is_root: bool
    high_is_root: bool


@dataclass(frozen=True)
class AtThreshold:
    """What was found at one worth of a QALY: all roots in the range, and where it is worth it."""

    threshold: float
    roots: tuple[Root, ...]
    worth_it: tuple[Worth, ...]
    net_benefit: tuple[float, ...]
    """At the points of the grid."""
    base: float
    """At the stated value."""


@dataclass(frozen=True)
class Switching:
    """Result of a threshold search.

    Parameters
    ----------
    model
        What was run.
    parameter
        Which one was varied.
    comparison
        Who is compared; its threshold is the first one.
    points
        Values of the parameter at which the net benefit was computed, in its own unit.
    thresholds
        What was found at each worth of a QALY; the first is the one that was asked for.
    runs
        How many runs of the engine it took.
    """

    model: LoadedModel
    parameter: str
    comparison: Comparison
    points: tuple[float, ...]
    thresholds: tuple[AtThreshold, ...]
    runs: int

    def table(self) -> pd.DataFrame:
        """Return one row for each stretch in which the strategy is worth it."""
        import pandas as pd  # noqa: PLC0415 - takes half a second

        words = {True: "root", False: "end of the range"}
        rows = [
            (one.threshold, part.low, part.high, words[part.low_is_root], words[part.high_is_root])
            for one in self.thresholds
            for part in one.worth_it
        ]
        return pd.DataFrame(rows, columns=list(SWITCHING_COLUMNS))

    @property
    def label(self) -> str:
        """Return the parameter's name for people."""
        return parameter_label(self.model.spec, self.parameter)


def switching_values(
    recalculator: Recalculator,
    parameter: str,
    *,
    low: float | None = None,
    high: float | None = None,
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    others: Sequence[float] = (),
    points: int = POINTS,
    mistakes: Mistakes | None = None,
    progress: Callable[[float], None] | None = None,
) -> Switching:
    """Find all values of a parameter at which the incremental net benefit is zero.

    Parameters
    ----------
    recalculator
        The model and how it is run.
    parameter
        Which one, e.g. a price.
    low, high
        Range in its own unit; an end that is omitted is that of `searched_range`.
    strategy, against, threshold
        As of `comparison_of`.
    others
        Further thresholds at which to look.
    points
        Values of the first run; roots closer together than these may be missed.
    mistakes
        Found before, which are told together with those found here.
    progress
        Called with the share of the work done, between 0 and 1.

    Raises
    ------
    FieldError, SeveralErrors
        If arguments cannot be, or nobody says what a QALY is worth.

    References
    ----------
    Chandrupatla (1997), A new hybrid quadratic/bisection algorithm for finding the zero of a
    nonlinear function, Adv Eng Softw 28(3):145-149 (as fast as Brent's method; SciPy runs all
    brackets at once, so a step for all thresholds is one run of the engine).
    """
    model = recalculator.model
    told = mistakes or Mistakes()
    ends = 0.0, 1.0
    with told.noted():
        ends = _ends(recalculator, parameter, low, high)
    with told.noted():
        if points < 3:
            raise FieldError(
                _("{points} points are too few", points=points), fix=_("write 3 or more")
            )
    with told.noted():
        require_comparable(
            model, strategy=strategy, against=against, threshold=threshold, others=others
        )
    told.refuse()
    values = grid(*ends, points)
    heard = _Halves(progress)
    found = recalculator([{}, *({parameter: value} for value in values)], heard.first)
    first = type(found)(found.strategies, found.cost[:, :1], found.qaly[:, :1])
    comparison = comparison_of(
        model, first, strategy=strategy, against=against, threshold=threshold
    )
    search = _Search(recalculator, parameter, comparison, np.array(values), heard)
    worths = [require_threshold(comparison), *others]
    cost, health = found.more(comparison.strategy, comparison.against)
    benefit = np.outer(worths, health) - cost
    roots = search.roots(np.array(worths), benefit[:, 1:])
    return Switching(
        model, parameter, comparison, values,
        tuple(
            AtThreshold(worth, own, _worth_it(values, row[1:], own), tuple(row[1:].tolist()),
                        float(row[0]))
            for worth, row, own in zip(worths, benefit, roots, strict=True)
        ),
        search.runs + 1,
    )  # fmt: skip


class _Halves:
    """Tells how far a search is: half of it is the grid, the steps after it are not known."""

    def __init__(self, progress: Callable[[float], None] | None) -> None:
        self._progress = progress

    def first(self, share: float) -> None:
        """Tell how far the grid is."""
        if self._progress is not None:
            self._progress(share / 2.0)

    def step(self, number: int) -> None:
        """Tell that another step begins."""
        if self._progress is not None:
            self._progress(1.0 - 0.5 * _STEP**number)


class _Search:
    """Refines all brackets of all thresholds together: a step of all is one run of the engine."""

    def __init__(
        self,
        recalculator: Recalculator,
        parameter: str,
        comparison: Comparison,
        values: Floats,
        heard: _Halves,
    ) -> None:
        self._recalculator = recalculator
        self._parameter = parameter
        self._comparison = comparison
        self._values = values
        self._heard = heard
        self.runs = 0

    def benefit(self, values: ArrayLike, worth: ArrayLike) -> Floats:
        """Return the incremental net benefit at each value of the parameter and worth of a QALY."""
        self.runs += 1
        self._heard.step(self.runs)
        flat = np.asarray(values, dtype=np.float64)
        changes = [{self._parameter: float(value)} for value in flat.ravel()]
        found = self._recalculator(changes)
        cost, health = found.more(self._comparison.strategy, self._comparison.against)
        return np.asarray(np.asarray(worth) * health.reshape(flat.shape) - cost.reshape(flat.shape))

    def roots(self, worths: Floats, benefit: Floats) -> list[tuple[Root, ...]]:
        """Return the roots of each threshold, from the net benefit on the grid."""
        rows, left = np.nonzero(benefit[:, :-1] * benefit[:, 1:] < 0.0)
        found: list[list[Root]] = [[] for _worth in worths]
        for row, place in zip(*np.nonzero(benefit == 0.0), strict=True):
            if not _flat(benefit[row]):
                found[row].append(Root(float(self._values[place])))
        if left.size:
            inside = self._refined(self._values[left], self._values[left + 1], worths[rows])
            height = np.maximum(abs(benefit[rows, left]), abs(benefit[rows, left + 1]))
            rest = abs(self.benefit(inside, worths[rows]))
            for row, value, jumps in zip(rows, inside, rest > _JUMP * height, strict=True):
                found[row].append(Root(float(value), bool(jumps)))
        return [tuple(sorted(own, key=lambda root: root.value)) for own in found]

    def _refined(self, low: Floats, high: Floats, worths: Floats) -> Floats:
        """Return where the net benefit is zero inside of each bracket."""
        from scipy.optimize import elementwise  # noqa: PLC0415 - takes a quarter of a second

        found = elementwise.find_root(self.benefit, (low, high), args=(worths,))
        return np.asarray(found.x, dtype=np.float64)


def _flat(benefit: Floats) -> bool:
    """Return whether the net benefit is zero all the way: then no value is a root."""
    return not bool(benefit.any())


def _ends(
    recalculator: Recalculator, parameter: str, low: float | None, high: float | None
) -> tuple[float, float]:
    """Return the range to search.

    Raises
    ------
    FieldError, SeveralErrors
        If it cannot be.
    """
    require_ends(recalculator, parameter, low, high)
    if low is None or high is None:
        least, most = searched_range(recalculator.model, parameter)
        low, high = (least if low is None else low), (most if high is None else high)
    require_not_empty(parameter, low, high)
    return low, high


def _worth_it(values: Sequence[float], benefit: Floats, roots: Sequence[Root]) -> tuple[Worth, ...]:
    """Return the stretches between roots in which the net benefit is not below zero."""
    cuts = [values[0], *(r.value for r in roots if values[0] < r.value < values[-1]), values[-1]]
    found: list[Worth] = []
    for place, (low, high) in enumerate(zip(cuts, cuts[1:], strict=False)):
        middle = float(np.interp((low + high) / 2.0, *_with_roots(values, benefit, roots)))
        if middle < 0.0:
            continue
        if found and found[-1].high == low:  # the net benefit only touches zero here
            found[-1] = Worth(found[-1].low, high, found[-1].low_is_root, place + 2 < len(cuts))
        else:
            found.append(Worth(low, high, place > 0, place + 2 < len(cuts)))
    return tuple(found)


def _with_roots(
    values: Sequence[float], benefit: Floats, roots: Sequence[Root]
) -> tuple[Floats, Floats]:
    """Return the net benefit on the grid, and at the roots, where it is zero."""
    places = np.array([*values, *(root.value for root in roots)])
    heights = np.array([*benefit, *(0.0 for _root in roots)])
    order = np.argsort(places, kind="stable")
    return places[order], heights[order]
