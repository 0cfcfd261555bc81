"""A model file alone: totals per strategy, the incremental table, its uncertainty."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, floor, log10, sqrt

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from equipoise.clinical import Following, follow, following, seconds_of, totals
from equipoise.core.limits import overflow_explained
from equipoise.core.progress import Progress
from equipoise.draws import Design, sample
from equipoise.pipeline.chunks import LEAST_SECONDS, chunks_of, on_cluster
from equipoise.pipeline.model_rehearsal import base_in_parts, rehearse_model
from equipoise.pipeline.model_tables import (
    COLUMNS,
    MEASURES,
    costs_table,
    draws_table,
    parameters_table,
    totals_table,
)
from equipoise.pipeline.model_trace import trace_of
from equipoise.pipeline.sample_size import check_sample
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import EngineChoice
from equipoise.spec.text import shown
from equipoise.value import (
    Increment,
    acceptability,
    expected_perfect_information,
    incremental_table,
    net_benefit,
)

POINTS = 41

_TIMES_FASTER = 20
"""Machine code against NumPy, about."""


@dataclass(frozen=True)
class ModelRun:
    """Results of one model file.

    `base` holds the totals of the base case, dims (strategy); `drawn` those of every draw, dims
    (strategy, draw), or None without draws. Variables: cost, qaly, life_years and the same with
    `_present` at their present value; `cost_by_item` has the dim (item) besides. Where chance
    decides, `batches` holds the base case's totals of equal parts of the patients, dims (strategy,
    batch): how they scatter says how exact the results are. `inputs` holds the parameters of the
    draws, dims (draw), in canonical units.
    """

    model: LoadedModel
    base: xr.Dataset
    drawn: xr.Dataset | None
    following: Following
    batches: xr.Dataset | None = None
    inputs: xr.Dataset | None = None

    def monte_carlo_errors(self, strategy: str, against: str | None = None) -> dict[str, float]:
        """Return how exact expected discounted totals are, as far as chance moves the patients.

        Parameters
        ----------
        strategy
            Whose totals.
        against
            Another one: then of the differences.

        Returns
        -------
        dict of str to float
            Measure (cost, qaly, life_years) -> Monte Carlo standard error, of the base case or of
            the mean of the draws; empty where chance plays no part.
        """
        if self.batches is None:
            return {}
        draws = 1 if self.drawn is None else self.drawn.sizes["draw"]
        count = self.batches.sizes["batch"] * draws
        return {
            measure: float(_of(self.batches, measure, strategy, against).std(ddof=1)) / sqrt(count)
            for measure in MEASURES
        }

    def share_of_chance(self, measure: str) -> float | None:
        """Return the part of the draws' variance that comes from following so few patients.

        The largest among strategies, at most 1; None without draws or where chance plays no part.

        Parameters
        ----------
        measure
            cost, qaly or life_years.
        """
        if self.batches is None or self.drawn is None:
            return None
        name = f"{measure}_present"
        by_chance = self.batches[name].var("batch", ddof=1) / self.batches.sizes["batch"]
        whole = self.drawn[name].var("draw", ddof=1)
        return min(float((by_chance / whole.where(whole > 0)).fillna(0.0).max()), 1.0)

    def drawn_totals(self, measure: str, strategy: str, against: str | None = None) -> xr.DataArray:
        """Return the discounted totals of every draw, or their differences, dims (draw).

        Parameters
        ----------
        measure
            cost, qaly or life_years.
        strategy, against
            As of `monte_carlo_errors`.

        Raises
        ------
        ValueError
            Without draws.
        """
        if self.drawn is None:
            message = "the run has no draws; ask for some, e.g. draws=1000"
            raise ValueError(message)
        return _of(self.drawn, measure, strategy, against)

    @property
    def tells_life_years(self) -> bool:
        """Return whether life years say more than QALYs do: some life is not worth 1."""
        life, health = self.base["life_years_present"], self.base["qaly_present"]
        return bool(life.any()) and not np.allclose(life.values, health.values, rtol=1e-9, atol=0)

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

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name: increments, totals and costs; with draws, also these.

        Of `draws` one row for each draw and strategy, of `parameters` one for each draw.
        """
        reference = self.increments()[0].strategy
        found = {
            "increments": self.table(),
            "totals": totals_table(self.base, self.drawn, reference=reference, label=self.label),
            "costs": costs_table(self.base, self.drawn, label=self.label),
        }
        if self.drawn is not None and self.inputs is not None:
            found["draws"] = draws_table(self.drawn, label=self.label)
            found["parameters"] = parameters_table(self.inputs)
        return found

    def trace(self) -> xr.Dataset:
        """Return who is where at every point of time of the base case, and what it amounts to.

        Returns
        -------
        xarray.Dataset
            The group `trace` of `core.vocabulary`, with the coordinate `time` in years. What counts
            at the points adds up to the totals in `base`.

        Raises
        ------
        SimulationError
            If the model has no course in time, or time passes without cycles.
        """
        return trace_of(self.model, self.following)

    def uncertainty(self) -> xr.Dataset | None:
        """Return acceptability and EVPI per patient over thresholds; None without draws."""
        if self.drawn is None:
            return None
        found: list[xr.Dataset] = []
        # One by one: all thresholds of all draws at once would take most of a run's memory.
        for worth in self._thresholds():
            threshold = xr.DataArray([worth], coords={"threshold": [worth]}, dims="threshold")
            benefit = net_benefit(self.drawn["cost_present"], self.drawn["qaly_present"], threshold)
            parts = {
                "acceptability": acceptability(benefit),
                "evpi": expected_perfect_information(benefit),
            }
            found.append(xr.Dataset(parts))
        return xr.concat(found, dim="threshold")

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


