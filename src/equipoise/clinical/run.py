"""Following patients with labelled inputs and results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from equipoise.clinical.courses import follow_cohort, follow_in_time, follow_individuals
from equipoise.clinical.discounting import Rates
from equipoise.clinical.engines import Engine
from equipoise.draws import Sample
from equipoise.spec.loaded import LoadedModel

if TYPE_CHECKING:
    import xarray as xr


def run_cohort(
    model: LoadedModel,
    parameters: xr.Dataset,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[Rates, Rates] | None = None,
    progress: Callable[[float], None] | None = None,
    strict: bool = False,
    engine: Engine | None = None,
    by_year: bool = True,
    patients: int | None = None,
    seed: int = 1,
) -> xr.Dataset:
    r"""Follow a cohort through a model's course in time.

    The share in each state moves by :math:`m_{k+1} = m_k P_k`, with all formulas evaluated at the
    start of cycle `k`. Yearly rewards of the states count by the model's method
    (`clinical.weights`); one-off events at the start of a cycle, and one-off effects of moves at
    the end of one, count in full. A result is the weighted mean over the subgroups. Where patients
    differ by attributes of the first day, each of a sample of them is a cohort, and the results are
    their means.

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
        Rates per year for cost and health, each a number, dims ``(draw)`` or a `Discounting` of
        rates that change with time; by default the model's own, and 0 if it has none.
    progress
        Called with the share of the work done, between 0 and 1.
    strict
        Refuse utilities, costs and health effects that no patient can have; for the base case.
    engine
        Omitted is `engines.engine_for` these draws; a part of a larger run names the whole run's.
        What machine code cannot do is done in NumPy.
    by_year
        Tell the years apart; else the whole course counts as year 0, which takes little memory.
    patients
        How many are sampled in each draw where patients differ; by default the model's own number.
    seed
        Of who they are.

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
        strategy, draw and time. If the model depends on each patient's own course.
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
    sample = Sample.of(parameters, model.spec.parameters)
    found = follow_cohort(
        model, sample, start_ages=start_ages, discount=discount, progress=progress, strict=strict,
        engine=engine, by_year=by_year, patients=patients, seed=seed,
    )  # fmt: skip
    return found.dataset()


def run_individuals(
    model: LoadedModel,
    parameters: xr.Dataset,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[Rates, Rates] | None = None,
    progress: Callable[[float], None] | None = None,
    engine: Engine | None = None,
    by_year: bool = True,
    patients: int | None = None,
    seed: int = 1,
) -> xr.Dataset:
    """Follow patients one by one through a model's course in time: chance decides for each.

    In each cycle a patient moves to one state with the probabilities of the row, evaluated with the
    patient's own attributes, age and time in the state. All strategies, ages and policies meet the
    same patients with the same luck. Results are means per patient; each subgroup has as many
    patients, and counts by its weight.

    Parameters
    ----------
    model, parameters, start_ages, discount, progress, by_year
        As of `run_cohort`.
    engine
        Omitted is what `engines.engine_for` says of these draws and patients.
    patients
        How many are followed in each draw, over all subgroups; by default the model's own number.
    seed
        Of their luck.

    Returns
    -------
    xarray.Dataset
        As of `run_cohort`.

    Raises
    ------
    SimulationError, LabelError, NotWritableError
        As of `run_cohort`.

    References
    ----------
    Krijkamp et al. (2018), Microsimulation modeling for health decision sciences using R, Med Decis
    Making 38(3):400-422, https://doi.org/10.1177/0272989X18754513.

    Examples
    --------
    >>> from equipoise.draws import base_case
    >>> from equipoise.packs.find import library_folder
    >>> from equipoise.spec.load import load_model
    >>> model = load_model(library_folder() / "models" / "sick-sicker.yaml")
    >>> inputs = base_case(model.spec.parameters, joint={})
    >>> found = run_individuals(model, inputs, patients=1000)
    >>> print(float(found["life_years"].sel(strategy="standard_care").sum().round(1)))
    56.0
    """
    sample = Sample.of(parameters, model.spec.parameters)
    found = follow_individuals(
        model, sample, start_ages=start_ages, discount=discount, progress=progress, engine=engine,
        by_year=by_year, patients=patients, seed=seed,
    )  # fmt: skip
    return found.dataset()


def run_in_time(
    model: LoadedModel,
    parameters: xr.Dataset,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[Rates, Rates] | None = None,
    progress: Callable[[float], None] | None = None,
    engine: Engine = "machine_code",
    by_year: bool = True,
    patients: int | None = None,
    seed: int = 1,
) -> xr.Dataset:
    """Follow patients one by one in continuous time: each way out has a time, the shortest happens.

    Costs and health of a state count for the very time spent there, discounted continuously at the
    logarithm of one plus the yearly rate, so that a whole year has the yearly factor.

    Parameters
    ----------
    model, parameters, start_ages, discount, progress, by_year, patients, seed
        As of `run_individuals`.
    engine
        Which engine follows them; distributions without a closed form are left to NumPy.

    Returns
    -------
    xarray.Dataset
        As of `run_cohort`.

    Raises
    ------
    SimulationError, LabelError, NotWritableError
        As of `run_cohort`; and if the model says something that has a meaning by cycles only.

    References
    ----------
    Incerti, Jansen (2021), hesim: health economic simulation modeling and decision analysis,
    https://arxiv.org/abs/2102.09437 (individual continuous-time state transition models).
    """
    sample = Sample.of(parameters, model.spec.parameters)
    found = follow_in_time(
        model, sample, start_ages=start_ages, discount=discount, progress=progress, engine=engine,
        by_year=by_year, patients=patients, seed=seed,
    )  # fmt: skip
    return found.dataset()
