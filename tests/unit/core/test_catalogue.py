"""Every text of the program has a Russian translation, and the other way round."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages import Catalog

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "catalogue.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogue_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their own module up while it is being made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_catalogue_is_complete(script: ModuleType) -> None:
    report = script.compare(script.source_texts(), script.read_catalogue()).report
    assert not report, f"see scripts/catalogue.py\n{report}"


def test_differences_are_found(script: ModuleType) -> None:
    catalogue = Catalog(locale="ru")
    catalogue.add("known {name}", "известно {name}")
    catalogue.add("empty", "")
    catalogue.add("renamed {name}", "переименовано {namen}")
    catalogue.add("gone", "ушло")
    catalogue.add(("{n} line", "{n} lines"), ("{n} строка", "{n} строки", ""))
    texts = dict.fromkeys(["known {name}", "empty", "renamed {name}", "new", "{odd"], "x.py:1")
    found = script.compare({**texts, ("{n} line", "{n} lines"): "x.py:2"}, catalogue)
    assert set(found.missing) == {"empty", "new", "{odd", ("{n} line", "{n} lines")}
    assert found.obsolete == ("gone",)
    assert len(found.broken) == 2
    assert "missing: 'new' (x.py:1)" in found.report


def test_writing_is_repeatable(script: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / "ru.po"
    script.write_catalogue(script.read_catalogue(), copy)
    once = copy.read_bytes()
    script.write_catalogue(script.read_catalogue(copy), copy)
    assert copy.read_bytes() == once
    texts = script.entries(script.read_catalogue(copy))
    assert texts.keys() == script.entries(script.read_catalogue()).keys()
