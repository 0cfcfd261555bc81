"""Durations that were seen, and how well forecasts without a product hold what came of it."""

import pytest

from equipoise.packs import library, load_named_law, shared_observations
from equipoise.pipeline.forecasts import calibration, forecasts

SEEN = shared_observations()


def test_every_row_names_a_stage_and_sources_that_exist() -> None:
    for one in SEEN.observations:
        assert one.stage in SEEN.stages, one
        assert one.source in SEEN.sources, one
        assert set(one.also) <= set(SEEN.sources), one


def test_steps_are_like_stages_that_were_seen() -> None:
    seen = {one.stage for one in SEEN.observations}
    for entry in library():
        if entry.kind == "country":
            for route in load_named_law(entry.name).routes.values():
                for name, step in route.steps.items():
                    assert step.like is None or step.like in seen, (entry.name, name)


@pytest.mark.parametrize(
    ("stage", "then", "expected"),
    [
        ("review", False, {0.5: (25, 50), 0.8: (47, 50), 0.9: (47, 50)}),
        ("review", True, {0.5: (33, 50), 0.8: (46, 50), 0.9: (48, 50)}),
        ("price", False, {0.5: (9, 19), 0.8: (17, 18), 0.9: (17, 18)}),
    ],
)
def test_how_many_intervals_hold_what_came(
    stage: str, then: bool, expected: dict[float, tuple[int, int]]
) -> None:
    found = forecasts(SEEN.observations, stage=stage, then=then)
    assert calibration(found) == expected


def test_at_least_eight_products_of_each_of_two_countries_are_forecast() -> None:
    found = forecasts(SEEN.observations, stage="review")
    for country in ("eu", "us"):
        products = {
            one.observation.product for one in found
            if one.observation.country == country and one.is_inside(0.9) is not None
        }  # fmt: skip
        assert len(products) >= 8


def test_a_product_is_never_learnt_from_itself() -> None:
    found = forecasts(SEEN.observations, stage="review")
    own = sum(one.product == "Zolgensma" and one.stage == "review" for one in SEEN.observations)
    every = sum(one.stage == "review" for one in SEEN.observations)
    zolgensma = [one for one in found if one.observation.product == "Zolgensma"]
    assert len(zolgensma) == own
    assert {one.predicted.own + one.predicted.others for one in zolgensma} == {every - own}


def test_what_only_lasted_so_long_is_outside_only_when_it_is_longer() -> None:
    found = [one for one in forecasts(SEEN.observations, stage="review")
             if one.observation.at_least]  # fmt: skip
    assert found
    for one in found:
        assert one.is_inside(0.9) in {None, False}
