"""Survival curves fitted to single patients, or to a printed curve."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from equipoise.evidence.curves import SurvivalData
from equipoise.evidence.curves.compare import wanted_curves
from equipoise.evidence.curves.cure import Cure
from equipoise.evidence.curves.estimates import CureLink
from equipoise.evidence.curves.splines import SplineScale
from equipoise.pipeline.fitting import CurveFits, Source
from equipoise.pipeline.fitting import fit_curves as fit_all
from equipoise.pipeline.fitting.published import PublishedCurve, read_published

__all__ = ["CurveFits", "PublishedCurve", "fit_curves", "read_estimates"]


def fit_curves(
    patients: SurvivalData | str | Path | None = None,
    *,
    points: str | Path | None = None,
    at_risk: str | Path | None = None,
    events: int | Mapping[str, int] | None = None,
    traced: bool = False,
    families: Sequence[str] = (),
    cure: Cure | None = None,
    cure_link: str = "logistic",
    knots: Sequence[int] = (),
    spline_scale: SplineScale = "hazard",
    covariates: Sequence[str] = (),
    moved: Mapping[str, Sequence[str]] | None = None,
    by: str | None = None,
    landmarks: Sequence[float] = (),
    time_unit: str | None = None,
    external: str | Path | None = None,
    curve: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> CurveFits:
    """Fit survival curves and compare them; those that are refused stay, with the reason.

    Parameters
    ----------
    patients
        Path of a CSV file with `time`, `event` and, if wanted, `entry`, `weight`, `background` and
        covariates; or patients that are read already.
    points, at_risk
        Instead: paths of points read off a printed curve, and of the numbers below it.
    events
        In all, if printed; by group, if there are groups.
    traced
        Whether a program traced the curve, so that its corners are missed.
    families
        Omitted are all, and splines.
    cure
        ``mixture`` or ``non_mixture``: a share is cured, with the link `cure_link`.
    knots, spline_scale
        Of splines; omitted are one and two inner knots, of hazards.
    covariates
        Columns that move the location of each family, or the cured share.
    moved
        Further ones by parameter, e.g. ``{"shape": ["arm"]}``.
    by
        Column whose groups are fitted alone; curves of one figure are, unless `group` is a
        covariate.
    landmarks
        Times at which shares are told; omitted are round ones.
    time_unit
        ``year``, ``month``, ``week`` or ``day``; it changes no fit.
    external
        Path of a CSV file of what other data show, which is set beside the curves: `time`,
        `survival` and, if known, `low`, `high`, `group`, `source`.
    curve
        Which one is shown and goes into a model, by its key in `table()`; omitted are those with
        the lowest AIC.
    progress
        Called with the share of the work done, between 0 and 1.

    Raises
    ------
    SpecError
        With all that is wrong with the files, each with its line and column.
    FieldError, SeveralErrors
        With names that are none.

    Examples
    --------
    >>> import numpy as np
    >>> import equipoise
    >>> from equipoise.evidence.curves import SurvivalData
    >>> data = SurvivalData(np.array([1.0, 2.0, 4.0, 5.0]), np.array([1, 1, 1, 0]) > 0)
    >>> found = equipoise.fit_curves(data, families=["exponential", "weibull"])
    >>> found.groups[0].best.wanted.key
    'exponential'
    """
    source: SurvivalData | Source
    if isinstance(patients, SurvivalData):
        source = patients
    else:
        numbers = {"": events} if isinstance(events, int) else dict(events or {})
        source = Source(_path(patients), _path(points), _path(at_risk), numbers, traced)
    wanted = wanted_curves(
        families, cure=cure, cure_link=cure_link, knots=knots, scale=spline_scale
    )
    return fit_all(
        source, wanted, covariates=covariates, moved=moved, by=by, at=landmarks, unit=time_unit,
        external=_path(external), curve=curve, progress=progress,
    )  # fmt: skip


def read_estimates(
    coefficients: str | Path,
    covariance: str | Path,
    family: str,
    *,
    time_unit: str,
    cure: Cure | None = None,
    cure_link: CureLink = "logistic",
    log_knots: Sequence[float] = (),
    spline_scale: SplineScale = "hazard",
) -> PublishedCurve:
    """Read a survival curve that somebody else has fitted.

    Parameters
    ----------
    coefficients, covariance
        Paths of CSV files as R's flexsurv writes them: ``write.csv(fit$res.t)`` and
        ``write.csv(vcov(fit))``.
    family
        Of the curve, or ``spline``.
    time_unit
        ``year``, ``month``, ``week`` or ``day``.
    cure, cure_link
        As of `fit_curves`.
    log_knots, spline_scale
        Of a spline: logarithms of all knots, and what it is of.

    Raises
    ------
    SpecError
        With all that is wrong with the files, each with its line and column.
    FieldError
        With a name that is none.
    """
    return read_published(
        Path(coefficients), Path(covariance), family, unit=time_unit, cure=cure,
        cure_link=cure_link, log_knots=log_knots, spline_scale=spline_scale,
    )  # fmt: skip


def _path(given: str | Path | None) -> Path | None:
    """Return a path, if there is one."""
    return None if given is None else Path(given)
