"""Following a cohort with whichever engine suits the run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from equipoise.clinical.cohort import Cohort
from equipoise.clinical.engines import Engine, engine_for
from equipoise.clinical.given import Given, given
from equipoise.clinical.tally import NoNumberError, dataset_of
from equipoise.clinical.weights import CONVENTIONS
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model, Time
from equipoise.spec.problems import blaming

Floats = NDArray[np.float64]


def run_cohort(
    model: LoadedModel,
    parameters: xr.Dataset,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[ArrayLike, ArrayLike] | None = None,
    progress: Callable[[float], None] | None = None,
    strict: bool = False,
    engine: Engine | None = None,
    by_year: bool = True,
) -> xr.Dataset:
    r"""Follow a cohort through a model's course in time.

    The share in each state moves by :math:`m_{k+1} = m_k P_k`, with all formulas evaluated at the
    start of cycle `k`. Yearly rewards of the states count by the model's method
    (`clinical.weights`); one-off events at the start of a cycle, and one-off effects of moves at
    the end of one, count in full. A result is the weighted mean over the subgroups.

    Parameters
    ----------
    model
        A checked model, from `spec.load.load_model`.
    parameters
        One variable per parameter, dims ``(draw)``, in canonical units: years, rates per year and
        the model's money; from `draws.sample` or `draws.base_case`.
    start_ages
        Ages at the start, years; by default the model's own `time.start_age`.
    discount
        Rates per year for cost and health, each a number or dims ``(draw)``; by default the
        model's own, and 0 if it has none.
    progress
        Called with the share of the work done, between 0 and 1.
    strict
        Refuse utilities, costs and health effects that no patient can have; for the base case.
    engine
        Omitted is `engines.engine_for` these draws; a part of a larger run names the whole run's.
    by_year
        Tell the years apart; else the whole course counts as year 0, which takes little memory.

    Returns
    -------
    xarray.Dataset
        The group `clinical` of `core.vocabulary`: dims strategy, item, measure, age, year (whole
        years since start) and draw; money in the model's unit, health in QALYs, life in years.
        A model without a course in time has one year and the age 0.

    Raises
    ------
    SimulationError
        If a probability, a share or a result leaves its range; names file, line and field,
        strategy, draw and time.
    LabelError
        If a parameter is missing from the sample, or has other dims.
    NotWritableError
        If machine code can be kept nowhere.

    References
    ----------
    Briggs, Claxton, Sculpher (2006), Decision Modelling for Health Economic Evaluation, chapter 2;
    Alarid-Escudero et al. (2023), Med Decis Making 43(1):3-20,
    https://doi.org/10.1177/0272989X221103163.

    Examples
    --------
    >>> from equipoise.draws import base_case
    >>> from equipoise.packs.find import library_folder
    >>> from equipoise.spec.load import load_model
    >>> model = load_model(library_folder() / "models" / "sick-sicker.yaml")
    >>> found = run_cohort(model, base_case(model.spec.parameters, joint={}))
    >>> print(float(found["cost_present"].sel(strategy="standard_care").sum().round()))
    151580.0
    """
    with np.errstate(all="ignore"), blaming(model.path):
        run = given(model, parameters, start_ages=start_ages, discount=discount, by_year=by_year)
        if engine is None:
            engine = engine_for(model, draws=len(run.draws), ages=len(run.ages))
        if engine == "numpy" or strict or model.spec.time is None or not run.draws:
            arrays = Cohort(run, watched=strict, bounded=strict).run(progress)
        else:
            arrays = _machine_code(run, model.spec.time)
        if progress is not None:
            progress(1.0)
        try:
            return dataset_of(arrays, run, attributes=_conventions(model.spec))
        except NoNumberError:
            if not strict:
                Cohort(run, watched=True).run()  # names the field that is to blame
            raise


def _machine_code(run: Given, time: Time) -> Mapping[str, Floats]:
    """Return the results of the model's own kernel, and NumPy's where that one failed."""
    # Numba takes half a second to import.
    from equipoise.clinical.compiled import compiled_cohort  # noqa: PLC0415

    names = run.model.spec.parameters
    parameters = {name: np.asarray(run.parameters[name].values) for name in names}
    rates = dict(zip(("discount_cost", "discount_health"), run.rates, strict=True))
    found = compiled_cohort(
        run.model, run.plan, time, run.clock, parameters | rates,
        ages=run.ages, draws=len(run.draws),
    )  # fmt: skip
    failed = np.flatnonzero(found.failed)
    if failed.size:
        again = Cohort(_some(run, failed), watched=True).run()
        for name, values in again.items():
            found.arrays[name][..., failed] = values[..., : failed.size]
    return found.arrays


def _some(run: Given, places: NDArray[np.intp]) -> Given:
    """Return the run of some draws; of two at least, so that messages name the draw."""
    if places.size == 1 and len(run.draws) > 1:
        places = np.append(places, 0 if places[0] else 1)
    labels = [run.draws[place] for place in places]
    rates = tuple(rate if rate.size == 1 else rate[places] for rate in run.rates)
    return replace(
        run,
        parameters=run.parameters.isel(draw=places, missing_dims="ignore"),
        draws=labels,
        rates=(rates[0], rates[1]),
    )


def _conventions(spec: Model) -> dict[str, str | float]:
    """Return what is printed beside every total."""
    found: dict[str, str | float] = {"engine": "cohort", "money": str(spec.money)}
    if spec.time is not None:
        found |= {
            "method": spec.time.method,
            "convention": CONVENTIONS[spec.time.method],
            "cycle_years": spec.time.cycle.value,
        }
    return found
