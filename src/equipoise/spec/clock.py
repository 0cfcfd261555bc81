"""Words of the formula language that tell the time, and what they measure."""

from collections.abc import Mapping

from equipoise.core.units import DIMENSIONLESS, Unit
from equipoise.spec.unit_rules import YEAR

CALENDAR_YEAR = "calendar_year"
"""The calendar year at the beginning of the cycle, with the part of it that has passed."""

CLOCK: Mapping[str, Unit] = {
    "time": YEAR, "cycle": YEAR, "age": YEAR, CALENDAR_YEAR: DIMENSIONLESS,
}  # fmt: skip
"""Names that a model with a course in time gives to its formulas."""

PASSING = frozenset(CLOCK) - {"cycle"}
"""Those whose value changes from cycle to cycle by itself."""
