"""Reading a whole study: all problems of all its files at once."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from equipoise.core.errors import Problem, SpecError
from equipoise.spec.attributes import Attribute
from equipoise.spec.country_file import CountryFiles, read_country
from equipoise.spec.load import located, read_model, tried
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.loaded_study import Study
from equipoise.spec.problems import problem_at, validate
from equipoise.spec.reader import Document, read_document
from equipoise.spec.study import Product, StudyFile
from equipoise.spec.study_check import check_study
from equipoise.spec.tables import TableError, beside

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def country_of(path: Path) -> str:
    """Return the code of the country that a study asks for.

    Raises
    ------
    SpecError
        If the file does not say it; then with all other mistakes of the file.
    """
    document = read_document(path)
    code = document.data.get("country") if isinstance(document.data, dict) else None
    if isinstance(code, str) and re.fullmatch("[a-z]{2}", code):
        return code
    return validate(StudyFile, document).country


def load_study(
    path: Path,
    *,
    jurisdiction_folder: Path,
    attributes: Mapping[str, Attribute],
    criteria: Collection[str] = (),
) -> Study:
    """Read and check a study with its product, model and country.

    Parameters
    ----------
    path
        The study file; product and model lie in the same folder.
    jurisdiction_folder
        Of the country to use, which need not be the one that the file names.
    attributes
        Facts about products that every country's law may ask for.
    criteria
        Names of the criteria that exist; empty leaves the study's criteria unchecked.

    Raises
    ------
    SpecError
        With every mistake of all these files.
    """
    problems: list[Problem] = []
    document = tried(problems, read_document, path)
    country = read_country(jurisdiction_folder, problems, attributes)
    if document is None:
        raise SpecError(problems)
    file = tried(problems, validate, StudyFile, document)
    tables = country.tables if country is not None else None
    product_file = _companion(document, "product", problems)
    model_file = _companion(document, "model", problems)
    product = tried(problems, validate, Product, product_file) if product_file else None
    model = None
    if model_file is not None:
        model = read_model(model_file, problems, country_tables=tables, in_study=True)
    if file and product and model and country and product_file and model_file:
        study = Study(
            file=file.model_copy(update={"country": country.spec.code}),
            product=product,
            model=model,
            country=country.spec,
            country_tables=country.tables,
            attributes={**attributes, **country.spec.attributes},
            path=path,
            digest="",
        )
        homes = {"study": document, "product": product_file, "model": model_file}
        for part, found in check_study(study, criteria=criteria):
            problems += (
                country.located([found]) if part == "country" else located(homes[part], [found])
            )
        if not problems:
            digest = _digest(homes.values(), model, country)
            return replace(study, digest=digest)
    raise SpecError(problems)


def _companion(document: Document, field: str, problems: list[Problem]) -> Document | None:
    """Read the file that a study names in a field, if it names one."""
    name = document.data.get(field) if isinstance(document.data, dict) else None
    if not isinstance(name, str) or not _FILE_NAME.fullmatch(name):
        return None
    try:
        path = beside(document.path.parent, name)
    except TableError as error:
        problems.append(problem_at(document, (field,), error.message, error.fix))
        return None
    return tried(problems, read_document, path)


def _digest(documents: Iterable[Document], model: LoadedModel, country: CountryFiles) -> str:
    """Return the hash of the bytes of all files that a study was read from."""
    paths = [document.path for document in (*documents, *country.documents)]
    for tables, folder in (
        (model.spec.tables, model.path.parent),
        (country.spec.tables, country.folder),
    ):
        paths += [folder / table.file for table in tables.values() if table.file is not None]
    total = sha256()
    for path in dict.fromkeys(paths):
        total.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return total.hexdigest()
