"""What somebody asks of a fit, checked: all that is wrong is said at once."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.data import SurvivalData
from equipoise.evidence.curves.families import FAMILIES
from equipoise.spec.findings import did_you_mean

SPLINE = "spline"

OWN_COLUMNS = ("time", "event", "entry", "weight", "background")
"""Columns of patients that no covariate can be."""

CURES = ("mixture", "non_mixture")
CURE_LINKS = ("logistic", "loglog", "identity")
SCALES = ("hazard", "odds", "normal")

MOST_KNOTS = 10


def require_possible(
    data: SurvivalData,
    *,
    family: str,
    cure: str | None,
    cure_link: str,
    knots: int,
    spline_scale: str,
) -> None:
    """Refuse what cannot be fitted to any data, or not to these.

    Raises
    ------
    FieldError, SeveralErrors
        With all that is wrong.
    """
    mistakes = Mistakes()
    named = (
        (family, (*FAMILIES, SPLINE), _("there is no family '{name}'", name=family)),
        (cure or CURES[0], CURES, _("there is no cure '{name}'", name=cure)),
        (cure_link, CURE_LINKS, _("there is no link '{name}'", name=cure_link)),
        (spline_scale, SCALES, _("there is no scale '{name}'", name=spline_scale)),
    )
    for name, known, message in named:
        if name not in known:
            with mistakes.noted():
                raise FieldError(message, fix=did_you_mean(name, known))
    with mistakes.noted():
        require_knots(knots)
    if not has_enough_events(data, family=family, knots=knots):
        with mistakes.noted():
            message = _("the data have too few events for such a curve")
            raise FieldError(message, fix=_("use longer follow-up, or a simpler curve"))
    mistakes.refuse()


def require_knots(knots: int) -> None:
    """Refuse a number of inner knots that no spline has.

    Raises
    ------
    FieldError
        Naming the range.
    """
    if not 0 <= knots <= MOST_KNOTS:
        message = _("a spline cannot have {knots} knots here", knots=knots)
        raise FieldError(message, fix=_("use 0 to {most} inner knots, e.g. 2", most=MOST_KNOTS))


def no_column(name: str, columns: Collection[str]) -> FieldError:
    """Return the error of a column that patients do not have as a covariate.

    Parameters
    ----------
    name
        That is asked for.
    columns
        Those there are.
    """
    if name in OWN_COLUMNS:
        message = _("the column '{name}' is no covariate: it says what became of a patient",
                    name=name)  # fmt: skip
    else:
        message = _("the data have no column '{name}'", name=name)
    others = did_you_mean(name, columns) if columns else _("add a column for it to the file")
    return FieldError(message, fix=others)


def has_enough_events(data: SurvivalData, *, family: str, knots: int) -> bool:
    """Return whether there are as many times of events as a curve needs at the least."""
    needed = knots + 2 if family == SPLINE else 1
    return bool(np.unique(data.time[data.event]).size >= needed)


def require_covariates(
    given: Mapping[str, object], *, wanted: Collection[str], levels: Mapping[str, Sequence[str]]
) -> None:
    """Refuse covariates that are not those of a fit.

    Parameters
    ----------
    given
        By name.
    wanted
        Those of the fit.
    levels
        Of those that are categories.

    Raises
    ------
    FieldError, SeveralErrors
        With all that is wrong.
    """
    mistakes = Mistakes()
    for name in wanted:
        if name not in given:
            with mistakes.noted():
                message = _("the curve depends on '{name}'", name=name)
                raise FieldError(message, fix=_("say which, e.g. {name}=...", name=name))
    for name, value in given.items():
        if name not in wanted:
            with mistakes.noted():
                message = _("the curve does not depend on '{name}'", name=name)
                raise FieldError(message, fix=did_you_mean(name, wanted))
        elif name in levels and value not in levels[name]:
            with mistakes.noted():
                message = _("'{name}' has no level '{value}'", name=name, value=value)
                raise FieldError(message, fix=did_you_mean(str(value), levels[name]))
    mistakes.refuse()
