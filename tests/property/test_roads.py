"""Laws of roads to patients, draw by draw, and of the days that count."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from equipoise.access import critical_days, follow
from equipoise.spec.law import Calendar, Route

DRAWS = 12
ORIGIN = date(2026, 11, 28)
EVIDENCE = {"clause": "art. 1", "source": "law", "status": "read", "last_checked": ORIGIN}
HOLIDAYS = ["01-01", "01-02", "01-07", "05-01", "05-09", "12-31"]
CALENDAR = Calendar.model_validate({"holidays": HOLIDAYS, "evidence": EVIDENCE})
DAYS = {"value": 1, "unit": "days", "status": "assumption", "note": "drawn by the test"}
CHANCE = {"value": 0.5, "unit": "1", "status": "assumption", "note": "drawn by the test"}


@st.composite
def roads(draw: Any) -> Route:
    steps: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 6))):
        name = f"s{number}"
        steps[name] = {
            "label": name,
            "owner": draw(st.sampled_from(["maker", "regulator", "payer", "centre"])),
            "after": sorted(draw(st.sets(st.sampled_from(list(steps)), max_size=3)))
            if steps
            else [],
            "evidence": EVIDENCE,
            "waits_for_new_year": draw(st.booleans()) and draw(st.booleans()),
        }
        if draw(st.booleans()):
            steps[name] |= {"statutory": DAYS, "working_days": draw(st.booleans())}
        if draw(st.booleans()):
            steps[name]["duration"] = DAYS
        if draw(st.booleans()) and draw(st.booleans()):
            steps[name]["refusal"] = {"probability": CHANCE, "pause": DAYS, "attempts": 2}
    return Route.model_validate({"label": "road", "for_categories": ["x"], "steps": steps})


def numbers_of(route: Route, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        name: rng.random(DRAWS) if name.endswith("refusal") else rng.uniform(0, 400, DRAWS)
        for name in route.quantities()
    }


def dated(route: Route, numbers: dict[str, Any], seed: int = 0) -> Any:
    def luck(decision: str) -> Any:
        return np.random.default_rng([seed, *decision.encode()]).random(DRAWS)

    return follow(
        route, numbers, draws=DRAWS, origin=ORIGIN, calendar=CALENDAR, luck=luck
    )  # fmt: skip


@given(roads(), st.integers(0, 99))
def test_a_faster_step_never_delays_anything(route: Route, seed: int) -> None:
    numbers = numbers_of(route, seed)
    before = dated(route, numbers)
    for name in numbers:
        if name.endswith("refusal"):
            continue
        after = dated(route, {**numbers, name: numbers[name] * 0.5})
        assert (after.ends <= before.ends).all()


@given(roads(), st.integers(0, 99))
def test_a_surer_step_never_delays_anything(route: Route, seed: int) -> None:
    numbers = numbers_of(route, seed)
    before = dated(route, numbers)
    for name in numbers:
        if name.endswith("refusal"):
            after = dated(route, {**numbers, name: numbers[name] * 0.5})
            assert (after.ends <= before.ends).all()


@given(roads(), st.integers(0, 99))
def test_a_step_that_is_always_refused_treats_no_one(route: Route, seed: int) -> None:
    numbers = numbers_of(route, seed)
    refused = [name for name in numbers if name.endswith(".refusal")]
    for name in refused:
        found = dated(route, {**numbers, name: np.ones(DRAWS)})
        row = found.names.index(name.removesuffix(".refusal"))
        assert np.isinf(found.ends[row]).all()
        assert np.isinf(found.arrival).all()


@given(roads(), st.integers(0, 99))
def test_critical_days_add_up_to_the_arrival(route: Route, seed: int) -> None:
    found = dated(route, numbers_of(route, seed))
    days = critical_days(route, found)
    arrived = np.isfinite(found.arrival)
    np.testing.assert_allclose(days.sum(axis=0)[arrived], found.arrival[arrived])
    assert (days[:, arrived] >= 0.0).all()
    assert np.isnan(days[:, ~arrived]).all()


@given(roads(), st.integers(0, 99))
def test_without_its_critical_days_a_road_is_no_later_and_others_do_not_matter(
    route: Route, seed: int
) -> None:
    numbers = {
        name: value * 0.0 if name.endswith("refusal") else value
        for name, value in numbers_of(route, seed).items()
    }
    before = dated(route, numbers)
    days = critical_days(route, before)
    for row, name in enumerate(before.names):
        idle = days[row] == 0.0
        shorter = {
            key: value * 0.0 if key.split(".")[0] == name and not key.endswith("pause") else value
            for key, value in numbers.items()
        }
        after = dated(route, shorter)
        np.testing.assert_allclose(after.arrival[idle], before.arrival[idle])


@given(st.integers(0, 700), st.integers(1, 200))
def test_a_working_day_clock_never_runs_on_a_day_off(start: int, term: int) -> None:
    route = Route.model_validate(
        {
            "label": "road", "for_categories": ["x"],
            "steps": {
                "wait": {"label": "-", "owner": "maker", "duration": DAYS, "evidence": EVIDENCE},
                "review": {"label": "-", "owner": "regulator", "after": ["wait"],
                           "statutory": DAYS, "working_days": True, "evidence": EVIDENCE},
            },
        }
    )  # fmt: skip
    numbers = {
        "wait": np.full(DRAWS, float(start)),
        "review.statutory": np.full(DRAWS, float(term)),
    }
    found = dated(route, numbers)
    begun, ended = (ORIGIN + timedelta(days=int(row[0])) for row in found.ends)
    worked = 0
    day = begun
    while day < ended:
        day += timedelta(days=1)
        worked += day.weekday() < 5 and f"{day:%m-%d}" not in HOLIDAYS
    assert worked == term
    assert ended.weekday() < 5
    assert f"{ended:%m-%d}" not in HOLIDAYS
