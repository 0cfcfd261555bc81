"""Laws of patients reconstructed from printed curves, over generated patients and points."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.evidence.curves import (
    DigitisedCurve,
    SurvivalData,
    at_risk,
    kaplan_meier,
    reconstruct,
)

patients = st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=60)
points = st.lists(
    st.tuples(st.floats(0.01, 100.0), st.floats(0.0, 1.0)), min_size=1, max_size=40
)  # fmt: skip


def observed(rows: list[tuple[int, bool]]) -> SurvivalData:
    return SurvivalData(
        np.array([float(time) for time, _ in rows]), np.array([event for _, event in rows])
    )


def printed(data: SurvivalData, times: NDArray[np.float64], *, events: bool) -> DigitisedCurve:
    """The curve of patients without any noise, and numbers at risk at some times."""
    curve = kaplan_meier(data)
    end = data.time.max()
    count = int(data.events) if events else None
    return DigitisedCurve(
        np.append(curve.time, end), np.append(curve.survival, curve.survival[-1]),
        times, at_risk(data, times), events=count,
    )  # fmt: skip


@given(patients, st.booleans())
def test_numbers_at_every_event_give_back_every_event(
    rows: list[tuple[int, bool]], events: bool
) -> None:
    data = observed(rows)
    assume(data.events > 0)
    true = kaplan_meier(data)
    curve = printed(data, np.append(0.0, true.time), events=events)
    found = kaplan_meier(reconstruct(curve).data)
    assert found.time.tolist() == true.time.tolist()
    assert found.at_risk.tolist() == true.at_risk.tolist()
    assert found.events.tolist() == true.events.tolist()


@given(patients, st.integers(2, 21), st.booleans(), st.booleans())
def test_numbers_at_risk_are_met(
    rows: list[tuple[int, bool]], every: int, events: bool, between: bool
) -> None:
    data = observed(rows)
    assume(data.events > 0)
    curve = printed(data, np.arange(0.0, data.time.max() + 1, every), events=events)
    found = reconstruct(curve, between=between)
    assert found.data.patients == data.patients
    assert found.at_risk.tolist() == curve.at_risk.tolist()


@given(points, st.integers(1, 500), st.integers(0, 500), st.booleans(), st.randoms())
def test_any_points_make_patients(
    read: list[tuple[float, float]], count: int, events: int, between: bool, random
) -> None:
    """As many as there were at the start; in whatever order points are read."""
    total = min(events, count) if events else None
    mixed = random.sample(read, len(read))
    made = []
    for one in (read, mixed):
        time, share = np.array(one).T
        curve = DigitisedCurve(time, share, np.zeros(1), np.full(1, float(count)), events=total)
        made.append(reconstruct(curve, between=between))
    found, again = made
    assert found.data.patients == count
    assert found.data.time.tolist() == again.data.time.tolist()
    survival = kaplan_meier(found.data).survival
    assert (np.diff(survival) <= 0).all()
    assert ((survival >= 0) & (survival <= 1)).all()
    assert (found.data.time > 0).all()
    assert found.data.time.max() <= max(time for time, _ in read)
    if total is None and not between:
        times, share = found.curve.steps()
        assert np.abs(kaplan_meier(found.data).at(times) - share).max() <= 1.0 / count + 1e-9
