"""What a run of a cohort is given, checked: the same for every engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from equipoise.clinical.plan import Plan, plan
from equipoise.clinical.schedule import Schedule, schedule
from equipoise.core.errors import LabelError, SimulationError
from equipoise.core.translation import translate as _
from equipoise.spec.clock import CALENDAR_YEAR
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Given:
    """A model with its numbers.

    `parameters` has one variable per parameter, dims ``(draw)``, in canonical units; `ages` are
    those at the start, in years; `rates` are the yearly discount rates of cost and health, each
    a number or dims (draw); `draws` are labels.
    """

    model: LoadedModel
    plan: Plan
    clock: Schedule
    parameters: xr.Dataset
    ages: tuple[float, ...]
    rates: tuple[Floats, Floats]
    draws: Sequence[int]


def given(
    model: LoadedModel,
    parameters: xr.Dataset,
    *,
    start_ages: Sequence[float] | None,
    discount: tuple[ArrayLike, ArrayLike] | None,
    by_year: bool,
) -> Given:
    """Put together what a run needs; see `run.run_cohort`.

    Raises
    ------
    SimulationError
        If formulas use the age or the calendar year and nobody says it, or named values are made in
        a circle.
    LabelError
        If a parameter is missing from the sample, or it or a discount rate has other dims.
    """
    _require_parameters(model.spec, parameters)
    _require_start_year(model.spec)
    draws = _draws(parameters)
    clock = schedule(model.spec.time)
    return Given(
        model=model,
        plan=plan(model),
        clock=clock if by_year else clock.in_one(),
        parameters=parameters,
        ages=_ages(model.spec, start_ages),
        rates=_rates(model.spec, discount, draws=len(draws)),
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
    rates = tuple(rate if rate.size == 1 else rate[places] for rate in run.rates)
    return replace(
        run,
        parameters=run.parameters.isel(draw=places, missing_dims="ignore"),
        draws=labels,
        rates=(rates[0], rates[1]),
    )


def given_again(
    run: Given,
    model: LoadedModel,
    parameters: xr.Dataset,
    rates: tuple[Floats, Floats],
    draws: Sequence[int],
) -> Given:
    """Return a run with another model of the same time, and other numbers.

    Parameters
    ----------
    run
        The first one.
    model, parameters, rates, draws
        As of `Given`.
    """
    return replace(
        run, model=model, plan=plan(model), parameters=parameters, rates=rates, draws=draws
    )


def _require_parameters(spec: Model, parameters: xr.Dataset) -> None:
    """Refuse a sample without a parameter, or with one of other dims."""
    for name in spec.parameters:
        if name not in parameters:
            message = f"the sample has no parameter '{name}'; draw it from this model's parameters"
            raise LabelError(message)
        if parameters[name].dims not in ((), ("draw",)):
            dims = parameters[name].dims
            message = f"parameter '{name}' has dims {dims}, promised are ('draw',)"
            raise LabelError(message)


def _draws(parameters: xr.Dataset) -> list[int]:
    """Return the labels of the draws; one where nothing is uncertain."""
    if "draw" not in parameters.dims:
        return [0]
    if "draw" in parameters.coords:
        return [int(draw) for draw in parameters["draw"].values]
    return list(range(parameters.sizes["draw"]))


def _rates(
    spec: Model, discount: tuple[ArrayLike, ArrayLike] | None, *, draws: int
) -> tuple[Floats, Floats]:
    """Return the yearly discount rates of cost and health, scalar or one per draw."""
    given: tuple[ArrayLike, ArrayLike] = (0.0, 0.0)
    if discount is not None:
        given = discount
    elif spec.discount is not None:
        given = (spec.discount.cost.value, spec.discount.health.value)
    cost, health = (np.ascontiguousarray(rate, dtype=np.float64) for rate in given)
    for rate in (cost, health):
        if rate.shape not in ((), (1,), (draws,)) or not bool(np.all(rate > -1.0)):
            message = (
                f"a discount rate has shape {rate.shape} and least value {rate.min():g}; give one "
                f"number above -1, or one for each of the {draws} draws"
            )
            raise LabelError(message)
    return cost, health


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
