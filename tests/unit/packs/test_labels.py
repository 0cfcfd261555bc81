"""People read of inputs by their names, in every language."""

import pytest

from equipoise.core.translation import LANGUAGES
from equipoise.packs import load_named_model
from equipoise.packs.find import library

MODELS = [entry.name for entry in library() if entry.kind == "model"]


@pytest.mark.parametrize("name", MODELS)
def test_inputs_of_the_library_have_names_in_every_language(name):
    spec = load_named_model(name).spec
    for parameter, quantity in spec.parameters.items():
        label = quantity.label if quantity.label is not None else spec.labels.get(parameter)
        assert not isinstance(label, str | None), parameter
        assert set(label) >= set(LANGUAGES), parameter
