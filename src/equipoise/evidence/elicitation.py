"""What experts believe, as distributions: quantiles fitted, pooled, and how far they disagree."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.spec.distribution import Distribution, parse_distribution

Floats = NDArray[np.float64]
Shape = Literal["normal", "lognormal", "gamma", "beta"]

SHAPES: tuple[Shape, ...] = ("normal", "lognormal", "gamma", "beta")

FEWEST = 2
"""Quantiles that tell two parameters."""

_HALVINGS = 60
"""Of an interval, after which it is as short as a float allows."""

_POINTS = 2_000
"""Quantiles that stand for a pooled distribution in a model's file."""


class _Law(Protocol):
    """What is used of a distribution of SciPy."""

    def cdf(self, x: Floats | float) -> Floats: ...

    def ppf(self, p: Floats | float) -> Floats: ...


@dataclass(frozen=True)
class Judgement:
    """What one expert says.

    Parameters
    ----------
    expert
        Name, or a letter.
    quantiles
        Probability -> the value that the quantity is below with it, e.g. ``{0.25: 20, 0.5: 30}``.
    source
        Where the judgement is written down.
    on
        The day on which it was given.

    Raises
    ------
    FieldError, SeveralErrors
        With all that cannot be.
    """

    expert: str
    quantiles: Mapping[float, float]
    source: str
    on: date

    def __post_init__(self) -> None:
        """Refuse what is no judgement."""
        mistakes = Mistakes()
        order = sorted(self.quantiles)
        if len(order) < FEWEST:
            with mistakes.noted():
                message = _("{expert} gives {count} quantiles", expert=self.expert,
                            count=len(order))  # fmt: skip
                raise FieldError(message, fix=_("ask for at least {count}", count=FEWEST))
        for probability in order:
            if not 0.0 < probability < 1.0:
                with mistakes.noted():
                    message = _("{expert}: a probability of {p:g}", expert=self.expert,
                                p=probability)  # fmt: skip
                    raise FieldError(message, fix=_("use values between 0 and 1"))
        values = [self.quantiles[probability] for probability in order]
        if not all(one < two for one, two in zip(values, values[1:], strict=False)):
            with mistakes.noted():
                message = _("{expert}: values do not rise with their probabilities",
                            expert=self.expert)  # fmt: skip
                raise FieldError(message, fix=_("ask again, or correct the order"))
        if not self.source.strip():
            with mistakes.noted():
                message = _("{expert}: nobody says where this is written down",
                            expert=self.expert)  # fmt: skip
                raise FieldError(message, fix=_("name the protocol of the elicitation"))
        mistakes.refuse()


@dataclass(frozen=True)
class Elicited:
    """A distribution fitted to what one expert says.

    Parameters
    ----------
    judgement
        Of the expert.
    distribution
        As a model's file writes it.
    misfit
        Root mean square difference between its probabilities and the expert's.
    """

    judgement: Judgement
    distribution: Distribution
    misfit: float

    def probability(self, values: Floats | float) -> Floats:
        """Return the probability of being below some values."""
        return np.asarray(_law(self.distribution).cdf(values))

    def quantile(self, probabilities: Floats | float) -> Floats:
        """Return the values of some probabilities."""
        return np.asarray(_law(self.distribution).ppf(probabilities))


def fit_judgement(judgement: Judgement, shapes: Sequence[Shape] = SHAPES) -> Elicited:
    r"""Fit distributions to an expert's quantiles and return the best.

    Minimises :math:`\sum_k (F(x_k) - p_k)^2`, as SHELF does.

    Parameters
    ----------
    judgement
        At least two quantiles.
    shapes
        Among which to choose. ``beta`` is for shares, ``gamma`` and ``lognormal`` for what is
        above 0; those that the values leave are left out.

    Raises
    ------
    FieldError
        If none of the shapes can hold the values.

    References
    ----------
    Oakley, O'Hagan, SHELF: the Sheffield Elicitation Framework; R package SHELF,
    https://github.com/OakleyJ/SHELF.

    Examples
    --------
    >>> said = Judgement("A", {0.25: 25, 0.5: 30, 0.75: 35}, "protocol", date(2026, 11, 1))
    >>> fit_judgement(said).distribution.describe()
    'normal, mean 30, SD 7.41301 (mean 30, sd 7.41301)'
    """
    values = np.array(sorted(judgement.quantiles.values()))
    possible = [shape for shape in shapes if _holds(shape, values)]
    if not possible:
        raise FieldError(
            _("{expert}: no distribution of {shapes} holds these values",
              expert=judgement.expert, shapes=", ".join(shapes)),
            fix=_("allow a normal distribution, or rescale shares to 0 to 1"),
        )  # fmt: skip
    return min((_fitted(judgement, shape) for shape in possible), key=lambda one: one.misfit)


def _holds(shape: Shape, values: Floats) -> bool:
    """Return whether a shape can have some values."""
    if shape == "normal":
        return True
    return bool(values[0] > 0.0) and (shape != "beta" or bool(values[-1] < 1.0))


def _fitted(judgement: Judgement, shape: Shape) -> Elicited:
    """Return the distribution of one shape."""
    wanted = np.array(sorted(judgement.quantiles))
    values = np.array([judgement.quantiles[probability] for probability in wanted])

    def missed(theta: Floats) -> Floats:
        below = np.asarray(_made(shape, theta).cdf(values), dtype=np.float64)
        return np.asarray(below - wanted, dtype=np.float64)

    search = cast("Callable[..., optimize.OptimizeResult]", optimize.least_squares)
    start = _start(shape, values, wanted)
    found = search(missed, start, xtol=1e-14, ftol=1e-14, gtol=1e-14, x_scale="jac")
    theta = np.asarray(found.x, dtype=np.float64)
    misfit = float(np.sqrt(np.mean(missed(theta) ** 2)))
    return Elicited(judgement, parse_distribution(_text(shape, theta)), misfit)


