"""A number with its evidence: value, unit, distribution, source and status."""

from collections.abc import Sequence
from math import isclose
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from equipoise.core.errors import FieldError
from equipoise.core.limits import check_size
from equipoise.core.translation import translate as _
from equipoise.core.units import UnitField
from equipoise.spec.base import SpecModel
from equipoise.spec.days import PastDay
from equipoise.spec.distribution import ConstantField, DistributionField
from equipoise.spec.text import Text

Status = Literal["read", "computed", "inference", "assumption"]
"""How far a number is evidence: seen in its source, arithmetic on such, our reasoning, or none."""

STATUSES: tuple[Status, ...] = ("read", "computed", "inference", "assumption")
WEAK_STATUSES: tuple[Status, ...] = ("inference", "assumption")

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$")]
"""A name that formulas can use."""


class Source(SpecModel):
    """Where a number or a rule was found."""

    title: Text
    """A description is written in each language, the title of an article as it was printed."""
    address: str
    """Web address or DOI; for a law, of the text that was read."""
    read: PastDay
    """The day on which the text was read."""
    note: Text | None = None


class Quantity(SpecModel):
    """One input with its unit, source and, if uncertain, its distribution."""

    value: ConstantField
    """Base value in `unit`; a number or constant arithmetic such as 52/54."""
    unit: UnitField
    distribution: DistributionField | None = None
    """Omit for a value that somebody decides, such as a tariff."""
    source: str | None = None
    """Key of the file's `sources`."""
    place: Text | None = None
    """Table, page or clause inside the source."""
    status: Status
    label: Text | None = None
    note: Text | None = None
    """How the number was derived; for an assumption, why it is plausible."""
    mean_differs: Text | None = None
    """Reason why the distribution is not centred on the value, if it is not."""
    below_zero: Text | None = None
    """Reason why a number of this unit can be negative, e.g. that it is a difference or the
    coefficient of a regression; costs, durations and counts are not."""

    @field_validator("value")
    @classmethod
    def value_can_be_computed_with(cls, value: float) -> float:
        """Refuse what would outgrow a float on the way."""
        return check_size(value)

    @model_validator(mode="after")
    def evidence_is_named(self) -> Self:
        """Refuse a number without a source, or an assumption without a reason."""
        if self.status == "assumption":
            if not self.note:
                raise FieldError(
                    _("an assumption must say why it is plausible"), fix=_("add `note: ...`")
                )
        elif self.source is None:
            raise FieldError(
                _("a number with status '{status}' needs a source", status=self.status),
                fix=_("add `source: <key>`, or mark it `status: assumption` with a note"),
            )
        return self

    @model_validator(mode="after")
    def mean_matches_value(self) -> Self:
        """Refuse a distribution centred elsewhere than the stated value, unless it says why."""
        spread = self.distribution
        if spread is None or self.mean_differs is not None:
            return self
        if not isclose(spread.mean, self.value, rel_tol=0.01, abs_tol=1e-12):
            raise FieldError(
                _(
                    "the distribution's mean {mean:.6g} is not the value {value:.6g}",
                    mean=spread.mean,
                    value=self.value,
                ),
                fix=_("correct one of them, or add `mean_differs: <reason>`"),
            )
        return self


class JointNormal(SpecModel):
    """Several parameters drawn together from a multivariate normal distribution."""

    distribution: Literal["multivariate_normal"]
    parameters: Annotated[Sequence[Name], Field(min_length=2, max_length=50)]
    covariance: Sequence[Sequence[ConstantField]]
    """Symmetric matrix, or its lower triangle row by row, in the parameters' units."""
    rounded: bool = False
    """The source printed few digits, so that the matrix is just not possible: take the nearest
    possible one with the same variances."""


class JointDirichlet(SpecModel):
    """Shares that add up to one, drawn together."""

    distribution: Literal["dirichlet"]
    parameters: Annotated[Sequence[Name], Field(min_length=2, max_length=50)]
    counts: Annotated[Sequence[ConstantField], Field(min_length=2)]


Joint = Annotated[JointNormal | JointDirichlet, Field(discriminator="distribution")]


class Correlation(SpecModel):
    """Rank correlation between parameters, through a Gaussian copula."""

    parameters: Annotated[Sequence[Name], Field(min_length=2, max_length=2)]
    coefficient: Annotated[float, Field(gt=-1, lt=1)]
    """Correlation of the underlying normal scores."""
