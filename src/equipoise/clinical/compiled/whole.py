"""Statements of what counts where nobody asks for years: sums over the whole course.

They are added up in the loop that computes them, so that amounts are written nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.clinical.compiled.context import Context, Reward
from equipoise.clinical.compiled.discount import KINDS
from equipoise.clinical.compiled.moves import Moved
from equipoise.clinical.compiled.rewards import at_moves, counting, looped, over, place_text, yearly
from equipoise.clinical.compiled.statements import ONE, Region, Value, Varies

WEIGHT = "weight = share_weight[share_from[k]] if share_from[k] < share_from[k + 1] else 0.0"
"""Statement of how much a point of time counts."""


@dataclass(frozen=True)
class Whole:
    """The rows of sums, and the statements after the last cycle that add them to the results."""

    rows: list[str]
    end: list[str]


def whole_course(context: Context, moved: Moved) -> Whole:
    """Write the sums of yearly rewards of states and of one-off effects of moves."""
    parts = [(yearly(context, those), part, when) for those, part, when in counting(context, moved)]
    at_once = at_moves(context, moved)
    in_states = [found for both, _part, _when in parts for found in both]
    rewards = list(dict.fromkeys(one for found in (*in_states, *at_once) for one in found))
    first, count = len(context.rewards), len(rewards)
    context.rewards += rewards
    plain, present = context.own.region(count), context.own.region(count)
    for both, part, when in parts:
        weight = Value("weight" if part == 1.0 else f"(weight * {part!r})", Varies.CYCLE)
        for found, kind in zip(both, KINDS, strict=True):
            discounted = context.now.set("{0} * {1}", weight, context.factor(kind, when))
            # After the last cycle nothing counts of what has a value for each cycle.
            where = "weight" if context.plan.by_cycle else ""
            _add(context, rewards, found, (plain, present), (weight, discounted), where=where)
    for found, kind in zip(at_once, KINDS, strict=True):
        if found:
            _add(context, rewards, found, (plain, present), (ONE, context.factor(kind, "then")))
    to, to_present = context.fresh("o"), context.fresh("o")
    lines = [
        f"{to} = {place_text(first, 'reward_place', '0')}",
        f"{to_present} = {place_text(first, 'present_place', '0')}",
        *looped([f"out[{to} + i] += {plain.nth}", f"out[{to_present} + i] += {present.nth}"]),
    ]
    rows = [region.row(k) for region in (plain, present) for k in range(count)]
    return Whole(rows, over(count, lines))


def _add(
    context: Context,
    rewards: list[Reward],
    found: Mapping[Reward, Value],
    regions: tuple[Region, Region],
    weights: tuple[Value, Value],
    *,
    where: str = "",
) -> None:
    """Add amounts to their rows of sums, as they are and at their present value."""
    for reward, amount in found.items():
        for region, weight in zip(regions, weights, strict=True):
            context.now.add(region.row(rewards.index(reward)), amount, weight, where=where)
