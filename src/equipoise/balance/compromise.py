"""Scores of policies for each side, the Pareto set, regret, and named compromises."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.balance.criteria import CRITERIA
from equipoise.core.vocabulary import checked
from equipoise.spec.study import STAKEHOLDERS, Stakeholder

Floats = NDArray[np.float64]

Weights = Mapping[Stakeholder, Mapping[str, float]]


_HAIR = 1e-9
"""Relative difference below which two policies differ by rounding only."""

_DIGITS = 9
"""Digits of a score that are more than rounding."""


def _scaled(values: xr.DataArray, nothing: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Put each criterion on a scale from its worst (0) to its best policy (1), by swing.

    A criterion on which all policies are alike scores 0 for all of them; doing nothing then scores
    -1 if it is worse than they, 1 if it is better.
    """
    sign = xr.DataArray(
        [1.0 if CRITERIA[str(c)].better == "more" else -1.0 for c in values["criterion"].values],
        dims="criterion",
        coords={"criterion": values["criterion"]},
    )
    good, none = values * sign, nothing * sign
    low, high = good.min("policy"), good.max("policy")
    rounding = _HAIR * np.maximum(abs(low), abs(high))
    tells = high - low > rounding
    against = (none - low).where(abs(none - low) > rounding, 0.0)
    scale = (high - low).where(tells, abs(against))
    safe = scale.where(scale > 0.0, 1.0)
    return ((good - low) / safe).where(tells, 0.0), against / safe


def _by_side(scores: xr.DataArray, weights: Weights) -> xr.DataArray:
    """Return each side's weighted mean of its criteria; adds the dim ``stakeholder``."""
    sides = [side for side in STAKEHOLDERS if weights.get(side)]
    rows = []
    for side in sides:
        own = weights[side]
        names = list(own)
        weight = xr.DataArray(list(own.values()), dims="criterion", coords={"criterion": names})
        rows.append((scores.sel(criterion=names) * weight).sum("criterion") / sum(own.values()))
    return xr.concat(rows, dim=xr.Variable("stakeholder", sides)).round(_DIGITS)


def pareto(scores: Floats) -> NDArray[np.bool_]:
    """Return which rows no other row beats: as good in every column and better in one.

    Parameters
    ----------
    scores
        Dims (policy, side), more is better.

    Examples
    --------
    >>> pareto(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.5]])).tolist()
    [True, True, False]
    """
    as_good = np.all(scores[None, :, :] >= scores[:, None, :], axis=2)
    better = np.any(scores[None, :, :] > scores[:, None, :], axis=2)
    return np.asarray(~np.any(as_good & better, axis=1))


def weigh(values: xr.DataArray, nothing: xr.DataArray, *, weights: Weights) -> xr.Dataset:
    """Score every policy for every side and find what all could live with.

    Criteria are averaged over draws, scaled by swing (0 is the worst of the policies, 1 the
    best), and weighted within each side; no weight is set between sides.

    Parameters
    ----------
    values
        Criteria of the policies, dims (criterion, policy, draw), each in its own unit.
    nothing
        The same for the status quo without the therapy, dims (criterion, draw).
    weights
        Side -> criterion -> weight; a side without criteria is left out.

    Returns
    -------
    xarray.Dataset
        Group ``balance`` of the vocabulary.

    References
    ----------
    Nash (1950), Econometrica 18(2):155-162 (bargaining product over the disagreement point);
    Savage (1951), JASA 46(253):55-67 (minimax regret).
    """
    scaled, none = _scaled(values.mean("draw"), nothing.mean("draw"))
    score = _by_side(scaled, weights).transpose("stakeholder", "policy")
    status_quo = _by_side(none, weights).transpose("stakeholder")
    regret = score.max("policy") - score
    gains = (score - status_quo).clip(min=0.0)
    data = xr.Dataset(
        {
            "score": score,
            "status_quo_score": status_quo,
            "regret": regret,
            "on_front": (("policy",), pareto(score.values.T).astype(np.float64)),
            "nash_product": gains.prod("stakeholder"),
            "maximum_regret": regret.max("stakeholder"),
        }
    )
    return checked("balance", data)


@dataclass(frozen=True)
class Compromise:
    """A named way of choosing, and the policy it chooses; none if none is better for all sides."""

    rule: str
    policy: int | None


def compromises(balance: xr.Dataset) -> tuple[Compromise, ...]:
    """Return the Nash bargaining and the minimax-regret solution among the Pareto set."""
    front = balance["on_front"].values > 0.0
    nash = np.where(front, balance["nash_product"].values, -1.0)
    worst = np.where(front, balance["maximum_regret"].values, np.inf)
    return (
        Compromise("nash", int(nash.argmax()) if nash.max() > 0.0 else None),
        Compromise("minimax_regret", int(worst.argmin())),
    )
