"""The trace of a model file's base case, as labelled arrays and as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from equipoise.clinical import Following, trace
from equipoise.core.vocabulary import VARIABLES, checked
from equipoise.pipeline.model_rehearsal import base_in_parts
from equipoise.spec.loaded import LoadedModel

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

TRACE_COLUMNS = ("strategy", "point", "time")
"""First columns of a trace; how many follow depends on the model."""


def trace_of(model: LoadedModel, how: Following) -> xr.Dataset:
    """Return the trace of a model's base case, with the same patients as its totals.

    Parameters
    ----------
    model
        As loaded.
    how
        How its patients are followed.

    Returns
    -------
    xarray.Dataset
        The group `trace` of `core.vocabulary`.

    Raises
    ------
    SimulationError
        If the model has no points of time.
    """
    import xarray as xr  # noqa: PLC0415 - takes most of a second

    parts = trace(model, *base_in_parts(model, how))
    alive = parts["alive"]
    found = parts.mean("draw")
    # What is tracked is an average among the living, of whom parts need not have as many.
    amount = (parts["track"].fillna(0.0) * alive).mean("draw")
    found["track"] = (amount / found["alive"]).where(found["alive"] > 0)
    dims = {row.name: row.dims for row in VARIABLES if row.group == "trace"}
    ordered = {name: found[name].transpose(*dims[name]) for name in dims}
    return checked("trace", xr.Dataset(ordered, attrs=parts.attrs))


def trace_table(data: xr.Dataset, *, label: Callable[[str], str]) -> pd.DataFrame:
    """Return a trace with one row for each strategy and point of time.

    Parameters
    ----------
    data
        The group `trace`.
    label
        Gives a strategy its name for people.
    """
    import pandas as pd  # noqa: PLC0415

    names = [str(name) for name in data["strategy"].values]
    tables = [_of_strategy(data.sel(strategy=name), label(name)) for name in names]
    return pd.concat(tables, ignore_index=True)


def _of_strategy(one: xr.Dataset, name: str) -> pd.DataFrame:
    """Return the rows of one strategy."""
    import pandas as pd  # noqa: PLC0415

    columns: dict[str, object] = {
        "strategy": np.repeat(name, one.sizes["point"]),
        "point": one["point"].values,
        "time": one["time"].values,
    }
    for state in one["state"].values:
        columns[f"share_{state}"] = one["share"].sel(state=state).values
    columns |= {"alive": one["alive"].values, "weight": one["weight"].values}
    for suffix, prefix in (("", ""), ("_present", "discounted_")):
        cost = one["cost" + suffix]
        for item in one["item"].values:
            columns[f"{prefix}cost_{item}"] = cost.sel(item=item).values
        columns[f"{prefix}cost"] = cost.sum("item").values
        columns[f"{prefix}qaly"] = one["qaly" + suffix].values
        columns[f"{prefix}life_years"] = one["life_years" + suffix].values
    for measure in one["measure"].values:
        columns[f"track_{measure}"] = one["track"].sel(measure=measure).values
    return pd.DataFrame(columns)
