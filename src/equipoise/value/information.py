"""What we do not know: the value of knowing each input, and how much rests on assumption."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.vocabulary import checked

Floats = NDArray[np.float64]

_KNOTS = 6
_DEGREE = 3
_PENALTIES = np.logspace(-3, 4, 15)
_SIMULATIONS = 200
_TOGETHER = 10
"""Simulations at a time: their fitted values then stay in the processor's cache."""

_FEWEST = 50
"""Draws below which a fit on one input would follow chance."""

_DRAWS_PER_TERM = 5
"""Draws for each term of a fit on many inputs, so that what it explains is not told too low."""


def _basis(columns: Iterable[Floats]) -> Floats:
    """Return a smooth additive basis of some inputs, centred, dims (draw, term).

    Cubic B-splines between the quantiles of each input, but the last, as they sum to one.
    """
    steps = np.arange(1, _DEGREE + 1)
    each = []
    for column in columns:
        inner = np.quantile(column, np.linspace(0.0, 1.0, _KNOTS))
        before = inner[0] - (inner[1] - inner[0]) * steps[::-1]
        after = inner[-1] + (inner[-1] - inner[-2]) * steps
        each.append(_splines(column, np.concatenate([before, inner, after]))[:, :-1])
    terms = np.concatenate(each, axis=1)
    return np.asarray(terms - terms.mean(axis=0))


def _splines(places: Floats, knots: Floats) -> Floats:
    """Return the B-splines on some knots at some places, dims (place, spline).

    The recurrence of de Boor (1972), J Approx Theory 6(1):50-62,
    https://doi.org/10.1016/0021-9045(72)90080-9. SciPy's own takes as long to import as this
    whole stage takes to run.
    """
    last = knots.size - _DEGREE - 2
    interval = np.minimum(np.searchsorted(knots, places, side="right") - 1, last)
    found = (interval == np.arange(knots.size - 1)[:, None]).astype(np.float64)
    beyond = places - knots[:, None]
    for degree in range(1, _DEGREE + 1):
        width = knots[degree:] - knots[:-degree]
        # Where many draws have one value, knots fall together: such a spline is zero.
        scale = np.divide(1.0, width, out=np.zeros_like(width), where=width > 0.0)
        found *= scale[:, None]
        found = beyond[: -degree - 1] * found[:-1] - beyond[degree + 1 :] * found[1:]
    return np.asarray(found.T)


@dataclass(frozen=True)
class _Fits:
    """Ridge regressions of one target on the same centred terms, dims (draw, penalty)."""

    fitted: Floats
    leverage: Floats
    """Weight of each draw's own target in its fit."""

    def errors(self, target: Floats, *, unpenalised: float = 0.0) -> Floats:
        """Return the mean squared error of foretelling each draw from all others.

        Allen (1974), Technometrics 16(1):125-127, https://doi.org/10.1080/00401706.1974.10489157.
        `unpenalised` adds to each draw's leverage: that of a fitted mean is 1 / draws.
        """
        missed = (target[:, None] - self.fitted) / (1.0 - self.leverage - unpenalised)
        return np.asarray((missed**2).mean(axis=0))


def _fits(terms: Floats, target: Floats) -> _Fits:
    r"""Return the ridge regressions under all penalties, from one eigendecomposition.

    With :math:`X'X = V \operatorname{diag}(e) V'` and :math:`Q = XV` the fit under the penalty
    :math:`\lambda` is :math:`Q \operatorname{diag}(1 / (e + \lambda)) Q'y`: Hastie, Tibshirani,
    Friedman (2009), The Elements of Statistical Learning, 2nd edition, section 3.4.1,
    https://doi.org/10.1007/978-0-387-84858-7.
    """
    values, vectors = np.linalg.eigh(terms.T @ terms)
    turned = terms @ vectors
    shrunk = 1.0 / (values[:, None] + _PENALTIES)
    return _Fits(turned @ (shrunk * (turned.T @ target)[:, None]), turned**2 @ shrunk)


def partial_information(benefit: Floats, columns: Floats, *, seed: int = 0) -> tuple[float, float]:
    r"""Return the expected value of knowing some inputs, and its standard error.

    The conditional mean of the incremental net benefit is fitted by a penalised additive spline
    whose penalty is chosen by leave-one-out error; then

    .. math:: EVPPI = E[\max(0, \hat g)] - \max(0, E[\hat g])

    The standard error comes from 200 draws of the fitted coefficients' normal approximation, as
    in the literature below.

    With fewer than 50 draws both are no number: the fit would follow chance.

    Parameters
    ----------
    benefit
        Incremental net benefit, dims (draw).
    columns
        The inputs, dims (draw, input).
    seed
        Of the simulation behind the standard error.

    References
    ----------
    Strong, Oakley, Brennan (2014), Med Decis Making 34(3):311-326,
    https://doi.org/10.1177/0272989X13505910.
    """
    spread = float(benefit.std())
    varying = columns[:, columns.std(axis=0) > 0.0]
    if spread == 0.0 or varying.shape[1] == 0:
        return 0.0, 0.0
    if benefit.size < _FEWEST:
        return np.nan, np.nan
    terms = _basis(varying.T)
    target = benefit / spread
    mean = float(target.mean())
    fits = _fits(terms, target - mean)
    best = int(fits.errors(target - mean).argmin())
    fitted = mean + fits.fitted[:, best]
    value = float(_gain(fitted[None])[0])
    simulated = _simulated_gains(terms, fitted, target, penalty=_PENALTIES[best], seed=seed)
    return value * spread, float(simulated.std()) * spread


