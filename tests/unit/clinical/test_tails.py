"""Cumulative hazards far out, against SciPy where it can tell, and turned round everywhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from equipoise.clinical.tails import (
    generalised_hazard,
    generalised_quantile,
    inverse_lower,
    inverse_upper,
    lower_hazard,
    upper_hazard,
)

shapes = st.floats(0.05, 80.0)
hazards = st.floats(1e-4, 1e4)


@given(shapes, hazards)
def test_quantiles_of_gamma_turn_hazards_round(shape: float, hazard: float) -> None:
    a, h = np.array(shape), np.array(hazard)
    assert float(upper_hazard(a, inverse_upper(a, h))) == pytest.approx(hazard, rel=1e-9)
    assert float(lower_hazard(a, inverse_lower(a, h))) == pytest.approx(hazard, rel=1e-9)


@given(st.floats(-2.0, 2.0) | st.floats(-0.02, 0.02), hazards)
def test_quantiles_of_the_generalised_gamma_turn_hazards_round(q: float, hazard: float) -> None:
    w = generalised_quantile(np.array(hazard), np.array(q))
    assert float(generalised_hazard(w, np.array(q))) == pytest.approx(hazard, rel=1e-7)


@given(st.floats(0.1, 30.0), st.floats(0.01, 650.0))
def test_hazards_of_gamma_are_those_of_scipy(shape: float, x: float) -> None:
    expected = -stats.gamma.logsf(x, shape)
    assert float(upper_hazard(np.array(shape), np.array(x))) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("shape", "x", "log_share"),
    # ln Q(3, x) = -x + ln(1 + x + x**2 / 2); ln P(1, x) = ln(1 - exp(-x))
    [(3.0, 2000.0, -2000.0 + np.log(1 + 2000.0 + 2e6)), (1.0, 900.0, -900.0)],
)
def test_far_tails_are_those_of_closed_forms(shape: float, x: float, log_share: float) -> None:
    assert float(upper_hazard(np.array(shape), np.array(x))) == pytest.approx(-log_share, rel=1e-13)


def test_near_the_lognormal_there_is_no_step() -> None:
    """On both sides of where the expansion begins."""
    for w in (0.5, 8.0, 30.0, 45.0):
        inside, outside = (
            float(generalised_hazard(np.array(w), np.array(q))) for q in (0.00999999, 0.01000001)
        )
        assert inside == pytest.approx(outside, rel=1e-6)
