"""Experts: fitted as SHELF fits them, pooled as SHELF pools them."""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from equipoise.core.errors import FieldError, SeveralErrors
from equipoise.draws.quantiles import quantile
from equipoise.evidence import Judgement, fit_judgement, linear_pool

DAY = date(2026, 11, 1)


def said(expert: str, *values: float) -> Judgement:
    return Judgement(expert, dict(zip((0.25, 0.5, 0.75), values, strict=True)), "protocol", DAY)


# R package SHELF at commit 8a72124 (April 2026), fitdist(lower = 0, upper = 100), on the judgements
# of its vignette: A 25, 30, 35 and B 30, 35, 50.
SHELF = {
    ("A", "normal"): (30.0, 7.413011093),
    ("B", "normal"): (37.93969437, 16.059187295),
    ("A", "gamma"): (16.388172624, 1 / 0.5380221844),
    ("B", "gamma"): (6.299963001, 1 / 0.1597255688),
    ("A", "lognormal"): (3.393318935, 0.2499536657),
    ("B", "lognormal"): (3.613843215, 0.3979708934),
    ("A", "beta"): (11.588004515, 26.711427689),
    ("B", "beta"): (3.765110075, 6.000838848),
}


@pytest.mark.parametrize(("expert", "shape"), SHELF)
def test_fits_are_those_of_shelf(expert: str, shape: str) -> None:
    scale = 0.01 if shape == "beta" else 1.0
    values = {"A": (25, 30, 35), "B": (30, 35, 50)}[expert]
    found = fit_judgement(said(expert, *(scale * one for one in values)), [shape])
    # SHELF's own search stops at six digits.
    assert list(found.distribution.arguments.values()) == pytest.approx(
        SHELF[expert, shape], rel=2e-4
    )


def test_the_best_shape_is_that_of_the_quantiles() -> None:
    for law, kind in ((stats.gamma(2.0, scale=3.0), "gamma"), (stats.beta(2.0, 9.0), "beta"),
                      (stats.lognorm(0.7, scale=5.0), "lognormal")):  # fmt: skip
        quantiles = {p: float(law.ppf(p)) for p in (0.05, 0.25, 0.5, 0.75, 0.95)}
        found = fit_judgement(Judgement("A", quantiles, "protocol", DAY))
        assert found.distribution.kind == kind
        assert found.misfit < 1e-7
        assert float(found.quantile(0.99)) == pytest.approx(float(law.ppf(0.99)), rel=1e-5)


def test_the_pool_is_the_mixture() -> None:
    normal = [fit_judgement(said("A", 25, 30, 35), ["normal"]),
              fit_judgement(said("B", 30, 35, 50), ["normal"])]  # fmt: skip
    pool = linear_pool(normal, [1, 3])
    laws = [stats.norm(*one.distribution.arguments.values()) for one in normal]
    at = 33.0
    assert float(pool.probability(at)) == pytest.approx(
        0.25 * laws[0].cdf(at) + 0.75 * laws[1].cdf(at), rel=1e-12
    )
    assert float(pool.probability(pool.quantile(0.1))) == pytest.approx(0.1, abs=1e-10)
    luck = np.random.default_rng(1)
    which = luck.random(400_000) < 0.25
    drawn = np.where(which, *(law.rvs(400_000, random_state=luck) for law in laws))
    assert pool.mean == pytest.approx(drawn.mean(), abs=0.1)
    assert pool.variance == pytest.approx(drawn.var(), rel=0.01)
    means = np.array([law.mean() for law in laws])
    assert pool.disagreement == pytest.approx(
        0.25 * 0.75 * (means[1] - means[0]) ** 2 / pool.variance, rel=1e-9
    )


def test_the_pool_goes_into_a_model() -> None:
    pool = linear_pool([fit_judgement(said("A", 2, 3, 5)), fit_judgement(said("B", 6, 8, 11))])
    spread = pool.distribution()
    assert spread.mean == pytest.approx(pool.mean, rel=1e-8)
    assert spread.sd**2 == pytest.approx(pool.variance, rel=0.03)
    drawn = quantile(spread, (np.arange(1000) + 0.5) / 1000)
    assert np.median(drawn) == pytest.approx(pool.quantile(0.5), rel=0.02)


def test_what_is_no_judgement_is_refused() -> None:
    with pytest.raises(SeveralErrors):
        Judgement("A", {0.5: 1.0}, " ", DAY)
    with pytest.raises(FieldError, match="do not rise"):
        Judgement("A", {0.25: 3.0, 0.75: 2.0}, "protocol", DAY)
    with pytest.raises(FieldError, match="no distribution"):
        fit_judgement(said("A", -1.0, 2.0, 3.0), ["gamma", "beta"])
    with pytest.raises(FieldError, match="weights"):
        linear_pool([fit_judgement(said("A", 1, 2, 3))], [0.0])
