"""Reading a whole model: all problems of its file and tables at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar

from equipoise.core.errors import Problem, SpecError
from equipoise.spec.cautions import cautions
from equipoise.spec.findings import Finding
from equipoise.spec.loaded import LoadedModel, TableData
from equipoise.spec.model import Model, Table
from equipoise.spec.model_check import check_model
from equipoise.spec.problems import problem_at, validate
from equipoise.spec.reader import MAX_PROBLEMS, Document, read_document
from equipoise.spec.submodel_check import check_submodels
from equipoise.spec.submodel_places import as_written
from equipoise.spec.submodels import expanded
from equipoise.spec.tables import load_tables

P = ParamSpec("P")
T = TypeVar("T")


def located(document: Document, findings: Iterable[Finding]) -> list[Problem]:
    """Return findings as problems of a file; a longer listing than `MAX_PROBLEMS` helps nobody."""
    rest = _once(document, findings)
    found = [
        problem_at(document, place, error.message, error.fix, offset=error.column)
        for place, error in islice(rest, MAX_PROBLEMS)
    ]
    if found and next(rest, None) is not None:
        found[-1] = replace(found[-1], and_more=True)
    return found


def _once(document: Document, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield one of several findings that are the same mistake, as copies of a sub-model share."""
    seen = set()
    for found in findings:
        place, _state = as_written(document.data, found.place)
        mistake = (place, found.error.message, found.error.column)
        if mistake not in seen:
            seen.add(mistake)
            yield found


def warnings_of(model: LoadedModel, *, continuous: bool | None = None) -> list[Problem]:
    """Return what a model's file may not mean as it stands; see `spec.cautions`.

    Whether it runs in continuous time is what the file says where `continuous` is omitted.
    """
    in_time = model.spec.engine == "continuous" if continuous is None else continuous
    found = list(cautions(model.spec, continuous=in_time))
    # The file is read again only to say where: most have nothing to say.
    return located(read_document(model.path), found) if found else []


def tried(
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
    model = read_model(document, problems, country_tables=country_tables, in_study=False)
    if model is None or problems:
        raise SpecError(problems)
    return model


def read_model(
    document: Document,
    problems: list[Problem],
    *,
    country_tables: Mapping[str, TableData] | None,
    in_study: bool,
) -> LoadedModel | None:
    """Return a model with its tables, noting all that is wrong with it."""
    spec = tried(problems, validate, Model, document)
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
