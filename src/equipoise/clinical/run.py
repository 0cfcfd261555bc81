"""Following patients, as a cohort or one by one, with whichever engine suits the run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.clinical.cohort import Cohort
from equipoise.clinical.discounting import Rates
from equipoise.clinical.engines import Engine, engine_for
from equipoise.clinical.given import Given, given, some_of
from equipoise.clinical.one_by_one import one_by_one
from equipoise.clinical.sampled import differs, sampled_cohorts
from equipoise.clinical.stretches import STRETCH, chunks, reporter
from equipoise.clinical.tally import NoNumberError, dataset_of
from equipoise.clinical.through_time import through_time
from equipoise.clinical.weights import CONVENTIONS
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model
from equipoise.spec.model_in_time import check_in_time
from equipoise.spec.model_place import own_course
from equipoise.spec.problems import blaming

Floats = NDArray[np.float64]

_TOGETHER = 16_384
"""Draws that a cohort's kernel is given at once: whole blocks, some tenths of a second."""


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
    with np.errstate(all="ignore"), blaming(model.path):
        run = given(model, parameters, start_ages=start_ages, discount=discount, by_year=by_year)
        _require_no_own_course(run)
        people = model.spec.patients if patients is None else patients
        if engine is None:
            sampled = people if differs(model) else 1
            engine = engine_for(
                model, draws=len(run.draws) * sampled, ages=len(run.ages), by_year=by_year
            )
        if not differs(model):
            arrays = _expected(run, engine, strict=strict, progress=progress)
        else:
            if strict:
                few = min(people, STRETCH)
                check = partial(_expected, engine="numpy", strict=True)
                sampled_cohorts(run, check, patients=few, seed=seed)
            course = partial(_expected, engine=engine)
            arrays = sampled_cohorts(run, course, patients=people, seed=seed, progress=progress)
        if progress is not None:
            progress(1.0)
        try:
            return dataset_of(arrays, run, attributes=_conventions(model.spec, "cohort"))
        except NoNumberError:
            if not strict and not differs(model):
                Cohort(run, watched=True).run()  # names the field that is to blame
            raise


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
    with np.errstate(all="ignore"), blaming(model.path):
        run = given(model, parameters, start_ages=start_ages, discount=discount, by_year=by_year)
        people = model.spec.patients if patients is None else patients
        if model.spec.time is None:
            message = _("a model without a course in time has no patients to follow")
            raise SimulationError(message, fix=_("add `time`, or run it as a cohort"))
        if model.spec.is_partitioned:
            message = _("shares of states do not tell the course of single patients")
            raise SimulationError(message, fix=_("run it as a cohort"), place=("states",))
        if engine is None:
            patients_in_all = len(run.draws) * people
            engine = engine_for(model, draws=patients_in_all, ages=len(run.ages), one_by_one=True)
        arrays = one_by_one(
            run, model.spec.time, patients=people, seed=seed, engine=engine, progress=progress
        )
        return dataset_of(arrays, run, attributes=_conventions(model.spec, "individuals"))


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
    with np.errstate(all="ignore"), blaming(model.path):
        run = given(model, parameters, start_ages=start_ages, discount=discount, by_year=True)
        for place, error in check_in_time(model.spec, rates=run.plan.rates):
            raise SimulationError(error.message, fix=error.fix, place=place)
        if model.spec.time is not None:
            clock = run.clock.to(model.spec.time.horizon.value)
            run = replace(run, clock=clock if by_year else clock.in_one())
        people = model.spec.patients if patients is None else patients
        arrays = through_time(run, patients=people, seed=seed, engine=engine, progress=progress)
        return dataset_of(arrays, run, attributes=_conventions(model.spec, "continuous"))


def _require_no_own_course(run: Given) -> None:
    """Refuse a model that a cohort cannot follow."""
    for place, name in own_course(run.model.spec):
        message = _("a cohort does not know each patient's own course, which '{name}' asks for",
                    name=name)  # fmt: skip
        fix = _("write `engine: individuals`, or leave it out")
        raise SimulationError(message, fix=fix, place=place)


def _expected(
    run: Given,
    engine: Engine,
    *,
    strict: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Mapping[str, Floats]:
    """Return the results of a cohort."""
    time = run.model.spec.time
    in_numpy = engine == "numpy" or strict or not run.draws
    if in_numpy or time is None:
        return Cohort(run, watched=strict, bounded=strict).run(progress)
    parts: list[Mapping[str, Floats]] = []
    told = reporter(progress, len(run.draws))
    for few in chunks(len(run.draws), _TOGETHER):
        whole = len(few) == len(run.draws)
        found = _machine_code(run if whole else some_of(run, np.arange(few.start, few.stop)))
        parts.append({name: values[..., : len(few)] for name, values in found.items()})
        told(len(few))
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([one[name] for one in parts], axis=-1) for name in parts[0]}


def _machine_code(run: Given) -> Mapping[str, Floats]:
    """Return the results of the model's own kernel, and NumPy's where that one failed."""
    # Numba takes half a second to import.
    from equipoise.clinical.compiled.engine import compiled_cohort  # noqa: PLC0415

    names = run.model.spec.parameters
    parameters = {name: np.asarray(run.parameters.variables[name].values) for name in names}
    found = compiled_cohort(
        run.model, run.plan, run.clock, parameters,
        discount=run.discount, ages=run.ages, draws=len(run.draws),
    )  # fmt: skip
    failed = np.flatnonzero(found.failed)
    if failed.size:
        again = Cohort(some_of(run, failed), watched=True).run()
        for name, values in again.items():
            found.arrays[name][..., failed] = values[..., : failed.size]
    return found.arrays


def _conventions(spec: Model, engine: str) -> dict[str, str | float]:
    """Return what is printed beside every total."""
    found: dict[str, str | float] = {"engine": engine, "money": str(spec.money)}
    if spec.time is not None:
        found["cycle_years"] = spec.time.cycle.value
        if engine != "continuous":  # which has no cycles in which to count
            found |= {"method": spec.time.method, "convention": CONVENTIONS[spec.time.method]}
    return found
