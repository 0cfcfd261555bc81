"""How soon: the dates of the road from the decision to the first paid treatment."""

from equipoise.access.road import Dates, critical_days, follow, step_order
from equipoise.access.timeline import access_timeline, in_days, luck_of
from equipoise.access.workdays import DAYS_PER_YEAR

__all__ = [
    "DAYS_PER_YEAR",
    "Dates",
    "access_timeline",
    "critical_days",
    "follow",
    "in_days",
    "luck_of",
    "step_order",
]
