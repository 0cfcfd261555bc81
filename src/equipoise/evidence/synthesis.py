"""Published estimates as one: random effects, and what a register adds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.spec.distribution import Distribution, parse_distribution

Floats = NDArray[np.float64]
Method = Literal["reml", "dersimonian_laird", "paule_mandel"]

_TAIL = 0.975


@dataclass(frozen=True)
class Estimate:
    """One published estimate, on a scale on which its error is normal.

    Parameters
    ----------
    study
        Name.
    value, standard_error
        Of a ratio, of its logarithm.
    source
        Address of what was read.
    read
        The day on which it was.
    """

    study: str
    value: float
    standard_error: float
    source: str
    read: date


@dataclass(frozen=True)
class Pooled:
    """A random-effects summary of estimates.

    Parameters
    ----------
    estimates
        What was pooled.
    mean, standard_error
        Of the mean of all such studies.
    between
        Variance between studies.
    heterogeneity
        The statistic Q, whose mean is the number of studies less one if they do not differ.
    freedom
        Of the distribution of the mean; infinite without the adjustment of Hartung and Knapp.
    """

    estimates: tuple[Estimate, ...]
    mean: float
    standard_error: float
    between: float
    heterogeneity: float
    freedom: float

    @property
    def inconsistency(self) -> float:
        r"""Return the share of variance between studies, :math:`I^2`, by the typical variance."""
        weights = np.array([one.standard_error**-2 for one in self.estimates])
        count = weights.size
        typical = (count - 1) * weights.sum() / (weights.sum() ** 2 - (weights**2).sum())
        return float(self.between / (self.between + typical))

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the mean."""
        return self._around(self.standard_error)

    @property
    def prediction(self) -> tuple[float, float]:
        """Return where the effect in a new setting is with 95 %."""
        return self._around(float(np.hypot(self.standard_error, np.sqrt(self.between))))

    def _around(self, spread: float) -> tuple[float, float]:
        """Return the mean less and more so many standard errors."""
        wide = float(stats.t.ppf(_TAIL, self.freedom)) * spread
        return self.mean - wide, self.mean + wide

    def distribution(self, *, is_ratio: bool, elsewhere: bool = False) -> Distribution:
        """Return the effect as a model's file writes it.

        Parameters
        ----------
        is_ratio
            Whether estimates are logarithms of ratios.
        elsewhere
            Of a setting that is none of the studies, whose effect may differ as theirs do.
        """
        low, high = self.prediction if elsewhere else self.interval
        spread = (high - low) / 2.0 / float(stats.norm.ppf(_TAIL))
        kind = "lognormal(log_mean" if is_ratio else "normal(mean"
        return parse_distribution(
            f"{kind}={self.mean!r}, {'log_' if is_ratio else ''}sd={spread!r})"
        )


def pooled(
    estimates: Sequence[Estimate], *, method: Method = "reml", hartung_knapp: bool = True
) -> Pooled:
    """Pool estimates by random effects.

    Parameters
    ----------
    estimates
        At least two.
    method
        How the variance between studies is found.
    hartung_knapp
        Whether the error of the mean takes into account that this variance is not known, which
        makes intervals of few studies honest.

    Raises
    ------
    FieldError
        If there are fewer than two, or a standard error is not above 0.

    References
    ----------
    DerSimonian, Laird (1986), Control Clin Trials 7:177-188,
    https://doi.org/10.1016/0197-2456(86)90046-2; Viechtbauer (2005), J Educ Behav Stat 30:261-293,
    https://doi.org/10.3102/10769986030003261; Knapp, Hartung (2003), Stat Med 22:2693-2710,
    https://doi.org/10.1002/sim.1482.

    Examples
    --------
    >>> day = date(2026, 11, 1)
    >>> two = [Estimate("A", 0.1, 0.1, "doi", day), Estimate("B", 0.3, 0.1, "doi", day)]
    >>> round(pooled(two, hartung_knapp=False).mean, 3)
    0.2
    """
    value = np.array([one.value for one in estimates], dtype=np.float64)
    variance = np.array([one.standard_error for one in estimates], dtype=np.float64) ** 2
    if value.size < 2 or not (variance > 0).all():
        raise FieldError(
            _("{count} estimates cannot be pooled", count=value.size),
            fix=_("give two or more, each with a standard error above 0"),
        )
    fixed = 1.0 / variance
    spread = float((fixed * (value - (fixed * value).sum() / fixed.sum()) ** 2).sum())
    between = _BETWEEN[method](value, variance)
    weights = 1.0 / (variance + between)
    mean = float((weights * value).sum() / weights.sum())
    error = float(weights.sum() ** -0.5)
    freedom = np.inf
    if hartung_knapp:
        freedom = float(value.size - 1)
        error *= float(np.sqrt((weights * (value - mean) ** 2).sum() / freedom))
    return Pooled(tuple(estimates), mean, error, between, spread, freedom)


def _dersimonian_laird(value: Floats, variance: Floats) -> float:
    """Return the variance between studies by the method of moments."""
    weights = 1.0 / variance
    total = weights.sum()
    mean = (weights * value).sum() / total
    spread = (weights * (value - mean) ** 2).sum()
    return max(0.0, float((spread - value.size + 1) / (total - (weights**2).sum() / total)))


