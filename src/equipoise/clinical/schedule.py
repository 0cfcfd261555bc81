"""The clock of a cohort: its points of time, and the year in which each reward falls."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.weights import point_weights
from equipoise.spec.clock import CALENDAR_YEAR
from equipoise.spec.model import Method, Model, Time

Floats = NDArray[np.float64]

HAIR = 1e-9
"""Tolerance in years when a time is compared with a whole year."""

Shares = tuple[tuple[int, float], ...]
"""Years since start, with the length of time that counts in each."""


@dataclass(frozen=True)
class Counted:
    """For whom the flow of a cycle counts: those who are there at its start, or at its end."""

    weights: Method
    """Method that gives the weights of the points of time."""
    of_start: float = 1.0
    """How much of the flow goes to those who are there at the start.

    The rest goes to those who are there at the end, with the same cycle's values of formulas.
    """
    ends_later: bool = False
    """Whether that rest is discounted at the end."""

    @property
    def of_end(self) -> float:
        """Return how much goes to those who are there at the end."""
        return 1.0 - self.of_start


def counted(method: Method, *, by_cycle: bool) -> Counted:
    """Return for whom the flow of a cycle counts.

    Parameters
    ----------
    method
        How occupancy inside a cycle is counted.
    by_cycle
        Whether what a year brings changes from cycle to cycle (`plan.Plan.by_cycle`). Where it does
        not, halves of two cycles that meet at a point are one, which is quicker and the same.
        Simpson's rule has no cycles, only points.
    """
    if method == "life_table":
        return Counted("none", of_start=0.5)
    if by_cycle and method == "half_cycle":
        return Counted("none", of_start=0.5, ends_later=True)
    if by_cycle and method == "end_of_cycle":
        return Counted("none", of_start=0.0, ends_later=True)
    return Counted(method)


@dataclass(frozen=True)
class Schedule:
    """When the cohort is looked at, and how much each look counts.

    All times are years since the patient's start. `points` are the n + 1 starts and ends of
    cycles; a model without a course in time has one point, no cycle and one year.
    """

    cycle: float
    points: tuple[float, ...]
    years: int
    flow: tuple[Shares, ...]
    """Of each point: the weight of its yearly rewards in each year since start."""
    effect_weight: tuple[float, ...]
    """Of each point: the weight of the one-off effects of moves that end there."""
    counted: Counted = Counted("none")
    by_point: bool = False
    """Whether each point is told apart as if it were a year of its own, for a trace."""

    def to(self, horizon: float) -> "Schedule":
        """Return the clock of continuous time, whose last cycle ends with the horizon.

        Parameters
        ----------
        horizon
            Years.

        Examples
        --------
        >>> clock = schedule(Time(cycle="3 years", horizon="10 years"))
        >>> clock.points, clock.to(10.0).points
        ((0.0, 3.0, 6.0, 9.0), (0.0, 3.0, 6.0, 9.0, 10.0))
        """
        points = (*self.points[: max(ceil(horizon / self.cycle - HAIR), 1)], horizon)
        years = max(1, ceil(horizon - HAIR))
        nothing = ((),) * len(points)
        return replace(
            self, points=points, years=years, flow=nothing, effect_weight=(1.0,) * len(points)
        )

    def in_one(self) -> "Schedule":
        """Return the clock whose rewards all fall in one year: the whole course."""
        whole = tuple(
            ((0, sum(weight for _, weight in point)),) if point else () for point in self.flow
        )
        return replace(self, years=1, flow=whole)

    def at_points(self) -> "Schedule":
        """Return the clock whose rewards fall in the point at which they count."""
        apart = tuple(
            ((number, sum(weight for _, weight in point)),) if point else ()
            for number, point in enumerate(self.flow)
        )
        return replace(self, years=len(self.points), flow=apart, by_point=True)

    def years_of(self, point: int, counts_at: int) -> Shares:
        """Return the years in which the flow of a point counts, with its length of time in each.

        Parameters
        ----------
        point
            Whose flow it is.
        counts_at
            Point at which those are looked at for whom it counts: this one, or the next.
        """
        if not self.by_point:
            return self.flow[point]
        return tuple((counts_at, weight) for _point, weight in self.flow[point])

    @property
    def weights(self) -> Floats:
        """Return the time for which those who are there at each point count, in years."""
        found = np.zeros(len(self.points))
        for point, flow in enumerate(self.flow):
            time = sum(weight for _year, weight in flow)
            found[point] += time * self.counted.of_start
            if self.counted.of_end:
                found[min(point + self.counted.ends_later, self.cycles)] += (
                    time * self.counted.of_end
                )
        return found

    @property
    def cycles(self) -> int:
        """Number of cycles."""
        return len(self.points) - 1

    def year_of(self, point: int) -> int:
        """Return the year since start that a one-off effect at a point falls in."""
        if self.by_point:
            return point
        return min(floor(self.points[point] + HAIR), self.years - 1)

    def years_read_at(self, point: int) -> range:
        """Return the years whose start is read at this point: at it, or before the next one."""
        if self.by_point:
            return range(point, point + 1)
        first = ceil(self.points[point] - HAIR)
        after = self.years if point >= self.cycles else ceil(self.points[point + 1] - HAIR)
        return range(first, min(after, self.years))


def clock_words(spec: Model, ages: Floats, time: float) -> dict[str, Floats]:
    """Return what the clock's words mean in formulas, years since the start.

    Parameters
    ----------
    spec
        The model.
    ages
        At the start, with the dims of all values.
    time
        Years since the start.
    """
    found = {"time": np.full((1,) * ages.ndim, time), "age": ages + time}
    if spec.time is not None and spec.time.start_year is not None:
        found[CALENDAR_YEAR] = found["time"] + spec.time.start_year
    return found


def _snapped(time: float) -> float:
    """Return a time, exact if it is a whole year, so that formulas may compare it."""
    whole = round(time)
    return float(whole) if abs(time - whole) < HAIR else time


def _overlaps(start: float, end: float) -> Iterator[tuple[int, float]]:
    """Yield each year since start that a cycle touches, with the share of the cycle in it."""
    for year in range(floor(start), ceil(end)):
        yield year, (min(end, year + 1) - max(start, year)) / (end - start)


def _flows(points: tuple[float, ...], weights: list[float], *, cycle: float) -> tuple[Shares, ...]:
    """Share each point's weight between the cycles it bounds, and each cycle between years.

    A point inside belongs half to the cycle before and half to the cycle after it, so that
    no year holds more than a year of life; points that only one cycle uses belong to it whole.
    """
    last = len(points) - 1
    used = [k for k, weight in enumerate(weights) if weight]
    found: list[Shares] = []
    for k, weight in enumerate(weights):
        before, after = k > 0, k < last
        if used[-1] < last:
            before = False
        elif used[0] > 0:
            after = False
        sums: dict[int, float] = defaultdict(float)
        for edge in (k - 1,) * before + (k,) * after:
            for year, share in _overlaps(points[edge], points[edge + 1]):
                sums[year] += weight * cycle * share / (before + after)
        found.append(tuple(sums.items()) if weight else ())
    return tuple(found)


def points_of(time: Time | None) -> tuple[float, ...]:
    """Return the points of time of a model, years since start; see `schedule`.

    Examples
    --------
    >>> points_of(Time(cycle="3 years", horizon="10 years"))
    (0.0, 3.0, 6.0, 9.0)
    """
    if time is None:
        return (0.0,)
    cycle = time.cycle.value
    cycles = max(1, round(time.horizon.value / cycle))
    return tuple(_snapped(k * cycle) for k in range(cycles + 1))


@lru_cache(maxsize=16)
def schedule(time: Time | None, *, by_cycle: bool = False) -> Schedule:
    """Return the clock of a model, which large runs ask for once for each part.

    The horizon is rounded to whole cycles. Rewards of a cycle that crosses the end of a year are
    shared between both years by time.

    Parameters
    ----------
    time
        Cycle and horizon in years, with the method; None for a model without a course in time.
    by_cycle
        Whether what a year brings changes from cycle to cycle; see `counted`.

    Returns
    -------
    Schedule
        Times in years since start.

    Raises
    ------
    SimulationError
        If `simpson` is asked for an odd number of cycles.

    Examples
    --------
    >>> from equipoise.spec.model import Time
    >>> clock = schedule(Time(cycle="1 year", horizon="2 years", method="half_cycle"))
    >>> clock.flow
    (((0, 0.5),), ((0, 0.5), (1, 0.5)), ((1, 0.5),))
    >>> schedule(Time(cycle="1 year", horizon="2 years"), by_cycle=True).flow
    (((0, 1.0),), ((1, 1.0),), ())
    """
    points = points_of(time)
    if time is None:
        return Schedule(cycle=0.0, points=points, years=1, flow=((),), effect_weight=(1.0,))
    cycle, cycles = time.cycle.value, len(points) - 1
    how = counted(time.method, by_cycle=by_cycle)
    weights = point_weights(how.weights, cycles)
    one_off: Method = time.method if time.correct_transitions else "none"
    in_full = one_off in ("none", "end_of_cycle", "life_table")
    return Schedule(
        cycle=cycle,
        points=points,
        years=max(1, ceil(points[-1] - HAIR)),
        flow=_flows(points, [float(weight) for weight in weights], cycle=cycle),
        effect_weight=(1.0,) * (cycles + 1)
        if in_full
        else tuple(map(float, point_weights(one_off, cycles))),
        counted=how,
    )
