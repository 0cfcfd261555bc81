"""A curve never fits worse than one that it has as a special case, whatever the patients."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.evidence.curves import FAMILIES, SurvivalData, fit_survival

NAMES = {family: name for name, family in FAMILIES.items()}
INSIDE = [
    (name, NAMES[inner.family]) for name, family in FAMILIES.items() for inner in family.contains
]
LITTLE = 1e-6


@st.composite
def patients(draw: st.DrawFn) -> SurvivalData:
    """Times of any shape, of whom some are cured, enter late, or stand for several."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    count = draw(st.integers(25, 120))
    age = rng.normal(size=count)
    spread = draw(st.sampled_from([0.3, 0.7, 1.5]))
    noise = draw(st.sampled_from([rng.normal, rng.gumbel, rng.logistic]))(size=count)
    when = np.exp(1.0 + 0.4 * age + spread * noise)
    when = np.where(rng.uniform(size=count) < draw(st.sampled_from([0.0, 0.4])), np.inf, when)
    until = rng.uniform(1.0, 20.0, count)
    data = SurvivalData(np.minimum(when, until), when < until, columns={"age": age})
    if draw(st.booleans()):
        data = replace(data, weight=rng.integers(1, 4, count).astype(float))
    if draw(st.booleans()):
        data = replace(data, entry=data.time * rng.choice([0.0, 0.5], count))
    return data


def height(data: SurvivalData, family: str, **words: object) -> float:
    return fit_survival(data, family, at_any_rate=True, **words).log_likelihood  # type: ignore[arg-type]


@pytest.mark.parametrize("covariates", [[], ["age"]], ids=["alone", "with a covariate"])
@settings(max_examples=5, deadline=None)
@given(data=patients())
def test_no_family_fits_worse_than_those_inside(data: SurvivalData, covariates: list[str]) -> None:
    found = {name: height(data, name, covariates=covariates) for name in FAMILIES}
    for name, inner in INSIDE:
        assert found[name] >= found[inner] - LITTLE, (name, inner)


@pytest.mark.parametrize("cure", ["mixture", "non_mixture"])
@settings(max_examples=3, deadline=None)
@given(data=patients())
def test_nor_with_a_cured_share(data: SurvivalData, cure: str) -> None:
    some = ("exponential", "weibull", "gamma", "gompertz")
    found = {name: height(data, name, cure=cure) for name in some}
    for name, inner in INSIDE:
        if name in some and inner in some:
            assert found[name] >= found[inner] - LITTLE, (name, inner)
    if cure == "mixture":
        for name in some:
            assert found[name] >= height(data, name) - LITTLE
    assert height(data, "weibull", cure=cure, covariates=["age"]) >= found["weibull"] - LITTLE


@pytest.mark.parametrize("scale", ["hazard", "odds", "normal"])
@settings(max_examples=3, deadline=None)
@given(data=patients())
def test_more_knots_among_which_are_the_same_fit_no_worse(data: SurvivalData, scale: str) -> None:
    """Without inner knots splines are lines: Weibull, log-logistic and lognormal curves."""
    line = {"hazard": "weibull", "odds": "loglogistic", "normal": "lognormal"}[scale]
    by_knots = {
        knots: height(data, "spline", knots=knots, spline_scale=scale) for knots in (0, 1, 2, 3)
    }
    assert by_knots[0] == pytest.approx(height(data, line), abs=LITTLE)
    for more, fewer in ((1, 0), (2, 0), (3, 1)):
        assert by_knots[more] >= by_knots[fewer] - LITTLE
    moved = height(data, "spline", knots=1, spline_scale=scale, covariates=["age"])
    assert moved >= by_knots[1] - LITTLE
    assert moved >= height(data, "spline", knots=0, spline_scale=scale, covariates=["age"]) - LITTLE


@settings(max_examples=5, deadline=None)
@given(data=patients())
def test_covariates_of_further_parameters_fit_no_worse(data: SurvivalData) -> None:
    for family, location, other in (("weibull", "scale", "shape"), ("gompertz", "rate", "shape"),
                                    ("generalised_gamma", "mu", "q")):  # fmt: skip
        one = height(data, family, covariates=["age"])
        both = height(data, family, covariates={location: ["age"], other: ["age"]})
        assert both >= one - LITTLE, family
