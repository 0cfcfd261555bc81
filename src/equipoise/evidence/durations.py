"""How long a stage takes, learnt from few cases: countries borrow from each other.

The logarithm of a duration is normal around a mean of its country; the countries' means are normal
around a common one. What a country has seen itself weighs as much as it is worth, and a country
that has seen nothing gets the spread between countries on top.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtr, ndtri

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _

Floats = NDArray[np.float64]

_USUAL, _USUAL_SPREAD = np.log(300.0), 1.5
"""Days of a stage before anything is known: 300, between 26 and 3,500 in nine of ten."""

_BETWEEN, _WITHIN = 0.7, 0.7
"""Scales of the half-normal priors of the spread between countries and within one, on the
logarithm: a factor of two or so, and seldom one of four."""

_PLACES = np.linspace(np.log(0.5), np.log(50_000.0), 161)
"""Logarithms of the days around which a country's durations may lie."""

_SPREADS = 20
"""Points of each prior of a spread, at equal steps of its probability."""


@dataclass(frozen=True)
class Observed:
    """A duration that somebody saw, or how long a stage has lasted that is not over."""

    group: str
    """Country, or whatever durations have in common."""
    days: float
    is_over: bool = True
    """False where the stage went on, or is known only to have taken at least so long."""


@dataclass(frozen=True)
class Predicted:
    """The distribution of the next duration.

    Parameters
    ----------
    logs, shares
        Logarithms of days, and the probability of at most so many; both rise.
    own, others
        How many cases of the same group it rests on, and of others.
    """

    logs: Floats
    shares: Floats
    own: int
    others: int

    def quantile(self, share: ArrayLike) -> Floats:
        """Return the days that are not exceeded with a probability.

        Parameters
        ----------
        share
            Between 0 and 1, any shape.
        """
        return np.asarray(np.exp(np.interp(np.asarray(share), self.shares, self.logs)))

    def share_below(self, days: ArrayLike) -> Floats:
        """Return the probability of at most so many days."""
        logs = np.log(np.asarray(days, dtype=np.float64))
        return np.asarray(np.interp(logs, self.logs, self.shares))


class Learnt:
    """What cases say of the durations of one kind of stage.

    The joint posterior of the common mean, the spread between groups and that within is computed on
    a grid, with the groups' means integrated out, so that it needs no sampling and no luck.

    Parameters
    ----------
    observations
        Cases of any groups; none at all leaves the prior.

    Raises
    ------
    FieldError
        If a duration is not above 0.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, third edition, section 5.4, for the model; the
    priors are ours.

    Examples
    --------
    >>> seen = [Observed("eu", days) for days in (273, 333, 364, 370, 371, 385, 386, 405)]
    >>> learnt = Learnt([*seen, Observed("ru", 505)])
    >>> [int(learnt.predict(group).quantile(0.5).round(-1)) for group in ("eu", "ru", "jp")]
    [360, 480, 400]
    """

    def __init__(self, observations: Sequence[Observed]) -> None:
        if any(not 0.0 < one.days < np.inf for one in observations):
            message = _("a duration must be above 0 days")
            raise FieldError(message, fix=_("correct it, or leave the case out"))
        self._observations = tuple(observations)
        self._within, self._to_place = _grid()
        prior = np.exp(-0.5 * ((_PLACES - _USUAL) / _USUAL_SPREAD) ** 2)
        self._weights = self._posterior(prior)

    def _posterior(self, prior: Floats) -> Floats:
        """Return the weight of each grid point, dims (between, mean, within)."""
        logs = np.broadcast_to(
            np.log(prior)[None, :, None], (_SPREADS, _PLACES.size, _SPREADS)
        ).copy()
        for group in dict.fromkeys(one.group for one in self._observations):
            logs += np.log(self._to_place @ self._seen(group) + 1e-300)
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())

    def _seen(self, group: str | None) -> Floats:
        """Return how likely a group's cases are, dims (place, within), up to a factor."""
        logs = np.zeros((_PLACES.size, _SPREADS))
        for one in self._observations:
            if one.group == group:
                z = (np.log(one.days) - _PLACES[:, None]) / self._within
                logs += -0.5 * z**2 - np.log(self._within) if one.is_over else log_ndtr(-z)
        return np.asarray(np.exp(logs - logs.max()))

    def predict(self, group: str | None = None) -> Predicted:
        """Return the distribution of the next duration in a group.

        Parameters
        ----------
        group
            One with cases, or any other: then the spread between groups comes on top.
        """
        seen = self._seen(group)
        # What the group's own cases say is in the weights already: share it out over the places.
        reached = self._to_place @ seen + 1e-300
        places = (self._to_place.swapaxes(1, 2) @ (self._weights / reached)).sum(axis=0) * seen
        places /= places.sum()
        logs = np.linspace(_PLACES[0] - 3.0, _PLACES[-1] + 3.0, 601)
        shares = np.zeros(logs.size)
        for k, spread in enumerate(self._within):
            shares += ndtr((logs[:, None] - _PLACES) / spread) @ places[:, k]
        own = sum(one.group == group for one in self._observations)
        return Predicted(logs, shares, own, len(self._observations) - own)


@cache
def _grid() -> tuple[Floats, Floats]:
    """Return spreads within groups, and how likely a group's place is from the common mean.

    The second has dims (spread between groups, mean, place).
    """
    ranks = (np.arange(_SPREADS) + 0.5) / _SPREADS
    half_normal = ndtri(0.5 + 0.5 * ranks)
    steps = (_PLACES[None, :] - _PLACES[:, None]) / (_BETWEEN * half_normal[:, None, None])
    to_place = np.exp(-0.5 * steps**2)
    to_place /= to_place.sum(axis=-1, keepdims=True)
    return np.asarray(_WITHIN * half_normal), to_place
