"""Conditions over facts of which some are unknown: yes, no, or it depends."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import eq, ge, gt, le, lt, ne

from equipoise.spec.attributes import Fact
from equipoise.spec.formula import Node, parse_formula, to_text
from equipoise.spec.formula.tree import Comparison, Logic, Name, Not, Number

Facts = Mapping[str, Fact | None]
"""What is known of a product; None and what is missing are unknown."""

Supposed = Mapping[str, bool]
"""Answers that are supposed for what is unknown, by `asked`: a fact, or a comparison as written."""

_RELATIONS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


def asked(node: Name | Comparison) -> str:
    """Return what a part of a condition asks, as the condition writes it.

    Examples
    --------
    >>> asked(Comparison(("<=",), (Name("prevalence"), Number(5.0))))
    'prevalence <= 5'
    """
    return to_text(node)


def parts(node: Node) -> Iterator[Name | Comparison]:
    """Yield the facts and comparisons of a condition, in the order of its text, each once."""
    seen: set[str] = set()
    for part in _parts(node):
        if asked(part) not in seen:
            seen.add(asked(part))
            yield part


def _parts(node: Node) -> Iterator[Name | Comparison]:
    """Yield the facts and comparisons of a condition as often as they stand in it."""
    match node:
        case Name() | Comparison():
            yield node
        case Not(operand=operand):
            yield from _parts(operand)
        case Logic(operands=operands):
            for operand in operands:
                yield from _parts(operand)
        case _:
            pass


def truth(node: Node, facts: Facts, supposed: Supposed) -> bool | None:
    """Return whether a condition holds; None if that depends on what is unknown.

    Three-valued logic: `and` with one no is a no whatever the rest, `or` with one yes a yes.

    Parameters
    ----------
    node
        A condition, as of `is_condition`.
    facts, supposed
        What is known, and what is supposed of the rest.

    References
    ----------
    Kleene (1952), Introduction to Metamathematics, section 64.

    Examples
    --------
    >>> either = Logic("or", (Name("cells"), Name("genes")))
    >>> truth(either, {"cells": True}, {}), truth(either, {"cells": False}, {})
    (True, None)
    """
    match node:
        case Number(value=value):
            return value != 0.0
        case Name() | Comparison():
            return _known(node, facts, supposed)
        case Not(operand=operand):
            found = truth(operand, facts, supposed)
            return None if found is None else not found
        case Logic(operator=operator, operands=operands):
            decisive = operator == "or"
            every = [truth(one, facts, supposed) for one in operands]
            if decisive in every:
                return decisive
            return None if None in every else not decisive
        case _:
            message = f"no condition: {to_text(node)}"
            raise TypeError(message)


def _known(node: Name | Comparison, facts: Facts, supposed: Supposed) -> bool | None:
    """Return a fact or comparison, if it is known or supposed."""
    if isinstance(node, Name):
        fact = facts.get(node.name)
        return supposed.get(node.name) if fact is None else bool(fact)
    values = [_number(one, facts) for one in node.operands]
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values):
        return supposed.get(asked(node))
    steps = zip(node.relations, pairwise(numbers), strict=True)
    return all(_RELATIONS[relation](*pair) for relation, pair in steps)


def _number(node: Node, facts: Facts) -> float | None:
    """Return a number, or the number that a fact is; None if it is unknown."""
    if isinstance(node, Number):
        return node.value
    fact = facts.get(node.name) if isinstance(node, Name) else None
    return None if fact is None else float(fact)


def is_consistent(supposed: Supposed) -> bool:
    """Return whether one number can answer all comparisons that are supposed of it.

    Examples
    --------
    >>> is_consistent({"prevalence <= 5": True, "prevalence > 10": True})
    False
    """
    return all(number is not None for number in numbers_for(supposed).values())


def numbers_for(supposed: Supposed) -> dict[str, float | None]:
    """Return for each fact that is compared a number that answers as supposed; None if none does.

    Parameters
    ----------
    supposed
        Facts and comparisons, by `asked`.
    """
    wanted: dict[str, list[tuple[Comparison, bool]]] = {}
    for text, yes in supposed.items():
        tree = _tree_of(text)
        if isinstance(tree, Comparison):
            for name in dict.fromkeys(n.name for n in tree.operands if isinstance(n, Name)):
                wanted.setdefault(name, []).append((tree, yes))
    return {name: _number_for(name, rows) for name, rows in wanted.items()}


def _number_for(name: str, rows: Sequence[tuple[Comparison, bool]]) -> float | None:
    """Return a number, not below 0, that answers comparisons as wanted."""
    ends = sorted({0.0, *(n.value for tree, _yes in rows for n in tree.operands
                          if isinstance(n, Number))})  # fmt: skip
    tried = [*ends, *((low + high) / 2 for low, high in pairwise(ends)), ends[-1] + 1.0]
    for number in tried:
        if all(truth(tree, {name: number}, {}) is yes for tree, yes in rows):
            return number
    return None


@lru_cache(maxsize=1024)
def _tree_of(text: str) -> Node:
    """Return the part of a condition that a text asks."""
    return parse_formula(text).tree
