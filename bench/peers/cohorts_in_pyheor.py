"""W1 and W4 by PyHEOR.

Its correction of half a cycle takes the mean of both ends of a cycle and discounts that from the
start of the cycle. Ours discounts each end by itself; one cycle more, counted from its beginning,
with half of the first and the last, says the same in its words.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pyheor as ph  # type: ignore[import-not-found]

from bench.peers.draws_in_pyheor import Parameters, add, answer, name_of, of_draw
from bench.peers.sick_sicker import STATES, STRATEGIES, moves, rewards
from bench.workload import Answer, Call, Floats

Names = Mapping[str, Mapping[str, str]]
"""Names of parameters, by strategy and state."""


def _run(model: Any, draws: int) -> Call:  # noqa: ANN401 - it has no types
    """Prepare `run_psa`."""

    def call() -> Answer:
        found = model.run_psa(n_sim=draws, progress=False)
        return answer(found.ce_table, model.n_strategies)

    return call


def _reward(model: Any, costs: Names, qalys: Names) -> None:  # noqa: ANN401
    """Tell a model what each cycle costs and yields, and to take back half of both ends."""

    def half(names: Names) -> Callable[[Parameters], dict[str, dict[str, float]]]:
        return lambda p: {
            strategy: {state: -0.5 * p[name] for state, name in of_state.items()}
            for strategy, of_state in names.items()
        }

    ends = (1, model.n_cycles)
    model.set_state_cost("all", costs).set_state_cost("ends", half(costs), cycles=ends)
    model.set_state_qaly("all", qalys).set_state_qaly("ends", half(qalys), cycles=ends)


# --- W1 ----------------------------------------------------------------------


def sick_sicker(drawn: Mapping[str, Floats], cycles: int) -> Call:
    """Prepare a cohort whose matrices are known for all cycles of a draw at once."""
    model = ph.MarkovModel(
        states=list(STATES),
        strategies=list(STRATEGIES),
        n_cycles=cycles + 1,
        cycle=ph.Cycle(1, "year"),
        dr_cost=0.03,
        dr_qaly=0.03,
        method="beginning",
    )
    given = dict(drawn)
    costs, qalys = reward_names(given)
    add(model, given)
    ages = 25.0 + np.arange(cycles + 1)
    for strategy in STRATEGIES:
        model.set_transitions(strategy, by_cycle(partial(moves, strategy=strategy, ages=ages)))
    _reward(model, costs, qalys)
    return _run(model, drawn["r_sick"].size)


def reward_names(given: dict[str, Floats]) -> tuple[Names, Names]:
    """Return names of costs and utilities; sums that are no parameters are added to them."""
    costs, qalys = {}, {}
    for strategy in STRATEGIES:
        of_states = rewards(given, strategy)
        costs[strategy], qalys[strategy] = (
            {state: name_of(v, given) for state, v in zip(STATES, values, strict=False)}
            for values in of_states
        )
    return costs, qalys


def by_cycle(work_out: Callable[[Parameters], Floats]) -> Callable[[Parameters, int], Floats]:
    """Return a function of parameters and cycle, for all cycles found once in a draw."""
    known = of_draw(work_out)
    return lambda p, cycle: known(p)[cycle - 1]


# --- W4 ----------------------------------------------------------------------

MONTHS = 12.0


def partitioned(drawn: Mapping[str, Floats], points: int) -> Call:
    """Prepare three curves by month."""
    year, month = ph.Cycle(1, "year"), ph.Cycle(1, "month")
    rate = ph.rescale_discount_rate(0.03, year, month)
    model = ph.PSMModel(
        states=["on", "off", "progressed", "dead"],
        survival_endpoints=["on", "free", "alive"],
        strategies=["standard", "new"],
        n_cycles=points,
        cycle=month,
        dr_cost=rate,
        dr_qaly=rate,
        method="beginning",
    )
    given = dict(drawn)
    monthly = {
        "costs": [drawn["c_on"] + 2000.0, drawn["c_free"], drawn["c_progressed"]],
        "qalys": [drawn["u_on"], drawn["u_free"], drawn["u_progressed"]],
    }
    names = {
        kind: {
            state: name_of(values / MONTHS, given)
            for state, values in zip(model.states, of_states, strict=False)
        }
        for kind, of_states in monthly.items()
    }
    add(model, given)
    for strategy in model.strategy_names:
        model.set_survival_all(strategy, _curves(treated=strategy == "new"))
    costs, qalys = (dict.fromkeys(model.strategy_names, names[kind]) for kind in names)
    _reward(model, costs, qalys)
    return _run(model, drawn["c_on"].size)


def _curves(*, treated: bool) -> dict[str, Callable[[Parameters], object]]:
    """Return functions that give the curves of a draw, by month."""

    def ratio(p: Parameters, name: str) -> float:
        return p[name] if treated else 1.0

    def weibull(p: Parameters, name: str) -> object:
        shape, rate = p[f"shape_{name}"], p[f"rate_{name}"] * ratio(p, f"hr_{name}")
        return ph.Weibull(shape=shape, scale=MONTHS * rate ** (-1.0 / shape))

    def gompertz(p: Parameters) -> object:
        rate = p["r_death"] * ratio(p, "hr_death")
        return ph.Gompertz(shape=p["growth"] / MONTHS, rate=rate / MONTHS)

    return {
        "on": lambda p: weibull(p, "on"),
        "free": lambda p: weibull(p, "free"),
        "alive": gompertz,
    }
