"""What a product is in law: a walk through the country's decision tree, clause by clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from equipoise.rules.force import check_in_force
from equipoise.spec.formula import Scope, evaluate
from equipoise.spec.jurisdiction import Branch, Classification, Evidence


@dataclass(frozen=True)
class Answer:
    """One question of the tree, how the product answers it, and the clause behind it."""

    question: str
    branch: Branch
    yes: bool


@dataclass(frozen=True)
class Classified:
    """The legal category, the way to it, and which clauses on that way were not read."""

    outcome: str
    path: tuple[Answer, ...]
    evidence: tuple[Evidence, ...]

    @property
    def unread(self) -> tuple[Evidence, ...]:
        """Return the evidence on the path that nobody read in its source."""
        return tuple(item for item in self.evidence if item.status != "read")


def classify(
    rules: Classification, attributes: Mapping[str, bool | float], *, day: date
) -> Classified:
    """Walk the decision tree with the law of `day`.

    Parameters
    ----------
    rules
        The country's tree; loading has checked that it has no loops and no open ends.
    attributes
        Facts of the product, 1 or true for yes.
    day
        The study's decision date, never today.

    Raises
    ------
    RuleNotInForceError, RuleStaleError
        If a clause on the path cannot be relied on for `day`.
    """
    scope = Scope(values={name: np.float64(value) for name, value in attributes.items()})
    path: list[Answer] = []
    place = rules.first
    while place in rules.questions:
        branch = rules.questions[place]
        check_in_force(branch.evidence, day)
        yes = bool(np.asarray(evaluate(branch.condition.tree, scope)) != 0)
        path.append(Answer(question=place, branch=branch, yes=yes))
        place = branch.yes if yes else branch.no
    outcome = rules.outcomes[place]
    found = (*(answer.branch.evidence for answer in path), check_in_force(outcome.evidence, day))
    return Classified(outcome=place, path=tuple(path), evidence=found)
