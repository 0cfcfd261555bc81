"""What a product is in law, from Python."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.packs import (
    library,
    load_named_law,
    load_named_product,
    shared_attributes,
    shared_observations,
)
from equipoise.pipeline import Survey, Timeline, require_own_codes, survey
from equipoise.pipeline import timelines as simulated
from equipoise.spec.law import Law


def classify(
    product: str | Path,
    *,
    countries: str | Path | Sequence[str | Path] | None = None,
    on: date | str,
) -> Survey:
    """Ask the laws of countries what a product is, by which roads it may come, what would change.

    Parameters
    ----------
    product
        A product.yaml, the folder of one, or the name of a therapy of the library.
    countries
        Codes of the library, or folders with a jurisdiction.yaml; omitted, all of the library.
    on
        The day whose law is applied, as a date or as YYYY-MM-DD.

    Returns
    -------
    Survey
        Its `verdicts` are by the code of the country; `refused` has those without law on that day.

    Raises
    ------
    FieldError
        If the day is none.
    NotInLibraryError
        If there is no such product or country.
    SpecError
        With every mistake of the files.

    Examples
    --------
    >>> import equipoise
    >>> found = equipoise.classify(
    ...     "haemophilia-b-gene-therapy", countries=["ru"], on="2026-11-28"
    ... )
    >>> [one.outcome for one in found.verdicts["ru"].found.possible]
    ['gene_therapy_medicine']
    """
    mistakes, laws = Mistakes(), list[Law]()
    every = [entry.name for entry in library() if entry.kind == "country"]
    names = [countries] if isinstance(countries, str | Path) else countries
    for name in dict.fromkeys(every if names is None else names):
        with mistakes.noted():
            laws.append(load_named_law(name))
    days: list[date] = []
    with mistakes.noted():
        require_own_codes(laws)
    with mistakes.noted():
        days.append(_day(on))
    mistakes.refuse()
    shared = shared_attributes()
    known = {**shared, **{name: one for law in laws for name, one in law.attributes.items()}}
    return survey(load_named_product(product, known), laws, attributes=shared, day=days[0])


def timelines(
    product: str | Path,
    *,
    countries: str | Path | Sequence[str | Path] | None = None,
    on: date | str,
    roads: Sequence[str] | None = None,
    without: Sequence[str] = (),
    draws: int = 2000,
    seed: int = 1,
) -> Sequence[Timeline]:
    """Simulate the roads of a product to patients in several countries.

    Parameters
    ----------
    product, countries, on
        As of `classify`; all roads are set out on that day.
    roads
        Names of roads, open or not; omitted, all that are open but trials.
    without
        Products from whose cases no times are learnt, as if they had not come yet.
    draws, seed
        Simulated futures, and the seed of their luck.

    Returns
    -------
    Sequence
        One timeline for each road; `days(0.5)` is the median day of arrival, `by_owner` says whose
        days they are, `unknown` and `bare` which steps have no time or only a legal term.

    Raises
    ------
    FieldError, NotInLibraryError, SpecError
        As `classify`.

    Examples
    --------
    >>> import equipoise
    >>> (road,) = equipoise.timelines(
    ...     "haemophilia-b-gene-therapy", countries=["us"], on="2026-11-28", draws=100
    ... )
    >>> road.name, 250 < road.days(0.5) < 450
    ('bla_standard', True)
    """
    found = classify(product, countries=countries, on=on)
    seen = [one for one in shared_observations().observations if one.product not in without]
    return simulated(found, draws=draws, seed=seed, names=roads, observed=seen)


def _day(on: date | str) -> date:
    """Return a day."""
    if isinstance(on, date):
        return date(on.year, on.month, on.day)
    try:
        return date.fromisoformat(on)
    except ValueError as error:
        message = _("'{text}' is not a day", text=on[:40])
        raise FieldError(message, fix=_("write year, month and day, e.g. 2024-04-01")) from error
