"""What a run of a cohort is given, checked: the same for every engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.discounting import Discounting, Rates, discounting
from equipoise.clinical.plan import Plan, plan
from equipoise.clinical.schedule import Schedule, schedule
from equipoise.core.errors import LabelError, SimulationError
from equipoise.core.translation import translate as _
from equipoise.core.units import Measure
from equipoise.draws import Sample
from equipoise.spec.clock import CALENDAR_YEAR
from equipoise.spec.discount import steps_of
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas


@dataclass(frozen=True)
class Given:
    """A model with its numbers.

    `parameters` has an array for each, dims ``(draw)`` or none, in canonical units; `ages` are
    those at the start, in years; `discount` has the rates of cost and of health; `draws` are
    numbers.
    """

    model: LoadedModel
    plan: Plan
    clock: Schedule
    parameters: Mapping[str, NDArray[np.float64]]
    ages: tuple[float, ...]
    discount: tuple[Discounting, Discounting]
    draws: Sequence[int]


def given(
    model: LoadedModel,
    sample: Sample,
    *,
    start_ages: Sequence[float] | None,
    discount: tuple[Rates, Rates] | None,
    by_year: bool,
) -> Given:
    """Put together what a run needs; see `run.run_cohort`.

    Raises
    ------
    SimulationError
        If formulas use the age or the calendar year and nobody says it, or named values are made in
        a circle.
    LabelError
        If a parameter is missing from the sample, or a discount rate has other dims or cannot be.
    """
    _require_parameters(model.spec, sample)
    _require_start_year(model.spec)
    draws = [0] if sample.draws is None else list(sample.draws)
    made = plan(model)
    clock = schedule(model.spec.time, by_cycle=made.by_cycle)
    return Given(
        model=model,
        plan=made,
        clock=clock if by_year else clock.in_one(),
        parameters={name: sample.values[name] for name in model.spec.parameters},
        ages=_ages(model.spec, start_ages),
        discount=_discount(model.spec, discount, draws=len(draws)),
        draws=draws,
    )


def some_of(run: Given, places: NDArray[np.intp]) -> Given:
    """Return the run of some draws; of two at least if it has them, so that messages name the draw.

    Parameters
    ----------
    run
        The whole.
    places
        Of the draws among the run's.
    """
    if places.size == 1 and len(run.draws) > 1:
        places = np.append(places, 0 if places[0] else 1)
    labels = [run.draws[place] for place in places]
    cost, health = (one.of_draws(places) for one in run.discount)
    return replace(
        run,
        parameters={n: one[places] if one.ndim else one for n, one in run.parameters.items()},
        draws=labels,
        discount=(cost, health),
    )


def given_again(
    run: Given,
    model: LoadedModel,
    parameters: Mapping[str, NDArray[np.float64]],
    discount: tuple[Discounting, Discounting],
    draws: Sequence[int],
) -> Given:
    """Return a run with another model of the same time, and other numbers.

    Parameters
    ----------
    run
        The first one.
    model, parameters, discount, draws
        As of `Given`.
    """
    return replace(
        run, model=model, plan=plan(model), parameters=parameters, discount=discount, draws=draws
    )


def _require_parameters(spec: Model, sample: Sample) -> None:
    """Refuse a sample without a parameter."""
    for name in spec.parameters:
        if name not in sample.values:
            message = f"the sample has no parameter '{name}'; draw it from this model's parameters"
            raise LabelError(message)


def _discount(
    spec: Model, discount: tuple[Rates, Rates] | None, *, draws: int
) -> tuple[Discounting, Discounting]:
    """Return the rates of cost and health: those given, or the file's, or none."""
    cost: Rates = 0.0
    health: Rates = 0.0
    if discount is not None:
        cost, health = discount
    elif spec.discount is not None:
        cost, health = _in_steps(spec.discount.cost), _in_steps(spec.discount.health)
    return discounting(cost, draws=draws), discounting(health, draws=draws)


def _in_steps(rate: Measure | Mapping[str, Measure]) -> Discounting:
    """Return a rate of a file."""
    steps = steps_of(rate)
    starts = tuple(step.since.value for step in steps)
    return Discounting(starts, np.array([[step.rate.value] for step in steps]))


def _ages(spec: Model, start_ages: Sequence[float] | None) -> tuple[float, ...]:
    """Return the ages at start in years.

    Raises
    ------
    SimulationError
        If formulas use the age and nobody says it.
    """
    if spec.time is None:
        return (0.0,)
    if start_ages is not None:
        return tuple(float(age) for age in start_ages)
    if spec.time.start_age is not None:
        return (spec.time.start_age.value,)
    if _asked(spec, "age"):
        message = _("formulas use `age`, but no age at start is given")
        fix = _("add `start_age: 40 years` under `time`")
        raise SimulationError(message, fix=fix, place=("time",))
    return (0.0,)


def _require_start_year(spec: Model) -> None:
    """Refuse formulas that use the calendar year where nobody says it."""
    if spec.time is not None and spec.time.start_year is None and _asked(spec, CALENDAR_YEAR):
        message = _("formulas use `calendar_year`, but no year at start is given")
        fix = _("add `start_year: 2026` under `time`")
        raise SimulationError(message, fix=fix, place=("time",))


def _asked(spec: Model, name: str) -> bool:
    """Return whether any formula uses a name."""
    return any(name in placed.formula.names for placed in formulas(spec))
