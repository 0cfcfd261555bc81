import time
from pathlib import Path

import h5py
import pytest
import xarray as xr

from equipoise.core.errors import ArchiveError
from equipoise.report import open_archive, save
from equipoise.report.archive import FORMAT_VERSION


@pytest.fixture(scope="module")
def stored(tree: xr.DataTree, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tree, tmp_path_factory.mktemp("archive") / "results.nc")


def test_what_is_opened_is_what_was_saved(tree: xr.DataTree, stored: Path) -> None:
    opened = open_archive(stored)
    assert opened.attrs == tree.attrs
    assert list(opened.children) == list(tree.children)
    for name in tree.children:
        before, after = tree[name].to_dataset(), opened[name].to_dataset()
        xr.testing.assert_identical(before, after)
        for label in before.coords:
            assert before[label].dtype.kind == after[label].dtype.kind


def test_the_same_run_gives_the_same_bytes(tree: xr.DataTree, stored: Path, tmp_path: Path) -> None:
    time.sleep(1.1)  # a stamp in whole seconds would differ
    assert save(tree, tmp_path / "again.nc").read_bytes() == stored.read_bytes()
    reopened = save(open_archive(stored), tmp_path / "reopened.nc")
    assert reopened.read_bytes() == stored.read_bytes()


def test_saving_replaces_and_leaves_nothing_else(
    tree: xr.DataTree, stored: Path, tmp_path: Path
) -> None:
    target = tmp_path / "results.nc"
    target.write_bytes(b"old")
    save(tree, target)
    assert target.read_bytes() == stored.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["results.nc"]


def test_saving_does_not_change_the_run(tree: xr.DataTree, tmp_path: Path) -> None:
    before = dict(tree.attrs)
    save(tree, tmp_path / "results.nc")
    assert tree.attrs == before


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.5, 0.999])
def test_a_truncated_file_is_refused(stored: Path, tmp_path: Path, kept: float) -> None:
    whole = stored.read_bytes()
    broken = tmp_path / "broken.nc"
    broken.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(ArchiveError, match="not a results file of Equipoise, or is damaged"):
        open_archive(broken)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.nc"
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(other, engine="h5netcdf")
    with pytest.raises(ArchiveError, match="not a results file"):
        open_archive(other)
    other.write_text("a,b\n1,2\n")
    with pytest.raises(ArchiveError, match="not a results file"):
        open_archive(other)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"gone\.nc: there is no such file"):
        open_archive(tmp_path / "gone.nc")


def test_a_newer_file_is_refused(stored: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.nc"
    newer.write_bytes(stored.read_bytes())
    with h5py.File(newer, "r+") as file:
        file.attrs["format_version"] = FORMAT_VERSION + 1
    with pytest.raises(ArchiveError, match="newer Equipoise"):
        open_archive(newer)


def test_a_file_that_breaks_the_vocabulary_is_refused(stored: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.nc"
    wrong.write_bytes(stored.read_bytes())
    with h5py.File(wrong, "r+") as file:
        file["reach/treated"][...] = -1.0
    with pytest.raises(ArchiveError, match="damaged"):
        open_archive(wrong)
