"""Dominance and ICERs, against dampack's own data and a search over all thresholds: V23."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from equipoise.value import incremental_table

CDIFF = {  # mean cost (USD) and QALYs of https://github.com/DARTH-git/dampack, data/psa_cdiff.rda
    "s3": (57336.006, 12.939964),
    "s27": (57541.253, 13.014064),
    "s33": (57642.259, 13.038912),
    "s31": (57934.074, 13.096626),
    "s43": (58072.114, 13.112858),
    "s44": (58665.782, 13.128333),
    "s39": (57814.647, 13.046279),
    "s4": (57887.482, 12.997066),
    "s13": (58018.625, 13.065041),
    "s37": (58081.795, 13.102971),
    "s20": (58634.203, 13.110057),
}
ICERS = {  # of its calculate_icers
    "s27": 2769.8547, "s33": 4065.0311, "s31": 5056.2216, "s43": 8504.2161, "s44": 38362.652,
}  # fmt: skip
STANDING = dict.fromkeys(ICERS, "frontier") | dict.fromkeys(
    ("s4", "s13", "s37", "s20"), "dominated"
)
STANDING |= {"s3": "reference", "s39": "extendedly dominated"}


@pytest.mark.parametrize("order", [sorted(CDIFF), sorted(CDIFF, reverse=True)])
def test_it_agrees_with_dampack(order: list[str]) -> None:
    rows = incremental_table({name: CDIFF[name] for name in order})
    assert {row.strategy: row.standing for row in rows} == STANDING
    assert {row.strategy: row.icer for row in rows if row.icer} == pytest.approx(ICERS, rel=1e-3)
    against = {row.strategy: row.against for row in rows if row.against}
    assert against == {"s27": "s3", "s33": "s27", "s31": "s33", "s43": "s31", "s44": "s43"}


points = st.tuples(st.integers(-20, 20), st.integers(-20, 20))


@given(st.lists(points, min_size=1, max_size=9, unique=True))
def test_the_frontier_holds_what_is_best_at_some_threshold(found: list[tuple[int, int]]) -> None:
    totals = {f"s{k}": (float(cost), float(health)) for k, (cost, health) in enumerate(found)}
    rows = incremental_table(totals)
    frontier = [row for row in rows if row.standing in ("reference", "frontier")]
    icers = [row.icer for row in frontier[1:]]
    assert all(a < b for a, b in zip(icers[:-1], icers[1:], strict=True))
    edges = [0.0, *icers, icers[-1] + 1 if icers else 1.0]
    for row, low, high in zip(frontier, edges[:-1], edges[1:], strict=True):
        threshold = (low + high) / 2
        benefit = {name: health * threshold - cost for name, (cost, health) in totals.items()}
        assert max(benefit, key=lambda name: benefit[name]) == row.strategy
    for row in rows:
        others = [t for name, t in totals.items() if name != row.strategy]
        beaten = any(c <= row.cost and h >= row.health for c, h in others)
        assert beaten == (row.standing == "dominated")


@given(st.lists(points, min_size=2, max_size=6, unique=True), st.floats(0.1, 1e6))
def test_money_in_other_units_changes_no_standing(
    found: list[tuple[int, int]], unit: float
) -> None:
    assume(np.isfinite(unit))
    plain = incremental_table({f"s{k}": (float(c), float(h)) for k, (c, h) in enumerate(found)})
    power = 2.0 ** round(np.log2(unit))
    other = incremental_table({f"s{k}": (c * power, float(h)) for k, (c, h) in enumerate(found)})
    assert [row.standing for row in plain] == [row.standing for row in other]
