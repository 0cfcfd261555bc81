"""Weights of the points of time: how occupancy inside a cycle is counted."""

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.spec.model import Method

Floats = NDArray[np.float64]

CONVENTIONS: dict[Method, str] = {
    "none": "start of each cycle",
    "end_of_cycle": "end of each cycle",
    "half_cycle": "half of those at the start and at the end of a cycle, each discounted there",
    "life_table": "half of those at the start and at the end of a cycle, discounted at its start",
    "simpson": "Simpson's rule 1/3, 4/3, 2/3, ..., 4/3, 1/3 over an even number of cycles",
    "simpson_tutorial": "weights as printed by the DARTH tutorial: 4/3 and 2/3 exchanged",
}
"""What to print beside every total, by method."""


def point_weights(method: Method, cycles: int) -> Floats:
    r"""Return the weight of each point of time 0..n in units of one cycle.

    A total is :math:`\sum_k w_k f_k \Delta`, with :math:`f_k` the yearly reward of those present
    at point `k` and :math:`\Delta` the cycle length. `life_table` has the weights of `none`: it
    changes who counts and not the points (`schedule.counted`). `half_cycle` and `end_of_cycle` have
    these where no reward changes with time.

    Parameters
    ----------
    method
        One of the six methods of `spec.model.Method`.
    cycles
        Number of cycles n, at least 1.

    Returns
    -------
    numpy.ndarray
        n + 1 weights, no unit.

    Raises
    ------
    SimulationError
        If `simpson` is asked for an odd number of cycles.

    References
    ----------
    Elbasha and Chhatwal (2016), Med Decis Making 36(1):115-131,
    https://doi.org/10.1177/0272989X15585121 (life table, trapezium, Simpson);
    Alarid-Escudero et al. (2023), Med Decis Making 43(1):3-20,
    https://doi.org/10.1177/0272989X221103163, function `gen_wcc` of its code (tutorial weights).

    Examples
    --------
    >>> point_weights("half_cycle", 3)
    array([0.5, 1. , 1. , 0.5])
    >>> [round(3 * weight) for weight in point_weights("simpson", 4)]
    [1, 4, 2, 4, 1]
    >>> [round(3 * weight) for weight in point_weights("simpson_tutorial", 4)]
    [1, 2, 4, 2, 1]
    """
    weights = np.ones(cycles + 1)
    match method:
        case "none" | "life_table":
            weights[-1] = 0.0
        case "end_of_cycle":
            weights[0] = 0.0
        case "half_cycle":
            weights[[0, -1]] = 0.5
        case "simpson":
            if cycles % 2:
                message = _("method 'simpson' over {cycles} cycles: it needs an even number",
                            cycles=cycles)  # fmt: skip
                fix = _("change the horizon by one cycle, or use half_cycle")
                raise SimulationError(message, fix=fix, place=("time", "method"))
            weights[1::2], weights[::2] = 4 / 3, 2 / 3
            weights[[0, -1]] = 1 / 3
        case "simpson_tutorial":
            weights[1::2], weights[::2] = 2 / 3, 4 / 3
            weights[[0, -1]] = 1 / 3
    return weights
