"""Totals of a model's results alone."""

from collections.abc import Callable

import pytest
import xarray as xr

from equipoise.clinical import totals
from equipoise.core.errors import LabelError

Run = Callable[..., xr.Dataset]

FIELDS = {
    "states": {"alive": {"start": 1, "cost": {"care": "10 / year"}, "utility": 0.5}},
    "events": {"infusion": {"when": "time == 0", "cost": {"product": 100}}},
    "discount": {"cost": "5 %/year", "health": "2 %/year"},
}


def test_totals_add_up_years_items_and_day_0(run: Run) -> None:
    found = totals(run({"x": [1.0, 2.0]}, **FIELDS))
    assert found["cost"].dims == ("strategy", "draw")
    assert found["cost"].values.tolist() == [[140.0, 140.0]]
    assert found["qaly"].values.tolist() == [[2.0, 2.0]]
    assert found["life_years"].values.tolist() == [[4.0, 4.0]]
    assert (found["cost_present"] < found["cost"]).all()
    assert (found["qaly_present"] < found["qaly"]).all()


@pytest.mark.parametrize("suffix", ["", "_present"])
def test_items_add_up_to_the_cost(run: Run, suffix: str) -> None:
    found = totals(run(**FIELDS))
    assert found["cost_by_item" + suffix].dims == ("strategy", "item", "draw")
    xr.testing.assert_identical(
        found["cost_by_item" + suffix].sum("item").rename(None),
        found["cost" + suffix].rename(None),
    )


def test_one_of_several_ages_is_asked_for(run: Run) -> None:
    found = run(start_ages=[30, 40], **FIELDS)
    assert "age" not in totals(found, age=30).dims
    with pytest.raises(LabelError, match="say which one"):
        totals(found)
    with pytest.raises(LabelError, match="no age 50"):
        totals(found, age=50)
