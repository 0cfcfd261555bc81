"""Amounts of money that formulas subtract, as they do rebates."""

from collections.abc import Iterator

from equipoise.spec.formula.tree import Binary, Call, Choice, Name, Node, children
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas


def subtracted(model: Model) -> frozenset[str]:
    """Return the parameters that costs subtract wherever they name them: `price - rebate`.

    Not those with a minus alone, or times -1: there is nothing that they would make less.
    """
    signs: dict[str, set[bool]] = {}
    for placed in formulas(model):
        if placed.role in ("cost", "cost_per_year"):
            for name, is_less in _signs(placed.formula.tree, model, is_less=False):
                signs.setdefault(name, set()).add(is_less)
    return frozenset(name for name, own in signs.items() if own == {True})


def _signs(node: Node, model: Model, *, is_less: bool) -> Iterator[tuple[str, bool]]:
    """Yield the names in a formula, and whether they are subtracted in it."""
    match node:
        case Name(name=name) if name in model.let:
            yield from _signs(model.let[name].tree, model, is_less=is_less)
        case Name(name=name):
            yield name, is_less
        case Binary(operator="-", left=left, right=right):
            yield from _signs(left, model, is_less=is_less)
            yield from _signs(right, model, is_less=not is_less)
        case Binary(operator="+" | "*", left=left, right=right):
            for side in (left, right):
                yield from _signs(side, model, is_less=is_less)
        case Binary(operator="/", left=left, right=right):
            yield from _signs(left, model, is_less=is_less)
            yield from _signs(right, model, is_less=False)
        case Choice(condition=condition, then=then, otherwise=otherwise):
            yield from _signs(condition, model, is_less=False)
            for side in (then, otherwise):
                yield from _signs(side, model, is_less=is_less)
        case Call(function="min" | "max", arguments=arguments):
            for side in arguments:
                yield from _signs(side, model, is_less=is_less)
        case _:  # who knows: as any price
            for side in children(node):
                yield from _signs(side, model, is_less=False)
