"""Draws that leave the range of what they stand for.

Published models give costs a normal distribution, so a disease model may run with such draws, and
`equipoise check` only speaks of them. Numbers of patients, durations of the law and shares of
people are counted and cannot be, so there the run is refused.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from equipoise.core.errors import Mistakes, SimulationError
from equipoise.core.translation import format_percent
from equipoise.core.translation import translate as _
from equipoise.draws import quantile
from equipoise.spec.bounds import POSITIVE, SHARE, Bounds, bounds_of, roles_of
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.loaded_study import Study
from equipoise.spec.problems import blaming
from equipoise.spec.quantity import Quantity
from equipoise.spec.study_names import places_of

_GRID = (np.arange(1000) + 0.5) / 1000
_LARGEST_SHOWN = 10


def require_possible_draws(study: Study, inputs: xr.Dataset) -> None:
    """Refuse draws of patients, times and shares that cannot be.

    Parameters
    ----------
    study
        As loaded.
    inputs
        The joint sample, from `settings.sample_inputs`.

    Raises
    ------
    SimulationError, SeveralErrors
        Naming each input, with file and line where it stands in the study's own file.
    """
    mistakes = Mistakes()
    places = places_of(study)
    for name, bounds in _of_people(study).items():
        values = inputs[name].values
        wrong = ~((values >= bounds.low) & (values <= bounds.high))
        if not wrong.any():
            continue
        part, place = places[name]
        message = _("{count} of {draws} draws are impossible, e.g. {value:g}: they must be {range}",
                    count=int(wrong.sum()), draws=wrong.size, value=float(values[wrong].flat[0]),
                    range=_range(bounds))  # fmt: skip
        fix = _("use a distribution that stays within, e.g. beta") if bounds is SHARE else _(
            "use a distribution that stays within, e.g. gamma or lognormal")  # fmt: skip
        with mistakes.noted():
            if part != "study":  # a country may be several files
                message = f"{name}: {message}"
                raise SimulationError(message, fix=fix)
            with blaming(study.path):
                raise SimulationError(message, fix=fix, place=(*place, "distribution"))
    mistakes.refuse()


def _of_people(study: Study) -> dict[str, Bounds]:
    """Return what the uncertain inputs can be that are no parameters of the disease model."""
    found: dict[str, Bounds] = {}
    for name, quantity in study.quantities.items():
        if quantity.distribution is None or name in study.model.spec.parameters:
            continue
        is_share = quantity.unit.is_dimensionless and not name.startswith("patients.groups.")
        found[name] = SHARE if is_share else POSITIVE
    return found


def _range(bounds: Bounds) -> str:
    """Return a range in words."""
    if np.isinf(bounds.high):
        return _("{low:g} or more", low=bounds.low)
    return _("{low:g} to {high:g}", low=bounds.low, high=bounds.high)


def straying(source: LoadedModel | Study) -> list[str]:
    """Return the inputs whose draws can be impossible, with the share of such draws.

    Parameters
    ----------
    source
        A model, or a study with its model; in a study those of patients and times come first,
        because a run refuses them.
    """
    if isinstance(source, Study):
        own = list(_shares(source.quantities, _of_people(source)))
        return (own + straying(source.model))[:_LARGEST_SHOWN]
    model = source
    roles = roles_of(model.spec)
    limits = {name: bounds_of(model.spec, name, roles) for name in model.spec.parameters}
    return list(_shares(model.spec.parameters, limits))[:_LARGEST_SHOWN]


def _shares(
    quantities: Mapping[str, Quantity], limits: Mapping[str, Bounds | None]
) -> Iterator[str]:
    """Yield the inputs that stray in at least one of a thousand draws."""
    for name, bounds in limits.items():
        quantity = quantities[name]
        if bounds is None or quantity.distribution is None:
            continue
        values = quantile(quantity.distribution, _GRID) * quantity.unit.factor
        share = float(np.mean((values < bounds.low) | (values > bounds.high)))
        if share > 0:
            yield _("{name} ({share} of draws)", name=name, share=format_percent(share))
