"""Who joins the queue when, and how they live while they wait: one small country by hand."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.delivery import Demand, demand
from equipoise.spec.loaded_study import Study

AGES = (20.0, 32.5, 45.0)
ALIVE = {  # at the start of each year since joining, by age at joining
    "usual": ([1, 0.76, 0.4], [1, 0.9, 0.9], [1, 0.52, 0.04]),
    "therapy": ([1, 1, 1], [1, 1, 1], [1, 1, 1]),
}


@pytest.fixture
def joining(mini: Study, change: Any) -> Any:
    """Return a function that gives the demand where the new enter a group; two draws.

    There are 25 young and 75 adults. A tenth of them joins: half are free of antibodies, 4 of 5
    have a sound liver, a quarter of those wants the therapy. In the first draw half are known, and
    of the others half are found every month; in the second all are known. 24 a year are new.
    """
    patients = mini.file.patients
    eligible = dict.fromkeys(("antibodies", "liver"), patients.eligible["antibodies"])
    inputs = xr.Dataset(
        {
            "patients.prevalent": 100.0,
            "patients.groups.young": 1.0,
            "patients.groups.adult": 3.0,
            "patients.diagnosed": ("draw", [0.5, 1.0]),
            "patients.diagnosis_rate": 12 * np.log(2),
            "patients.eligible.antibodies": 0.5,
            "patients.eligible.liver": 0.8,
            "patients.acceptance": 0.25,
            "patients.new_patients": 24.0,
            "patients.leaving_rate": 12 * np.log(4 / 3),
        },
        coords={"draw": [0, 1]},
    )
    alive = np.array([ALIVE[name] for name in ALIVE], dtype=float)[..., None] * np.ones(2)
    clinical = xr.Dataset(
        {"alive": (("strategy", "age", "year", "draw"), alive)},
        coords={"strategy": list(ALIVE), "age": list(AGES), "year": range(3), "draw": [0, 1]},
    )

    def of(new_group: str = "young") -> Demand:
        changed = patients.model_copy(update={"eligible": eligible, "new_group": new_group})
        return demand(change.file(mini, patients=changed), inputs, clinical)

    return of


@pytest.mark.parametrize(("new_group", "entry"), [("young", 0), ("adult", 1)])
def test_the_known_join_at_once_the_others_as_found_and_the_new_evenly(
    joining: Any, new_group: str, entry: int
) -> None:
    """All are filtered by every exclusion and by acceptance; the new are all diagnosed."""
    found = joining(new_group)
    assert found.groups == ("young", "adult")
    some_known = np.array([[1.25, 0.625, 0.3125, 0.15625], [3.75, 1.875, 0.9375, 0.46875]])
    all_known = np.array([[2.5, 0, 0, 0], [7.5, 0, 0, 0]])
    expected = np.stack([some_known, all_known], axis=-1)
    expected[entry] += 0.2
    np.testing.assert_allclose(found.arrivals[:, :4], expected, rtol=1e-12)
    assert found.arrivals.shape == (2, 60, 2)


def test_the_waiting_die_month_by_month_as_on_todays_treatment_at_their_own_age(
    joining: Any,
) -> None:
    """A year's deaths are spread evenly over its months."""
    found = joining()
    assert found.ages.tolist() == [20, 45]
    months = [0, 1, 3, 12, 18, 24]
    expected = [[1, 0.98, 0.94, 0.76, 0.58, 0.4], [1, 0.96, 0.88, 0.52, 0.28, 0.04]]
    for draw in (0, 1):
        np.testing.assert_allclose(found.survival[:, months, draw], expected, rtol=1e-12)
    np.testing.assert_allclose(found.staying, 0.75)
