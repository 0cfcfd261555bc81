"""A curve that somebody else has fitted, from the coefficients and the covariance they print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import format_percent
from equipoise.core.translation import translate as _
from equipoise.draws.designs import points
from equipoise.evidence.curves.asked import SPLINE
from equipoise.evidence.curves.compare import Wanted
from equipoise.evidence.curves.cure import Cure
from equipoise.evidence.curves.estimated import EstimatedCurve
from equipoise.evidence.curves.estimates import CureLink, read_estimates
from equipoise.evidence.curves.fragment import UNITS, Placed, Placing, model_fragment
from equipoise.evidence.curves.landmarks import require_landmarks
from equipoise.evidence.curves.splines import SplineScale
from equipoise.pipeline.fitting.fits import YEARS
from equipoise.pipeline.fitting.model_part import MARK
from equipoise.spec.quantity import Status

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

MOST_COVARIATES = 12
"""Of those whose effect on the curve is shown one by one."""

_DRAWS = 2**15
"""Sobol points, as many as keep the error of a limit far below 0.1 percentage points."""

_PASSED = (0.90, 0.75, 0.50, 0.25, 0.10)
"""Shares near which a curve is told where nobody says when."""

_FEWEST = 3
_WHOLE_YEARS = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 40, 50, 75, 100)
_SMALL = tuple(base * power for power in (0.01, 0.1) for base in (1, 2, 3, 4, 5, 6, 8))
_PARTS: Mapping[str, tuple[int, Sequence[float]]] = {
    "year": (1, _SMALL),
    "month": (12, (*_SMALL, 1, 2, 3, 4, 6, 9, 18)),
    "week": (52, (*_SMALL, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 26, 39, 78)),
    "day": (365, (*_SMALL, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270)),
}
"""How many of a unit a year has, and round times below a year or two."""
_FLAT = 0.005
"""How far shares at all times may be apart on a curve that nobody can have fitted."""
_LIFETIME = 150.0
"""Years."""
_TIMES = {
    "year": (1, 2, 5, 10, 20), "month": (6, 12, 24, 60, 120), "week": (26, 52, 104, 260, 520),
    "day": (180, 365, 730, 1825, 3650),
}  # fmt: skip


@dataclass(frozen=True)
class PublishedCurve:
    """A curve with how sure its coefficients are, as somebody else has printed them.

    Parameters
    ----------
    curve
        Coefficients on the scale of their links, with their covariance.
    wanted
        What it is a curve of.
    unit
        Of time: ``year``, ``month``, ``week`` or ``day``.
    """

    curve: EstimatedCurve
    wanted: Wanted
    unit: str

    def kinds(self) -> tuple[dict[str, float], ...]:
        """Return patients with all covariates 0, and those with one of them 1."""
        names = self.curve.covariates
        none = dict.fromkeys(names, 0.0)
        return none, *({**none, name: 1.0} for name in names[:MOST_COVARIATES])

    def survival(self, at: Sequence[float] = ()) -> pd.DataFrame:
        """Return shares without an event, with what the covariance leaves open.

        Parameters
        ----------
        at
            Times; omitted are up to five round ones by which about 10, 25, 50, 75 and 90 % have an
            event, averaged over the kinds of patients.

        Returns
        -------
        DataFrame
            One row for each kind of patients and time: covariates that are 1, `time`, `survival`,
            and the 2.5 % and 97.5 % quantile of 32,768 draws of the coefficients.
        """
        import pandas as pd  # noqa: PLC0415 - takes half a second

        times = np.array(require_landmarks(at) or self.landmarks(), dtype=np.float64)
        found, drawn = [], self._drawn()
        for kind in self.kinds():
            low, high = np.quantile(self._shares(drawn, times, kind), (0.025, 0.975), axis=0)
            found.append(pd.DataFrame({
                "patients": ", ".join(name for name, value in kind.items() if value),
                "time": times, "survival": self.curve.survival(times, **kind), "low": low,
                "high": high,
            }))  # fmt: skip
        return pd.concat(found, ignore_index=True)

    def doubt(self, at: Sequence[float] = ()) -> str:
        """Return why these can hardly be the coefficients of such a curve; empty is no doubt.

        R's ``weibull`` and ``weibullPH`` write files with the same names, so that nothing else
        tells that the family is the wrong one of them.

        Parameters
        ----------
        at
            Times beside the usual ones.
        """
        times = np.array([*_TIMES[self.unit], *at], dtype=np.float64)
        shares = np.stack([self.curve.survival(times, **kind) for kind in self.kinds()])
        if bool((np.ptp(shares, axis=1) > _FLAT).any()):
            return ""
        share = format_percent(float(shares[0, 0]))
        others = {"weibull": "weibull_ph", "weibull_ph": "weibull"}
        other = others.get(self.wanted.family)
        if other is None:
            return _("Caution: at all times the share is {share}. Look whether family and unit of "
                     "time are those of the fit.", share=share)  # fmt: skip
        return _("Caution: at all times the share is {share}. In R, `weibull` (here weibull) and "
                 "`weibullPH` (here weibull_ph) have coefficients of the same names: try --family "
                 "{other}, or another unit of time.", share=share, other=other)  # fmt: skip

    def landmarks(self) -> tuple[float, ...]:
        """Return round times at which the curve has passed a part of its way."""
        in_year, parts = _PARTS[self.unit]
        round_ones = np.array([*parts, *(in_year * years for years in _WHOLE_YEARS)])
        times = in_year * np.geomspace(1e-4, _LIFETIME, 4_000)
        shares = np.mean([self.curve.survival(times, **kind) for kind in self.kinds()], axis=0)
        found: set[float] = set()
        for share in _PASSED:
            if shares[-1] < share < shares[0]:
                when = times[int((shares < share).argmax())]
                found.add(float(round_ones[np.abs(np.log(round_ones / when)).argmin()]))
        for later in _TIMES[self.unit]:
            if len(found) < _FEWEST and later > max(found, default=0.0):
                found.add(float(later))
        return tuple(sorted(found))

    def _drawn(self) -> Floats:
        """Return draws of the coefficients; dims (coefficient, draw)."""
        names = [f"{place:03d}" for place in range(self.curve.coefficients.size)]
        even = points(names, draws=_DRAWS, seed=1, design="sobol")
        normal = ndtri(np.stack([even[name] for name in names]))
        values, vectors = np.linalg.eigh(self.curve.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        return np.asarray(self.curve.coefficients[:, None] + root @ normal)

    def _shares(self, drawn: Floats, times: Floats, kind: Mapping[str, float]) -> Floats:
        """Return shares by draw of the coefficients; dims (draw, time)."""
        made = self.curve.design
        with np.errstate(all="ignore"):  # ends of what a normal distribution can draw
            own = made.parameters(drawn, kind)
            passed = [made.family.cumulative_hazard(np.full(drawn.shape[1], time), own)
                      for time in times.tolist()]  # fmt: skip
        return np.exp(-np.stack(passed, axis=1))

    def model_yaml(self, *, name: str, source: str, status: Status = "read") -> str:
        """Return the estimates as a part of a model file.

        Parameters
        ----------
        name
            Of the curve in the model.
        source
            Key among the model's sources.
        status
            ``read`` or ``computed``.

        Raises
        ------
        FieldError, SeveralErrors
            If a name cannot be one.
        """
        placed = Placed(self.curve, self.wanted, Placing(name, self.unit, source, status))
        head = f"{MARK}: " + _("paste into a model file whose sources have this key.")
        return model_fragment([placed], notes=[head])


def read_published(
    coefficients: Path,
    covariance: Path,
    family: str,
    *,
    unit: str,
    cure: Cure | None = None,
    cure_link: CureLink = "logistic",
    log_knots: Sequence[float] = (),
    spline_scale: SplineScale = "hazard",
    mistakes: Mistakes | None = None,
) -> PublishedCurve:
    """Read a curve that somebody else has fitted; see `estimates.read_estimates`.

    Parameters
    ----------
    coefficients, covariance
        CSV files as R's flexsurv writes them.
    family
        One of the families of curves, or ``spline``.
    unit
        Of time.
    cure, cure_link
        Whether a share is cured, and its link.
    log_knots, spline_scale
        Of a spline.
    mistakes
        Found before, which are told together with those found here.

    Raises
    ------
    SpecError, FieldError, SeveralErrors
        With all that is wrong with the files and the names.
    """
    told = mistakes or Mistakes()
    with told.noted():
        if unit not in UNITS:
            raise FieldError(
                _("'{name}' is no unit of time here", name=unit),
                fix=_("use one of: {names}", names=", ".join(UNITS)),
            )
    if family == SPLINE:
        with told.noted():
            _require_lifetime(log_knots, unit)
    found: list[EstimatedCurve] = []
    with told.noted():
        found.append(read_estimates(
            coefficients, covariance, family, cure=cure, cure_link=cure_link, log_knots=log_knots,
            spline_scale=spline_scale,
        ))  # fmt: skip
    told.refuse()
    (curve,) = found
    wanted = Wanted(family, cure, cure_link, max(len(log_knots) - 2, 0), spline_scale)
    return PublishedCurve(curve, wanted, unit)


def _require_lifetime(log_knots: Sequence[float], unit: str) -> None:
    """Refuse knots that are times, and not their logarithms, as they stand beyond any lifetime."""
    latest = max(log_knots, default=0.0)
    if latest > np.log(_LIFETIME / YEARS.get(unit, YEARS["day"])):
        raise FieldError(
            _("a knot at {knot:g} stands beyond any lifetime", knot=latest),
            fix=_("give logarithms of times, as R prints them: log({knot:g}) is {log:.4g}",
                  knot=latest, log=float(np.log(latest))),
        )  # fmt: skip
