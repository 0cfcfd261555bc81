"""Times to an event of single patients, and what they say without any curve."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _

Floats = NDArray[np.float64]
Column = NDArray[np.float64] | NDArray[np.str_]


@dataclass(frozen=True)
class SurvivalData:
    """Patients: how long each was followed, and whether the event came.

    Parameters
    ----------
    time
        Until the event or the end of observation, in any unit, above 0; dims (patient).
    event
        Whether it was the event.
    entry
        From when on a patient was at risk; omitted is from 0.
    weight
        How many patients each stands for; omitted is 1.
    background
        Hazard of the general population at `time`, for the same sex, age and year, per unit of
        time; omitted is none. Then a fit is one of relative survival.
    columns
        Further columns by name, for covariates.

    Raises
    ------
    FieldError
        If a time cannot be, or columns have other lengths.
    """

    time: Floats
    event: NDArray[np.bool_]
    entry: Floats | None = None
    weight: Floats | None = None
    background: Floats | None = None
    columns: Mapping[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be, at once."""
        parts = {"event": self.event, "entry": self.entry, "weight": self.weight,
                 "background": self.background, **self.columns}  # fmt: skip
        for name, part in parts.items():
            if part is not None and part.shape != self.time.shape:
                message = _("'{name}' has {found} entries, there are {count} patients",
                            name=name, found=part.size, count=self.time.size)  # fmt: skip
                raise FieldError(message, fix=_("give one entry for each patient"))
        start = 0.0 if self.entry is None else self.entry
        wrong = ~((self.time > start) & np.isfinite(self.time))
        if wrong.any():
            number = int(np.argmax(wrong))
            message = _("patient {number} is followed until {time:g}, and not from before",
                        number=number + 1, time=float(self.time[number]))  # fmt: skip
            raise FieldError(message, fix=_("times are above 0, and above those of entry"))

    @property
    def patients(self) -> float:
        """Return how many patients there are, weighted."""
        return float(self._weights.sum())

    @property
    def events(self) -> float:
        """Return how many events there are, weighted."""
        return float(self._weights[self.event].sum())

    @property
    def exposure(self) -> float:
        """Return the time at risk of all patients together."""
        start = 0.0 if self.entry is None else self.entry
        return float((self._weights * (self.time - start)).sum())

    @property
    def _weights(self) -> Floats:
        return np.ones_like(self.time) if self.weight is None else self.weight

    def where(self, chosen: NDArray[np.bool_]) -> "SurvivalData":
        """Return some of the patients."""
        parts = {
            name: None if part is None else part[chosen]
            for name, part in (("entry", self.entry), ("weight", self.weight),
                               ("background", self.background))
        }  # fmt: skip
        columns = {name: column[chosen] for name, column in self.columns.items()}
        return replace(
            self, time=self.time[chosen], event=self.event[chosen], columns=columns, **parts
        )


@dataclass(frozen=True)
class KaplanMeier:
    """The share without an event, at each time of one; dims (time).

    Parameters
    ----------
    time
        Of events, in order.
    at_risk
        Patients at risk just before.
    events
        At that time.
    survival
        The share after it.
    standard_error
        Of that share, by Greenwood's formula.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    survival: Floats
    standard_error: Floats

    def at(self, times: Floats) -> Floats:
        """Return the share at some times."""
        place = np.searchsorted(self.time, times, side="right")
        return np.concatenate([[1.0], self.survival])[place]


def kaplan_meier(data: SurvivalData) -> KaplanMeier:
    r"""Return the Kaplan-Meier estimate, :math:`S(t) = \prod_{t_i \le t} (1 - d_i / n_i)`.

    Parameters
    ----------
    data
        Patients; those who enter late are at risk from then on.

    References
    ----------
    Kaplan, Meier (1958), J Am Stat Assoc 53(282):457-481,
    https://doi.org/10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> data = SurvivalData(np.array([1.0, 2.0, 2.0, 3.0]), np.array([1, 1, 0, 1]) > 0)
    >>> kaplan_meier(data).survival.tolist()
    [0.75, 0.5, 0.0]
    """
    weight = np.ones_like(data.time) if data.weight is None else data.weight
    times = np.unique(data.time[data.event])
    until = _sums_from(data.time, weight, times)
    late = 0.0 if data.entry is None else _sums_from(data.entry, weight, times)
    at_risk = until - late
    which = np.searchsorted(times, data.time[data.event])
    counts = np.bincount(which, weights=weight[data.event], minlength=times.size)
    events: Floats = np.asarray(counts, dtype=np.float64)
    survival: Floats = np.asarray(np.cumprod(1.0 - events / at_risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        error = np.where(survival > 0, survival * np.sqrt(greenwood), 0.0)
    return KaplanMeier(times, at_risk, events, survival, np.asarray(error, dtype=np.float64))


def at_risk(data: SurvivalData, times: Floats) -> Floats:
    """Return how many patients are at risk at some times, as under a printed curve."""
    weight = np.ones_like(data.time) if data.weight is None else data.weight
    # Who enters at a time is at risk from then on; at the start there is no before.
    entry = np.zeros_like(data.time) if data.entry is None else data.entry
    late = _sums_from(entry, weight, np.maximum(times, np.nextafter(0.0, 1.0)))
    return _sums_from(data.time, weight, times) - late


def _sums_from(values: Floats, weight: Floats, times: Floats) -> Floats:
    """Return the weights of values at or after each time."""
    order = np.argsort(values, kind="stable")
    sums = np.concatenate([np.cumsum(weight[order][::-1])[::-1], [0.0]])
    return sums[np.searchsorted(values[order], times, side="left")]
