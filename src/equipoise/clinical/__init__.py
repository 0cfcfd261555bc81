"""Health and cost per patient, by the age and the wait at treatment."""

from equipoise.clinical.engines import Engine, engine_for, seconds_of
from equipoise.clinical.following import Following, follow, following
from equipoise.clinical.readings import reads_again
from equipoise.clinical.run import run_cohort, run_in_time, run_individuals
from equipoise.clinical.totals import totals
from equipoise.clinical.trace import points_in, trace

__all__ = [
    "Engine",
    "Following",
    "engine_for",
    "follow",
    "following",
    "points_in",
    "reads_again",
    "run_cohort",
    "run_in_time",
    "run_individuals",
    "seconds_of",
    "totals",
    "trace",
]
