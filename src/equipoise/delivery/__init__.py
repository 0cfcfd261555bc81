"""Does it fit: who is treated when, who waits, leaves or dies in the queue."""

from equipoise.delivery.demand import Demand, demand
from equipoise.delivery.queue import reach, treated_patients

__all__ = ["Demand", "demand", "reach", "treated_patients"]
