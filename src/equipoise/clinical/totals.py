"""Totals over a patient's course: for reading a model's results alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.followed import BY_AGE, DIMS, Followed
from equipoise.core.errors import LabelError

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

_ADDED = ("cost", "cost_present", "cost_at_start", "qaly", "qaly_present", "life_years",
          "life_years_present")  # fmt: skip


@dataclass(frozen=True)
class Totals:
    """Totals of whole courses.

    Parameters
    ----------
    values
        Dims ``(strategy, draw)``: `cost` (with day 0; money), `qaly` (QALY) and `life_years`
        (year), undiscounted and with ``_present`` at their present value on the patient's start;
        and `cost_by_item`, `cost_by_item_present` with dims ``(strategy, item, draw)``.
    strategies, items, draws
        Labels.
    attributes
        What is printed beside them.
    """

    values: Mapping[str, Floats]
    strategies: tuple[str, ...]
    items: tuple[str, ...]
    draws: tuple[int, ...]
    attributes: Mapping[str, str | float]

    @classmethod
    def joined(cls, parts: Sequence[Totals]) -> Totals:
        """Return the totals of all draws from those of parts of them, in order."""
        values = {
            name: np.concatenate([one.values[name] for one in parts], axis=-1)
            for name in parts[0].values
        }
        return replace(
            parts[0], values=values, draws=tuple(draw for one in parts for draw in one.draws)
        )

    def means(self) -> dict[str, Floats]:
        """Return means over the draws, without that dim."""
        return {name: np.asarray(one.mean(axis=-1)) for name, one in self.values.items()}

    def of(self, measure: str, strategy: str, against: str | None = None) -> Floats:
        """Return discounted totals of a strategy, or their differences from another, dims (draw).

        Parameters
        ----------
        measure
            cost, qaly or life_years.
        strategy, against
            Their names.
        """
        values = self.values[f"{measure}_present"]
        own: Floats = values[self.strategies.index(strategy)]
        return own if against is None else own - values[self.strategies.index(against)]

    def dataset(self, *, dim: str = "draw") -> xr.Dataset:
        """Return the totals with labels; the last dim may count something else than draws."""
        import xarray as xr  # noqa: PLC0415 - takes most of a second

        dims = {n: ("strategy", "item", dim)[:: 1 if v.ndim == 3 else 2]
                for n, v in self.values.items()}  # fmt: skip
        coords = {
            "strategy": np.array(self.strategies, dtype=str),
            "item": np.array(self.items, dtype=str),
            dim: np.asarray(self.draws, dtype=np.int64),
        }
        variables = {name: (dims[name], values) for name, values in self.values.items()}
        return xr.Dataset(variables, coords=coords, attrs=self.attributes)


def totals_of(found: Followed) -> Totals:
    """Return the totals of a run for one age.

    Parameters
    ----------
    found
        Of a single age at the start.
    """
    values = _added({name: found.arrays[name][_at_age(name, 0)] for name in _ADDED})
    strategies, items = (tuple(map(str, found.labels[dim])) for dim in ("strategy", "item"))
    draws = tuple(int(draw) for draw in found.labels["draw"])
    return Totals(values, strategies, items, draws, found.attributes)


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
        As of `Totals`, with labels.

    Raises
    ------
    LabelError
        If `age` is not one of the ages, or is left out where there are several.

    Examples
    --------
    >>> import xarray as xr
    >>> dims = ("strategy", "item", "age", "year", "draw")
    >>> flow = xr.DataArray([[[[[1.0], [2.0]]]]], dims=dims, coords={"age": [30.0]})
    >>> health = flow.isel(item=0)
    >>> data = xr.Dataset({"cost": flow, "cost_present": flow, "cost_at_start": flow.isel(year=0),
    ...     "qaly": health, "qaly_present": health, "life_years": health,
    ...     "life_years_present": health})
    >>> print(float(totals(data)["cost"].item()))
    4.0
    """
    place = _place_of(clinical, age)
    arrays = {
        name: clinical[name].transpose(*DIMS.get(name, BY_AGE)).values[_at_age(name, place)]
        for name in _ADDED
    }
    values = _added(arrays)
    dims = {
        name: ("strategy", "item", "draw")[:: 1 if v.ndim == 3 else 2] for name, v in values.items()
    }
    coords = {n: clinical[n] for n in ("strategy", "item", "draw") if n in clinical.coords}
    return clinical.drop_vars(list(clinical.variables)).assign(
        {name: (dims[name], values[name]) for name in values}
    ).assign_coords(coords)  # fmt: skip


def _at_age(name: str, place: int) -> tuple[slice | int, ...]:
    """Return the index of one age in an array of results."""
    before = DIMS.get(name, BY_AGE).index("age")
    return (*(slice(None) for _dim in range(before)), place)


def _added(one: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return sums over the years, of results of one age, whose dims end with (year, draw)."""
    found: dict[str, Floats] = {}
    for suffix in ("", "_present"):
        by_item = one["cost" + suffix].sum(axis=-2) + one["cost_at_start"]
        found["cost" + suffix] = by_item.sum(axis=1)
        found["qaly" + suffix] = one["qaly" + suffix].sum(axis=-2)
        found["life_years" + suffix] = one["life_years" + suffix].sum(axis=-2)
        found["cost_by_item" + suffix] = by_item
    return found


def _place_of(clinical: xr.Dataset, age: float | None) -> int:
    """Return the place of an age among those of the results."""
    ages = [float(value) for value in clinical["age"].values]
    if age is None:
        if len(ages) == 1:
            return 0
        message = f"results are for ages {ages}; say which one, e.g. age={ages[0]:g}"
        raise LabelError(message)
    if age not in ages:
        message = f"there is no age {age:g} in the results; use one of {ages}"
        raise LabelError(message)
    return ages.index(age)
