"""Fitting many curves to patients of one or several groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.evidence.curves import SurvivalData
from equipoise.evidence.curves.compare import (
    FittedCurve,
    GroupFits,
    Wanted,
    compare_curves,
    wanted_of,
)
from equipoise.evidence.curves.landmarks import (
    Profile,
    landmarks,
    profiles_of,
    require_landmarks,
)
from equipoise.evidence.curves.reconstruction import Reconstruction
from equipoise.pipeline.fitting.external import ExternalShare, read_external
from equipoise.pipeline.fitting.request import (
    groups_of,
    note_wrong_names,
    require_effects,
    require_events,
)
from equipoise.pipeline.fitting.source import GROUP, Source
from equipoise.spec.quantity import Status

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

YEARS = {"year": 1.0, "month": 1.0 / 12.0, "week": 7.0 / 365.25, "day": 1.0 / 365.25}
"""How many years a unit of time is."""


@dataclass(frozen=True)
class Population:
    """Mortality of the general population from the age of the patients on.

    Parameters
    ----------
    age
        At the start, years.
    ages
        Whole years, rising by 1; dims (age).
    rates
        Deaths per year at that age; dims (age).
    """

    age: float
    ages: Floats
    rates: Floats

    @property
    def years_left(self) -> float:
        """Return how far the table reaches."""
        return float(self.ages[-1] + 1.0 - self.age)

    def survival(self, years: Floats) -> Floats:
        """Return the share alive some years after the start; the hazard is constant in a year."""
        edges = np.append(self.ages, self.ages[-1] + 1.0)
        passed = np.concatenate([[0.0], np.cumsum(self.rates)])
        at = np.interp(self.age + years, edges, passed)
        return np.asarray(np.exp(np.interp(self.age, edges, passed) - at))


@dataclass(frozen=True)
class CurveFits:
    """Curves fitted to patients, group by group.

    Parameters
    ----------
    groups
        One if patients are not told apart.
    covariates
        Names of all that move any parameter.
    unit
        Of time: ``year``, ``month``, ``week``, ``day``, or None if nobody said.
    landmarks
        Times at which shares alive are told.
    reconstructions
        How patients were made from printed curves, by the group of each.
    external
        Shares that other data show.
    curve
        Which one is shown and goes into a model, where somebody asked for one.
    unused
        Columns of the patients that nothing here has used.
    """

    groups: tuple[GroupFits, ...]
    covariates: tuple[str, ...] = ()
    unit: str | None = None
    landmarks: tuple[float, ...] = ()
    reconstructions: Mapping[str, Reconstruction] = field(default_factory=dict)
    external: tuple[ExternalShare, ...] = ()
    population: Population | None = None
    curve: str | None = None
    unused: tuple[str, ...] = ()

    def profiles(self, group: GroupFits) -> tuple[Profile, ...]:
        """Return the kinds of patients of a group whose curves are shown."""
        return profiles_of(group.data, self.covariates)

    def beside_others(
        self, group: GroupFits, profile: Profile, curve: FittedCurve
    ) -> Callable[[Floats], Floats]:
        """Return a curve as other data show survival: of all deaths, if the population is known."""
        population = self.population if group.data.background is not None else None

        def survival(times: Floats) -> Floats:
            own = profile.survival(curve.fit, times)
            if population is None:
                return own
            return own * population.survival(times * self.years_of_unit)

        return survival

    def external_of(self, group: GroupFits, profile: Profile) -> tuple[ExternalShare, ...]:
        """Return the shares of other data that are of the same patients, by time."""
        name = _full_name(group.group, profile)
        return tuple(one for one in self.external if one.group == name)

    def chosen(self, name: str | None = None) -> tuple[FittedCurve, ...]:
        """Return a curve of each group: the one of a name, or that with the lowest AIC."""
        name = name or self.curve
        return tuple(one.best if name is None else one.named(name) for one in self.groups)

    def asked_of(self, group: GroupFits) -> FittedCurve | None:
        """Return the curve of a group that somebody asked for, unless it was refused."""
        if self.curve is None:
            return None
        tried = [*(one.wanted for one in group.fitted), *(one.wanted for one in group.refused)]
        wanted = wanted_of(self.curve, tried)
        return next((one for one in group.fitted if one.wanted == wanted), None)

    def table(self) -> pd.DataFrame:
        """Return one row for each curve: criteria, mean within the follow-up, or the refusal."""
        from equipoise.pipeline.fitting.tables import fits_table  # noqa: PLC0415

        return fits_table(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name, e.g. fits, landmarks, parameters and effects."""
        from equipoise.pipeline.fitting.tables import all_tables  # noqa: PLC0415

        return all_tables(self)

    def model_yaml(
        self, *, name: str, source: str, status: Status = "computed", curve: str | None = None
    ) -> str:
        """Return estimates as a part of a model file.

        Parameters
        ----------
        name
            Of the curve in the model; with several groups, what their names begin with.
        source
            Key among the model's sources.
        status
            ``read`` or ``computed``.
        curve
            Which one; omitted is that with the lowest AIC.
        """
        from equipoise.pipeline.fitting.model_part import model_part  # noqa: PLC0415

        return model_part(self, name=name, source=source, status=status, curve=curve)

    @property
    def years_of_unit(self) -> float:
        """Return how many years a unit of time is.

        Raises
        ------
        FieldError
            If nobody said which unit it is.
        """
        if self.unit is None:
            raise FieldError(
                _("it is not said in which unit the times are"),
                fix=_("use one of: {names}", names=", ".join(YEARS)),
            )
        return YEARS[self.unit]


