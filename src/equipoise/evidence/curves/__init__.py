"""From times of single patients to survival curves: fits, with cure and background mortality."""

from equipoise.evidence.curves.data import KaplanMeier, SurvivalData, at_risk, kaplan_meier
from equipoise.evidence.curves.families import FAMILIES
from equipoise.evidence.curves.fit import Fit, FitError, fit_survival

__all__ = [
    "FAMILIES",
    "Fit",
    "FitError",
    "KaplanMeier",
    "SurvivalData",
    "at_risk",
    "fit_survival",
    "kaplan_meier",
]
