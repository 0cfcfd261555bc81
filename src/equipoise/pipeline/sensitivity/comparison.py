"""Two strategies compared: increments, net benefit, and where they lie on the plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.pipeline.sensitivity.expected import Expected
from equipoise.spec.findings import did_you_mean
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model
from equipoise.spec.text import shown
from equipoise.value import incremental_table

Floats = NDArray[np.float64]

Measure = Literal["nmb", "icer", "cost", "qaly"]
"""What is compared: incremental net monetary benefit, ICER, more cost, more QALYs."""

Quadrant = Literal["dearer and better", "dominant", "dominated", "cheaper and worse", "alike"]

QUADRANTS: dict[Quadrant, str] = {
    "dearer and better": mark("costs more and gives more"),
    "dominant": mark("dominant: costs less and gives more"),
    "dominated": mark("dominated: costs more and gives less"),
    "cheaper and worse": mark("costs less and gives less: saved per QALY lost"),
    "alike": mark("the same health: no ratio"),
}
"""Places on the plane, in words."""

SHORT: dict[Quadrant, str] = {
    "dearer and better": mark("a trade-off"),
    "dominant": mark("dominant"),
    "dominated": mark("dominated"),
    "cheaper and worse": mark("saves, but loses health"),
    "alike": mark("the same health"),
}
"""The same in a word or two."""

_NOTHING = 1e-12
"""Difference of QALYs, relative to their size, that is rounding."""


@dataclass(frozen=True)
class Outcome:
    """What a strategy brings more than another.

    `more_cost` in money, `more_health` in QALYs, `net_benefit` in money (None without a
    threshold).
    """

    more_cost: float
    more_health: float
    net_benefit: float | None

    @property
    def quadrant(self) -> Quadrant:
        """Return where it lies on the plane.

        Equal health is no quadrant, and neither is rounding.
        """
        if self.more_health == 0.0:
            return "alike"
        if self.more_health > 0.0:
            return "dearer and better" if self.more_cost > 0.0 else "dominant"
        return "dominated" if self.more_cost >= 0.0 else "cheaper and worse"

    @property
    def icer(self) -> float | None:
        """Return money per QALY gained, or saved per QALY lost; None where there is no trade-off.

        So it is never negative, and a dominant strategy never looks like a dominated one.
        """
        if self.quadrant in ("dearer and better", "cheaper and worse"):
            return self.more_cost / self.more_health
        return None

    def value(self, measure: Measure) -> float | None:
        """Return one measure; None where there is none."""
        match measure:
            case "nmb":
                return self.net_benefit
            case "icer":
                return self.icer
            case "cost":
                return self.more_cost
            case "qaly":
                return self.more_health


@dataclass(frozen=True)
class Comparison:
    """Which strategies of a model are compared, and what a QALY is worth.

    `threshold` is None where nobody says it. `counts_health` says whether anybody has QALYs at all:
    without any their worth is nothing to speak of.
    """

    strategy: str
    against: str
    threshold: float | None
    counts_health: bool = True

    def outcomes(self, found: Expected) -> list[Outcome]:
        """Return the outcome under each change."""
        more_cost, more_health = found.more(self.strategy, self.against)
        size = np.abs(found.qaly).max(initial=0.0)
        health = np.where(np.abs(more_health) <= _NOTHING * size, 0.0, more_health)
        return [
            Outcome(float(c), float(h), self._benefit(float(c), float(h)))
            for c, h in zip(more_cost, health, strict=True)
        ]

    def _benefit(self, more_cost: float, more_health: float) -> float | None:
        """Return the net benefit, if it is known what a QALY is worth."""
        if self.threshold is None:
            return None
        return more_health * self.threshold - more_cost

    def reading(self, measure: Measure) -> Callable[[Expected], Floats]:
        """Return what reads a measure, dims ``(change)``; not a number where there is none."""
        return lambda found: np.array(
            [np.nan if (v := one.value(measure)) is None else v for one in self.outcomes(found)]
        )


def threshold_of(model: LoadedModel, given: float | None, base: Expected) -> float | None:
    """Return what a QALY is worth: what is given, or the file says; nothing if nobody gains any."""
    if given is not None:
        return float(given)
    price = model.spec.willingness_to_pay
    if price is not None:
        return price.value
    return None if bool(base.qaly.any()) else 0.0


def comparison_of(
    model: LoadedModel,
    base: Expected,
    *,
    strategy: str | None,
    against: str | None,
    threshold: float | None,
) -> Comparison:
    """Return which strategies are compared.

    Parameters
    ----------
    model
        As loaded.
    base
        What is expected of the stated values.
    strategy
        Omitted is the best one: of the highest net benefit, or without a threshold the last on the
        frontier.
    against
        Omitted is the reference of the incremental table, the cheapest; where that is the strategy
        itself, the best of the others. Where neither is named, the one that gives more QALYs is
        compared with the other, so that a therapy that is not worth it is not the one against
        which usual care is tried.
    threshold
        What a QALY is worth, in the model's money; omitted is what the file says.

    Raises
    ------
    FieldError
        If there is no such strategy, both are the same, or the model has only one.
    """
    require_comparable(model, strategy=strategy, against=against, threshold=threshold)
    worth = threshold_of(model, threshold, base)
    ranked = _ranked(base, worth)
    neither = strategy is None and against is None
    if strategy is None:
        strategy = next(name for name in ranked if name != against)
    if against is None:
        cheapest = _reference(base)
        against = cheapest if cheapest != strategy else next(n for n in ranked if n != strategy)
    if neither and _table(base)[strategy][1] < _table(base)[against][1]:
        strategy, against = against, strategy
    return Comparison(strategy, against, worth, bool(base.qaly.any()))


def require_comparable(
    model: LoadedModel,
    *,
    strategy: str | None,
    against: str | None,
    threshold: float | None,
    others: Sequence[float] = (),
) -> None:
    """Refuse, before anything runs, what cannot be compared.

    Parameters
    ----------
    model, strategy, against, threshold
        As of `comparison_of`.
    others
        Further thresholds.

    Raises
    ------
    FieldError, SeveralErrors
        With everything that is wrong.
    """
    names = tuple(model.spec.strategies)
    mistakes = Mistakes()
    for name in dict.fromkeys((strategy, against)):
        with mistakes.noted():
            if name is not None and name not in names:
                raise FieldError(
                    _("'{name}' is not a strategy of the model", name=name[:80]),
                    fix=did_you_mean(name, names),
                )
    with mistakes.noted():
        if len(names) < 2:
            raise FieldError(
                _("the model has a single strategy, so there is nothing to compare"),
                fix=_("add another under `strategies`"),
            )
        if strategy is not None and strategy in names and strategy == against:
            raise FieldError(
                _("'{name}' cannot be compared with itself", name=strategy),
                fix=_("name two different strategies"),
            )
    for value in (*(() if threshold is None else (threshold,)), *others):
        with mistakes.noted():
            if not isfinite(value) or value < 0.0:
                raise FieldError(
                    _("a threshold of {value:g} is not possible", value=value),
                    fix=_("write money per QALY, 0 or more"),
                )
    mistakes.refuse()


def require_threshold(comparison: Comparison) -> float:
    """Return what a QALY is worth.

    Raises
    ------
    FieldError
        If nobody says it.
    """
    if comparison.threshold is None:
        raise FieldError(
            _("nothing says what a QALY is worth"),
            fix=_("give a threshold, or write `willingness_to_pay` into the model's file"),
        )
    return comparison.threshold


def best_of(strategies: Sequence[str], benefit: Floats) -> str:
    """Return the strategy of the highest net benefit, of equally good ones the first.

    Parameters
    ----------
    strategies
        Labels of `benefit`.
    benefit
        Net monetary benefits, dims ``(strategy)``; with one that is no number there is no best,
        which is ``""``.

    Examples
    --------
    >>> best_of(["old", "new"], np.array([3.0, 4.0]))
    'new'
    """
    if np.isnan(benefit).any():
        return ""
    level = benefit.max() - _NOTHING * np.abs(benefit).max()
    return strategies[int(np.argmax(benefit >= level))]


def strategy_label(spec: Model, name: str) -> str:
    """Return a strategy's name for people."""
    return shown(spec.labels.get(name, name))


def parameter_label(spec: Model, name: str) -> str:
    """Return a parameter's name for people: its own label, that of the model, or its name."""
    own = spec.parameters[name].label
    return shown(own if own is not None else spec.labels.get(name, name))


def _table(base: Expected) -> dict[str, tuple[float, float]]:
    """Return costs and health of the stated values by strategy."""
    return {
        name: (float(base.cost[place, 0]), float(base.qaly[place, 0]))
        for place, name in enumerate(base.strategies)
    }


def _reference(base: Expected) -> str:
    """Return the reference of the incremental table."""
    return next(r.strategy for r in incremental_table(_table(base)) if r.standing == "reference")


def _ranked(base: Expected, worth: float | None) -> list[str]:
    """Return the strategies from the best down."""
    totals = _table(base)
    if worth is not None:
        return sorted(totals, key=lambda name: totals[name][0] - totals[name][1] * worth)
    rows = incremental_table(totals)
    frontier = [row.strategy for row in rows if row.standing in ("reference", "frontier")]
    return [*reversed(frontier), *(row.strategy for row in rows if row.strategy not in frontier)]
