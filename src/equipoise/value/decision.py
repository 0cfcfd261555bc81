"""Decisions under uncertainty: net benefit, acceptability, value of perfect information."""

import xarray as xr


def net_benefit(
    cost: xr.DataArray, health: xr.DataArray, threshold: xr.DataArray | float
) -> xr.DataArray:
    """Return net monetary benefit: health at its money value minus cost.

    Parameters
    ----------
    cost
        Money, any dims.
    health
        QALY, same dims.
    threshold
        Willingness to pay, money per QALY; its dims are added.
    """
    return health * threshold - cost


def acceptability(benefit: xr.DataArray) -> xr.DataArray:
    """Return the share of draws in which each strategy has the highest net benefit.

    Draws in which several strategies are equally best are shared among them, so that the shares
    add up to one at every threshold.

    Parameters
    ----------
    benefit
        Net benefit, dims with ``strategy`` and ``draw``.

    Returns
    -------
    xarray.DataArray
        Dims of `benefit` without ``draw``; between 0 and 1.
    """
    best = (benefit == benefit.max("strategy")).astype(float)
    return (best / best.sum("strategy")).mean("draw")


def expected_perfect_information(benefit: xr.DataArray) -> xr.DataArray:
    r"""Return the expected value of perfect information.

    .. math:: EVPI = E[\max_s NB_s] - \max_s E[NB_s]

    Parameters
    ----------
    benefit
        Net benefit, dims with ``strategy`` and ``draw``.

    Examples
    --------
    >>> benefit = xr.DataArray([[0.0, 0.0], [3.0, -1.0]], dims=("strategy", "draw"))
    >>> float(expected_perfect_information(benefit))
    0.5
    """
    known = benefit.max("strategy").mean("draw")
    now = benefit.mean("draw").max("strategy")
    return (known - now).clip(min=0.0)