def _start(shape: Shape, values: Floats, wanted: Floats) -> Floats:
    """Return parameters near the best, from a line through the normal scores."""
    scores = np.asarray(stats.norm.ppf(wanted))
    if shape == "lognormal":
        slope, level = np.polyfit(scores, np.log(values), 1)
        return np.array([level, np.log(slope)])
    slope, level = np.polyfit(scores, values, 1)
    if shape == "normal":
        return np.array([level, np.log(slope)])
    if shape == "gamma":
        level = max(level, float(values[0]))
        return np.asarray(np.log([(level / slope) ** 2, level / slope**2]), dtype=np.float64)
    level = float(np.clip(level, values[0], values[-1]))
    count = max(level * (1.0 - level) / slope**2 - 1.0, 0.5)
    return np.asarray(np.log([level * count, (1.0 - level) * count]), dtype=np.float64)


def _made(shape: Shape, theta: Floats) -> _Law:
    """Return a distribution from parameters that can be any number."""
    one, two = float(theta[0]), float(theta[1])
    match shape:
        case "normal":
            return cast("_Law", stats.norm(one, np.exp(two)))
        case "lognormal":
            return cast("_Law", stats.lognorm(np.exp(two), scale=np.exp(one)))
        case "gamma":
            return cast("_Law", stats.gamma(np.exp(one), scale=np.exp(-two)))
        case "beta":
            return cast("_Law", stats.beta(np.exp(one), np.exp(two)))


def _text(shape: Shape, theta: Floats) -> str:
    """Return a distribution as a model's file writes it."""
    one, two = float(theta[0]), float(theta[1])
    match shape:
        case "normal":
            return f"normal(mean={one!r}, sd={float(np.exp(two))!r})"
        case "lognormal":
            return f"lognormal(log_mean={one!r}, log_sd={float(np.exp(two))!r})"
        case "gamma":
            return f"gamma(shape={float(np.exp(one))!r}, rate={float(np.exp(two))!r})"
        case "beta":
            return f"beta(alpha={float(np.exp(one))!r}, beta={float(np.exp(two))!r})"


def _law(distribution: Distribution) -> _Law:
    """Return a fitted distribution as SciPy's."""
    known = distribution.arguments
    match distribution.kind:
        case "normal":
            return cast("_Law", stats.norm(known["mean"], known["sd"]))
        case "lognormal":
            return cast("_Law", stats.lognorm(known["log_sd"], scale=np.exp(known["log_mean"])))
        case "gamma":
            return cast("_Law", stats.gamma(known["shape"], scale=known["scale"]))
        case _:
            return cast("_Law", stats.beta(known["alpha"], known["beta"]))


@dataclass(frozen=True)
class LinearPool:
    r"""Several experts as one: :math:`F = \sum_i w_i F_i`.

    Parameters
    ----------
    experts
        Their distributions.
    weights
        As many, adding up to one.
    """

    experts: tuple[Elicited, ...]
    weights: tuple[float, ...]

    def probability(self, values: Floats | float) -> Floats:
        """Return the probability of being below some values."""
        parts = zip(self.weights, self.experts, strict=True)
        return np.asarray(sum(weight * one.probability(values) for weight, one in parts))

    def quantile(self, probabilities: Floats | float) -> Floats:
        """Return the values of some probabilities."""
        own = np.stack([one.quantile(probabilities) for one in self.experts])
        low, high = own.min(axis=0), own.max(axis=0)
        for _halving in range(_HALVINGS):
            middle = (low + high) / 2.0
            below = self.probability(middle) < probabilities
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2.0)

    @cached_property
    def mean(self) -> float:
        """Return the mean."""
        parts = zip(self.weights, self.experts, strict=True)
        return float(sum(weight * one.distribution.mean for weight, one in parts))

    @cached_property
    def variance(self) -> float:
        """Return the variance: within experts and between their means."""
        return self._within + self._between

    @property
    def disagreement(self) -> float:
        """Return the share of the variance that is between the experts' means."""
        return self._between / self.variance

    @property
    def _within(self) -> float:
        parts = zip(self.weights, self.experts, strict=True)
        return float(sum(weight * one.distribution.sd**2 for weight, one in parts))

    @property
    def _between(self) -> float:
        parts = zip(self.weights, self.experts, strict=True)
        return float(
            sum(weight * (one.distribution.mean - self.mean) ** 2 for weight, one in parts)
        )

    def distribution(self, points: int = _POINTS) -> Distribution:
        """Return the pool as a model's file writes it: values of equal weight, with its mean."""
        found = self.quantile((np.arange(points) + 0.5) / points)
        found += self.mean - found.mean()
        return parse_distribution(f"empirical(values=[{', '.join(f'{x:.9g}' for x in found)}])")


def linear_pool(experts: Sequence[Elicited], weights: Sequence[float] | None = None) -> LinearPool:
    """Return several experts as one.

    Parameters
    ----------
    experts
        From `fit_judgement`.
    weights
        How much each counts; omitted is alike.

    Raises
    ------
    FieldError
        If there is no expert, or weights are not as many, or below 0, or all 0.
    """
    given = np.ones(len(experts)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not experts or given.size != len(experts) or (given < 0).any() or not given.any():
        raise FieldError(
            _("{count} weights for {experts} experts", count=given.size, experts=len(experts)),
            fix=_("give one weight for each, none below 0 and not all 0"),
        )
    return LinearPool(tuple(experts), tuple(float(one) for one in given / given.sum()))
