r"""Parameters of curves as people know them: a cured share, a shape, a scale, with intervals.

Coefficients are estimated on the scale of a link, where they are about normal; the interval is that
of the linear predictor :math:`x' \beta`, with the variance :math:`x' V x`, brought back by the
link, so that no end of it is impossible.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from equipoise.evidence.curves.compare import FittedCurve
from equipoise.evidence.curves.cure import CURED
from equipoise.evidence.curves.estimated import EstimatedCurve
from equipoise.evidence.curves.families import LINKS
from equipoise.evidence.curves.landmarks import NORMAL_95, Profile

Floats = NDArray[np.float64]

Kind = Literal["plain", "time", "per_time", "log_time", "per_time_shape"]

_KINDS: Mapping[str, Mapping[str, Kind]] = {
    "exponential": {"rate": "per_time"},
    "weibull": {"scale": "time"},
    "weibull_ph": {"scale": "per_time_shape"},
    "gompertz": {"shape": "per_time", "rate": "per_time"},
    "gamma": {"rate": "per_time"},
    "lognormal": {"log_mean": "log_time"},
    "loglogistic": {"scale": "time"},
    "generalised_gamma": {"mu": "log_time"},
}
"""What each parameter of a family is measured in; those that are not here, in nothing."""

_UNITS: Mapping[Kind, str] = {
    "plain": "1", "time": "{unit}", "per_time": "1/{unit}", "log_time": "log({unit})",
    "per_time_shape": "1/{unit}^shape",
}  # fmt: skip


@dataclass(frozen=True)
class NaturalParameter:
    """A parameter of the curve of some patients.

    Parameters
    ----------
    name
        As in `families.FAMILIES`; ``cured`` is the cured share.
    estimate, low, high
        With its 95 % interval.
    kind
        What it is measured in.
    is_moved
        Whether it is another for other patients.
    """

    name: str
    estimate: float
    low: float
    high: float
    kind: Kind
    is_moved: bool

    def unit(self, time: str | None) -> str:
        """Return what it is measured in, ``1`` for nothing, given the unit of time."""
        return _UNITS[self.kind].format(unit=time or "time")


def natural_parameters(one: FittedCurve, profile: Profile) -> Iterator[NaturalParameter]:
    """Yield the parameters of the curve of some patients.

    Of an average over many kinds of patients these are the parameters that all have in common, and
    the average of the cured share.

    Parameters
    ----------
    one
        A fit.
    profile
        Which patients.
    """
    curve, place = one.fit, 0
    for name, link in curve.design.family.parameters.items():
        terms = curve.design.terms[name]
        own = slice(place, place + 1 + len(terms))
        place = own.stop
        kind = _KINDS.get(one.wanted.family, {}).get(name, "plain")
        if terms and profile.is_average:
            if name == CURED:
                yield NaturalParameter(name, *_average(curve, profile, own), "plain", True)
            continue
        values = profile.values
        row = np.array([1.0, *(float(term.of(values)) for term in terms)])
        predictor = float(row @ curve.coefficients[own])
        error = float(np.sqrt(row @ curve.covariance[own, own] @ row))
        ends = np.array([predictor, predictor - NORMAL_95 * error, predictor + NORMAL_95 * error])
        with np.errstate(over="ignore"):
            estimate, *others = LINKS[link].parameter(ends).tolist()
        yield NaturalParameter(name, estimate, min(others), max(others), kind, bool(terms))


def _average(curve: EstimatedCurve, profile: Profile, own: slice) -> tuple[float, float, float]:
    """Return the cured share, averaged over patients, and its interval on the logistic scale."""
    data = profile.data
    terms = curve.design.terms[CURED]
    rows = np.stack([np.ones_like(data.time), *(term.of(data.columns) for term in terms)], axis=1)
    weight = np.ones_like(data.time) if data.weight is None else data.weight
    link, step = LINKS[curve.design.family.parameters[CURED]].parameter, 1e-5
    predictor = rows @ curve.coefficients[own]
    change = (link(predictor + step) - link(predictor - step)) / (2.0 * step)
    share = float(np.average(link(predictor), weights=weight))
    slope = np.average(rows * change[:, None], axis=0, weights=weight)
    error = float(np.sqrt(slope @ curve.covariance[own, own] @ slope)) / (share * (1.0 - share))
    middle = special.logit(share)
    low, high = special.expit([middle - NORMAL_95 * error, middle + NORMAL_95 * error]).tolist()
    return share, low, high
