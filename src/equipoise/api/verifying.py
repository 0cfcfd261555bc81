"""Does a model keep what any model must."""

from collections.abc import Callable
from pathlib import Path

from equipoise.api.given import path_or_name
from equipoise.balance import CRITERIA
from equipoise.core.errors import Mistakes
from equipoise.packs import (
    find_jurisdiction,
    find_study_or_model,
    load_named_model,
    load_named_study,
)
from equipoise.pipeline import check_sample, model_scales
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
    mistakes = Mistakes()
    with mistakes.noted():
        check_sample(draws=draws, seed=seed)
    model, scale = load_to_verify(name, country=country, mistakes=mistakes)
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
    model, scale = load_to_verify(name, country=country, mistakes=Mistakes())
    return catch_rate(model, seed=seed, scale=scale, progress=progress)


def load_to_verify(
    name: str | Path, *, country: str | None, mistakes: Mistakes
) -> tuple[LoadedModel, dict[str, float]]:
    """Return a model, or that of a study, and factors that convert its money.

    Parameters
    ----------
    name, country
        As of `verify`.
    mistakes
        What is wrong with the rest of the request: refused together with what is wrong here.

    Raises
    ------
    EquipoiseError
        With all that was noted.
    """
    place: tuple[str, Path] | None = None
    with mistakes.noted():
        place = find_study_or_model(path_or_name(name, example='"sick-sicker"'))
    if country is not None:
        before = len(mistakes.found)
        with mistakes.noted():
            find_jurisdiction(country, beside=None if place is None else place[1])
        # The rest of a study is read in its own country.
        country = country if len(mistakes.found) == before else None
    found: list[tuple[LoadedModel, dict[str, float]]] = []
    if place is not None:
        with mistakes.noted():
            found.append(_loaded(*place, country=country))
    mistakes.refuse()
    return found[0]


def _loaded(kind: str, path: Path, *, country: str | None) -> tuple[LoadedModel, dict[str, float]]:
    """Return the model of a file, and factors that convert its money to that of a study."""
    if kind == "model":
        return load_named_model(path), {}
    study = load_named_study(path, country=country, criteria=CRITERIA)
    return study.model, model_scales(study)
