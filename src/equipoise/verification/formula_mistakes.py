"""Mistakes in formulas: another name, function or sign than belongs there."""

from collections.abc import Callable, Iterator, Sequence

from equipoise.spec.distribution import Distribution
from equipoise.spec.formula import formula_of, substituted, to_text
from equipoise.spec.formula.tree import Binary, Call, Name, Node, Number, children, rebuilt
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import PlacedFormula, formulas
from equipoise.spec.quantity import Quantity
from equipoise.spec.walk import replaced
from equipoise.verification.changes import with_parts
from equipoise.verification.inputs import ratios_of
from equipoise.verification.totals import is_money


def own_spread(model: LoadedModel) -> Iterator[tuple[str, Quantity, Distribution]]:
    """Yield the parameters that are drawn by themselves around their value."""
    for name, one in model.spec.parameters.items():
        if one.distribution is not None and one.mean_differs is None:
            yield name, one, one.distribution


def _rewritten(
    model: LoadedModel, change: Callable[[PlacedFormula], Node | None]
) -> LoadedModel | None:
    """Return a model with some formulas written anew, or None if none is."""
    spec, count = model.spec, 0
    for placed in list(formulas(spec)):
        tree = change(placed)
        if tree is None or placed.place[-1] == "time_to" or placed.place[0] == "transition_effects":
            continue
        found = replaced(spec, placed.place, formula_of(tree, to_text(tree)))
        assert isinstance(found, Model)  # noqa: S101 - same type as given
        spec, count = found, count + 1
    return with_parts(model, **{name: getattr(spec, name) for name in
                                ("let", "states", "transitions", "events", "attributes")}
                      ) if count else None  # fmt: skip


def unlinked(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a number stands in formulas instead of the parameter's name."""
    for name, one, _spread in own_spread(model):
        number = Number(one.value * one.unit.factor)
        found = _rewritten(model, lambda placed, name=name, number=number: (  # type: ignore[misc]
            substituted(placed.formula.tree, {name: number})
            if name in placed.formula.names else None
        ))  # fmt: skip
        if found is not None:
            yield found


def _replaced_in(node: Node, wanted: Callable[[Node], Node | None]) -> Node:
    """Return a tree in which some nodes are others."""
    found = wanted(node)
    if found is not None:
        return found
    return rebuilt(node, tuple(_replaced_in(child, wanted) for child in children(node)))


def _everywhere(
    model: LoadedModel, wanted: Callable[[Node], Node | None], roles: Sequence[str] = ()
) -> Iterator[LoadedModel]:
    """Yield the model with some nodes replaced in all formulas, if there are any."""

    def change(placed: PlacedFormula) -> Node | None:
        if roles and placed.role not in roles:
            return None
        tree = _replaced_in(placed.formula.tree, wanted)
        return None if tree == placed.formula.tree else tree

    found = _rewritten(model, change)
    if found is not None:
        yield found


def upside_down(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models that divide by a ratio of risks instead of multiplying."""
    for name in sorted(ratios_of(model.spec)):
        turned = Binary("/", Number(1.0), Name(name))
        yield from _everywhere(
            model, lambda node, name=name, turned=turned: (  # type: ignore[misc]
                turned if isinstance(node, Name) and node.name == name else None)
        )  # fmt: skip


def rate_as_probability(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield the model with rates times the cycle where probabilities belong."""
    yield from _everywhere(
        model,
        lambda node: (
            Binary("*", node.arguments[0], node.arguments[1])
            if isinstance(node, Call) and node.function == "probability" else None
        ),
    )  # fmt: skip


def whole_year(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield the model with probabilities of a year in each cycle."""
    yield from _everywhere(
        model,
        lambda node: (
            Call("probability", (node.arguments[0], Number(1.0)))
            if isinstance(node, Call) and node.function == "probability" else None
        ),
    )  # fmt: skip


def wrong_sign(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield the model with 1 + p in moves where 1 - p belongs."""
    yield from _everywhere(
        model,
        lambda node: (
            Binary("+", node.left, node.right)
            if isinstance(node, Binary) and node.operator == "-" and node.left == Number(1.0)
            else None
        ),
        ("transition", "let"),
    )  # fmt: skip


def ageless(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield the model with patients who never grow older."""
    clock = model.spec.time
    if clock is not None and clock.start_age is not None:
        age = Number(clock.start_age.value)
        yield from _everywhere(
            model, lambda node: age if isinstance(node, Name) and node.name == "age" else None
        )


def price_of_nothing(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a price is multiplied by nothing."""
    for name, one in model.spec.parameters.items():
        if is_money(one.unit) and one.value > 0:
            product = Binary("*", Name(name), Number(0.0))
            yield from _everywhere(
                model, lambda node, name=name, product=product: (  # type: ignore[misc]
                    product if isinstance(node, Name) and node.name == name else None)
            )  # fmt: skip
