"""How soon by each road: dates of the steps, and whose days they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from equipoise.access import Dates, critical_days, follow, in_days, luck_of
from equipoise.core.random import uniforms
from equipoise.draws import drawn_sample
from equipoise.evidence.durations import Learnt, Observed, Predicted
from equipoise.pipeline.surveys import Survey, Verdict
from equipoise.rules import Possible, merged
from equipoise.rules.condition import Supposed
from equipoise.spec.law import Law, Owner, Route
from equipoise.spec.observed import Observation, group_of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Timeline:
    """A road of one country in all simulated futures."""

    law: Law
    name: str
    route: Route
    day: date
    """On which it is set out on."""
    dates: Dates
    critical: Floats
    """Days of each step on the critical path, dims (step, draw)."""
    learnt: Mapping[str, Predicted]
    """Steps whose time is learnt from cases, with what was learnt."""
    only_if: Sequence[Supposed] = ({},)
    """What must hold of what is not known for the road to be the product's: one of these."""

    @property
    def never(self) -> float:
        """Return the share of futures in which the road never arrives."""
        return float(np.mean(~np.isfinite(self.dates.arrival)))

    @property
    def last(self) -> str:
        """Return the step with which it arrives most often, of those that none waits for."""
        waited = {earlier for step in self.route.steps.values() for earlier in step.after}
        ends = [name for name in reversed(self.dates.names) if name not in waited]
        arrived = np.isfinite(self.dates.arrival)
        # Of those that end together the later in the order of the law.
        last = np.argmax(self.dates.ends[[self._row(name) for name in ends]][:, arrived], axis=0)
        return ends[int(np.bincount(last).argmax())] if arrived.any() else ends[0]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the steps of which no time is known, so that dates are too early by theirs."""
        return tuple(
            name for name, step in self.route.steps.items()
            if step.statutory is None and step.duration is None and not step.waits_for_new_year
            and name not in self.learnt
        )  # fmt: skip

    @property
    def bare(self) -> tuple[str, ...]:
        """Return the steps that take exactly their legal term, as no delay was ever seen."""
        return tuple(
            name for name, step in self.route.steps.items()
            if step.statutory is not None and step.statutory.distribution is None
            and step.duration is None and name not in self.learnt
        )  # fmt: skip

    @property
    def by_owner(self) -> Mapping[Owner, float]:
        """Return the mean days of each owner on the way, where the road arrives; the most first."""
        arrived = np.isfinite(self.dates.arrival)
        found: dict[Owner, float] = {}
        for row, name in enumerate(self.dates.names):
            owner = self.route.steps[name].owner
            days = float(self.critical[row][arrived].mean()) if arrived.any() else 0.0
            found[owner] = found.get(owner, 0.0) + days
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def days(self, share: float, step: str | None = None) -> float:
        """Return the days after which a step has ended, or the road arrived, in a share of futures.

        Parameters
        ----------
        share
            Of all futures; infinite days where it is not reached in so many.
        step
            Omitted, the last.
        """
        ends = self.dates.arrival if step is None else self.dates.ends[self._row(step)]
        return _quantile(ends, share)

    def starts(self, share: float, step: str) -> float:
        """Return the days after which a step has begun in a share of futures."""
        return _quantile(self.dates.starts[self._row(step)], share)

    def date_of(self, days: float) -> date | None:
        """Return a date; None if it never comes, or after all calendars."""
        if not np.isfinite(days) or days > (date.max - self.day).days:
            return None
        return self.day + timedelta(days=round(days))

    def _row(self, step: str) -> int:
        return self.dates.names.index(step)


def _quantile(values: Floats, share: float) -> float:
    """Return the smallest of the values that so many do not exceed, the infinite ones too."""
    return float(np.quantile(values, share, method="inverted_cdf"))


def timeline(
    law: Law,
    name: str,
    *,
    day: date,
    draws: int,
    seed: int,
    observed: Sequence[Observation] = (),
) -> Timeline:
    """Simulate one road.

    Parameters
    ----------
    law
        Of the country.
    name
        Of the road.
    day
        On which it is set out on.
    draws, seed
        Of the sample.
    observed
        Cases from which the time of steps is learnt that have no duration of their own.
    """
    route = law.routes[name]
    learnt = _learnt(law, route, observed)
    quantities = {
        key: one for key, one in route.quantities().items()
        if key.removesuffix(".statutory") not in learnt
    }  # fmt: skip
    sampled = drawn_sample(quantities, joint={}, correlations=(), draws=draws, seed=seed)
    numbers = {key: in_days(key, np.asarray(sampled.values[key])) for key in quantities}
    for step, predicted in learnt.items():
        luck = uniforms(seed=seed, decision=f"access.{step}.like", size=draws)
        numbers[step] = predicted.quantile(luck)
    dates = follow(
        route, numbers, draws=draws, origin=day, calendar=law.calendar,
        luck=luck_of(np.arange(draws), seed=seed),
    )  # fmt: skip
    return Timeline(law, name, route, day, dates, critical_days(route, dates), learnt)


def _learnt(law: Law, route: Route, observed: Sequence[Observation]) -> dict[str, Predicted]:
    """Return what is learnt of the steps that are like stages seen elsewhere."""
    found = {}
    for name, step in route.steps.items():
        rows = [one for one in observed if one.stage == step.like]
        if step.duration is None and rows:
            cases = [Observed(one.group, one.length, not one.at_least) for one in rows]
            group = group_of(law.code, is_fast=route.kind == "accelerated")
            found[name] = Learnt(cases).predict(group)
    return found


def timelines(
    found: Survey,
    *,
    draws: int,
    seed: int,
    names: Sequence[str] | None = None,
    observed: Sequence[Observation] = (),
    progress: Callable[[float], None] = lambda _share: None,
) -> Sequence[Timeline]:
    """Simulate the roads of a product in all countries that were asked.

    Parameters
    ----------
    found
        What the countries say of the product.
    draws, seed
        Of each sample.
    names
        Only these roads, open or not; omitted, all that are open but trials.
    observed
        As of `timeline`.
    progress
        Called after each road with the share that is done.

    Returns
    -------
    Sequence
        Each road of a country once, in the order of the survey.
    """
    every = [
        (verdict.law, name, only_if)
        for verdict in found.verdicts.values()
        for name, only_if in _names(verdict, names).items()
    ]
    found_roads: list[Timeline] = []
    for law, name, only_if in every:
        road = timeline(law, name, day=found.day, draws=draws, seed=seed, observed=observed)
        found_roads.append(replace(road, only_if=only_if))
        progress(len(found_roads) / len(every))
    return found_roads


def _names(verdict: Verdict, wanted: Sequence[str] | None) -> dict[str, Sequence[Supposed]]:
    """Return the roads of one country that are simulated, with what each supposes."""
    # In a trial patients are few and chosen: whoever wants that road names it.
    takers: dict[str, list[Possible]] = {}
    for possible in verdict.found.possible:
        for road in verdict.roads[possible.outcome]:
            if road.name in wanted if wanted else road.open and road.route.kind != "trial":
                takers.setdefault(road.name, []).append(possible)
    every = len(verdict.found.possible)
    return {
        name: ({},) if len(ones) == every
        else merged([supposed for one in ones for supposed in one.alternatives])
        for name, ones in takers.items()
    }  # fmt: skip
