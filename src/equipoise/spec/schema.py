"""JSON Schemas of the files, with which editors complete fields and mark mistakes."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from equipoise.core.files import write_text
from equipoise.spec.jurisdiction import Jurisdiction
from equipoise.spec.model import Model
from equipoise.spec.study import Product, StudyFile

KINDS: Mapping[str, type[BaseModel]] = {
    "model": Model,
    "study": StudyFile,
    "product": Product,
    "jurisdiction": Jurisdiction,
}
"""Name of a schema's file -> what it describes."""


def schema_text(kind: type[BaseModel]) -> str:
    """Return the JSON Schema of one kind of file, always in the same order.

    Examples
    --------
    >>> schema_text(Product).startswith("{")
    True
    """
    schema = kind.model_json_schema(mode="validation")
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **schema}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of every kind of file.

    Parameters
    ----------
    folder
        Receives one `<kind>.json` per kind.
    """
    return [write_text(folder / f"{name}.json", schema_text(kind)) for name, kind in KINDS.items()]
