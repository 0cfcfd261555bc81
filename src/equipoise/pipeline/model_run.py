"""A model file alone: totals per strategy, the incremental table, its uncertainty."""

from dataclasses import dataclass
from math import floor, log10

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

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
        grid = self._thresholds()
        threshold = xr.DataArray(grid, coords={"threshold": grid}, dims="threshold")
        benefit = net_benefit(self.drawn["cost_present"], self.drawn["qaly_present"], threshold)
        return xr.Dataset(
            {
                "acceptability": acceptability(benefit),
                "evpi": expected_perfect_information(benefit),
            }
        )

    def _thresholds(self) -> NDArray[np.float64]:
        """Return the grid of thresholds, to three times the stated one or beyond the last ICER.

        Where no strategy has any health effect the worth of a QALY does not matter: 0 is enough.
        """
        if self.drawn is not None and not bool(self.drawn["qaly_present"].any()):
            return np.zeros(1)
        price = self.model.spec.willingness_to_pay
        found = [row.icer for row in self.increments() if row.icer is not None]
        top = 2.0 * max(found, default=0.5) if price is None else 3.0 * price.value
        return np.linspace(0.0, top if price is not None else _rounded_up(top), POINTS)

    def _repr_html_(self) -> str:
        """Return the incremental table, for notebooks."""
        return str(self.table().to_html(index=False))


def _rounded_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, ..., so that a grid has round steps.

    Examples
    --------
    >>> _rounded_up(4310.0), _rounded_up(0.9)
    (5000.0, 1.0)
    """
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value)


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
                spec.parameters, joint=spec.joint, correlations=spec.parameter_correlations,
                draws=draws, seed=seed, method=design,
            )  # fmt: skip
            drawn = totals(run_cohort(model, inputs, by_year=False))
    return ModelRun(model, base.isel(draw=0, drop=True), drawn)