def _of(data: xr.Dataset, measure: str, strategy: str, against: str | None) -> xr.DataArray:
    """Return discounted totals of a strategy, or their differences from another."""
    values = data[f"{measure}_present"]
    own = values.sel(strategy=strategy, drop=True)
    return own if against is None else own - values.sel(strategy=against, drop=True)


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
    model: LoadedModel,
    *,
    draws: int,
    seed: int,
    design: Design = "latin_hypercube",
    engine: EngineChoice | None = None,
    patients: int | None = None,
    progress: Callable[[float], None] | None = None,
    scheduler: str | None = None,
) -> ModelRun:
    """Run a model file alone, with its own ages and discount rates.

    Parameters
    ----------
    model
        From `spec.load.load_model`.
    draws
        Joint samples; 0 is the base case only.
    seed, design
        Of the sample; the patients' luck has the same seed.
    engine
        How patients are followed; omitted is what the file says.
    patients
        How many in the base case and in each draw, where they differ or are followed one by one;
        omitted is what the file says.
    progress
        Called with the share of the work done, between 0 and 1.
    scheduler
        Address of a Dask scheduler whose workers run the draws instead of threads here.

    Raises
    ------
    FieldError
        If draws, seed or patients are out of their range; see `sample_size.check_sample`.
    SimulationError
        If a number leaves its range, or outgrows a float.
    """
    check_sample(
        draws=draws, seed=seed, patients=1 if patients is None else patients, none_allowed=True
    )
    spec = model.spec
    drawn = inputs = None
    done = _Shares(progress, draws=draws)
    values = {name: one.value for name, one in spec.parameters.items()}
    with overflow_explained(values):
        how = following(model, draws=max(draws, 1), seed=seed, choice=engine, patients=patients)
        place = _Place(scheduler, values)
        base, batches = _base(model, how, place, done.base)
        if draws:
            inputs = sample(
                spec.parameters, joint=spec.joint, correlations=spec.parameter_correlations,
                draws=draws, seed=seed, method=design,
            )  # fmt: skip
            drawn = place.totals(model, inputs, how, done.drawn)
    return ModelRun(model, base, drawn, how, batches, inputs)


@dataclass(frozen=True)
class _Place:
    """Where draws are run: here, or on a cluster."""

    scheduler: str | None
    values: Mapping[str, float]

    def totals(
        self,
        model: LoadedModel,
        inputs: xr.Dataset,
        how: Following,
        progress: Callable[[float], None],
    ) -> xr.Dataset:
        """Return the totals of some draws."""
        if self.scheduler is None:
            return totals(follow(model, inputs, how, by_year=False, progress=progress))
        draws = inputs.sizes["draw"]
        people = draws * max(how.patients, 1)
        seconds = seconds_of(model, draws=people, one_by_one=how.one_by_one)
        if how.engine == "machine_code":
            seconds /= _TIMES_FASTER
        size = ceil(draws / max(min(draws // 2, seconds / LEAST_SECONDS), 1))
        chunks = chunks_of(inputs, size)
        heard = Progress(progress)
        heard.expect(len(chunks))
        work = _ModelWork(model, how, self.values)
        parts = on_cluster(work, chunks, heard, scheduler=self.scheduler, units=1.0)
        return xr.concat(parts, dim="draw")


@dataclass(frozen=True)
class _ModelWork:
    """Totals of one chunk of draws; it can be sent to another process."""

    model: LoadedModel
    how: Following
    values: Mapping[str, float]

    def __call__(self, inputs: xr.Dataset, *, progress: Progress) -> xr.Dataset:
        """Return the totals of some draws."""
        with overflow_explained(self.values):
            return totals(
                follow(self.model, inputs, self.how, by_year=False, progress=progress.tell)
            )


class _Shares:
    """Tells how far a run is: one part for the base case, one for each draw."""

    def __init__(self, progress: Callable[[float], None] | None, *, draws: int) -> None:
        self._progress = progress
        self._first = 1 / (1 + draws)

    def base(self, share: float) -> None:
        """Tell how far the base case is."""
        if self._progress is not None:
            self._progress(share * self._first)

    def drawn(self, share: float) -> None:
        """Tell how far the draws are."""
        if self._progress is not None:
            self._progress(self._first + share * (1 - self._first))


def _base(
    model: LoadedModel, how: Following, place: _Place, progress: Callable[[float], None]
) -> tuple[xr.Dataset, xr.Dataset | None]:
    """Return the totals of the base case; and of parts of its patients, where chance decides."""
    if not how.patients:
        base = totals(rehearse_model(model, how))
        return base.isel(draw=0, drop=True), None
    if not how.one_by_one:
        rehearse_model(model)
    found = place.totals(model, *base_in_parts(model, how), progress)
    return found.mean("draw"), found.rename(draw="batch")
