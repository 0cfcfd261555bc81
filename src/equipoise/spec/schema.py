"""JSON Schemas of the files, with which editors complete fields and mark mistakes."""

import ast
import inspect
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from textwrap import dedent

from pydantic import BaseModel

from equipoise.core.files import write_text
from equipoise.spec.base import SpecModel
from equipoise.spec.jurisdiction import Jurisdiction
from equipoise.spec.model import Model
from equipoise.spec.scenarios import ScenarioFile
from equipoise.spec.study import Product, StudyFile

KINDS: Mapping[str, type[BaseModel]] = {
    "model": Model,
    "study": StudyFile,
    "product": Product,
    "jurisdiction": Jurisdiction,
    "scenarios": ScenarioFile,
}
"""Name of a schema's file -> what it describes."""


@cache
def describe() -> None:
    """Give the fields of all models of files the texts below them as descriptions.

    Pydantic could do so itself whenever it makes a model, but it would read the sources of all of
    them at each start of the program, a third of the time that our own modules take to load.
    """
    models = list(_models(SpecModel))
    for model in models:
        texts = _field_texts(model)
        for name, field in model.model_fields.items():
            field.description = field.description or texts.get(name)
    # Twice, since one may be made of another that stands later and was still without its texts.
    for model in [*models, *models]:
        model.model_rebuild(force=True)


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield all models under one, each after those that it was made from."""
    for model in base.__subclasses__():
        yield model
        yield from _models(model)


def _field_texts(model: type[BaseModel]) -> dict[str, str]:
    """Return the text below each field of a model, also of those that it took over."""
    texts: dict[str, str] = {}
    for one in reversed(model.__mro__[: model.__mro__.index(SpecModel)]):
        (tree,) = ast.parse(dedent(inspect.getsource(one))).body
        assert isinstance(tree, ast.ClassDef)  # noqa: S101 - it is the source of a class
        for field, below in zip(tree.body, tree.body[1:], strict=False):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    texts[name] = inspect.cleandoc(text)
    return texts


def schema_text(kind: type[BaseModel]) -> str:
    """Return the JSON Schema of one kind of file, always in the same order.

    Examples
    --------
    >>> schema_text(Product).startswith("{")
    True
    """
    describe()
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
