"""W1 by heormodel: a function gives the matrices of one strategy for one draw."""

import numpy as np

from bench.workload import Answer, Call, Floats, Size

STRATEGIES = {"standard": (0, 0), "a": (1, 0), "b": (0, 1), "both": (1, 1)}


def sick_sicker(drawn: dict[str, Floats], cycles: int, size: Size) -> Call:
    """Prepare `run_psa` on as many processes as there are processors."""
    import heormodel  # type: ignore[import-not-found]  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    from heormodel.models import (  # type: ignore[import-not-found]  # noqa: PLC0415
        MarkovModel,
    )

    model = MarkovModel(
        states=("healthy", "sick", "sicker", "dead"),
        interventions=tuple(STRATEGIES),
        transitions_and_rewards=Matrices(cycles),
        n_cycles=cycles,
        cycle_correction="half_cycle",
    )
    draws = pd.DataFrame(drawn, index=pd.RangeIndex(size.draws, name="iteration"))

    def call() -> Answer:
        found = heormodel.run_psa(model, draws, progress=False).outcomes
        order = list(STRATEGIES)
        return Answer(
            {
                "cost": found.costs_wide()[order].to_numpy().T,
                "qaly": found.effects_wide()[order].to_numpy().T,
            }
        )

    return call


class Matrices:
    """What heormodel asks for each strategy and draw; a class, so that processes can be given it.

    Parameters
    ----------
    cycles
        Number of yearly cycles.
    """

    def __init__(self, cycles: int) -> None:
        self._rate = 5e-5 * np.exp(0.09 * (25 + np.arange(cycles)))

    def __call__(self, d: "dict[str, float]", strategy: str) -> object:
        """Return transitions by cycle, and yearly costs and effects by state."""
        from heormodel.models.markov import (  # type: ignore[import-not-found]  # noqa: PLC0415
            CohortSpec,
        )

        a, b = STRATEGIES[strategy]
        falling, recovering = -np.expm1(-d["r_sick"]), -np.expm1(-d["r_recovery"])
        worsening = -np.expm1(-d["r_sicker"] * (d["hr_b"] if b else 1.0))
        healthy, sick, sicker = (
            np.exp(-self._rate * ratio) for ratio in (1.0, d["hr_dead_sick"], d["hr_dead_sicker"])
        )
        moves = np.zeros((self._rate.size, 4, 4))
        moves[:, 0, 0], moves[:, 0, 1] = healthy * (1.0 - falling), healthy * falling
        moves[:, 1, 0], moves[:, 1, 2] = sick * recovering, sick * worsening
        moves[:, 1, 1] = sick * (1.0 - recovering - worsening)
        moves[:, 2, 2], moves[:, 3, 3] = sicker, 1.0
        for state, stay in enumerate((healthy, sick, sicker)):
            moves[:, state, 3] = 1.0 - stay
        treatment = a * d["c_treatment_a"] + b * d["c_treatment_b"]
        costs = [d["c_healthy"], d["c_sick"] + treatment, d["c_sicker"] + treatment, 0.0]
        utilities = [
            d["u_healthy"], d["u_treatment_a"] if a else d["u_sick"], d["u_sicker"], 0.0,
        ]  # fmt: skip
        return CohortSpec(moves, np.array(costs), np.array(utilities))
