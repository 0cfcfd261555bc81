"""The main path: from a study to its answers, over all draws and policies.

A model that runs alone needs little of it, so each name is imported when it is asked for.
"""

from typing import TYPE_CHECKING

from equipoise.core.on_demand import on_demand

if TYPE_CHECKING:
    from equipoise.pipeline.assessment import assess, warm_up
    from equipoise.pipeline.law import WrongRouteError, lawful
    from equipoise.pipeline.law_report import decided, facts_of, known
    from equipoise.pipeline.model_rehearsal import in_whole_parts, rehearse_model
    from equipoise.pipeline.model_run import ModelRun, run_model
    from equipoise.pipeline.model_tables import COLUMNS, MEASURES, TABLES, interval
    from equipoise.pipeline.model_trace import TRACE_COLUMNS, trace_of, trace_table
    from equipoise.pipeline.rehearsal import rehearse
    from equipoise.pipeline.sample_size import DEFAULT_DRAWS, DEFAULT_SEED, check_sample
    from equipoise.pipeline.settings import (
        Policy,
        model_scales,
        parse_policy,
        policies_of,
        policy_of,
    )
    from equipoise.pipeline.simulated_roads import Timeline, timelines
    from equipoise.pipeline.strays import straying
    from equipoise.pipeline.surveys import Survey, Verdict, require_own_codes, survey
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "assessment": ("assess", "warm_up"),
            "law": ("WrongRouteError", "lawful"),
            "law_report": ("decided", "facts_of", "known"),
            "model_rehearsal": ("in_whole_parts", "rehearse_model"),
            "model_run": ("ModelRun", "run_model"),
            "model_tables": ("COLUMNS", "MEASURES", "TABLES", "interval"),
            "model_trace": ("TRACE_COLUMNS", "trace_of", "trace_table"),
            "rehearsal": ("rehearse",),
            "sample_size": ("DEFAULT_DRAWS", "DEFAULT_SEED", "check_sample"),
            "settings": (
                "Policy",
                "model_scales",
                "parse_policy",
                "policies_of",
                "policy_of",
            ),
            "strays": ("straying",),
            "surveys": ("Survey", "Verdict", "require_own_codes", "survey"),
            "simulated_roads": ("Timeline", "timelines"),
        },
    )

__all__ = [
    "COLUMNS",
    "DEFAULT_DRAWS",
    "DEFAULT_SEED",
    "MEASURES",
    "ModelRun",
    "Policy",
    "Survey",
    "TABLES",
    "TRACE_COLUMNS",
    "Timeline",
    "Verdict",
    "WrongRouteError",
    "assess",
    "check_sample",
    "decided",
    "facts_of",
    "in_whole_parts",
    "interval",
    "known",
    "lawful",
    "model_scales",
    "parse_policy",
    "policies_of",
    "policy_of",
    "rehearse",
    "rehearse_model",
    "require_own_codes",
    "run_model",
    "straying",
    "survey",
    "timelines",
    "trace_of",
    "trace_table",
    "warm_up",
]
