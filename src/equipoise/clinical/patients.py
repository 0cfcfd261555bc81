"""Single patients: who they are among all, and what each is given on the first day."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.core.random import patient_key, patient_uniforms
from equipoise.draws.joint import correlated_points
from equipoise.draws.quantiles import quantile
from equipoise.spec.model import Model

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

TRANSITION, START = "transition", "start"
"""Decisions of chance, each with its own stream of numbers."""


@dataclass(frozen=True)
class Patients:
    """A stretch of the patients of every subgroup.

    Patient `k` of subgroup `g` among `groups` is number ``k * groups + g`` of all, so that more
    patients keep the earlier ones.
    """

    seed: int
    first: int
    count: int
    """Of each subgroup."""
    groups: int

    @property
    def numbers(self) -> Whole:
        """Return their numbers among all, dims (patient, subgroup)."""
        own = np.arange(self.first, self.first + self.count, dtype=np.int64)
        return own[:, None] * self.groups + np.arange(self.groups)


def starting_values(model: Model, patients: Patients, draws: Whole) -> dict[str, Floats]:
    """Return the values on the first day of the attributes in which patients differ.

    Parameters
    ----------
    model
        A checked model.
    patients
        Who.
    draws
        Numbers of the draws, dims (draw): in each, other patients are met.

    Returns
    -------
    dict
        Attribute -> values in canonical units, dims (patient, subgroup, draw).
    """
    numbers = patients.numbers[..., None]
    luck = {
        name: patient_uniforms(
            patient_key(seed=patients.seed, decision=f"attribute {name}"),
            draws=draws, patients=numbers, index=0,
        )
        for name, attribute in model.attributes.items()
        if attribute.distribution is not None
    }  # fmt: skip
    return {name: _value(model, name, chance) for name, chance in _together(model, luck).items()}


def _together(model: Model, luck: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the numbers of chance with those of correlated attributes tied to each other."""
    shapes = {name: chance.shape for name, chance in luck.items()}
    flat = {name: chance.ravel() for name, chance in luck.items()}
    tied = correlated_points(flat, model.attribute_correlations)
    return {name: tied.get(name, flat[name]).reshape(shape) for name, shape in shapes.items()}


def _value(model: Model, name: str, chance: Floats) -> Floats:
    """Return the values of an attribute that have the shares `chance` below them."""
    attribute = model.attributes[name]
    assert attribute.distribution is not None  # noqa: S101 - only such are asked for
    return quantile(attribute.distribution, chance) * attribute.unit.factor
