r"""Hazards that were seen: events by time at risk, in stretches of time.

Intervals are those of a Poisson number, :math:`\chi^2_{2d}(0.025) / 2` to
:math:`\chi^2_{2d+2}(0.975) / 2`, divided by the time at risk.

References
----------
Garwood (1936), Biometrika 28(3/4):437-442, https://doi.org/10.1093/biomet/28.3-4.437.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from equipoise.evidence.curves.data import SurvivalData

Floats = NDArray[np.float64]

MOST_STRETCHES = 10
_EVENTS_EACH = 8.0
"""Events in a stretch at the least, so that its rate says anything."""


@dataclass(frozen=True)
class Rates:
    """Rates by stretches of time.

    Parameters
    ----------
    edges
        Of the stretches, from 0; dims (stretch + 1).
    rate, low, high
        Events per time at risk, and the 95 % interval; dims (stretch).
    """

    edges: Floats
    rate: Floats
    low: Floats
    high: Floats


def seen_rates(data: SurvivalData) -> Rates:
    """Return rates in stretches with about as many events each.

    Parameters
    ----------
    data
        Patients, with at least one event.

    Examples
    --------
    >>> data = SurvivalData(np.array([1.0, 3.0]), np.array([True, False]))
    >>> seen_rates(data).rate.tolist(), seen_rates(data).edges.tolist()
    ([0.25], [0.0, 3.0])
    """
    weight = np.ones_like(data.time) if data.weight is None else data.weight
    count = int(np.clip(data.events // _EVENTS_EACH, 1, MOST_STRETCHES))
    order = np.argsort(data.time[data.event])
    times, counts = data.time[data.event][order], weight[data.event][order]
    parts = np.cumsum(counts) / counts.sum()
    inner = np.interp(np.arange(1, count) / count, parts, times)
    edges = np.unique(np.concatenate([[0.0], inner, [data.time.max()]]))
    start = np.zeros_like(data.time) if data.entry is None else data.entry
    low, high = edges[:-1, None], edges[1:, None]
    at_risk = np.clip(np.minimum(data.time, high) - np.maximum(start, low), 0.0, None) @ weight
    within = (data.time > low) & (data.time <= high) & data.event
    events = within @ weight
    ends = (special.gammaincinv(np.maximum(events, 1e-12), 0.025), special.gammaincinv(
        events + 1.0, 0.975))  # fmt: skip
    lower = np.where(events > 0, ends[0], 0.0)
    return Rates(edges, events / at_risk, lower / at_risk, ends[1] / at_risk)
