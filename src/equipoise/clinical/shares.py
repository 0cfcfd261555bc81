"""Where the patients are if curves say so: partitioned survival."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.given import Given
from equipoise.clinical.moves import HAIR, Labels
from equipoise.clinical.people import People, sum_of
from equipoise.clinical.plan import Plan
from equipoise.clinical.values import Values
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.spec.formula import Formula
from equipoise.spec.model import Model, TransitionEffect
from equipoise.spec.model_formulas import formulas, names_behind

Floats = NDArray[np.float64]


class Shares:
    """Shares of the cohort in each state, read from curves at points of time.

    It has values of its own, which run ahead: what counts in a cycle may need to know who is
    where after it, while its formulas still see the time of its start.
    """

    def __init__(self, given: Given, labels: Labels) -> None:
        spec = given.model.spec
        self._spec = spec
        self._plan = order_of(spec, given.plan, shares=True)
        self._values = Values(
            given.model, self._plan, given.parameters, ages=given.ages, points=given.clock.points
        )
        self._labels = labels

    def start(self) -> People:
        """Return who is where on the first day; see `after`."""
        return self._at(0.0)

    def after(self, time: float) -> People:
        """Return who is where at the next point of time, in years.

        Raises
        ------
        SimulationError
            If a share is below 0, above 1 or no number, or the shares do not add up to 1.
        """
        self._values.advance()
        return self._at(time)

    def _at(self, time: float) -> People:
        """Return the checked shares at a point of time."""
        self._values.at(time)
        shares = {name: state.share for name, state in self._plan.states.items()}
        found = {n: self._values.of(s) for n, s in shares.items() if isinstance(s, Formula)}
        for name, share in found.items():
            wrong = ~((share >= -HAIR) & (share <= 1 + HAIR))
            self._require(wrong, share, time, name)
        total = sum_of(found.values())
        rest = next((name for name, share in shares.items() if isinstance(share, str)), None)
        if rest is not None:
            found[rest] = 1.0 - total
            self._require(~(found[rest] >= -HAIR), found[rest], time, rest)
        else:
            self._require(~(np.abs(total - 1.0) <= HAIR), total, time, None)
        return {name: np.maximum(found[name], 0.0) for name in shares}

    def _require(
        self, wrong: NDArray[np.bool_], share: Floats, time: float, state: str | None
    ) -> None:
        """Refuse a share, or the sum of all, that cannot be."""
        if not wrong.any():
            return
        value = float(share[np.unravel_index(int(np.argmax(wrong)), wrong.shape)])
        place = self._labels.place(wrong)
        fix = _("correct the formula, or the distribution of what it uses")
        if state is None:
            message = _("the shares of the states add up to {value:g} at {time:g} years in {place}",
                        value=value, time=time, place=place)  # fmt: skip
            raise SimulationError(message, fix=fix, place=("states",))
        if value < 0:
            fix = _("curves cross: keep each below the next, e.g. by "
                    "`min(progression_free, overall)`")  # fmt: skip
        message = _("the share of state '{state}' is {value:g} at {time:g} years in {place}",
                    state=state, value=value, time=time, place=place)  # fmt: skip
        raise SimulationError(message, fix=fix, place=("states", state, "share"))


def net_moves(
    model: Model, people: People, following: People
) -> Iterator[tuple[TransitionEffect, Floats]]:
    """Yield each one-off effect with the share of the cohort it counts for in a cycle.

    That is the net fall of the states left, or the net rise of those entered, which is who moved
    if nobody comes back.

    Parameters
    ----------
    model
        Whose effects have one side each.
    people, following
        Who is where before and after the cycle.
    """
    for effect in model.transition_effects:
        sides = (people, following) if effect.left else (following, people)
        more, less = (sum_of([side[name] for name in effect.left or effect.entered])
                      for side in sides)  # fmt: skip
        yield effect, np.maximum(more - less, 0.0)


def order_of(model: Model, plan: Plan, *, shares: bool) -> Plan:
    """Return the plan without the intermediate values that only the shares, or all else, need.

    Parameters
    ----------
    model, plan
        A model and its plan.
    shares
        Whether to keep what the shares need; else what all other formulas need.
    """
    needed = set(plan.starts)
    for one in formulas(model):
        if one.role in ("attribute", "attribute_start") or (
            one.role != "let" and (one.role == "share") == shares
        ):
            needed |= names_behind(one.formula, model)
    return replace(plan, order=tuple(name for name in plan.order if name in needed))
