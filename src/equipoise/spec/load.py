"""Reading whole models and studies: all problems of all their files at once."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar

from equipoise.core.errors import Problem, SpecError
from equipoise.spec.country_file import CountryFiles, read_country
from equipoise.spec.findings import Finding
from equipoise.spec.loaded import LoadedModel, Study, TableData
from equipoise.spec.model import Model, Table
from equipoise.spec.model_check import check_model
from equipoise.spec.problems import problem_at, validate
from equipoise.spec.reader import MAX_PROBLEMS, Document, read_document
from equipoise.spec.replace import replace_values
from equipoise.spec.study import Product, StudyFile
from equipoise.spec.study_check import check_study
from equipoise.spec.submodel_check import check_submodels
from equipoise.spec.submodel_places import as_written
from equipoise.spec.submodels import expanded
from equipoise.spec.tables import TableError, beside, load_tables

__all__ = ["country_of", "load_model", "load_study", "located", "replace_values"]

P = ParamSpec("P")
T = TypeVar("T")

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def located(document: Document, findings: Iterable[Finding]) -> list[Problem]:
    """Return findings as problems of a file; a longer listing than `MAX_PROBLEMS` helps nobody."""
    return [
        problem_at(document, place, error.message, error.fix, offset=error.column)
        for place, error in islice(_once(document, findings), MAX_PROBLEMS)
    ]


def _once(document: Document, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield one of several findings that are the same mistake, as copies of a sub-model share."""
    seen = set()
    for found in findings:
        place, _state = as_written(document.data, found.place)
        mistake = (place, found.error.message, found.error.column)
        if mistake not in seen:
            seen.add(mistake)
            yield found


def _tried(
    problems: list[Problem], read: Callable[P, T], *args: P.args, **options: P.kwargs
) -> T | None:
    """Return what a reader returns, or None after noting its problems."""
    try:
        return read(*args, **options)
    except SpecError as error:
        problems.extend(error.problems)
        return None


def load_model(
    path: Path,
    *,
    country_tables: Mapping[str, TableData] | None = None,
    document: Document | None = None,
) -> LoadedModel:
    """Read and check a model file.

    Parameters
    ----------
    path
        The file; its tables lie in the same folder.
    country_tables
        What `from_country` refers to; a model that uses it cannot be read without.
    document
        The file if it has been read already.

    Raises
    ------
    SpecError
        With every mistake of the file and its tables.
    """
    document = read_document(path) if document is None else document
    problems: list[Problem] = []
    model = _model(document, problems, country_tables=country_tables, in_study=False)
    if model is None or problems:
        raise SpecError(problems)
    return model


def _model(
    document: Document,
    problems: list[Problem],
    *,
    country_tables: Mapping[str, TableData] | None,
    in_study: bool,
) -> LoadedModel | None:
    """Return a model with its tables, noting all that is wrong with it."""
    spec = _tried(problems, validate, Model, document)
    if spec is None:
        return None
    wanted: Mapping[str, Table] = spec.tables
    if in_study and country_tables is None:
        wanted = {name: table for name, table in wanted.items() if not table.from_country}
    mistakes = list(check_submodels(spec))
    problems += located(document, mistakes)
    spec = spec if mistakes else expanded(spec)
    tables, findings = load_tables(
        wanted, document.path.parent, sources=spec.sources, country_tables=country_tables
    )
    problems += located(document, findings)
    if not mistakes:
        problems += located(document, check_model(spec, tables, in_study=in_study))
    uncertain = {name for name, one in spec.parameters.items() if one.distribution is not None}
    uncertain |= {name for joint in spec.joint.values() for name in joint.parameters}
    return LoadedModel(spec, document.path, tables, frozenset(uncertain))


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


def load_study(path: Path, *, jurisdiction_folder: Path, criteria: Collection[str] = ()) -> Study:
    """Read and check a study with its product, model and country.

    Parameters
    ----------
    path
        The study file; product and model lie in the same folder.
    jurisdiction_folder
        Of the country to use, which need not be the one that the file names.
    criteria
        Names of the criteria that exist; empty leaves the study's criteria unchecked.

    Raises
    ------
    SpecError
        With every mistake of all these files.
    """
    problems: list[Problem] = []
    document = _tried(problems, read_document, path)
    country = read_country(jurisdiction_folder, problems)
    if document is None:
        raise SpecError(problems)
    file = _tried(problems, validate, StudyFile, document)
    tables = country.tables if country is not None else None
    product_file = _companion(document, "product", problems)
    model_file = _companion(document, "model", problems)
    product = _tried(problems, validate, Product, product_file) if product_file else None
    model = None
    if model_file is not None:
        model = _model(model_file, problems, country_tables=tables, in_study=True)
    if file and product and model and country and product_file and model_file:
        study = Study(
            file=file.model_copy(update={"country": country.spec.code}),
            product=product,
            model=model,
            country=country.spec,
            country_tables=country.tables,
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
    return _tried(problems, read_document, path)


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
