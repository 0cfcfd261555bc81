"""Health and cost per patient, by the age and the wait at treatment."""

from equipoise.clinical.courses import follow_cohort, follow_in_time, follow_individuals
from equipoise.clinical.engines import Engine, engine_for, seconds_of
from equipoise.clinical.followed import Followed
from equipoise.clinical.following import Following, follow, following
from equipoise.clinical.readings import reads_again
from equipoise.clinical.run import run_cohort, run_in_time, run_individuals
from equipoise.clinical.totals import Totals, totals, totals_of
from equipoise.clinical.trace import points_in, trace

__all__ = [
    "Engine",
    "Followed",
    "Following",
    "Totals",
    "engine_for",
    "follow",
    "follow_cohort",
    "follow_in_time",
    "follow_individuals",
    "following",
    "points_in",
    "reads_again",
    "run_cohort",
    "run_in_time",
    "run_individuals",
    "seconds_of",
    "totals",
    "totals_of",
    "trace",
]
