"""Where results add up, year by year."""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.given import Given
from equipoise.clinical.people import People, gathered
from equipoise.clinical.schedule import Shares

Floats = NDArray[np.float64]

ONES = np.ones((1, 1, 1, 1))


def over_groups(share: Floats, value: Floats = ONES) -> Floats:
    """Return the sum of share times value over subgroups, dims (strategy, age, draw).

    `share` already carries the subgroups' weights. The sum runs in a fixed order.
    """
    groups = max(share.shape[1], value.shape[1])
    total = share[:, 0] * value[:, 0]
    for group in range(1, groups):
        part = share[:, group if share.shape[1] > 1 else 0]
        total += part * value[:, group if value.shape[1] > 1 else 0]
    return total


class Tally:
    """Sums per starting patient by year since start, as they are and at their present value.

    Of a clock whose points are told apart, also who is where.
    """

    def __init__(self, given: Given) -> None:
        self._clock = given.clock
        strategies, measures = len(given.model.spec.strategies), tuple(given.model.spec.track)
        course = (len(given.ages), given.clock.years, len(given.draws))
        by_age = (strategies, *course)
        costs = (strategies, len(given.plan.items), *course)
        self._items = {item: number for number, item in enumerate(given.plan.items)}
        self._measures = {measure: number for number, measure in enumerate(measures)}
        self.cost, self.cost_present = np.zeros(costs), np.zeros(costs)
        self.cost_at_start = np.zeros(costs[:3] + costs[4:])
        self.qaly, self.qaly_present = np.zeros(by_age), np.zeros(by_age)
        self.life, self.life_present = np.zeros(by_age), np.zeros(by_age)
        self.alive = np.zeros(by_age)
        self.track = np.zeros((len(measures), *by_age))
        self._traced = tuple(given.plan.states) if given.clock.by_point else ()
        self.share = np.zeros((len(self._traced), *by_age))

    def add_cost(self, item: str, amount: Floats, factor: Floats, years: Shares) -> None:
        """Add a yearly cost, in each year for as long as it counts there."""
        number = self._items[item]
        for year, weight in years:
            self.cost[:, number, :, year] += amount * weight
            self.cost_present[:, number, :, year] += amount * (weight * factor)

    def add_qaly(self, amount: Floats, factor: Floats, years: Shares) -> None:
        """Add a yearly health value, in each year for as long as it counts there."""
        for year, weight in years:
            self.qaly[:, :, year] += amount * weight
            self.qaly_present[:, :, year] += amount * (weight * factor)

    def add_life(self, share: Floats, factor: Floats, years: Shares) -> None:
        """Add life lived, in each year for as long as it counts there."""
        for year, weight in years:
            self.life[:, :, year] += share * weight
            self.life_present[:, :, year] += share * (weight * factor)

    def add_cost_once(self, item: str, amount: Floats, factor: Floats | float, point: int) -> None:
        """Add a one-off cost at a point of time; on day 0 it stands apart."""
        number = self._items[item]
        if point == 0:
            self.cost_at_start[:, number] += amount
            return
        year = self._clock.year_of(point)
        self.cost[:, number, :, year] += amount
        self.cost_present[:, number, :, year] += amount * factor

    def add_qaly_once(self, amount: Floats, factor: Floats | float, point: int) -> None:
        """Add a one-off health effect at a point of time."""
        year = self._clock.year_of(point)
        self.qaly[:, :, year] += amount
        self.qaly_present[:, :, year] += amount * factor

    def read_alive(self, share: Floats, year: int) -> None:
        """Note the share alive at the start of a year."""
        self.alive[:, :, year] = share

    def read_people(self, people: People, weight: Floats, points: range) -> None:
        """Note who is where at points of time, if they are told apart.

        `weight` is that of the subgroups.
        """
        for number, state in enumerate(self._traced):
            self.read_share(number, over_groups(gathered(people[state]) * weight), points)

    def read_share(self, state: int, share: Floats, points: range) -> None:
        """Note the share in a state, by its number, at points of time that are told apart."""
        for point in points:
            self.share[state, :, :, point] = share

    def read_track(self, measure: str, amount: Floats, share: Floats, year: int) -> None:
        """Note a tracked value among those alive at the start of a year; 0 where nobody is."""
        mean = amount / np.where(share > 0, share, 1.0)
        self.track[self._measures[measure], :, :, year] = np.where(share > 0, mean, 0.0)

    def add_track(self, measure: str, amount: Floats, year: int) -> None:
        """Add to a tracked value at the start of a year, as a sum over those alive."""
        self.track[self._measures[measure], :, :, year] += amount

    def arrays(self) -> dict[str, Floats]:
        """Return everything by its name in group `clinical` of the vocabulary."""
        found = {"share": self.share} if self._clock.by_point else {}
        return found | {
            "cost": self.cost,
            "cost_present": self.cost_present,
            "cost_at_start": self.cost_at_start,
            "qaly": self.qaly,
            "qaly_present": self.qaly_present,
            "life_years": self.life,
            "life_years_present": self.life_present,
            "alive": self.alive,
            "track": self.track,
        }
