"""What is balanced: how policies serve each side, and which ones all can live with."""

from equipoise.balance.compromise import Compromise, compromises, weigh
from equipoise.balance.criteria import CRITERIA, Criterion, Outcome, Queue, measured, queue_of

__all__ = [
    "CRITERIA",
    "Compromise",
    "Criterion",
    "Outcome",
    "Queue",
    "compromises",
    "measured",
    "queue_of",
    "weigh",
]
