"""A year's starters as one cohort: how many, when and how old, worked out by hand."""

import numpy as np
import xarray as xr

from equipoise.payment.starters import joined, treated
from equipoise.rules import Segment

MONTHS = 36
SEGMENTS = [Segment(0.0, 33.0, "fund"), Segment(33.0, np.inf, "family")]


def delivery() -> xr.Dataset:
    """Return who joins and is treated in three years of two draws; in the second draw nobody is.

    One of 30 is treated in the first month, three of 31 in the seventh, and in the third year two
    of 33.5 in the fourth month, at another payer's cost.
    """
    count, age = np.zeros((2, 1, MONTHS, 2)), np.full((2, 1, MONTHS, 2), 30.0)
    for payer, month, number, years in ((0, 0, 1.0, 30.0), (0, 6, 3.0, 31.0), (1, 27, 2.0, 33.5)):
        count[payer, 0, month, 0], age[payer, 0, month, 0] = number, years
    dims = ("payer", "group", "month", "draw")
    return xr.Dataset(
        {
            "treated_for": (dims, count),
            "age_at_treatment": (dims, age),
            "arrived": (dims[1:], count.sum(axis=0)),
        },
        coords={"payer": ["fund", "family"], "group": ["only"], "group_age": ("group", [30.0])},
    )


def test_a_years_treated_have_their_mean_date_and_age_and_years_without_any_are_left_out() -> None:
    first, third = treated(delivery(), SEGMENTS)
    assert (first.year, third.year) == (0, 2)
    assert first.count.tolist() == [4, 0]
    assert first.fraction.tolist() == [0.375, 0]
    assert first.age.tolist() == [30.75, 30]
    assert (third.count[0], third.fraction[0], third.age[0]) == (2, 0.25, 33.5)


def test_nobody_is_treated_younger_than_his_payer_allows_or_than_he_joined() -> None:
    first, third = treated(delivery(), SEGMENTS)
    assert (first.youngest, third.youngest) == (30, 33)


def test_a_mean_over_starters_counts_each_month_by_its_starters() -> None:
    first, _ = treated(delivery(), SEGMENTS)
    values = np.zeros((2, 12, 2))
    values[0, 0], values[1, 6], values[1, 7] = 8.0, 8.0, 100.0
    assert first.mean(values).tolist() == [[2, 0], [6, 0]]


def test_who_joins_does_so_at_the_groups_age_whoever_will_pay() -> None:
    first, third = joined(delivery())
    assert (first.count[0], first.fraction[0], first.age.tolist()) == (4, 0.375, [30, 30])
    assert (third.year, third.count[0], third.age[0]) == (2, 2, 30)
