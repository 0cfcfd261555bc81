"""Which engine follows a cohort: the choice rests on the model and the draws alone."""

from collections.abc import Sequence
from typing import Literal

from equipoise.clinical.compiled.discount import ONE_RATE
from equipoise.clinical.compiled.individuals.source import patient_source
from equipoise.clinical.compiled.source import source_of
from equipoise.clinical.plan import plan
from equipoise.clinical.schedule import points_of
from equipoise.spec.formula import walk
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Time
from equipoise.spec.model_formulas import PlacedFormula, formulas, names_behind
from equipoise.spec.model_place import TIME_IN_STATE, asked_in

Engine = Literal["numpy", "machine_code"]
"""`numpy` starts at once; `machine_code` is many times faster, after some seconds of compiling
the first time that a model is run."""

_PER_SECOND = 2.5e9
"""Work, as of `work_of`, that NumPy does in a second, as measured on a slow machine."""

WORTH_COMPILING = 0.5
"""Seconds of NumPy, for each of compiling, from which on machine code is used: a model is seldom
run once. Never the state of a cache, or the last digits of a result would depend on earlier runs.
"""

MANY_DRAWS, _WORTH_FOR_MANY = 10_000, 0.015
"""Of so many draws of a cohort's whole course already this much of NumPy is worth each second of
compiling: whoever asks for them works with the model, and later runs take a tenth of the time."""

_FEWEST_SECONDS = 3.0
"""That any kernel takes to compile."""

_MOST_LINES, _MOST_BRANCHES = 3000, 400
"""Beyond, the compiler takes half a minute and more, then gigabytes, and in the end gives up."""


def engine_for(
    model: LoadedModel,
    *,
    draws: int,
    ages: int = 1,
    one_by_one: bool = False,
    by_year: bool = True,
) -> Engine:
    """Return the engine for a run.

    Parameters
    ----------
    model
        A checked model.
    draws
        Of the whole run, so that the choice does not depend on how it is split; of each patient
        where patients are followed one by one.
    ages
        Number of ages at the start.
    one_by_one
        Whether chance decides for each patient.
    by_year
        Whether the run tells years apart.

    Examples
    --------
    >>> from equipoise.packs.find import library_folder
    >>> from equipoise.spec.load import load_model
    >>> model = load_model(library_folder() / "models" / "sick-sicker.yaml")
    >>> engine_for(model, draws=1000), engine_for(model, draws=1_000_000)
    ('numpy', 'machine_code')
    """
    seconds = seconds_of(model, draws=draws, ages=ages, one_by_one=one_by_one)
    many = draws >= MANY_DRAWS and not (one_by_one or by_year)
    worth = _WORTH_FOR_MANY if many else WORTH_COMPILING
    time = model.spec.time
    if time is None or seconds < worth * _FEWEST_SECONDS:
        return "numpy"
    drawn = tuple(n for n in model.spec.parameters if n in model.uncertain or not model.uncertain)
    text = (
        _text_of_patients(model, time, drawn)
        if one_by_one
        else source_of(model, drawn, by_year=by_year, steps=ONE_RATE).text
    )
    lines = text.count("\n")
    if lines > _MOST_LINES or text.count(" if ") > _MOST_BRANCHES:
        return "numpy"
    return "machine_code" if seconds >= worth * _compiling(lines) else "numpy"


def _text_of_patients(model: LoadedModel, time: Time, drawn: Sequence[str]) -> str:
    """Return the text of the kernel of single patients that would be compiled."""
    points = len(points_of(time))
    return patient_source(model, plan(model), time, points=points, drawn=drawn).text


def _compiling(lines: int) -> float:
    """Return about how many seconds a kernel of so many lines takes to compile."""
    return _FEWEST_SECONDS + 0.005 * lines + 8e-7 * lines**2


def seconds_of(model: LoadedModel, *, draws: int, ages: int = 1, one_by_one: bool = False) -> float:
    """Return about how many seconds a run takes in NumPy; machine code takes fewer.

    Parameters
    ----------
    model, draws, ages, one_by_one
        As of `engine_for`.
    """
    return work_of(model, draws=draws, ages=ages, one_by_one=one_by_one) / _PER_SECOND


def work_of(model: LoadedModel, *, draws: int, ages: int = 1, one_by_one: bool = False) -> float:
    """Return the operations of a run: nodes of all formulas x cycles x everyone followed.

    A cohort evaluates what depends on the time in a state for each time that somebody can be there.
    """
    spec = model.spec
    people = len(spec.strategies) * max(len(spec.subgroups), 1) * ages * draws
    points = len(points_of(spec.time))
    stays = 1.0 if one_by_one else max(points / 2, 1.0)
    return float(people * points * sum(_nodes(model, placed, stays) for placed in formulas(spec)))


def _nodes(model: LoadedModel, placed: PlacedFormula, stays: float) -> float:
    """Return the nodes of a formula, times the stays in a state for which it is evaluated."""
    nodes = sum(1 for _node in walk(placed.formula.tree))
    if TIME_IN_STATE not in names_behind(placed.formula, model.spec):
        return nodes
    states = 1 if placed.role == "let" else len(asked_in(placed, model.spec))
    return nodes * states * stays
