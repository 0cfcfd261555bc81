"""What a finished run says about itself, so that a report needs nothing but the archive."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from equipoise.spec.base import SpecModel
from equipoise.spec.jurisdiction import Category
from equipoise.spec.law import Owner
from equipoise.spec.quantity import Status
from equipoise.spec.study import Stakeholder
from equipoise.spec.text import Text


class PolicyRecord(SpecModel):
    """One policy: its price in the run's money, its contract as text, its centres."""

    price: float
    contract: str
    centres: int


class EvidenceRecord(SpecModel):
    """One input with its evidence; `low` and `high` hold 95 % of its draws."""

    name: str
    label: Text | None
    value: float
    unit: str
    distribution: str | None
    low: float
    high: float
    status: Status
    source: Text | None
    address: str | None
    place: Text | None
    note: Text | None
    converted: Text | None
    """How money was brought to the run's money, if it was."""
    mean_differs: Text | None = None
    below_zero: Text | None = None


class StepRecord(SpecModel):
    """One step of the route."""

    name: str
    label: Text
    owner: Owner
    clause: Text
    address: str
    status: str
    note: Text | None


class PayerRecord(SpecModel):
    """One payer."""

    name: str
    label: Text
    kind: str


class RuleRecord(SpecModel):
    """One rule of who pays."""

    payer: str
    categories: Sequence[Category]
    from_age: float | None
    to_age: float | None
    clause: Text
    address: str
    status: str


class AnswerRecord(SpecModel):
    """One question of the classification and how the product answers it."""

    ask: Text
    yes: bool
    clause: Text
    address: str
    status: str
    note: Text | None


class ClassificationRecord(SpecModel):
    """What the product is in law."""

    outcome: str
    label: Text
    definition: Text
    clause: Text
    path: Sequence[AnswerRecord]


class NeedRecord(SpecModel):
    """Something that must be in place, who owns it, and how it stands."""

    label: Text
    owner: Owner
    state: Literal["ready", "partly", "missing", "unknown"]
    status: Status
    address: str | None
    note: Text | None


class ItemRecord(SpecModel):
    """One cost item."""

    name: str
    label: Text
    category: Category


class CriterionRecord(SpecModel):
    """One criterion of one side."""

    name: str
    stakeholder: Stakeholder
    title: str
    note: str = ""
    unit: str
    better: Literal["more", "less"]
    weight: float


class GroupRecord(SpecModel):
    """One group of patients."""

    name: str
    label: Text
    age: float


class ConventionsRecord(SpecModel):
    """What is printed beside every total."""

    discount_cost: float
    discount_health: float
    method: str
    cycle_years: float
    """0 where patients are followed without cycles."""
    horizon_years: float
    lifetime_years: float
    threshold: float
    perspective: Text


class WeakRecord(SpecModel):
    """How much of the decision's uncertainty rests on assumption or inference."""

    variance: float | None
    """Share of the variance of the net benefit; None if there are too few draws to tell."""
    information: float | None
    """Share of the value of perfect information; None likewise."""
    evppi: float | None
    evpi: float
    draws_needed: int
    """Draws from which on the shares can be told."""
    inputs: int
    """How many of the uncertain inputs are assumption or inference."""
    of: int
    """How many inputs are uncertain."""


class Record(SpecModel):
    """Everything about a run that is not an array."""

    title: Text
    description: Text | None
    country: Text
    decision_date: date
    money: str
    draws: int
    seed: int
    design: str
    digest: str
    versions: dict[str, str]
    chosen: int
    """Index of the policy that the answers are about."""
    policies: Sequence[PolicyRecord]
    new: str
    current: str
    product_item: str
    response: str
    strategies: dict[str, Text]
    measures: dict[str, Text]
    groups: Sequence[GroupRecord]
    items: Sequence[ItemRecord]
    payers: Sequence[PayerRecord]
    rules: Sequence[RuleRecord]
    steps: Sequence[StepRecord]
    route: Text
    classification: ClassificationRecord
    needs: Sequence[NeedRecord]
    criteria: Sequence[CriterionRecord]
    evidence: Sequence[EvidenceRecord]
    conventions: ConventionsRecord
    weak: WeakRecord
    changed: dict[str, str] = {}
    """Inputs that the user set to other values, as text."""
