"""What the draws of a model file say of its decision, at each worth of a QALY."""

from collections.abc import Sequence
from math import floor, log10

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.value import acceptability, expected_perfect_information, net_benefit

POINTS = 41


def decisions(drawn: xr.Dataset, *, icers: Sequence[float], price: float | None) -> xr.Dataset:
    """Return acceptability and EVPI per patient over thresholds.

    Parameters
    ----------
    drawn
        Totals of every draw, dims (strategy, draw).
    icers
        Of the incremental table of the means, money per QALY.
    price
        The stated worth of a QALY, if there is one.
    """
    found: list[xr.Dataset] = []
    # One by one: all thresholds of all draws at once would take most of a run's memory.
    for worth in _thresholds(drawn, icers, price):
        threshold = xr.DataArray([worth], coords={"threshold": [worth]}, dims="threshold")
        benefit = net_benefit(drawn["cost_present"], drawn["qaly_present"], threshold)
        parts = {
            "acceptability": acceptability(benefit),
            "evpi": expected_perfect_information(benefit),
        }
        found.append(xr.Dataset(parts))
    return xr.concat(found, dim="threshold")


def _thresholds(
    drawn: xr.Dataset, icers: Sequence[float], price: float | None
) -> NDArray[np.float64]:
    """Return the grid of thresholds, to three times the stated one or beyond the last ICER.

    Where no strategy has any health effect the worth of a QALY does not matter: 0 is enough.
    """
    if not bool(drawn["qaly_present"].any()):
        return np.zeros(1)
    if price is not None:
        return np.linspace(0.0, 3.0 * price, POINTS)
    return np.linspace(0.0, _rounded_up(2.0 * max(icers, default=0.5)), POINTS)


def _rounded_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, ..., so that a grid has round steps.

    Examples
    --------
    >>> _rounded_up(4310.0), _rounded_up(0.9)
    (5000.0, 1.0)
    """
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value)
