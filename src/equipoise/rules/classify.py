"""What a product is in law: a walk through a country's decision tree, clause by clause.

Where the product leaves a fact open, the walk goes both ways and says what it supposed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from equipoise.core.errors import EquipoiseError
from equipoise.core.translation import translate as _
from equipoise.rules.condition import Facts, Supposed, asked, is_consistent, parts, truth
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
class Way:
    """One way through the tree, and what it supposes of what is not known."""

    path: Path
    supposed: Supposed = field(default_factory=dict)


@dataclass(frozen=True)
class Possible:
    """A legal category that a product may have, and the ways to it."""

    outcome: str
    end: Evidence
    """What the category itself rests on."""
    ways: tuple[Way, ...]
    """All of them, those that suppose least first."""

    @property
    def path(self) -> Path:
        """Return the way that supposes least."""
        return self.ways[0].path

    @property
    def alternatives(self) -> tuple[Supposed, ...]:
        """Return what must hold of what is not known: one of these; a single {} is nothing."""
        return merged([way.supposed for way in self.ways])

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return what all ways rest on, each clause once."""
        every = [answer.branch.evidence for way in self.ways for answer in way.path]
        return tuple({id(one): one for one in (*every, self.end)}.values())

    @property
    def unread(self) -> tuple[Evidence, ...]:
        """Return the evidence on the ways that nobody read in its source."""
        return tuple(item for item in self.evidence if item.status != "read")

    @property
    def standing(self) -> int:
        """Return how well the least known clause on the ways is known, 0 the best."""
        return max(STANDINGS.index(item.status) for item in self.evidence)

    def stale(self, day: date) -> tuple[Evidence, ...]:
        """Return the evidence on the ways that was last checked too long before a day."""
        return tuple(item for item in self.evidence if is_stale(item, day))


def merged(supposed: Sequence[Supposed]) -> tuple[Supposed, ...]:
    """Return alternatives without what makes no difference: twice the same but for one answer.

    Examples
    --------
    >>> merged([{"a": True, "b": True}, {"a": False, "b": True}])
    ({'b': True},)
    """
    left = [dict(one) for one in supposed]
    for first, second in combinations(range(len(left)), 2):
        one, other = left[first], left[second]
        apart = [name for name in one if one[name] != other.get(name)]
        if one.keys() == other.keys() and len(apart) == 1:
            rest = {name: value for name, value in one.items() if name != apart[0]}
            others = [row for k, row in enumerate(left) if k not in {first, second}]
            return merged([rest, *others])
    kept = [
        one for k, one in enumerate(left)
        if not any(other.items() <= one.items() and (other != one or j < k)
                   for j, other in enumerate(left) if j != k)
    ]  # fmt: skip
    return tuple(sorted(kept, key=len))


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
    found = _walk(rules, rules.first, facts, day)
    ways: dict[str, list[Way]] = {}
    for outcome, way in _leaves(found):
        ways.setdefault(outcome, []).append(way)
    possible = [
        Possible(
            outcome, rules.outcomes[outcome].evidence,
            tuple(sorted(rows, key=lambda way: len(way.supposed))),
        )
        for outcome, rows in ways.items()
    ]  # fmt: skip
    possible.sort(key=lambda one: (len(one.alternatives[0]), one.standing))
    return Classified(tuple(possible), _needed(found))


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
    sides: "tuple[_Ways, ...]"


_Ways = _Fork | tuple[str, Way]


def _walk(rules: Classification, first: str, facts: Facts, day: date) -> _Ways:
    """Return the ways from a question or outcome, as a tree of what had to be supposed."""

    def go(place: str, path: Path, supposed: Supposed) -> _Ways:
        place = in_force(rules, place, day)
        if place in rules.outcomes:
            return place, Way(path, supposed)
        branch = rules.questions[place]
        names = [asked(part) for part in parts(branch.condition.tree)]
        yes = truth(branch.condition.tree, facts, supposed)
        if yes is None:
            name = _open_part(branch, facts, supposed)
            both = ({**supposed, name: value} for value in (True, False))
            return _Fork(name, tuple(go(place, path, one) for one in both if is_consistent(one)))
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


def _leaves(ways: _Ways) -> Iterator[tuple[str, Way]]:
    """Yield every end of the ways."""
    if isinstance(ways, _Fork):
        for side in ways.sides:
            yield from _leaves(side)
    else:
        yield ways


def _needed(ways: _Ways) -> str | None:
    """Return what to know next: the first fork at which the categories part."""
    if not isinstance(ways, _Fork):
        return None
    reached = [frozenset(outcome for outcome, _way in _leaves(side)) for side in ways.sides]
    if len(set(reached)) > 1:
        return ways.name
    inside = (_needed(side) for side in ways.sides)
    return next((name for name in inside if name is not None), None)
