"""The words of the Python interface: load, assess, open, run a model alone.

Examples
--------
>>> import equipoise
>>> study = equipoise.load("haemophilia-b-gene-therapy", country="ru")
>>> results = equipoise.assess(study, draws=50)
>>> [answer.question for answer in results.answers()][0]
'How soon?'
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import xarray as xr

from equipoise.balance import CRITERIA
from equipoise.core.errors import FieldError
from equipoise.core.progress import Progress
from equipoise.core.translation import translate as _
from equipoise.draws import Design
from equipoise.packs import load_named_model, load_named_study
from equipoise.pipeline import DEFAULT_DRAWS, DEFAULT_SEED, ModelRun, parse_policy
from equipoise.pipeline import assess as run_assessment
from equipoise.pipeline import run_model as run_model_file
from equipoise.report import Answer, answers, html_page, open_archive, save, tables
from equipoise.spec.loaded_study import Study
from equipoise.spec.model import EngineChoice
from equipoise.spec.record import Record
from equipoise.spec.replace import replace_values

__all__ = ["ModelRun", "Results", "assess", "load", "open_results", "run_model"]


@dataclass(frozen=True)
class Results:
    """A finished assessment: labelled arrays, tables, answers, a page.

    Parameters
    ----------
    tree
        All arrays; one group per stage. See `equipoise.core.vocabulary`.
    """

    tree: xr.DataTree

    @cached_property
    def record(self) -> Record:
        """Return what the run says about itself: evidence, conventions, versions."""
        return Record.model_validate_json(self.tree.attrs["record"])

    def answers(self) -> tuple[Answer, ...]:
        """Return the five answers, each with its numbers."""
        return answers(self.tree)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return tidy tables by name."""
        return tables(self.tree)

    def save(self, path: str | Path) -> Path:
        """Write everything to one file that `open_results` reads."""
        return save(self.tree, Path(path))

    def _repr_html_(self) -> str:
        """Return the page, for notebooks."""
        return html_page(self.tree, embedded=True)


def _path_or_name(given: object, example: str) -> str | Path:
    """Refuse what is neither the name of something nor a path."""
    if isinstance(given, str | Path):
        return given
    raise FieldError(
        _("neither a name nor a path: {value}", value=repr(given)[:80]),
        fix=_("write e.g. {example}", example=example),
    )


def load(
    name: str | Path,
    *,
    country: str | Path | None = None,
    values: Mapping[str, str | float] | None = None,
) -> Study:
    """Load a study by its name in the library or by path.

    Parameters
    ----------
    name
        E.g. ``haemophilia-b-gene-therapy``, or the path of a study.yaml.
    country
        Two letters, or a country's folder; omitted is the study's own.
    values
        Inputs to set, name -> number, or text with a unit, e.g. ``{"patients.prevalent": 900}``.

    Raises
    ------
    NotInLibraryError
        If there is no such study or country.
    SpecError
        With everything wrong in the files.
    FieldError
        If a value cannot be, or something of another kind stands for a name.
    """
    name = _path_or_name(name, '"haemophilia-b-gene-therapy"')
    land = None if country is None else str(_path_or_name(country, '"ru"'))
    study = load_named_study(name, country=land, criteria=CRITERIA)
    return replace_values(study, values) if values else study


def assess(
    study: Study | str | Path,
    *,
    draws: int = DEFAULT_DRAWS,
    seed: int = DEFAULT_SEED,
    design: Design = "latin_hypercube",
    policy: Mapping[str, object] | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    scheduler: str | None = None,
) -> Results:
    """Answer the five questions of a study.

    Parameters
    ----------
    study
        From `load`, or the name or path that `load` takes.
    draws, seed, design
        Size, seed and design of the joint sample; at least two draws.
    policy
        Levers to set, e.g. ``{"price": 60e6, "contract": "instalments(years=5)"}``.
    progress
        Hears how far the run is, and can cancel it.
    workers
        Threads; a second one takes twice the memory and gains little.
    scheduler
        Address of a Dask scheduler, e.g. ``tcp://10.0.0.5:8786``: its workers run the draws.

    Raises
    ------
    FieldError
        If an argument cannot be; its note says what to write instead.
    """
    loaded = study if isinstance(study, Study) else load(study)
    chosen = parse_policy(loaded, {} if policy is None else policy)
    tree = run_assessment(
        loaded, draws=draws, seed=seed, design=design, policy=chosen, progress=progress,
        workers=workers, scheduler=scheduler,
    )  # fmt: skip
    return Results(tree)


def open_results(path: str | Path) -> Results:
    """Open a file that `Results.save` wrote, or the folder of `equipoise assess`.

    Raises
    ------
    ArchiveError
        If the file is no such file.
    """
    return Results(open_archive(Path(_path_or_name(path, '"results/today"'))))


def run_model(
    name: str | Path,
    *,
    draws: int = 0,
    seed: int = DEFAULT_SEED,
    design: Design = "latin_hypercube",
    engine: EngineChoice | None = None,
    patients: int | None = None,
    progress: Callable[[float], None] | None = None,
    scheduler: str | None = None,
) -> ModelRun:
    """Run a model file alone: totals, incremental table and, with draws, its uncertainty.

    Parameters
    ----------
    name
        Name in the library or path of a model file.
    draws
        Joint samples, at least two; 0 is the base case only.
    seed, design
        As in `assess`.
    engine
        ``cohort``, ``individuals`` or ``auto``; omitted is what the file says.
    patients
        How many are followed in each draw, where they differ or go one by one.
    progress
        Called with the share of the work done, between 0 and 1.
    scheduler
        Address of a Dask scheduler whose workers run the draws.
    """
    model = load_named_model(_path_or_name(name, '"sick-sicker"'))
    return run_model_file(
        model, draws=draws, seed=seed, design=design, engine=engine, patients=patients,
        progress=progress, scheduler=scheduler,
    )  # fmt: skip
