from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from equipoise.core.errors import LabelError
from equipoise.report.netcdf import write_netcdf


def test_other_programs_read_what_was_written(tmp_path: Path) -> None:
    data = xr.Dataset(
        {
            "money": (("payer", "draw"), np.array([[1.0, np.nan, 3.0], [4.0, np.inf, 6.0]])),
            "count": (("draw",), np.arange(3), {"unit": "patients", "scale": 2.0}),
            "alone": ((), 1.5),
        },
        coords={"draw": np.arange(3), "payer": ["state", "семья"]},
    )
    write_netcdf({"b": data, "a": data}, {"record": "text", "version": 1}, tmp_path / "file.nc")
    with xr.open_datatree(tmp_path / "file.nc", engine="h5netcdf") as opened:
        assert list(opened.children) == ["b", "a"]
        assert opened.attrs == {"record": "text", "version": 1}
        for name in ("a", "b"):
            xr.testing.assert_identical(opened[name].to_dataset(inherit=False).load(), data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (xr.Dataset({"a": ("x", [1.0])}), "labels"),
        (xr.Dataset({"a": ("x", [1.0])}, coords={"x": [0], "y": 1.0}), "labels"),
        (xr.Dataset({"a": ("x", ["text"])}, coords={"x": [0]}), "no numbers"),
    ],
)
def test_what_would_not_open_again_is_refused(
    data: xr.Dataset, message: str, tmp_path: Path
) -> None:
    with pytest.raises(LabelError, match=message):
        write_netcdf({"group": data}, {}, tmp_path / "file.nc")
