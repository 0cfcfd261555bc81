"""Data to distributions: life tables, survival curves, experts, published estimates, registers.

Each name is imported when it is asked for: a model's run needs life tables alone.
"""

from typing import TYPE_CHECKING

from equipoise.core.on_demand import on_demand

if TYPE_CHECKING:
    from equipoise.evidence.elicitation import (
        Elicited,
        Judgement,
        LinearPool,
        fit_judgement,
        linear_pool,
    )
    from equipoise.evidence.life_tables import life_expectancy, survival
    from equipoise.evidence.synthesis import (
        Estimate,
        Pooled,
        Updated,
        pooled,
        updated_mean,
        updated_rate,
        updated_share,
    )
else:
    __getattr__, __dir__ = on_demand(
        __name__,
        {
            "elicitation": ("Elicited", "Judgement", "LinearPool", "fit_judgement", "linear_pool"),
            "life_tables": ("life_expectancy", "survival"),
            "synthesis": (
                "Estimate",
                "Pooled",
                "Updated",
                "pooled",
                "updated_mean",
                "updated_rate",
                "updated_share",
            ),
        },
    )

__all__ = [
    "Elicited",
    "Estimate",
    "Judgement",
    "LinearPool",
    "Pooled",
    "Updated",
    "fit_judgement",
    "life_expectancy",
    "linear_pool",
    "pooled",
    "survival",
    "updated_mean",
    "updated_rate",
    "updated_share",
]
