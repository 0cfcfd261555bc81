"""Which engine follows a cohort: the choice rests on the model and the draws alone."""

from collections.abc import Iterator
from typing import Literal

from equipoise.clinical.schedule import schedule
from equipoise.spec.formula import Node, walk
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model_formulas import formulas

Engine = Literal["numpy", "machine_code"]
"""`numpy` starts at once; `machine_code` is many times faster, after some seconds of compiling
the first time that a model is run."""

WORTH_COMPILING = 5e9
"""Work, as of `work_of`, from which on machine code is worth its compiling: about two seconds of
NumPy. Never the state of a cache, or the last digits of a result would depend on earlier runs."""


def engine_for(model: LoadedModel, *, draws: int, ages: int = 1) -> Engine:
    """Return the engine for a run.

    Parameters
    ----------
    model
        A checked model.
    draws
        Of the whole run, so that the choice does not depend on how it is split.
    ages
        Number of ages at the start.

    Examples
    --------
    >>> from equipoise.packs.find import library_folder
    >>> from equipoise.spec.load import load_model
    >>> model = load_model(library_folder() / "models" / "sick-sicker.yaml")
    >>> engine_for(model, draws=1000), engine_for(model, draws=1_000_000)
    ('numpy', 'machine_code')
    """
    if model.spec.time is None:
        return "numpy"
    return "machine_code" if work_of(model, draws=draws, ages=ages) >= WORTH_COMPILING else "numpy"


def work_of(model: LoadedModel, *, draws: int, ages: int = 1) -> float:
    """Return the operations of a run: nodes of all formulas x cycles x everyone followed."""
    spec = model.spec
    people = len(spec.strategies) * max(len(spec.subgroups), 1) * ages * draws
    return float(people * len(schedule(spec.time).points) * sum(1 for _node in _nodes(model)))


def _nodes(model: LoadedModel) -> Iterator[Node]:
    """Yield the nodes of all formulas."""
    for placed in formulas(model.spec):
        yield from walk(placed.formula.tree)
