"""Does a model keep what any model must."""

from collections.abc import Callable
from pathlib import Path

from equipoise.api.given import path_or_name
from equipoise.balance import CRITERIA
from equipoise.packs import find_study_or_model, load_named_model, load_named_study
from equipoise.pipeline import model_scales
from equipoise.spec.loaded import LoadedModel
from equipoise.verification import DRAWS, CatchRate, Verification, catch_rate
from equipoise.verification import verify as verify_loaded

__all__ = ["Verification", "seed_mistakes", "verify"]


def verify(
    name: str | Path,
    *,
    country: str | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> Verification:
    """Ask a model, or the disease model of a study, all checks of the catalogue.

    Parameters
    ----------
    name
        Name in the library or path of a model file or a study.
    country
        Of a study; omitted is what it says.
    draws
        In each of which laws must hold; at most 20 where chance decides or patients differ.
    seed
        Of the sample and of patients' luck.
    progress
        Called with the share of the work done, between 0 and 1.

    Examples
    --------
    >>> found = verify("tegaderm", draws=60)
    >>> [check.name for check in found.failed]
    []
    """
    model, scale = _loaded(name, country)
    return verify_loaded(model, draws=draws, seed=seed, scale=scale, progress=progress)


def seed_mistakes(
    name: str | Path,
    *,
    country: str | None = None,
    seed: int = 1,
    progress: Callable[[float], None] | None = None,
) -> CatchRate:
    """Seed known kinds of mistakes into a model, one at a time, and see what the checks notice.

    Parameters
    ----------
    name, country, seed, progress
        As of `verify`.
    """
    model, scale = _loaded(name, country)
    return catch_rate(model, seed=seed, scale=scale, progress=progress)


def _loaded(name: str | Path, country: str | None) -> tuple[LoadedModel, dict[str, float]]:
    """Return a model, or that of a study, and factors that convert its money."""
    kind, path = find_study_or_model(path_or_name(name, example='"sick-sicker"'))
    if kind == "model":
        return load_named_model(path), {}
    study = load_named_study(path, country=country, criteria=CRITERIA)
    return study.model, model_scales(study)
