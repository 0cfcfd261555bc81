"""W1 by heormodel: a function gives the matrices of one strategy for one draw.

It has no partitioned survival, so W4 is not here.
"""

from collections.abc import Mapping

import heormodel  # type: ignore[import-not-found]
import numpy as np
import pandas as pd
from heormodel.models import CohortSpec, MarkovModel  # type: ignore[import-not-found]

from bench.peers.sick_sicker import STATES, STRATEGIES, moves, rewards
from bench.workload import Answer, Call, Floats


def sick_sicker(drawn: Mapping[str, Floats], cycles: int) -> Call:
    """Prepare `run_psa` on as many processes as there are processors."""
    model = MarkovModel(
        states=STATES,
        interventions=tuple(STRATEGIES),
        transitions_and_rewards=Matrices(cycles),
        n_cycles=cycles,
        cycle_correction="half_cycle",
    )
    draws = pd.DataFrame(drawn)
    draws.index.name = "iteration"
    return lambda: wide(heormodel.run_psa(model, draws, progress=False).outcomes, STRATEGIES)


def wide(outcomes: object, strategies: Mapping[str, object]) -> Answer:
    """Return what it finds, in our order."""
    names = list(strategies)
    return Answer(
        {
            "cost": outcomes.costs_wide()[names].to_numpy().T,  # type: ignore[attr-defined]
            "qaly": outcomes.effects_wide()[names].to_numpy().T,  # type: ignore[attr-defined]
        }
    )


def plain(row: "pd.Series[float]") -> dict[str, float]:
    """Return the parameters of a draw; a lookup in the row of a table takes far longer."""
    return dict(zip(row.index, row.to_list(), strict=True))


class Matrices:
    """What heormodel asks for each strategy and draw; a class, so that processes can be given it.

    Parameters
    ----------
    cycles
        Number of yearly cycles.
    """

    def __init__(self, cycles: int) -> None:
        self._ages = 25.0 + np.arange(cycles)

    def __call__(self, d: "pd.Series[float]", strategy: str) -> object:
        """Return transitions by cycle, and yearly costs and effects by state."""
        given = plain(d)
        costs, utilities = rewards(given, strategy)
        return CohortSpec(
            moves(given, strategy, self._ages),
            np.array([*costs, 0.0]),
            np.array([*utilities, 0.0]),
        )
