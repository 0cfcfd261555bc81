"""Dated legal values and decision trees, each branch with its clause and source."""

from equipoise.rules.classify import (
    STANDINGS,
    Answer,
    Classified,
    OpenFactsError,
    Path,
    Possible,
    Way,
    certain,
    classify,
    merged,
)
from equipoise.rules.flips import Flip, flips
from equipoise.rules.force import GRACE, check_in_force, is_in_force, is_stale
from equipoise.rules.payers import Segment, payer_for_life, payer_segments, shares_of_span
from equipoise.rules.roads import Road, marks, roads
from equipoise.rules.uniformity import Twin, concepts, parted, twins

__all__ = [
    "GRACE",
    "STANDINGS",
    "Answer",
    "Classified",
    "Flip",
    "OpenFactsError",
    "Path",
    "Possible",
    "Road",
    "Segment",
    "Twin",
    "Way",
    "certain",
    "check_in_force",
    "classify",
    "concepts",
    "flips",
    "is_in_force",
    "is_stale",
    "marks",
    "merged",
    "parted",
    "payer_for_life",
    "payer_segments",
    "roads",
    "shares_of_span",
    "twins",
]
