r"""How many draws are enough: a sequential rule that keeps its promise.

Whoever looks at a confidence interval again and again, and stops when it happens to be narrow,
stops too early: the standard error is itself estimated, and of many looks one is lucky. So there
are only a few looks, each at twice the draws of the last one, and each interval has the level

.. math:: 1 - \alpha / K

for :math:`K` looks in all. By Bonferroni's inequality all :math:`K` intervals hold the true mean
together with a probability of at least :math:`1 - \alpha`, so the one at which the rule stops does
too, whenever that is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from equipoise.clinical import follow, following, totals_of
from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.limits import overflow_explained
from equipoise.core.translation import translate as _
from equipoise.draws import drawn_sample
from equipoise.pipeline.sample_size import MOST_DRAWS, check_sample
from equipoise.pipeline.sensitivity.changes import uncertain_parameters
from equipoise.pipeline.sensitivity.comparison import (
    Comparison,
    comparison_of,
    require_comparable,
    require_threshold,
)
from equipoise.pipeline.sensitivity.expected import Recalculator
from equipoise.spec.loaded import LoadedModel

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

PreciseMeasure = Literal["nmb", "cost", "qaly"]
"""Whose mean is to be precise: the incremental net monetary benefit, cost, or QALYs."""

FIRST_LOOK = 500
"""Draws before the first look: with fewer the standard error of skewed results is unsure."""

LAST_LOOK = 256_000
CONFIDENCE = 0.95

LOOK_COLUMNS = ("draws", "mean", "standard_error", "half_width")


@dataclass(frozen=True)
class Look:
    """What was seen after some draws.

    `half_width` is that of the interval, corrected for the number of looks.
    """

    draws: int
    mean: float
    standard_error: float
    half_width: float


@dataclass(frozen=True)
class Precise:
    """Result of a run until its mean is precise.

    Parameters
    ----------
    model
        What was run.
    comparison
        Who is compared.
    measure
        Whose mean.
    precision
        What was asked for: half-width in the measure's unit, or share of the mean if `relative`.
    relative
        See `precision`.
    confidence
        With which the mean is within the half-width.
    looks
        In order; the last is the result.
    reached
        Whether the half-width is as small as asked.
    values
        The measure of every draw, dims ``(draw)``.
    """

    model: LoadedModel
    comparison: Comparison
    measure: PreciseMeasure
    precision: float
    relative: bool
    confidence: float
    looks: tuple[Look, ...]
    reached: bool
    values: Floats

    @property
    def result(self) -> Look:
        """Return what was seen at the end."""
        return self.looks[-1]

    def table(self) -> pd.DataFrame:
        """Return one row for each look."""
        import pandas as pd  # noqa: PLC0415 - takes half a second

        rows = [(one.draws, one.mean, one.standard_error, one.half_width) for one in self.looks]
        return pd.DataFrame(rows, columns=list(LOOK_COLUMNS))


def looks_at(first: int, last: int) -> tuple[int, ...]:
    """Return after how many draws is looked: each time twice as many, and at the last.

    Examples
    --------
    >>> looks_at(500, 3000)
    (500, 1000, 2000, 3000)
    """
    found = [first]
    while found[-1] < last:
        found.append(min(2 * found[-1], last))
    return tuple(found)


def run_until_precise(
    recalculator: Recalculator,
    *,
    precision: float,
    relative: bool = False,
    measure: PreciseMeasure = "nmb",
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    confidence: float = CONFIDENCE,
    first: int = FIRST_LOOK,
    most: int = LAST_LOOK,
    mistakes: Mistakes | None = None,
    progress: Callable[[float], None] | None = None,
) -> Precise:
    r"""Draw until the mean of a measure is as precise as asked for, or the draws are used up.

    With the half-width :math:`h = t \cdot s / \sqrt{n}` of a look and the precision
    :math:`\epsilon` it stops when :math:`h \le \epsilon`, or, relative to the unknown mean, when
    :math:`h \le \epsilon |\bar{x}| / (1 + \epsilon)`.

    Parameters
    ----------
    recalculator
        The model, how it is run, and the seed of the draws.
    precision
        Half-width of the confidence interval of the mean, in money (QALYs for `qaly`); a share of
        the mean if `relative`.
    relative
        See `precision`.
    measure
        Whose mean.
    strategy, against, threshold
        As of `comparison_of`.
    confidence
        With which the true mean is within the half-width.
    first, most
        Draws before the first look, and at most. More draws keep the earlier ones: the same as a
        run of the design ``plain``.
    mistakes
        Found before, which are told together with those found here.
    progress
        Called with the share of the most draws that are done, between 0 and 1.

    Raises
    ------
    FieldError
        If an argument cannot be, or nothing is uncertain.

    References
    ----------
    Chow, Robbins (1965), On the asymptotic theory of fixed-width sequential confidence intervals
    for the mean, Ann Math Stat 36(2):457-462, https://doi.org/10.1214/aoms/1177700156 (the rule
    without a correction, of which this is the cautious version).
    """
    model = recalculator.model
    told = mistakes or Mistakes()
    with told.noted():
        _require_drawable(
            recalculator, precision=precision, confidence=confidence, first=first, most=most,
            strategy=strategy, against=against, threshold=threshold,
        )  # fmt: skip
    told.refuse()
    comparison = comparison_of(
        model, recalculator.base(), strategy=strategy, against=against, threshold=threshold
    )
    if measure == "nmb":
        require_threshold(comparison)
    planned = looks_at(first, most)
    level = (1.0 - confidence) / len(planned)
    draws = _Draws(recalculator, comparison, measure, most, progress)
    looks: list[Look] = []
    for size in planned:
        looks.append(_look(draws.up_to(size), level))
        if _is_enough(looks[-1], precision, relative=relative):
            break
    return Precise(
        model, comparison, measure, precision, relative, confidence, tuple(looks),
        _is_enough(looks[-1], precision, relative=relative), draws.values,
    )  # fmt: skip


def running_mean(values: Floats, *, points: int = 200) -> tuple[NDArray[np.int64], Floats]:
    """Return after how many draws the mean was what, at points evenly spread on a log scale.

    Parameters
    ----------
    values
        Dims ``(draw)``.
    points
        About how many.

    Examples
    --------
    >>> draws, means = running_mean(np.array([1.0, 3.0, 5.0]))
    >>> draws.tolist(), means.tolist()
    ([1, 2, 3], [1.0, 2.0, 3.0])
    """
    count = len(values)
    draws = np.unique(np.geomspace(1, count, points).round().astype(np.int64))
    sums = np.cumsum(values)
    return draws, np.asarray(sums[draws - 1] / draws)


class _Draws:
    """The measure of ever more draws, which keep the earlier ones."""

    def __init__(
        self,
        recalculator: Recalculator,
        comparison: Comparison,
        measure: PreciseMeasure,
        most: int,
        progress: Callable[[float], None] | None,
    ) -> None:
        self._recalculator = recalculator
        self._comparison = comparison
        self._measure = measure
        self._most = most
        self._progress = progress
        self.values: Floats = np.empty(0)

    def up_to(self, size: int) -> Floats:
        """Return the values of so many draws, running those that are missing."""
        done = len(self.values)
        given, spec = self._recalculator, self._recalculator.model.spec
        sample = drawn_sample(
            spec.parameters, joint=spec.joint, correlations=spec.parameter_correlations,
            draws=size, seed=given.seed, method="plain",
        ).some(np.arange(done, size))  # fmt: skip
        how = following(
            given.model, draws=size - done, seed=given.seed, choice=given.engine,
            patients=given.patients,
        )  # fmt: skip

        def heard(share: float) -> None:
            if self._progress is not None:
                self._progress((done + share * (size - done)) / self._most)

        with overflow_explained({name: one.value for name, one in spec.parameters.items()}):
            totals = totals_of(follow(given.model, sample, how, by_year=False, progress=heard))
        pair = self._comparison.strategy, self._comparison.against
        cost, health = (totals.of(one, *pair) for one in ("cost", "qaly"))
        self.values = np.append(self.values, self._of(cost, health))
        return self.values

    def _of(self, cost: Floats, health: Floats) -> Floats:
        """Return the measure."""
        match self._measure:
            case "cost":
                return cost
            case "qaly":
                return health
            case "nmb":
                return health * (self._comparison.threshold or 0.0) - cost


def _look(values: Floats, level: float) -> Look:
    """Return mean and half-width of what was drawn so far."""
    count = len(values)
    error = float(values.std(ddof=1)) / sqrt(count)
    factor = float(scipy.special.stdtrit(count - 1, 1.0 - level / 2.0))
    return Look(count, float(values.mean()), error, factor * error)


def _is_enough(look: Look, precision: float, *, relative: bool) -> bool:
    """Return whether the half-width is as small as asked."""
    # The true mean may be smaller than the one that was found.
    wanted = precision * abs(look.mean) / (1.0 + precision) if relative else precision
    return look.half_width <= wanted


def _require_drawable(
    recalculator: Recalculator,
    *,
    precision: float,
    confidence: float,
    first: int,
    most: int,
    strategy: str | None,
    against: str | None,
    threshold: float | None,
) -> None:
    """Refuse, before anything runs, what cannot be asked for."""
    mistakes = Mistakes()
    with mistakes.noted():
        if not (isfinite(precision) and precision > 0.0):
            raise FieldError(
                _("a precision of {value:g} is not possible", value=precision),
                fix=_("write a number above 0, or a share such as 1%"),
            )
    with mistakes.noted():
        if not 0.5 <= confidence < 1.0:
            raise FieldError(
                _("a confidence of {value:g} is not possible", value=confidence),
                fix=_("write a number from 0.5 to less than 1, e.g. 0.95"),
            )
    with mistakes.noted():
        for draws in sorted({first, most}):
            check_sample(draws=draws, seed=1)
        if most < first:
            raise FieldError(
                _("{most} draws at most are fewer than the {first} before the first look",
                  most=most, first=first),
                fix=_("write a number up to {most}", most=MOST_DRAWS),
            )  # fmt: skip
    with mistakes.noted():
        _require_uncertain(recalculator)
    with mistakes.noted():
        require_comparable(
            recalculator.model, strategy=strategy, against=against, threshold=threshold
        )
    mistakes.refuse()


def _require_uncertain(recalculator: Recalculator) -> None:
    """Refuse a model in which neither parameters nor patients' luck differ between draws.

    Raises
    ------
    FieldError
        Saying so.
    """
    how = following(
        recalculator.model, draws=1, seed=recalculator.seed, choice=recalculator.engine,
        patients=recalculator.patients,
    )  # fmt: skip
    if not uncertain_parameters(recalculator.model) and not how.patients:
        raise FieldError(
            _("no parameter of the model has a distribution"),
            fix=_("run it once: nothing is uncertain"),
        )
