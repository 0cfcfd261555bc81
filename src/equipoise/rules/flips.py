"""What would change the answer: the fewest facts that lead to each other category."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from equipoise.core.errors import RuleNotInForceError
from equipoise.rules.condition import Facts, asked, parts, truth
from equipoise.rules.force import in_force
from equipoise.spec.attributes import Attribute
from equipoise.spec.formula import Node
from equipoise.spec.law import Classification

MOST = 3
"""Facts that may differ; what needs more is another product."""


@dataclass(frozen=True)
class Flip:
    """A category that a product would have if some of its facts were others."""

    outcome: str
    changes: Mapping[str, bool]
    """Fact, or comparison as a condition writes it, and what it would be."""


def flips(
    rules: Classification, facts: Facts, attributes: Mapping[str, Attribute], *, day: date
) -> tuple[Flip, ...]:
    """Return for each other category the fewest changes of facts that lead to it.

    Facts that are not known can be either without being changed.

    Parameters
    ----------
    rules, facts, day
        As of `classify.classify`.
    attributes
        What the facts mean: none becomes a yes without the one that it needs.

    Returns
    -------
    tuple
        By the number of changes, at most `MOST`; categories that the product may have without any
        change are left out, and so are those that were not law on that day.
    """
    best: dict[str, Mapping[str, bool]] = {}

    def go(place: str, settled: Mapping[str, bool], changes: Mapping[str, bool]) -> None:
        try:
            place = in_force(rules, place, day)
        except RuleNotInForceError:
            return
        if place in rules.outcomes:
            better = place not in best or len(changes) < len(best[place])
            if better and _is_sound(changes, facts, attributes):
                best[place] = changes
            return
        branch = rules.questions[place]
        for more in _settlings(branch.condition.tree, settled):
            changed = {**changes, **_changed(branch.condition.tree, more, facts)}
            if len(changed) > MOST:
                continue
            now = {**settled, **more}
            go(branch.yes if truth(branch.condition.tree, {}, now) else branch.no, now, changed)

    go(rules.first, {}, {})
    found = [Flip(outcome, changes) for outcome, changes in best.items() if changes]
    return tuple(sorted(found, key=lambda flip: _distance(flip, attributes)))


def _distance(flip: Flip, attributes: Mapping[str, Attribute]) -> tuple[int, int]:
    """Return how far away a category is: changes, and how many of them are to something rare."""
    rare = sum(
        name in attributes and attributes[name].unless_said is not None for name in flip.changes
    )
    return len(flip.changes), rare


def _is_sound(
    changes: Mapping[str, bool], facts: Facts, attributes: Mapping[str, Attribute]
) -> bool:
    """Return whether no fact becomes a yes without the one that it needs."""
    needed = {name: attributes[name].only_if for name in changes if name in attributes}
    return all(
        not changes[name] or one is None or changes.get(one, facts.get(one)) is not False
        for name, one in needed.items()
    )


def _settlings(condition: Node, settled: Mapping[str, bool]) -> list[dict[str, bool]]:
    """Return every way to settle the parts of a condition that are not settled yet."""
    names = [asked(part) for part in parts(condition)]
    free = [name for name in names if name not in settled]
    return [dict(zip(free, values, strict=True))
            for values in product((False, True), repeat=len(free))]  # fmt: skip


def _changed(condition: Node, settled: Mapping[str, bool], facts: Facts) -> dict[str, bool]:
    """Return what of the settled parts is otherwise than the product's facts are."""
    changed = {}
    for part in parts(condition):
        known = truth(part, facts, {})
        name = asked(part)
        if name in settled and known is not None and known != settled[name]:
            changed[name] = settled[name]
    return changed
