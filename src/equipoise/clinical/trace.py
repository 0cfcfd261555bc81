"""A trace: who is where at every point of time, and what it amounts to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.cohort import Cohort
from equipoise.clinical.followed import followed
from equipoise.clinical.following import Following
from equipoise.clinical.given import given
from equipoise.clinical.one_by_one import one_by_one
from equipoise.clinical.sampled import differs, sampled_cohorts
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.draws import Sample
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Time
from equipoise.spec.problems import blaming

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]


def trace(model: LoadedModel, sample: Sample, how: Following) -> xr.Dataset:
    """Follow patients in NumPy and tell the points of time apart.

    Parameters
    ----------
    model
        A checked model.
    sample
        Of the model's parameters.
    how
        Which patients are followed, and how many.

    Returns
    -------
    xarray.Dataset
        The variables of group `trace` of `core.vocabulary`, each with the dim ``(draw)`` besides;
        the coordinate `time` holds the years since the start of each point.

    Raises
    ------
    SimulationError
        As of `run.run_cohort`, and if there are no points of time.
    """
    time = points_in(model, how)
    with np.errstate(all="ignore"), blaming(model.path):
        run = given(model, sample, start_ages=None, discount=None, by_year=True)
        run = replace(run, clock=run.clock.at_points())
        if how.one_by_one:
            arrays = one_by_one(
                run, time, patients=how.patients, seed=how.seed, engine="numpy"
            )  # fmt: skip
        elif differs(model):
            arrays = sampled_cohorts(
                run, lambda part: Cohort(part).run(), patients=how.patients, seed=how.seed
            )
        else:
            arrays = Cohort(run).run()
        found = followed(arrays, run, attributes={"money": str(model.spec.money)})
    return _by_point(found.dataset(), run.clock.weights, np.array(run.clock.points))


def points_in(model: LoadedModel, how: Following) -> Time:
    """Return the clock of a model whose points of time a trace can tell apart.

    Raises
    ------
    SimulationError
        If it has none.
    """
    if how.kind == "continuous":
        message = _("patients in continuous time are at no common points of time, so they have no "
                    "trace")  # fmt: skip
        fix = _("follow them by cycles, with the engine `cohort` or `individuals`")
        raise SimulationError(message, fix=fix)
    if model.spec.time is None:
        message = _("a model without a course in time has no trace")
        raise SimulationError(message, fix=_("add `time`, or leave the trace out"))
    return model.spec.time


def _by_point(found: xr.Dataset, weight: Floats, time: Floats) -> xr.Dataset:
    """Return results by point of time under the names and dims of the vocabulary."""
    data = found.isel(age=0, drop=True).rename(year="point")
    at_start = data["cost_at_start"] * (data["point"] == 0)
    tracked = data["track"].where(data["alive"] > 0)
    return (
        data.drop_vars("cost_at_start")
        .assign(
            cost=data["cost"] + at_start,
            cost_present=data["cost_present"] + at_start,
            track=tracked,
            weight=("point", weight),
        )
        .assign_coords(time=("point", time))
    )
