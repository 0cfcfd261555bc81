"""One patient treated at once, and his course over time: from a disease model made up by hand."""

import numpy as np
import pytest
import xarray as xr

from equipoise.spec.loaded_study import Study
from equipoise.value import course_of_patient
from equipoise.value.economics import patient_totals

PRICE = 500.0
OWN_PRICE = 999.0
"""What the model itself takes for the product; the policy's price stands in its place."""


@pytest.fixture
def inputs() -> xr.Dataset:
    """Return today's patients: a quarter is young, three quarters are adult."""
    weights = {"patients.groups.young": 2.0, "patients.groups.adult": 6.0}
    return xr.Dataset(weights, coords={"draw": [0, 1]})


@pytest.fixture
def clinical() -> xr.Dataset:
    """Return three strategies, three ages and years; nobody of 32.5 is among the patients.

    Surgery is neither the therapy in question nor today's treatment. It costs 40 on day 0, and
    its own implant, entered as product, 60.
    """
    care = {"usual": (10.0, 0.0, 20.0), "therapy": (1.0, 0.0, 2.0), "surgery": (4.0, 0.0, 8.0)}
    alive = {
        "usual": ([1, 0.8, 0], [1, 1, 1], [1, 0.4, 0]),
        "therapy": ([1, 1, 0], [1, 1, 1], [1, 1, 0.5]),
        "surgery": ([1, 1, 1], [1, 1, 1], [1, 1, 1]),
    }
    response = {
        "usual": ([1, 0.5, 0.7], [0, 0, 0], [1, 1, 0.7]),
        "therapy": ([1, 0.4, 0.7], [0, 0, 0], [1, 0.8, 0.6]),
        "surgery": ([0, 0, 0], [1, 1, 1], [0, 0, 0]),
    }
    by_age = ("strategy", "age", "year")
    living = xr.DataArray(np.array(list(alive.values()), dtype=float), dims=by_age)
    yearly = xr.DataArray(np.array(list(care.values())), dims=("strategy", "age"))
    flow = xr.concat([yearly, xr.zeros_like(yearly)], "item") * xr.ones_like(living)
    start = xr.DataArray([[0.0, 0.0, 40.0], [0.0, OWN_PRICE, 60.0]], dims=("item", "strategy"))
    track = xr.DataArray(np.array(list(response.values()), dtype=float), dims=by_age)
    data = xr.Dataset(
        {
            "cost": flow,
            "cost_present": flow / 2,
            "cost_at_start": start * xr.ones_like(yearly),
            "qaly": living / 4,
            "qaly_present": living / 8,
            "life_years": living,
            "alive": living,
            "track": track.expand_dims(measure=["response"]),
        },
        coords={"strategy": list(care), "item": ["care", "product"], "age": [20.0, 32.5, 45.0],
                "year": [0, 1, 2]},
    )  # fmt: skip
    return data.expand_dims(draw=[0, 1])


def test_only_the_therapy_in_question_is_paid_at_the_policys_price(
    mini: Study, inputs: xr.Dataset, clinical: xr.Dataset
) -> None:
    """By hand: care of three years, of a quarter at 20 and three quarters at 45."""
    found = patient_totals(mini, inputs, clinical, price=PRICE)
    care = {"usual": 7.5 + 45, "therapy": 0.75 + 4.5, "surgery": 3 + 18}
    once = {"usual": 0, "therapy": PRICE, "surgery": 40 + 60}
    for name, part in (("patient_cost", 1), ("patient_cost_present", 0.5)):
        assert found[name].dims == ("strategy", "draw")
        for strategy, yearly in care.items():
            expected = part * yearly + once[strategy]
            np.testing.assert_allclose(found[name].sel(strategy=strategy), expected)
    life = {"usual": 0.25 * 1.8 + 0.75 * 1.4, "therapy": 0.25 * 2 + 0.75 * 2.5, "surgery": 3}
    for name, worth in (("life_years", 1), ("qaly", 0.25), ("qaly_present", 0.125)):
        np.testing.assert_allclose(
            found[f"patient_{name}"].isel(draw=0), [worth * years for years in life.values()]
        )


def test_what_is_tracked_is_the_mean_of_the_living(
    mini: Study, inputs: xr.Dataset, clinical: xr.Dataset
) -> None:
    """A group counts by how many of it live: of 0.2 young and 0.3 adults, 0.4 respond."""
    found = course_of_patient(mini, inputs, clinical).isel(draw=1)
    np.testing.assert_allclose(found["alive"].sel(strategy="usual"), [1, 0.5, 0])
    response = found["track"].sel(measure="response")
    np.testing.assert_allclose(response.sel(strategy="usual"), [1, 0.8, 0])
    np.testing.assert_allclose(response.sel(strategy="therapy"), [1, 0.7, 0.6])
    np.testing.assert_allclose(found["cost"].sel(strategy="usual"), 2.5 + 15)


def test_the_course_leaves_out_what_the_model_takes_for_the_product_year_by_year(
    mini: Study, inputs: xr.Dataset, clinical: xr.Dataset
) -> None:
    """A product paid in yearly parts of 7 by the model; surgery's implant stays."""
    rent = xr.where(clinical["item"] == "product", 7.0, 0.0) * (clinical["strategy"] != "usual")
    found = course_of_patient(mini, inputs, clinical.assign(cost=clinical["cost"] + rent))
    yearly = found["cost"].isel(draw=0, year=1)
    np.testing.assert_allclose(yearly, [2.5 + 15, 0.25 + 1.5, 1 + 6 + 7])
