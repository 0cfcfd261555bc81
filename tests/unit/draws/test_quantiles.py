"""Inverse distribution functions against SciPy's, and moments of what is drawn."""

import numpy as np
import pytest
from scipy import stats

from equipoise.core.random import uniforms
from equipoise.draws import quantile
from equipoise.draws.quantiles import normal_scores
from equipoise.spec.distribution import parse_distribution
from equipoise.spec.distribution_kinds import ARGUMENT_SETS

CASES = [
    ("normal(mean=-3, sd=2)", stats.norm(-3, 2)),
    ("lognormal(log_mean=0.4, log_sd=0.7)", stats.lognorm(0.7, scale=np.exp(0.4))),
    ("beta(alpha=0.3, beta=6)", stats.beta(0.3, 6)),
    ("beta(alpha=200, beta=3)", stats.beta(200, 3)),
    ("beta(alpha=2e6, beta=3e5)", stats.beta(2e6, 3e5)),
    ("gamma(shape=0.4, scale=5)", stats.gamma(0.4, scale=5)),
    ("gamma(shape=177.8, scale=22.5)", stats.gamma(177.8, scale=22.5)),
    ("gamma(shape=1e6, scale=1e-3)", stats.gamma(1e6, scale=1e-3)),
    ("uniform(low=-1, high=3)", stats.uniform(-1, 4)),
    ("triangular(low=1, mode=2, high=5)", stats.triang(0.25, loc=1, scale=4)),
    ("triangular(low=1, mode=1, high=5)", stats.triang(0, loc=1, scale=4)),
    ("triangular(low=1, mode=5, high=5)", stats.triang(1, loc=1, scale=4)),
    ("pert(low=1, mode=2, high=5)", stats.beta(2, 4, loc=1, scale=4)),
    ("weibull(shape=0.6, scale=3)", stats.weibull_min(0.6, scale=3)),
    ("weibull(shape=5, scale=3)", stats.weibull_min(5, scale=3)),
    ("exponential(rate=0.25)", stats.expon(scale=4)),
    (
        "truncated_normal(mean=36, sd=15, lowest=18, highest=110)",
        stats.truncnorm(-1.2, 74 / 15, loc=36, scale=15),
    ),
    ("truncated_normal(mean=0, sd=2, lowest=10, highest=18)", stats.truncnorm(5, 9, scale=2)),
]
SHARES = np.concatenate(
    [[2.0**-53, 1e-12, 1e-6], np.linspace(0.001, 0.999, 999), [1 - 1e-6, 1 - 1e-12, 1 - 2.0**-53]]
)


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_quantiles_are_those_of_scipy(text: str, expected) -> None:
    found = quantile(parse_distribution(text), SHARES)
    np.testing.assert_allclose(found, expected.ppf(SHARES), rtol=1e-10)
    assert np.isfinite(found).all()
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize("text", [*[text for text, _ in CASES], "empirical(values=[1, 2, 9])"])
def test_moments_of_draws_are_those_stated(text: str) -> None:
    """Mean and variance within three standard errors, each from the sample's own moments."""
    size = 100_000
    distribution = parse_distribution(text)
    drawn = quantile(distribution, uniforms(seed=11, decision=text, size=size))
    assert abs(drawn.mean() - distribution.mean) < 3 * distribution.sd / np.sqrt(size)
    squares = (drawn - distribution.mean) ** 2
    assert abs(squares.mean() - distribution.sd**2) < 3 * squares.std() / np.sqrt(size)


@pytest.mark.parametrize("sd", [1e-4, 1e-5, 3e-6, 1e-6, 1e-9, 1e-12])
@pytest.mark.parametrize("kind", ["beta", "gamma", "lognormal", "normal"])
def test_very_certain_inputs_keep_their_small_spread(kind: str, sd: float) -> None:
    """Somebody who wants no uncertainty may write a tiny one."""
    shares = np.array([0.001, 0.025, 0.5, 0.975, 0.999])
    found = quantile(parse_distribution(f"{kind}(mean=0.4, sd={sd})"), shares)
    np.testing.assert_allclose((found - 0.4) / sd, stats.norm.ppf(shares), atol=2e-3)


def test_every_kind_is_tested() -> None:
    tested = {text.split("(")[0] for text, _ in CASES} | {"empirical"}
    assert tested == set(ARGUMENT_SETS)


def test_empirical_steps_at_the_cumulated_weights() -> None:
    distribution = parse_distribution("empirical(values=[5, 1, 3], weights=[1, 2, 1])")
    shares = np.array([1e-9, 0.5, 0.5 + 1e-9, 0.75, 0.75 + 1e-9, 1 - 2.0**-53])
    np.testing.assert_array_equal(quantile(distribution, shares), [1, 1, 3, 3, 5, 5])


def test_shape_of_shares_is_kept() -> None:
    shares = np.full((2, 3), 0.5)
    for text in [*[text for text, _ in CASES], "empirical(values=[1, 2])"]:
        assert quantile(parse_distribution(text), shares).shape == (2, 3)


def test_normal_scores_at_the_ends_are_finite() -> None:
    assert np.isfinite(normal_scores(np.array([2.0**-53, 1 - 2.0**-53]))).all()
