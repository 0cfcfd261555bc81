"""What somebody asks of fits, checked before any is made: all that is wrong is said at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.evidence.curves import SurvivalData
from equipoise.evidence.curves.asked import no_column, require_knots
from equipoise.evidence.curves.compare import (
    ALL_FAMILIES,
    Wanted,
    require_parameters,
    wanted_curves,
    wanted_of,
)
from equipoise.evidence.curves.fragment import UNITS
from equipoise.evidence.curves.landmarks import require_landmarks

MOST_GROUPS = 20
MOST_LEVELS = 20
"""Of a covariate of texts: each has a coefficient of its own."""


def note_wrong_names(
    mistakes: Mistakes,
    wanted: Sequence[Wanted],
    *,
    moved: Mapping[str, Sequence[str]],
    curve: str | None,
    unit: str | None,
    at: Sequence[float],
) -> None:
    """Note what is wrong whatever the patients are.

    Parameters
    ----------
    mistakes
        Receives an error for each.
    wanted
        Curves.
    moved
        Covariates by parameter.
    curve
        The one that is shown.
    unit
        Of time.
    at
        Landmarks.
    """
    with mistakes.noted():
        require_parameters(wanted, moved)
    if curve is not None:
        with mistakes.noted():
            known = [one for one in wanted if one.family in ALL_FAMILIES]
            wanted_of(curve, known or wanted_curves())
    if unit is not None and unit not in UNITS:
        with mistakes.noted():
            message = _("'{name}' is no unit of time here", name=unit)
            raise FieldError(message, fix=_("use one of: {names}", names=", ".join(UNITS)))
    for knots in dict.fromkeys(one.knots for one in wanted):
        with mistakes.noted():
            require_knots(knots)
    with mistakes.noted():
        require_landmarks(at)


def require_events(groups: Mapping[str, SurvivalData]) -> None:
    """Refuse patients none of whom had the event; a group without any may stand beside others.

    Parameters
    ----------
    groups
        All patients.

    Raises
    ------
    FieldError
        Saying what their time at risk tells all the same.

    References
    ----------
    Hanley, Lippman-Hand (1983), JAMA 249(13):1743-1745 (if nothing goes wrong, the rule of three:
    above 3 events in all this time, none would be seen in less than 5 % of cases).
    """
    if not groups or any(data.event.any() for data in groups.values()):
        return
    time = sum(data.exposure for data in groups.values())
    raise FieldError(
        _("no event was observed: all patients are censored, and no curve can be told"),
        fix=_("check that `event` is 1 where it came; pool them with other data, or take a "
              "constant rate, with 95% confidence at most 3 / {time:.4g} = {rate:.3g} per unit "
              "of time",
              time=time, rate=3.0 / time),
    )  # fmt: skip


def require_effects(groups: Mapping[str, SurvivalData], covariates: Sequence[str]) -> None:
    """Refuse covariates among whose patients nobody had the event, if so in each group.

    Parameters
    ----------
    groups
        All patients.
    covariates
        Names of all that move any parameter.

    Raises
    ------
    FieldError, SeveralErrors
        One for each covariate.
    """
    empty = {group: {name: _levels_without_events(data, name) for name in covariates}
             for group, data in groups.items() if data.event.any()}  # fmt: skip
    if not empty or not all(any(own.values()) for own in empty.values()):
        return
    mistakes = Mistakes()
    for name in covariates:
        levels = dict.fromkeys(level for own in empty.values() for level in own[name])
        with mistakes.noted():
            if levels:
                raise FieldError(
                    _("no event was observed where {name} is {levels}, so that nothing tells its "
                      "effect", name=name, levels=", ".join(levels)),
                    fix=_("fit without the covariate {name}, all patients together, or by groups "
                          "of {name}, so that those with events have their own curve",
                          name=name),
                )  # fmt: skip
    mistakes.refuse()


def _levels_without_events(data: SurvivalData, name: str) -> list[str]:
    """Return the texts of a column, or which of 0 and 1, that nobody with an event has."""
    column = data.columns[name]
    levels = list(dict.fromkeys(column.tolist()))
    if column.dtype.kind != "U" and set(levels) != {0.0, 1.0}:
        return []
    return [f"{level:g}" if isinstance(level, float) else str(level)
            for level in levels if not data.event[column == level].any()]  # fmt: skip


def groups_of(
    data: SurvivalData, by: str | None, covariates: Sequence[str], mistakes: Mistakes
) -> dict[str, SurvivalData]:
    """Return the patients of each group, in order of appearance; what is wrong is noted.

    Parameters
    ----------
    data
        Patients.
    by
        Column of groups.
    covariates
        Names of all that move any parameter.
    mistakes
        Receives an error for each column that cannot be used; then there are no groups.
    """
    before = len(mistakes.found)
    for name in covariates:
        with mistakes.noted():
            _require_covariate(data, name, by)
    groups: dict[str, SurvivalData] = {}
    with mistakes.noted():
        groups = _groups(data, by)
    if len(mistakes.found) > before:
        return {}
    for name in covariates:
        with mistakes.noted():
            _require_difference(groups, name)
    return groups if len(mistakes.found) == before else {}


def _require_covariate(data: SurvivalData, name: str, by: str | None) -> None:
    """Refuse a column that cannot be a covariate."""
    if name not in data.columns:
        raise no_column(name, data.columns)
    if name == by:
        raise FieldError(
            _("'{name}' cannot both make groups and be a covariate: in a group it is the same",
              name=name),
            fix=_("leave it out of one of them: a covariate moves one curve, groups have each "
                  "their own"),
        )  # fmt: skip
    column = data.columns[name]
    count = len(set(column.tolist())) if column.dtype.kind == "U" else 0
    if count > MOST_LEVELS:
        raise FieldError(
            _("the covariate '{name}' has {count} different texts, each a coefficient of its own",
              name=name, count=count),
            fix=_("use a column of numbers, or of at most {most} texts", most=MOST_LEVELS),
        )  # fmt: skip


def _require_difference(groups: Mapping[str, SurvivalData], name: str) -> None:
    """Refuse a covariate that is the same for all patients of a group."""
    for group, data in groups.items():
        values = set(data.columns[name].tolist())
        if len(values) == 1:
            message = _("the covariate '{name}' is the same for all patients", name=name)
            if group:
                message = _("the covariate '{name}' is the same for all patients of '{group}'",
                            name=name, group=group)  # fmt: skip
            raise FieldError(message, fix=_("leave it out: a curve cannot depend on it"))


def _groups(data: SurvivalData, by: str | None) -> dict[str, SurvivalData]:
    """Return the patients of each group, in order of appearance."""
    if by is None:
        return {"": data}
    if by not in data.columns:
        raise no_column(by, data.columns)
    column = data.columns[by]
    values = list(dict.fromkeys(column.tolist()))
    if len(values) > MOST_GROUPS:
        raise FieldError(
            _("'{name}' has {count} values, and so many groups are not fitted", name=by,
              count=len(values)),
            fix=_("use a column of at most {most} groups", most=MOST_GROUPS),
        )  # fmt: skip
    return {
        f"{value:g}" if isinstance(value, float) else str(value): data.where(column == value)
        for value in values
    }
