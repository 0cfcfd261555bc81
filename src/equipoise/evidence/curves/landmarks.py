r"""What curves say beside what was seen: shares alive at landmark times, and mean times.

Intervals of Kaplan-Meier are on the scale of :math:`\ln(-\ln S)`, which keeps them between 0 and 1:
:math:`S^{\exp(\pm z \, \mathrm{se} / (S \ln S))}`.

References
----------
Kalbfleisch, Prentice (2002), The statistical analysis of failure time data, section 1.4.
Royston, Parmar (2013), BMC Med Res Methodol 13:152, https://doi.org/10.1186/1471-2288-13-152 (mean
time within a horizon).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.data import KaplanMeier, SurvivalData
from equipoise.evidence.curves.estimated import EstimatedCurve
from equipoise.evidence.curves.likelihood import Value

Floats = NDArray[np.float64]

NORMAL_95 = 1.959963984540054
"""The 97.5 % quantile of a normal distribution."""

MOST_PROFILES = 8
"""Kinds of patients that are shown one by one; of more, the average."""

_BY_UNIT: Mapping[str, Sequence[float]] = {
    "month": (3, 6, 12, 24, 36, 60, 120, 240),
    "week": (13, 26, 52, 104, 156, 260, 520),
    "day": (90, 180, 365, 730, 1095, 1825, 3650),
}
_FEWEST_LANDMARKS, _MOST_LANDMARKS = 3, 5

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)


@dataclass(frozen=True)
class Profile:
    """One kind of patients: those with the same covariates, or all together.

    Parameters
    ----------
    values
        Covariates by name; empty if a curve has none, or if it is averaged over all patients.
    data
        These patients.
    is_average
        Whether the curve is the average over these patients.
    """

    values: Mapping[str, Value]
    data: SurvivalData
    is_average: bool = False
    label: str = field(default="", kw_only=True)

    def survival(self, curve: EstimatedCurve, times: Floats) -> Floats:
        """Return the share without an event."""
        if not self.is_average:
            return curve.survival(times, **self.values)
        return np.exp(-self.cumulative_hazard(curve, times))

    def cumulative_hazard(self, curve: EstimatedCurve, times: Floats) -> Floats:
        """Return the cumulative hazard, of an average that of the average share."""
        if not self.is_average:
            return curve.cumulative_hazard(times, **self.values)
        return -np.log(self._average(curve, times)[0])

    def hazard(self, curve: EstimatedCurve, times: Floats) -> Floats:
        """Return the hazard; of an average, among those still without an event."""
        if not self.is_average:
            return curve.hazard(times, **self.values)
        share, density = self._average(curve, times)
        return density / share

    def _average(self, curve: EstimatedCurve, times: Floats) -> tuple[Floats, Floats]:
        """Return the average share without an event, and the average density."""
        data = self.data
        columns = {name: data.columns[name] for name in curve.covariates}
        own = curve.design.parameters(curve.coefficients, columns)
        weight = np.ones_like(data.time) if data.weight is None else data.weight
        share, density = np.empty_like(times), np.empty_like(times)
        for place, time in enumerate(times.tolist()):
            log_hazard, passed = curve.design.family.curve(np.array(max(time, 1e-12)), own)
            alive = np.exp(-passed) + 0.0 * data.time
            share[place] = np.average(alive, weights=weight)
            density[place] = np.average(np.exp(log_hazard) * alive, weights=weight)
        return share, density


def profiles_of(data: SurvivalData, names: Sequence[str]) -> tuple[Profile, ...]:
    """Return the kinds of patients by their covariates, in order of appearance.

    Parameters
    ----------
    data
        Patients.
    names
        Of the covariates.
    """
    if not names:
        return (Profile({}, data),)
    rows = list(zip(*(data.columns[name].tolist() for name in names), strict=True))
    kinds = list(dict.fromkeys(rows))
    if len(kinds) > MOST_PROFILES:
        return (Profile({}, data, True, label=_("average of the patients")),)
    if all(isinstance(value, float) for kind in kinds for value in kind):
        kinds.sort()
    return tuple(
        Profile(
            dict(zip(names, kind, strict=True)),
            data.where(np.array([row == kind for row in rows])),
            label=", ".join(f"{name} {_plain(value)}" if isinstance(value, float) or
                            len(names) > 1 else value
                            for name, value in zip(names, kind, strict=True)),
        )
        for kind in kinds
    )  # fmt: skip


def _plain(value: Value) -> str:
    """Return a value as short as it can be."""
    return f"{value:g}" if isinstance(value, float) else value


def landmarks(last: float, unit: str | None = None) -> tuple[float, ...]:
    """Return round times within the follow-up, at most five.

    Parameters
    ----------
    last
        End of follow-up.
    unit
        Of time: ``month``, ``week`` or ``day`` give years and their parts, if three are within.

    Examples
    --------
    >>> landmarks(9.6), landmarks(70.0, "month")
    ((0.5, 1.0, 2.0, 5.0), (6.0, 12.0, 24.0, 36.0, 60.0))
    """
    found = [float(one) for one in _BY_UNIT.get(unit or "", ()) if one <= last]
    if len(found) >= _FEWEST_LANDMARKS:
        return tuple(found[-_MOST_LANDMARKS:])
    power = int(np.floor(np.log10(last)))
    steps = [base * 10.0**exponent for exponent in range(power - 1, power + 1)
             for base in (1.0, 2.0, 5.0)]  # fmt: skip
    return tuple(round(one, 9) for one in steps if last / 25.0 <= one <= last)


def require_landmarks(times: Sequence[float]) -> tuple[float, ...]:
    """Return times in order, or refuse them.

    Raises
    ------
    FieldError, SeveralErrors
        If any is not above 0.
    """
    mistakes = Mistakes()
    for time in dict.fromkeys(times):
        with mistakes.noted():
            if not (np.isfinite(time) and time > 0):
                raise FieldError(
                    _("a landmark at {time:g} is not after the start", time=time),
                    fix=_("use times above 0, e.g. 12"),
                )
    mistakes.refuse()
    return tuple(sorted(set(times)))


def interval(curve: KaplanMeier, times: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % interval of Kaplan-Meier at some times.

    Parameters
    ----------
    curve
        The estimate.
    times
        Before the first event, where the formula knows no error though nothing is certain, and
        where nobody is left, the ends are no numbers.

    Examples
    --------
    >>> from equipoise.evidence.curves.data import kaplan_meier
    >>> data = SurvivalData(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 0, 1, 0]) > 0)
    >>> [end.round(3).tolist() for end in interval(kaplan_meier(data), np.array([0.5, 1.0]))]
    [[nan, 0.128], [nan, 0.961]]
    """
    share, error = curve.survival, curve.standard_error
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = NORMAL_95 * error / (share * np.log(share))
        ends = [share ** np.exp(sign * spread) for sign in (-1.0, 1.0)]
    place = np.searchsorted(curve.time, times, side="right")
    low, high = (
        np.concatenate([[np.nan], np.where(share > 0, end, np.nan)])[place] for end in ends
    )
    return np.asarray(low), np.asarray(high)


def mean_until(survival: Callable[[Floats], Floats], end: float) -> float:
    r"""Return the mean time without an event within a horizon, :math:`\int_0^\tau S(t) dt`.

    Parameters
    ----------
    survival
        Share at some times.
    end
        The horizon.

    Examples
    --------
    >>> round(mean_until(lambda t: np.exp(-t), 1.0), 6)
    0.632121
    """
    # Points crowd near the start, where a curve may fall at once.
    part = (_NODES + 1.0) / 2.0
    times = end * part**3
    return float(np.sum(_WEIGHTS / 2.0 * 3.0 * part**2 * end * survival(times)))


def mean_of_steps(curve: KaplanMeier, end: float) -> float:
    """Return the mean time without an event within a horizon, of Kaplan-Meier.

    Parameters
    ----------
    curve
        The estimate.
    end
        The horizon, not after the end of follow-up.
    """
    inside = curve.time < end
    edges = np.concatenate([[0.0], curve.time[inside], [end]])
    shares = np.concatenate([[1.0], curve.survival[inside]])
    return float(np.sum(np.diff(edges) * shares))
