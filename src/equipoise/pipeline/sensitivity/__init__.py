"""How results move with what goes in: many runs of one model file.

All values of all parameters are draws of one run of the engine, so that a tornado takes about as
long as a few dozen draws.
"""

from equipoise.pipeline.sensitivity.changes import Span, span_of
from equipoise.pipeline.sensitivity.comparison import (
    QUADRANTS,
    Comparison,
    Measure,
    Outcome,
    comparison_of,
    require_comparable,
)
from equipoise.pipeline.sensitivity.expected import Expected, Recalculator
from equipoise.pipeline.sensitivity.one_way import ONE_WAY_COLUMNS, Bar, OneWay, one_way
from equipoise.pipeline.sensitivity.precise import (
    FIRST_LOOK,
    LOOK_COLUMNS,
    Look,
    Precise,
    PreciseMeasure,
    run_until_precise,
    running_mean,
)
from equipoise.pipeline.sensitivity.scenarios import (
    SCENARIO_COLUMNS,
    ScenarioResult,
    ScenarioRun,
    run_scenarios,
)
from equipoise.pipeline.sensitivity.switching import (
    SWITCHING_COLUMNS,
    AtThreshold,
    Root,
    Switching,
    Worth,
    switching_values,
)
from equipoise.pipeline.sensitivity.two_way import TwoWay, two_way
from equipoise.spec.together import Changes, Companions, completed

Result = OneWay | TwoWay | Switching | ScenarioRun | Precise
"""What the analyses of a model return."""

__all__ = [
    "FIRST_LOOK", "LOOK_COLUMNS", "ONE_WAY_COLUMNS", "QUADRANTS", "SCENARIO_COLUMNS",
    "SWITCHING_COLUMNS", "AtThreshold", "Bar", "Changes", "Companions", "Comparison", "Expected",
    "Look", "Measure", "OneWay", "Outcome", "Precise", "PreciseMeasure", "Recalculator", "Result",
    "Root", "ScenarioResult", "ScenarioRun", "Span", "Switching", "TwoWay", "Worth",
    "comparison_of", "completed", "one_way", "require_comparable", "run_scenarios",
    "run_until_precise", "running_mean", "span_of", "switching_values", "two_way",
]  # fmt: skip
