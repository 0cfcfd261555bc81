"""What travels through the stages: the frozen study with its product, model and country."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from equipoise.spec.attributes import Attribute, Fact, completed
from equipoise.spec.jurisdiction import Jurisdiction
from equipoise.spec.law import Route
from equipoise.spec.loaded import LoadedModel, TableData
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.spec.quantity import Quantity, Source
from equipoise.spec.study import Product, StudyFile


@dataclass(frozen=True)
class Study:
    """A study with its product, model and country: all that the stages need, frozen."""

    file: StudyFile
    product: Product
    model: LoadedModel
    country: Jurisdiction
    country_tables: Mapping[str, TableData]
    attributes: Mapping[str, Attribute]
    """What the product's facts mean: those of all countries and of this one."""
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
    def facts(self) -> Mapping[str, Fact | None]:
        """Return the product's facts with those that follow from them."""
        return completed(self.product.facts, self.attributes)

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
        steps = self.route.quantities(self.file.access)
        found |= {f"access.{name}": quantity for name, quantity in steps.items()}
        return found
