"""Care costs and health of all patients in both worlds, without the product's price."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.payment.starters import ByAge, Starters, starters
from equipoise.rules import Segment, payer_segments, shares_of_span
from equipoise.spec.loaded import Study

Floats = NDArray[np.float64]

WORLDS = ("with", "without")


@dataclass(frozen=True)
class _Profile:
    """What one patient brings about, by age at start; dims (age, ..., draw)."""

    cost: Floats  # (age, item, year, draw)
    cost_present: Floats
    cost_at_start: Floats  # (age, item, draw)
    qaly: Floats  # (age, year, draw)
    qaly_present: Floats  # (age, draw)
    life_years: Floats  # (age, draw)

    def minus(self, other: "_Profile") -> "_Profile":
        """Return what this profile brings about more than another."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return _Profile(*(mine - theirs for mine, theirs in pairs))


def _profile(clinical: xr.Dataset, strategy: str, items: list[str]) -> _Profile:
    """Return one strategy's profile without the product's own price."""
    one = clinical.sel(strategy=strategy, item=items)
    return _Profile(
        cost=one["cost"].transpose("age", "item", "year", "draw").values,
        cost_present=one["cost_present"].transpose("age", "item", "year", "draw").values,
        cost_at_start=one["cost_at_start"].transpose("age", "item", "draw").values,
        qaly=one["qaly"].transpose("age", "year", "draw").values,
        qaly_present=one["qaly_present"].sum("year").transpose("age", "draw").values,
        life_years=one["life_years"].sum("year").transpose("age", "draw").values,
    )


class _Books:
    """Running totals of one world: money by payer, item and year; health by year."""

    def __init__(self, shape: tuple[int, int, int, int]) -> None:
        payers, items, years, draws = shape
        self.amount = np.zeros(shape)
        self.amount_later = np.zeros((payers, items, draws))
        self.amount_present = np.zeros((payers, items, draws))
        self.qaly = np.zeros((years, draws))
        self.qaly_later = np.zeros(draws)
        self.qaly_present = np.zeros(draws)
        self.life_years = np.zeros(draws)

    def copy(self) -> "_Books":
        """Return books that begin where these stand."""
        other = _Books((*self.amount.shape,))  # type: ignore[arg-type]
        for name, values in vars(self).items():
            getattr(other, name)[...] = values
        return other


class _Bookkeeper:
    """Enters starters' profiles into the books of one world."""

    def __init__(self, study: Study, ages: Floats, items: list[str], rates: tuple[Floats, Floats]):
        self.payers = list(study.country.payers)
        self.segments: list[tuple[Segment, ...]] = [
            payer_segments(study.country, study.file.items[item].category) for item in items
        ]
        self.ages = ages
        self.rate_cost, self.rate_health = rates

    def enter(self, books: _Books, who: Starters, profile: _Profile) -> None:
        """Add one cohort of starters to the books."""
        at_age = ByAge(self.ages, who.age)
        when = who.year + who.fraction
        cost_factor = who.count * (1.0 + self.rate_cost) ** -when
        health_factor = who.count * (1.0 + self.rate_health) ** -when
        self._enter_costs(books, who, profile, at_age, cost_factor)
        self._enter_start(books, who, at_age(profile.cost_at_start), cost_factor)
        health = at_age(profile.qaly) * who.count
        _spread(books.qaly, books.qaly_later, health, who)
        books.qaly_present += at_age(profile.qaly_present) * health_factor
        books.life_years += at_age(profile.life_years) * who.count

    def _enter_costs(
        self, books: _Books, who: Starters, profile: _Profile, at_age: ByAge, factor: Floats
    ) -> None:
        """Add yearly costs, split among payers by the patient's age in each year."""
        costs = at_age(profile.cost) * who.count
        present = at_age(profile.cost_present) * factor
        years = np.arange(costs.shape[1])[:, None]
        for item, segments in enumerate(self.segments):
            if len(segments) == 1:
                row = self.payers.index(segments[0].payer)
                _spread(books.amount[row, item], books.amount_later[row, item], costs[item], who)
                books.amount_present[row, item] += present[item].sum(axis=0)
                continue
            shares = shares_of_span(segments, self.payers, who.age + years)
            for row in np.flatnonzero(shares.any(axis=(1, 2))):
                part = costs[item] * shares[row]
                _spread(books.amount[row, item], books.amount_later[row, item], part, who)
                books.amount_present[row, item] += (present[item] * shares[row]).sum(axis=0)

    def _enter_start(
        self, books: _Books, who: Starters, at_start: Floats, factor: Floats
    ) -> None:
        """Add one-off costs of the first day, in the calendar year of that day."""
        for item, segments in enumerate(self.segments):
            shares = shares_of_span(segments, self.payers, who.age, years=0.0)
            books.amount[:, item, who.year] += shares * (at_start[item] * who.count)
            books.amount_present[:, item] += shares * (at_start[item] * factor)


