"""The joint sample: dims, units, dependence, stability and refusals."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from equipoise.core.errors import FieldError
from equipoise.draws import base_case, sample
from equipoise.draws.designs import Design
from equipoise.spec.quantity import Correlation, JointDirichlet, JointNormal, Quantity

DESIGNS: tuple[Design, ...] = ("plain", "latin_hypercube", "sobol")


def quantity(value: float | str, distribution: str | None = None, **more: object) -> Quantity:
    stated = {"value": value, "unit": "1", "status": "assumption", "note": "invented"}
    return Quantity.model_validate({**stated, "distribution": distribution, **more})


def pair(one: str, two: str, coefficient: float) -> Correlation:
    return Correlation(parameters=(one, two), coefficient=coefficient)


def normal(names: tuple[str, ...], covariance: list[list[float]]) -> JointNormal:
    return JointNormal.model_validate(
        {"distribution": "multivariate_normal", "parameters": names, "covariance": covariance}
    )


def dirichlet(names: tuple[str, ...], counts: list[float]) -> JointDirichlet:
    return JointDirichlet.model_validate(
        {"distribution": "dirichlet", "parameters": names, "counts": counts}
    )


PARAMETERS = {
    "cost": quantity(4000, "gamma(mean=4000, sd=300)", unit="USD@2019/year"),
    "price": quantity(7, unit="USD@2019"),
    "utility": quantity(0.7, "beta(mean=0.7, sd=0.03)"),
    "wait": quantity(6, "gamma(mean=6, sd=1)", unit="month"),
    "intercept": quantity(-2),
    "slope": quantity(0.5),
    "stay": quantity("52/100"),
    "leave": quantity("30/100"),
    "return": quantity("18/100"),
}
JOINT = {
    "line": normal(("intercept", "slope"), [[0.04], [-0.006, 0.01]]),
    "moves": dirichlet(("stay", "leave", "return"), [52, 30, 18]),
}
PAIRS = (pair("cost", "utility", -0.6),)


def drawn(draws: int = 1000, method: Design = "plain", **more: object) -> xr.Dataset:
    settings = {"joint": JOINT, "correlations": PAIRS, "seed": 1, **more}
    return sample(settings.pop("parameters", PARAMETERS), draws=draws, method=method, **settings)


@pytest.mark.parametrize("method", DESIGNS)
def test_uncertain_inputs_have_draws_and_fixed_ones_do_not(method: Design) -> None:
    found = drawn(100, method)
    assert list(found.data_vars) == list(PARAMETERS)
    assert dict(found.sizes) == {"draw": 100}
    np.testing.assert_array_equal(found["draw"], np.arange(100))
    assert found["price"].dims == ()
    assert all(found[name].dims == ("draw",) for name in PARAMETERS if name != "price")
    assert all(found[name].dtype == np.float64 for name in PARAMETERS)
    expected = {"unit": "USD@2019/year", "status": "assumption", "scale": 1.0}
    assert found["cost"].attrs == expected
    assert found["wait"].attrs["unit"] == "year"


def test_values_are_canonical_and_scaled() -> None:
    found, scaled = drawn(), drawn(scale={"cost": 90.0, "slope": 2.0})
    assert float(found["wait"].mean()) == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose(scaled["cost"], 90 * found["cost"], rtol=1e-14)
    np.testing.assert_allclose(scaled["slope"], 2 * found["slope"], rtol=1e-14)
    xr.testing.assert_identical(scaled["wait"], found["wait"])
    assert scaled["cost"].attrs["scale"] == 90.0


def test_base_case_holds_the_stated_values() -> None:
    found = base_case(PARAMETERS, joint=JOINT, scale={"price": 90.0})
    assert dict(found.sizes) == {}
    assert float(found["price"]) == 630.0
    assert float(found["wait"]) == pytest.approx(0.5)
    assert float(found["stay"]) == 0.52
    assert found["price"].attrs["status"] == "assumption"


@pytest.mark.parametrize("method", DESIGNS)
@pytest.mark.parametrize("coefficient", [-0.9, -0.3, 0.5, 0.99])
def test_correlation_is_recovered(method: Design, coefficient: float) -> None:
    draws = 20_000
    found = drawn(draws, method, correlations=(pair("cost", "utility", coefficient),))
    rank = stats.spearmanr(found["cost"], found["utility"]).statistic
    assert rank == pytest.approx(6 / np.pi * np.arcsin(coefficient / 2), abs=3 / np.sqrt(draws))


@pytest.mark.parametrize("method", DESIGNS)
def test_correlation_leaves_the_own_distributions(method: Design) -> None:
    draws = 20_000
    found = drawn(draws, method)
    for name in ("cost", "utility"):
        distribution = PARAMETERS[name].distribution
        error = abs(float(found[name].mean()) - distribution.mean)
        assert error < 3 * distribution.sd / np.sqrt(draws)
        assert float(found[name].std()) == pytest.approx(distribution.sd, rel=0.02)


def test_correlated_latin_hypercube_keeps_its_strata() -> None:
    draws = 500
    found = drawn(draws, "latin_hypercube")
    shares = stats.beta(*PARAMETERS["utility"].distribution.arguments.values()).cdf(
        found["utility"]
    )
    np.testing.assert_array_equal(np.sort(np.floor(shares * draws)), np.arange(draws))


def test_three_linked_correlations() -> None:
    parameters = {name: quantity(0, "normal(mean=0, sd=1)") for name in "abc"}
    pairs = (pair("a", "b", 0.8), pair("c", "b", 0.5), pair("a", "c", 0.3))
    found = drawn(40_000, parameters=parameters, joint={}, correlations=pairs)
    matrix = np.corrcoef([found[name] for name in "abc"])
    expected = [[1, 0.8, 0.3], [0.8, 1, 0.5], [0.3, 0.5, 1]]
    np.testing.assert_allclose(matrix, expected, atol=3 / np.sqrt(40_000))


@pytest.mark.parametrize("method", DESIGNS)
def test_multivariate_normal_keeps_mean_and_covariance(method: Design) -> None:
    draws = 40_000
    found = drawn(draws, method)
    table = np.array([found["intercept"], found["slope"]])
    np.testing.assert_allclose(table.mean(axis=1), [-2, 0.5], atol=3 * 0.2 / np.sqrt(draws))
    expected = [[0.04, -0.006], [-0.006, 0.01]]
    np.testing.assert_allclose(np.cov(table), expected, atol=3 * 0.04 * np.sqrt(2 / draws))


def test_multivariate_normal_in_very_different_units() -> None:
    parameters = {"big": quantity(1e9), "small": quantity(1e-6)}
    joint = {"g": normal(("big", "small"), [[1e16, 50.0], [50.0, 1e-12]])}
    found = drawn(20_000, parameters=parameters, joint=joint, correlations=())
    assert np.corrcoef(found["big"], found["small"])[0, 1] == pytest.approx(0.5, abs=0.02)


def test_singular_covariance_is_drawn() -> None:
    """The third is the sum of the first two, the fourth has no variance."""
    parameters = {name: quantity(1) for name in "abcd"}
    covariance = [[1, 0, 1, 0], [0, 4, 4, 0], [1, 4, 5, 0], [0, 0, 0, 0]]
    joint = {"g": normal(tuple("abcd"), covariance)}
    found = drawn(20_000, parameters=parameters, joint=joint, correlations=())
    np.testing.assert_allclose(found["c"] - 1, found["a"] + found["b"] - 2, atol=1e-6)
    np.testing.assert_array_equal(found["d"], 1.0)
    np.testing.assert_allclose(np.cov([found[n] for n in "abcd"]), covariance, atol=0.15)


@pytest.mark.parametrize("method", DESIGNS)
def test_dirichlet_shares_add_up_and_have_their_moments(method: Design) -> None:
    draws, counts = 20_000, np.array([52, 30, 18])
    found = drawn(draws, method)
    shares = np.array([found["stay"], found["leave"], found["return"]])
    np.testing.assert_allclose(shares.sum(axis=0), 1.0, rtol=1e-14)
    mean = counts / 100
    sd = np.sqrt(mean * (1 - mean) / 101)
    assert (np.abs(shares.mean(axis=1) - mean) < 3 * sd / np.sqrt(draws)).all()
    np.testing.assert_allclose(shares.std(axis=1), sd, rtol=0.02)


def test_dirichlet_in_percent_and_with_tiny_counts() -> None:
    parameters = {"a": quantity(50, unit="%"), "b": quantity("1/2")}
    joint = {"g": dirichlet(("a", "b"), [0.001, 0.001])}
    found = drawn(10_000, parameters=parameters, joint=joint, correlations=())
    np.testing.assert_allclose(found["a"] + found["b"], 1.0, rtol=1e-12)
    assert float(found["a"].mean()) == pytest.approx(0.5, abs=0.015)


def test_more_draws_keep_the_earlier_ones_bit_by_bit() -> None:
    many = drawn(1000)
    for draws in (1, 2, 37, 999):
        xr.testing.assert_identical(drawn(draws), many.isel(draw=slice(draws)))


@pytest.mark.parametrize("method", ["plain", "latin_hypercube"])
def test_a_new_parameter_moves_no_other_bit(method: Design) -> None:
    more = {
        "aaa": quantity(1, "gamma(mean=1, sd=1)"),
        "zzz": quantity(1, "normal(mean=1, sd=1)"),
        **PARAMETERS,
    }
    pairs = (*PAIRS, pair("aaa", "zzz", 0.5))
    before, after = drawn(200, method), drawn(200, method, parameters=more, correlations=pairs)
    xr.testing.assert_identical(after[list(PARAMETERS)], before)


def test_order_of_parameters_and_pairs_does_not_matter() -> None:
    parameters = {name: quantity(0, "normal(mean=0, sd=1)") for name in "abc"}
    turned = dict(reversed(parameters.items()))
    pairs = (pair("a", "b", 0.8), pair("b", "c", 0.5))
    other = (pair("c", "b", 0.5), pair("b", "a", 0.8))
    one = drawn(50, parameters=parameters, joint={}, correlations=pairs)
    two = drawn(50, parameters=turned, joint={}, correlations=other)
    xr.testing.assert_identical(one, two)


def test_seed_moves_everything_uncertain() -> None:
    one, two = drawn(seed=1), drawn(seed=2)
    for name in PARAMETERS:
        assert name == "price" or not (one[name] == two[name]).any()


REFUSED = [
    ({"draws": 0}, "cannot take 0 draws"),
    ({"parameters": {"draw": quantity(1)}, "joint": {}, "correlations": ()}, "'draw' cannot name"),
    ({"joint": {"g": normal(("cost", "slope"), [[1], [0, 1]])}}, "'cost' is drawn in 'g' and has"),
    ({"joint": {"g": normal(("slop", "price"), [[1], [0, 1]])}}, "'slop' is not a parameter"),
    ({"joint": {**JOINT, "g": dirichlet(("slope", "price"), [1, 1])}}, "'slope' is drawn twice"),
    ({"joint": {"g": dirichlet(("price", "price"), [1, 1])}}, "'price' is drawn twice"),
    ({"joint": {"g": dirichlet(("slope", "price"), [1, 1, 1])}}, "one count above 0"),
    ({"joint": {"g": dirichlet(("slope", "price"), [1, 0])}}, "one count above 0"),
    ({"joint": {"g": normal(("slope", "price"), [[1]])}}, "lacks rows"),
    ({"joint": {"g": normal(("slope", "price"), [[1, 2], [0, 1]])}}, "not symmetric"),
    ({"joint": {"g": normal(("slope", "price"), [[-1], [0, 1]])}}, "variance of 'slope', 'price'"),
    ({"joint": {"g": normal(("slope", "price"), [[1], [2, 1]])}}, "'slope', 'price' contradict"),
    ({"correlations": (pair("cost", "costs", 0.1),)}, "'costs' is not a parameter"),
    ({"correlations": (pair("cost", "cost", 0.1),)}, "not one of a new pair"),
    ({"correlations": (*PAIRS, pair("utility", "cost", 0.1))}, "not one of a new pair"),
    ({"correlations": (pair("cost", "price", 0.1),)}, "'price' is correlated, but has no"),
    ({"correlations": (pair("cost", "slope", 0.1),)}, "already drawn in 'line'"),
    (
        {
            "correlations": (
                pair("cost", "utility", 0.9),
                pair("utility", "wait", 0.9),
                pair("cost", "wait", -0.9),
            )
        },
        "'cost', 'utility', 'wait' contradict",
    ),
]


@pytest.mark.parametrize(("changed", "message"), REFUSED, ids=[row[1] for row in REFUSED])
def test_impossible_requests_are_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(FieldError) as caught:
        drawn(**changed)
    assert message in caught.value.message
    assert caught.value.fix


def test_base_case_refuses_what_the_sample_refuses() -> None:
    with pytest.raises(FieldError, match="has a distribution of its own"):
        base_case(PARAMETERS, joint={"g": normal(("cost", "slope"), [[1], [0, 1]])})
