"""Entering what starters bring about into the books of one world."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.payment.starters import Starters, spread, weighted
from equipoise.rules import Segment, payer_for_life, payer_segments, shares_of_span
from equipoise.spec.loaded_study import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """What one patient brings about, by age at start and years since; draw is the last dim.

    `cost` and `qaly` reach one year beyond the study's horizon, in which mid-year starters end
    their last year inside it; the totals hold whole lives. Year by year over whole lives only
    the items are kept that one payer hands over to another (`handed`).
    """

    cost: Floats  # (age, item, year, draw)
    handed_cost: Floats  # (age, handed item, year, draw)
    handed_present: Floats  # (age, handed item, year, draw)
    cost_total: Floats  # (age, item, draw)
    cost_present_total: Floats  # (age, item, draw)
    cost_at_start: Floats  # (age, item, draw)
    qaly: Floats  # (age, year, draw)
    qaly_total: Floats  # (age, draw)
    qaly_present: Floats  # (age, draw)
    life_years: Floats  # (age, draw)

    def minus(self, other: "Profile") -> "Profile":
        """Return what this profile brings about more than another."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Profile(*(mine - theirs for mine, theirs in pairs))


class Books:
    """Running totals of one world: money by payer, item and year; health by year."""

    def __init__(self, payers: int, items: int, years: int, draws: int) -> None:
        self.amount = np.zeros((payers, items, years, draws))
        self.amount_later = np.zeros((payers, items, draws))
        self.amount_present = np.zeros((payers, items, draws))
        self.qaly = np.zeros((years, draws))
        self.qaly_later = np.zeros(draws)
        self.qaly_present = np.zeros(draws)
        self.life_years = np.zeros(draws)

    def copy(self) -> "Books":
        """Return books that begin where these stand."""
        other = Books(*self.amount.shape)
        for name, values in vars(self).items():
            getattr(other, name)[...] = values
        return other


@dataclass(frozen=True)
class Spread:
    """Starters spread over the ages that the disease model ran.

    Who starts part-way through a calendar year spends the rest of it on the first year since
    start, and the same part of the next calendar year on what remains of that year.
    """

    this_year: Floats
    """Starters times the part of a year since start that falls into the calendar year in which it
    begins, by calendar year of start; dims (year, age, draw)."""
    next_year: Floats
    """The same for the part that falls into the calendar year after; dims (year, age, draw)."""
    present_cost: Floats
    """Starters discounted to the decision date as costs are, dims (age, draw)."""
    present_health: Floats
    """Starters discounted as health is, dims (age, draw)."""

    @property
    def starters(self) -> Floats:
        """Return the starters of each calendar year, dims (year, age, draw)."""
        return self.this_year + self.next_year


@dataclass(frozen=True)
class _Cohort:
    """Starters with what the books need of them again and again."""

    who: Starters
    weights: Floats  # starters by age that the disease model ran, dims (age, draw)
    cost_factor: Floats  # discount to the decision date, dims (draw)
    health_factor: Floats  # the same


