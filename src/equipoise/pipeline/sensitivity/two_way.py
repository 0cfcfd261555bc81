"""Two-way analysis: which strategy is best at each pair of values of two parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.pipeline.sensitivity.changes import (
    Span,
    grid,
    require_not_empty,
    require_parameter,
    searched_range,
    span_of,
    uncertain_parameters,
)
from equipoise.pipeline.sensitivity.comparison import (
    Comparison,
    best_of,
    comparison_of,
    parameter_label,
    require_comparable,
    require_threshold,
)
from equipoise.pipeline.sensitivity.expected import Expected, Recalculator, require_ends
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.together import Changes, completed

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

POINTS = 11
MOST_POINTS = 101

_SAME = 1e-9
"""Of the range: points nearer to each other are one."""


@dataclass(frozen=True)
class TwoWay:
    """Result of a two-way analysis.

    Parameters
    ----------
    model
        What was run.
    comparison
        Whose increments `more` has, and what a QALY is worth.
    parameters
        The two.
    spans
        Of each: its ends, and whether they were cut.
    values
        Of each: its points, in its own unit; the stated value is one of them if it lies between
        the ends.
    strategies
        Labels of `benefit`.
    benefit
        Net monetary benefit of each strategy, dims ``(strategy, first, second)``; not a number in
        cells that cannot be, as shares of one whole that add up to more.
    base
        That of the stated values, dims ``(strategy)``.
    """

    model: LoadedModel
    comparison: Comparison
    parameters: tuple[str, str]
    spans: tuple[Span, Span]
    values: tuple[tuple[float, ...], tuple[float, ...]]
    strategies: tuple[str, ...]
    benefit: Floats
    base: Floats

    @property
    def more(self) -> Floats:
        """Return the incremental net benefit of the comparison, dims ``(first, second)``."""
        own, other = (
            self.strategies.index(name)
            for name in (self.comparison.strategy, self.comparison.against)
        )
        return np.asarray(self.benefit[own] - self.benefit[other])

    @property
    def best(self) -> list[list[str]]:
        """Return the best strategy of each cell, of equally good ones the first; none is ``""``."""
        return [
            [self.best_of(self.benefit[:, i, j]) for j in range(len(self.values[1]))]
            for i in range(len(self.values[0]))
        ]

    def shares(self) -> dict[str, float]:
        """Return the share of the map in which each strategy is best, by the size of its cells."""
        sizes = np.outer(*(np.diff(edges(points)) for points in self.values))
        best = np.array(self.best)
        whole = sizes[best != ""].sum()
        return {name: float(sizes[best == name].sum() / whole) for name in self.strategies}

    def labels(self) -> tuple[str, str]:
        """Return the parameters' names for people."""
        first, second = (parameter_label(self.model.spec, name) for name in self.parameters)
        return first, second

    def table(self) -> pd.DataFrame:
        """Return one row for each cell."""
        import pandas as pd  # noqa: PLC0415 - takes half a second

        best, more = self.best, self.more
        return pd.DataFrame(
            [
                {
                    self.parameters[0]: one, self.parameters[1]: two, "best": best[i][j],
                    "incremental_net_benefit": float(more[i, j]),
                    **{f"net_benefit_{name}": float(self.benefit[k, i, j])
                       for k, name in enumerate(self.strategies)},
                }
                for i, one in enumerate(self.values[0])
                for j, two in enumerate(self.values[1])
            ]
        )  # fmt: skip

    def best_of(self, benefit: Floats) -> str:
        """Return the best strategy by net benefits, dims ``(strategy)``."""
        return best_of(self.strategies, benefit)


def edges(points: Sequence[float]) -> tuple[float, ...]:
    """Return the edges of the cells around rising points: halfway, and as far beyond the ends.

    Examples
    --------
    >>> edges([0.0, 1.0, 3.0])
    (-0.5, 0.5, 2.0, 4.0)
    """
    middle = [(one + two) / 2.0 for one, two in pairwise(points)]
    return 2.0 * points[0] - middle[0], *middle, 2.0 * points[-1] - middle[-1]


