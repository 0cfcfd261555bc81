"""The base case of a model file, run once before anything else: all of it must be possible."""

from dataclasses import replace

from equipoise.clinical import Followed, Following, follow, following
from equipoise.draws import Sample, stated_values
from equipoise.spec.loaded import LoadedModel

FEW = 500
"""Patients that show what is impossible, where they differ."""

BATCHES = 20
"""Parts of the base case's patients, from whose scatter the Monte Carlo error is read."""


def rehearse_model(model: LoadedModel, how: Following | None = None) -> Followed:
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
        Naming file, line and field of the formula that gave an impossible value.
    """
    spec = model.spec
    if how is None:
        how = following(model, draws=1, seed=1, patients=FEW)
    return follow(model, stated_values(spec.parameters, joint=spec.joint), how, strict=True)


def in_whole_parts(how: Following) -> Following:
    """Return how patients are followed if the base case has equal parts of them: a few more.

    Parameters
    ----------
    how
        How they are followed as asked for.

    Examples
    --------
    >>> asked = Following("individuals", "numpy", patients=50, seed=1)
    >>> in_whole_parts(asked).patients
    60
    """
    parts = min(BATCHES, how.patients)
    return replace(how, patients=how.divided(parts).patients * parts) if parts else how


def base_in_parts(model: LoadedModel, how: Following) -> tuple[Sample, Following]:
    """Return the base case of a model, repeated for equal parts of its patients.

    Parameters
    ----------
    model
        As loaded.
    how
        How its patients are followed.

    Returns
    -------
    tuple of Sample and Following
        Parameters, with one draw for each part; and how each part is followed. One
        part where all patients are alike.
    """
    inputs = stated_values(model.spec.parameters, joint=model.spec.joint)
    if not how.patients:
        return inputs, how
    parts = min(BATCHES, how.patients)
    return replace(inputs, draws=tuple(range(parts))), how.divided(parts)
