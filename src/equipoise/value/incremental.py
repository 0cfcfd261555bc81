"""The incremental table: dominance, extended dominance and ICERs along the frontier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Standing = Literal["reference", "frontier", "dominated", "extendedly dominated"]


@dataclass(frozen=True)
class Increment:
    """One strategy's place in the incremental table.

    `cost` and `health` are the totals; the differences and the ICER are against the next cheaper
    strategy on the frontier (`against`), and are None off the frontier and for the reference.
    """

    strategy: str
    cost: float
    health: float
    standing: Standing
    against: str | None = None
    more_cost: float | None = None
    more_health: float | None = None
    icer: float | None = None


def incremental_table(totals: Mapping[str, tuple[float, float]]) -> list[Increment]:
    """Rank strategies by cost and give each its standing.

    A strategy is dominated if another costs no more and gives at least as much health (and one of
    the two strictly); extendedly dominated if a mix of two others does better. ICERs along the
    frontier never fall.

    Parameters
    ----------
    totals
        Strategy -> (expected cost, expected health).

    Returns
    -------
    list of Increment
        Sorted by cost, then by health from high to low.

    References
    ----------
    Drummond et al. (2015), Methods for the Economic Evaluation of Health Care Programmes,
    chapter 4; checked against dampack's `calculate_icers`.

    Examples
    --------
    >>> rows = incremental_table({"old": (10.0, 1.0), "new": (40.0, 2.0), "bad": (50.0, 1.5)})
    >>> [(row.strategy, row.standing, row.icer) for row in rows]
    [('old', 'reference', None), ('new', 'frontier', 30.0), ('bad', 'dominated', None)]
    """
    order = sorted(totals, key=lambda name: (totals[name][0], -totals[name][1], name))
    strong = _undominated(order, totals)
    frontier = _convex(strong, totals)
    rows = []
    for name in order:
        cost, health = totals[name]
        if name not in frontier:
            standing: Standing = "extendedly dominated" if name in strong else "dominated"
            rows.append(Increment(name, cost, health, standing))
            continue
        place = frontier.index(name)
        if place == 0:
            rows.append(Increment(name, cost, health, "reference"))
            continue
        before = frontier[place - 1]
        more_cost, more_health = cost - totals[before][0], health - totals[before][1]
        rows.append(
            Increment(name, cost, health, "frontier", before, more_cost, more_health,
                      more_cost / more_health)
        )  # fmt: skip
    return rows


def _undominated(order: list[str], totals: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return the strategies that give more health than every cheaper one."""
    kept: list[str] = []
    best = float("-inf")
    for name in order:
        if totals[name][1] > best:
            kept.append(name)
            best = totals[name][1]
    return kept


def _convex(strong: list[str], totals: Mapping[str, tuple[float, float]]) -> list[str]:
    """Drop strategies until ICERs rise along what is left."""
    kept: list[str] = []
    for name in strong:
        while len(kept) >= 2 and _icer(kept[-2], kept[-1], totals) >= _icer(kept[-1], name, totals):
            kept.pop()
        kept.append(name)
    return kept


def _icer(before: str, after: str, totals: Mapping[str, tuple[float, float]]) -> float:
    """Return the cost of one more unit of health from one strategy to the next."""
    (cost, health), (next_cost, next_health) = totals[before], totals[after]
    return (next_cost - cost) / (next_health - health)
