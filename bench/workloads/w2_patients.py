"""W2: the model of W1 by single patients of 25 to 44 years over 100 years; one draw, and 1,000."""

from functools import partial

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
    return {name: values[: size.draws] for name, values in drawn(10_000).items()}


def by_hand(size: Size) -> tuple[Answer, Floats]:
    """Return the answer of the kernel written by hand, and standard errors of means."""
    from bench import floors, patient_floors  # noqa: PLC0415 - only its process pays for Numba

    draws = np.array(list(parameters(size).values()))
    found, squares = np.empty((2, 4, size.draws)), np.empty((2, 4, size.draws))

    def run(first: int, last: int) -> None:
        patient_floors.sick_sicker_patients(draws, found, squares, size.patients, first, last)

    floors.on_threads(run, size.draws)
    return answer(found, squares, size)


def answer(found: Floats, squares: Floats, size: Size) -> tuple[Answer, Floats]:
    """Return means over the draws, and their Monte Carlo errors from the scatter of patients."""
    scatter = np.sqrt(np.maximum(squares - found**2, 0.0).mean(axis=2))
    errors = scatter / np.sqrt(size.patients * size.draws)
    means = found.mean(axis=2)
    names = ("cost", "qaly")
    return (
        Answer(dict(zip(names, means, strict=True)), dict(zip(names, errors, strict=True))),
        errors,
    )


def floor(size: Size) -> Call:
    """Prepare the kernel written by hand."""
    return lambda: by_hand(size)[0]


def equipoise(size: Size) -> Call:
    """Prepare the public path: model file and draws to results."""
    import xarray as xr  # noqa: PLC0415

    from equipoise.clinical import run_individuals  # noqa: PLC0415
    from equipoise.spec.load import load_model  # noqa: PLC0415

    given = xr.Dataset({name: ("draw", v) for name, v in parameters(size).items()})
    few = Size(min(size.draws, 20), min(size.patients, 2000))
    errors = by_hand(few)[1] * np.sqrt(few.draws * few.patients / (size.draws * size.patients))

    def call() -> Answer:
        found = run_individuals(
            load_model(MODEL), given, patients=size.patients, by_year=False, engine="machine_code"
        )
        return Answer(
            {
                "cost": found["cost_present"].values[:, 0, 0, 0].mean(axis=1),
                "qaly": found["qaly_present"].values[:, 0, 0].mean(axis=1),
            },
            {"cost": errors[0], "qaly": errors[1]},
        )

    return call


def _workload(name: str, title: str, size: Size, tiny: Size) -> Workload:
    """Return one size of the workload."""
    return Workload(
        name,
        title,
        size=size,
        tiny=tiny,
        steps=lambda asked: 4.0 * CYCLES * asked.draws * asked.patients,
        engines=(
            Engine("floor", partial(floor), compiles=True),
            Engine("equipoise", equipoise, compiles=True),
        ),
    )


WORKLOADS = (
    _workload("W2a", "100,000 patients one by one, four strategies, 100 yearly cycles, one draw",
              Size(1, 100_000), Size(1, 400)),
    _workload("W2b", "1,000 patients one by one in each of 1,000 draws, four strategies",
              Size(1000, 1000), Size(5, 100)),
)  # fmt: skip
