"""The library's list of facts about products, and products that answer them."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from equipoise.core.errors import Problem, SpecError
from equipoise.packs.find import find_jurisdiction, find_product, library_folder
from equipoise.spec.attributes import Attribute, read_attributes
from equipoise.spec.cases import Case, CaseFile, check_cases
from equipoise.spec.country_file import read_law
from equipoise.spec.law import Law
from equipoise.spec.load import located
from equipoise.spec.observed import ObservedFile
from equipoise.spec.problems import validate
from equipoise.spec.product_file import read_product
from equipoise.spec.reader import read_document
from equipoise.spec.study import Product


@cache
def shared_attributes() -> Mapping[str, Attribute]:
    """Return the facts about products that every country's law may ask for."""
    return read_attributes(library_folder() / "attributes.yaml")


@cache
def shared_observations() -> ObservedFile:
    """Return the durations of stages that somebody saw, with what the stages are."""
    return validate(ObservedFile, read_document(library_folder() / "observed.yaml"))


def load_named_law(code_or_folder: str | Path) -> Law:
    """Load the law of a country, which need not have money and payers.

    Parameters
    ----------
    code_or_folder
        The code of a country of the library, or a folder with a jurisdiction.yaml.

    Raises
    ------
    NotInLibraryError
        If there is no such country.
    SpecError
        With every mistake of its files.
    """
    problems: list[Problem] = []
    law = read_law(find_jurisdiction(code_or_folder), problems, shared_attributes())
    if law is None or problems:
        raise SpecError(problems)
    return law


def load_named_product(name: str | Path, attributes: Mapping[str, Attribute]) -> Product:
    """Load a product's facts.

    Parameters
    ----------
    name
        A product file, a folder with a product.yaml, or the name of a therapy of the library.
    attributes
        Facts that it may state.

    Raises
    ------
    NotInLibraryError
        If it is none of these.
    SpecError
        With every mistake of the file.
    """
    return read_product(find_product(name), attributes)


def load_named_cases(code_or_folder: str | Path, law: Law) -> Sequence[Case]:
    """Load the cases of a country's decision tree; none if it has no cases.yaml.

    Parameters
    ----------
    code_or_folder
        As of `load_named_law`.
    law
        Of the country.

    Raises
    ------
    NotInLibraryError
        If there is no such country.
    SpecError
        With every mistake of the file.
    """
    path = find_jurisdiction(code_or_folder) / "cases.yaml"
    if not path.exists():
        return ()
    document = read_document(path)
    cases = validate(CaseFile, document).cases
    known = {**shared_attributes(), **law.attributes}
    problems = located(document, check_cases(cases, law, known))
    if problems:
        raise SpecError(problems)
    return cases
