"""W4: partitioned survival by three curves, two strategies, monthly over 40 years, 10,000 draws."""

from functools import partial
from typing import Literal

import numpy as np

from bench.workload import FOLDER, Answer, Call, Engine, Floats, Size, Workload

MODEL = FOLDER / "models" / "partitioned-survival.yaml"

POINTS = 481

DRAWS = 10_000


def drawn(draws: int) -> dict[str, Floats]:
    """Return the first draws of the parameters; one generator draws them in this order."""
    rng = np.random.default_rng(20250101)
    count = max(draws, DRAWS)

    def around(mean: float, sd: float) -> Floats:
        return np.exp(rng.normal(np.log(mean), sd, count))

    found = {
        "shape_on": around(1.1, 0.02),
        "shape_free": around(1.05, 0.02),
        "rate_on": around(0.9, 0.05),
        "rate_free": around(0.5, 0.05),
        "growth": rng.normal(0.05, 0.003, count),
        "r_death": around(0.08, 0.05),
        "hr_on": around(0.8, 0.02),
        "hr_free": around(0.75, 0.05),
        "hr_death": around(0.8, 0.05),
        "u_on": rng.beta(80, 20, count),
        "u_free": rng.beta(75, 25, count),
        "u_progressed": rng.beta(55, 45, count),
        "c_on": rng.gamma(100, 300, count),
        "c_free": rng.gamma(100, 30, count),
        "c_progressed": rng.gamma(100, 120, count),
    }
    return {name: values[:draws] for name, values in found.items()}


def floor(size: Size) -> Call:
    """Prepare the kernel written by hand."""
    from bench import floors  # noqa: PLC0415 - only this engine's process pays for Numba

    blocks = -(-size.draws // floors.BLOCK)
    draws = np.ones((15, blocks * floors.BLOCK))
    draws[:, : size.draws] = list(drawn(size.draws).values())
    found = np.empty((2, 2, blocks * floors.BLOCK))

    def call() -> Answer:
        floors.on_threads(lambda *span: floors.partitioned(draws, found, POINTS, *span), blocks)
        return Answer({"cost": found[0, :, : size.draws], "qaly": found[1, :, : size.draws]})

    return call


def equipoise(size: Size, engine: Literal["numpy", "machine_code"] | None = None) -> Call:
    """Prepare the public path: model file and draws to results."""
    from equipoise.clinical import follow_cohort  # noqa: PLC0415
    from equipoise.draws import Sample  # noqa: PLC0415
    from equipoise.spec.load import load_model  # noqa: PLC0415

    values = {**drawn(size.draws), "c_given": np.array(2000.0)}
    parameters = Sample(values, tuple(range(size.draws)))

    def call() -> Answer:
        found = follow_cohort(load_model(MODEL), parameters, by_year=False, engine=engine)
        return Answer(
            {
                "cost": found.arrays["cost_present"][:, :, 0, 0].sum(axis=1),
                "qaly": found.arrays["qaly_present"][:, 0, 0],
            }
        )

    return call


def numpy(size: Size) -> Call:
    """Prepare arrays over 500 draws at a time, one thread."""
    d = drawn(size.draws)

    def call() -> Answer:
        parts = [
            _by_numpy({name: values[k : k + 500] for name, values in d.items()})
            for k in range(0, size.draws, 500)
        ]
        return Answer({name: np.concatenate([p[name] for p in parts], axis=1) for name in parts[0]})

    return call


def _by_numpy(d: dict[str, Floats]) -> dict[str, Floats]:
    """Return costs and QALYs, dims (strategy, draw)."""
    time = np.arange(POINTS)[:, np.newaxis] / 12.0
    weight = 1.03**-time / 12.0
    weight[[0, -1]] *= 0.5
    hazards = (
        d["rate_on"] * time ** d["shape_on"],
        d["rate_free"] * time ** d["shape_free"],
        d["r_death"] / d["growth"] * np.expm1(d["growth"] * time),
    )
    ratios = (d["hr_on"], d["hr_free"], d["hr_death"])
    found: dict[str, list[Floats]] = {"cost": [], "qaly": []}
    for treated in (False, True):
        on, free, alive = (
            (weight * np.exp(-hazard * (ratio if treated else 1.0))).sum(axis=0)
            for hazard, ratio in zip(hazards, ratios, strict=True)
        )
        found["cost"].append(
            on * (d["c_on"] + 2000.0)
            + (free - on) * d["c_free"]
            + (alive - free) * d["c_progressed"]
        )
        found["qaly"].append(
            on * d["u_on"] + (free - on) * d["u_free"] + (alive - free) * d["u_progressed"]
        )
    return {name: np.array(values) for name, values in found.items()}


def pyheor(size: Size) -> Call:
    """Prepare the package of this name."""
    from bench.peers.cohorts_in_pyheor import partitioned  # noqa: PLC0415

    return partitioned(drawn(size.draws), POINTS)


WORKLOADS = (
    Workload(
        "W4",
        "three curves, two strategies, 481 months, 10,000 draws",
        size=Size(DRAWS),
        tiny=Size(100),
        steps=lambda size: 2.0 * POINTS * 3 * size.draws,
        engines=(
            Engine("floor", floor, compiles=True),
            Engine("equipoise", equipoise, compiles=True),
            Engine("equipoise in NumPy", partial(equipoise, engine="numpy")),
            Engine("numpy", numpy),
            Engine("pyheor", pyheor, most=Size(50), is_peer=True),
        ),
    ),
)
