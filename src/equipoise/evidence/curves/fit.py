"""Fitting curves to patients by maximum likelihood, and refusing fits that say nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import EquipoiseError
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.asked import SPLINE, require_possible
from equipoise.evidence.curves.cure import Cure, with_cure
from equipoise.evidence.curves.data import SurvivalData
from equipoise.evidence.curves.doubts import doubts_of
from equipoise.evidence.curves.estimated import EstimatedCurve
from equipoise.evidence.curves.families import FAMILIES, Family
from equipoise.evidence.curves.likelihood import Likelihood, design
from equipoise.evidence.curves.search import Search
from equipoise.evidence.curves.slopes import close_derivatives, steps
from equipoise.evidence.curves.splines import SplineScale, knots_of, spline_family

Floats = NDArray[np.float64]


class FitError(EquipoiseError):
    """A fit that must not be used.

    Parameters
    ----------
    message
        What is wrong with it.
    fix
        What may help.
    doubt
        The same without the name of the curve.
    """

    def __init__(self, message: str, *, fix: str, doubt: str = "") -> None:
        self.message, self.fix, self.doubt = message, fix, doubt or message
        super().__init__(f"{message}\n  fix: {fix}")


@dataclass(frozen=True)
class Fit(EstimatedCurve):
    """A curve fitted to patients.

    Parameters
    ----------
    name, design, coefficients, covariance
        As of `EstimatedCurve`.
    log_likelihood
        At its highest.
    patients, events
        How many, weighted.
    doubts
        Why the fit should not be used, if somebody insisted on having it.
    """

    log_likelihood: float
    patients: float
    events: float
    doubts: tuple[str, ...] = ()

    @property
    def aic(self) -> float:
        """Return Akaike's criterion."""
        return 2.0 * self.coefficients.size - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Return Schwarz's criterion, by the number of patients, as R does."""
        return float(self.coefficients.size * np.log(self.patients) - 2.0 * self.log_likelihood)


def fit_survival(
    data: SurvivalData,
    family: str,
    *,
    covariates: Mapping[str, Sequence[str]] | Sequence[str] = (),
    cure: Cure | None = None,
    cure_link: str = "logistic",
    knots: int = 2,
    spline_scale: SplineScale = "hazard",
    at_any_rate: bool = False,
) -> Fit:
    """Fit a curve by maximum likelihood.

    Parameters
    ----------
    data
        Patients.
    family
        One of `families.FAMILIES`, or ``spline``.
    covariates
        Columns that move the location of the family, or the cured share; or for each parameter by
        its name.
    cure
        ``mixture`` or ``non_mixture`` for curves of which a share is cured.
    cure_link
        Of that share: ``logistic``, ``loglog`` or ``identity``.
    knots
        Between the first and the last event; of splines.
    spline_scale
        What a spline is of.
    at_any_rate
        Return a fit that must not be used, with its `doubts`, instead of refusing it.

    Raises
    ------
    FitError
        If it has not converged, or what it estimates cannot be told from the data.
    FieldError, SeveralErrors
        If a name is none, a parameter or a column is not there, or there are too few events.

    Examples
    --------
    >>> data = SurvivalData(np.array([1.0, 2.0, 4.0, 5.0]), np.array([True, True, True, False]))
    >>> round(fit_survival(data, "exponential").parameters()["rate"], 6)
    0.25
    """
    require_possible(
        data, family=family, cure=cure, cure_link=cure_link, knots=knots, spline_scale=spline_scale
    )
    own = _family(data, family, knots, spline_scale)
    own = own if cure is None else with_cure(own, cure, link=cure_link)
    moved = covariates if isinstance(covariates, Mapping) else {own.location: tuple(covariates)}
    made = design(own, data, moved)
    likelihood = Likelihood(made, data)
    best = Search(data).best(made)
    slope, second = close_derivatives(likelihood, best, steps(likelihood, best))
    doubts = tuple(doubts_of(likelihood, best, slope=slope, curvature=-second))
    name = family if cure is None else f"{family}, {cure}"
    if doubts and not at_any_rate:
        fix = _("use a curve with fewer parameters, or longer follow-up")
        raise FitError(_("{curve}: {doubt}", curve=name, doubt=doubts[0]), fix=fix, doubt=doubts[0])
    covariance = _inverse(-second)
    return Fit(name, made, best, covariance, likelihood(best), data.patients, data.events, doubts)


def _inverse(curvature: Floats) -> Floats:
    """Return the covariance, as far as there is one."""
    if not np.isfinite(curvature).all():
        return np.full_like(curvature, np.nan)
    return np.asarray(np.linalg.pinv(curvature, hermitian=True), dtype=np.float64)


def _family(data: SurvivalData, name: str, knots: int, scale: SplineScale) -> Family:
    """Return the family of a name."""
    if name == SPLINE:
        weight = None if data.weight is None else data.weight[data.event]
        places = knots_of(data.time[data.event], knots, weight=weight)
        return spline_family(places.tolist(), scale)
    return FAMILIES[name]
