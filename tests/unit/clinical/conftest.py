"""Small models, built in the test that reads them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.clinical import run_cohort
from equipoise.spec.loaded import LoadedModel, TableData
from equipoise.spec.model import Model

Build = Callable[..., LoadedModel]


def _build(*, tables: dict[str, TableData] | None = None, **fields: Any) -> LoadedModel:
    bare = {
        "model": "Test",
        "money": "EUR@2025",
        "time": {"start_age": "40 years", "cycle": "1 year", "horizon": "4 years"},
        "strategies": {"only": {}},
    }
    spec = Model.model_validate(bare | fields)
    return LoadedModel(spec, Path("model.yaml"), tables or {})


@pytest.fixture
def build() -> Build:
    """Return a function that makes a model from the fields of a file; 4 years of one strategy."""
    return _build


@pytest.fixture
def run() -> Callable[..., xr.Dataset]:
    """Return a function that runs a model from its fields, with parameters as arrays by name."""

    def with_fields(
        drawn: dict[str, list[float]] | None = None,
        *,
        start_ages: list[float] | None = None,
        rates: Any = None,
        **fields: Any,
    ) -> xr.Dataset:
        parameters = xr.Dataset(
            {name: ("draw", np.array(values)) for name, values in (drawn or {}).items()}
        )
        given = {
            name: {"value": values[0], "unit": "1", "status": "assumption", "note": "invented"}
            for name, values in (drawn or {}).items()
        }
        fields["parameters"] = given | fields.get("parameters", {})
        return run_cohort(_build(**fields), parameters, start_ages=start_ages, discount=rates)

    return with_fields
