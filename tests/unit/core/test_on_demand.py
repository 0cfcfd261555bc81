"""Packages that import their names on demand offer what they say, and nothing hides it."""

import ast
import gc
from importlib import import_module
from pathlib import Path

import pytest

from equipoise.core.on_demand import collecting_later

SOURCE = Path(__file__).resolve().parents[3] / "src"


def packages() -> list[str]:
    return sorted(
        ".".join(path.parent.relative_to(SOURCE).parts)
        for path in SOURCE.rglob("__init__.py")
        if "= on_demand(" in path.read_text("utf-8")
    )


def imported_for_mypy(package: str) -> list[str]:
    tree = ast.parse((SOURCE / package.replace(".", "/") / "__init__.py").read_text("utf-8"))
    branch = next(node for node in tree.body if isinstance(node, ast.If))
    return [
        name.asname or name.name
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    ]


def test_there_are_such_packages() -> None:
    assert "equipoise" in packages()
    assert "equipoise.pipeline" in packages()


@pytest.mark.parametrize("name", packages())
def test_all_that_is_offered_is_there_and_known_to_mypy(name: str) -> None:
    package = import_module(name)
    assert sorted(package.__all__) == sorted(imported_for_mypy(name))
    assert {*package.__all__, "__doc__"}.issubset(dir(package))
    assert all(getattr(package, one) is not None for one in package.__all__)
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nothing'"):
        _ = package.nothing


@pytest.mark.parametrize("name", packages())
def test_no_name_is_that_of_a_module(name: str) -> None:
    """Whoever imports the module would put it in the name's place."""
    package = import_module(name)
    folder = SOURCE / name.replace(".", "/")
    modules = {path.stem for path in folder.iterdir() if path.suffix in (".py", "")}
    assert modules.isdisjoint(package.__all__)


def test_garbage_is_collected_again_after_an_import_even_one_that_fails() -> None:
    @collecting_later()
    def broken() -> None:
        assert not gc.isenabled()
        raise ImportError

    assert gc.isenabled()
    with pytest.raises(ImportError):
        broken()
    assert gc.isenabled()
