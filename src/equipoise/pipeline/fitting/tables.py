"""Fitted curves as tables: one row for each number that somebody may look up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from equipoise.evidence.curves import at_risk, kaplan_meier
from equipoise.evidence.curves.compare import GroupFits
from equipoise.evidence.curves.effects import effects_of
from equipoise.evidence.curves.landmarks import Profile, interval, mean_of_steps, mean_until
from equipoise.evidence.curves.natural import natural_parameters
from equipoise.pipeline.fitting.external import external_rows
from equipoise.pipeline.fitting.fits import CurveFits

if TYPE_CHECKING:
    import pandas as pd

KAPLAN_MEIER = "kaplan_meier"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "fits": ("group", "curve", "parameters", "log_likelihood", "aic", "aic_difference", "bic",
             "bic_difference", "refused"),
    "landmarks": ("group", "patients", "curve", "time", "survival", "low", "high", "at_risk"),
    "means": ("group", "patients", "curve", "until", "mean"),
    "coefficients": ("group", "curve", "coefficient", "estimate", "standard_error"),
    "parameters": ("group", "patients", "curve", "parameter", "estimate", "low", "high", "unit"),
    "external": ("group", "patients", "source", "time", "external", "low", "high", "curve",
                 "survival", "difference", "is_within"),
    "effects": ("group", "curve", "covariate", "effect", "ratio", "low", "high"),
}  # fmt: skip
"""Columns of each table."""


def all_tables(found: CurveFits) -> dict[str, pd.DataFrame]:
    """Return all tables by name."""
    import pandas as pd  # noqa: PLC0415 - takes half a second

    rows = {
        "fits": fit_rows(found), "landmarks": landmark_rows(found), "means": mean_rows(found),
        "coefficients": _coefficient_rows(found), "effects": effect_rows(found),
        "parameters": parameter_rows(found),
    }  # fmt: skip
    if found.external:
        rows["external"] = _external_rows(found)
    return {
        name: pd.DataFrame(list(own), columns=list(COLUMNS[name])) for name, own in rows.items()
    }


def fits_table(found: CurveFits) -> pd.DataFrame:
    """Return the table of criteria."""
    import pandas as pd  # noqa: PLC0415 - takes half a second

    return pd.DataFrame(list(fit_rows(found)), columns=list(COLUMNS["fits"]))


def fit_rows(found: CurveFits) -> Iterator[dict[str, object]]:
    """Yield one row for each curve, those that are refused last."""
    for group in found.groups:
        least_aic = min((one.fit.aic for one in group.fitted), default=np.nan)
        least_bic = min((one.fit.bic for one in group.fitted), default=np.nan)
        for one in group.fitted:
            fit = one.fit
            yield {
                "group": group.group, "curve": one.wanted.key,
                "parameters": fit.coefficients.size, "log_likelihood": fit.log_likelihood,
                "aic": fit.aic, "aic_difference": fit.aic - least_aic,
                "bic": fit.bic, "bic_difference": fit.bic - least_bic,
            }  # fmt: skip
        for refused in group.refused:
            yield {"group": group.group, "curve": refused.wanted.key, "refused": refused.reason}


def landmark_rows(found: CurveFits) -> Iterator[dict[str, object]]:
    """Yield shares alive at landmarks: Kaplan-Meier with its interval, then the curves."""
    times = np.array(found.landmarks)
    for group, profile in _profiles(found):
        seen = kaplan_meier(profile.data)
        within = times <= profile.data.time.max()
        low, high = interval(seen, times)
        for place, time in enumerate(times.tolist()):
            if within[place]:
                yield {
                    "group": group.group, "patients": profile.label, "curve": KAPLAN_MEIER,
                    "time": time, "survival": seen.at(times)[place], "low": low[place],
                    "high": high[place], "at_risk": at_risk(profile.data, times)[place],
                }  # fmt: skip
        for one in group.fitted:
            for time, share in zip(times, profile.survival(one.fit, times), strict=True):
                yield {"group": group.group, "patients": profile.label, "curve": one.wanted.key,
                       "time": time, "survival": share}  # fmt: skip


def mean_rows(found: CurveFits) -> Iterator[dict[str, object]]:
    """Yield mean times within the follow-up: Kaplan-Meier, then the curves."""
    for group, profile in _profiles(found):
        until, means = means_of(found, group, profile)
        for curve, mean in means.items():
            yield {"group": group.group, "patients": profile.label, "curve": curve,
                   "until": until, "mean": mean}  # fmt: skip


def means_of(
    found: CurveFits, group: GroupFits, profile: Profile
) -> tuple[float, dict[str, float]]:
    """Return mean times by curve, and until when.

    That is the same for all kinds of patients of a group, so that they can be compared: as long as
    each of them was followed.
    """
    until = min(float(one.data.time.max()) for one in found.profiles(group))
    means = {KAPLAN_MEIER: mean_of_steps(kaplan_meier(profile.data), until)}
    for one in group.fitted:
        means[one.wanted.key] = mean_until(partial(profile.survival, one.fit), until)
    return until, means


def _external_rows(found: CurveFits) -> Iterator[dict[str, object]]:
    """Yield shares of other data beside those of the curves."""
    for group, profile in _profiles(found):
        shares = found.external_of(group, profile)
        curves = {one.wanted.key: found.beside_others(group, profile, one) for one in group.fitted}
        for row in external_rows(shares, curves) if shares else ():
            yield {"group": group.group, "patients": profile.label, **row}


def effect_rows(found: CurveFits) -> Iterator[dict[str, object]]:
    """Yield what covariates do, as ratios."""
    for group in found.groups:
        for one in group.fitted:
            for effect in effects_of(one):
                yield {"group": group.group, "curve": one.wanted.key,
                       "covariate": effect.covariate, "effect": effect.kind,
                       "ratio": effect.ratio, "low": effect.low, "high": effect.high}  # fmt: skip


def _coefficient_rows(found: CurveFits) -> Iterator[dict[str, object]]:
    """Yield coefficients on the scale of their links."""
    for group in found.groups:
        for one in group.fitted:
            fit = one.fit
            for name, value, error in zip(
                fit.design.names, fit.coefficients, fit.standard_errors, strict=True
            ):
                yield {"group": group.group, "curve": one.wanted.key, "coefficient": name,
                       "estimate": value, "standard_error": error}  # fmt: skip


def parameter_rows(found: CurveFits) -> Iterator[dict[str, object]]:
    """Yield parameters as people know them, for each kind of patients."""
    for group, profile in _profiles(found):
        for one in group.fitted:
            for own in natural_parameters(one, profile):
                yield {"group": group.group, "patients": profile.label, "curve": one.wanted.key,
                       "parameter": own.name, "estimate": own.estimate, "low": own.low,
                       "high": own.high, "unit": own.unit(found.unit)}  # fmt: skip


def _profiles(found: CurveFits) -> Iterator[tuple[GroupFits, Profile]]:
    """Yield each kind of patients of each group."""
    for group in found.groups:
        for profile in found.profiles(group):
            yield group, profile
