"""Is it worth it: totals, increments, acceptability, budget impact and value of information."""

from equipoise.value.decision import acceptability, expected_perfect_information, net_benefit
from equipoise.value.economics import (
    course_of_patient,
    economics,
    net_benefit_of,
    of_the_decision,
    over_draws,
    reference_threshold,
    thresholds,
)
from equipoise.value.incremental import Increment, incremental_table
from equipoise.value.information import WeakShare, information, partial_information, weak_share
from equipoise.value.waiting import qaly_lost_waiting

__all__ = [
    "Increment",
    "WeakShare",
    "acceptability",
    "course_of_patient",
    "economics",
    "expected_perfect_information",
    "incremental_table",
    "information",
    "net_benefit",
    "net_benefit_of",
    "of_the_decision",
    "over_draws",
    "partial_information",
    "qaly_lost_waiting",
    "reference_threshold",
    "thresholds",
    "weak_share",
]
