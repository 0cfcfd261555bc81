"""The dates of a study's road, and when each payer begins to buy."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.access.road import Dates, Luck, follow
from equipoise.access.workdays import DAYS_PER_YEAR
from equipoise.core.random import uniforms
from equipoise.core.vocabulary import checked
from equipoise.spec.loaded_study import Study

Floats = NDArray[np.float64]

_CHANCE = ".refusal"


def access_timeline(study: Study, inputs: xr.Dataset, *, seed: int) -> xr.Dataset:
    """Date every step of the study's route in every draw; see `access.road.follow`.

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
    names = study.route.quantities(study.file.access)
    dates = follow(
        study.route,
        {name: in_days(name, np.asarray(inputs[f"access.{name}"].values)) for name in names},
        draws=inputs.sizes["draw"], origin=study.file.decision_date,
        calendar=study.country.calendar,
        luck=luck_of(np.asarray(inputs["draw"].values, dtype=np.int64), seed=seed),
    )  # fmt: skip
    dims = ("step", "draw")
    data = xr.Dataset(
        {
            "step_start": (dims, dates.starts / DAYS_PER_YEAR),
            "step_end": (dims, dates.ends / DAYS_PER_YEAR),
            "funded": (("payer", "draw"), _funded(study, dates) / DAYS_PER_YEAR),
        },
        coords={
            "step": list(dates.names), "payer": list(study.country.payers),
            "draw": inputs["draw"],
        },
    )  # fmt: skip
    return checked("access", data)


def in_days(name: str, values: Floats) -> Floats:
    """Return a number of `Route.quantities`, drawn in years, in days; a chance as it is."""
    return values if name.endswith(_CHANCE) else values * DAYS_PER_YEAR


def luck_of(numbers: NDArray[np.int64], *, seed: int) -> Luck:
    """Return the luck of refusals by the number of each draw, so that draws of one number share it.

    Parameters
    ----------
    numbers
        Of the draws.
    seed
        Of the run.
    """
    first, last = int(numbers.min()), int(numbers.max())

    def luck(decision: str) -> Floats:
        drawn = uniforms(
            seed=seed, decision=f"access.{decision}", size=last - first + 1, first=first
        )
        return drawn[numbers - first]

    return luck


def _funded(study: Study, dates: Dates) -> Floats:
    """Return the day on which each payer begins to buy, dims (payer, draw)."""
    ends = dict(zip(dates.names, dates.ends, strict=True))
    rows = [
        ends[payer.funded_after] if payer.funded_after is not None else dates.arrival
        for payer in study.country.payers.values()
    ]
    return np.stack(rows)
