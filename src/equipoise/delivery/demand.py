"""How many patients join the queue each month, and how long they live while they wait."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.spec.loaded_study import Study

Floats = NDArray[np.float64]

MONTHS = 12


@dataclass(frozen=True)
class Demand:
    """The queue's inflow and the course of those in it.

    `arrivals` has dims (group, month, draw), patients. `survival` has dims (group, month + 1,
    draw): share alive so many months after joining, on today's treatment. `ages` has dims
    (group), years at joining.
    """

    groups: tuple[str, ...]
    ages: Floats
    arrivals: Floats
    survival: Floats
    staying: Floats
    """Share of the living who stay in the queue from one month to the next, dims (draw)."""


def _draws(inputs: xr.Dataset, name: str) -> Floats:
    """Return an input as an array over draws."""
    values = np.broadcast_to(inputs[name].values, (inputs.sizes["draw"],))
    return np.asarray(values, dtype=np.float64)


def _arrivals(study: Study, inputs: xr.Dataset, months: int) -> Floats:
    """Return those who join: the known at once, the undiagnosed as found, the new evenly."""
    patients = study.file.patients
    weights = np.stack([_draws(inputs, f"patients.groups.{name}") for name in patients.groups])
    sizes = _draws(inputs, "patients.prevalent") * weights / weights.sum(axis=0)
    known = _draws(inputs, "patients.diagnosed")
    rate = _draws(inputs, "patients.diagnosis_rate")
    offered = _draws(inputs, "patients.acceptance").copy()
    for name in patients.eligible:
        offered *= _draws(inputs, f"patients.eligible.{name}")
    month = np.arange(months)[:, None]
    found = np.where(
        month == 0, known, (1.0 - known) * np.exp(-rate * month / MONTHS) * np.expm1(rate / MONTHS)
    )
    arrivals: Floats = sizes[:, None, :] * found[None] * offered
    entry = list(patients.groups).index(patients.new_group)
    arrivals[entry] += _draws(inputs, "patients.new_patients") / MONTHS * offered
    return arrivals


def _survival(study: Study, clinical: xr.Dataset, ages: Floats, months: int) -> Floats:
    """Return monthly survival on today's treatment, straight lines between whole years."""
    alive = clinical["alive"].sel(strategy=study.file.comparison.current)
    years = np.arange(months + 1) / MONTHS
    below = np.minimum(years.astype(int), alive.sizes["year"] - 1)
    above = np.minimum(below + 1, alive.sizes["year"] - 1)
    part = (years - np.floor(years))[:, None]
    rows = []
    for age in ages:
        curve = alive.sel(age=age).values
        # In this form nobody comes to life by rounding where nobody dies.
        rows.append(curve[below] + (curve[above] - curve[below]) * part)
    return np.stack(rows)


def demand(study: Study, inputs: xr.Dataset, clinical: xr.Dataset) -> Demand:
    """Return who joins the queue when, and how those in it fare.

    Patients found later join when they are found; those who newly reach the entry age are taken
    as diagnosed, because severe disease shows in childhood.

    Parameters
    ----------
    study
        For the groups, their ages and the horizon.
    inputs
        The joint sample.
    clinical
        Group ``clinical`` of the vocabulary; its ages must hold the groups' ages.
    """
    groups = study.file.patients.groups
    months = round(study.file.horizon.value * MONTHS)
    ages = np.array([group.age.value for group in groups.values()])
    return Demand(
        groups=tuple(groups),
        ages=ages,
        arrivals=_arrivals(study, inputs, months),
        survival=_survival(study, clinical, ages, months),
        staying=np.exp(-_draws(inputs, "patients.leaving_rate") / MONTHS),
    )
