"""Durations learnt from few cases, against plain simulation and against what must hold."""

import numpy as np
import pytest
from scipy.stats import norm

from equipoise.core.errors import FieldError
from equipoise.evidence.durations import Learnt, Observed

EU = [Observed("eu", days) for days in (692, 364, 1656, 273, 371, 462, 729, 564)]
RU = [Observed("ru", 505, is_over=False)]


def by_simulation(
    observations: list[Observed], group: str, count: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Next durations in a group and their weights: draws of the prior, weighted by the cases."""
    rng = np.random.default_rng(seed)
    mean = rng.normal(np.log(300), 1.5, count)
    between, within = np.abs(rng.normal(0, 0.7, (2, count)))
    logs = np.zeros(count)
    places = {}
    for name in {one.group for one in observations} | {group}:
        places[name] = mean + between * rng.standard_normal(count)
        for one in observations:
            if one.group == name:
                far = norm(places[name], within)
                value = np.log(one.days)
                logs += far.logpdf(value) if one.is_over else far.logsf(value)
    weights = np.exp(logs - logs.max())
    return np.exp(places[group] + within * rng.standard_normal(count)), weights


@pytest.mark.parametrize("group", ["eu", "ru", "jp"])
def test_it_agrees_with_plain_simulation(group: str) -> None:
    observations = [*EU[:4], *RU]
    days, weights = by_simulation(observations, group, 2_000_000, seed=3)
    order = np.argsort(days)
    shares = np.cumsum(weights[order]) / weights.sum()
    found = Learnt(observations).predict(group)
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        simulated = days[order][np.searchsorted(shares, share)]
        assert found.share_below(simulated) == pytest.approx(share, abs=0.015)


def test_nothing_seen_leaves_a_wide_guess() -> None:
    low, middle, high = Learnt([]).predict("ru").quantile([0.05, 0.5, 0.95])
    assert middle == pytest.approx(300, rel=0.02)
    assert low < 30
    assert high > 3000


def test_a_country_with_cases_is_surer_than_one_without() -> None:
    learnt = Learnt([*EU, Observed("us", 300)])
    width = {}
    for group in ("eu", "us", "jp"):
        low, high = learnt.predict(group).quantile([0.05, 0.95])
        width[group] = np.log(high / low)
    assert width["eu"] < width["us"] < width["jp"]
    assert [(p.own, p.others) for p in map(learnt.predict, ("eu", "us", "jp"))] == [
        (8, 1), (1, 8), (0, 9),
    ]  # fmt: skip


def test_one_own_case_moves_the_guess_part_of_the_way() -> None:
    before = Learnt(EU).predict("ru").quantile(0.5)
    after = Learnt([*EU, Observed("ru", 1500)]).predict("ru").quantile(0.5)
    assert before < after < 1500


def test_what_is_not_over_only_makes_longer() -> None:
    shares = np.linspace(0.01, 0.99, 99)
    without = Learnt(EU).predict("ru").quantile(shares)
    with_it = Learnt([*EU, *RU]).predict("ru").quantile(shares)
    over = Learnt([*EU, Observed("ru", 505)]).predict("ru").quantile(0.9)
    assert (with_it >= without - 1e-9).all()
    assert with_it[89] > over


def test_days_and_units_do_not_matter_much_but_order_never() -> None:
    one = Learnt([*EU, *RU]).predict("eu").quantile([0.1, 0.9])
    other = Learnt([*RU, *reversed(EU)]).predict("eu").quantile([0.1, 0.9])
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_quantiles_and_shares_are_inverse() -> None:
    found = Learnt(EU).predict("eu")
    shares = np.linspace(0.02, 0.98, 25)
    np.testing.assert_allclose(found.share_below(found.quantile(shares)), shares, atol=1e-9)


def test_its_intervals_hold_what_they_promise() -> None:
    # Cases from the model itself: nine in ten of the next durations lie in the 90 % interval.
    rng = np.random.default_rng(11)
    inside = []
    for _repeat in range(120):
        mean = rng.normal(np.log(300), 1.5)
        between, within = np.abs(rng.normal(0, 0.7, 2))
        places = mean + between * rng.standard_normal(3)
        cases = [
            Observed(group, float(np.exp(places[k] + within * rng.standard_normal())))
            for k, group in enumerate("abc")
            for _case in range((1, 2, 4)[k])
        ]
        low, high = Learnt(cases).predict("a").quantile([0.05, 0.95])
        inside.append(low <= np.exp(places[0] + within * rng.standard_normal()) <= high)
    # Binomial: 120 trials at 0.9 fall outside 0.82 to 0.97 once in two hundred times.
    assert 0.82 <= np.mean(inside) <= 0.97


def test_no_duration_is_nothing() -> None:
    with pytest.raises(FieldError, match="above 0 days"):
        Learnt([Observed("eu", 0)])
