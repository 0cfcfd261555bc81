"""Totals over a patient's course: for reading a model's results alone."""

import xarray as xr

from equipoise.core.errors import LabelError


def totals(clinical: xr.Dataset, *, age: float | None = None) -> xr.Dataset:
    """Add up a patient's whole course.

    Parameters
    ----------
    clinical
        Group `clinical` of `core.vocabulary`, from `run_cohort`.
    age
        Age at the start, years; needed where there are several.

    Returns
    -------
    xarray.Dataset
        Dims ``(strategy, draw)``: `cost` (with day 0; money), `qaly` (QALY) and `life_years`
        (year), undiscounted and with ``_present`` at their present value on the patient's start;
        and `cost_by_item`, `cost_by_item_present` with dims ``(strategy, item, draw)``.

    Raises
    ------
    LabelError
        If `age` is not one of the ages, or is left out where there are several.

    Examples
    --------
    >>> dims = ("strategy", "item", "age", "year", "draw")
    >>> flow = xr.DataArray([[[[[1.0], [2.0]]]]], dims=dims, coords={"age": [30.0]})
    >>> health = flow.isel(item=0)
    >>> data = xr.Dataset({"cost": flow, "cost_present": flow, "cost_at_start": flow.isel(year=0),
    ...     "qaly": health, "qaly_present": health, "life_years": health,
    ...     "life_years_present": health})
    >>> print(float(totals(data)["cost"].item()))
    4.0
    """
    one = _at_age(clinical, age)
    found: dict[str, xr.DataArray] = {}
    for suffix in ("", "_present"):
        by_item = one["cost" + suffix].sum("year") + one["cost_at_start"]
        found["cost" + suffix] = by_item.sum("item")
        found["qaly" + suffix] = one["qaly" + suffix].sum("year")
        found["life_years" + suffix] = one["life_years" + suffix].sum("year")
        found["cost_by_item" + suffix] = by_item
    return xr.Dataset(found, attrs=clinical.attrs)


def _at_age(clinical: xr.Dataset, age: float | None) -> xr.Dataset:
    """Return the results of one age."""
    ages = [float(value) for value in clinical["age"].values]
    if age is None:
        if len(ages) == 1:
            return clinical.isel(age=0, drop=True)
        message = f"results are for ages {ages}; say which one, e.g. age={ages[0]:g}"
        raise LabelError(message)
    if age not in ages:
        message = f"there is no age {age:g} in the results; use one of {ages}"
        raise LabelError(message)
    return clinical.isel(age=ages.index(age), drop=True)
