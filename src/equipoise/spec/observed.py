"""Durations of stages that somebody saw: what forecasts learn from, and are held against."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.spec.base import SpecModel
from equipoise.spec.quantity import Name, Source
from equipoise.spec.text import Text


class Stage(SpecModel):
    """What a stage is, from what to what."""

    begins: Text
    ends: Text


class Observation(SpecModel):
    """One product in one stage of one country."""

    product: str
    country: Annotated[str, Field(pattern=r"^[a-z]{2,4}$")]
    stage: Name
    days: Annotated[float, Field(gt=0, le=20_000)] | None = None
    """Omitted, they follow from the two dates."""
    begun: date | None = None
    ended: date | None = None
    at_least: bool = False
    """It was not over, or is known only to have taken at least so long."""
    kind: Literal["standard", "accelerated", "priority", "conditional"] = "standard"
    filed: date | Annotated[int, Field(ge=1990, le=2100)] | None = None
    """Day or year of the filing, so that what was known then can be asked."""
    source: str
    also: Sequence[str] = ()
    """Where else the dates stand."""
    status: Literal["read", "inference", "background"]
    note: Text | None = None

    @model_validator(mode="after")
    def days_are_known(self) -> Self:
        """Refuse a row without days, or whose days are not those of its dates."""
        between = (self.ended - self.begun).days if self.begun and self.ended else None
        if self.days is None and between is None:
            raise FieldError(
                _("nobody can tell the days"), fix=_("add `days`, or both `begun` and `ended`")
            )
        if between is not None and (between <= 0 or self.days not in {None, float(between)}):
            raise FieldError(
                _("from {begun} to {ended} are {days} days",
                  begun=self.begun, ended=self.ended, days=between),
                fix=_("correct `days` or a date"),
            )  # fmt: skip
        return self

    @property
    def group(self) -> str:
        """Return what its duration has in common with others: country, and whether it was fast."""
        return group_of(self.country, is_fast=self.kind in {"accelerated", "priority"})

    @property
    def length(self) -> float:
        """Return the days."""
        if self.days is not None:
            return self.days
        assert self.begun is not None and self.ended is not None  # noqa: S101, PT018 - checked
        return float((self.ended - self.begun).days)


def group_of(country: str, *, is_fast: bool) -> str:
    """Return the group of durations in a country, on the fast lane or not.

    Examples
    --------
    >>> group_of("us", is_fast=True)
    'us, fast'
    """
    return f"{country}, fast" if is_fast else country


class ObservedFile(SpecModel):
    """The file of the library with durations that were seen."""

    sources: Mapping[str, Source]
    stages: Mapping[Name, Stage]
    observations: Annotated[Sequence[Observation], Field(min_length=1)]
