"""The base case of a disease model, run once before anything else: all of it must be possible."""

import xarray as xr

from equipoise.clinical import Following, follow, following
from equipoise.core.money import price_book
from equipoise.draws import base_case
from equipoise.pipeline.settings import money_scales
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.loaded_study import Study

_FEW = 500
"""Patients that show what is impossible, where they differ."""

BATCHES = 20
"""Parts of the base case's patients, from whose scatter the Monte Carlo error is read."""


def rehearse(study: Study, base: xr.Dataset | None = None) -> None:
    """Run the base case of a study's disease model, at the ages of its groups.

    Draws may stray beyond what is possible, as normal distributions of published models do; the
    stated values may not, in whatever cycle.

    Parameters
    ----------
    study
        As loaded.
    base
        Stated values of all inputs, if they are at hand.

    Raises
    ------
    SimulationError
        Naming file, line and field of the formula that gave an impossible value.
    """
    if base is None:
        scales = money_scales(study, price_book(study.country.economics))
        base = base_case(study.quantities, joint=study.model.spec.joint, scale=scales)
    ages = sorted({group.age.value for group in study.file.patients.groups.values()})
    follow(
        study.model,
        base[list(study.model.spec.parameters)],
        following(study.model, draws=1, seed=1, ages=len(ages), patients=_FEW),
        start_ages=ages,
        discount=(base["economics.discount_cost"], base["economics.discount_health"]),
        strict=True,
    )


def rehearse_model(model: LoadedModel, how: Following | None = None) -> xr.Dataset:
    """Return the base case of a model file alone, if all of it is possible.

    Parameters
    ----------
    model
        As loaded.
    how
        How its patients are followed; omitted is a few of them, where they differ.

    Raises
    ------
    SimulationError
        As `rehearse`.
    """
    spec = model.spec
    if how is None:
        how = following(model, draws=1, seed=1, patients=_FEW)
    return follow(model, base_case(spec.parameters, joint=spec.joint), how, strict=True)


def base_in_parts(model: LoadedModel, how: Following) -> tuple[xr.Dataset, Following]:
    """Return the base case of a model, repeated for equal parts of its patients.

    Parameters
    ----------
    model
        As loaded.
    how
        How its patients are followed.

    Returns
    -------
    tuple of xarray.Dataset and Following
        Parameters, dims ``(draw)`` with one draw for each part; and how each part is followed. One
        part where all patients are alike.
    """
    inputs = base_case(model.spec.parameters, joint=model.spec.joint)
    if not how.patients:
        return inputs, how
    parts = min(BATCHES, how.patients)
    return inputs.assign_coords(draw=range(parts)), how.divided(parts)
