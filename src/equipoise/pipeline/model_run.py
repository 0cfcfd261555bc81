"""A model file alone: totals per strategy, the incremental table, its uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical import Following, Totals, follow, following, seconds_of, totals_of
from equipoise.core.limits import overflow_explained
from equipoise.core.progress import Progress
from equipoise.draws import Design, Sample, drawn_sample
from equipoise.pipeline.model_chance import monte_carlo_errors, share_of_chance
from equipoise.pipeline.model_rehearsal import base_in_parts, in_whole_parts, rehearse_model
from equipoise.pipeline.model_tables import (
    costs_table,
    draws_table,
    increments_table,
    parameters_table,
    totals_table,
)
from equipoise.pipeline.sample_size import check_sample, check_scheduler
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import EngineChoice
from equipoise.spec.text import shown
from equipoise.value import Increment, incremental_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]

_TIMES_FASTER = 20
"""Machine code against NumPy, about."""


@dataclass(frozen=True)
class ModelRun:
    """Results of one model file.

    Parameters
    ----------
    model
        What was run.
    following
        How its patients were followed.
    of_base
        Of the base case, of a single draw; where chance decides, of equal parts of its patients,
        each as a draw.
    of_draws
        Of every draw, or None without draws.
    sample
        The parameters of the draws.
    """

    model: LoadedModel
    following: Following
    of_base: Totals
    of_draws: Totals | None = None
    sample: Sample | None = None

    @cached_property
    def base(self) -> xr.Dataset:
        """Return the totals of the base case.

        Dims (strategy). Variables: cost, qaly, life_years and the same with `_present` at their
        present value; `cost_by_item` has the dim (item) besides.
        """
        return self.of_base.dataset().mean("draw", keep_attrs=True)

    @cached_property
    def batches(self) -> xr.Dataset | None:
        """Return the base case's totals of equal parts of the patients, where chance decides.

        Dims (strategy, batch). How they scatter says how exact the results are.
        """
        return self.of_base.dataset(dim="batch") if self.is_by_chance else None

    @cached_property
    def drawn(self) -> xr.Dataset | None:
        """Return the totals of every draw, dims (strategy, draw), or None without draws."""
        return None if self.of_draws is None else self.of_draws.dataset()

    @cached_property
    def inputs(self) -> xr.Dataset | None:
        """Return the parameters of the draws, dims (draw), in canonical units; or None."""
        return None if self.sample is None else self.sample.dataset()

    @property
    def is_by_chance(self) -> bool:
        """Return whether chance decides for each patient, or who the patients are."""
        return self.following.patients > 0

    @property
    def draws(self) -> int:
        """Return how many draws there are."""
        return 0 if self.of_draws is None else len(self.of_draws.draws)

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
        if not self.is_by_chance:
            return {}
        return monte_carlo_errors(self.of_base, strategy, against, draws=max(self.draws, 1))

    def share_of_chance(self, measure: str) -> float | None:
        """Return the part of the draws' variance that comes from following so few patients.

        The largest among strategies, at most 1; None without draws or where chance plays no part.

        Parameters
        ----------
        measure
            cost, qaly or life_years.
        """
        if not self.is_by_chance or self.of_draws is None:
            return None
        return share_of_chance(self.of_base, self.of_draws, measure)

    def drawn_totals(self, measure: str, strategy: str, against: str | None = None) -> Floats:
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
        if self.of_draws is None:
            message = "the run has no draws; ask for some, e.g. draws=1000"
            raise ValueError(message)
        return self.of_draws.of(measure, strategy, against)

    @property
    def tells_life_years(self) -> bool:
        """Return whether life years say more than QALYs do: some life is not worth 1."""
        base = self.of_base.means()
        life, health = base["life_years_present"], base["qaly_present"]
        return bool(life.any()) and not np.allclose(life, health, rtol=1e-9, atol=0)

    def increments(self) -> list[Increment]:
        """Return the incremental table of discounted expected totals.

        Of the draws' means where there are draws, else of the base case.
        """
        means = (self.of_draws or self.of_base).means()
        cost, health = means["cost_present"], means["qaly_present"]
        return incremental_table(
            {
                name: (float(cost[place]), float(health[place]))
                for place, name in enumerate(self.of_base.strategies)
            }
        )

    def label(self, strategy: str) -> str:
        """Return a strategy's name for people."""
        return shown(self.model.spec.labels.get(strategy, strategy))

    def table(self) -> pd.DataFrame:
        """Return the incremental table, one row per strategy."""
        rows: list[Mapping[str, object]] = [
            {
                "strategy": self.label(row.strategy), "cost": row.cost, "qaly": row.health,
                "incremental_cost": row.more_cost, "incremental_qaly": row.more_health,
                "icer": row.icer, "standing": row.standing,
            }
            for row in self.increments()
        ]  # fmt: skip
        return increments_table(rows)

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
        from equipoise.pipeline.model_trace import trace_of  # noqa: PLC0415 - imports labels

        return trace_of(self.model, self.following)

    def uncertainty(self) -> xr.Dataset | None:
        """Return acceptability and EVPI per patient over thresholds; None without draws."""
        if self.of_draws is None:
            return None
        from equipoise.pipeline.model_uncertainty import decisions  # noqa: PLC0415 - as above

        price = self.model.spec.willingness_to_pay
        known = None if price is None else price.value
        found = [row.icer for row in self.increments() if row.icer is not None]
        return decisions(self.of_draws.dataset(), icers=found, price=known)

    def _repr_html_(self) -> str:
        """Return the incremental table, for notebooks."""
        return str(self.table().to_html(index=False))


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
        omitted is what the file says. From 20 on they are rounded up to a multiple of 20.
    progress
        Called with the share of the work done, between 0 and 1.
    scheduler
        Address of a Dask scheduler whose workers run the draws instead of threads here.

    Raises
    ------
    FieldError
        If draws, seed or patients are out of their range, or a scheduler has nothing to do.
    SimulationError
        If a number leaves its range, or outgrows a float.
    """
    check_sample(
        draws=draws, seed=seed, patients=1 if patients is None else patients, none_allowed=True
    )
    spec = model.spec
    totals: Totals | None = None
    drawn: Sample | None = None
    done = _Shares(progress, draws=draws)
    values = {name: one.value for name, one in spec.parameters.items()}
    with overflow_explained(values):
        how = following(model, draws=max(draws, 1), seed=seed, choice=engine, patients=patients)
        how = in_whole_parts(how)
        check_scheduler(scheduler, has_work=draws > 0 or how.patients > 0)
        place = _Place(scheduler, values)
        base = _base(model, how, place, done.base)
        if draws:
            drawn = drawn_sample(
                spec.parameters, joint=spec.joint, correlations=spec.parameter_correlations,
                draws=draws, seed=seed, method=design,
            )  # fmt: skip
            totals = place.totals(model, drawn, how, done.drawn)
    return ModelRun(model, how, base, totals, drawn)


@dataclass(frozen=True)
class _Place:
    """Where draws are run: here, or on a cluster."""

    scheduler: str | None
    values: Mapping[str, float]

    def totals(
        self,
        model: LoadedModel,
        sample: Sample,
        how: Following,
        progress: Callable[[float], None],
    ) -> Totals:
        """Return the totals of some draws."""
        if self.scheduler is None:
            return totals_of(follow(model, sample, how, by_year=False, progress=progress))
        # Only a cluster pays for the import of labels.
        from equipoise.pipeline.chunks import LEAST_SECONDS, chunks_of, on_cluster  # noqa: PLC0415

        people = sample.size * max(how.patients, 1)
        seconds = seconds_of(model, draws=people, one_by_one=how.one_by_one)
        if how.engine == "machine_code":
            seconds /= _TIMES_FASTER
        size = ceil(sample.size / max(min(sample.size // 2, seconds / LEAST_SECONDS), 1))
        chunks = chunks_of(sample.dataset(), size)
        heard = Progress(progress)
        heard.expect(len(chunks))
        work = _ModelWork(model, how, self.values)
        return Totals.joined(on_cluster(work, chunks, heard, scheduler=self.scheduler, units=1.0))


@dataclass(frozen=True)
class _ModelWork:
    """Totals of one chunk of draws; it can be sent to another process."""

    model: LoadedModel
    how: Following
    values: Mapping[str, float]

    def __call__(self, inputs: xr.Dataset, *, progress: Progress) -> Totals:
        """Return the totals of some draws."""
        sample = Sample.of(inputs, self.model.spec.parameters)
        with overflow_explained(self.values):
            return totals_of(
                follow(self.model, sample, self.how, by_year=False, progress=progress.tell)
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
) -> Totals:
    """Return the totals of the base case, or of parts of its patients, where chance decides."""
    if not how.patients:
        return totals_of(rehearse_model(model, how))
    if not how.one_by_one:
        rehearse_model(model)
    return place.totals(model, *base_in_parts(model, how), progress)
