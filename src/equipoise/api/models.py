"""A disease model that runs alone."""

from collections.abc import Callable
from pathlib import Path

from equipoise.api.given import path_or_name
from equipoise.draws import Design
from equipoise.packs import load_named_model
from equipoise.pipeline import DEFAULT_SEED, ModelRun
from equipoise.pipeline import run_model as run_model_file
from equipoise.spec.model import EngineChoice

__all__ = ["ModelRun", "run_model"]


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
        How many are followed in each draw, where they differ or go one by one; from 20 on rounded
        up to a multiple of 20, as the base case is followed in 20 equal parts.
    progress
        Called with the share of the work done, between 0 and 1.
    scheduler
        Address of a Dask scheduler whose workers run the draws, and a base case by chance.
    """
    model = load_named_model(path_or_name(name, example='"sick-sicker"'))
    return run_model_file(
        model, draws=draws, seed=seed, design=design, engine=engine, patients=patients,
        progress=progress, scheduler=scheduler,
    )  # fmt: skip
