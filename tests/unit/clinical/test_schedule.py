"""The clock, and the year in which rewards fall."""

from typing import get_args

import numpy as np
import pytest

from equipoise.clinical.schedule import Schedule, schedule
from equipoise.spec.model import Method, Time

CYCLES = ["1 week", "1 month", "0.25 years", "0.4 years", "1 year", "5 years"]


def clock(method: str, cycle: str, horizon: str = "20 years") -> Schedule:
    return schedule(Time(cycle=cycle, horizon=horizon, method=method))


def by_year(found: Schedule) -> np.ndarray:
    sums = np.zeros(found.years)
    for shares in found.flow:
        for year, weight in shares:
            sums[year] += weight
    return sums


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("method", ["none", "end_of_cycle", "half_cycle", "life_table", "simpson"])
def test_a_year_lived_is_a_year(method: Method, cycle: str) -> None:
    found = clock(method, cycle)
    years = by_year(found)
    assert years[:-1] == pytest.approx(1)
    assert years.sum() == pytest.approx(found.points[-1])


@pytest.mark.parametrize("cycle", CYCLES)
@pytest.mark.parametrize("method", get_args(Method))
def test_no_year_holds_more_than_a_year_of_life(method: Method, cycle: str) -> None:
    assert by_year(clock(method, cycle)).max() <= 1 + 1e-9


def test_an_inner_point_is_shared_by_the_cycles_around_it() -> None:
    assert clock("half_cycle", "1 year", "3 years").flow[1] == ((0, 0.5), (1, 0.5))


def test_a_cycle_across_the_end_of_a_year_is_shared_by_time() -> None:
    found = clock("none", "0.8 years", "1.6 years")
    assert dict(found.flow[1]) == pytest.approx({0: 0.2, 1: 0.6})


def test_whole_years_are_exact_however_long_the_cycle() -> None:
    found = clock("none", "1 month", "40 years")
    assert {float(year) for year in range(41)} <= set(found.points)


def test_the_horizon_is_rounded_to_whole_cycles() -> None:
    assert clock("none", "1 week", "1 year").cycles == 52


def test_a_late_effect_falls_in_the_last_year() -> None:
    found = clock("half_cycle", "1 year", "3 years")
    assert [found.year_of(point) for point in range(4)] == [0, 1, 2, 2]


def test_each_year_is_read_once() -> None:
    for cycle in CYCLES:
        found = clock("half_cycle", cycle)
        years = [year for point in range(found.cycles + 1) for year in found.years_read_at(point)]
        assert years == list(range(found.years))


def test_effects_count_in_full_unless_the_model_says_otherwise() -> None:
    time = {"cycle": "1 year", "horizon": "3 years", "method": "half_cycle"}
    assert schedule(Time(**time)).effect_weight == (1, 1, 1, 1)
    for by_cycle in (False, True):
        weighted = schedule(Time(**time, correct_transitions=True), by_cycle=by_cycle)
        assert weighted.effect_weight == (0.5, 1, 1, 0.5)
    start = time | {"method": "none", "correct_transitions": True}
    assert schedule(Time(**start)).effect_weight == (1, 1, 1, 1)


def test_without_time_there_is_one_moment() -> None:
    found = schedule(None)
    assert (found.points, found.cycles, found.years) == ((0.0,), 0, 1)
