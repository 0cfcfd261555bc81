"""A model file alone: totals per strategy, the incremental table, its uncertainty."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from equipoise.clinical import run_cohort, totals
from equipoise.core.limits import overflow_explained
from equipoise.draws import Design, sample
from equipoise.pipeline.rehearsal import rehearse_model
from equipoise.pipeline.settings import check_sample
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.text import shown
from equipoise.value import (
    Increment,
    acceptability,
    expected_perfect_information,
    incremental_table,
    net_benefit,
)

POINTS = 41

COLUMNS = (
    "strategy", "cost", "qaly", "incremental_cost", "incremental_qaly", "icer", "standing",
)  # fmt: skip
"""Columns of the incremental table."""


@dataclass(frozen=True)
class ModelRun:
    """Results of one model file.

    `base` holds the totals of the base case, dims (strategy); `drawn` those of every draw, dims
    (strategy, draw), or None without draws. Variables: cost, qaly, life_years and the same with
    `_present` at their present value; `cost_by_item` in the base case, dims (strategy, item).
    """

    model: LoadedModel
    base: xr.Dataset
    drawn: xr.Dataset | None

    def increments(self) -> list[Increment]:
        """Return the incremental table of discounted expected totals.

        Of the draws' means where there are draws, else of the base case.
        """
        data = self.base if self.drawn is None else self.drawn.mean("draw")
        return incremental_table(
            {
                str(name): (
                    float(data["cost_present"].sel(strategy=name)),
                    float(data["qaly_present"].sel(strategy=name)),
                )
                for name in data["strategy"].values
            }
        )

    def label(self, strategy: str) -> str:
        """Return a strategy's name for people."""
        return shown(self.model.spec.labels.get(strategy, strategy))

    def table(self) -> pd.DataFrame:
        """Return the incremental table, one row per strategy."""
        rows = [
            {
                "strategy": self.label(row.strategy), "cost": row.cost, "qaly": row.health,
                "incremental_cost": row.more_cost, "incremental_qaly": row.more_health,
                "icer": row.icer, "standing": row.standing,
            }
            for row in self.increments()
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def uncertainty(self) -> xr.Dataset | None:
        """Return acceptability and EVPI per patient over thresholds; None without draws."""
        if self.drawn is None:
            return None
        price = self.model.spec.willingness_to_pay
        top = 3.0 * price.value if price is not None else self._largest_icer()
        grid = np.linspace(0.0, top, POINTS)
        threshold = xr.DataArray(grid, coords={"threshold": grid}, dims="threshold")
        benefit = net_benefit(self.drawn["cost_present"], self.drawn["qaly_present"], threshold)
        return xr.Dataset(
            {
                "acceptability": acceptability(benefit),
                "evpi": expected_perfect_information(benefit),
            }
        )

    def _largest_icer(self) -> float:
        """Return twice the last ICER of the frontier, or one where there is none."""
        found = [row.icer for row in self.increments() if row.icer is not None]
        return 2.0 * max(found, default=0.5)

    def _repr_html_(self) -> str:
        """Return the incremental table, for notebooks."""
        return str(self.table().to_html(index=False))


def run_model(
    model: LoadedModel, *, draws: int, seed: int, design: Design = "latin_hypercube"
) -> ModelRun:
    """Run a model file alone, with its own ages and discount rates.

    Parameters
    ----------
    model
        From `spec.load.load_model`.
    draws
        Joint samples; 0 is the base case only.
    seed, design
        Of the sample.

    Raises
    ------
    FieldError
        If draws or seed are out of their range; see `settings.check_sample`.
    SimulationError
        If a number leaves its range, or outgrows a float.
    """
    check_sample(draws=draws, seed=seed, none_allowed=True)
    spec = model.spec
    drawn = None
    with overflow_explained({name: one.value for name, one in spec.parameters.items()}):
        base = totals(rehearse_model(model))
        if draws:
            inputs = sample(
                spec.parameters, joint=spec.joint, correlations=spec.correlations, draws=draws,
                seed=seed, method=design,
            )  # fmt: skip
            drawn = totals(run_cohort(model, inputs))
    return ModelRun(model, base.isel(draw=0, drop=True), drawn)
