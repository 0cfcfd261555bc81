"""Which roads to patients are open to a product, and what closes the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from equipoise.rules.classify import STANDINGS, Possible
from equipoise.rules.condition import Facts, Supposed, asked, parts, truth
from equipoise.rules.force import is_in_force
from equipoise.spec.formula import Node
from equipoise.spec.law import Evidence, Law, Mark, Route


@dataclass(frozen=True)
class Road:
    """A route, and whether a product of some category may take it."""

    name: str
    route: Route
    open: bool | None
    """None if it depends on what is not known."""
    because: tuple[str, ...] = ()
    """Facts on which that rests: those unknown, or those that close it."""
    is_law: bool = True
    """False where the law that opens it had not begun on the day, or had ended: it then depends on
    a law that nobody has written down."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return what opens the road, and what its steps rest on."""
        own = () if self.route.evidence is None else (self.route.evidence,)
        return (*own, *(step.evidence for step in self.route.steps.values()))

    @property
    def standing(self) -> int:
        """Return how well the least known clause is known, 0 the best."""
        return max(STANDINGS.index(item.status) for item in self.evidence)


def roads(law: Law, category: Possible, facts: Facts, *, day: date) -> tuple[Road, ...]:
    """Return the routes for a category: the open ones first, then those that depend, then closed.

    Within each by how well their clauses are known, then in the order of the law. Routes that are
    not for the category are left out.

    Parameters
    ----------
    law
        Of the country.
    category
        Of the product, as of `classify.classify`.
    facts
        Of the product.
    day
        Whose law is applied.
    """
    found = [
        _road(name, route, facts, category)
        if is_in_force(route.evidence, day)
        else Road(name, route, None, is_law=False)
        for name, route in law.routes.items()
        if category.outcome in route.for_categories
    ]
    return tuple(sorted(found, key=lambda road: (_ORDER[road.open], road.standing)))


_ORDER = {True: 0, None: 1, False: 2}


def _road(name: str, route: Route, facts: Facts, category: Possible) -> Road:
    """Return whether a route is open, on whatever way the product comes to its category."""
    if route.condition is None:
        return Road(name, route, open=True)
    tree = route.condition.tree
    found = [_on_way(tree, facts, way.supposed) for way in category.ways]
    answers = {answer for answer, _because in found}
    because = tuple(dict.fromkeys(part for _answer, parts_ in found for part in parts_))
    return Road(name, route, answers.pop() if len(answers) == 1 else None, because)


def _on_way(tree: Node, facts: Facts, supposed: Supposed) -> tuple[bool | None, tuple[str, ...]]:
    """Return whether a condition holds on one way, and the facts on which that rests."""
    yes = truth(tree, facts, supposed)
    every = [(asked(part), truth(part, facts, supposed)) for part in parts(tree)]
    if yes is None:
        return None, tuple(part for part, known in every if known is None)
    if yes:
        return True, tuple(part for part, _known in every if part in supposed)
    # What closes it: the parts whose answer, were it the other one, would no longer close it.
    closing = tuple(
        part for part, known in every
        if known is not None and truth(tree, {}, _others(every, part, not known)) is not False
    )  # fmt: skip
    return False, closing or tuple(part for part, _known in every)


def _others(every: Sequence[tuple[str, bool | None]], changed: str, value: bool) -> dict[str, bool]:
    """Return all known parts with one of them changed."""
    known = {part: known for part, known in every if known is not None}
    return {**known, changed: value}


def marks(
    law: Law, category: Possible, facts: Facts, *, day: date
) -> tuple[tuple[Mark, bool | None], ...]:
    """Return what a product is besides its category, or may be: None if it depends.

    Parameters
    ----------
    law, category, facts, day
        As of `roads`.
    """
    found = []
    for mark in law.classification.marks.values():
        if category.outcome in mark.for_categories and is_in_force(mark.evidence, day):
            tree = mark.condition.tree
            answers = {truth(tree, facts, way.supposed) for way in category.ways}
            found.append((mark, answers.pop() if len(answers) == 1 else None))
    return tuple((mark, yes) for mark, yes in found if yes is not False)
