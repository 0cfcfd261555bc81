"""Values at which a parameter is tried."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal

import numpy as np
import scipy

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.draws import Sample, quantile, stated_values
from equipoise.spec.bounds import SHARE, Bounds, bounds_of, impossible, roles_of
from equipoise.spec.findings import did_you_mean
from equipoise.spec.joint_check import covariance_matrix
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model
from equipoise.spec.quantity import JointDirichlet
from equipoise.spec.together import Changes

LOW, HIGH = 0.025, 0.975
"""Shares of a distribution below the two values at which a parameter is tried."""

Cut = Literal["no", "low", "high", "both"]
"""Which ends of a span were moved."""

_TIMES_BASE = 3.0


@dataclass(frozen=True)
class Span:
    """Two values of a parameter, in its own unit.

    `cut` says which of them was moved to the end of what is possible, such as a utility of 1.
    """

    name: str
    low: float
    high: float
    cut: Cut = "no"


def uncertain_parameters(model: LoadedModel) -> tuple[str, ...]:
    """Return the parameters that have a distribution, alone or together with others, in order."""
    spec = model.spec
    members = {name for joint in spec.joint.values() for name in joint.parameters}
    return tuple(
        name
        for name, one in spec.parameters.items()
        if one.distribution is not None or name in members
    )


def require_parameter(model: LoadedModel, name: str) -> None:
    """Refuse a name that is no parameter of the model.

    Raises
    ------
    FieldError
        Naming the nearest one.
    """
    known = model.spec.parameters
    if name not in known:
        raise FieldError(
            _("'{name}' is not a parameter of the model", name=name[:80]),
            fix=did_you_mean(name, known),
        )


def span_of(model: LoadedModel, name: str, *, share: float | None = None) -> Span:
    """Return the two values at which a parameter is tried.

    Parameters
    ----------
    model
        As loaded.
    name
        Of a parameter.
    share
        Relative change on both sides of the stated value; omitted are the quantiles 2.5 % and
        97.5 % of its distribution, of members of a joint one those of their marginal distribution
        (normal; beta for a Dirichlet).

    Raises
    ------
    FieldError
        If there is no such parameter, or it has no distribution and no share is given.
    """
    require_parameter(model, name)
    spec = model.spec
    if share is not None:
        value = spec.parameters[name].value
        low, high = sorted((value * (1.0 - share), value * (1.0 + share)))
        return _possible(spec, Span(name, low, high))
    found = _quantiles(spec, name, np.array([LOW, HIGH]))
    if found is None:
        raise FieldError(
            _("{name}: has no distribution, so its range is not known", name=name),
            fix=_("give a range, e.g. 0.1 for 10% down and up"),
        )
    return _possible(spec, Span(name, float(found[0]), float(found[1])))


def searched_range(model: LoadedModel, name: str) -> tuple[float, float]:
    """Return the range in which thresholds of a parameter are looked for, if nobody says one.

    Shares and utilities have their whole range, amounts, rates and durations that from nothing to
    three times the stated value, all else the quantiles of its distribution.

    Raises
    ------
    FieldError
        If there is no such parameter, or nothing tells its range.
    """
    require_parameter(model, name)
    spec = model.spec
    quantity = spec.parameters[name]
    bounds = bounds_of(spec, name, roles_of(spec))
    if bounds is not None and isfinite(bounds.low):
        factor = quantity.unit.factor
        if bounds.high < inf:
            return bounds.low / factor, bounds.high / factor
        if quantity.value > 0.0:
            return bounds.low / factor, _TIMES_BASE * quantity.value
    found = _quantiles(spec, name, np.array([LOW, HIGH]))
    if found is None or found[0] == found[1]:
        raise FieldError(
            _("{name}: nothing tells in which range to look", name=name),
            fix=_("give both ends of the range"),
        )
    return float(found[0]), float(found[1])


def require_possible(model: LoadedModel, name: str, values: Sequence[float]) -> None:
    """Refuse values that a parameter cannot have.

    Raises
    ------
    FieldError
        If there is no such parameter, or a value is no finite number or out of range.
    """
    require_parameter(model, name)
    quantity = model.spec.parameters[name]
    bounds = _bounds(model.spec, name)
    for value in values:
        if not isfinite(value):
            message = _("{name}: '{text}' is not a finite number", name=name, text=value)
            raise FieldError(message, fix=_("write a finite number"))
        if bounds is not None and not bounds.hold(value * quantity.unit.factor):
            message = f"{name}: {impossible(value, quantity.unit, bounds)}"
            raise FieldError(message, fix=_("correct the number or its unit"))


def require_not_empty(name: str, low: float, high: float) -> None:
    """Refuse a range that has no width, or whose ends are the wrong way round.

    Raises
    ------
    FieldError
        Naming the parameter.
    """
    if low == high:
        raise FieldError(
            _("{name}: both ends of the range are {low:g}, so nothing is varied", name=name,
              low=low),
            fix=_("write two different ends"),
        )  # fmt: skip
    if not low < high:
        raise FieldError(
            _("{name}: the range from {low:g} to {high:g} is empty", name=name, low=low, high=high),
            fix=_("write the lower end first"),
        )


def drawn_with(model: LoadedModel, name: str) -> str:
    """Return how a parameter is drawn with others: `dirichlet`, `normal`, `correlated` or ``""``.

    Parameters
    ----------
    model
        As loaded.
    name
        Of a parameter.
    """
    for joint in model.spec.joint.values():
        if name in joint.parameters:
            return "dirichlet" if isinstance(joint, JointDirichlet) else "normal"
    pairs = model.spec.parameter_correlations
    return "correlated" if any(name in pair.parameters for pair in pairs) else ""


def changed_sample(model: LoadedModel, changes: Sequence[Changes], *, parts: int = 1) -> Sample:
    """Return a sample whose draws are changes of the stated values.

    Parameters
    ----------
    model
        As loaded.
    changes
        One for each run; complete as of `completed`.
    parts
        How many draws each has in turn, numbered alike in all changes: so patients that chance
        moves have the same luck in all of them.
    """
    spec = model.spec
    stated = stated_values(spec.parameters, joint=spec.joint)
    values = dict(stated.values)
    for name in sorted({name for change in changes for name in change}):
        quantity = spec.parameters[name]
        column = np.array([change.get(name, quantity.value) for change in changes])
        values[name] = np.repeat(column * quantity.unit.factor, parts)
    return Sample(values, tuple(range(parts)) * len(changes), stated.attributes)


def _bounds(spec: Model, name: str) -> Bounds | None:
    """Return what a parameter can be."""
    if any(isinstance(j, JointDirichlet) and name in j.parameters for j in spec.joint.values()):
        return SHARE
    return bounds_of(spec, name, roles_of(spec))


def _possible(spec: Model, span: Span) -> Span:
    """Return a span cut to what the parameter can be."""
    bounds, factor = _bounds(spec, span.name), spec.parameters[span.name].unit.factor
    if bounds is None:
        return span
    least, most = bounds.low / factor, bounds.high / factor
    # Both ends can lie beyond the same end of what is possible.
    low, high = (min(max(end, least), most) for end in (span.low, span.high))
    ends: tuple[Cut, Cut] = ("low", "high")
    moved = [end for end, is_moved in zip(ends, (low != span.low, high != span.high), strict=True)
             if is_moved]  # fmt: skip
    return Span(span.name, low, high, "both" if len(moved) > 1 else moved[0] if moved else "no")


def _quantiles(
    spec: Model, name: str, shares: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
    """Return quantiles of a parameter in its own unit, or None without a distribution."""
    quantity = spec.parameters[name]
    if quantity.distribution is not None:
        return quantile(quantity.distribution, shares)
    for joint in spec.joint.values():
        if name not in joint.parameters:
            continue
        place = list(joint.parameters).index(name)
        if isinstance(joint, JointDirichlet):
            own = joint.counts[place]
            found = scipy.special.betaincinv(own, sum(joint.counts) - own, shares)
            return np.asarray(found / quantity.unit.factor)
        matrix = covariance_matrix(joint)
        assert matrix is not None  # noqa: S101 - loading has checked it
        return np.asarray(
            quantity.value + np.sqrt(matrix[place, place]) * scipy.special.ndtri(shares)
        )
    return None


def grid(low: float, high: float, points: int) -> tuple[float, ...]:
    """Return evenly spread values, ends included.

    Examples
    --------
    >>> grid(0.0, 1.0, 3)
    (0.0, 0.5, 1.0)
    """
    return tuple(float(value) for value in np.linspace(low, high, points))


def each_alone(spans: Sequence[Span]) -> Iterator[Changes]:
    """Yield the changes of a one-way analysis: none, then each parameter low and high."""
    yield {}
    for span in spans:
        yield {span.name: span.low}
        yield {span.name: span.high}