class Bookkeeper:
    """Enters starters' profiles into books, splitting money among payers by age and time.

    Books are sums, and a profile at an age between two is a weighted sum of theirs. So all
    starters whose costs one payer owes for life are entered together, as so many of each age.
    """

    def __init__(
        self, study: Study, ages: Floats, items: list[str], rates: tuple[Floats, Floats]
    ) -> None:
        self.payers = list(study.country.payers)
        self.ages = ages
        self.rate_cost, self.rate_health = rates
        self.items: dict[tuple[Segment, ...], list[int]] = {}
        """Places of the items that the same payers owe at the same ages."""
        for place, item in enumerate(items):
            segments = payer_segments(study.country, study.file.items[item].category)
            self.items.setdefault(segments, []).append(place)
        self.handed = [
            place for segments, own in self.items.items() if len(segments) > 1 for place in own
        ]
        """Items that one payer hands over to another at some age."""

    def enter(self, books: Books, starters: Iterable[Starters], profile: Profile) -> None:
        """Add all starters to the books."""
        everyone = [self._cohort(who) for who in starters]
        whole = self._spread(everyone, books)
        self._enter_health(books, whole, profile)
        for segments, items in self.items.items():
            settled: dict[str, list[_Cohort]] = {}
            for cohort in everyone:
                payer = payer_for_life(segments, cohort.who.youngest)
                if payer is None:
                    self._enter_shared(books, cohort, profile, segments, items)
                else:
                    settled.setdefault(payer, []).append(cohort)
            for payer, cohorts in settled.items():
                some = whole if len(cohorts) == len(everyone) else self._spread(cohorts, books)
                self._enter_costs(books, some, profile, self.payers.index(payer), items)

    def _cohort(self, who: Starters) -> _Cohort:
        """Spread one year's starters over ages, and discount them."""
        when = who.year + who.fraction
        return _Cohort(
            who,
            spread(who.age, self.ages) * who.count,
            (1.0 + self.rate_cost) ** -when,
            (1.0 + self.rate_health) ** -when,
        )

    def _spread(self, cohorts: list[_Cohort], books: Books) -> Spread:
        """Put cohorts together."""
        years, draws = books.qaly.shape
        whole = Spread(
            *np.zeros((2, years, self.ages.size, draws)), *np.zeros((2, self.ages.size, draws))
        )
        for one in cohorts:
            later = one.weights * one.who.fraction
            whole.this_year[one.who.year] += one.weights - later
            whole.next_year[one.who.year] += later
            whole.present_cost[...] += one.weights * one.cost_factor
            whole.present_health[...] += one.weights * one.health_factor
        return whole

    def _enter_health(self, books: Books, who: Spread, profile: Profile) -> None:
        """Add health and life."""
        calendar, later = _on_calendar(who, profile.qaly[:, None], profile.qaly_total[:, None])
        books.qaly += calendar[0]
        books.qaly_later += later[0]
        books.qaly_present += weighted(profile.qaly_present, who.present_health)
        books.life_years += weighted(profile.life_years, who.starters.sum(axis=0))

    def _enter_costs(
        self, books: Books, who: Spread, profile: Profile, row: int, items: list[int]
    ) -> None:
        """Add the costs of items that one payer owes for life."""
        calendar, later = _on_calendar(who, profile.cost[:, items], profile.cost_total[:, items])
        at_start = profile.cost_at_start[:, items]
        present = profile.cost_present_total[:, items] + at_start
        for year, starters in enumerate(who.starters):
            calendar[:, year] += weighted(at_start, starters)
        books.amount[row, items] += calendar
        books.amount_later[row, items] += later
        books.amount_present[row, items] += weighted(present, who.present_cost)

    def _enter_shared(
        self,
        books: Books,
        one: _Cohort,
        profile: Profile,
        segments: tuple[Segment, ...],
        items: list[int],
    ) -> None:
        """Add the costs of items that one payer hands over to another while the cohort lives."""
        years = np.arange(profile.handed_cost.shape[2])[:, None]
        shares = shares_of_span(segments, self.payers, one.who.age + years)
        for item in items:
            place = self.handed.index(item)
            cost = weighted(profile.handed_cost[:, place], one.weights)
            present = weighted(profile.handed_present[:, place], one.weights) * one.cost_factor
            for row in np.flatnonzero(shares.any(axis=(1, 2))):
                calendar, later = _from_start(cost * shares[row], one.who, books.qaly.shape[0])
                books.amount[row, item] += calendar
                books.amount_later[row, item] += later
                books.amount_present[row, item] += (present * shares[row]).sum(axis=0)
        self._enter_start(books, one, profile, segments, items)

    def _enter_start(
        self,
        books: Books,
        one: _Cohort,
        profile: Profile,
        segments: tuple[Segment, ...],
        items: list[int],
    ) -> None:
        """Add one-off costs of the first day, by the payer of each month's age on that day."""
        at_start = weighted(profile.cost_at_start[:, items], one.weights)
        if at_start.any():
            ages = one.who.monthly_age
            shares = one.who.mean(shares_of_span(segments, self.payers, ages, years=0.0))
            by_payer = shares[:, None] * at_start
            books.amount[:, items, one.who.year] += by_payer
            books.amount_present[:, items] += by_payer * one.cost_factor


def _on_calendar(who: Spread, flow: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Put flows by years since start on calendar years, and say what falls after them.

    `flow` has dims (age, item, year, draw), `total` (age, item, draw) is the whole of it; the
    results have dims (item, year, draw) and (item, draw).
    """
    years, _, draws = who.this_year.shape
    calendar = np.zeros((flow.shape[1], years, draws))
    for year in range(years):
        near = years - year
        calendar[:, year:] += weighted(flow[:, :, :near], who.this_year[year])
        calendar[:, year + 1 :] += weighted(flow[:, :, : near - 1], who.next_year[year])
    return calendar, weighted(total, who.starters.sum(axis=0)) - calendar.sum(axis=1)


def _from_start(flow: Floats, who: Starters, years: int) -> tuple[Floats, Floats]:
    """Put one cohort's flow by years since start, dims (year, draw), on calendar years."""
    near = years - who.year
    calendar = np.zeros((years, flow.shape[-1]))
    calendar[who.year :] += flow[:near] * (1.0 - who.fraction)
    calendar[who.year + 1 :] += flow[: near - 1] * who.fraction
    return calendar, flow.sum(axis=0) - calendar.sum(axis=0)
