"""Finding studies, countries and models."""

import shutil
from pathlib import Path

import pytest

from equipoise.core.errors import NotInLibraryError, SpecError
from equipoise.core.translation import use_language
from equipoise.packs import (
    Entry,
    find,
    find_jurisdiction,
    find_model,
    find_study,
    library,
    library_folder,
    load_named_model,
    load_named_study,
)

MINI = Path(__file__).resolve().parents[2] / "data" / "mini"
MODEL = Path(__file__).resolve().parents[1] / "spec" / "broken" / "models" / "valid.yaml"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a library of one therapy, one country and one model."""
    root = tmp_path / "library"
    shutil.copytree(MINI, root / "therapies" / "mini", ignore=shutil.ignore_patterns("xx"))
    shutil.copytree(MINI / "xx", root / "jurisdictions" / "xx")
    (root / "models").mkdir()
    shutil.copy(MODEL, root / "models" / "valid.yaml")
    monkeypatch.setattr(find, "library_folder", lambda: root)
    return root


def test_the_library_is_listed_with_titles(shelf: Path) -> None:
    assert library() == (
        Entry("therapy", "mini", "Mini therapy in a mini country",
              shelf / "therapies" / "mini" / "study.yaml"),
        Entry("country", "xx", "Mini country",
              shelf / "jurisdictions" / "xx" / "jurisdiction.yaml"),
        Entry("model", "valid", "Broken on purpose", shelf / "models" / "valid.yaml"),
    )  # fmt: skip
    with use_language("ru"):
        assert library()[1].title == "Мини-страна"


def test_a_broken_pack_is_listed_by_its_name(shelf: Path) -> None:
    (shelf / "models" / "valid.yaml").write_text("model: [", encoding="utf-8")
    (shelf / "jurisdictions" / "xx" / "jurisdiction.yaml").write_text("- 1", encoding="utf-8")
    assert [entry.title for entry in library()][1:] == ["xx", "valid"]


def test_names_and_paths_are_found(shelf: Path) -> None:
    study = shelf / "therapies" / "mini" / "study.yaml"
    assert find_study("mini") == find_study(study) == find_study(study.parent) == study
    assert find_model("valid") == find_model(shelf / "models" / "valid.yaml")
    assert find_jurisdiction("xx") == find_jurisdiction(shelf / "jurisdictions" / "xx")


@pytest.mark.parametrize("finder", [find_study, find_model, find_jurisdiction])
@pytest.mark.parametrize("name", ["minni", "validd", "yx", "", "../..", "\0", "x" * 5000])
def test_what_is_not_there_is_said_with_what_is(
    shelf: Path, finder: type[object], name: str
) -> None:
    assert shelf.is_dir()
    with pytest.raises(NotInLibraryError, match="The library has: "):
        finder(name)


def test_the_nearest_name_is_offered(shelf: Path) -> None:
    assert shelf.is_dir()
    with pytest.raises(NotInLibraryError, match=r"Did you mean 'mini'\? The library has: mini\."):
        find_study("minni")


def test_a_study_of_the_library_is_loaded_with_its_country(shelf: Path) -> None:
    study = load_named_study("mini")
    assert study.country.code == "xx"
    assert study.path == shelf / "therapies" / "mini" / "study.yaml"
    assert load_named_model("valid").spec.money.text == "EUR@2024"


def test_a_study_may_stand_beside_its_country() -> None:
    assert load_named_study(MINI).country.code == "xx"


def test_another_country_can_be_asked_for(tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(MINI / "xx", other)
    path = other / "jurisdiction.yaml"
    path.write_text(path.read_text("utf-8").replace("code: xx", "code: yy"), encoding="utf-8")
    study = load_named_study(MINI, country=str(other))
    assert (study.country.code, study.file.country) == ("yy", "yy")


def test_criteria_are_checked_if_the_caller_knows_them() -> None:
    with pytest.raises(SpecError, match="'health_gained' is not a criterion"):
        load_named_study(MINI, criteria=("net_benefit", "peak_budget"))


def test_every_pack_that_came_with_the_program_is_right() -> None:
    folder = library_folder()
    assert folder.is_dir()
    for entry in library():
        if entry.kind == "therapy":
            load_named_study(entry.name)
        elif entry.kind == "model":
            load_named_model(entry.name)
        else:
            assert (entry.path.parent / "jurisdiction.yaml").is_file()
