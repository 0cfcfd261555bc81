"""Dated steps of one road: statutory and observed times, refusals, new-year starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter

import numpy as np
from numpy.typing import NDArray

from equipoise.access.workdays import add_working_days, holidays_of, next_new_year
from equipoise.spec.law import Calendar, Route, Step

Floats = NDArray[np.float64]

Luck = Callable[[str], Floats]
"""From the name of a decision to numbers between 0 and 1, one for each draw."""

_HOLIDAY_YEARS = 70


@dataclass(frozen=True)
class Dates:
    """When the steps of a road begin and end, in days since it is set out on."""

    names: tuple[str, ...]
    starts: Floats
    """Dims (step, draw); infinite where a step is never reached."""
    ends: Floats
    """Dims (step, draw); infinite where a step never ends."""

    @property
    def arrival(self) -> Floats:
        """Return when the last step ends, dims (draw)."""
        return np.asarray(self.ends.max(axis=0))


def step_order(route: Route) -> list[str]:
    """Return the steps so that each comes after those it waits for."""
    graph = {name: list(step.after) for name, step in route.steps.items()}
    return list(TopologicalSorter(graph).static_order())


def follow(
    route: Route,
    numbers: Mapping[str, Floats],
    *,
    draws: int,
    origin: date,
    calendar: Calendar | None,
    luck: Luck,
) -> Dates:
    """Date every step of a road in every draw.

    A step begins when all steps it waits for have ended. It takes its statutory time (working
    days on the country's calendar, or calendar days) plus its own duration; a refusal costs the
    same time again after a pause, until the attempts are used up and the step never ends.

    Parameters
    ----------
    route
        The road.
    numbers
        By the names of `Route.quantities`: times in days, chances as shares; shape (draw) or none.
        A step whose whole time is known otherwise has it under its name, and no statutory one.
    draws
        How many.
    origin
        Day 0.
    calendar
        Whose working days count; only roads without working days need none.
    luck
        Of refusals.
    """
    clock = _Clock(numbers, draws, origin, calendar, luck)
    starts: dict[str, Floats] = {}
    ends: dict[str, Floats] = {}
    for name in step_order(route):
        step = route.steps[name]
        before = [ends[earlier] for earlier in step.after]
        starts[name] = np.maximum.reduce(before) if before else np.zeros(draws)
        ends[name] = clock.end_of(name, step, starts[name])
    names = tuple(route.steps)
    return Dates(
        names, np.stack([starts[name] for name in names]), np.stack([ends[name] for name in names])
    )


def critical_days(route: Route, dates: Dates) -> Floats:
    """Return the days of each step on the critical path, dims (step, draw).

    From the last step backwards, always to the one that ended last of those waited for: were such
    a step shorter, patients would be treated earlier, but only until another becomes critical. The
    days of all steps add up to the arrival. Where a road never arrives they are no numbers.

    Parameters
    ----------
    route
        The road.
    dates
        As of `follow`.
    """
    days = np.zeros(dates.ends.shape)
    place = {name: row for row, name in enumerate(dates.names)}
    arrival = dates.arrival
    is_next = dates.ends == arrival
    is_next &= np.cumsum(is_next, axis=0) == 1  # of those that end together the first one
    for name in reversed(step_order(route)):
        row = place[name]
        taken = np.where(is_next[row], dates.ends[row], 0.0)
        days[row] = taken - np.where(is_next[row] & np.isfinite(taken), dates.starts[row], 0.0)
        left = is_next[row].copy()
        for earlier in route.steps[name].after:
            before = place[earlier]
            waited = left & (dates.ends[before] == dates.starts[row])
            is_next[before] |= waited
            left &= ~waited
    days[:, ~np.isfinite(arrival)] = np.nan
    return days


@dataclass(frozen=True)
class _Clock:
    """Times of steps in days."""

    numbers: Mapping[str, Floats]
    draws: int
    origin: date
    calendar: Calendar | None
    luck: Luck

    def end_of(self, name: str, step: Step, start: Floats) -> Floats:
        """Return the day on which a step ends in every draw."""
        end = self._worked(name, step, start)
        if step.refusal is not None:
            end = self._after_refusals(name, step, end)
        return next_new_year(end, origin=self.origin) if step.waits_for_new_year else end

    def _number(self, name: str) -> Floats:
        """Return a number, dims (draw)."""
        return np.broadcast_to(self.numbers[name], (self.draws,))

    def _worked(self, name: str, step: Step, start: Floats) -> Floats:
        """Return the end of one attempt that begins at `start`."""
        end = start
        if f"{name}.statutory" in self.numbers:
            term = self._number(f"{name}.statutory")
            if step.working_days:
                assert self.calendar is not None  # noqa: S101 - loading has checked it
                holidays = holidays_of(
                    self.calendar.holidays, first_year=self.origin.year, years=_HOLIDAY_YEARS
                )
                end = add_working_days(end, term, origin=self.origin, holidays=holidays)
            else:
                end = end + term
        return end + self._number(name) if name in self.numbers else end

    def _after_refusals(self, name: str, step: Step, end: Floats) -> Floats:
        """Repeat refused attempts; a draw refused every time never ends."""
        refusal = step.refusal
        assert refusal is not None  # noqa: S101 - the caller asks only for such steps
        chance, pause = self._number(f"{name}.refusal"), self._number(f"{name}.pause")
        still = np.ones(self.draws, dtype=bool)
        for attempt in range(refusal.attempts):
            still = still & (self.luck(f"{name}.refusal.{attempt}") < chance)
            again = self._worked(name, step, end + pause)
            last = attempt == refusal.attempts - 1
            end = np.where(still, np.inf if last else again, end)
        return end
