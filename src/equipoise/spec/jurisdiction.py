"""A country as data: money, discounting, payers, routes, classification, all with dates."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from equipoise.core.units import MeasureField
from equipoise.spec.base import SpecModel
from equipoise.spec.days import PastDay
from equipoise.spec.formula import FormulaField
from equipoise.spec.model import Table
from equipoise.spec.quantity import Name, Quantity, Source
from equipoise.spec.text import Text

Category = Literal["medicine", "hospital", "outpatient", "travel"]
"""What kind of thing an item is; payers' rules speak of these."""

Owner = Literal["maker", "regulator", "payer", "centre", "patient"]
"""Who can shorten a step or remove a blocker."""

PayerKind = Literal["public", "insurance", "regional", "fund", "private", "family"]


class Evidence(SpecModel):
    """What a rule rests on."""

    clause: Text
    source: str
    status: Literal["read", "inference", "background", "assumption"]
    valid_from: date | None = None
    valid_to: date | None = None
    last_checked: PastDay
    note: Text | None = None


class Economics(SpecModel):
    """Prices, exchange rates and conventions of the country's evaluations."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    price_index: Mapping[str, Quantity]
    """Price level of each year on any base, e.g. {2022: ..., 2023: ...}."""
    exchange_rates: Mapping[str, Mapping[str, Quantity]] = {}
    """Currency -> year -> units of this country's money for one of that currency."""
    discount_cost: Quantity
    discount_health: Quantity
    willingness_to_pay: Quantity
    """Money per QALY; wide where no official threshold exists."""


class Payer(SpecModel):
    """Somebody who pays."""

    label: Text
    kind: PayerKind
    """Public budgets are those of all but `private` and `family`."""
    funded_after: Name | None = None
    """Step of the route after which this payer buys the product; omitted is the last step."""


class PayerRule(SpecModel):
    """Who owes what: the first rule that fits an item and an age decides."""

    payer: Name
    categories: Sequence[Category] = ()
    """Omitted is every category."""
    from_age: MeasureField | None = None
    to_age: MeasureField | None = None
    """Up to this birthday, exclusive."""
    evidence: Evidence


class Refusal(SpecModel):
    """A step that can end in a refusal, after which the work is done again."""

    probability: Quantity
    pause: Quantity
    """Time until the step begins again."""
    attempts: Annotated[int, Field(ge=1, le=5)] = 2
    """After so many refusals the route ends without access."""


class Step(SpecModel):
    """One dated step of the road to patients."""

    label: Text
    owner: Owner
    after: Sequence[Name] = ()
    """Steps that must have ended; omitted begins on the decision date."""
    statutory: Quantity | None = None
    """Time the law gives the owner."""
    working_days: bool = False
    """Whether `statutory` counts working days of the country's calendar."""
    duration: Quantity | None = None
    """Time on top of the statutory time (clock stops), or the whole time without one."""
    refusal: Refusal | None = None
    waits_for_new_year: bool = False
    """The step takes effect on the next 1 January."""
    evidence: Evidence


class Route(SpecModel):
    """One way to patients: a graph of steps."""

    label: Text
    for_categories: Sequence[str]
    """Legal categories (outcomes of the classification) that may take it."""
    steps: Annotated[Mapping[Name, Step], Field(min_length=1)]


class Branch(SpecModel):
    """One question of a decision tree."""

    ask: Text
    condition: FormulaField
    """Formula over the product's attributes (1 is yes)."""
    yes: str
    """Next question, or an outcome."""
    no: str
    evidence: Evidence


class Outcome(SpecModel):
    """One legal category."""

    label: Text
    definition: Text
    evidence: Evidence


class Classification(SpecModel):
    """The country's decision tree from a product's attributes to its legal category."""

    first: str
    questions: Mapping[str, Branch]
    outcomes: Mapping[str, Outcome]


class Calendar(SpecModel):
    """Public holidays that the working-day clock does not run on."""

    holidays: Sequence[str]
    """Month and day of each yearly holiday, e.g. 01-01."""
    evidence: Evidence


class Jurisdiction(SpecModel):
    """Everything a study needs to know of a country."""

    jurisdiction: Text
    code: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    language: Literal["en", "ru"] = "en"
    sources: Mapping[str, Source]
    economics: Economics
    tables: Mapping[Name, Table]
    calendar: Calendar
    payers: Annotated[Mapping[Name, Payer], Field(min_length=1)]
    payer_rules: Annotated[Sequence[PayerRule], Field(min_length=1)]
    routes: Mapping[Name, Route]
    classification: Classification
