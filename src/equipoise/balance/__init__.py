"""What is balanced: how policies serve each side, and which ones all can live with."""

from equipoise.balance.compromise import Compromise, compromises, weigh
from equipoise.balance.criteria import CRITERIA, Criterion, Outcome, measured, queue_of

__all__ = [
    "CRITERIA",
    "Compromise",
    "Criterion",
    "Outcome",
    "compromises",
    "measured",
    "queue_of",
    "weigh",
]
