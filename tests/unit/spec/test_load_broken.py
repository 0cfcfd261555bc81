"""Broken files of the gallery: every mistake at once, in words that a test keeps.

EQUIPOISE_UPDATE_GOLDEN=1 writes the expected listings again.
"""

import os
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from equipoise.core.errors import SpecError
from equipoise.packs import shared_attributes
from equipoise.spec.load import load_model
from equipoise.spec.load_study import load_study

BROKEN = Path(__file__).parent / "broken"
MINI = Path(__file__).resolve().parents[2] / "data" / "mini"
MODELS = sorted(path for path in (BROKEN / "models").glob("*.yaml") if path.stem != "valid")
STUDIES = sorted((BROKEN / "studies").glob("*.yaml"))
CRITERIA = ("health_gained", "share_treated", "longest_backlog", "net_benefit", "peak_budget")


def compare(found: SpecError, golden: Path, folder: Path) -> None:
    """Compare a listing with its golden file, or write that anew."""
    text = str(found).replace(f"{folder}{os.sep}", "") + "\n"
    if os.environ.get("EQUIPOISE_UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_broken_model(path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load_model(path)
    compare(caught.value, path.with_suffix(".txt"), path.parent)


def broken_copy(case: Path, folder: Path) -> Path:
    """Return a copy of the mini study with the edits of a case."""
    mini = Path(shutil.copytree(MINI, folder / "mini"))
    for edit in YAML(typ="safe").load(case.read_text(encoding="utf-8"))["edits"]:
        path = mini / edit["file"]
        text = path.read_text(encoding="utf-8")
        assert text.count(edit["old"]) >= 1, f"{case.name}: {edit['file']} has changed"
        path.write_text(text.replace(edit["old"], edit["new"], 1), encoding="utf-8")
    return mini


@pytest.mark.parametrize("case", STUDIES, ids=lambda path: path.stem)
def test_broken_study(case: Path, tmp_path: Path) -> None:
    mini = broken_copy(case, tmp_path)
    with pytest.raises(SpecError) as caught:
        load_study(
            mini / "study.yaml",
            jurisdiction_folder=mini / "xx",
            attributes=shared_attributes(),
            criteria=CRITERIA,
        )
    compare(caught.value, case.with_suffix(".txt"), mini)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("model: Модель\n".encode("cp1251"), "1:8"),
        ("model: Модель\n".encode("utf-16"), "1:1"),
        (bytes(range(256)), "2:118"),
    ],
)
def test_a_file_in_another_encoding_is_refused(content: bytes, place: str, tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        load_model(path)
    assert str(caught.value) == (
        f"{path}:{place}: file: the file is not encoded in UTF-8\n    fix: save it again as UTF-8"
    )


def test_the_gallery_starts_from_files_that_are_right() -> None:
    load_model(BROKEN / "models" / "valid.yaml")
    load_study(
        MINI / "study.yaml",
        jurisdiction_folder=MINI / "xx",
        attributes=shared_attributes(),
        criteria=CRITERIA,
    )


def test_every_listing_has_its_file() -> None:
    listings = {path.with_suffix("") for path in BROKEN.rglob("*.txt")}
    assert listings == {path.with_suffix("") for path in (*MODELS, *STUDIES)}