def _paule_mandel(value: Floats, variance: Floats) -> float:
    """Return the variance between studies at which Q is what is expected of it."""

    def beyond(between: float) -> float:
        weights = 1.0 / (variance + between)
        mean = (weights * value).sum() / weights.sum()
        return float((weights * (value - mean) ** 2).sum() - value.size + 1)

    return _root(beyond, value)


def _reml(value: Floats, variance: Floats) -> float:
    """Return the variance between studies by restricted maximum likelihood."""

    def slope(between: float) -> float:
        weights = 1.0 / (variance + between)
        mean = (weights * value).sum() / weights.sum()
        squares = (weights**2 * (value - mean) ** 2).sum()
        return float(squares - weights.sum() + (weights**2).sum() / weights.sum())

    return _root(slope, value)


def _root(falling: Callable[[float], float], value: Floats) -> float:
    """Return where a function that falls becomes 0, or 0 if it never is above."""
    if falling(0.0) <= 0.0:
        return 0.0
    high = float(value.var()) + 1e-12
    while falling(high) > 0.0:
        high *= 2.0
    search = cast("Callable[..., float]", optimize.brentq)
    return search(falling, 0.0, high, xtol=1e-15, rtol=1e-14)


_BETWEEN: dict[Method, Callable[[Floats, Floats], float]] = {
    "reml": _reml,
    "dersimonian_laird": _dersimonian_laird,
    "paule_mandel": _paule_mandel,
}


@dataclass(frozen=True)
class Updated:
    """A distribution after a register has been heard.

    Parameters
    ----------
    distribution
        As a model's file writes it.
    surprise
        How likely data at least as far from what was expected were before; small values say that
        the register and the earlier evidence are not of the same patients.
    source, on
        Of the register.
    """

    distribution: Distribution
    surprise: float
    source: str
    on: date


def updated_share(
    before: Distribution,
    *,
    events: int,
    patients: int,
    source: str,
    on: date,
    trust: float = 1.0,
) -> Updated:
    """Return a share, known as a beta distribution, after a register has counted events.

    Parameters
    ----------
    before
        A beta distribution.
    events, patients
        In the register.
    source, on
        Its name, and the day of the count.
    trust
        Between 0 and 1: what part of a patient of the study each of the register counts.

    Raises
    ------
    FieldError
        If the numbers cannot be, or the distribution is another.

    Examples
    --------
    >>> before = parse_distribution("beta(alpha=3, beta=7)")
    >>> heard = updated_share(before, events=5, patients=10, source="r", on=date(2026, 1, 1))
    >>> heard.distribution.mean
    0.4
    """
    _require(before, "beta", whole=0 <= events <= patients, trust=trust)
    alpha, beta = before.arguments["alpha"], before.arguments["beta"]
    law = stats.betabinom(patients, alpha, beta)
    low, high = float(law.cdf(events)), float(law.sf(events - 1))
    text = f"beta(alpha={alpha + trust * events!r}, beta={beta + trust * (patients - events)!r})"
    return Updated(parse_distribution(text), min(1.0, 2.0 * min(low, high)), source, on)


def updated_rate(
    before: Distribution,
    *,
    events: int,
    exposure: float,
    source: str,
    on: date,
    trust: float = 1.0,
) -> Updated:
    """Return a rate, known as a gamma distribution, after a register has counted events.

    Parameters
    ----------
    before
        A gamma distribution, per unit of time.
    events, exposure
        In the register; time at risk in the same unit.
    source, on, trust
        As of `updated_share`.

    Raises
    ------
    FieldError
        As of `updated_share`.
    """
    _require(before, "gamma", whole=events >= 0 and exposure > 0, trust=trust)
    shape, rate = before.arguments["shape"], 1.0 / before.arguments["scale"]
    law = stats.nbinom(shape, rate / (rate + exposure))
    low, high = float(law.cdf(events)), float(law.sf(events - 1))
    text = f"gamma(shape={shape + trust * events!r}, rate={rate + trust * exposure!r})"
    return Updated(parse_distribution(text), min(1.0, 2.0 * min(low, high)), source, on)


def updated_mean(
    before: Distribution,
    *,
    mean: float,
    standard_error: float,
    source: str,
    on: date,
    trust: float = 1.0,
) -> Updated:
    """Return a mean, known as a normal distribution, after a register has measured it.

    Parameters
    ----------
    before
        A normal distribution.
    mean, standard_error
        In the register.
    source, on, trust
        As of `updated_share`.

    Raises
    ------
    FieldError
        As of `updated_share`.
    """
    _require(before, "normal", whole=standard_error > 0, trust=trust)
    earlier, spread = before.arguments["mean"], before.arguments["sd"]
    precision = trust / standard_error**2
    total = spread**-2 + precision
    centre = (earlier / spread**2 + precision * mean) / total
    apart = abs(mean - earlier) / float(np.hypot(spread, standard_error))
    text = f"normal(mean={centre!r}, sd={total**-0.5!r})"
    return Updated(parse_distribution(text), 2.0 * float(stats.norm.sf(apart)), source, on)


def _require(before: Distribution, kind: str, *, whole: bool, trust: float) -> None:
    """Refuse another distribution, counts that cannot be, and a trust beyond 0 to 1."""
    if before.kind != kind:
        message = _("a {found} distribution", found=before.kind)
        raise FieldError(message, fix=_("this needs one of kind {kind}", kind=kind))
    if not whole or not 0.0 <= trust <= 1.0:
        message = _("numbers of a register that cannot be")
        raise FieldError(message, fix=_("events up to patients, exposure above 0, trust 0 to 1"))
