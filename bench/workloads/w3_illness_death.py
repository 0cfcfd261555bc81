"""W3: illness and death in continuous time, 1,000 patients in each of 1,000 draws."""

import numpy as np

from bench.workload import FOLDER, Answer, Call, Engine, Floats, Size, Workload
from bench.workloads.w2_patients import answer

MODEL = FOLDER / "models" / "illness-death.yaml"


def drawn(draws: int) -> dict[str, Floats]:
    """Return the parameters, in the order in which one generator draws them."""
    rng = np.random.default_rng(20250101)
    return {
        "shape_ill": np.exp(rng.normal(np.log(1.2), 0.05, draws)),
        "rate_ill": np.exp(rng.normal(np.log(0.08), 0.1, draws)),
        "hr": np.exp(rng.normal(np.log(0.7), 0.1, draws)),
        "shape_dead": rng.normal(0.08, 0.005, draws),
        "rate_dead": np.exp(rng.normal(np.log(0.005), 0.1, draws)),
        "shape_ill_dead": np.exp(rng.normal(np.log(0.9), 0.1, draws)),
        "rate_ill_dead": np.exp(rng.normal(np.log(0.25), 0.1, draws)),
        "u_well": rng.beta(90, 10, draws),
        "u_ill": rng.beta(60, 40, draws),
        "c_well": rng.gamma(100, 20, draws),
        "c_ill": rng.gamma(100, 150, draws),
    }


def by_hand(size: Size) -> tuple[Answer, Floats]:
    """Return the answer of the kernel written by hand, and standard errors of means."""
    from bench import floors, patient_floors  # noqa: PLC0415 - only its process pays for Numba

    draws = np.array(list(drawn(size.draws).values()))
    found, squares = np.empty((2, 2, size.draws)), np.empty((2, 2, size.draws))

    def run(first: int, last: int) -> None:
        patient_floors.illness_death(draws, found, squares, size.patients, first, last)

    floors.on_threads(run, size.draws)
    return answer(found, squares, size)


def floor(size: Size) -> Call:
    """Prepare the kernel written by hand."""
    return lambda: by_hand(size)[0]


def equipoise(size: Size) -> Call:
    """Prepare the public path: model file and draws to results."""
    import xarray as xr  # noqa: PLC0415

    from equipoise.clinical import run_in_time  # noqa: PLC0415
    from equipoise.spec.load import load_model  # noqa: PLC0415

    given = xr.Dataset({name: ("draw", values) for name, values in drawn(size.draws).items()})
    given["c_drug"] = 5000.0
    few = Size(min(size.draws, 50), min(size.patients, 500))
    errors = by_hand(few)[1] * np.sqrt(few.draws * few.patients / (size.draws * size.patients))

    def call() -> Answer:
        found = run_in_time(load_model(MODEL), given, patients=size.patients, by_year=False)
        return Answer(
            {
                "cost": found["cost_present"].values[:, 0, 0, 0].mean(axis=1),
                "qaly": found["qaly_present"].values[:, 0, 0].mean(axis=1),
            },
            {"cost": errors[0], "qaly": errors[1]},
        )

    return call


WORKLOADS = (
    Workload(
        "W3",
        "illness and death in continuous time, 1,000 patients, 1,000 draws, two strategies",
        size=Size(1000, 1000),
        tiny=Size(5, 100),
        steps=lambda size: 2.0 * size.draws * size.patients,
        engines=(
            Engine("floor", floor, compiles=True),
            Engine("equipoise", equipoise, compiles=True),
        ),
    ),
)