def fit_curves(
    source: Source | SurvivalData,
    wanted: Sequence[Wanted],
    *,
    covariates: Sequence[str] = (),
    moved: Mapping[str, Sequence[str]] | None = None,
    by: str | None = None,
    at: Sequence[float] = (),
    unit: str | None = None,
    external: Path | None = None,
    population: Population | None = None,
    curve: str | None = None,
    mistakes: Mistakes | None = None,
    progress: Callable[[float], None] | None = None,
) -> CurveFits:
    """Fit curves to the patients of each group.

    Parameters
    ----------
    source
        Patients, or where they come from.
    wanted
        Which curves.
    covariates
        Columns that move the location of each family, or its cured share.
    moved
        Further ones by parameter.
    by
        Column whose values are groups that are fitted on their own. Curves of one figure are,
        unless `group` is a covariate.
    at
        Landmark times; omitted are round ones within the follow-up.
    unit
        Of time; it changes no fit.
    external
        CSV file of shares that other data show, as `external.read_external` reads them.
    population
        As of `CurveFits`.
    curve
        Which one is shown, by its key; omitted are those that fit best.
    mistakes
        Found before, which are told together with those found here.
    progress
        Is told the share of the work done.

    Raises
    ------
    SpecError, FieldError, SeveralErrors
        With what is wrong with files or names.
    """
    names = tuple(dict.fromkeys((*covariates, *(n for own in (moved or {}).values() for n in own))))
    told = mistakes or Mistakes()
    note_wrong_names(told, wanted, moved=moved or {}, curve=curve, unit=unit, at=at)
    data, reconstructions = _read(source, told)
    if by is None and len(reconstructions) > 1 and GROUP not in names:
        by = GROUP
    groups = groups_of(data, by, names, told) if data is not None else {}
    shares: tuple[ExternalShare, ...] = ()
    if external is not None:
        with told.noted():
            shares = read_external(external, _full_names(groups, names) if groups else None)
    with told.noted():
        require_events(groups)
    with told.noted():
        require_effects(groups, names)
    told.refuse()
    found: list[GroupFits] = []
    for number, (name, part) in enumerate(groups.items()):
        found.append(compare_curves(
            part, wanted, covariates=covariates, moved=moved, group=name,
            heard=_part(progress, number, len(groups)),
        ))  # fmt: skip
    last = min(float(part.time.max()) for part in groups.values())
    times = require_landmarks(at) or landmarks(last, unit)
    columns = groups[next(iter(groups))].columns
    unused = tuple(name for name in columns if name not in (*names, by, GROUP))
    return CurveFits(
        tuple(found), names, unit, times, reconstructions, shares, population,
        curve=curve, unused=unused,
    )  # fmt: skip


def _read(
    source: Source | SurvivalData, mistakes: Mistakes
) -> tuple[SurvivalData | None, dict[str, Reconstruction]]:
    """Return the patients and how they were reconstructed; what is wrong is noted."""
    if isinstance(source, SurvivalData):
        return source, {}
    read: list[tuple[SurvivalData, dict[str, Reconstruction]]] = []
    with mistakes.noted():
        read.append(source.read())
    return read[0] if read else (None, {})


def _full_names(groups: Mapping[str, SurvivalData], covariates: Sequence[str]) -> list[str]:
    """Return what all patients whose curves are shown are called, group by group."""
    return [
        _full_name(name, profile)
        for name, data in groups.items()
        for profile in profiles_of(data, covariates)
    ]


def _full_name(group: str, profile: Profile) -> str:
    """Return what some patients of a group are called."""
    return ": ".join(part for part in (group, profile.label) if part)


def _part(
    progress: Callable[[float], None] | None, number: int, count: int
) -> Callable[[float], None] | None:
    """Return what hears of one group's share of the work."""
    if progress is None:
        return None
    return lambda share: progress((number + share) / count)
