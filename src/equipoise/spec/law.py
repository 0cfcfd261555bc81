"""The law of a country as data: what a product is, which roads to patients are open to it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from equipoise.spec.attributes import Attribute
from equipoise.spec.base import SpecModel
from equipoise.spec.days import PastDay
from equipoise.spec.formula import FormulaField
from equipoise.spec.quantity import Name, Quantity, Source
from equipoise.spec.text import Text

Owner = Literal["maker", "regulator", "payer", "centre", "patient"]
"""Who can shorten a step or remove a blocker."""

RouteKind = Literal[
    "registration",
    "accelerated",
    "conditional",
    "recognition",
    "hospital",
    "named_patient",
    "trial",
    "approbation",
    "notification",
]
"""What kind of road it is: full, faster or conditional registration, or reliance on a foreign one;
made in the hospital, brought in or ordered for one patient, in a trial, as a method on approbation,
or after mere notice."""

Standing = Literal["read", "inference", "background", "assumption"]
"""How well a rule is known: its text was read, we conclude it, we know it from elsewhere, or we
suppose it."""

Concept = Literal[
    "medicine",
    "cell_product",
    "regenerative_product",
    "hospital_made",
    "transplant",
    "technology",
    "device",
    "outside",
]
"""What a category is in the words that all countries share, so that they can be compared: a
medicine, a cell product beside the medicines, a regenerative product beside medicines and devices,
what a hospital makes for its own patient, a transplant, blood or gamete, a medical technology or
method, a device, or none of these."""


class Evidence(SpecModel):
    """What a rule rests on."""

    clause: Text
    source: str
    status: Standing
    valid_from: date | None = None
    valid_to: date | None = None
    last_checked: PastDay
    note: Text | None = None


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
    like: Name | None = None
    """A stage of the library's observed.yaml from whose cases the whole time is learnt, where no
    `duration` says how long it takes."""
    refusal: Refusal | None = None
    waits_for_new_year: bool = False
    """The step takes effect on the next 1 January."""
    evidence: Evidence


class Route(SpecModel):
    """One way to patients: a graph of steps."""

    label: Text
    kind: RouteKind = "registration"
    for_categories: Sequence[str]
    """Legal categories (outcomes of the classification) that may take it."""
    condition: FormulaField | None = None
    """What else must hold of the product; omitted is nothing else."""
    evidence: Evidence | None = None
    """What opens the road; the steps have their own."""
    steps: Annotated[Mapping[Name, Step], Field(min_length=1)]

    def quantities(self, own: Mapping[str, Quantity] | None = None) -> dict[str, Quantity]:
        """Return the numbers of the steps: each by its name, `statutory`, `refusal`, `pause` after.

        Parameters
        ----------
        own
            Durations by step that replace those of the law.
        """
        found: dict[str, Quantity] = {}
        for name, step in self.steps.items():
            duration = (own or {}).get(name, step.duration)
            if step.statutory is not None:
                found[f"{name}.statutory"] = step.statutory
            if duration is not None:
                found[name] = duration
            if step.refusal is not None:
                found[f"{name}.refusal"] = step.refusal.probability
                found[f"{name}.pause"] = step.refusal.pause
        return found


class Branch(SpecModel):
    """One question of a decision tree."""

    ask: Text
    condition: FormulaField
    """Which facts of the product make it a yes: their names with `and`, `or`, `not`, brackets, and
    comparisons of numbers."""
    yes: str
    """Next question, or an outcome."""
    no: str
    evidence: Evidence
    gap: Text | None = None
    """What the law leaves open here."""
    until_in_force: str | None = None
    """Where the law went before `valid_from` of the evidence: a question or an outcome."""
    once_expired: str | None = None
    """Where the law goes after its `valid_to`."""


class Outcome(SpecModel):
    """One legal category."""

    label: Text
    definition: Text
    concept: Concept
    evidence: Evidence
    gap: Text | None = None
    """What the law leaves open for whatever falls under it."""
    until_in_force: str | None = None
    """What it was before `valid_from` of the evidence: a question or an outcome."""
    once_expired: str | None = None
    """What it is after its `valid_to`."""


class Mark(SpecModel):
    """What a product is besides its category, e.g. combined with a device."""

    label: Text
    for_categories: Sequence[str]
    condition: FormulaField
    evidence: Evidence


class Classification(SpecModel):
    """The country's decision tree from a product's facts to its legal category."""

    first: str
    questions: Mapping[str, Branch]
    outcomes: Mapping[str, Outcome]
    marks: Mapping[Name, Mark] = {}


class Calendar(SpecModel):
    """Public holidays that the working-day clock does not run on."""

    holidays: Sequence[str]
    """Month and day of each yearly holiday, e.g. 01-01."""
    evidence: Evidence


class KnownFrom(SpecModel):
    """Since when a law is known as it is written down here."""

    day: date
    note: Text
    """What began on that day, or why nothing is known of the time before."""


class Law(SpecModel):
    """What a country's law says of a product, and by which roads it reaches patients."""

    jurisdiction: Text
    code: Annotated[str, Field(pattern=r"^[a-z]{2,4}$")]
    language: Literal["en", "ru"] = "en"
    known_from: KnownFrom | None = None
    """Earlier days are answered with a warning: another law stood then."""
    sources: Mapping[str, Source]
    attributes: Mapping[Name, Attribute] = {}
    """What this law asks about and other countries' do not."""
    calendar: Calendar | None = None
    """Omitted, no step of a route counts working days."""
    routes: Mapping[Name, Route]
    classification: Classification
