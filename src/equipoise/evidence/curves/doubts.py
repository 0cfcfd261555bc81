"""Why a fit must not be used: what the data do not tell, however high the likelihood."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from equipoise.core.translation import translate as _
from equipoise.evidence.curves.cure import CURED
from equipoise.evidence.curves.families import LINKS
from equipoise.evidence.curves.likelihood import Likelihood

Floats = NDArray[np.float64]

_CONVERGED = 1e-9
"""How much the logarithm of the likelihood might still rise."""

_FLAT = 1e-10
"""Least curvature of it, in units of each coefficient's own, that tells coefficients apart."""

_VAGUE = 3.0
"""Standard error of a cured share, on the logistic scale, beyond which it could be any."""

_FEW = 0.05
"""The share of patients for whom it may be so: extreme ones, far from all others."""


def doubts_of(
    likelihood: Likelihood, beta: Floats, *, slope: Floats, curvature: Floats
) -> Iterator[str]:
    """Yield reasons why a fit must not be used.

    Parameters
    ----------
    likelihood
        Of the curve.
    beta
        Where it is highest.
    slope, curvature
        Its gradient there, and its second derivatives with the other sign.
    """
    if likelihood.data.events < beta.size:
        yield _("it has more parameters than there are events ({events:g})",
                events=likelihood.data.events)  # fmt: skip
        return
    empty = _without_events(likelihood)
    if empty:
        yield _("no event tells the effect of {names}",
                names=", ".join(empty))  # fmt: skip
        return
    scale = np.sqrt(np.abs(np.diag(curvature)))
    if not (np.isfinite(curvature).all() and np.isfinite(slope).all() and (scale > 0).all()):
        yield _("the likelihood has no curvature where it is highest")
        return
    least, *_others = np.linalg.eigvalsh(curvature / np.outer(scale, scale))
    if least < _FLAT:
        yield _("the data do not tell its parameters apart (the likelihood is flat)")
        return
    rise = float(slope @ np.linalg.solve(curvature, slope)) / 2.0
    if rise > _CONVERGED * (1.0 + abs(likelihood(beta))):
        yield _("the search for its parameters has not come to an end")
    if CURED in likelihood.design.family.parameters:
        covariance = np.asarray(np.linalg.inv(curvature), dtype=np.float64)
        if np.mean(_vagueness(likelihood, beta, covariance) > _VAGUE) > _FEW:
            own = [name for name in likelihood.design.names if name.startswith(f"{CURED}.")]
            yield _("the data do not tell the cured share ({names})", names=", ".join(own))


def _without_events(likelihood: Likelihood) -> list[str]:
    """Return the levels of covariates among whom, or beside whom, there is no event.

    What they change has no highest likelihood: it goes on to rise as their effect does.
    """
    data, found = likelihood.data, []
    for term in {one for own in likelihood.design.terms.values() for one in own}:
        column = term.of(data.columns)
        if set(np.unique(column).tolist()) == {0.0, 1.0}:
            found += [
                f"{term.name} ({side:g})" if term.level is None else term.name
                for side in (0.0, 1.0) if not data.event[column == side].any()
            ]  # fmt: skip
    return sorted(set(found))


def _vagueness(likelihood: Likelihood, beta: Floats, covariance: Floats) -> Floats:
    """Return the standard error of each patient's cured share, on the logistic scale.

    That of a coefficient says little: a constant is that of patients of age 0, and links differ.
    """
    made, data = likelihood.design, likelihood.data
    columns = [np.ones_like(data.time), *(term.of(data.columns) for term in made.terms[CURED])]
    patients = np.stack(columns, axis=1)
    count = len(columns)  # the cured share is the first parameter
    predictor = patients @ beta[:count]
    variance = np.einsum("ij,jk,ik->i", patients, covariance[:count, :count], patients)
    link = LINKS[made.family.parameters[CURED]].parameter
    share, step = link(predictor), 1e-4
    change = np.abs(link(predictor + step) - link(predictor - step)) / (2.0 * step)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.sqrt(variance) * change / (share * (1.0 - share))
    return np.where(np.isfinite(found), found, np.inf)
