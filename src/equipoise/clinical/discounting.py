"""Discounting: what a later amount is worth today, at rates that may change with time."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.core.errors import LabelError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Discounting:
    """Yearly discount rates, each from a time since the patient's start on.

    `starts` are those times in years, the first 0; `rates` has dims (step, draw), with one draw
    where all have the same rates.
    """

    starts: tuple[float, ...]
    rates: Floats

    def factor(self, time: ArrayLike) -> Floats:
        r"""Return what an amount at a time is worth at the start.

        .. math:: \prod_j (1 + r_j)^{-t_j}

        with :math:`t_j` the years for which rate :math:`j` has held by then.

        Parameters
        ----------
        time
            Years since the start; the last dim of several is (draw).

        References
        ----------
        HM Treasury (2022), The Green Book, annex 6 (rates that decline with time).

        Examples
        --------
        >>> falling = Discounting((0.0, 30.0), np.array([[0.025], [0.015]]))
        >>> print(falling.factor(31.0).round(6), (1.025**-30 / 1.015).__round__(6))
        [0.469697] 0.469697
        """
        found = (1.0 + self.rates[0]) ** -self._years_at(0, time)
        for step in range(1, len(self.starts)):
            found = found * (1.0 + self.rates[step]) ** -self._years_at(step, time)
        return np.asarray(found)

    def worth(self, time: ArrayLike) -> Floats:
        r"""Return what 1 a year, paid all the time until then, is worth at the start.

        .. math:: \int_0^t e^{-\delta(s)} ds,

        where the logarithm of the factor falls by :math:`\ln(1 + r_j)` a year.

        Parameters
        ----------
        time
            As of `factor`.

        Examples
        --------
        >>> Discounting((0.0,), np.array([[0.0]])).worth(2.5)
        array([2.5])
        """
        total = np.zeros(1)
        for step, start in enumerate(self.starts):
            growth, years = np.log1p(self.rates[step]), self._years_at(step, time)
            at_rest = growth == 0
            lasts = np.where(at_rest, years, -np.expm1(-growth * years))
            total = total + self.factor(start) * lasts / np.where(at_rest, 1.0, growth)
        return total

    def _years_at(self, step: int, time: ArrayLike) -> Floats:
        """Return for how many years a rate has held by some time."""
        is_last = step + 1 == len(self.starts)
        end = np.asarray(time if is_last else np.minimum(time, self.starts[step + 1]))
        return np.asarray(np.maximum(end - self.starts[step], 0.0))

    def at_steps(self, starts: Floats) -> Floats:
        """Return the rates from some times on, dims (time, draw); times include all `starts`."""
        return self.rates[np.searchsorted(self.starts, starts, side="right") - 1]

    def of_draws(self, places: NDArray[np.intp]) -> "Discounting":
        """Return the rates of some draws, in the order of their places."""
        return self if self.rates.shape[1] == 1 else replace(self, rates=self.rates[:, places])


Rates = ArrayLike | Discounting
"""Yearly discount rates: one number, one for each draw, or rates that change with time."""


def discounting(rates: Rates, *, draws: int) -> Discounting:
    """Return rates as engines need them.

    Parameters
    ----------
    rates
        Per year, as fractions.
    draws
        How many there are.

    Raises
    ------
    LabelError
        If there is no rate for each draw, one is not above -1, or the times do not rise from 0.
    """
    if isinstance(rates, Discounting):
        found = rates
    else:
        found = Discounting((0.0,), np.ascontiguousarray(rates, dtype=np.float64)[None])
    known = found.rates
    if known.shape not in ((len(found.starts), 1), (len(found.starts), draws)) or not bool(
        np.all(known > -1.0)
    ):
        message = (
            f"a discount rate has shape {known.shape[1:]} and least value {known.min():g}; give "
            f"one number above -1, or one for each of the {draws} draws"
        )
        raise LabelError(message)
    if found.starts[0] != 0.0 or any(later <= earlier for earlier, later in pairwise(found.starts)):
        message = f"discount rates hold from {found.starts} on; the first from 0, then ever later"
        raise LabelError(message)
    return found
