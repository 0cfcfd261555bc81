"""The study file: what is decided, for whom, where, against what, with which levers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from equipoise.core.units import MeasureField, UnitField
from equipoise.spec.base import SpecModel
from equipoise.spec.contracts import ContractField
from equipoise.spec.jurisdiction import Category
from equipoise.spec.law import Owner
from equipoise.spec.model import FileName
from equipoise.spec.quantity import Name, Quantity, Source, Status
from equipoise.spec.text import Text

Stakeholder = Literal["patient", "profession", "state"]
"""The three sides a solution is balanced between."""

STAKEHOLDERS: tuple[Stakeholder, ...] = ("patient", "profession", "state")


class Product(SpecModel):
    """The therapy as the law sees it: facts that the decision trees ask about."""

    product: Text
    source: str | None = None
    sources: Mapping[str, Source] = {}
    description: Text | None = None
    """What it is made of and what it is for, from which the facts were coded."""
    attributes: Mapping[Name, bool | float | Literal["unknown"]]
    """Facts that laws ask about: true, false, unknown, or a number where the fact is one."""

    @property
    def facts(self) -> dict[str, bool | float | None]:
        """Return the facts; None where they are unknown."""
        return {k: None if v == "unknown" else v for k, v in self.attributes.items()}


class Group(SpecModel):
    """Prevalent patients of like age at the decision date."""

    label: Text
    age: MeasureField
    """Representative age at the decision date."""
    weight: Quantity
    """Relative size; weights are scaled to add up to one."""


class Patients(SpecModel):
    """Who may need the therapy, and who of them reaches the queue."""

    prevalent: Quantity
    """Patients of the groups' ages who have the disease at the decision date."""
    groups: Annotated[Mapping[Name, Group], Field(min_length=1)]
    new_group: Name
    """Group that new patients enter, at its age."""
    new_patients: Quantity
    """Patients who newly reach that age, per year."""
    diagnosed: Quantity
    """Share of the prevalent who are diagnosed at the decision date."""
    diagnosis_rate: Quantity
    """Rate at which the undiagnosed are found, per year."""
    eligible: Mapping[Name, Quantity]
    """Shares that remain after each exclusion; multiplied."""
    acceptance: Quantity
    """Share of the eligible who want the therapy."""
    leaving_rate: Quantity
    """Rate of leaving the queue for other reasons than death, per year."""


class Need(SpecModel):
    """Something that must be in place before a patient can be treated."""

    label: Text
    owner: Owner
    state: Literal["ready", "partly", "missing", "unknown"]
    source: str | None = None
    status: Status
    note: Text | None = None


class Care(SpecModel):
    """What treating asks of the system."""

    slots: Quantity
    """Infusions that one centre can give, patients per month."""
    ready_after: Quantity
    """Time from funding to the first infusion at a centre."""
    needs: Mapping[Name, Need] = {}


class Item(SpecModel):
    """A kind of cost of the model, with what payers' rules need to know of it."""

    label: Text
    category: Category


class PolicyChoice(SpecModel):
    """One setting of all levers."""

    price: MeasureField
    contract: ContractField
    centres: Annotated[int, Field(ge=0, le=1000)]


class Levers(SpecModel):
    """Values that the search for a balanced policy tries, in all combinations."""

    price: Annotated[Sequence[MeasureField], Field(min_length=1, max_length=20)]
    contract: Annotated[Sequence[ContractField], Field(min_length=1, max_length=20)]
    centres: Annotated[Sequence[Annotated[int, Field(ge=0, le=1000)]], Field(min_length=1)]


class Comparison(SpecModel):
    """Which strategy of the model is the new therapy, and which one patients get today."""

    new: Name
    current: Name
    product_item: Name
    """Cost item of the model that the contract pays instead."""
    response: Name
    """Name under the model's `track` that says which share of patients still responds."""


class StudyFile(SpecModel):
    """The text of study.yaml."""

    study: Text
    description: Text | None = None
    decision_date: date
    country: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    money: UnitField
    """Currency and price year of all results."""
    product: FileName
    model: FileName
    sources: Mapping[str, Source] = {}
    comparison: Comparison
    items: Mapping[Name, Item]
    patients: Patients
    care: Care
    route: Name
    access: Mapping[Name, Quantity] = {}
    """Durations of route steps that differ from the country's: step name -> duration."""
    horizon: MeasureField
    """Years in which new patients are treated and the budget is shown."""
    policy: PolicyChoice
    levers: Levers
    criteria: Mapping[Stakeholder, Mapping[Name, Annotated[float, Field(gt=0)]]]
    """Side -> criterion -> weight within that side; see `equipoise library criteria`."""
