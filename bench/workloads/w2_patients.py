"""W2: the model of W1 by single patients of 25 to 44 years over 100 years; one draw, and 1,000."""

import numpy as np

from bench.workload import FOLDER, Answer, Call, Engine, Floats, Size, Workload
from bench.workloads.w1_cohort import drawn

MODEL = FOLDER / "models" / "sick-sicker-patients.yaml"

CYCLES = 100

STATED = (0.15, 0.5, 0.105, 3, 10, 0.6, 2000, 4000, 15000, 12000, 13000, 1, 0.75, 0.5, 0.95)
"""The one draw, in the order of `drawn`."""


def parameters(size: Size) -> dict[str, Floats]:
    """Return the stated draw, or the first ones of W1's."""
    if size.draws == 1:
        names = drawn(1)
        return {name: np.array([float(v)]) for name, v in zip(names, STATED, strict=True)}
    return drawn(size.draws)


def floor(size: Size) -> Call:
    """Prepare the kernel written by hand."""
    from bench import floors, patient_floors  # noqa: PLC0415 - only its process pays for Numba

    draws = np.array(list(parameters(size).values()))
    found, squares = np.empty((2, 4, size.draws)), np.empty((2, 4, size.draws))

    def run(first: int, last: int) -> None:
        patient_floors.sick_sicker_patients(draws, found, squares, size.patients, first, last)

    def call() -> Answer:
        floors.on_threads(run, size.draws)
        return answer(found, squares)

    return call


def answer(found: Floats, squares: Floats) -> Answer:
    """Return means of the patients, and their scatter from means of squares."""
    scatter = np.sqrt(np.maximum(squares - found**2, 0.0))
    names = ("cost", "qaly")
    return Answer(dict(zip(names, found, strict=True)), dict(zip(names, scatter, strict=True)))


def equipoise(size: Size) -> Call:
    """Prepare the public path: model file and draws to results."""
    from equipoise.clinical import follow_individuals  # noqa: PLC0415
    from equipoise.draws import Sample  # noqa: PLC0415
    from equipoise.spec.load import load_model  # noqa: PLC0415

    given = Sample(parameters(size), tuple(range(size.draws)))

    def call() -> Answer:
        found = follow_individuals(
            load_model(MODEL), given, patients=size.patients, by_year=False, engine="machine_code"
        )
        return Answer(
            {
                "cost": found.arrays["cost_present"][:, 0, 0, 0],
                "qaly": found.arrays["qaly_present"][:, 0, 0],
            }
        )

    return call


def heormodel(size: Size) -> Call:
    """Prepare the package of this name."""
    from bench.peers.patients_in_heormodel import sick_sicker  # noqa: PLC0415

    return sick_sicker(parameters(size), CYCLES, size)


def pyheor(size: Size) -> Call:
    """Prepare the package of this name, with one model for each age."""
    from bench.peers.patients_in_pyheor import by_age  # noqa: PLC0415

    return by_age(parameters(size), CYCLES, size)


def pyheor_by_attribute(size: Size) -> Call:
    """Prepare it in its own way for patients who differ."""
    from bench.peers.patients_in_pyheor import by_attribute  # noqa: PLC0415

    return by_attribute(parameters(size), CYCLES, size)


def _workload(name: str, title: str, size: Size, tiny: Size, peers: tuple[Engine, ...]) -> Workload:
    """Return one size of the workload."""
    return Workload(
        name,
        title,
        size=size,
        tiny=tiny,
        steps=lambda asked: 4.0 * CYCLES * asked.draws * asked.patients,
        engines=(
            Engine("floor", floor, compiles=True),
            Engine("equipoise", equipoise, compiles=True),
            *peers,
        ),
    )


PEERS_A = (
    Engine("heormodel", heormodel, is_peer=True),
    Engine("pyheor, a model by age", pyheor, is_peer=True),
    Engine("pyheor, ages of patients", pyheor_by_attribute, most=Size(1, 20), is_peer=True),
)

PEERS_B = (
    Engine("heormodel", heormodel, most=Size(100, 1000), is_peer=True),
    Engine("pyheor, a model by age", pyheor, most=Size(2, 1000), is_peer=True),
)

WORKLOADS = (
    _workload("W2a", "100,000 patients one by one, four strategies, 100 yearly cycles, one draw",
              Size(1, 100_000), Size(1, 400), PEERS_A),
    _workload("W2b", "1,000 patients one by one in each of 1,000 draws, four strategies",
              Size(1000, 1000), Size(5, 100), PEERS_B),
)  # fmt: skip