def _spread(target: Floats, later: Floats, flow: Floats, who: Starters) -> None:
    """Add a flow by years since start to calendar years; what is left comes later."""
    horizon = target.shape[0]
    inside = np.zeros(flow.shape[1])
    for since in range(min(flow.shape[0], horizon - who.year)):
        this_year = flow[since] * (1.0 - who.fraction)
        next_year = flow[since] * who.fraction
        place = who.year + since
        target[place] += this_year
        inside += this_year
        if place + 1 < horizon:
            target[place + 1] += next_year
            inside += next_year
    later += flow.sum(axis=0) - inside


def population_flows(
    study: Study, inputs: xr.Dataset, clinical: xr.Dataset, delivery: xr.Dataset
) -> xr.Dataset:
    """Return care costs and health of everyone who joins the queue, in both worlds.

    Without the therapy all live on today's treatment from the day they join. With it, each
    treated patient brings, from the day of treatment, what the new strategy brings about more
    than today's for a patient of that age: so whoever dies, leaves or waits stays on today's
    treatment, and late entrants use their own clock.

    Parameters
    ----------
    study
        For the comparison, the items and the payers' rules.
    inputs
        The joint sample, for the discount rates.
    clinical, delivery
        Groups of the vocabulary.

    Returns
    -------
    xarray.Dataset
        The variables ``amount``, ``amount_later``, ``amount_present``, ``qaly``, ``qaly_later``,
        ``qaly_present`` and ``life_years`` of group ``payment``, without product and rebates.
    """
    comparison = study.file.comparison
    items = [str(i) for i in clinical["item"].values if i != comparison.product_item]
    draws = inputs.sizes["draw"]
    today = _profile(clinical, comparison.current, items)
    gain = _profile(clinical, comparison.new, items).minus(today)
    rates = _rate(inputs, "discount_cost", draws), _rate(inputs, "discount_health", draws)
    keeper = _Bookkeeper(study, clinical["age"].values, items, rates)
    years = round(study.file.horizon.value)
    without = _Books((len(keeper.payers), len(items), years, draws))
    for who in starters(delivery, counted="arrived"):
        keeper.enter(without, who, today)
    with_therapy = without.copy()
    for who in starters(delivery, counted="treated", age="age_at_treatment"):
        keeper.enter(with_therapy, who, gain)
    coords = {
        "world": list(WORLDS), "payer": keeper.payers, "item": items,
        "year": np.arange(years), "draw": inputs["draw"],
    }  # fmt: skip
    return _dataset((with_therapy, without), coords)


def _rate(inputs: xr.Dataset, name: str, draws: int) -> Floats:
    """Return a yearly discount rate, dims (draw)."""
    values = np.broadcast_to(inputs[f"economics.{name}"].values, (draws,))
    return np.asarray(values, dtype=np.float64)


def _dataset(worlds: tuple[_Books, _Books], coords: Mapping[str, object]) -> xr.Dataset:
    """Label the books of both worlds."""
    dims: dict[str, tuple[str, ...]] = {
        "amount": ("payer", "item", "year", "draw"),
        "amount_later": ("payer", "item", "draw"),
        "amount_present": ("payer", "item", "draw"),
        "qaly": ("year", "draw"),
        "qaly_later": ("draw",),
        "qaly_present": ("draw",),
        "life_years": ("draw",),
    }
    return xr.Dataset(
        {
            name: (("world", *rest), np.stack([getattr(books, name) for books in worlds]))
            for name, rest in dims.items()
        },
        coords=coords,
    )
