"""What a product is in law: a walk through a country's decision tree, clause by clause.

Where the product leaves a fact open, the walk goes both ways and says what it supposed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from equipoise.core.errors import EquipoiseError
from equipoise.core.translation import translate as _
from equipoise.rules.condition import Facts, Supposed, asked, parts, truth
from equipoise.rules.force import in_force, is_stale
from equipoise.spec.law import Branch, Classification, Evidence

STANDINGS = ("read", "inference", "background", "assumption")
"""From the best known to the least."""


class OpenFactsError(EquipoiseError):
    """A product whose category depends on facts that nobody has stated."""


@dataclass(frozen=True)
class Answer:
    """One question of the tree, how the product answers it, and the clause behind it."""

    question: str
    branch: Branch
    yes: bool
    supposed: tuple[str, ...] = ()
    """What of the condition is not known but supposed."""


Path = tuple[Answer, ...]


@dataclass(frozen=True)
class Possible:
    """A legal category that a product may have, and the way to it."""

    outcome: str
    path: Path
    evidence: tuple[Evidence, ...]
    supposed: Supposed = field(default_factory=dict)
    """What must hold of what is not known; empty where nothing is supposed."""

    @property
    def unread(self) -> tuple[Evidence, ...]:
        """Return the evidence on the path that nobody read in its source."""
        return tuple(item for item in self.evidence if item.status != "read")

    @property
    def standing(self) -> int:
        """Return how well the least known clause on the path is known, 0 the best."""
        return max(STANDINGS.index(item.status) for item in self.evidence)

    def stale(self, day: date) -> tuple[Evidence, ...]:
        """Return the evidence on the path that was last checked too long before a day."""
        return tuple(item for item in self.evidence if is_stale(item, day))


@dataclass(frozen=True)
class Classified:
    """All legal categories that a product may have, the likeliest to hold first."""

    possible: tuple[Possible, ...]
    """Each category once: fewest suppositions first, then the best known clauses."""
    needed: str | None
    """Which fact, or comparison, would settle most to know next; None where nothing is open."""

    @property
    def only(self) -> Possible | None:
        """Return the only category there is, if there is only one."""
        return self.possible[0] if len(self.possible) == 1 else None


def classify(rules: Classification, facts: Facts, *, day: date) -> Classified:
    """Walk the decision tree with the law of a day.

    Parameters
    ----------
    rules
        The country's tree; loading has checked that it has no loops and no open ends.
    facts
        Of the product, as of `spec.attributes.completed`.
    day
        Whose law is applied, never today by itself.

    Raises
    ------
    RuleNotInForceError
        If a clause on the way is not in force on that day and nothing stands in its place.
    """
    found = _simplified(_walk(rules, rules.first, facts, day))
    best: dict[str, Possible] = {}
    for one in sorted(_leaves(found), key=lambda one: (len(one.supposed), one.standing)):
        best.setdefault(one.outcome, one)
    return Classified(tuple(best.values()), _needed(found))


def certain(rules: Classification, facts: Facts, *, day: date) -> Possible:
    """Return the one category that a product has, where its facts leave no other.

    Parameters
    ----------
    rules, facts, day
        As of `classify`.

    Raises
    ------
    OpenFactsError
        If it depends on facts that are not known.
    RuleNotInForceError
        As of `classify`.
    """
    found = classify(rules, facts, day=day)
    if found.only is None:
        message = _(
            "what the product is in law depends on '{name}': state it in the product's attributes",
            name=found.needed or "",
        )
        raise OpenFactsError(message)
    return found.only


@dataclass(frozen=True)
class _Fork:
    """Where the way depends on something that is not known."""

    name: str
    if_true: "_Ways"
    if_false: "_Ways"


_Ways = _Fork | Possible


def _walk(rules: Classification, first: str, facts: Facts, day: date) -> _Ways:
    """Return the ways from a question or outcome, as a tree of what had to be supposed."""

    def go(place: str, path: Path, supposed: Supposed) -> _Ways:
        place = in_force(rules, place, day)
        if place in rules.outcomes:
            seen = (*(answer.branch.evidence for answer in path), rules.outcomes[place].evidence)
            return Possible(place, path, seen, supposed)
        branch = rules.questions[place]
        names = [asked(part) for part in parts(branch.condition.tree)]
        yes = truth(branch.condition.tree, facts, supposed)
        if yes is None:
            name = _open_part(branch, facts, supposed)
            return _Fork(
                name, go(place, path, {**supposed, name: True}),
                go(place, path, {**supposed, name: False}),
            )  # fmt: skip
        answer = Answer(place, branch, yes, tuple(name for name in names if name in supposed))
        return go(branch.yes if yes else branch.no, (*path, answer), supposed)

    return go(first, (), {})


def _open_part(branch: Branch, facts: Facts, supposed: Supposed) -> str:
    """Return the first part of a condition that is neither known nor supposed."""
    for part in parts(branch.condition.tree):
        if truth(part, facts, supposed) is None:
            return asked(part)
    message = f"nothing is open in {branch.condition.text}"
    raise AssertionError(message)


def _simplified(ways: _Ways) -> _Ways:
    """Return the ways without forks both of whose sides come to the same category."""
    if isinstance(ways, Possible):
        return ways
    one, other = _simplified(ways.if_true), _simplified(ways.if_false)
    if isinstance(one, Possible) and isinstance(other, Possible) and one.outcome == other.outcome:
        rest = {name: value for name, value in one.supposed.items() if name != ways.name}
        return replace(one, supposed=rest)
    return _Fork(ways.name, one, other)


def _leaves(ways: _Ways) -> Iterator[Possible]:
    """Yield every end of the ways."""
    if isinstance(ways, Possible):
        yield ways
    else:
        yield from _leaves(ways.if_true)
        yield from _leaves(ways.if_false)


def _needed(ways: _Ways) -> str | None:
    """Return what to know next: the first fork at which the categories part."""
    if isinstance(ways, Possible):
        return None
    one, other = (
        {leaf.outcome for leaf in _leaves(side)} for side in (ways.if_true, ways.if_false)
    )
    inside = _needed(ways.if_true) or _needed(ways.if_false)
    return ways.name if one != other or inside is None else inside
