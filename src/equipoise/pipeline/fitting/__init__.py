"""From a file of patients, or a printed curve, to fitted curves, tables, pictures and a model."""

from equipoise.pipeline.fitting.fits import CurveFits, Population, fit_curves
from equipoise.pipeline.fitting.life_table import read_life_table, read_rates
from equipoise.pipeline.fitting.source import Source
from equipoise.pipeline.fitting.tables import COLUMNS

__all__ = [
    "COLUMNS",
    "CurveFits",
    "Population",
    "Source",
    "fit_curves",
    "read_life_table",
    "read_rates",
]
