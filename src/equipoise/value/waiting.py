"""Health that waiting costs."""

import numpy as np
import xarray as xr

from equipoise.spec.loaded import Study

MONTHS = 12


def qaly_lost_waiting(
    study: Study,
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
    health = clinical["qaly_present"].sum("year")
    gain = health.sel(strategy=comparison.new, drop=True) - health.sel(
        strategy=comparison.current, drop=True
    )
    at_joining = gain.sel(age=delivery["group_age"]).drop_vars("age")
    years = xr.DataArray(
        np.asarray(delivery["month"].values) / MONTHS,
        dims="month",
        coords={"month": delivery["month"]},
    )
    discount = (1.0 + inputs["economics.discount_health"]) ** -years
    ideal = (delivery["arrived"] * discount).sum("month") * at_joining
    return ideal.sum("group") - impact["qaly_present"]
