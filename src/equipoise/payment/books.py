"""Entering what starters bring about into the books of one world."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.payment.starters import ByAge, Starters
from equipoise.rules import payer_segments, shares_of_span
from equipoise.spec.loaded import Study

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


class Bookkeeper:
    """Enters starters' profiles into books, splitting money among payers by age and time."""

    def __init__(
        self, study: Study, ages: Floats, items: list[str], rates: tuple[Floats, Floats]
    ) -> None:
        self.payers = list(study.country.payers)
        self.segments = [
            payer_segments(study.country, study.file.items[item].category) for item in items
        ]
        self.handed = [k for k, segments in enumerate(self.segments) if len(segments) > 1]
        """Items that one payer hands over to another at some age."""
        self.ages = ages
        self.rate_cost, self.rate_health = rates

    def enter(self, books: Books, who: Starters, profile: Profile) -> None:
        """Add one cohort of starters to the books."""
        at_age = ByAge(self.ages, who.age)
        when = who.year + who.fraction
        cost_factor = who.count * (1.0 + self.rate_cost) ** -when
        health_factor = who.count * (1.0 + self.rate_health) ** -when
        near = books.qaly.shape[0] - who.year
        costs = _Flow(at_age(profile.cost[:, :, :near]), at_age(profile.cost_total), who)
        present = at_age(profile.cost_present_total) * cost_factor
        for item, segments in enumerate(self.segments):
            ahead = [segment for segment in segments if segment.to_age > who.youngest]
            if len(ahead) == 1:
                row = self.payers.index(ahead[0].payer)
                costs.add(item, books.amount[row, item], books.amount_later[row, item])
                books.amount_present[row, item] += present[item]
            else:
                self._enter_shared(
                    books,
                    who,
                    item=item,
                    cost=at_age(profile.handed_cost[:, self.handed.index(item)]),
                    present=at_age(profile.handed_present[:, self.handed.index(item)])
                    * cost_factor,
                )
        self._enter_start(books, who, at_age(profile.cost_at_start), cost_factor)
        health = _Flow(at_age(profile.qaly[:, None, :near]), at_age(profile.qaly_total)[None], who)
        health.add(0, books.qaly, books.qaly_later)
        books.qaly_present += at_age(profile.qaly_present) * health_factor
        books.life_years += at_age(profile.life_years) * who.count

    def _enter_shared(
        self, books: Books, who: Starters, *, item: int, cost: Floats, present: Floats
    ) -> None:
        """Add the costs of an item that one payer hands over to another at some age."""
        years = np.arange(cost.shape[0])[:, None]
        shares = shares_of_span(self.segments[item], self.payers, who.age + years)
        near = books.qaly.shape[0] - who.year
        for row in np.flatnonzero(shares.any(axis=(1, 2))):
            part = cost * shares[row]
            flow = _Flow(part[None, :near], part.sum(axis=0)[None], who)
            flow.add(0, books.amount[row, item], books.amount_later[row, item])
            books.amount_present[row, item] += (present * shares[row]).sum(axis=0)

    def _enter_start(self, books: Books, who: Starters, at_start: Floats, factor: Floats) -> None:
        """Add one-off costs of the first day, in the calendar year of that day."""
        for item, segments in enumerate(self.segments):
            if not at_start[item].any():
                continue
            shares = who.mean(shares_of_span(segments, self.payers, who.monthly_age, years=0.0))
            books.amount[:, item, who.year] += shares * (at_start[item] * who.count)
            books.amount_present[:, item] += shares * (at_start[item] * factor)


class _Flow:
    """Flows by years since start, put on calendar years; dims (item, year, draw).

    Who starts part-way through a calendar year spends the rest of it on the first year's flow and
    the same part of the next calendar year on what remains of that flow.
    """

    def __init__(self, since_start: Floats, total: Floats, who: Starters) -> None:
        self.year = who.year
        flow = since_start * who.count
        self.calendar = flow * (1.0 - who.fraction)
        self.calendar[:, 1:] += flow[:, :-1] * who.fraction
        self.later = total * who.count - self.calendar.sum(axis=1)

    def add(self, item: int, target: Floats, later: Floats) -> None:
        """Add one item's flow to the books of its payer."""
        calendar = self.calendar[item]
        target[self.year : self.year + calendar.shape[0]] += calendar
        later += self.later[item]
