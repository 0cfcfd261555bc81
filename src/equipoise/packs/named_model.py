"""Loading a model of the library by its name."""

from pathlib import Path

from equipoise.packs.find import find_model
from equipoise.spec.load import load_model
from equipoise.spec.loaded import LoadedModel


def load_named_model(name: str | Path) -> LoadedModel:
    """Load a model by name or path.

    Raises
    ------
    NotInLibraryError
        If there is no such file or model of the library.
    SpecError
        With every mistake of the file.
    """
    return load_model(find_model(name))
