"""What would change the answer: the fewest facts that lead to each other category."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from equipoise.core.errors import RuleNotInForceError
from equipoise.rules.classify import Classified, classify
from equipoise.rules.condition import (
    Facts,
    Supposed,
    asked,
    is_consistent,
    numbers_for,
    parts,
    truth,
)
from equipoise.rules.force import in_force
from equipoise.spec.attributes import Attribute, completed
from equipoise.spec.formula import Node
from equipoise.spec.law import Classification

MOST = 3
"""Facts that may differ; what needs more is another product."""

_STEPS = 20_000
"""Places of the tree that are looked at: trees of strangers must come to an end."""


@dataclass(frozen=True)
class Flip:
    """A category that a product would have if some of its facts were others."""

    outcome: str
    changes: Supposed
    """Fact, or comparison as a condition writes it, and what it would be."""
    also: Supposed = field(default_factory=dict)
    """What would have to hold besides, of what is not known."""


def flips(
    rules: Classification,
    facts: Facts,
    attributes: Mapping[str, Attribute],
    *,
    day: date,
    may_change: Callable[[str], bool] = lambda _name: True,
) -> tuple[Flip, ...]:
    """Return for each other category the fewest changes of facts that lead to it.

    Each is tried: the product with these facts, and with what follows from them, has the category.

    Parameters
    ----------
    rules, day
        As of `classify.classify`.
    facts
        As the product states them.
    attributes
        What the facts mean.
    may_change
        Whether a fact, or a comparison, may be another.

    Returns
    -------
    tuple
        By the number of changes, at most `MOST`; categories that the product may have without any
        change are left out, and so are those that were not law on that day.
    """
    whole = completed(facts, attributes)
    own = {one.outcome for one in _possible(rules, whole, day).possible}
    found: dict[str, Flip] = {}
    for changes, outcome in _reached(rules, whole, day, may_change):
        needed = _with_needed(changes, whole, attributes)
        if outcome in own or len(needed) > MOST or not all(map(may_change, needed)):
            continue
        if outcome in found and _distance(found[outcome], attributes) <= (len(needed), 0, 0):
            continue
        flip = _tried(rules, facts, attributes, day, needed, outcome)
        if flip is not None and (
            outcome not in found
            or _distance(flip, attributes) < _distance(found[outcome], attributes)
        ):
            found[outcome] = flip
    return tuple(sorted(found.values(), key=lambda flip: _distance(flip, attributes)))


def _with_needed(
    changes: Supposed, facts: Facts, attributes: Mapping[str, Attribute]
) -> dict[str, bool]:
    """Return changes with the facts that a new yes needs and that are a no."""
    found = dict(changes)
    left = [name for name, value in changes.items() if value]
    while left:
        one = attributes.get(left.pop())
        if one is not None and one.only_if is not None and facts.get(one.only_if) is False:
            if one.only_if not in found:
                left.append(one.only_if)
            found[one.only_if] = True
    return found


def _possible(rules: Classification, facts: Facts, day: date) -> Classified:
    """Return what a product may be; nothing if a rule on the way is not in force."""
    try:
        return classify(rules, facts, day=day)
    except RuleNotInForceError:
        return Classified((), None)


def _distance(flip: Flip, attributes: Mapping[str, Attribute]) -> tuple[int, int, int]:
    """Return how far away a category is: changes, those to something rare, and suppositions."""
    rare = sum(
        name in attributes and attributes[name].unless_said is not None for name in flip.changes
    )
    return len(flip.changes), rare, len(flip.also)


def _tried(  # noqa: PLR0917 - one call, from one place
    rules: Classification,
    facts: Facts,
    attributes: Mapping[str, Attribute],
    day: date,
    changes: Supposed,
    outcome: str,
) -> Flip | None:
    """Return a flip if its changes do lead to the category, with what must hold besides."""
    now = completed(_changed(facts, changes, attributes), attributes)
    for one in _possible(rules, now, day).possible:
        if one.outcome == outcome:
            return Flip(outcome, changes, one.alternatives[0])
    return None


def _changed(
    facts: Facts, changes: Supposed, attributes: Mapping[str, Attribute]
) -> dict[str, bool | float | None]:
    """Return facts with changes; what needs a fact that becomes a no is no longer stated."""
    found = dict(facts)
    found |= {name: value for name, value in changes.items() if name in attributes}
    found |= {name: number for name, number in numbers_for(changes).items() if number is not None}
    gone = {name for name, value in changes.items() if value is False}
    while gone:
        below = {name for name, one in attributes.items() if one.only_if in gone}
        for name in below - changes.keys():
            found.pop(name, None)
        gone = below - changes.keys()
    return found


def _reached(
    rules: Classification, facts: Facts, day: date, may_change: Callable[[str], bool]
) -> list[tuple[Supposed, str]]:
    """Return sets of changes with the category at the end of a way that needs them."""
    best: dict[str, list[Supposed]] = {}
    steps = 0

    def go(place: str, settled: Supposed, changes: Supposed) -> None:
        nonlocal steps
        steps += 1
        if steps > _STEPS:
            return
        try:
            place = in_force(rules, place, day)
        except RuleNotInForceError:
            return
        if place in rules.outcomes:
            best.setdefault(place, []).append(changes)
            return
        branch = rules.questions[place]
        yes = truth(branch.condition.tree, {}, settled)
        if yes is not None:
            go(branch.yes if yes else branch.no, settled, changes)
            return
        for now, changed in _answers(branch.condition.tree, facts, settled, changes):
            extra = changed.keys() - changes.keys()
            if len(changed) <= MOST and is_consistent(now) and all(map(may_change, extra)):
                go(place, now, changed)

    go(rules.first, {}, {})
    return [(changes, outcome) for outcome, rows in best.items() for changes in rows]


def _answers(
    condition: Node, facts: Facts, settled: Supposed, changes: Supposed
) -> Iterator[tuple[Supposed, Supposed]]:
    """Yield both answers to the first open part of a condition, the product's own first."""
    part = next(part for part in parts(condition) if asked(part) not in settled)
    name, known = asked(part), truth(part, facts, {})
    for value in (known, not known) if known is not None else (True, False):
        changed = changes if known in {None, value} else {**changes, name: value}
        yield {**settled, name: value}, changed
