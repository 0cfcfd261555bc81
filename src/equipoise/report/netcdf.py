"""Labelled arrays as a NetCDF-4 file, which is an HDF5 file whose axes name their labels.

xarray writes the same through h5netcdf, which looks up every array some forty times.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from equipoise.core.errors import LabelError

# Higher levels make the file 2 % smaller and take a third longer.
_COMPRESSION = {"compression": "gzip", "compression_opts": 1, "shuffle": True}


def write_netcdf(groups: Mapping[str, xr.Dataset], attrs: Mapping[str, Any], path: Path) -> None:
    """Write groups of arrays to a new file; the same arrays give the same bytes.

    Parameters
    ----------
    groups
        Name -> arrays of numbers, in the order in which they are to be read; every dimension has
        labels, which are numbers or text, and there are no other coordinates.
    attrs
        What is said of the whole file: texts and numbers.
    path
        Target.

    Raises
    ------
    LabelError
        If a dimension has no labels, there are other coordinates, or an array holds no numbers.
    """
    # Readers written in C ask that the order of creation be kept.
    with h5py.File(path, "w", track_order=True) as file:
        _describe(file, attrs)
        first = 0
        for name, data in groups.items():
            _write_group(file.create_group(name, track_order=True), data, first)
            first += len(data.dims)


def _write_group(group: h5py.Group, data: xr.Dataset, first: int) -> None:
    """Write labels, then the arrays that refer to them; dimensions are numbered from `first`."""
    if set(data.coords) != set(data.dims):
        message = f"'{group.name}' has labels {list(data.coords)} for dims {list(data.dims)}"
        raise LabelError(message)
    numbers = {str(name): first + k for k, name in enumerate(data.coords)}
    for name, labels in data.coords.items():
        scale = group.create_dataset(str(name), track_order=True, **_stored(labels.variable))
        scale.make_scale(str(name))
        _finish(scale, labels.variable, numbers)
    for name, values in data.data_vars.items():
        if values.dtype.kind not in "iuf":
            message = f"'{name}' holds no numbers but {values.dtype}"
            raise LabelError(message)
        squeezed = _COMPRESSION if values.size > 1 else {}
        array = group.create_dataset(str(name), data=values.values, track_order=True, **squeezed)
        for axis, dim in zip(array.dims, values.dims, strict=True):
            axis.attach_scale(group[str(dim)])
        _finish(array, values.variable, numbers)


def _stored(labels: xr.Variable) -> dict[str, object]:
    """Return labels as HDF5 knows them: numbers, or text of any length."""
    if labels.dtype.kind in "iuf":
        return {"data": labels.values}
    return {"data": labels.values.astype(object), "dtype": h5py.string_dtype()}


def _finish(array: h5py.Dataset, values: xr.Variable, numbers: Mapping[str, int]) -> None:
    """Add the numbers of an array's dimensions, which spare a search, and what is said of it."""
    if values.dims:
        places = [numbers[str(dim)] for dim in values.dims]
        array.attrs["_Netcdf4Dimid"] = np.int32(places[0])
        array.attrs["_Netcdf4Coordinates"] = np.asarray(places, dtype=np.int32)
    _describe(array, values.attrs)


def _describe(target: h5py.HLObject, attrs: Mapping[str, Any]) -> None:
    """Add attributes: texts, and numbers as the vectors that NetCDF has instead of numbers."""
    for name, value in attrs.items():
        target.attrs[name] = value if isinstance(value, str) else np.atleast_1d(value)
