"""Dated legal values and decision trees, each branch with its clause and source."""

from equipoise.rules.classify import Answer, Classified, classify
from equipoise.rules.force import GRACE, check_in_force
from equipoise.rules.payers import Segment, payer_for_life, payer_segments, shares_of_span

__all__ = [
    "GRACE",
    "Answer",
    "Classified",
    "Segment",
    "check_in_force",
    "classify",
    "payer_for_life",
    "payer_segments",
    "shares_of_span",
]
