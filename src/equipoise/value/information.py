"""What we do not know: the value of knowing each input, and how much rests on assumption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.vocabulary import checked

Floats = NDArray[np.float64]

_KNOTS = 6
_PENALTIES = np.logspace(-3, 4, 15)
_SIMULATIONS = 200

_FEWEST = 50
"""Draws below which a fit on one input would follow chance."""

_DRAWS_PER_TERM = 5
"""Draws for each term of a fit on many inputs, so that what it explains is not told too low."""


def _basis(columns: Floats) -> Floats:
    """Return a smooth additive basis of some inputs, dims (draw, term)."""
    # Imported where it is used: it takes a second, and only the last stage needs it.
    from sklearn.preprocessing import SplineTransformer, StandardScaler  # noqa: PLC0415

    scaled = StandardScaler().fit_transform(columns)
    spline = SplineTransformer(n_knots=_KNOTS, degree=3, knots="quantile", include_bias=False)
    return np.asarray(spline.fit_transform(scaled), dtype=np.float64)


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
    from sklearn.linear_model import RidgeCV  # noqa: PLC0415

    spread = float(benefit.std())
    varying = columns[:, columns.std(axis=0) > 0.0]
    if spread == 0.0 or varying.shape[1] == 0:
        return 0.0, 0.0
    if benefit.size < _FEWEST:
        return np.nan, np.nan
    terms = _basis(varying)
    centred = terms - terms.mean(axis=0)
    target = (benefit - benefit.mean()) / spread
    fit = RidgeCV(alphas=_PENALTIES, fit_intercept=False).fit(centred, target)
    fitted = centred @ fit.coef_
    mean = float(benefit.mean()) / spread
    value = _gain(mean + fitted[None])[0]
    draws = _fitted_draws(centred, fitted, target, float(fit.alpha_), seed)
    error = float(_gain(mean + draws).std())
    return value * spread, error * spread


def _gain(conditional: Floats) -> Floats:
    """Return the gain of deciding with knowledge, dims (simulation)."""
    known = np.maximum(conditional, 0.0).mean(axis=1)
    now = np.maximum(conditional.mean(axis=1), 0.0)
    return np.asarray(np.maximum(known - now, 0.0))


def _fitted_draws(
    terms: Floats, fitted: Floats, target: Floats, penalty: float, seed: int
) -> Floats:
    """Return simulated fitted values, dims (simulation, draw)."""
    precision = terms.T @ terms + penalty * np.eye(terms.shape[1])
    freedom = float(np.trace(np.linalg.solve(precision, terms.T @ terms)))
    residual = float(((target - fitted) ** 2).sum() / max(target.size - freedom - 1.0, 1.0))
    root = np.linalg.cholesky(np.linalg.inv(precision))
    luck = np.random.default_rng(seed).standard_normal((terms.shape[1], _SIMULATIONS))
    mean_error = np.random.default_rng(seed + 1).standard_normal(_SIMULATIONS)
    shift = mean_error * np.sqrt(residual / target.size)
    moves = terms @ (root @ luck) * np.sqrt(residual)
    return np.asarray((fitted[:, None] + moves + shift).T)


def information(
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
    names = [
        str(name)
        for name, values in inputs.data_vars.items()
        if values.dims == ("draw",) and float(values.std()) > 0.0
        if parameters is None or name in parameters
    ]
    rows = [partial_information(benefit.values, inputs[name].values[:, None]) for name in names]
    table = np.array(rows).reshape(len(names), 2)
    data = xr.Dataset(
        {
            "evppi": (("parameter",), table[:, 0]),
            "evppi_standard_error": (("parameter",), table[:, 1]),
        },
        coords={"parameter": names},
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
    from sklearn.linear_model import RidgeCV  # noqa: PLC0415

    names = [
        str(name)
        for name, values in inputs.data_vars.items()
        if values.dims == ("draw",) and status.get(str(name)) in weak
        if float(values.std()) > 0.0
    ]
    flat = benefit.values
    perfect = float(_gain(flat[None])[0])
    if not names or float(flat.std()) == 0.0:
        nothing = None if flat.size < _FEWEST else 0.0
        return WeakShare(nothing, nothing, nothing, perfect, _FEWEST)
    columns = np.stack([inputs[name].values for name in names], axis=1)
    terms = _basis(columns)
    needed = max(_FEWEST, _DRAWS_PER_TERM * terms.shape[1])
    if flat.size < needed:
        return WeakShare(None, None, None, perfect, needed)
    fit = RidgeCV(alphas=_PENALTIES).fit(terms, flat / flat.std())
    value, _ = partial_information(flat, columns)
    return WeakShare(
        variance=float(np.clip(1.0 + fit.best_score_, 0.0, 1.0)),
        information=min(value / perfect, 1.0) if perfect > 0.0 else 0.0,
        evppi=value,
        evpi=perfect,
        draws_needed=needed,
    )
