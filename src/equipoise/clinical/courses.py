"""Following patients, as a cohort or one by one, with whichever engine suits the run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.cohort import Cohort
from equipoise.clinical.discounting import Rates
from equipoise.clinical.engines import Engine, engine_for
from equipoise.clinical.followed import Followed, NoNumberError, followed
from equipoise.clinical.given import Given, given, some_of
from equipoise.clinical.one_by_one import one_by_one
from equipoise.clinical.sampled import differs, sampled_cohorts
from equipoise.clinical.stretches import STRETCH, chunks, reporter
from equipoise.clinical.through_time import through_time
from equipoise.clinical.weights import CONVENTIONS
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.draws import Sample
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model
from equipoise.spec.model_in_time import check_in_time
from equipoise.spec.model_place import own_course
from equipoise.spec.problems import blaming

Floats = NDArray[np.float64]

_TOGETHER = 16_384
"""Draws that a cohort's kernel is given at once: whole blocks, some tenths of a second."""


def follow_cohort(
    model: LoadedModel,
    sample: Sample,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[Rates, Rates] | None = None,
    progress: Callable[[float], None] | None = None,
    strict: bool = False,
    engine: Engine | None = None,
    by_year: bool = True,
    patients: int | None = None,
    seed: int = 1,
) -> Followed:
    """Follow a cohort, as `run.run_cohort` does, without labels.

    Parameters
    ----------
    sample
        Of the model's parameters; labelled in `run_cohort`.
    model, start_ages, discount, progress, strict, engine, by_year, patients, seed
        As of `run_cohort`.

    Raises
    ------
    SimulationError, LabelError, NotWritableError
        As `run_cohort`.
    """
    with np.errstate(all="ignore"), blaming(model.path):
        run = given(model, sample, start_ages=start_ages, discount=discount, by_year=by_year)
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
        _told(progress)
        try:
            return followed(arrays, run, attributes=_conventions(model.spec, "cohort"))
        except NoNumberError:
            if not strict and not differs(model):
                Cohort(run, watched=True).run()  # names the field that is to blame
            raise


def follow_individuals(
    model: LoadedModel,
    sample: Sample,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[Rates, Rates] | None = None,
    progress: Callable[[float], None] | None = None,
    engine: Engine | None = None,
    by_year: bool = True,
    patients: int | None = None,
    seed: int = 1,
) -> Followed:
    """Follow patients one by one, as `run.run_individuals` does, without labels.

    Parameters
    ----------
    sample
        Of the model's parameters; labelled in `run_individuals`.
    model, start_ages, discount, progress, engine, by_year, patients, seed
        As of `run_individuals`.

    Raises
    ------
    SimulationError, LabelError, NotWritableError
        As `run_individuals`.
    """
    with np.errstate(all="ignore"), blaming(model.path):
        run = given(model, sample, start_ages=start_ages, discount=discount, by_year=by_year)
        people = _people(model.spec, patients)
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
        _told(progress)
        return followed(arrays, run, attributes=_conventions(model.spec, "individuals"))


def follow_in_time(
    model: LoadedModel,
    sample: Sample,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[Rates, Rates] | None = None,
    progress: Callable[[float], None] | None = None,
    engine: Engine = "machine_code",
    by_year: bool = True,
    patients: int | None = None,
    seed: int = 1,
) -> Followed:
    """Follow patients in continuous time, as `run.run_in_time` does, without labels.

    Parameters
    ----------
    sample
        Of the model's parameters; labelled in `run_in_time`.
    model, start_ages, discount, progress, engine, by_year, patients, seed
        As of `run_in_time`.

    Raises
    ------
    SimulationError, LabelError, NotWritableError
        As `run_in_time`.
    """
    with np.errstate(all="ignore"), blaming(model.path):
        run = given(model, sample, start_ages=start_ages, discount=discount, by_year=True)
        for place, error in check_in_time(model.spec, rates=run.plan.rates):
            raise SimulationError(error.message, fix=error.fix, place=place)
        if model.spec.time is not None:
            clock = run.clock.to(model.spec.time.horizon.value)
            run = replace(run, clock=clock if by_year else clock.in_one())
        people = _people(model.spec, patients)
        arrays = through_time(run, patients=people, seed=seed, engine=engine, progress=progress)
        _told(progress)
        return followed(arrays, run, attributes=_conventions(model.spec, "continuous"))


def _told(progress: Callable[[float], None] | None) -> None:
    """Tell that all is done, also where there was nothing to do."""
    if progress is not None:
        progress(1.0)


def _people(spec: Model, patients: int | None) -> int:
    """Return how many patients are followed in each draw; nobody tells nothing."""
    people = spec.patients if patients is None else patients
    if people < 1:
        message = _("{people} patients cannot be followed", people=people)
        raise SimulationError(message, fix=_("use 1 or more"))
    return people


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

    found = compiled_cohort(
        run.model, run.plan, run.clock, run.parameters,
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
