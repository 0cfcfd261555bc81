"""What travels through the stages: the frozen model with its tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.core.units import Unit
from equipoise.spec.model import Model

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TableData:
    """A table ready to be looked up.

    `grid` and each row of `values` are sorted by the numeric argument; `codes` holds the number
    of each row's category where the table has a second argument, and is empty otherwise. `order`
    says which of the call's arguments is the numeric one (0 or 1).
    """

    name: str
    grid: Floats
    values: Floats
    codes: tuple[float, ...] = ()
    order: int = 0
    linear: bool = False
    argument_units: tuple[Unit, ...] = ()
    unit: Unit | None = None
    source: str = ""

    def __call__(self, *arguments: ArrayLike) -> Floats:
        """Look up; outside the grid the end values hold."""
        numeric = np.asarray(arguments[self.order], dtype=np.float64)
        if not self.codes:
            return self._row(0, numeric)
        category = np.asarray(arguments[1 - self.order], dtype=np.float64)
        result = np.full(np.broadcast_shapes(numeric.shape, category.shape), np.nan)
        for row, code in enumerate(self.codes):
            result = np.where(category == code, self._row(row, numeric), result)
        return result

    def _row(self, row: int, numeric: Floats) -> Floats:
        """Look up one row of values."""
        if self.linear:
            return np.asarray(np.interp(numeric, self.grid, self.values[row]))
        # A hair of tolerance, so that 0.1 + 0.2 finds the point at 0.3.
        place = np.searchsorted(self.grid, numeric + 1e-9, side="right") - 1
        return np.asarray(self.values[row][np.clip(place, 0, self.grid.size - 1)])


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model file that was read, checked and given its tables; equal to itself alone."""

    spec: Model
    path: Path
    tables: Mapping[str, TableData] = field(default_factory=dict)
    uncertain: frozenset[str] = frozenset()
    """Parameters that are uncertain in the file, also where the user has fixed them since."""
