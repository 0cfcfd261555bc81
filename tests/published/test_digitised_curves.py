"""Patients from printed Kaplan-Meier curves, https://doi.org/10.1186/1471-2288-12-9 (Guyot et al.).

Of three trials the patients are known; their curves are drawn as a figure shows them and read
off, a pixel wrong, as a person does. Of two others there are only points that somebody read off
the printed figure. tests/data/survival/README.md says where each comes from.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.evidence.curves import (
    DigitisedCurve,
    SurvivalData,
    at_risk,
    fit_survival,
    kaplan_meier,
    read_curves,
    reconstruct,
)

FOLDER = Path(__file__).parents[1] / "data" / "survival"
SEEDS = range(3)

Floats = NDArray[np.float64]
Ratio = Callable[[SurvivalData, SurvivalData], tuple[float, float, float]]


@dataclass(frozen=True)
class Figure:
    """How a curve is printed: pixels, how far the axis goes, where numbers at risk stand."""

    end: float
    every: float
    points: int = 150
    width: int = 700
    height: int = 600

    @property
    def risk_times(self) -> Floats:
        return np.arange(0.0, self.end + self.every / 2, self.every)

    def read_off(self, data: SurvivalData, *, seed: int) -> tuple[Floats, Floats]:
        """Points at even distances along the line, in whole pixels, each up to one beside it."""
        curve = kaplan_meier(data)
        until = min(self.end, data.time.max())
        shown = curve.time <= until
        x = np.append(np.repeat(np.append(0.0, curve.time[shown]), 2)[1:], until)
        y = np.repeat(np.append(1.0, curve.survival[shown]), 2)
        x, y = x / self.end * self.width, y * self.height
        way = np.append(0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
        at, rng = np.linspace(0.0, way[-1], self.points), np.random.default_rng(seed)
        beside = rng.uniform(-1.0, 1.0, (2, self.points))
        time = np.round(np.interp(at, way, x) + beside[0]) * self.end / self.width
        return time, np.round(np.interp(at, way, y) + beside[1]) / self.height

    def digitised(self, data: SurvivalData, *, seed: int, events: bool = True) -> DigitisedCurve:
        numbers = at_risk(data, self.risk_times)
        count = int((data.event & (data.time <= self.end)).sum()) if events else None
        return DigitisedCurve(
            *self.read_off(data, seed=seed), self.risk_times, numbers, events=count
        )

    def farthest(self, true: SurvivalData, found: SurvivalData) -> float:
        """Greatest difference at half-years as far as a tenth is at risk, two pixels allowed."""
        times = np.arange(0.5, self.end, 0.5) * self.every
        times = times[at_risk(true, times) >= true.patients / 10]
        beside = 2.0 * self.end / self.width
        share, curve = kaplan_meier(found).at(times), kaplan_meier(true)
        apart = np.maximum(curve.at(times + beside) - share, share - curve.at(times - beside))
        return float(np.maximum(apart, 0.0).max())


def known(file: str, event: str, arm: str) -> dict[str, SurvivalData]:
    """Patients by arm, in years."""
    with (FOLDER / file).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {
        name: SurvivalData(
            np.array([float(row["days"]) / 365.25 for row in rows if row[arm] == name]),
            np.array([row[event] == "1" for row in rows if row[arm] == name]),
        )
        for name in sorted({row[arm] for row in rows})
    }


# A leukaemia trial of 42 children, weeks in remission; Gehan (1965), Biometrika 52:203-223.
PLACEBO = SurvivalData(
    np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23.0]),
    np.ones(21, dtype=bool),
)
MERCAPTOPURINE = SurvivalData(
    np.array([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35.0]),
    np.arange(21) < 9,
)

COLON, BREAST = Figure(end=8.0, every=1.0), Figure(end=7.0, every=1.0)
LEUKAEMIA = Figure(end=40.0, every=5.0)


def test_cox_is_that_of_r(hazard_ratio: Ratio) -> None:
    """Of coxph in R's survival, for the third arm of `colon` and for `gehan` of R's MASS."""
    arms = known("colon-cancer.csv", "died", "arm")
    found = hazard_ratio(arms["observation"], arms["levamisole plus fluorouracil"])
    assert found == pytest.approx((0.688796543, 0.54572961, 0.869369498), rel=1e-8)
    found = hazard_ratio(MERCAPTOPURINE, PLACEBO)
    assert found == pytest.approx((4.8168739, 2.14650821, 10.8093107), rel=1e-7)


def read_again(
    arms: dict[str, SurvivalData], figure: Figure, *, seed: int, events: bool
) -> dict[str, SurvivalData]:
    """Patients of curves as drawn, read off and reconstructed, held to what was true."""
    found, counts = {}, np.zeros(2)
    for name, true in arms.items():
        curve = figure.digitised(true, seed=seed, events=events)
        made = reconstruct(curve, between=True)
        assert made.data.patients == true.patients
        assert made.at_risk.tolist() == curve.at_risk.tolist()
        count = int((true.event & (true.time <= figure.end)).sum())
        # Two events of few who are left cannot be told from one.
        assert abs(made.data.events - count) <= (1.0 if events else 0.03 * count)
        assert figure.farthest(true, made.data) <= 0.01
        found[name] = made.data
        counts += np.array([count, made.data.events])
    assert counts[1] == pytest.approx(counts[0], rel=0.02)
    return found


def assert_ratio_is_found_again(
    hazard_ratio: Ratio,
    true: tuple[SurvivalData, SurvivalData],
    found: tuple[SurvivalData, SurvivalData],
) -> None:
    ratio, low, high = hazard_ratio(*true)
    again, *_interval = hazard_ratio(*found)
    assert low < again < high
    assert again == pytest.approx(ratio, rel=0.04)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("events", [True, False])
def test_colon_cancer(seed: int, hazard_ratio: Ratio, *, events: bool) -> None:
    arms = known("colon-cancer.csv", "died", "arm")
    found = read_again(arms, COLON, seed=seed, events=events)
    for name in ("levamisole", "levamisole plus fluorouracil"):
        pairs = ((one["observation"], one[name]) for one in (arms, found))
        assert_ratio_is_found_again(hazard_ratio, *pairs)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("events", [True, False])
def test_breast_cancer(seed: int, hazard_ratio: Ratio, *, events: bool) -> None:
    arms = known("breast-cancer.csv", "recurred", "group")
    found = read_again(arms, BREAST, seed=seed, events=events)
    for name in ("Medium", "Poor"):
        pairs = ((one["Good"], one[name]) for one in (arms, found))
        assert_ratio_is_found_again(hazard_ratio, *pairs)


def test_curves_fitted_to_them_are_the_same() -> None:
    arms = known("colon-cancer.csv", "died", "arm")
    found = read_again(arms, COLON, seed=0, events=True)
    times = np.array([1.0, 3.0, 5.0, 8.0])
    for name, true in arms.items():
        until = np.minimum(true.time, COLON.end)
        shown = SurvivalData(until, true.event & (true.time <= COLON.end))
        for family in ("weibull", "lognormal"):
            expected, again = (
                fit_survival(one, family).survival(times) for one in (shown, found[name])
            )
            assert again == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("seed", SEEDS)
def test_leukaemia(seed: int, hazard_ratio: Ratio) -> None:
    """So few that a step is 5 %: each arm is found again to one event; one curve ends at 0."""
    found = []
    for true in (MERCAPTOPURINE, PLACEBO):
        curve = LEUKAEMIA.digitised(true, seed=seed)
        made = reconstruct(curve)
        assert made.at_risk.tolist() == curve.at_risk.tolist()
        assert made.data.events == true.events
        found.append(made.data)
    assert kaplan_meier(found[1]).survival[-1] == 0
    ratio, low, high = hazard_ratio(MERCAPTOPURINE, PLACEBO)
    again, *_interval = hazard_ratio(*found)
    assert low < again < high
    assert again == pytest.approx(ratio, rel=0.1)


def test_head_and_neck_cancer(hazard_ratio: Ratio) -> None:
    """Points that somebody read off the figure; printed are 0.68, and medians of 14.9 and 24.4.

    The interval of 0.52 to 0.89 is that in the documentation of these points in R's IPDfromKM.
    """
    curves = read_curves(FOLDER / "head-and-neck-points.csv", FOLDER / "head-and-neck-at-risk.csv")
    made = {name: reconstruct(curve) for name, curve in curves.items()}
    alone, both = made["radiotherapy"], made["radiotherapy plus cetuximab"]
    for one in (alone, both):
        assert one.at_risk.tolist() == one.curve.at_risk.tolist()
        assert one.largest_difference <= 0.009
        assert one.mean_difference <= 0.003
    # R's IPDfromKM makes 134 and 111 events of the same points, and 0.720 (0.559 to 0.926).
    assert (alone.data.events, both.data.events) == (134, 110)
    found = hazard_ratio(alone.data, both.data)
    assert found == pytest.approx((0.7195948, 0.5594706, 0.9255475), rel=0.01)
    assert 0.52 < found[0] < 0.89
    for one, median in ((alone, 14.9), (both, 24.4)):
        assert kaplan_meier(one.data).at(np.array([median])) == pytest.approx(0.5, abs=0.01)


def test_head_and_neck_cancer_without_numbers_at_risk() -> None:
    """Guyot et al.: with neither numbers at risk nor events, ratios are not to be trusted."""
    curves = read_curves(FOLDER / "head-and-neck-points.csv", FOLDER / "head-and-neck-at-risk.csv")
    made = [
        reconstruct(DigitisedCurve(one.time, one.survival, one.risk_times[:1], one.at_risk[:1]))
        for one in curves.values()
    ]
    assert [one.data.events for one in made] == [157, 131]
    assert all("nobody leaves" in doubt for one in made for doubt in one.doubts)
    assert all(one.largest_difference <= 0.012 for one in made)


def test_melanoma() -> None:
    """1,201 traced points, numbers at risk every 3 months until nobody is left."""
    (curve,) = read_curves(FOLDER / "melanoma-points.csv", FOLDER / "melanoma-at-risk.csv").values()
    made = reconstruct(curve)
    assert made.at_risk.tolist() == curve.at_risk.tolist()
    assert made.data.patients == 80
    assert not made.doubts
    assert made.largest_difference <= 0.010
    assert made.mean_difference <= 0.003
    assert kaplan_meier(made.data).survival[-1] == pytest.approx(0.592, abs=0.005)
