"""Mistakes in formulas: another name, function or sign than belongs there."""

from collections.abc import Iterator

from equipoise.spec.distribution import Distribution
from equipoise.spec.formula.tree import Binary, Call, Name, Node, Number
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.quantity import Quantity
from equipoise.verification.changes import everywhere
from equipoise.verification.inputs import ratios_of
from equipoise.verification.totals import is_money


def own_spread(model: LoadedModel) -> Iterator[tuple[str, Quantity, Distribution]]:
    """Yield the parameters that are drawn by themselves around their value."""
    for name, one in model.spec.parameters.items():
        if one.distribution is not None and one.mean_differs is None:
            yield name, one, one.distribution


def unlinked(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a number stands in formulas instead of the parameter's name."""
    for name, one, _spread in own_spread(model):
        number = _written_out(one)
        if number is not None:
            yield from everywhere(
                model, lambda node, name=name, number=number: (  # type: ignore[misc]
                    number if isinstance(node, Name) and node.name == name else None)
            )  # fmt: skip


def _written_out(one: Quantity) -> Node | None:
    """Return a value as a formula has it, if the language has words for its unit."""
    number = Number(one.value * one.unit.factor)
    match one.unit.powers:
        case ():
            return number
        case (("year", power),) if power in (1.0, -1.0):
            return Binary("*" if power > 0 else "/", number, Name("year"))
        case _:
            return None


def upside_down(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models that divide by a ratio of risks instead of multiplying."""
    for name in sorted(ratios_of(model.spec)):
        turned = Binary("/", Number(1.0), Name(name))
        yield from everywhere(
            model, lambda node, name=name, turned=turned: (  # type: ignore[misc]
                turned if isinstance(node, Name) and node.name == name else None)
        )  # fmt: skip


def rate_as_probability(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield the model with rates times the cycle where probabilities belong."""
    yield from everywhere(
        model,
        lambda node: (
            Binary("*", node.arguments[0], node.arguments[1])
            if isinstance(node, Call) and node.function == "probability" else None
        ),
    )  # fmt: skip


def whole_year(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield the model with probabilities of a year in each cycle."""
    yield from everywhere(
        model,
        lambda node: (
            Call("probability", (node.arguments[0], Name("year")))
            if isinstance(node, Call) and node.function == "probability" else None
        ),
    )  # fmt: skip


def wrong_sign(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield the model with 1 + p in moves where 1 - p belongs."""
    yield from everywhere(
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
        yield from everywhere(
            model, lambda node: age if isinstance(node, Name) and node.name == "age" else None
        )


def price_of_nothing(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a price is multiplied by nothing."""
    for name, one in model.spec.parameters.items():
        if is_money(one.unit) and one.value > 0:
            product = Binary("*", Name(name), Number(0.0))
            yield from everywhere(
                model, lambda node, name=name, product=product: (  # type: ignore[misc]
                    product if isinstance(node, Name) and node.name == name else None)
            )  # fmt: skip
