"""The joint sample of every uncertain input, and the base case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, assert_never

import numpy as np

from equipoise.core.errors import FieldError
from equipoise.core.random import FloatArray
from equipoise.core.translation import translate as _
from equipoise.draws.designs import Design, points, stratified
from equipoise.draws.joint import (
    check_together,
    correlated_points,
    dirichlet_values,
    normal_values,
)
from equipoise.draws.quantiles import quantile
from equipoise.draws.sampled import Sample
from equipoise.spec.quantity import Correlation, Joint, JointDirichlet, JointNormal, Quantity

if TYPE_CHECKING:
    import xarray as xr


def sample(
    parameters: Mapping[str, Quantity],
    *,
    joint: Mapping[str, Joint],
    correlations: Sequence[Correlation],
    draws: int,
    seed: int,
    method: Design = "plain",
    scale: Mapping[str, float] | None = None,
) -> xr.Dataset:
    """Draw every uncertain input once, for all stages.

    Each parameter has one uniform number per draw, from a stream keyed by the
    seed and its own name, and takes its value through the inverse distribution
    function. So a new parameter moves no other one (unless the method is
    ``sobol``), and with ``plain`` more draws keep the earlier ones.

    Parameters
    ----------
    parameters
        Every input by name.
    joint, correlations
        Of the model file: what is drawn together.
    draws
        How many draws, 1 or more.
    seed
        Seed of the run, 0 to 2**64 - 1.
    method
        How draws are spread: ``plain``, ``latin_hypercube`` or ``sobol``.
    scale
        Name -> factor that converts the parameter's money; omitted names have 1.

    Returns
    -------
    xarray.Dataset
        One variable per parameter, dims ``(draw,)`` if uncertain, else none, in
        canonical units times `scale`; attributes ``unit`` (canonical, before
        `scale`), ``scale`` and ``status``; the coordinate ``draw`` counts from 0.

    Raises
    ------
    FieldError
        If the draws are not positive, a parameter is called ``draw``, or what is
        drawn together is impossible (see `check_together`).

    References
    ----------
    Briggs, Claxton, Sculpher (2006), Decision Modelling for Health Economic
    Evaluation, chapter 4; Nelsen (2006), section 2.3 (Gaussian copula).

    Examples
    --------
    >>> cost = Quantity(value=4000, unit="USD@2019/year", status="assumption", note="invented",
    ...     distribution="gamma(mean=4000, sd=300)")
    >>> found = sample({"cost": cost}, joint={}, correlations=(), draws=3, seed=1)
    >>> found["cost"].dims
    ('draw',)
    """
    drawn = drawn_sample(
        parameters, joint=joint, correlations=correlations, draws=draws, seed=seed, method=method,
        scale=scale,
    )  # fmt: skip
    return drawn.dataset()


def drawn_sample(
    parameters: Mapping[str, Quantity],
    *,
    joint: Mapping[str, Joint],
    correlations: Sequence[Correlation],
    draws: int,
    seed: int,
    method: Design = "plain",
    scale: Mapping[str, float] | None = None,
) -> Sample:
    """Draw every uncertain input once, as `sample` does, without labels.

    Parameters
    ----------
    parameters, joint, correlations, draws, seed, method, scale
        As of `sample`.

    Raises
    ------
    FieldError
        As `sample`.
    """
    if draws < 1:
        message = _("cannot take {draws} draws", draws=draws)
        raise FieldError(message, fix=_("use 1 or more"))
    check_together(parameters, joint=joint, correlations=correlations)
    members = {name for spec in joint.values() for name in spec.parameters}
    uncertain = [n for n, p in parameters.items() if p.distribution is not None or n in members]
    spread = points(uncertain, draws=draws, seed=seed, design=method)
    for name, mixed in correlated_points(spread, correlations).items():
        # The copula moves numbers between strata: keep its order, restore the strata.
        keeps_strata = method == "latin_hypercube"
        spread[name] = stratified(mixed, name=name, seed=seed) if keeps_strata else mixed
    values = _own_values(parameters, spread) | _joint_values(parameters, joint, spread)
    return _canonical(parameters, values, scale=scale or {}, draws=tuple(range(draws)))


def base_case(
    parameters: Mapping[str, Quantity],
    *,
    joint: Mapping[str, Joint],
    scale: Mapping[str, float] | None = None,
) -> xr.Dataset:
    """Return the stated value of every input.

    Parameters
    ----------
    parameters
        Every input by name.
    joint
        Of the model file; its members too have their stated values.
    scale
        As in `sample`.

    Returns
    -------
    xarray.Dataset
        One variable without dims per parameter, in canonical units times
        `scale`; attributes as of `sample`.

    Raises
    ------
    FieldError
        As `sample`, for `joint`.

    Examples
    --------
    >>> wait = Quantity(value=6, unit="month", status="assumption", note="invented")
    >>> float(base_case({"wait": wait}, joint={})["wait"])
    0.5
    """
    return stated_values(parameters, joint=joint, scale=scale).dataset()


def stated_values(
    parameters: Mapping[str, Quantity],
    *,
    joint: Mapping[str, Joint],
    scale: Mapping[str, float] | None = None,
) -> Sample:
    """Return the stated value of every input, as `base_case` does, without labels.

    Parameters
    ----------
    parameters, joint, scale
        As of `base_case`.

    Raises
    ------
    FieldError
        As `base_case`.
    """
    check_together(parameters, joint=joint, correlations=())
    return _canonical(parameters, {}, scale=scale or {}, draws=None)


def _own_values(
    parameters: Mapping[str, Quantity], spread: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return the values of parameters with a distribution of their own, in their units."""
    return {
        name: quantile(parameter.distribution, spread[name])
        for name, parameter in parameters.items()
        if parameter.distribution is not None
    }


def _joint_values(
    parameters: Mapping[str, Quantity],
    joint: Mapping[str, Joint],
    spread: Mapping[str, FloatArray],
) -> dict[str, FloatArray]:
    """Return the values of parameters that are drawn together, in their units."""
    values: dict[str, FloatArray] = {}
    for spec in joint.values():
        match spec:
            case JointNormal():
                means = {name: parameters[name].value for name in spec.parameters}
                values |= normal_values(spec, means, spread)
            case JointDirichlet():
                shares = dirichlet_values(spec, spread)
                # Shares of one whole; a member stated in percent counts them in hundredths.
                values |= {n: v / parameters[n].unit.factor for n, v in shares.items()}
            case _:
                assert_never(spec)
    return values


def _canonical(
    parameters: Mapping[str, Quantity],
    values: Mapping[str, FloatArray],
    *,
    scale: Mapping[str, float],
    draws: tuple[int, ...] | None,
) -> Sample:
    """Return drawn values, and stated ones where nothing is drawn, in canonical units."""
    if "draw" in parameters:
        message = _("'draw' cannot name a parameter: it counts the draws")
        raise FieldError(message, fix=_("choose another name"))
    found: dict[str, FloatArray] = {}
    attributes: dict[str, dict[str, str | float]] = {}
    for name, parameter in parameters.items():
        converted = scale.get(name, 1.0)
        factor = parameter.unit.factor * converted
        attributes[name] = {
            "unit": parameter.unit.describe(),
            "status": parameter.status,
            "scale": converted,
        }
        own = np.asarray(values.get(name, parameter.value), dtype=np.float64)
        found[name] = np.asarray(own * factor)
    return Sample(found, draws, attributes)
