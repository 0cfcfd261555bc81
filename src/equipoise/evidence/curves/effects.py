r"""What a covariate of the location does, as one ratio with its interval.

A covariate with the coefficient :math:`\beta` on the location of a family is a ratio of

- hazards: :math:`e^\beta` of exponential, Weibull by hazards, Gompertz and splines of hazards, and
  of a non-mixture cure by the loglog link, :math:`H = e^{x} (1 - S_u)`; :math:`e^{-k \beta}` of
  Weibull with its shape :math:`k`;
- times (an acceleration factor; above 1 is longer life): :math:`e^\beta` of Weibull, lognormal,
  log-logistic and generalised gamma, :math:`e^{-\beta}` of gamma and exponential;
- odds of the event: :math:`e^{-k \beta}` of log-logistic, :math:`e^\beta` of splines of odds;
- odds of being cured: :math:`e^\beta` by the logistic link.

Intervals are those of the logarithm, by the delta method where it holds two coefficients.

References
----------
Collett (2015), Modelling survival data in medical research, chapters 5 and 6;
Royston, Parmar (2002), Stat Med 21(15):2175-2197, https://doi.org/10.1002/sim.1203;
Lambert et al. (2007), Biostatistics 8(3):576-594, https://doi.org/10.1093/biostatistics/kxl030.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from equipoise.evidence.curves.compare import FittedCurve
from equipoise.evidence.curves.cure import CURED
from equipoise.evidence.curves.landmarks import NORMAL_95
from equipoise.evidence.curves.likelihood import CONSTANT

EffectKind = Literal["hazard_ratio", "acceleration_factor", "odds_ratio", "cure_odds_ratio"]

_PLAIN: dict[str, tuple[tuple[EffectKind, float], ...]] = {
    "exponential": (("hazard_ratio", 1.0), ("acceleration_factor", -1.0)),
    "weibull": (("acceleration_factor", 1.0),),
    "weibull_ph": (("hazard_ratio", 1.0),),
    "gompertz": (("hazard_ratio", 1.0),),
    "gamma": (("acceleration_factor", -1.0),),
    "lognormal": (("acceleration_factor", 1.0),),
    "loglogistic": (("acceleration_factor", 1.0),),
    "generalised_gamma": (("acceleration_factor", 1.0),),
}
"""Kind, and the sign of the coefficient in the logarithm of the ratio."""

_BY_SHAPE: dict[str, EffectKind] = {"weibull": "hazard_ratio", "loglogistic": "odds_ratio"}
_OF_SPLINES: dict[str, EffectKind] = {"hazard": "hazard_ratio", "odds": "odds_ratio"}


@dataclass(frozen=True)
class Effect:
    """A ratio between patients of whom one has more of a covariate, by 1, or another level.

    Parameters
    ----------
    covariate
        Its name, with the level if it is a category.
    kind
        Ratio of what.
    ratio, low, high
        The estimate and its 95 % interval.
    """

    covariate: str
    kind: EffectKind
    ratio: float
    low: float
    high: float


def effects_of(curve: FittedCurve) -> tuple[Effect, ...]:
    """Return the effects of a curve; none where a covariate's effect is no single ratio.

    Parameters
    ----------
    curve
        A covariate that moves several parameters has no ratio that holds at all times.
    """
    design = curve.fit.design
    elsewhere = {
        term.column
        for parameter, terms in design.terms.items()
        if parameter != design.family.location
        for term in terms
    }
    shaped = any(design.terms.get("shape", ()))
    found: list[Effect] = []
    for term in design.terms[design.family.location]:
        if term.column not in elsewhere:
            found += _effects(curve, term.name, shaped=shaped)
    return tuple(found)


def _effects(curve: FittedCurve, covariate: str, *, shaped: bool) -> Iterator[Effect]:
    """Yield the effects of one covariate."""
    fit, family = curve.fit, curve.wanted.family
    names = list(fit.design.names)
    place = names.index(f"{fit.design.family.location}.{covariate}")
    beta, error = float(fit.coefficients[place]), float(fit.standard_errors[place])
    for kind, sign in _kinds(curve):
        yield _effect(covariate, kind, sign * beta, error)
    if curve.wanted.cure is None and family in _BY_SHAPE and not shaped:
        other = names.index(f"shape.{CONSTANT}")
        shape = float(np.exp(fit.coefficients[other]))
        slope = np.array([-shape, -shape * beta])
        both = np.ix_([place, other], [place, other])
        spread = float(np.sqrt(slope @ fit.covariance[both] @ slope))
        yield _effect(covariate, _BY_SHAPE[family], -shape * beta, spread)


def _kinds(curve: FittedCurve) -> tuple[tuple[EffectKind, float], ...]:
    """Return what the coefficient of a covariate of the location is the logarithm of."""
    wanted = curve.wanted
    if wanted.cure is not None:
        link = curve.fit.design.family.parameters[CURED]
        if link == "logistic":
            return (("cure_odds_ratio", 1.0),)
        is_hazard = link == "loglog" and wanted.cure == "non_mixture"
        return (("hazard_ratio", 1.0),) if is_hazard else ()
    if wanted.scale in _OF_SPLINES and wanted.family not in _PLAIN:
        return ((_OF_SPLINES[wanted.scale], 1.0),)
    return _PLAIN.get(wanted.family, ())


def _effect(covariate: str, kind: EffectKind, log_ratio: float, error: float) -> Effect:
    """Return a ratio and its interval from its logarithm."""
    ends = (log_ratio - NORMAL_95 * error, log_ratio + NORMAL_95 * error)
    with np.errstate(over="ignore"):
        low, high = (float(np.exp(end)) for end in ends)
        return Effect(covariate, kind, float(np.exp(log_ratio)), low, high)
