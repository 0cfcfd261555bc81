"""What travels through the stages: the frozen model and study with their tables and files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.core.units import Unit
from equipoise.spec.jurisdiction import Jurisdiction, Route
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.spec.quantity import Quantity, Source
from equipoise.spec.study import Product, StudyFile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TableData:
    """A table ready to be looked up.

    `grid` and each row of `values` are sorted by the numeric argument; `codes` holds the number
    of each row's category where the table has a second argument, and is empty otherwise. `order`
    says which of the call's arguments is the numeric one (0 or 1).
    """

    name: str
    grid: Floats
    values: Floats
    codes: tuple[float, ...] = ()
    order: int = 0
    linear: bool = False
    argument_units: tuple[Unit, ...] = ()
    unit: Unit | None = None
    source: str = ""

    def __call__(self, *arguments: ArrayLike) -> Floats:
        """Look up; outside the grid the end values hold."""
        numeric = np.asarray(arguments[self.order], dtype=np.float64)
        if not self.codes:
            return self._row(0, numeric)
        category = np.asarray(arguments[1 - self.order], dtype=np.float64)
        result = np.full(np.broadcast_shapes(numeric.shape, category.shape), np.nan)
        for row, code in enumerate(self.codes):
            result = np.where(category == code, self._row(row, numeric), result)
        return result

    def _row(self, row: int, numeric: Floats) -> Floats:
        """Look up one row of values."""
        if self.linear:
            return np.asarray(np.interp(numeric, self.grid, self.values[row]))
        # A hair of tolerance, so that 0.1 + 0.2 finds the point at 0.3.
        place = np.searchsorted(self.grid, numeric + 1e-9, side="right") - 1
        return np.asarray(self.values[row][np.clip(place, 0, self.grid.size - 1)])


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model file that was read, checked and given its tables; equal to itself alone."""

    spec: Model
    path: Path
    tables: Mapping[str, TableData] = field(default_factory=dict)
    uncertain: frozenset[str] = frozenset()
    """Parameters that are uncertain in the file, also where the user has fixed them since."""


@dataclass(frozen=True)
class Study:
    """A study with its product, model and country: all that the stages need, frozen."""

    file: StudyFile
    product: Product
    model: LoadedModel
    country: Jurisdiction
    country_tables: Mapping[str, TableData]
    path: Path
    digest: str
    """SHA-256 of all texts and tables that the study was read from."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """Inputs that the user set to other values, as written."""

    @property
    def route(self) -> Route:
        """Return the country's route that the study takes."""
        return self.country.routes[self.file.route]

    @property
    def sources(self) -> Mapping[str, Source]:
        """Return the sources of all files of the study."""
        return {
            **self.country.sources,
            **self.model.spec.sources,
            **self.product.sources,
            **self.file.sources,
        }

    @property
    def replaced_by_price(self) -> frozenset[str]:
        """Return the model's parameters that only make the product's price: a policy sets it."""
        model = self.model.spec
        product = ("cost", self.file.comparison.product_item)
        inside: set[str] = set()
        elsewhere: set[str] = set()
        for placed in formulas(model):
            if placed.role != "let":
                names = names_behind(placed.formula, model)
                (inside if placed.place[-2:] == product else elsewhere).update(names)
        return frozenset((inside - elsewhere) & model.parameters.keys())

    @property
    def quantities(self) -> dict[str, Quantity]:
        """Return every input under its full name, e.g. `patients.prevalent`.

        Parameters of the disease model keep their own bare names.
        """
        patients, care = self.file.patients, self.file.care
        economics = self.country.economics
        found: dict[str, Quantity] = dict(self.model.spec.parameters)
        for name in ("prevalent", "new_patients", "diagnosed", "diagnosis_rate",
                     "acceptance", "leaving_rate"):  # fmt: skip
            found[f"patients.{name}"] = getattr(patients, name)
        found |= {f"patients.groups.{k}": g.weight for k, g in patients.groups.items()}
        found |= {f"patients.eligible.{k}": q for k, q in patients.eligible.items()}
        found |= {"care.slots": care.slots, "care.ready_after": care.ready_after}
        found |= {
            "economics.discount_cost": economics.discount_cost,
            "economics.discount_health": economics.discount_health,
            "economics.willingness_to_pay": economics.willingness_to_pay,
        }
        for name, step in self.route.steps.items():
            duration = self.file.access.get(name, step.duration)
            if step.statutory is not None:
                found[f"access.{name}.statutory"] = step.statutory
            if duration is not None:
                found[f"access.{name}"] = duration
            if step.refusal is not None:
                found[f"access.{name}.refusal"] = step.refusal.probability
                found[f"access.{name}.pause"] = step.refusal.pause
        return found
