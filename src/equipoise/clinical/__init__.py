"""Health and cost per patient, by the age and the wait at treatment."""

from equipoise.clinical.cohort import run_cohort
from equipoise.clinical.totals import totals

__all__ = ["run_cohort", "totals"]
