"""When access begins, draw by draw: V33 and V34 of the verification catalogue."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import xarray as xr

from equipoise.access import access_timeline
from equipoise.core.vocabulary import checked
from equipoise.pipeline.settings import sample_inputs
from equipoise.spec.loaded_study import Study

DAYS_PER_YEAR = 365.25


def drawn(study: Study, draws: int = 200) -> xr.Dataset:
    return sample_inputs(study, draws=draws, seed=5, design="plain").inputs


@pytest.mark.parametrize("day", [date(2026, 1, 12), date(2026, 1, 10), date(2026, 5, 1)])
def test_without_any_delay_access_is_on_the_first_day(mini: Study, change: Any, day: date) -> None:
    """V34: also when the decision falls on a Saturday or a holiday."""
    study = change.file(change.frictionless(mini), decision_date=day)
    found = access_timeline(study, drawn(study, 20), seed=1)
    assert not found["funded"].values.any()
    assert not found["step_end"].values.any()


def test_a_step_refused_every_time_means_no_access_and_no_patient(
    mini: Study, course: Callable[..., Any]
) -> None:
    """V34."""
    found = course(mini, inputs={"access.review.refusal": 1.0})
    assert np.isinf(found.access["funded"]).all()
    assert not found.delivery["treated"].values.any()
    assert found.delivery["waiting"].isel(month=-1).values.all()
    book = found.payment
    for name in ("amount", "amount_later", "amount_present", "qaly", "qaly_later", "life_years"):
        one, other = (book[name].sel(world=world, drop=True) for world in ("with", "without"))
        xr.testing.assert_identical(one, other)
    assert not book["price_weight"].values.any()


@pytest.mark.parametrize(
    "stage", ["review", "review.statutory", "review.refusal", "review.pause", "funding"]
)
@pytest.mark.parametrize("factor", [0.9, 0.5, 0.0])
def test_a_faster_stage_never_delays_access(mini: Study, stage: str, factor: float) -> None:
    """V33: with common random numbers, in every draw."""
    inputs = drawn(mini)
    before = access_timeline(mini, inputs, seed=3)
    faster = inputs.assign({f"access.{stage}": inputs[f"access.{stage}"] * factor})
    after = access_timeline(mini, faster, seed=3)
    assert (after["funded"] <= before["funded"]).all()
    assert (after["step_end"] <= before["step_end"]).all()
    assert (after["step_end"].sel(step="review") < before["step_end"].sel(step="review")).any() or (
        stage == "funding"
    )


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_each_refusal_costs_the_pause_and_the_work_again_until_the_attempts_are_used_up(
    mini: Study, change: Any, attempts: int
) -> None:
    route = mini.route
    review = route.steps["review"]
    assert review.refusal is not None
    refusal = review.refusal.model_copy(update={"attempts": attempts})
    steps = {"review": review.model_copy(update={"refusal": refusal, "statutory": None})}
    steps["funding"] = route.steps["funding"]
    routes = {"registration": route.model_copy(update={"steps": steps})}
    study = change.country(mini, routes=routes)
    draws = 20_000
    inputs = drawn(study, draws).assign(
        {
            "access.review": ("draw", np.full(draws, 2.0)),
            "access.review.refusal": ("draw", np.full(draws, 0.4)),
            "access.review.pause": ("draw", np.full(draws, 0.5)),
        }
    )
    end = access_timeline(study, inputs, seed=11)["step_end"].sel(step="review").values
    for refusals in range(attempts + 1):
        never = refusals == attempts
        expected = 0.4**attempts if never else 0.4**refusals * 0.6
        when = np.inf if never else 2.0 + refusals * 2.5
        share = float(np.isclose(end, when).mean())
        assert share == pytest.approx(expected, abs=4 * np.sqrt(expected / draws))


def test_a_statutory_term_runs_to_its_last_working_day(mini: Study) -> None:
    """Terms of 1 to 400 working days from Monday, 12 January 2026, against a walk of the calendar.

    A term passes through years, which are 365.25 days: one that comes back a hair short is whole.
    """
    terms = np.arange(1, 401)
    years = terms / DAYS_PER_YEAR
    assert (years * DAYS_PER_YEAR < terms).any()
    inputs = drawn(mini, terms.size).assign(
        {"access.review": 0.0, "access.review.refusal": 0.0,
         "access.review.statutory": ("draw", years)}
    )  # fmt: skip
    end = access_timeline(mini, inputs, seed=1)["step_end"].sel(step="review").values
    days = (mini.file.decision_date + timedelta(days=k) for k in range(1, 700))
    holidays = mini.country.calendar.holidays
    working = [d for d in days if d.weekday() < 5 and f"{d:%m-%d}" not in holidays]
    found = [mini.file.decision_date + timedelta(days=round(e * DAYS_PER_YEAR)) for e in end]
    assert found == working[: terms.size]
    assert found[159] == date(2026, 8, 25)


def test_a_step_that_waits_for_the_new_year_takes_effect_on_the_first_of_january(
    mini: Study, change: Any
) -> None:
    inputs = drawn(mini)
    waiting = access_timeline(mini, inputs, seed=1)["step_end"].sel(step="funding").values
    plain = change.no_new_year(mini)
    ready = access_timeline(plain, inputs, seed=1)["step_end"].sel(step="funding").values
    finite = np.isfinite(ready)
    assert 0 < finite.sum() < finite.size
    assert (np.isfinite(waiting) == finite).all()
    for end in waiting[finite]:
        day = mini.file.decision_date + timedelta(days=round(end * DAYS_PER_YEAR))
        assert (day.month, day.day) == (1, 1)
    wait = (waiting[finite] - ready[finite]) * DAYS_PER_YEAR
    assert (wait > -1e-9).all()
    assert (wait < 366).all()


def test_every_step_of_the_russian_route_waits_for_all_before_it(haemophilia: Study) -> None:
    found = access_timeline(haemophilia, drawn(haemophilia), seed=1)
    assert checked("access", found) is found
    start, end = found["step_start"], found["step_end"]
    assert (end >= start).all()
    for name, step in haemophilia.route.steps.items():
        latest = end.sel(step=list(step.after)).max("step") if step.after else 0.0
        np.testing.assert_array_equal(start.sel(step=name), np.broadcast_to(latest, end.shape[1]))
    for name, payer in haemophilia.country.payers.items():
        step = payer.funded_after
        funded = end.max("step") if step is None else end.sel(step=step)
        np.testing.assert_array_equal(found["funded"].sel(payer=name), funded)
