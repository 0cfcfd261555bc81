"""The schemas for editors agree with the code, and with files that are right.

EQUIPOISE_UPDATE_GOLDEN=1 writes them again.
"""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from equipoise.spec.reader import read_document
from equipoise.spec.schema import KINDS, schema_text, write_schemas

FOLDER = Path("docs/reference/schemas")
MINI = Path("tests/data/mini")


@pytest.mark.parametrize("name", KINDS)
def test_the_committed_schema_is_the_one_of_the_code(name: str, root: Path) -> None:
    if os.environ.get("EQUIPOISE_UPDATE_GOLDEN") == "1":
        write_schemas(root / FOLDER)
    text = (root / FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert text == schema_text(KINDS[name])


def test_no_other_schema_lies_there(root: Path) -> None:
    assert {path.stem for path in (root / FOLDER).iterdir()} == set(KINDS)


@pytest.mark.parametrize("name", ["model", "study", "product"])
def test_a_right_file_is_right_by_its_schema(name: str, root: Path) -> None:
    schema = json.loads(schema_text(KINDS[name]))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read_document(root / MINI / f"{name}.yaml").data, schema)


def test_a_wrong_field_is_wrong_by_the_schema(root: Path) -> None:
    data = read_document(root / MINI / "product.yaml").data | {"unheard_of": "x"}
    with pytest.raises(jsonschema.ValidationError, match="unheard_of"):
        jsonschema.validate(data, json.loads(schema_text(KINDS["product"])))
