"""A law looked over: how well its clauses are known, and whether it decides as authorities did."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from equipoise.core.errors import RuleNotInForceError
from equipoise.rules import Possible, classify, is_stale
from equipoise.spec.attributes import Attribute, Fact, completed
from equipoise.spec.cases import Case
from equipoise.spec.law import Evidence, Law, Standing
from equipoise.spec.walk import evidences

Agreement = Literal["agrees", "open", "differs", "refused"]
"""Of a case with the tree: the same outcome and no other; the same among several, as facts are
unknown; another; or no law of that day."""


@dataclass(frozen=True)
class Decided:
    """A case, and what the tree says of it."""

    case: Case
    agreement: Agreement
    possible: Sequence[Possible]
    wrong_path: Mapping[str, str]
    """Questions that the tree answers otherwise than the case says, with its answer, or '-'."""

    @property
    def is_explained(self) -> bool:
        """Return whether the tree decides as the case says, or the case says why not, not both."""
        if self.wrong_path:
            return False
        return (self.agreement == "agrees") == (self.case.differs is None)


def decided(
    law: Law, cases: Sequence[Case], attributes: Mapping[str, Attribute]
) -> tuple[Decided, ...]:
    """Return what the tree of a law says of cases.

    Parameters
    ----------
    law
        Of the country.
    cases
        With decisions by its authorities.
    attributes
        Facts that every country's law may ask for.
    """
    known = {**attributes, **law.attributes}
    last = max((rule.last_checked for _place, rule in evidences(law.classification)))
    return tuple(_decided(law, case, known, last) for case in cases)


def _decided(
    law: Law, case: Case, attributes: Mapping[str, Attribute], last_checked: date
) -> Decided:
    """Return what the tree says of one case."""
    facts = facts_of(case, attributes)
    try:
        found = classify(law.classification, facts, day=case.day or last_checked)
    except RuleNotInForceError:
        return Decided(case, "refused", (), {})
    same = [one for one in found.possible if one.outcome == case.outcome]
    if not same:
        return Decided(case, "differs", found.possible, {})
    answers = {answer.question: "yes" if answer.yes else "no" for answer in same[0].path}
    wrong = {
        question: answers.get(question, "-")
        for question, said in (case.path or {}).items()
        if answers.get(question) != said
    }
    return Decided(case, "agrees" if found.only else "open", found.possible, wrong)


def facts_of(case: Case, attributes: Mapping[str, Attribute]) -> dict[str, Fact | None]:
    """Return all facts of a case."""
    others = {
        name: False for name, one in attributes.items() if one.unit is None and case.others == "no"
    }
    return completed({**others, **case.facts}, attributes)


@dataclass(frozen=True)
class Known:
    """How well the clauses of a part of the law are known."""

    part: Literal["questions", "outcomes", "marks", "routes", "steps"]
    by_standing: Mapping[Standing, int]
    stale: int
    """Clauses that were last checked too long ago."""


def known(law: Law, *, day: date) -> tuple[Known, ...]:
    """Return for each part of a law how many of its clauses were read, concluded or supposed.

    Parameters
    ----------
    law
        Of the country.
    day
        On which the law is to be relied on.
    """
    tree = law.classification
    routes = [route.evidence for route in law.routes.values() if route.evidence is not None]
    steps = [step.evidence for route in law.routes.values() for step in route.steps.values()]
    parts: tuple[tuple[Literal["questions", "outcomes", "marks", "routes", "steps"],
                       Sequence[Evidence]], ...] = (
        ("questions", [one.evidence for one in tree.questions.values()]),
        ("outcomes", [one.evidence for one in tree.outcomes.values()]),
        ("marks", [one.evidence for one in tree.marks.values()]),
        ("routes", routes),
        ("steps", steps),
    )  # fmt: skip
    return tuple(
        Known(part, Counter(one.status for one in rows), sum(is_stale(one, day) for one in rows))
        for part, rows in parts
    )
