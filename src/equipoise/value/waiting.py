"""Health that waiting costs."""

from typing import TYPE_CHECKING

import xarray as xr

if TYPE_CHECKING:  # a model that runs alone has no study
    from equipoise.spec.loaded_study import Study

MONTHS = 12


def qaly_lost_waiting(
    study: "Study",
    inputs: xr.Dataset,
    clinical: xr.Dataset,
    delivery: xr.Dataset,
    impact: xr.Dataset,
) -> xr.DataArray:
    """Return the present value of health that treating all on the day they join would add.

    Parameters
    ----------
    study
        For the comparison.
    inputs, clinical, delivery, impact
        The joint sample and the groups of the vocabulary for one policy.

    Returns
    -------
    xarray.DataArray
        QALYs of all patients who join, dims (draw).
    """
    comparison = study.file.comparison
    health = clinical["qaly_present"].sel(age=delivery["group_age"]).drop_vars("age")
    new, current = (
        health.sel(strategy=name, drop=True) for name in (comparison.new, comparison.current)
    )
    gain = (new - current).sum("year", skipna=False)
    years = delivery["month"] / MONTHS
    discount = (1.0 + inputs["economics.discount_health"]) ** -years
    ideal = (delivery["arrived"] * discount).sum("month", skipna=False) * gain
    return ideal.sum("group", skipna=False) - impact["qaly_present"]
