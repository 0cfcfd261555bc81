"""What is balanced: how policies serve each side, and which ones all can live with."""

from equipoise.balance.compromise import Compromise, compromises, weigh
from equipoise.balance.criteria import CRITERIA, Criterion, Outcome, measured

__all__ = ["CRITERIA", "Compromise", "Criterion", "Outcome", "compromises", "measured", "weigh"]
