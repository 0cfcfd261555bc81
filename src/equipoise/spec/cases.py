"""Cases that a country's decision tree must answer as the authorities did: a file for lawyers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from equipoise.spec.base import SpecModel
from equipoise.spec.quantity import Name
from equipoise.spec.text import Text


class Case(SpecModel):
    """A product on which somebody decided, or one that is made up to reach a branch."""

    case: Text
    day: date | None = None
    """Whose law is applied; omitted where it was not read: that of the last check."""
    source: str | None = None
    """Address at which the decision was read; omitted, the case is made up."""
    coded: Literal["blind", "in_view", "made_up"]
    """Whether the facts were coded from the description alone, or with the outcome in view."""
    yes: Sequence[Name] = ()
    """Facts that hold."""
    no: Sequence[Name] = ()
    """Facts that do not."""
    unknown: Sequence[Name] = ()
    """Facts that the description leaves open, where a product that says nothing would not."""
    numbers: Mapping[Name, float] = {}
    """Facts that are numbers."""
    others: Literal["as_unsaid", "no"] = "as_unsaid"
    """What all other facts are: as of a product that says nothing of them, or all a no."""
    outcome: str
    """The decision, as an outcome of the tree."""
    path: Mapping[str, Literal["yes", "no"]] | None = None
    """How each question on the way is answered; omitted where only the outcome matters."""
    differs: Text | None = None
    """Why the tree says something else; a difference without a reason fails."""
    note: Text | None = None

    @property
    def facts(self) -> dict[str, bool | float | None]:
        """Return the facts that the case states; None where it leaves them open."""
        return {
            **dict.fromkeys(self.yes, True),
            **dict.fromkeys(self.no, False),
            **dict.fromkeys(self.unknown),
            **self.numbers,
        }


class CaseFile(SpecModel):
    """The file cases.yaml of a country."""

    cases: Annotated[Sequence[Case], Field(min_length=1)]
