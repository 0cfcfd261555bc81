"""Survival functions: against SciPy's distributions, at special parameters and at the edges."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from equipoise.spec.formula import FUNCTIONS, Scope, evaluate, parse_formula
from equipoise.spec.formula.survival import NEAR_LOGNORMAL, SURVIVAL

TIMES = np.concatenate([[0.0], np.geomspace(1e-8, 1e4, 200)])


def survival(name: str, t: Any, *arguments: Any) -> Any:
    return SURVIVAL[name].function(t, *arguments)


def gompertz(t: Any, shape: float, rate: float) -> Any:
    return np.exp(-rate * t if shape == 0 else -rate / shape * np.expm1(shape * t))


def generalised_gamma(t: Any, mu: float, sigma: float, q: float) -> Any:
    """Return it as the power of a gamma: shapes 1 / q² and q / sigma."""
    scale = np.exp(mu + 2 * sigma / q * np.log(abs(q)))
    return stats.gengamma.sf(t, q**-2, q / sigma, scale=scale)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("exponential", (0.3,), lambda t, r: stats.expon.sf(t, scale=1 / r)),
        ("weibull", (1.2, 6.0), lambda t, a, b: stats.weibull_min.sf(t, a, scale=b)),
        ("weibull", (0.4, 0.1), lambda t, a, b: stats.weibull_min.sf(t, a, scale=b)),
        ("gompertz", (0.05, 0.08), gompertz),
        ("gompertz", (-0.2, 0.08), gompertz),
        ("gompertz", (0.0, 0.08), gompertz),
        ("lognormal", (1.5, 0.8), lambda t, m, s: stats.lognorm.sf(t, s, scale=np.exp(m))),
        ("loglogistic", (1.7, 3.0), lambda t, a, b: stats.logistic.sf(a * np.log(t / b))),
        ("gamma", (0.3, 0.5), lambda t, a, b: stats.gamma.sf(t, a, scale=1 / b)),
        ("gamma", (40.0, 9.0), lambda t, a, b: stats.gamma.sf(t, a, scale=1 / b)),
        ("generalised_gamma", (1.5, 0.8, 0.6), generalised_gamma),
        ("generalised_gamma", (1.5, 0.8, -0.6), generalised_gamma),
        ("generalised_gamma", (0.2, 1.3, 2.5), generalised_gamma),
        ("generalised_gamma", (-2.0, 0.3, -1.8), generalised_gamma),
    ],
)
def test_curves_are_those_of_scipy(
    name: str, arguments: tuple[float, ...], expected: Callable[..., Any]
) -> None:
    with np.errstate(all="ignore"):
        wanted = np.where(TIMES == 0, 1.0, expected(TIMES, *arguments))
    found = survival(f"{name}_survival", TIMES, *arguments)
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-300)


positive = st.floats(0.05, 20.0)
times = st.floats(0.0, 200.0)
same = {"rel": 1e-11, "abs": 1e-280}


@given(times, positive)
def test_weibull_gamma_and_generalised_gamma_collapse_to_exponential(t: float, rate: float) -> None:
    wanted = pytest.approx(float(survival("exponential_survival", t, rate)), **same)
    assert survival("weibull_survival", t, 1.0, 1 / rate) == wanted
    assert survival("gamma_survival", t, 1.0, rate) == wanted
    assert survival("gompertz_survival", t, 0.0, rate) == wanted
    assert survival("generalised_gamma_survival", t, -np.log(rate), 1.0, 1.0) == wanted


@given(times, st.floats(0.2, 5.0), positive)
def test_generalised_gamma_is_weibull_at_q_1(t: float, shape: float, scale: float) -> None:
    found = survival("generalised_gamma_survival", t, np.log(scale), 1 / shape, 1.0)
    assert found == pytest.approx(float(survival("weibull_survival", t, shape, scale)), **same)


@given(times, st.floats(-3.0, 3.0), st.floats(0.1, 3.0))
def test_generalised_gamma_is_lognormal_at_q_0(t: float, mu: float, sigma: float) -> None:
    wanted = float(survival("lognormal_survival", t, mu, sigma))
    assert survival("generalised_gamma_survival", t, mu, sigma, 0.0) == pytest.approx(
        wanted, **same
    )
    assert survival("generalised_gamma_survival", t, mu, sigma, 1e-13) == pytest.approx(
        wanted, rel=1e-9, abs=1e-12
    )


@given(times, st.floats(0.2, 5.0), positive)
def test_generalised_gamma_is_gamma_where_q_is_sigma(t: float, shape: float, rate: float) -> None:
    sigma = shape**-0.5
    found = survival("generalised_gamma_survival", t, np.log(shape / rate), sigma, sigma)
    assert found == pytest.approx(float(survival("gamma_survival", t, shape, rate)), **same)


@given(st.floats(-8.0, 8.0), st.floats(3e-3, NEAR_LOGNORMAL), st.sampled_from([-1.0, 1.0]))
def test_around_the_lognormal_the_expansion_is_that_of_scipy(
    w: float, size: float, sign: float
) -> None:
    q = sign * size
    found = survival("generalised_gamma_survival", np.exp(w), 0.0, 1.0, q)
    shape = q**-2.0
    distribution = stats.gamma(shape)
    wanted = (distribution.sf if q > 0 else distribution.cdf)(shape * np.exp(q * w))
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-16)


@pytest.mark.parametrize("name", SURVIVAL)
def test_everybody_is_alive_at_the_start_and_before(name: str) -> None:
    arguments = [0.7] * (len(SURVIVAL[name].arguments) - 1)
    assert survival(name, [-3.0, 0.0], *arguments).tolist() == [1.0, 1.0]
    assert np.isnan(survival(name, np.nan, *arguments))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("exponential", (-0.1,)),
        ("weibull", (0.0, 1.0)),
        ("weibull", (1.0, -1.0)),
        ("gompertz", (0.1, -0.1)),
        ("gompertz", (np.nan, 0.1)),
        ("lognormal", (0.0, 0.0)),
        ("loglogistic", (-1.0, 1.0)),
        ("gamma", (1.0, 0.0)),
        ("generalised_gamma", (0.0, -1.0, 1.0)),
        ("generalised_gamma", (0.0, 1.0, np.nan)),
    ],
)
def test_what_is_no_distribution_gives_no_number(name: str, arguments: tuple[float, ...]) -> None:
    assert np.isnan(survival(f"{name}_survival", [0.0, 1.0], *arguments)).all()


def test_nobody_dies_of_no_hazard() -> None:
    assert survival("exponential_survival", 1e6, 0.0) == 1.0
    assert survival("gompertz_survival", 1e6, 5.0, 0.0) == 1.0
    assert survival("gompertz_survival", 1e6, 5.0, 1e-3) == 0.0


def test_formulas_call_them_on_arrays_of_any_shape() -> None:
    tree = parse_formula("weibull_survival(t, a, b) ** hr").tree
    found = evaluate(tree, Scope({"t": np.ones((4, 1)), "a": np.ones(3), "b": np.ones((2, 1, 1)),
                                  "hr": np.float64(0.5)}))  # fmt: skip
    assert found.shape == (2, 4, 3)
    assert SURVIVAL.keys() <= FUNCTIONS.keys()
