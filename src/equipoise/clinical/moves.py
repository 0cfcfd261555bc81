"""Where the patients are, and how they move between states in one cycle."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.people import People, spot_of, sum_of
from equipoise.clinical.plan import Plan
from equipoise.clinical.values import Values
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.spec.formula import Formula

Floats = NDArray[np.float64]

HAIR = 1e-9
"""Tolerance for a sum of shares or probabilities that should be one."""

LARGEST_RATE = 1e300
"""Per year. A rate beyond stands for a division by nothing."""


@dataclass(frozen=True)
class Labels:
    """Names along the dims, for messages; `stays` are the years of each row of residence."""

    strategies: Sequence[str]
    draws: Sequence[int]
    stays: Sequence[float] = ()

    def since(self, wrong: NDArray[np.bool_]) -> float | None:
        """Return the years in the state of the first true element, if it matters."""
        if wrong.ndim < 5:
            return None
        return self.stays[int(np.unravel_index(int(np.argmax(wrong)), wrong.shape)[0])]

    def place(self, wrong: NDArray[np.bool_]) -> str:
        """Return the strategy, and the draw if they differ, of the first true element."""
        shape = wrong.shape[-4:]
        spot = [int(k) for k in np.unravel_index(int(np.argmax(wrong)), wrong.shape)[-4:]]
        strategy = self.strategies[spot[0]] if shape[0] > 1 else ", ".join(self.strategies)
        if shape[3] == 1:
            return _("strategy '{strategy}'", strategy=strategy)
        draw = self.draws[spot[3]]
        return _("strategy '{strategy}', draw {draw}", strategy=strategy, draw=draw)


def starting_people(plan: Plan, values: Values, labels: Labels) -> People:
    """Return the cohort at time 0.

    Raises
    ------
    SimulationError
        If a share is below 0, or the shares do not add up to 1.
    """
    zero = np.zeros((1, 1, 1, 1))
    people = {
        name: zero if state.start is None else values.of(state.start)
        for name, state in plan.states.items()
    }
    total = sum_of(people.values())
    negative = np.logical_or.reduce(np.broadcast_arrays(*(share < 0 for share in people.values())))
    wrong = ~(np.abs(total - 1.0) <= HAIR) | negative
    if wrong.any():
        found = float(total[np.unravel_index(int(np.argmax(wrong)), wrong.shape)])
        message = _("the `start` shares of the states add up to {total:g} in {place}",
                    total=found, place=labels.place(wrong))  # fmt: skip
        fix = _("they must be 0 or more and add up to 1")
        raise SimulationError(message, fix=fix, place=("states",))
    return {
        name: share[np.newaxis] if name in plan.lasting else share for name, share in people.items()
    }


def group_weights(parts: Sequence[Floats], labels: Labels) -> Floats:
    """Return the weights of the subgroups together, dims (strategy, subgroup, age, draw).

    Parameters
    ----------
    parts
        Weight of each subgroup, with these dims; none where there are no subgroups.
    labels
        For messages.

    Raises
    ------
    SimulationError
        If a weight is below 0, or they do not add up to 1.
    """
    if not parts:
        return np.ones((1, 1, 1, 1))
    weights = np.concatenate(np.broadcast_arrays(*parts), axis=1)
    total = sum_of(parts)
    wrong = ~(np.abs(total - 1.0) <= HAIR) | (weights < 0).any(axis=1, keepdims=True)
    if wrong.any():
        found = float(total[np.unravel_index(int(np.argmax(wrong)), wrong.shape)])
        message = _("the weights of the subgroups add up to {total:g} in {place}",
                    total=found, place=labels.place(wrong))  # fmt: skip
        fix = _("they must be 0 or more and add up to 1")
        raise SimulationError(message, fix=fix, place=("subgroups",))
    return weights


class Moves:
    """Transition probabilities of a model, checked in every draw."""

    def __init__(
        self,
        rows: Mapping[str, Mapping[str, Formula | str]],
        values: Values,
        labels: Labels,
        *,
        rates: Collection[str],
        cycle: float,
    ) -> None:
        self._rows = rows
        self._values = values
        self._labels = labels
        self._rates = rates
        self._cycle = cycle
        self._fixed: dict[str, People] = {}

    def shares(self, origin: str, present: Floats, time: float) -> People:
        """Return the probability of each state after this cycle for those in `origin` now.

        By residence where it depends on it; nobody moves from where nobody is.

        Raises
        ------
        SimulationError
            If a probability or rate is below 0 or not finite, or a row adds up to more than 1.
        """
        if origin in self._fixed:
            return self._fixed[origin]
        row = self._rows.get(origin, {})
        stated = {to: entry for to, entry in row.items() if isinstance(entry, Formula)}
        spot = spot_of(origin, present)
        found = {to: self._values.of(entry, spot) for to, entry in stated.items()}
        by_residence = [to for to, share in found.items() if share.ndim == 5]
        for to in by_residence:
            found[to] = np.where(present > 0, found[to], 0.0)
        self._require(found, origin, time, most=LARGEST_RATE if origin in self._rates else 1.0)
        if origin in self._rates:
            found = competing(found, self._cycle)
        rest = next((to for to, entry in row.items() if not isinstance(entry, Formula)), origin)
        left = np.maximum(1.0 - sum_of(found.values()), 0.0)
        found[rest] = found[rest] + left if rest in found else left
        if not (by_residence or any(map(self._values.is_moving, stated.values()))):
            self._fixed[origin] = found
        return found

    def _require(self, found: People, origin: str, time: float, *, most: float) -> None:
        """Refuse what is no probability or rate."""
        for to, share in found.items():
            wrong = ~((share >= 0) & (share <= most + HAIR))
            if wrong.any():
                value = float(share[np.unravel_index(int(np.argmax(wrong)), wrong.shape)])
                what = (
                    _("the probability to '{state}' is {value:g}", state=to, value=value)
                    if most == 1
                    else _("the rate to '{state}' is {value:g}", state=to, value=value)
                )
                self._refuse(what, wrong, (origin, to), time)
        if most == 1 and found:
            total = sum_of(found.values())
            wrong = total > 1 + HAIR
            if wrong.any():
                what = _("probabilities add up to {total:g}", total=float(total.max()))
                self._refuse(what, wrong, (origin,), time)

    def _refuse(
        self, what: str, wrong: NDArray[np.bool_], row: tuple[str, ...], time: float
    ) -> None:
        """Raise an error that says where."""
        where = self._labels.place(wrong)
        since = self._labels.since(wrong)
        if since is None:
            message = _("{what} from state '{state}' at {time:g} years in {place}",
                        what=what, state=row[0], time=time, place=where)  # fmt: skip
        else:
            message = _("{what} from state '{state}' at {time:g} years, {since:g} of them in the "
                        "state, in {place}",
                        what=what, state=row[0], time=time, since=since, place=where)  # fmt: skip
        fix = _("correct the formula, or the distribution of what it uses")
        raise SimulationError(message, fix=fix, place=("transitions", *row))


def competing(rates: Mapping[str, Floats], cycle: float) -> People:
    r"""Return the probabilities of competing rates that stay the same during a cycle.

    .. math:: p_j = \frac{r_j}{R} (1 - e^{-R \Delta}), \quad R = \sum_i r_i

    Parameters
    ----------
    rates
        By target, per year, at most `LARGEST_RATE`.
    cycle
        Years.

    References
    ----------
    Putter, Fiocco, Geskus (2007), Stat Med 26(11):2389-2430, https://doi.org/10.1002/sim.2712
    (constant cause-specific hazards).

    Examples
    --------
    >>> found = competing({"sick": np.array(0.2), "dead": np.array(0.1)}, 1.0)
    >>> round(float(found["sick"]), 6), round(float(found["dead"]), 6)
    (0.172788, 0.086394)
    """
    total = sum_of(rates.values())
    leave = -np.expm1(-total * cycle) / np.where(total > 0, total, 1.0)
    return {to: rate * leave for to, rate in rates.items()}


def moved(people: People, moves: Moves, time: float) -> Iterator[tuple[str, str, Floats]]:
    """Yield the share of the cohort on each way from a state to a state in this cycle."""
    for origin, present in people.items():
        for target, share in moves.shares(origin, present, time).items():
            yield origin, target, present * share
