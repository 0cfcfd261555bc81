"""W1: a cohort of four states and four strategies over 75 years, for 10,000 draws."""

from functools import partial
from typing import Literal

import numpy as np

from bench.workload import FOLDER, Answer, Call, Engine, Floats, Size, Workload

MODEL = FOLDER / "models" / "sick-sicker.yaml"

CYCLES = 75

DRAWS = 10_000


def drawn(draws: int) -> dict[str, Floats]:
    """Return the first draws of the parameters; one generator draws them in this order."""
    rng = np.random.default_rng(20250101)
    count = max(draws, DRAWS)
    found = {
        "r_sick": rng.gamma(30, 1 / 200, count),
        "r_recovery": rng.gamma(60, 1 / 120, count),
        "r_sicker": rng.gamma(84, 1 / 800, count),
        "hr_dead_sick": np.exp(rng.normal(np.log(3), 0.01, count)),
        "hr_dead_sicker": np.exp(rng.normal(np.log(10), 0.02, count)),
        "hr_b": np.exp(rng.normal(np.log(0.6), 0.02, count)),
        "c_healthy": rng.gamma(100, 20, count),
        "c_sick": rng.gamma(177.8, 22.5, count),
        "c_sicker": rng.gamma(225, 66.7, count),
        "c_treatment_a": rng.gamma(73.5, 163.3, count),
        "c_treatment_b": rng.gamma(86.2, 150.8, count),
        "u_healthy": rng.beta(200, 3, count),
        "u_sick": rng.beta(130, 45, count),
        "u_sicker": rng.beta(230, 230, count),
        "u_treatment_a": rng.beta(300, 15, count),
    }
    return {name: values[:draws] for name, values in found.items()}


def floor(size: Size) -> Call:
    """Prepare the kernel written by hand."""
    from bench import floors  # noqa: PLC0415 - only this engine's process pays for Numba

    blocks = -(-size.draws // floors.BLOCK)
    draws = np.ones((15, blocks * floors.BLOCK))
    draws[:, : size.draws] = list(drawn(size.draws).values())
    found = np.empty((2, 4, blocks * floors.BLOCK))

    def call() -> Answer:
        floors.on_threads(lambda *span: floors.sick_sicker(draws, found, *span), blocks)
        return Answer({"cost": found[0, :, : size.draws], "qaly": found[1, :, : size.draws]})

    return call


def equipoise(size: Size, engine: Literal["numpy", "machine_code"] | None = None) -> Call:
    """Prepare the public path: model file and draws to results."""
    from equipoise.clinical import follow_cohort  # noqa: PLC0415
    from equipoise.draws import Sample  # noqa: PLC0415
    from equipoise.spec.load import load_model  # noqa: PLC0415

    parameters = Sample(drawn(size.draws), tuple(range(size.draws)))

    def call() -> Answer:
        found = follow_cohort(load_model(MODEL), parameters, by_year=False, engine=engine)
        return Answer(
            {
                "cost": found.arrays["cost_present"][:, 0, 0, 0],
                "qaly": found.arrays["qaly_present"][:, 0, 0],
            }
        )

    return call


def numpy(size: Size) -> Call:
    """Prepare arrays over all draws, one thread."""
    d = drawn(size.draws)
    return lambda: Answer(_by_numpy(d))


def _by_numpy(d: dict[str, Floats]) -> dict[str, Floats]:
    """Return costs and QALYs, dims (strategy, draw)."""
    falling, recovering = -np.expm1(-d["r_sick"]), -np.expm1(-d["r_recovery"])
    found: dict[str, list[Floats]] = {"cost": [], "qaly": []}
    for a, b in ((0, 0), (1, 0), (0, 1), (1, 1)):
        worsening = -np.expm1(-d["r_sicker"] * (d["hr_b"] if b else 1.0))
        treatment = a * d["c_treatment_a"] + b * d["c_treatment_b"]
        cost_sick, cost_sicker = d["c_sick"] + treatment, d["c_sicker"] + treatment
        utility = d["u_treatment_a"] if a else d["u_sick"]
        healthy, sick, sicker = (np.full(falling.size, share) for share in (1.0, 0.0, 0.0))
        cost, qaly = np.zeros(falling.size), np.zeros(falling.size)
        for k in range(CYCLES + 1):
            weight = 1.03**-k * (0.5 if k in (0, CYCLES) else 1.0)
            cost += weight * (healthy * d["c_healthy"] + sick * cost_sick + sicker * cost_sicker)
            qaly += weight * (healthy * d["u_healthy"] + sick * utility + sicker * d["u_sicker"])
            rate = 5e-5 * np.exp(0.09 * (25 + k))
            healthy, sick, sicker = (
                healthy * np.exp(-rate),
                sick * np.exp(-rate * d["hr_dead_sick"]),
                sicker * np.exp(-rate * d["hr_dead_sicker"]),
            )
            healthy, sick, sicker = (
                healthy * (1.0 - falling) + sick * recovering,
                healthy * falling + sick * (1.0 - recovering - worsening),
                sicker + sick * worsening,
            )
        found["cost"].append(cost)
        found["qaly"].append(qaly)
    return {name: np.array(values) for name, values in found.items()}


def heormodel(size: Size) -> Call:
    """Prepare the package of this name."""
    from bench.peers.cohorts_in_heormodel import sick_sicker  # noqa: PLC0415

    return sick_sicker(drawn(size.draws), CYCLES)


def pyheor(size: Size) -> Call:
    """Prepare the package of this name."""
    from bench.peers.cohorts_in_pyheor import sick_sicker  # noqa: PLC0415

    return sick_sicker(drawn(size.draws), CYCLES)


WORKLOADS = (
    Workload(
        "W1",
        "cohort of four states and four strategies, 75 yearly cycles, 10,000 draws",
        size=Size(DRAWS),
        tiny=Size(100),
        steps=lambda size: 4.0 * CYCLES * size.draws,
        engines=(
            Engine("floor", floor, compiles=True),
            Engine("equipoise", equipoise, compiles=True),
            Engine("equipoise in NumPy", partial(equipoise, engine="numpy")),
            Engine("numpy", numpy),
            Engine("heormodel", heormodel, is_peer=True),
            Engine("pyheor", pyheor, most=Size(50), is_peer=True),
        ),
    ),
)
