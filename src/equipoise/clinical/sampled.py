"""A cohort for each of many patients who differ: what is expected of each, averaged.

Where a patient's course depends on the patient only through attributes of the first day, chance
need not be let loose: the expected course of each is computed, and only who the patients are is
sampled. So far fewer patients are needed than when they are followed one by one.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.given import Given, given_again, some_of
from equipoise.clinical.patients import Patients, starting_values
from equipoise.clinical.stretches import Sums, chunks, reporter, stretches
from equipoise.spec.formula import parse_formula
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.quantity import Quantity

Floats = NDArray[np.float64]

_OUTPUTS = 8_000_000
"""Numbers of results that courses hold at once."""

ExpectedCourse = Callable[[Given], Mapping[str, Floats]]
"""Follows a cohort; returns the variables of group `clinical`."""


def differs(model: LoadedModel) -> bool:
    """Return whether patients differ on the first day."""
    return any(one.distribution is not None for one in model.spec.attributes.values())


def sampled_cohorts(
    given: Given,
    expected: ExpectedCourse,
    *,
    patients: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Mapping[str, Floats]:
    """Return the variables of group `clinical` as means over patients who differ.

    Parameters
    ----------
    given
        What to run.
    expected
        What follows a cohort of one kind of patient.
    patients
        How many are sampled in each draw; the same ones for every subgroup.
    seed
        Of who they are.
    progress
        Called with the share of the work done, between 0 and 1.
    """
    people = stretches(seed=seed, count=patients, groups=1)
    sums = Sums.empty(given)
    told = reporter(progress, len(given.draws) * len(people))
    outputs = sum(prod(values.shape[:-1]) for values in sums.arrays.values())
    alike = as_parameters(given.model)
    for stretch in people:
        few_draws = max(_OUTPUTS // (outputs * stretch.count), 1)
        for few in chunks(len(given.draws), few_draws):
            part = _each_patient(given, alike, stretch, few)
            arrays = expected(part)
            sums.add(_summed(arrays, len(few), stretch.count), slice(few.start, few.stop))
            told(len(few))
    return sums.means(patients)


def as_parameters(model: LoadedModel) -> LoadedModel:
    """Return the model in which what differs by patient is a parameter instead.

    An attribute that also changes keeps its name, and starts from a parameter called after it.
    """
    spec = model.spec
    attributes = dict(spec.attributes)
    parameters = dict(spec.parameters)
    for name, attribute in spec.attributes.items():
        if attribute.distribution is None:
            continue
        own = name if attribute.each_cycle is None else f"{name}_at_start"
        parameters[own] = Quantity(
            value=attribute.distribution.mean, unit=attribute.unit, status="assumption",
            note="differs by patient", distribution=attribute.distribution,
        )  # fmt: skip
        if attribute.each_cycle is None:
            del attributes[name]
        else:
            changed = {"start": parse_formula(own), "distribution": None}
            attributes[name] = attribute.model_copy(update=changed)
    names = parameters.keys() - spec.parameters.keys()
    changed_spec = spec.model_copy(update={"attributes": attributes, "parameters": parameters})
    return replace(model, spec=changed_spec, uncertain=model.uncertain | names)


def _each_patient(given: Given, alike: LoadedModel, stretch: Patients, few: range) -> Given:
    """Return the run in which each patient of some draws is a draw."""
    draws = np.arange(few.start, few.stop)
    part = some_of(given, draws)
    numbers = np.asarray(given.draws, dtype=np.int64)[draws]
    values = starting_values(given.model.spec, stretch, numbers)
    parameters: dict[str, Floats] = {}
    for name in given.model.spec.parameters:
        own = part.parameters[name]
        parameters[name] = np.repeat(own[: len(few)], stretch.count) if own.ndim else own
    for name, value in values.items():
        changes = name in given.plan.changes
        own_name = f"{name}_at_start" if changes else name
        parameters[own_name] = value[:, 0, :].T.ravel()
    repeated_draws = np.repeat(np.arange(len(few)), stretch.count)
    cost, health = (one.of_draws(repeated_draws) for one in part.discount)
    labels = np.repeat(numbers, stretch.count).tolist()
    return given_again(given, alike, parameters, (cost, health), labels)


def _summed(arrays: Mapping[str, Floats], draws: int, patients: int) -> dict[str, Floats]:
    """Return sums over the patients of each draw; tracked values count among those alive."""
    raw = dict(arrays)
    raw["track"] = arrays["track"] * arrays["alive"]
    return {
        name: np.asarray(values.reshape(*values.shape[:-1], draws, patients).sum(axis=-1))
        for name, values in raw.items()
    }
