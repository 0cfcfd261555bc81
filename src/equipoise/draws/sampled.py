"""A joint sample as plain arrays, which costs no import of a library of labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import LabelError

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[Any]


@dataclass(frozen=True)
class Sample:
    """Values of parameters, in canonical units.

    Parameters
    ----------
    values
        By name; dims ``(draw)``, or none of what is the same in all draws.
    draws
        Their numbers; omitted where nothing is drawn.
    attributes
        Of parameters: what is written beside them, such as their unit.
    """

    values: Mapping[str, Array]
    draws: tuple[int, ...] | None = None
    attributes: Mapping[str, Mapping[str, str | float]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: xr.Dataset, names: Iterable[str]) -> Sample:
        """Return some parameters of a labelled sample.

        Parameters
        ----------
        data
            One variable for each parameter, dims ``(draw)`` or none.
        names
            Which ones; those that are not there are left out.

        Raises
        ------
        LabelError
            If one has other dims.
        """
        found = data.variables  # without coordinates, which take longer to make than all the rest
        values: dict[str, Array] = {}
        for name in names:
            if name not in found:
                continue
            dims = found[name].dims
            if dims not in ((), ("draw",)):
                message = f"parameter '{name}' has dims {dims}, promised are ('draw',)"
                raise LabelError(message)
            values[name] = np.asarray(found[name].values)
        draws: tuple[int, ...] | None = None
        if "draw" in data.dims:
            labels = data["draw"].values if "draw" in data.coords else range(data.sizes["draw"])
            draws = tuple(int(label) for label in labels)
        return cls(values, draws)

    @property
    def size(self) -> int:
        """Return how many draws there are."""
        return 1 if self.draws is None else len(self.draws)

    def some(self, places: NDArray[np.intp]) -> Sample:
        """Return the draws at some places among these, in that order."""
        if self.draws is None:
            return self
        values = {name: one[places] if one.ndim else one for name, one in self.values.items()}
        return replace(self, values=values, draws=tuple(self.draws[place] for place in places))

    def dataset(self) -> xr.Dataset:
        """Return the sample with labels.

        Returns
        -------
        xarray.Dataset
            One variable for each parameter, with its attributes; the coordinate ``draw`` has the
            numbers of the draws.
        """
        import xarray as xr  # noqa: PLC0415 - takes most of a second

        variables = {
            name: xr.Variable(("draw",) if one.ndim else (), one, self.attributes.get(name))
            for name, one in self.values.items()
        }
        coords = {} if self.draws is None else {"draw": np.asarray(self.draws)}
        return xr.Dataset(variables, coords=coords)
