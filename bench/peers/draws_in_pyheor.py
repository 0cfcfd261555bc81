"""How PyHEOR, which draws parameters one by one while it runs, is given ours."""

from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import pyheor as ph  # type: ignore[import-not-found]

from bench.workload import Answer, Floats

COLUMNS = ("total_cost", "qalys")

Parameters = Mapping[str, float]


class Given(ph.Distribution):  # type: ignore[misc]
    """A distribution that gives known values in their order, and starts again after the last.

    Parameters
    ----------
    values
        One of each draw.
    """

    def __init__(self, values: Floats) -> None:
        self._values = cycle(values.tolist())

    def sample(self, n: int = 1, rng: object = None) -> Floats:
        """Return the next values."""
        return np.array([next(self._values) for _ in range(n)])

    def __repr__(self) -> str:
        """Return its name."""
        return "Given()"


def add(model: Any, given: Mapping[str, Floats]) -> None:  # noqa: ANN401 - it has no types
    """Tell a model the parameters; nobody asks for their base case."""
    for name, values in given.items():
        model.add_param(name, base=float(values[0]), dist=Given(values))


def name_of(values: Floats, given: dict[str, Floats]) -> str:
    """Return the name of a parameter with these values, which is added if there is none.

    It looks up names of parameters much faster than it calls functions of them.
    """
    for name, known in given.items():
        if np.array_equal(values, known):
            return name
    name = f"sum {len(given)}"
    given[name] = values
    return name


def of_draw(work_out: Callable[[Parameters], Any]) -> Callable[[Parameters], Any]:
    """Return a function that works something out once in a draw.

    A plain function of exactly one argument: PyHEOR counts arguments to see what to pass.
    """
    row: Parameters | None = None
    found: Any = None

    def known(p: Parameters) -> Any:  # noqa: ANN401
        nonlocal row, found
        if p is not row:
            row, found = p, work_out(p)
        return found

    return known


def answer(table: "pd.DataFrame", strategies: int) -> Answer:
    """Return its table of results, which has a row for each draw and, in it, each strategy."""
    cost, qaly = (table[name].to_numpy().reshape(-1, strategies).T for name in COLUMNS)
    return Answer({"cost": cost, "qaly": qaly})
