"""W2 and W3 by heormodel, with functions for all patients at once."""

from collections.abc import Callable, Mapping
from typing import Any

import heormodel  # type: ignore[import-not-found]
import numpy as np
import pandas as pd
from heormodel.models import MicrosimModel  # type: ignore[import-not-found]
from numpy.random import Generator
from numpy.typing import NDArray

from bench.peers.cohorts_in_heormodel import plain, wide
from bench.peers.sick_sicker import STATES, STRATEGIES, moves, rewards
from bench.workload import Answer, Call, Floats, Size

Indices = NDArray[np.int64]

START_AGES = 20


def _psa(model: object, drawn: Mapping[str, Floats], strategies: Mapping[str, object]) -> Call:
    """Prepare `run_psa` on as many processes as there are processors."""
    draws = pd.DataFrame(drawn)
    draws.index.name = "iteration"

    def call() -> Answer:
        found = heormodel.run_psa(model, draws, seed=1, progress=False)
        return wide(found.outcomes, strategies)

    return call


class _OfOneDraw:
    """Keeps what is the same for all patients and cycles of a draw and a strategy.

    Parameters
    ----------
    work_out
        Finds it, from the parameters and the name of the strategy.
    """

    def __init__(self, work_out: Callable[[dict[str, float], str], Any]) -> None:
        self._work_out = work_out
        self._known: tuple[object, str, Any] = (None, "", None)

    def __call__(self, params: "pd.Series[float]", strategy: str) -> Any:  # noqa: ANN401
        """Return what was found; rows and names are compared by identity, which is quick."""
        row, name, found = self._known
        if row is not params or name != strategy:
            found = self._work_out(plain(params), strategy)
            self._known = (params, strategy, found)
        return found


# --- W2 ----------------------------------------------------------------------


def sick_sicker(drawn: Mapping[str, Floats], cycles: int, size: Size) -> Call:
    """Prepare patients of 25 to 44 years."""
    of_draw = _OfOneDraw(_moves_and_rewards)
    model = MicrosimModel.discrete(
        states=STATES,
        transition_probabilities=Moves(of_draw),
        state_rewards=Rewards(of_draw),
        interventions=tuple(STRATEGIES),
        n_cycles=cycles,
        population=people,
        n_individuals=size.patients,
    )
    return _psa(model, drawn, STRATEGIES)


def people(_rng: Generator, n: int) -> "pd.DataFrame":
    """Return the age that each starts with."""
    return pd.DataFrame({"age": 25 + np.arange(n) % START_AGES})


def _moves_and_rewards(d: dict[str, float], strategy: str) -> tuple[Floats, Floats, Floats]:
    """Return probabilities, dims (age and state, to), yearly costs and utilities."""
    costs, utilities = rewards(d, strategy)
    rows = moves(d, strategy, np.arange(145.0)).reshape(-1, 4)
    return rows, np.array([*costs, 0.0]), np.array([*utilities, 0.0])


class Moves:
    """Gives probabilities of the next state; a class, so that processes can be given it."""

    def __init__(self, of_draw: _OfOneDraw) -> None:
        self._of_draw = of_draw

    def __call__(
        self,
        params: "pd.Series[float]",
        strategy: str,
        state: Indices,
        attrs: "pd.DataFrame",
        _rng: Generator,
    ) -> Floats:
        """Return dims (patient, to)."""
        rows: Floats = self._of_draw(params, strategy)[0]
        age = attrs["age"].to_numpy() + attrs["cycle"].to_numpy()
        chosen: Floats = rows.take(age * 4 + state, axis=0)
        return chosen


class Rewards:
    """Gives costs and utilities; a class, so that processes can be given it."""

    def __init__(self, of_draw: _OfOneDraw) -> None:
        self._of_draw = of_draw

    def __call__(
        self, params: "pd.Series[float]", strategy: str, state: Indices, _attrs: "pd.DataFrame"
    ) -> tuple[Floats, Floats]:
        """Return a year's costs and utilities, each of dims (patient,)."""
        _, costs, utilities = self._of_draw(params, strategy)
        return costs.take(state), utilities.take(state)


# --- W3 ----------------------------------------------------------------------

USUAL_AND_NEW = {"usual": 0, "new": 1}


def illness_death(drawn: Mapping[str, Floats], size: Size) -> Call:
    """Prepare patients that fall ill and die in continuous time, which it discounts by exp(-rt)."""
    model = MicrosimModel.continuous(
        states=("well", "ill", "dead"),
        event_times=_times,
        state_reward_rates=_flows,
        interventions=tuple(USUAL_AND_NEW),
        horizon=60.0,
        discount_rate=0.03,
        n_individuals=size.patients,
    )
    return _psa(model, drawn, USUAL_AND_NEW)


def _times(
    params: "pd.Series[float]",
    strategy: str,
    state: Indices,
    _attrs: "pd.DataFrame",
    rng: Generator,
) -> Floats:
    """Return years to each state, dims (patient, to), from the time of arrival in a state."""
    d = plain(params)
    found = np.full((state.size, 3), np.inf)
    well, ill = state == 0, state == 1
    if count := int(well.sum()):
        hazard = d["rate_ill"] * (d["hr"] if strategy == "new" else 1.0)
        found[well, 1] = (rng.standard_exponential(count) / hazard) ** (1.0 / d["shape_ill"])
        grown = d["shape_dead"] * rng.standard_exponential(count) / d["rate_dead"]
        found[well, 2] = np.log1p(grown) / d["shape_dead"]
    if count := int(ill.sum()):
        lasting = rng.standard_exponential(count) / d["rate_ill_dead"]
        found[ill, 2] = lasting ** (1.0 / d["shape_ill_dead"])
    return found


def _flows(
    params: "pd.Series[float]", strategy: str, state: Indices, _attrs: "pd.DataFrame"
) -> tuple[Floats, Floats]:
    """Return yearly costs and utilities, each of dims (patient,)."""
    d = plain(params)
    drug = 5000.0 * USUAL_AND_NEW[strategy]
    costs = np.array([d["c_well"] + drug, d["c_ill"], 0.0])
    return costs.take(state), np.array([d["u_well"], d["u_ill"], 0.0]).take(state)