def _gain(conditional: Floats) -> Floats:
    """Return the gain of deciding with knowledge, dims (simulation)."""
    known = np.maximum(conditional, 0.0).mean(axis=1)
    now = np.maximum(conditional.mean(axis=1), 0.0)
    return np.asarray(np.maximum(known - now, 0.0))


def _simulated_gains(
    terms: Floats, fitted: Floats, target: Floats, *, penalty: float, seed: int
) -> Floats:
    """Return the gain for simulated coefficients and means, dims (simulation)."""
    moments = terms.T @ terms
    covariance = np.linalg.inv(moments + penalty * np.eye(terms.shape[1]))
    freedom = float((covariance * moments).sum())
    residual = float(((target - fitted) ** 2).sum() / max(target.size - freedom - 1.0, 1.0))
    luck = np.random.default_rng(seed).standard_normal((terms.shape[1], _SIMULATIONS))
    moves = (np.linalg.cholesky(covariance) @ luck).T * np.sqrt(residual)
    mean_error = np.random.default_rng(seed + 1).standard_normal((_SIMULATIONS, 1))
    shifts = mean_error * np.sqrt(residual / target.size)
    parts = [slice(first, first + _TOGETHER) for first in range(0, _SIMULATIONS, _TOGETHER)]
    gains = [_gain(moves[part] @ terms.T + (shifts[part] + fitted)) for part in parts]
    return np.concatenate(gains)


def _uncertain(inputs: xr.Dataset) -> dict[str, Floats]:
    """Return the inputs that differ between draws."""
    return {
        str(name): values.values
        for name, values in inputs.data_vars.items()
        if values.dims == ("draw",) and values.values.std() != 0.0
    }


def value_of_information(
    benefit: xr.DataArray, inputs: xr.Dataset, *, parameters: Sequence[str] | None = None
) -> xr.Dataset:
    """Return group ``information`` of the vocabulary: EVPPI of each uncertain input.

    Parameters
    ----------
    benefit
        Incremental net benefit of the study's policy, dims (draw).
    inputs
        The joint sample; inputs without spread are left out.
    parameters
        Restrict to these.
    """
    columns = {
        name: column
        for name, column in _uncertain(inputs).items()
        if parameters is None or name in parameters
    }
    rows = [partial_information(benefit.values, column[:, None]) for column in columns.values()]
    table = np.array(rows).reshape(len(rows), 2)
    data = xr.Dataset(
        {
            "evppi": (("parameter",), table[:, 0]),
            "evppi_standard_error": (("parameter",), table[:, 1]),
        },
        coords={"parameter": list(columns)},
    )
    return checked("information", data)


@dataclass(frozen=True)
class WeakShare:
    """How much of the decision's uncertainty rests on inputs of weak status.

    The shares and `evppi` are None if there are too few draws for the terms of the fit: they
    would then follow chance.
    """

    variance: float | None
    """Share of the variance of the incremental net benefit that the weak inputs explain."""
    information: float | None
    """Share of the value of perfect information that knowing all of them would bring."""
    evppi: float | None
    """What knowing all of them would bring, money."""
    evpi: float
    """The value of perfect information, money."""
    draws_needed: int
    """Draws from which on the shares can be told."""


def weak_share(
    benefit: xr.DataArray, inputs: xr.Dataset, status: Mapping[str, str], *, weak: Sequence[str]
) -> WeakShare:
    """Return how much of the decision's uncertainty rests on inputs of weak status.

    An additive spline on the weak inputs, as in `partial_information`, is judged by the error with
    which it foretells each draw from all others, so that chance explains nothing.

    Parameters
    ----------
    benefit
        Incremental net benefit, dims (draw).
    inputs
        The joint sample.
    status
        Input -> status.
    weak
        Statuses that count as weak.
    """
    found = _uncertain(inputs)
    columns = [column for name, column in found.items() if status.get(name) in weak]
    flat = benefit.values
    perfect = float(_gain(flat[None])[0])
    if not columns or float(flat.std()) == 0.0:
        nothing = None if flat.size < _FEWEST else 0.0
        return WeakShare(nothing, nothing, nothing, perfect, _FEWEST)
    terms = _basis(columns)
    needed = max(_FEWEST, _DRAWS_PER_TERM * terms.shape[1])
    if flat.size < needed:
        return WeakShare(None, None, None, perfect, needed)
    spread, mean = float(flat.std()), float(flat.mean())
    target = (flat - mean) / spread
    fits = _fits(terms, target)
    unexplained = float(fits.errors(target, unpenalised=1.0 / flat.size).min())
    fitted = mean + spread * fits.fitted[:, fits.errors(target).argmin()]
    value = float(_gain(fitted[None])[0])
    return WeakShare(
        variance=min(max(1.0 - unexplained, 0.0), 1.0),
        information=min(value / perfect, 1.0) if perfect > 0.0 else 0.0,
        evppi=value,
        evpi=perfect,
        draws_needed=needed,
    )
