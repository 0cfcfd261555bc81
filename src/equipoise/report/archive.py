"""A finished run as one file that opens again, byte for byte the same for the same run."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xarray as xr

from equipoise.core.errors import ArchiveError, LabelError
from equipoise.core.files import write_bytes
from equipoise.core.translation import translate as _
from equipoise.core.vocabulary import checked
from equipoise.spec.record import Record

FORMAT_VERSION = 1

ARCHIVE = "results.nc"
"""Name of the file in the folder of a run."""

GROUPS = (
    "access", "course", "reach", "payment", "value", "policies", "balance", "information",
)  # fmt: skip
"""Groups of a finished run, besides the inputs."""

# Higher levels make the file 2 % smaller and take a third longer.
_COMPRESSION = {"zlib": True, "complevel": 1, "shuffle": True}


def save(tree: xr.DataTree, path: Path) -> Path:
    """Write a run to one NetCDF file, whole or not at all.

    The file holds no dates, so that the same run gives the same bytes.

    Parameters
    ----------
    tree
        Result of `pipeline.assess`.
    path
        Target; replaced if it exists.

    Returns
    -------
    pathlib.Path
        The path.
    """
    whole = _tree(
        {name: _ordered(node.to_dataset()) for name, node in tree.children.items()},
        {"record": tree.attrs["record"], "format_version": FORMAT_VERSION},
    )
    encoding = {
        node.path: {str(k): dict(_COMPRESSION) for k, v in node.data_vars.items() if v.size > 1}
        for node in whole.subtree
    }
    with TemporaryDirectory() as folder:
        made = Path(folder) / ARCHIVE
        whole.to_netcdf(made, engine="h5netcdf", encoding=encoding)
        return write_bytes(path, made.read_bytes())


def open_archive(path: Path) -> xr.DataTree:
    """Read a file that `save` wrote, into memory.

    Parameters
    ----------
    path
        A results file, or the folder of a run.

    Returns
    -------
    xarray.DataTree
        As `pipeline.assess` returned it.

    Raises
    ------
    ArchiveError
        If there is no such file, a newer version wrote it, it is damaged, or it is something else.
    """
    path = path / ARCHIVE if path.is_dir() else path
    if not path.is_file():
        raise ArchiveError(_("{path}: there is no such file", path=path))
    try:
        with xr.open_datatree(path, engine="h5netcdf") as stored:
            version = int(stored.attrs["format_version"])
            if version <= FORMAT_VERSION:
                return _complete(stored.load())
    except (OSError, KeyError, TypeError, ValueError, RuntimeError, LabelError) as error:
        message = _("{path}: is not a results file of Equipoise, or is damaged", path=path)
        raise ArchiveError(message) from error
    raise ArchiveError(
        _("{path}: was written by a newer Equipoise; update, then open it", path=path)
    )


def is_archive(path: Path) -> bool:
    """Return whether a file is marked as one that `save` wrote, of whatever version."""
    if not path.is_file():
        return False
    try:
        with xr.open_dataset(path, engine="h5netcdf") as stored:
            return {"record", "format_version"} <= set(stored.attrs)
    except (OSError, KeyError, TypeError, ValueError, RuntimeError):
        return False


def _complete(stored: xr.DataTree) -> xr.DataTree:
    """Return the run as it was saved, if it keeps every promise of the vocabulary."""
    Record.model_validate_json(stored.attrs["record"])
    children = {"inputs": _plain(stored["inputs"].to_dataset())}
    for name in GROUPS:
        children[name] = checked(name, _plain(stored[name].to_dataset()))
    return _tree(children, {"record": str(stored.attrs["record"])})


def _tree(groups: Mapping[str, xr.Dataset], attrs: Mapping[str, Any]) -> xr.DataTree:
    """Return groups and attributes as one tree."""
    return xr.DataTree(
        children={name: xr.DataTree(data) for name, data in groups.items()},
        dataset=xr.Dataset(attrs=attrs), name="equipoise",
    )  # fmt: skip


def _ordered(data: xr.Dataset) -> xr.Dataset:
    """Return the data with its labels in one order, as that decides the bytes."""
    return xr.Dataset(
        {name: data[name].variable for name in data.data_vars},
        coords={name: data[name].variable for name in sorted(data.coords, key=str)},
    )


def _plain(data: xr.Dataset) -> xr.Dataset:
    """Return the data with labels as text, and without what the file format adds."""
    data = data.drop_encoding()
    labels = {
        name: np.asarray(values.values.tolist(), dtype=np.str_)
        for name, values in data.coords.items()
        if values.dtype.kind not in "iufb"
    }
    return data.assign_coords({name: (data[name].dims, text) for name, text in labels.items()})
