"""From times of single patients to survival curves: fits, with cure and background mortality."""

from equipoise.evidence.curves.data import KaplanMeier, SurvivalData, at_risk, kaplan_meier
from equipoise.evidence.curves.digitised import DigitisedCurve
from equipoise.evidence.curves.families import FAMILIES
from equipoise.evidence.curves.fit import Fit, FitError, fit_survival
from equipoise.evidence.curves.read import read_curves, read_patients
from equipoise.evidence.curves.reconstruction import Reconstruction, reconstruct

__all__ = [
    "FAMILIES",
    "DigitisedCurve",
    "Fit",
    "FitError",
    "KaplanMeier",
    "Reconstruction",
    "SurvivalData",
    "at_risk",
    "fit_survival",
    "kaplan_meier",
    "read_curves",
    "read_patients",
    "reconstruct",
]
