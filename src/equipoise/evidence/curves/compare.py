"""Many curves fitted to the same patients, compared; what is refused stays, with its reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.asked import SPLINE, has_enough_events
from equipoise.evidence.curves.cure import CURED, Cure
from equipoise.evidence.curves.data import SurvivalData
from equipoise.evidence.curves.families import FAMILIES
from equipoise.evidence.curves.fit import Fit, FitError, fit_survival
from equipoise.evidence.curves.splines import SplineScale
from equipoise.spec.findings import did_you_mean

ALL_FAMILIES = (*FAMILIES, SPLINE)
USUAL_KNOTS = (1, 2)
"""Of splines that are fitted where nobody says how many."""

_SAME = 1e-4
"""Of two logarithms of a likelihood, where searches of the same curve may end."""

Heard = Callable[[float], None]


@dataclass(frozen=True)
class Wanted:
    """A curve to fit.

    Parameters
    ----------
    family
        One of `FAMILIES`, or ``spline``.
    cure
        Omitted is none.
    cure_link
        Of the cured share.
    knots
        Of a spline.
    scale
        Of a spline.
    """

    family: str
    cure: Cure | None = None
    cure_link: str = "logistic"
    knots: int = 0
    scale: SplineScale = "hazard"

    @property
    def key(self) -> str:
        """Return a name of letters, digits and underscores, the same in every language."""
        parts = [self.family]
        if self.family == SPLINE:
            parts.append(f"{self.knots}_{self.scale}")
        return "_".join([*parts, *([] if self.cure is None else [self.cure])])


@dataclass(frozen=True)
class FittedCurve:
    """A fit, and what it is a fit of."""

    wanted: Wanted
    fit: Fit


@dataclass(frozen=True)
class RefusedCurve:
    """A curve that must not be used, and why."""

    wanted: Wanted
    reason: str
    fix: str


@dataclass(frozen=True)
class GroupFits:
    """All curves of one group of patients.

    Parameters
    ----------
    group
        Its name; empty if there is one only.
    data
        The patients.
    fitted
        From the lowest AIC up.
    refused
        In the order in which they were tried.
    """

    group: str
    data: SurvivalData
    fitted: tuple[FittedCurve, ...]
    refused: tuple[RefusedCurve, ...]

    @property
    def best(self) -> FittedCurve:
        """Return the curve with the lowest AIC.

        Raises
        ------
        FieldError
            If all were refused.
        """
        if not self.fitted:
            raise FieldError(
                _("no curve can be used"), fix=_("use longer follow-up, or a simpler curve")
            )
        return self.fitted[0]

    @property
    def different(self) -> tuple[FittedCurve, ...]:
        """Return the fits without those that are the same curve as one before them."""
        again = {id(one) for one, _first in self.repeated}
        return tuple(one for one in self.fitted if id(one) not in again)

    @property
    def repeated(self) -> tuple[tuple[FittedCurve, FittedCurve], ...]:
        """Return fits that are the same curve as one before them, with that one."""
        return tuple(
            (one, before)
            for place, one in enumerate(self.fitted)
            for before in self.fitted[:place]
            if _is_same(one, before)
        )

    def named(self, name: str) -> FittedCurve:
        """Return the curve of a key, e.g. ``weibull`` or ``spline_1_hazard``.

        Parameters
        ----------
        name
            A key, or what it begins with if no other begins so: ``weibull`` of
            ``weibull_mixture``.

        Raises
        ------
        FieldError
            If it is none, or was refused.
        """
        tried = [*(one.wanted for one in self.fitted), *(one.wanted for one in self.refused)]
        wanted = wanted_of(name, tried)
        for one in self.fitted:
            if one.wanted == wanted:
                return one
        (refused,) = (one for one in self.refused if one.wanted == wanted)
        raise FieldError(refused.reason, fix=refused.fix)


def wanted_of(name: str, wanted: Sequence[Wanted]) -> Wanted:
    """Return the curve of a key, or of its family if only one curve is of that.

    Raises
    ------
    FieldError
        If there is none, or more than one.

    Examples
    --------
    >>> wanted_of("weibull", wanted_curves(cure="mixture")).key
    'weibull_mixture'
    """
    found = [one for one in wanted if one.key == name] or [
        one for one in wanted if one.family == name
    ]
    if len(found) == 1:
        return found[0]
    keys = (one.key for one in found or wanted)
    message = (
        _("'{name}' is more than one curve", name=name) if found
        else _("there is no curve '{name}'", name=name)
    )  # fmt: skip
    raise FieldError(message, fix=_("use one of: {names}", names=", ".join(keys)))


def _is_same(one: FittedCurve, other: FittedCurve) -> bool:
    """Return whether two fits are one curve: Weibull with parameters of two kinds.

    With a covariate on the shape they are not: one has it in the scale as well.
    """
    plain = ("weibull", "weibull_ph")
    return (
        {one.wanted.family, other.wanted.family} == set(plain)
        and one.wanted.cure == other.wanted.cure
        and not one.fit.design.terms["shape"]
        and abs(one.fit.log_likelihood - other.fit.log_likelihood) < _SAME
    )


def wanted_curves(
    families: Sequence[str] = (),
    *,
    cure: Cure | None = None,
    cure_link: str = "logistic",
    knots: Sequence[int] = (),
    scale: SplineScale = "hazard",
) -> tuple[Wanted, ...]:
    """Return the curves to fit.

    Parameters
    ----------
    families
        Omitted are all, with splines of one and two knots.
    cure
        Of all of them; omitted is none.
    cure_link
        Of the cured share.
    knots
        Of splines; omitted are one and two.
    scale
        Of splines.

    Examples
    --------
    >>> [one.key for one in wanted_curves(["weibull", "spline"], knots=[3])]
    ['weibull', 'spline_3_hazard']
    """
    found: list[Wanted] = []
    for family in dict.fromkeys(families or ALL_FAMILIES):
        counts = dict.fromkeys(knots or USUAL_KNOTS) if family == SPLINE else (0,)
        found += [Wanted(family, cure, cure_link, count, scale) for count in counts]
    return tuple(found)


def compare_curves(
    data: SurvivalData,
    wanted: Sequence[Wanted],
    *,
    covariates: Sequence[str] = (),
    moved: Mapping[str, Sequence[str]] | None = None,
    group: str = "",
    heard: Heard | None = None,
) -> GroupFits:
    """Fit curves to the same patients and sort them by Akaike's criterion.

    Parameters
    ----------
    data
        Patients.
    wanted
        Which curves.
    covariates
        That move the location of each family, or the cured share.
    moved
        Further ones by parameter; a curve without that parameter is refused.
    group
        Name of the patients.
    heard
        Is told the share of curves that are fitted.

    Raises
    ------
    FieldError, SeveralErrors
        If a name is none; never because the data do not tell a curve, which is a `RefusedCurve`.
    """
    fitted: list[FittedCurve] = []
    refused: list[RefusedCurve] = []
    others = moved or {}
    require_parameters(wanted, others)
    for number, one in enumerate(wanted):
        lacking = _lacking(data, one, others)
        if lacking is not None:
            refused.append(lacking)
        else:
            try:
                fitted.append(FittedCurve(one, _fit(data, one, covariates, others)))
            except FitError as error:
                refused.append(RefusedCurve(one, error.doubt, error.fix))
        if heard is not None:
            heard((number + 1) / len(wanted))
    by_aic = sorted(fitted, key=lambda one: round(one.fit.aic, 6))  # the same curve: as asked
    return GroupFits(group, data, tuple(by_aic), tuple(refused))


def _fit(
    data: SurvivalData, one: Wanted, covariates: Sequence[str], moved: Mapping[str, Sequence[str]]
) -> Fit:
    """Fit one curve."""
    location = _location(one)
    own = tuple(dict.fromkeys((*covariates, *moved.get(location, ()))))
    return fit_survival(
        data, one.family, covariates={**moved, location: own}, cure=one.cure,
        cure_link=one.cure_link, knots=one.knots, spline_scale=one.scale,
    )  # fmt: skip


def _location(one: Wanted) -> str:
    """Return the parameter that covariates move."""
    if one.cure is not None:
        return CURED
    return "gamma0" if one.family == SPLINE else FAMILIES[one.family].location


def _parameters(one: Wanted) -> tuple[str, ...]:
    """Return the parameters of a curve; of a name that is no family, none."""
    cured = () if one.cure is None else (CURED,)
    if one.family == SPLINE:
        return (*cured, *(f"gamma{number}" for number in range(one.knots + 2)))
    return (*cured, *FAMILIES[one.family].parameters) if one.family in FAMILIES else cured


def require_parameters(wanted: Sequence[Wanted], moved: Mapping[str, object]) -> None:
    """Refuse families that are none, and parameters that none of the curves has.

    Parameters
    ----------
    wanted
        Curves.
    moved
        Covariates by parameter.

    Raises
    ------
    FieldError, SeveralErrors
        With all that is wrong.
    """
    mistakes = Mistakes()
    for family in dict.fromkeys(one.family for one in wanted):
        if family not in ALL_FAMILIES:
            with mistakes.noted():
                message = _("there is no family '{name}'", name=family)
                raise FieldError(message, fix=did_you_mean(family, ALL_FAMILIES))
    known = tuple(dict.fromkeys(name for one in wanted for name in _parameters(one)))
    for name in moved:
        if name not in known and not mistakes.found:
            with mistakes.noted():
                message = _("no curve has the parameter '{name}'", name=name)
                raise FieldError(message, fix=did_you_mean(name, known))
    mistakes.refuse()


def _lacking(data: SurvivalData, one: Wanted, moved: Mapping[str, object]) -> RefusedCurve | None:
    """Return why a curve cannot be fitted to these patients while others may be."""
    if not has_enough_events(data, family=one.family, knots=one.knots):
        return RefusedCurve(
            one, _("the data have too few events for such a curve"),
            _("use longer follow-up, or a simpler curve"),
        )  # fmt: skip
    for name in moved:
        if name not in _parameters(one):
            return RefusedCurve(
                one, _("the curve has no parameter '{name}'", name=name),
                _("use one of: {names}", names=", ".join(_parameters(one))),
            )  # fmt: skip
    return None
