"""Equipoise: decisions on cell and gene therapies, from the law to the last payment."""

from typing import TYPE_CHECKING

from equipoise.core.on_demand import on_demand

__version__ = "0.1.0"

__all__ = [
    "CurveFits",
    "ModelRun",
    "PublishedCurve",
    "Results",
    "Verification",
    "assess",
    "classify",
    "draws_until_precise",
    "fit_curves",
    "load",
    "one_way",
    "one_way_of_study",
    "open_results",
    "read_estimates",
    "run_model",
    "scenarios",
    "seed_mistakes",
    "threshold_values",
    "timelines",
    "two_way",
    "verify",
]

if TYPE_CHECKING:
    from equipoise.api import (
        CurveFits,
        ModelRun,
        PublishedCurve,
        Results,
        Verification,
        assess,
        classify,
        draws_until_precise,
        fit_curves,
        load,
        one_way,
        one_way_of_study,
        open_results,
        read_estimates,
        run_model,
        scenarios,
        seed_mistakes,
        threshold_values,
        timelines,
        two_way,
        verify,
    )
else:
    # The interface is imported when it is first used, so that parts can be used without the whole.
    __getattr__, __dir__ = on_demand(__name__, {"api": __all__})
