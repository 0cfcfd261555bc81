"""Studies: load one, and answer its five questions."""

from collections.abc import Mapping
from pathlib import Path

from equipoise.api.given import path_or_name
from equipoise.api.results import Results
from equipoise.balance import CRITERIA
from equipoise.core.progress import Progress
from equipoise.draws import Design
from equipoise.packs import load_named_study
from equipoise.pipeline import DEFAULT_DRAWS, DEFAULT_SEED, parse_policy
from equipoise.pipeline import assess as run_assessment
from equipoise.spec.loaded_study import Study
from equipoise.spec.replace import replace_values


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
    name = path_or_name(name, example='"haemophilia-b-gene-therapy"')
    land = None if country is None else str(path_or_name(country, example='"ru"'))
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