def two_way(
    recalculator: Recalculator,
    first: str,
    second: str,
    *,
    limits: Mapping[str, tuple[float, float]] | None = None,
    points: int = POINTS,
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    mistakes: Mistakes | None = None,
    progress: Callable[[float], None] | None = None,
) -> TwoWay:
    """Try all pairs of values of two parameters, all of them in one run of the engine.

    Parameters
    ----------
    recalculator
        The model and how it is run.
    first, second
        The parameters.
    limits
        Of either: lowest and highest value in its own unit; omitted are the quantiles 2.5 % and
        97.5 %, or without a distribution the range of a threshold search.
    points
        Evenly spread values of each; the stated value is tried with them, so that the map shows
        what is best there.
    strategy, against, threshold
        As of `comparison_of`.
    mistakes
        Found before, which are told together with those found here.
    progress
        Called with the share of the work done, between 0 and 1.

    Raises
    ------
    FieldError, SeveralErrors
        If arguments cannot be, or nobody says what a QALY is worth.
    """
    model = recalculator.model
    spans = _ends_of_map(
        recalculator, first, second, limits={} if limits is None else limits, points=points,
        strategy=strategy, against=against, threshold=threshold, mistakes=mistakes,
    )  # fmt: skip
    one, two = (_with_stated(model, span, points) for span in spans)
    cells: list[Changes] = [{first: a, second: b} for a in one for b in two]
    possible = np.array([_is_possible(recalculator, cell) for cell in cells])
    kept = [cell for cell, fits in zip(cells, possible, strict=True) if fits]
    found = recalculator([{}, *kept], progress)
    base = Expected(found.strategies, found.cost[:, :1], found.qaly[:, :1])
    comparison = comparison_of(model, base, strategy=strategy, against=against, threshold=threshold)
    benefit = np.full((len(found.strategies), len(cells)), np.nan)
    worth = require_threshold(comparison)
    benefit[:, possible] = found.qaly[:, 1:] * worth - found.cost[:, 1:]
    shape = (len(found.strategies), len(one), len(two))
    return TwoWay(
        model, comparison, (first, second), spans, (one, two), found.strategies,
        benefit.reshape(shape), base.qaly[:, 0] * worth - base.cost[:, 0],
    )  # fmt: skip


def _with_stated(model: LoadedModel, span: Span, points: int) -> tuple[float, ...]:
    """Return evenly spread values between two ends, and among them the stated one."""
    found = np.array(grid(span.low, span.high, points))
    stated = model.spec.parameters[span.name].value
    near = np.abs(found - stated)
    if near.min() <= _SAME * (span.high - span.low):
        found[near.argmin()] = stated
    elif span.low < stated < span.high:
        found = np.sort(np.append(found, stated))
    return tuple(found.tolist())


def _ends_of_map(
    recalculator: Recalculator,
    first: str,
    second: str,
    *,
    limits: Mapping[str, tuple[float, float]],
    points: int,
    strategy: str | None,
    against: str | None,
    threshold: float | None,
    mistakes: Mistakes | None,
) -> tuple[Span, Span]:
    """Return the ends of both parameters, after making sure of all that is asked for."""
    mistakes = mistakes or Mistakes()
    with mistakes.noted():
        if first == second:
            raise FieldError(
                _("'{name}' is named twice", name=first), fix=_("name two different parameters")
            )
    with mistakes.noted():
        if not 2 <= points <= MOST_POINTS:
            raise FieldError(
                _("a map cannot have {points} values of each input", points=points),
                fix=_("use 2 to {most} points, e.g. {usual}", most=MOST_POINTS, usual=POINTS),
            )
    for name in limits:
        with mistakes.noted():
            if name not in (first, second):
                raise FieldError(
                    _("{name}: is given limits, but is not varied", name=name),
                    fix=_("use one of: {names}", names=f"{first}, {second}"),
                )
    spans: dict[str, Span] = {}
    for name in dict.fromkeys((first, second)):
        with mistakes.noted():
            spans[name] = _ends(recalculator, name, limits.get(name))
    with mistakes.noted():
        require_comparable(
            recalculator.model, strategy=strategy, against=against, threshold=threshold
        )
    mistakes.refuse()
    return spans[first], spans[second]


def _ends(recalculator: Recalculator, name: str, given: tuple[float, float] | None) -> Span:
    """Return the ends of one parameter.

    Raises
    ------
    FieldError, SeveralErrors
        If they cannot be.
    """
    model = recalculator.model
    if given is not None:
        require_ends(recalculator, name, *given)
        return Span(name, *given)
    require_parameter(model, name)
    span = (span_of(model, name) if name in uncertain_parameters(model)
            else Span(name, *searched_range(model, name)))  # fmt: skip
    require_not_empty(name, span.low, span.high)
    return span


def _is_possible(recalculator: Recalculator, cell: Changes) -> bool:
    """Return whether a cell leaves room for the shares that make a whole with it."""
    try:
        completed(recalculator.model.spec, cell, companions=recalculator.companions)
    except FieldError:
        return False
    return True
