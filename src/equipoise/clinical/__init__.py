"""Health and cost per patient, by the age and the wait at treatment."""

from equipoise.clinical.engines import Engine, engine_for
from equipoise.clinical.run import run_cohort, run_individuals
from equipoise.clinical.totals import totals

__all__ = ["Engine", "engine_for", "run_cohort", "run_individuals", "totals"]
