"""Discount factors in kernels: yearly rates, and the times from which they hold, by name."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.statements import Statements, Value, Varies
from equipoise.clinical.discounting import Discounting

Floats = NDArray[np.float64]

KINDS = ("cost", "health")

StepCounts = tuple[int, int]
"""How many rates hold one after another, for cost and for health."""

ONE_RATE: StepCounts = (1, 1)


def step_counts(discount: tuple[Discounting, Discounting]) -> StepCounts:
    """Return how many rates hold one after another."""
    return len(discount[0].starts), len(discount[1].starts)


# The dots keep them apart from all names of files.
def _rate(kind: str, step: int) -> str:
    """Return the name of a rate."""
    return f"discount.{kind}.{step}"


def _since(kind: str, step: int) -> str:
    """Return the name of the time from which a rate holds."""
    return f"discount.{kind}.{step}.since"


def discount_names(steps: StepCounts) -> tuple[str, ...]:
    """Return the names of all rates, and of the times from which they hold."""
    return tuple(
        name
        for kind, count in zip(KINDS, steps, strict=True)
        for name in (
            *(_rate(kind, step) for step in range(count)),
            *(_since(kind, step) for step in range(1, count)),
        )
    )


def discount_numbers(discount: tuple[Discounting, Discounting]) -> dict[str, Floats]:
    """Return what the names stand for, each a single number or dims (draw)."""
    found: dict[str, Floats] = {}
    for kind, one in zip(KINDS, discount, strict=True):
        found |= {_rate(kind, step): rate for step, rate in enumerate(one.rates)}
        found |= {_since(kind, k): np.array([t]) for k, t in enumerate(one.starts) if k > 0}
    return {name: found[name] for name in discount_names(step_counts(discount))}


class Factors:
    """Writes discount factors.

    Parameters
    ----------
    steps
        How many rates hold one after another.
    values
        What the names stand for in the kernel.
    """

    def __init__(self, steps: StepCounts, values: Mapping[str, Value]) -> None:
        self._steps, self._values = dict(zip(KINDS, steps, strict=True)), values

    def write(self, statements: Statements, kind: str, when: str) -> Value:
        r"""Return a factor :math:`\prod_j (1 + r_j)^{-t_j}`, as :math:`e^{-\sum t_j \ln(1 + r_j)}`.

        Parameters
        ----------
        statements
            Where it is computed.
        kind
            Of what is discounted: `cost` or `health`.
        when
            Text of the time in years.
        """
        count, now = self._steps[kind], Value(when, Varies.CYCLE)
        growth = [
            statements.set("np.log1p({0})", self._values[_rate(kind, step)])
            for step in range(count)
        ]
        if count == 1:
            return statements.set("exp(-({0} * {1}))", now, growth[0])
        parts = [
            statements.set("{0} * {1}", self._years(statements, kind, step, now), growth[step])
            for step in range(count)
        ]
        return statements.set("exp(-{0})", statements.total(parts))

    def _years(self, statements: Statements, kind: str, step: int, now: Value) -> Value:
        """Return for how many years a rate has held."""
        end = now
        if step + 1 < self._steps[kind]:
            end = statements.set("least({0}, {1})", now, self._values[_since(kind, step + 1)])
        if step == 0:
            return end
        return statements.set("most({0} - {1}, 0.0)", end, self._values[_since(kind, step)])
