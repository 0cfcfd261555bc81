"""The words of the Python interface: load, assess, open, run a model alone, move what goes in.

Each is imported when it is asked for, as a model that runs alone needs no report.

Examples
--------
>>> import equipoise
>>> study = equipoise.load("haemophilia-b-gene-therapy", country="ru")
>>> results = equipoise.assess(study, draws=50)
>>> [answer.question for answer in results.answers()][0]
'How soon?'
"""

from typing import TYPE_CHECKING

from equipoise.core.on_demand import on_demand

if TYPE_CHECKING:
    from equipoise.api.fitting import CurveFits, PublishedCurve, fit_curves, read_estimates
    from equipoise.api.laws import classify, timelines
    from equipoise.api.models import ModelRun, run_model
    from equipoise.api.results import Results, open_results
    from equipoise.api.sensitivity import (
        draws_until_precise,
        one_way,
        one_way_of_study,
        scenarios,
        threshold_values,
        two_way,
    )
    from equipoise.api.studies import assess, load
    from equipoise.api.verifying import Verification, seed_mistakes, verify
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "fitting": ("CurveFits", "PublishedCurve", "fit_curves", "read_estimates"),
            "laws": ("classify", "timelines"),
            "models": ("ModelRun", "run_model"),
            "results": ("Results", "open_results"),
            "sensitivity": (
                "draws_until_precise",
                "one_way",
                "one_way_of_study",
                "scenarios",
                "threshold_values",
                "two_way",
            ),
            "studies": ("assess", "load"),
            "verifying": ("Verification", "seed_mistakes", "verify"),
        },
    )

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
