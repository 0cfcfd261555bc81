"""Cases that a country's decision tree must answer as the authorities did: a file for lawyers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from equipoise.core.translation import translate as _
from equipoise.spec.attributes import Attribute
from equipoise.spec.base import SpecModel
from equipoise.spec.findings import Finding, Place, did_you_mean, finding
from equipoise.spec.law import Law
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
    """Why the tree says something else, or leaves it open; without a reason that fails, and so does
    a reason where the two agree."""
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


def check_cases(
    cases: Sequence[Case], law: Law, attributes: Mapping[str, Attribute]
) -> Iterator[Finding]:
    """Yield every case that names an outcome, a question or a fact that does not exist.

    Parameters
    ----------
    cases
        As read.
    law
        Whose cases they are.
    attributes
        Facts that cases may state, those of the law among them.
    """
    tree = law.classification
    for number, case in enumerate(cases):
        place: Place = ("cases", number)
        if case.outcome not in tree.outcomes:
            message = _("'{name}' is not an outcome of the classification", name=case.outcome)
            fix = did_you_mean(case.outcome, tree.outcomes)
            yield finding((*place, "outcome"), message, fix=fix)
        for question in case.path or {}:
            if question not in tree.questions:
                message = _("'{name}' is not a question of the classification", name=question)
                fix = did_you_mean(question, tree.questions)
                yield finding((*place, "path", question), message, fix=fix)
        yield from _facts(case, place, attributes)


def _facts(case: Case, place: Place, attributes: Mapping[str, Attribute]) -> Iterator[Finding]:
    """Yield every fact that nobody asks for, or that stands twice."""
    seen: set[str] = set()
    for field in ("yes", "no", "unknown", "numbers"):
        names = getattr(case, field)
        for index, name in enumerate(names):
            where = (*place, field, name if field == "numbers" else index)
            if name not in attributes:
                message = _("no law asks for a fact '{name}'", name=name)
                yield finding(where, message, fix=did_you_mean(name, attributes))
            elif name in seen:
                message = _("'{name}' stands twice", name=name)
                yield finding(where, message, fix=_("keep one of them"))
            elif (attributes[name].unit is None) == (field == "numbers"):
                message = _("'{name}' is a number, or is none", name=name)
                fix = _("write numbers under `numbers`, and no others")
                yield finding(where, message, fix=fix)
            seen.add(name)
