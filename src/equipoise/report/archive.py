"""A finished run as one file that opens again, byte for byte the same for the same run."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import xarray as xr

from equipoise.core.errors import ArchiveError
from equipoise.core.files import write_bytes
from equipoise.core.translation import translate as _

FORMAT_VERSION = 1

_COMPRESSION = {"zlib": True, "complevel": 4, "shuffle": True}


def save(tree: xr.DataTree, path: Path) -> Path:
    """Write a run to one NetCDF file, whole or not at all.

    Parameters
    ----------
    tree
        Result of `pipeline.assess`.
    path
        Target; replaced if it exists.
    """
    whole = tree.copy()
    whole.attrs = {**tree.attrs, "format_version": FORMAT_VERSION}
    encoding = {
        node.path: {
            str(name): dict(_COMPRESSION) for name, data in node.data_vars.items() if data.size > 1
        }
        for node in whole.subtree
    }
    with TemporaryDirectory() as folder:
        made = Path(folder) / "results.nc"
        whole.to_netcdf(made, engine="h5netcdf", encoding=encoding)
        return write_bytes(path, made.read_bytes())


def open_archive(path: Path) -> xr.DataTree:
    """Read a file that `save` wrote, into memory.

    Raises
    ------
    ArchiveError
        If there is no such file, it is no archive, or a newer version wrote it.
    """
    if not path.is_file():
        raise ArchiveError(_("{path}: there is no such file", path=path))
    try:
        tree = xr.open_datatree(path, engine="h5netcdf").load()
        tree.close()
        version = int(tree.attrs["format_version"])
        json.loads(tree.attrs["record"])
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        message = _("{path}: is not a results file of Equipoise, or is damaged", path=path)
        raise ArchiveError(message) from error
    if version > FORMAT_VERSION:
        raise ArchiveError(
            _("{path}: was written by a newer Equipoise; update, then open it", path=path)
        )
    return tree
