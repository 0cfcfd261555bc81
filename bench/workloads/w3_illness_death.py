"""W3: illness and death in continuous time, 1,000 patients in each of 1,000 draws."""

import numpy as np

from bench.workload import FOLDER, Answer, Call, Engine, Floats, Size, Workload
from bench.workloads.w2_patients import answer

MODEL = FOLDER / "models" / "illness-death.yaml"

DRAWS = 1000


def drawn(draws: int) -> dict[str, Floats]:
    """Return the first draws of the parameters; one generator draws them in this order."""
    rng = np.random.default_rng(20250101)
    count = max(draws, DRAWS)
    found = {
        "shape_ill": np.exp(rng.normal(np.log(1.2), 0.05, count)),
        "rate_ill": np.exp(rng.normal(np.log(0.08), 0.1, count)),
        "hr": np.exp(rng.normal(np.log(0.7), 0.1, count)),
        "shape_dead": rng.normal(0.08, 0.005, count),
        "rate_dead": np.exp(rng.normal(np.log(0.005), 0.1, count)),
        "shape_ill_dead": np.exp(rng.normal(np.log(0.9), 0.1, count)),
        "rate_ill_dead": np.exp(rng.normal(np.log(0.25), 0.1, count)),
        "u_well": rng.beta(90, 10, count),
        "u_ill": rng.beta(60, 40, count),
        "c_well": rng.gamma(100, 20, count),
        "c_ill": rng.gamma(100, 150, count),
    }
    return {name: values[:draws] for name, values in found.items()}


def floor(size: Size) -> Call:
    """Prepare the kernel written by hand."""
    from bench import floors, patient_floors  # noqa: PLC0415 - only its process pays for Numba

    draws = np.array(list(drawn(size.draws).values()))
    found, squares = np.empty((2, 2, size.draws)), np.empty((2, 2, size.draws))

    def run(first: int, last: int) -> None:
        patient_floors.illness_death(draws, found, squares, size.patients, first, last)

    def call() -> Answer:
        floors.on_threads(run, size.draws)
        return answer(found, squares)

    return call


def equipoise(size: Size) -> Call:
    """Prepare the public path: model file and draws to results."""
    from equipoise.clinical import follow_in_time  # noqa: PLC0415
    from equipoise.draws import Sample  # noqa: PLC0415
    from equipoise.spec.load import load_model  # noqa: PLC0415

    values = {**drawn(size.draws), "c_drug": np.array(5000.0)}
    given = Sample(values, tuple(range(size.draws)))

    def call() -> Answer:
        found = follow_in_time(load_model(MODEL), given, patients=size.patients, by_year=False)
        return Answer(
            {
                "cost": found.arrays["cost_present"][:, 0, 0, 0],
                "qaly": found.arrays["qaly_present"][:, 0, 0],
            }
        )

    return call


def heormodel(size: Size) -> Call:
    """Prepare the package of this name."""
    from bench.peers.patients_in_heormodel import illness_death  # noqa: PLC0415

    return illness_death(drawn(size.draws), size)


def pyheor(size: Size) -> Call:
    """Prepare the package of this name."""
    from bench.peers.patients_in_pyheor import illness_death  # noqa: PLC0415

    return illness_death(drawn(size.draws), size)


WORKLOADS = (
    Workload(
        "W3",
        "illness and death in continuous time, 1,000 patients, 1,000 draws, two strategies",
        size=Size(DRAWS, 1000),
        tiny=Size(5, 100),
        steps=lambda size: 2.0 * size.draws * size.patients,
        engines=(
            Engine("floor", floor, compiles=True),
            Engine("equipoise", equipoise, compiles=True),
            Engine("heormodel", heormodel, is_peer=True),
            Engine("pyheor", pyheor, most=Size(2, 500), is_peer=True),
        ),
    ),
)
