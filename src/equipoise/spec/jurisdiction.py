"""A country as data: its law, and money, discounting and payers on top, all with dates."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from equipoise.core.units import MeasureField
from equipoise.spec.base import SpecModel
from equipoise.spec.law import Calendar, Evidence, Law
from equipoise.spec.model import Table
from equipoise.spec.quantity import Name, Quantity
from equipoise.spec.text import Text

Category = Literal["medicine", "hospital", "outpatient", "travel"]
"""What kind of thing an item is; payers' rules speak of these."""

PayerKind = Literal["public", "insurance", "regional", "fund", "private", "family"]


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


class Jurisdiction(Law):
    """Everything a study needs to know of a country."""

    calendar: Calendar
    economics: Economics
    tables: Mapping[Name, Table]
    payers: Annotated[Mapping[Name, Payer], Field(min_length=1)]
    payer_rules: Annotated[Sequence[PayerRule], Field(min_length=1)]
