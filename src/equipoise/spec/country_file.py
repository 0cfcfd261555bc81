"""Reading a country from the one to four files of its folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from equipoise.core.errors import Problem, SpecError
from equipoise.core.translation import translate as _
from equipoise.spec.attributes import Attribute
from equipoise.spec.bounds import check_table
from equipoise.spec.country_check import check_country
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.jurisdiction import Jurisdiction
from equipoise.spec.law import Law
from equipoise.spec.law_check import check_law
from equipoise.spec.loaded import TableData
from equipoise.spec.problems import problem_at, validate
from equipoise.spec.reader import Document, read_document
from equipoise.spec.source_text import Position
from equipoise.spec.tables import load_tables

FILES = ("jurisdiction.yaml", "payers.yaml", "routes.yaml", "classification.yaml")
"""The first must exist; the others hold some of its fields where one file would be too long."""


L = TypeVar("L", bound=Law)


@dataclass(frozen=True)
class CountryFiles:
    """A country, and the files it came from.

    `merged` is all files as one text, one below the other, so that whatever reads a document
    reads them all; `located` brings a place in it back to its own file.
    """

    folder: Path
    documents: tuple[Document, ...]
    merged: Document
    spec: Jurisdiction
    tables: Mapping[str, TableData]

    def located(self, findings: Iterable[Finding]) -> list[Problem]:
        """Return findings as problems of their own files."""
        return _located(self.documents, self.merged, findings)


def read_country(
    folder: Path, problems: list[Problem], attributes: Mapping[str, Attribute]
) -> CountryFiles | None:
    """Read and check a country with its law, money and payers.

    Parameters
    ----------
    folder
        With a jurisdiction.yaml, and perhaps the other `FILES`.
    problems
        Receives every mistake of the files.
    attributes
        Facts about products that every country's law may ask for.

    Returns
    -------
    CountryFiles or None
        None if the files cannot be understood; what is understood may still have mistakes.
    """
    files = _files(folder, problems)
    return None if files is None else _country(folder, files, problems, attributes)


def read_law(
    folder: Path, problems: list[Problem], attributes: Mapping[str, Attribute]
) -> Law | None:
    """Read and check the law of a country, which need not have money and payers.

    Parameters
    ----------
    folder, problems, attributes
        As of `read_country`.
    """
    files = _files(folder, problems)
    if files is None:
        return None
    if "economics" in files.merged.data:
        country = _country(folder, files, problems, attributes)
        return None if country is None else country.spec
    law = _understood(files, problems, Law)
    if law is not None:
        problems += files.located(check_law(law, attributes))
    return law


def _country(
    folder: Path, files: "_Files", problems: list[Problem], attributes: Mapping[str, Attribute]
) -> CountryFiles | None:
    """Return a country with all of its parts checked; None if it cannot be understood."""
    if "economics" not in files.merged.data and "classification" in files.merged.data:
        message = _("only the law of this country is known: a study needs its money and payers too")
        fix = _("add `economics`, `payers`, `payer_rules`, `tables` and `calendar`, or ask another")
        problems += files.located([finding(("jurisdiction",), message, fix=fix)])
        return None
    spec = _understood(files, problems, Jurisdiction)
    if spec is None:
        return None
    tables, findings = load_tables(spec.tables, folder, sources=spec.sources)
    impossible = chain.from_iterable(
        check_table(name, spec.tables[name], table) for name, table in tables.items()
    )
    law = check_law(spec, attributes)
    problems += files.located([*findings, *law, *check_country(spec), *impossible])
    return CountryFiles(folder, files.documents, files.merged, spec, tables)


@dataclass(frozen=True)
class _Files:
    """A country's files, each and as one text."""

    documents: tuple[Document, ...]
    merged: Document

    def located(self, findings: Iterable[Finding]) -> list[Problem]:
        """Return findings as problems of their own files."""
        return _located(self.documents, self.merged, findings)


def _files(folder: Path, problems: list[Problem]) -> _Files | None:
    """Read a country's files; None if one of them cannot be."""
    documents: list[Document] = []
    paths = [folder / name for name in FILES]
    for path in [paths[0], *(path for path in paths[1:] if path.exists())]:
        try:
            documents.append(_mapping(read_document(path)))
        except SpecError as error:
            problems.extend(error.problems)
    if len(documents) < 1 + sum(path.exists() for path in paths[1:]):
        return None
    return _Files(tuple(documents), _merged(documents, problems))


def _understood(files: _Files, problems: list[Problem], kind: type[L]) -> L | None:
    """Return what files say; None, with the problems told, if they cannot be understood."""
    try:
        return validate(kind, files.merged)
    except SpecError as error:
        problems.extend(_at_home(files.documents, problem) for problem in error.problems)
        return None


def _located(
    documents: Iterable[Document], merged: Document, findings: Iterable[Finding]
) -> list[Problem]:
    """Return findings in files read as one as problems of their own files."""
    found = (
        problem_at(merged, place, error.message, error.fix, offset=error.column)
        for place, error in findings
    )
    return [_at_home(documents, problem) for problem in found]


def _mapping(document: Document) -> Document:
    """Return a document that is a block of fields."""
    if not isinstance(document.data, dict):
        message = _("the file is not a block of fields (name: value)")
        raise SpecError([problem_at(document, (), message, _("write `routes: ...` or the like"))])
    return document


def _merged(documents: Iterable[Document], problems: list[Problem]) -> Document:
    """Return several files as one; a field that two of them have is a mistake."""
    data: dict[str, Any] = {}
    values: dict[Place, Position] = {}
    keys: dict[Place, Position] = {}
    texts: list[str] = []
    above, first = 0, None
    for document in documents:
        first = first or document.path
        for name, value in document.data.items():
            if name in data:
                message = _("'{name}' stands in another file of the country already", name=name)
                problems.append(problem_at(document, (name,), message, _("keep one of them")))
            data.setdefault(name, value)
        for target, source in ((values, document.positions), (keys, document.key_positions)):
            for place, (line, column) in source.items():
                target.setdefault(place, (line + above, column))
        texts.append(document.text)
        above += _length(document)
    return Document(first or Path(), data, values, keys, "\n".join(texts))


def _length(document: Document) -> int:
    """Return the number of lines that a file takes in the merged text."""
    return document.text.count("\n") + 1


def _at_home(documents: Iterable[Document], problem: Problem) -> Problem:
    """Return a problem of the merged text as one of its own file."""
    line = problem.line
    for document in documents:
        if line <= _length(document):
            return replace(problem, file=str(document.path), line=line)
        line -= _length(document)
    return problem
