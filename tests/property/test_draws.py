"""Laws of distributions and draws, over generated arguments."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.errors import FieldError
from equipoise.core.random import uniforms
from equipoise.draws import quantile
from equipoise.draws.designs import stratified
from equipoise.draws.joint import correlated_points
from equipoise.spec.distribution import parse_distribution
from equipoise.spec.quantity import Correlation

amounts = st.floats(1e-6, 1e9)
shares = st.floats(0.001, 0.999)
variations = st.floats(0.001, 3.0)
inside = st.floats(0.01, 0.99)
indices = st.integers(0, 2**40)
sizes = st.integers(0, 40)


@given(st.sampled_from(["normal", "lognormal", "gamma"]), amounts, variations)
def test_mean_and_sd_given_are_the_moments(kind: str, mean: float, variation: float) -> None:
    sd = mean * variation
    for word in ("sd", "se"):
        found = parse_distribution(f"{kind}(mean={mean!r}, {word}={sd!r})")
        assert found.mean == pytest.approx(mean, rel=1e-9)
        assert found.sd == pytest.approx(sd, rel=1e-9)


@given(shares, inside)
def test_beta_mean_and_sd_given_are_the_moments(mean: float, part: float) -> None:
    sd = part * sqrt(mean * (1 - mean))
    found = parse_distribution(f"beta(mean={mean!r}, sd={sd!r})")
    assert found.mean == pytest.approx(mean, rel=1e-9)
    assert found.sd == pytest.approx(sd, rel=1e-9)


@given(shares, st.floats(1.0, 10.0))
def test_beta_with_too_large_an_sd_is_refused(mean: float, part: float) -> None:
    sd = part * sqrt(mean * (1 - mean)) * (1 + 1e-12)
    with pytest.raises(FieldError, match="too large"):
        parse_distribution(f"beta(mean={mean!r}, sd={sd!r})")


@given(st.sampled_from(["normal", "gamma"]), amounts, inside)
def test_interval_width_over_3_92_is_the_sd(kind: str, mean: float, part: float) -> None:
    low, high = mean * (1 - part), mean * (1 + part)
    found = parse_distribution(f"{kind}(mean={mean!r}, low={low!r}, high={high!r})")
    assert found.mean == pytest.approx(mean, rel=1e-9)
    assert found.sd == pytest.approx((high - low) / 3.92, rel=1e-9)


@given(amounts, st.floats(1.01, 50.0))
def test_lognormal_interval_gives_its_own_quantiles(median: float, spread: float) -> None:
    found = parse_distribution(f"lognormal(low={median / spread!r}, high={median * spread!r})")
    ends = quantile(found, np.array([0.025, 0.5, 0.975]))
    np.testing.assert_allclose(ends, [median / spread, median, median * spread], rtol=1e-4)


def bounded(kind: str, low: float, width: float, place: float) -> str:
    mode = min(low + width * place, low + width)
    middle = "" if kind == "uniform" else f"mode={mode!r}, "
    return f"{kind}(low={low!r}, {middle}high={low + width!r})"


@given(
    st.sampled_from(["uniform", "triangular", "pert"]),
    st.floats(-1e3, 1e3),
    st.floats(0.1, 1e3),
    st.floats(0.0, 1.0),
)
def test_bounded_kinds_stay_inside_with_their_moments(
    kind: str, low: float, width: float, place: float
) -> None:
    found = parse_distribution(bounded(kind, low, width, place))
    cells = (np.arange(4000) + 0.5) / 4000
    values = quantile(found, cells)
    assert values.min() >= low - 1e-9 * (abs(low) + width)
    assert values.max() <= low + width + 1e-9 * (abs(low) + width)
    assert values.mean() == pytest.approx(found.mean, abs=1e-4 * width)
    assert values.std() == pytest.approx(found.sd, abs=1e-3 * width)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30, unique=True), st.data())
def test_empirical_moments_are_weighted(values: list[float], data: st.DataObject) -> None:
    weight = st.floats(0.01, 100.0)
    weights = data.draw(st.lists(weight, min_size=len(values), max_size=len(values)))
    found = parse_distribution(f"empirical(values={values!r}, weights={weights!r})")
    mean = np.average(values, weights=weights)
    assert found.mean == pytest.approx(mean, rel=1e-9, abs=1e-6)
    sd = sqrt(np.average((np.array(values) - mean) ** 2, weights=weights))
    assert found.sd == pytest.approx(sd, rel=1e-6, abs=1e-6)
    drawn = quantile(found, (np.arange(500) + 0.5) / 500)
    assert set(drawn) <= set(np.array(values))


@given(st.integers(0, 2**64 - 1), st.text(max_size=20), indices, sizes, sizes, sizes)
def test_any_chunk_is_part_of_any_longer_one(
    seed: int, decision: str, first: int, before: int, size: int, after: int
) -> None:
    whole = uniforms(seed=seed, decision=decision, size=before + size + after, first=first)
    chunk = uniforms(seed=seed, decision=decision, size=size, first=first + before)
    np.testing.assert_array_equal(chunk, whole[before : before + size])
    assert ((whole > 0) & (whole < 1)).all()


@given(st.lists(st.floats(0.001, 0.999), min_size=1, max_size=60), st.integers(0, 2**32))
def test_stratified_keeps_order_and_fills_every_stratum(order: list[float], seed: int) -> None:
    found = stratified(np.array(order), name="a", seed=seed)
    np.testing.assert_array_equal(np.sort((found * len(order)).astype(int)), range(len(order)))
    rank = np.argsort(order, kind="stable")
    assert (np.diff(found[rank]) > 0).all()


@given(st.floats(-0.999, 0.999), st.integers(0, 2**32))
def test_copula_numbers_stay_inside_and_the_first_is_kept(coefficient: float, seed: int) -> None:
    points = {n: uniforms(seed=seed, decision=n, size=64) for n in ("a", "b")}
    pair = Correlation(parameters=("b", "a"), coefficient=coefficient)
    found = correlated_points(points, [pair])
    np.testing.assert_array_equal(found["a"], points["a"])
    assert ((found["b"] > 0) & (found["b"] < 1)).all()
