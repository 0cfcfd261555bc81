"""The model of W1 and W2 as other packages are told it: probabilities and rewards of one draw."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.workload import Floats

STATES = ("healthy", "sick", "sicker", "dead")

STRATEGIES = {"standard": (0, 0), "a": (1, 0), "b": (0, 1), "both": (1, 1)}
"""Whether each has treatment A and treatment B."""


def moves(d: Mapping[str, float], strategy: str, ages: NDArray[np.floating[Any]]) -> Floats:
    """Return probabilities of a year, dims (age, from, to)."""
    _, b = STRATEGIES[strategy]
    rate = 5e-5 * np.exp(0.09 * ages)
    falling, recovering = -np.expm1(-d["r_sick"]), -np.expm1(-d["r_recovery"])
    worsening = -np.expm1(-d["r_sicker"] * (d["hr_b"] if b else 1.0))
    healthy, sick, sicker = (
        np.exp(-rate * ratio) for ratio in (1.0, d["hr_dead_sick"], d["hr_dead_sicker"])
    )
    found = np.zeros((rate.size, 4, 4))
    found[:, 0, 0], found[:, 0, 1] = healthy * (1.0 - falling), healthy * falling
    found[:, 1, 0], found[:, 1, 2] = sick * recovering, sick * worsening
    found[:, 1, 1] = sick * (1.0 - recovering - worsening)
    found[:, 2, 2], found[:, 3, 3] = sicker, 1.0
    for state, stay in enumerate((healthy, sick, sicker)):
        found[:, state, 3] = 1.0 - stay
    return found


def rewards(d: Mapping[str, Any], strategy: str) -> tuple[list[Any], list[Any]]:
    """Return yearly costs and utilities of the states but the last, of one draw or of many."""
    a, b = STRATEGIES[strategy]
    treatment = a * d["c_treatment_a"] + b * d["c_treatment_b"]
    return (
        [d["c_healthy"], d["c_sick"] + treatment, d["c_sicker"] + treatment],
        [d["u_healthy"], d["u_treatment_a"] if a else d["u_sick"], d["u_sicker"]],
    )
