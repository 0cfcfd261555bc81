"""Loading a study of the library by its name, with its own country or another one."""

from collections.abc import Collection
from pathlib import Path

from equipoise.packs.facts import shared_attributes
from equipoise.packs.find import find_jurisdiction, find_study
from equipoise.spec.load_study import country_of, load_study
from equipoise.spec.loaded_study import Study


def load_named_study(
    name: str | Path, *, country: str | None = None, criteria: Collection[str] = ()
) -> Study:
    """Load a study by name or path.

    Parameters
    ----------
    name
        A study file, its folder, or a therapy of the library.
    country
        Code or folder of a country to use instead of the study's own.
    criteria
        Names of the criteria that exist; empty leaves them unchecked.

    Raises
    ------
    NotInLibraryError
        If the study or the country cannot be found.
    SpecError
        With every mistake of all files of the study.
    """
    path = find_study(name)
    code = country_of(path) if country is None else country
    folder = find_jurisdiction(code, beside=path)
    return load_study(
        path, jurisdiction_folder=folder, attributes=shared_attributes(), criteria=criteria
    )
