"""Reading a country from the one to four files of its folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from equipoise.core.errors import Problem, SpecError
from equipoise.core.translation import translate as _
from equipoise.spec.bounds import check_table
from equipoise.spec.country_check import check_country
from equipoise.spec.findings import Finding, Place
from equipoise.spec.jurisdiction import Jurisdiction
from equipoise.spec.loaded import TableData
from equipoise.spec.problems import problem_at, validate
from equipoise.spec.reader import Document, read_document
from equipoise.spec.source_text import Position
from equipoise.spec.tables import load_tables

FILES = ("jurisdiction.yaml", "payers.yaml", "routes.yaml", "classification.yaml")
"""The first must exist; the others hold some of its fields where one file would be too long."""


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
        found = (
            problem_at(self.merged, place, error.message, error.fix, offset=error.column)
            for place, error in findings
        )
        return [_at_home(self.documents, problem) for problem in found]


def read_country(folder: Path, problems: list[Problem]) -> CountryFiles | None:
    """Read and check a country.

    Parameters
    ----------
    folder
        With a jurisdiction.yaml, and perhaps the other `FILES`.
    problems
        Receives every mistake of the files.

    Returns
    -------
    CountryFiles or None
        None if the files cannot be understood; what is understood may still have mistakes.
    """
    documents: list[Document] = []
    paths = [folder / name for name in FILES]
    for path in [paths[0], *(path for path in paths[1:] if path.exists())]:
        try:
            documents.append(_mapping(read_document(path)))
        except SpecError as error:
            problems.extend(error.problems)
    if len(documents) < 1 + sum(path.exists() for path in paths[1:]):
        return None
    merged = _merged(documents, problems)
    try:
        spec = validate(Jurisdiction, merged)
    except SpecError as error:
        problems.extend(_at_home(documents, problem) for problem in error.problems)
        return None
    tables, findings = load_tables(spec.tables, folder, sources=spec.sources)
    country = CountryFiles(folder, tuple(documents), merged, spec, tables)
    impossible = chain.from_iterable(
        check_table(name, spec.tables[name], table) for name, table in tables.items()
    )
    problems += country.located([*findings, *check_country(spec), *impossible])
    return country


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
