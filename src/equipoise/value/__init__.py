"""Is it worth it: totals, increments, acceptability, budget impact and value of information.

A model that runs alone needs little of it, so each name is imported when it is asked for.
"""

from typing import TYPE_CHECKING

from equipoise.core.on_demand import on_demand

if TYPE_CHECKING:
    from equipoise.value.decision import acceptability, expected_perfect_information, net_benefit
    from equipoise.value.economics import (
        course_of_patient,
        economics_of,
        net_benefit_of,
        of_the_decision,
        over_draws,
        reference_threshold,
        thresholds,
    )
    from equipoise.value.incremental import Increment, incremental_table
    from equipoise.value.information import (
        WeakShare,
        partial_information,
        value_of_information,
        weak_share,
    )
    from equipoise.value.waiting import qaly_lost_waiting
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "decision": (
                "acceptability",
                "expected_perfect_information",
                "net_benefit",
            ),
            "economics": (
                "course_of_patient",
                "economics_of",
                "net_benefit_of",
                "of_the_decision",
                "over_draws",
                "reference_threshold",
                "thresholds",
            ),
            "incremental": (
                "Increment",
                "incremental_table",
            ),
            "information": (
                "WeakShare",
                "partial_information",
                "value_of_information",
                "weak_share",
            ),
            "waiting": ("qaly_lost_waiting",),
        },
    )

__all__ = [
    "Increment",
    "WeakShare",
    "acceptability",
    "course_of_patient",
    "economics_of",
    "expected_perfect_information",
    "incremental_table",
    "net_benefit",
    "net_benefit_of",
    "of_the_decision",
    "over_draws",
    "partial_information",
    "qaly_lost_waiting",
    "reference_threshold",
    "thresholds",
    "value_of_information",
    "weak_share",
]
