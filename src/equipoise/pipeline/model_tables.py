"""What a run of a model file amounts to, as plain tables: one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MEASURES = ("cost", "qaly", "life_years")
"""What is added up for every patient."""

COLUMNS = (
    "strategy", "cost", "qaly", "incremental_cost", "incremental_qaly", "icer", "standing",
)  # fmt: skip
"""Columns of the incremental table."""

_SPREAD = ("value", "low", "high")

TABLES: Mapping[str, tuple[str, ...]] = {
    "increments": COLUMNS,
    "totals": (
        "strategy", "result", "discounted", *_SPREAD, *(f"difference_{one}" for one in _SPREAD),
    ),
    "costs": ("strategy", "item", "discounted", *_SPREAD),
    "draws": ("draw", "strategy", *MEASURES, *(f"discounted_{one}" for one in MEASURES)),
    "parameters": ("draw",),
}  # fmt: skip
"""Tables of a run by name, with their columns; `parameters` has one more for each of them."""

_DISCOUNTED = {"": "no", "_present": "yes"}

Label = Callable[[str], str]


def interval(values: ArrayLike) -> tuple[float, float]:
    """Return the interval that holds 95 % of the draws.

    Parameters
    ----------
    values
        Dims ``(draw)``, any unit.

    Examples
    --------
    >>> low, high = interval(np.arange(201.0))
    >>> print(low, high)
    5.0 195.0
    """
    low, high = np.quantile(np.asarray(values), [0.025, 0.975])
    return float(low), float(high)


def totals_table(
    base: xr.Dataset, drawn: xr.Dataset | None, *, reference: str, label: Label
) -> pd.DataFrame:
    """Return totals and their differences from a strategy, with intervals where there are draws.

    Parameters
    ----------
    base, drawn
        As of `ModelRun`.
    reference
        The strategy that all are compared with.
    label
        Gives a strategy its name for people.
    """
    data = base if drawn is None else drawn
    rows: list[tuple[object, ...]] = []
    for strategy in map(str, data["strategy"].values):
        for measure in MEASURES:
            for suffix, discounted in _DISCOUNTED.items():
                own = data[measure + suffix].sel(strategy=strategy, drop=True)
                other = data[measure + suffix].sel(strategy=reference, drop=True)
                more = _spread(None if strategy == reference else own - other)
                rows.append((label(strategy), measure, discounted, *_spread(own), *more))
    return _frame(TABLES["totals"], rows)


def costs_table(base: xr.Dataset, drawn: xr.Dataset | None, *, label: Label) -> pd.DataFrame:
    """Return the cost of each item, with intervals where there are draws.

    Parameters
    ----------
    base, drawn, label
        As of `totals_table`.
    """
    data = base if drawn is None else drawn
    rows = [
        (label(strategy), item, discounted,
         *_spread(data["cost_by_item" + suffix].sel(strategy=strategy, item=item, drop=True)))
        for strategy in map(str, data["strategy"].values)
        for item in map(str, data["item"].values)
        for suffix, discounted in _DISCOUNTED.items()
    ]  # fmt: skip
    return _frame(TABLES["costs"], rows)


def draws_table(drawn: xr.Dataset, *, label: Label) -> pd.DataFrame:
    """Return one row for each draw and strategy.

    Parameters
    ----------
    drawn, label
        As of `totals_table`.
    """
    draws, strategies = drawn["draw"].values, [str(name) for name in drawn["strategy"].values]
    columns: dict[str, object] = {
        "draw": np.repeat(draws, len(strategies)),
        "strategy": [label(name) for name in strategies] * len(draws),
    }
    for suffix, prefix in (("", ""), ("_present", "discounted_")):
        for measure in MEASURES:
            values = drawn[measure + suffix].transpose("draw", "strategy").values
            columns[prefix + measure] = values.ravel()
    return _of_columns(columns)


def parameters_table(inputs: xr.Dataset) -> pd.DataFrame:
    """Return the parameters of each draw, one row for each.

    Parameters
    ----------
    inputs
        Of `draws.sample`: years, rates per year and the model's money.
    """
    draws = inputs["draw"].values
    columns = {
        str(name): np.broadcast_to(values.values, len(draws)) for name, values in inputs.items()
    }
    return _of_columns({"draw": draws, **columns})


def increments_table(rows: list[Mapping[str, object]]) -> pd.DataFrame:
    """Return the incremental table from its rows, each by column."""
    return _frame(COLUMNS, [tuple(row[name] for name in COLUMNS) for row in rows])


def _frame(columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Return a table from its rows."""
    import pandas as pd  # noqa: PLC0415 - takes half a second

    return pd.DataFrame(rows, columns=list(columns))


def _of_columns(columns: Mapping[str, object]) -> pd.DataFrame:
    """Return a table from its columns."""
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame(columns)


def _spread(values: xr.DataArray | None) -> tuple[float | None, float | None, float | None]:
    """Return a mean over the draws and its interval; no interval without draws."""
    if values is None:
        return None, None, None
    if "draw" not in values.dims:
        return float(values), None, None
    return float(values.mean("draw")), *interval(values)
