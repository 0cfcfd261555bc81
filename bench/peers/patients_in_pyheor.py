"""W2 and W3 by PyHEOR.

Patients who differ are followed one by one there, equal ones all at once; so W2 is also done as
one model for each age, which is far quicker than the age as an attribute.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyheor as ph  # type: ignore[import-not-found]

from bench.peers.cohorts_in_pyheor import by_cycle, reward_names
from bench.peers.draws_in_pyheor import Parameters, add, answer, of_draw
from bench.peers.sick_sicker import STATES, STRATEGIES, moves
from bench.workload import Answer, Call, Floats, Size

AGES = 25 + np.arange(20)

Moves = Callable[..., Floats]


def by_age(drawn: Mapping[str, Floats], cycles: int, size: Size) -> Call:
    """Prepare twenty models, each of equal patients."""
    models = []
    for start in AGES:
        ages = start + np.arange(float(cycles))
        of_strategy = [by_cycle(partial(moves, strategy=s, ages=ages)) for s in STRATEGIES]
        models.append(_model(drawn, cycles, size.patients // AGES.size, of_strategy))

    def call() -> Answer:
        found = [
            _run(model, size.draws, seed=seed, n_inner=model.n_patients)
            for seed, model in enumerate(models)
        ]
        return Answer({k: np.mean([f.values[k] for f in found], axis=0) for k in found[0].values})

    return call


def by_attribute(drawn: Mapping[str, Floats], cycles: int, size: Size) -> Call:
    """Prepare one model of patients who have an age."""
    ages = AGES[0] + np.arange(float(AGES.size + cycles))
    model = _model(drawn, cycles, size.patients, [_of_attributes(s, ages) for s in STRATEGIES])
    people = {"later": np.arange(size.patients) % AGES.size}
    profile = ph.PatientProfile(n_patients=size.patients, attributes=people)
    return lambda: _run(model, size.draws, seed=1, profile=profile)


def _of_attributes(strategy: str, ages: Floats) -> Moves:
    """Return a function of parameters, cycle and attributes."""
    known = of_draw(partial(moves, strategy=strategy, ages=ages))
    return lambda p, cycle, attrs: known(p)[cycle - 1 + int(attrs["later"])]


def _run(model: Any, draws: int, **options: object) -> Answer:  # noqa: ANN401 - it has no types
    """Run all draws."""
    found = model.run_psa(n_outer=draws, verbose=False, **options)
    return answer(found.ce_table, model.n_strategies)


def _model(
    drawn: Mapping[str, Floats], cycles: int, patients: int, of_strategy: Sequence[Moves]
) -> Any:  # noqa: ANN401
    """Return the model but for ages, which are in the transitions of each strategy.

    It counts cycles from their beginning and takes back half of the first. Of the last, which it
    does not count, there is no half to add: nobody lives to 125.
    """
    model = ph.MicroSimModel(
        states=list(STATES),
        strategies=list(STRATEGIES),
        n_cycles=cycles,
        cycle=ph.Cycle(1, "year"),
        n_patients=patients,
        dr_cost=0.03,
        dr_qaly=0.03,
        method="beginning",
    )
    given = dict(drawn)
    costs, qalys = reward_names(given)
    add(model, given)
    for strategy, transitions in zip(STRATEGIES, of_strategy, strict=True):
        model.set_transitions(strategy, transitions)
    model.set_state_cost("all", costs).set_starting_cost("all", lambda p: -0.5 * p["c_healthy"])
    model.set_state_qaly("all", qalys).set_starting_qaly("all", lambda p: -0.5 * p["u_healthy"])
    return model


# --- W3 ----------------------------------------------------------------------


def illness_death(drawn: Mapping[str, Floats], size: Size) -> Call:
    """Prepare patients that fall ill and die in continuous time."""
    model = ph.DESModel(
        states=["well", "ill", "dead"],
        strategies=["usual", "new"],
        time_horizon=60.0,
        dr_cost=0.03,
        dr_qaly=0.03,
        clock="reset",
        discount_convention="continuous",
    )
    given = {**drawn, "c_treated": drawn["c_well"] + 5000.0}
    add(model, given)
    for strategy in model.strategy_names:
        events = _events(treated=strategy == "new")
        model.set_events_from(strategy, "well", {to: events[to] for to in ("ill", "dead")})
        model.set_event(strategy, "ill", "dead", events["ill to dead"])
    well = {"usual": "c_well", "new": "c_treated"}
    model.set_state_cost("all", {s: {"well": cost, "ill": "c_ill"} for s, cost in well.items()})
    model.set_state_qaly("all", {"well": "u_well", "ill": "u_ill"})

    def call() -> Answer:
        found = model.run_psa(n_sim=size.draws, n_patients=size.patients, seed=1, progress=False)
        return answer(found.ce_table, model.n_strategies)

    return call


def _events(*, treated: bool) -> dict[str, Callable[[Parameters], object]]:
    """Return functions that give distributions of times, made once in a draw."""

    def ill(p: Parameters) -> object:
        return ph.Weibull.from_ph(p["shape_ill"], p["rate_ill"] * (p["hr"] if treated else 1.0))

    def ill_dead(p: Parameters) -> object:
        return ph.Weibull.from_ph(p["shape_ill_dead"], p["rate_ill_dead"])

    return {
        "ill": of_draw(ill),
        "dead": of_draw(lambda p: ph.Gompertz(p["shape_dead"], p["rate_dead"])),
        "ill to dead": of_draw(ill_dead),
    }
