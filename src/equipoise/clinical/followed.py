"""What came of following patients: arrays, and their labels for whoever wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.given import Given
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Labels = Mapping[str, Sequence[str] | Sequence[int] | Sequence[float]]

DIMS: Mapping[str, tuple[str, ...]] = {
    "cost": ("strategy", "item", "age", "year", "draw"),
    "cost_present": ("strategy", "item", "age", "year", "draw"),
    "cost_at_start": ("strategy", "item", "age", "draw"),
    "track": ("measure", "strategy", "age", "year", "draw"),
    "share": ("state", "strategy", "age", "year", "draw"),
}
"""Dims of results; all others have `BY_AGE`."""

BY_AGE = ("strategy", "age", "year", "draw")


class NoNumberError(SimulationError):
    """A result that is infinite or no number."""


@dataclass(frozen=True)
class Followed:
    """What came of following patients.

    Parameters
    ----------
    arrays
        The variables of group `clinical` of `core.vocabulary`, dims as of `DIMS`.
    labels
        Of each dim.
    attributes
        What is printed beside every total.
    """

    arrays: Mapping[str, Floats]
    labels: Labels
    attributes: Mapping[str, str | float]

    def dataset(self) -> xr.Dataset:
        """Return the arrays with their labels."""
        import xarray as xr  # noqa: PLC0415 - takes most of a second

        coords = _coordinates(tuple((dim, tuple(own)) for dim, own in self.labels.items()))
        return xr.Dataset(
            {name: (DIMS.get(name, BY_AGE), values) for name, values in self.arrays.items()},
            coords=coords, attrs=self.attributes,
        )  # fmt: skip


def followed(
    arrays: Mapping[str, Floats], given: Given, *, attributes: Mapping[str, str | float]
) -> Followed:
    """Return what came of a run.

    Raises
    ------
    NoNumberError
        If a result is no finite number.
    """
    spec = given.model.spec
    labels: dict[str, Sequence[str] | Sequence[int] | Sequence[float]] = {
        "strategy": tuple(spec.strategies),
        "item": tuple(given.plan.items),
        "measure": tuple(spec.track),
        "age": given.ages,
        "year": range(given.clock.years),
        "draw": given.draws,
    }
    if "share" in arrays:
        labels["state"] = tuple(given.plan.states)
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise _no_number(name, values, labels)
    return Followed(arrays, labels, attributes)


_KINDS = {"age": np.float64, "year": np.int64, "draw": np.int64}


@lru_cache(maxsize=1)
def _coordinates(
    labels: tuple[tuple[str, tuple[str, ...] | tuple[int, ...] | tuple[float, ...]], ...],
) -> xr.Coordinates:
    """Return labels of dims, which take longer to make than the rest of the frame."""
    import xarray as xr  # noqa: PLC0415

    return xr.Coordinates({dim: np.array(own, dtype=_KINDS.get(dim, str)) for dim, own in labels})


def _no_number(name: str, values: Floats, labels: Labels) -> NoNumberError:
    """Return what is wrong with a result that is infinite or no number, naming the first."""
    wrong = ~np.isfinite(values)
    place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    where = [
        (dim, labels[dim][int(spot)])
        for dim, spot in zip(DIMS.get(name, BY_AGE), place, strict=True)
    ]
    return NoNumberError(
        _("'{name}' is {value} at {where}", name=name, value=values[place],
          where=", ".join(f"{dim} {label}" for dim, label in where)),
        fix=_("look in the model's formulas for a division by zero, a logarithm of a negative "
              "number or a value that grows without end"),
        place=("track", str(dict(where)["measure"])) if name == "track" else ("states",),
    )  # fmt: skip
