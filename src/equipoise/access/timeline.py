"""Dated steps of one route: statutory and observed times, refusals, new-year starts."""

from collections.abc import Mapping
from graphlib import TopologicalSorter

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.access.workdays import (
    DAYS_PER_YEAR,
    add_working_days,
    holidays_of,
    next_new_year,
)
from equipoise.core.random import uniforms
from equipoise.core.vocabulary import checked
from equipoise.spec.law import Route, Step
from equipoise.spec.loaded_study import Study

Floats = NDArray[np.float64]

_HOLIDAY_YEARS = 70


def step_order(route: Route) -> list[str]:
    """Return the steps so that each comes after those it waits for."""
    graph = {name: list(step.after) for name, step in route.steps.items()}
    return list(TopologicalSorter(graph).static_order())


def access_timeline(study: Study, inputs: xr.Dataset, *, seed: int) -> xr.Dataset:
    """Date every step of the study's route in every draw.

    A step begins when all steps it waits for have ended. It takes its statutory time (working
    days on the country's calendar, or calendar days) plus its own duration; a refusal costs the
    same time again after a pause, until the attempts are used up and the step never ends.

    Parameters
    ----------
    study
        For the route, the calendar and the payers.
    inputs
        The joint sample, dims ``(draw)`` or none; durations in years.
    seed
        Of the run; refusals are drawn from streams of their own.

    Returns
    -------
    xarray.Dataset
        Group ``access`` of the vocabulary, in years since the decision date.
    """
    clock = _Clock(study, inputs, seed)
    starts: dict[str, Floats] = {}
    ends: dict[str, Floats] = {}
    for name in step_order(study.route):
        step = study.route.steps[name]
        before = [ends[earlier] for earlier in step.after]
        starts[name] = np.maximum.reduce(before) if before else np.zeros(clock.draws)
        ends[name] = clock.end_of(name, step, starts[name])
    names = list(study.route.steps)
    funded = _funded(study, ends)
    dims = ("step", "draw")
    data = xr.Dataset(
        {
            "step_start": (dims, np.stack([starts[k] for k in names]) / DAYS_PER_YEAR),
            "step_end": (dims, np.stack([ends[k] for k in names]) / DAYS_PER_YEAR),
            "funded": (("payer", "draw"), funded / DAYS_PER_YEAR),
        },
        coords={"step": names, "payer": list(study.country.payers), "draw": inputs["draw"]},
    )
    return checked("access", data)


def _funded(study: Study, ends: Mapping[str, Floats]) -> Floats:
    """Return the day on which each payer begins to buy, dims (payer, draw)."""
    last = np.maximum.reduce(list(ends.values()))
    rows = [
        ends[payer.funded_after] if payer.funded_after is not None else last
        for payer in study.country.payers.values()
    ]
    return np.stack(rows)


class _Clock:
    """Times of steps in days, from one joint sample."""

    def __init__(self, study: Study, inputs: xr.Dataset, seed: int) -> None:
        self.origin = study.file.decision_date
        self.inputs = inputs
        self.seed = seed
        self.draws = inputs.sizes["draw"]
        self.numbers = np.asarray(inputs["draw"].values, dtype=np.int64)
        self.holidays = holidays_of(
            study.country.calendar.holidays, first_year=self.origin.year, years=_HOLIDAY_YEARS
        )

    def end_of(self, name: str, step: Step, start: Floats) -> Floats:
        """Return the day on which a step ends in every draw."""
        end = self._worked(name, step, start)
        if step.refusal is not None:
            end = self._after_refusals(name, step, end)
        return next_new_year(end, origin=self.origin) if step.waits_for_new_year else end

    def _days(self, name: str) -> Floats:
        """Return an input in days, dims (draw)."""
        years = np.broadcast_to(self.inputs[name].values, (self.draws,))
        return np.asarray(years, dtype=np.float64) * DAYS_PER_YEAR

    def _worked(self, name: str, step: Step, start: Floats) -> Floats:
        """Return the end of one attempt that begins at `start`."""
        end = start
        if step.statutory is not None:
            term = self._days(f"access.{name}.statutory")
            if step.working_days:
                end = add_working_days(end, term, origin=self.origin, holidays=self.holidays)
            else:
                end = end + term
        if f"access.{name}" in self.inputs:
            end = end + self._days(f"access.{name}")
        return end

    def _after_refusals(self, name: str, step: Step, end: Floats) -> Floats:
        """Repeat refused attempts; a draw refused every time never ends."""
        refusal = step.refusal
        assert refusal is not None  # noqa: S101 - the caller asks only for such steps
        chance = np.broadcast_to(self.inputs[f"access.{name}.refusal"].values, (self.draws,))
        pause = self._days(f"access.{name}.pause")
        still = np.ones(self.draws, dtype=bool)
        for attempt in range(refusal.attempts):
            still = still & (self._luck(f"access.{name}.refusal.{attempt}") < chance)
            again = self._worked(name, step, end + pause)
            last = attempt == refusal.attempts - 1
            end = np.where(still, np.inf if last else again, end)
        return end

    def _luck(self, decision: str) -> Floats:
        """Return the luck of each draw by its number, so that draws of one number share it."""
        first, last = int(self.numbers.min()), int(self.numbers.max())
        luck = uniforms(seed=self.seed, decision=decision, size=last - first + 1, first=first)
        return luck[self.numbers - first]
