"""Patients from pictures that others drew, https://doi.org/10.1186/1471-2288-12-9 (Guyot et al.).

Three pictures of Kaplan-Meier curves with numbers at risk stand in the documentation of R packages.
Their lines were read off pixel by pixel, one picture also by eye; all patients behind them are
public. tests/data/survival/README.md says where each comes from.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.evidence.curves import (
    DigitisedCurve,
    SurvivalData,
    at_risk,
    kaplan_meier,
    read_curves,
    reconstruct,
)

FOLDER = Path(__file__).parents[1] / "data" / "survival"

Floats = NDArray[np.float64]
Arms = dict[str, SurvivalData]
Ratio = Callable[[SurvivalData, SurvivalData], tuple[float, float, float]]


@dataclass(frozen=True)
class Picture:
    """A picture: its files, its axis of time, its arms and what Cox's model in R makes of them."""

    name: str
    days: float
    """In a unit of the axis."""
    end: float
    """Where the axis is cut off."""
    pixel: float
    """Width of one, in the unit of the axis."""
    arms: tuple[str, str]
    ratio: tuple[float, float, float]
    gaps: Mapping[str, float] = field(default_factory=dict)
    """Pixels between the dashes of a line, if it is dashed."""

    def patients(self) -> Arms:
        """Return those behind the picture, as far as it shows them."""
        with (FOLDER / f"{self.name}.csv").open(encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        found = {}
        for arm in self.arms:
            own = [row for row in rows if row["group"] == arm]
            time = np.array([float(row["days"]) / self.days for row in own])
            event = np.array([row["event"] == "1" for row in own]) & (time <= self.end)
            found[arm] = SurvivalData(np.minimum(time, self.end), event)
        return found

    def curves(self, reading: str = "points") -> dict[str, DigitisedCurve]:
        """Return what was read off."""
        points = FOLDER / f"{self.name}-{reading}.csv"
        return read_curves(points, FOLDER / f"{self.name}-at-risk.csv")


# Ratios of coxph in R's survival 3.5-3, patients censored where the axis is cut off.
COLON = Picture(
    "colon-recurrence", 365.25, 8.2, 1 / 68.75, ("limited", "extended"),
    (1.29029423, 1.05900570, 1.57209656),
)  # fmt: skip
BREAST = Picture(
    "breast-hormone", 1.0, 9999.0, 365 / 163.03, ("no tamoxifen", "tamoxifen"),
    (0.694884327, 0.543844055, 0.887872587), gaps={"tamoxifen": 10.0},
)  # fmt: skip
LUNG = Picture(
    "lung", 1.0, 524.5, 100 / 93.6, ("men", "women"),
    (0.554381370, 0.388257828, 0.791584048),
)  # fmt: skip

READINGS = [(COLON, "points"), (BREAST, "points"), (LUNG, "points"), (LUNG, "clicked")]


def farthest(true: SurvivalData, found: SurvivalData, beside: float) -> float:
    """Greatest difference at any time, as far as a tenth is at risk; so much of time is allowed."""
    steps = np.concatenate([found.time, true.time - beside, true.time + beside])
    times = np.unique(np.concatenate([steps, steps - 1e-9]))  # on both sides of each
    times = times[(times > 0) & (at_risk(true, times) >= true.patients / 10)]
    share, curve = kaplan_meier(found).at(times), kaplan_meier(true)
    apart = np.maximum(curve.at(times + beside) - share, share - curve.at(times - beside))
    return float(np.maximum(apart, 0.0).max())


def restricted_mean(data: SurvivalData, end: float) -> float:
    """Time without an event, up to an end."""
    curve = kaplan_meier(data)
    inside = curve.time < end
    time, share = np.append(0.0, curve.time[inside]), np.append(1.0, curve.survival[inside])
    return float((np.diff(np.append(time, end)) * share).sum())


def counted(curve: DigitisedCurve, true: SurvivalData, *, events: bool) -> DigitisedCurve:
    """Return a curve with its events in all, if they are printed."""
    return replace(curve, events=int(true.events) if events else None)


@pytest.mark.parametrize("picture", [COLON, BREAST, LUNG], ids=lambda one: one.name)
def test_patients_are_those_of_the_picture(picture: Picture, hazard_ratio: Ratio) -> None:
    true = picture.patients()
    for arm, curve in picture.curves().items():
        times = curve.risk_times
        if picture is BREAST:  # its table counts who is left after a time, not at it
            times = np.append(0.0, times[1:] + 0.5)
        assert at_risk(true[arm], times).tolist() == curve.at_risk.tolist()
    assert hazard_ratio(*true.values()) == pytest.approx(picture.ratio, rel=1e-7)


@pytest.mark.parametrize("events", [True, False], ids=["events printed", "not printed"])
@pytest.mark.parametrize(
    ("picture", "reading"), READINGS, ids=lambda one: getattr(one, "name", one)
)
def test_picture(picture: Picture, reading: str, hazard_ratio: Ratio, *, events: bool) -> None:
    true, found = picture.patients(), {}
    for arm, curve in picture.curves(reading).items():
        made = reconstruct(counted(curve, true[arm], events=events))
        assert made.at_risk.tolist() == curve.at_risk.tolist()
        assert made.data.events == pytest.approx(true[arm].events, rel=0.0 if events else 0.02)
        beside = picture.pixel * picture.gaps.get(arm, 2.0)
        # Of a dashed line 95 events are read and 94 printed: one of 38 at risk is taken away.
        bound = 0.012 if events and arm in picture.gaps else 0.01
        assert farthest(true[arm], made.data, beside) <= bound
        end = min(true[arm].time.max(), made.data.time.max())
        mean = restricted_mean(true[arm], end)
        assert restricted_mean(made.data, end) == pytest.approx(mean, rel=0.006)
        found[arm] = made.data
    ratio, low, high = picture.ratio
    again, *_interval = hazard_ratio(*(found[arm] for arm in picture.arms))
    assert low < again < high
    assert again == pytest.approx(ratio, rel=0.02)


def test_what_lies_between_dashes_is_not_seen() -> None:
    """A step hidden between two dashes is put as many as ten pixels beside; two are not enough."""
    true, curve = BREAST.patients()["tamoxifen"], BREAST.curves()["tamoxifen"]
    found = reconstruct(curve).data
    assert 0.01 < farthest(true, found, 2 * BREAST.pixel) <= 0.017
    assert farthest(true, found, BREAST.gaps["tamoxifen"] * BREAST.pixel) <= 0.005


@pytest.mark.parametrize("events", [True, False], ids=["events printed", "not printed"])
@pytest.mark.parametrize("pixels", [-0.5, 0.5])
def test_an_axis_half_a_pixel_beside(pixels: float, *, events: bool) -> None:
    """The coarsest picture has 213 pixels from 0 to 1: half of one is more than an event."""
    true = COLON.patients()
    for arm, curve in COLON.curves().items():
        moved = replace(curve, survival=curve.survival + pixels / 213)
        made = reconstruct(counted(moved, true[arm], events=events))
        assert made.data.events == pytest.approx(true[arm].events, rel=0.02)
        assert farthest(true[arm], made.data, 2 * COLON.pixel) <= 0.01
