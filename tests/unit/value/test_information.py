"""The value of knowing, against closed forms: V28 of the catalogue.

Two decisions with net benefits 0 and k p1 - p2, where p1 is normal(1, 1) and p2 normal(0, 2):
https://github.com/chjackson/voi, vignettes/voi.Rmd (EVPI and EVPPI of p1 and p2 exact).
"""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm, qmc
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import SplineTransformer

from equipoise.value import expected_perfect_information, value_of_information, weak_share
from equipoise.value.information import partial_information

DRAWS = 8192
EXACT = {  # k: (EVPI, EVPPI of p1, EVPPI of p2), the last by the same formula for k of 2 and 3
    1: (0.4798107063, 0.0833154706, 0.3955931148),
    2: (0.3992824567, 0.1666309412, None),
    3: (0.409463416, 0.2499464118, None),
}


@pytest.fixture(scope="module")
def inputs() -> xr.Dataset:
    uniform = qmc.Sobol(3, seed=4).random(DRAWS)
    columns = norm.ppf(uniform) * [1, 2, 1] + [1, 0, 0]
    names = ("p1", "p2", "irrelevant")
    return xr.Dataset(
        {name: ("draw", column) for name, column in zip(names, columns.T, strict=True)}
    )


@pytest.mark.parametrize("k", EXACT)
def test_it_agrees_with_the_closed_form(inputs: xr.Dataset, k: int) -> None:
    perfect, *partial = EXACT[k]
    benefit = k * inputs["p1"] - inputs["p2"]
    both = xr.concat([xr.zeros_like(benefit), benefit], dim="strategy")
    assert float(expected_perfect_information(both)) == pytest.approx(perfect, rel=0.01)
    found = value_of_information(benefit, inputs)
    for name, exact in zip(("p1", "p2"), partial, strict=True):
        if exact is not None:
            value, error = (
                float(found[v].sel(parameter=name)) for v in ("evppi", "evppi_standard_error")
            )
            assert value == pytest.approx(exact, rel=0.05)
            assert abs(value - exact) <= 3 * error


def test_what_changes_nothing_is_worth_nothing_and_no_part_is_worth_more_than_all(
    inputs: xr.Dataset,
) -> None:
    benefit = inputs["p1"] - inputs["p2"]
    found = value_of_information(benefit, inputs)
    error = found["evppi_standard_error"]
    assert float(found["evppi"].sel(parameter="irrelevant")) <= 3 * float(error[2]) + 1e-3
    assert (found["evppi"] - 3 * error <= EXACT[1][0]).all()
    columns = np.stack([inputs["p1"].values, inputs["p2"].values], axis=1)
    assert partial_information(benefit.values, columns)[0] == pytest.approx(EXACT[1][0], rel=0.02)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e12])
def test_it_scales_with_the_money(inputs: xr.Dataset, unit: float) -> None:
    benefit = (inputs["p1"] - inputs["p2"]).values
    column = inputs["p2"].values[:, None]
    small, big = partial_information(benefit, column), partial_information(benefit * unit, column)
    assert big == pytest.approx([value * unit for value in small])


@pytest.mark.parametrize("often", [0.5, 0.1])
def test_a_switch_is_worth_what_deciding_by_it_brings(often: float) -> None:
    """An input with two values: the benefit is +1 or -1 on average; by hand."""
    draws = 4000
    on = (np.arange(draws) < often * draws).astype(float)
    noise = norm.ppf((np.argsort(np.random.default_rng(1).random(draws)) + 0.5) / draws)
    benefit = 2 * on - 1 + noise
    exact = often - max(0.0, 2 * often - 1)
    value, error = partial_information(benefit, on[:, None])
    assert value == pytest.approx(exact, rel=0.05)
    assert abs(value - exact) <= 3 * error


def test_a_bend_in_the_response_is_seen() -> None:
    """The benefit is x squared less 1, x normal: decide to treat where |x| is above 1."""
    x = norm.ppf((np.arange(DRAWS) + 0.5) / DRAWS)
    exact = 2 * norm.pdf(1)  # E[(x^2 - 1)+], and E[x^2 - 1] is 0
    assert partial_information(x**2 - 1, x[:, None])[0] == pytest.approx(exact, rel=0.05)


@pytest.mark.parametrize(("mean", "noise"), [(0.2, 1.0), (1.0, 0.3)])
def test_the_standard_error_is_the_spread_of_the_estimate_over_repeated_samples(
    mean: float, noise: float
) -> None:
    """Samples of 200 draws that differ by the noise around the same response alone.

    With the first the error of the mean counts most, with the second that of the response.
    """
    x = norm.ppf((np.arange(200) + 0.5) / 200)
    samples = mean + x + noise * np.random.default_rng(3).standard_normal((60, 200))
    values, errors = np.array([partial_information(one, x[:, None]) for one in samples]).T
    assert errors.mean() == pytest.approx(values.std(), rel=0.25)


def test_certainty_has_no_value() -> None:
    column = np.linspace(0, 1, 50)[:, None]
    assert partial_information(np.full(50, 3.0), column) == (0.0, 0.0)
    assert partial_information(np.linspace(-1, 1, 50), np.ones((50, 1))) == (0.0, 0.0)


def test_the_share_that_rests_on_assumption(inputs: xr.Dataset) -> None:
    """Variances are 1 and 4, and the worth of p2 alone is known."""
    status = {"p1": "read", "p2": "assumption", "irrelevant": "assumption"}
    benefit = inputs["p1"] - inputs["p2"]
    found = weak_share(benefit, inputs, status, weak=("assumption",))
    assert found.variance == pytest.approx(4 / 5, abs=0.01)
    assert found.information == pytest.approx(0.3955931148 / 0.4798107063, rel=0.05)
    none = weak_share(benefit, inputs, dict.fromkeys(status, "read"), weak=("assumption",))
    assert (none.variance, none.information) == (0.0, 0.0)
    assert none.evpi == pytest.approx(0.4798107063, rel=0.01)


def test_if_all_rests_on_assumption_so_does_the_whole_value_of_information(
    inputs: xr.Dataset,
) -> None:
    """What each input brings alone (0.08 and 0.40) is less than what both bring (0.48)."""
    status = dict.fromkeys(("p1", "p2", "irrelevant"), "assumption")
    benefit = inputs["p1"] - inputs["p2"]
    found = weak_share(benefit, inputs, status, weak=("assumption",))
    assert found.evppi == pytest.approx(0.4798107063, rel=0.02)
    assert found.information == pytest.approx(1.0, abs=0.02)
    assert found.variance == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("draws", [40, 250, 2000])
def test_chance_explains_nothing(draws: int) -> None:
    """Twenty inputs that do nothing once explained all of the result with few draws."""
    rng = np.random.default_rng(5)
    names = [f"x{k}" for k in range(20)]
    inputs = xr.Dataset({name: ("draw", rng.standard_normal(draws)) for name in names})
    benefit = xr.DataArray(rng.standard_normal(draws), dims="draw")
    found = weak_share(benefit, inputs, dict.fromkeys(names, "assumption"), weak=("assumption",))
    # Five draws for each of an input's seven terms, however few there are now.
    assert found.draws_needed == 5 * 7 * 20
    if draws < found.draws_needed:
        assert (found.variance, found.information, found.evppi) == (None, None, None)
    else:
        assert found.variance is not None
        assert found.variance < 0.05


PENALTIES = np.logspace(-3, 4, 15)


def peers_terms(columns: np.ndarray) -> np.ndarray:
    """The same basis from scikit-learn, centred."""
    spline = SplineTransformer(n_knots=6, degree=3, knots="quantile", include_bias=False)
    terms = spline.fit_transform(columns)
    return terms - terms.mean(axis=0)


def gain(conditional: np.ndarray) -> np.ndarray:
    return np.maximum(conditional, 0).mean(axis=-1) - np.maximum(conditional.mean(axis=-1), 0)


def peers_information(benefit: np.ndarray, columns: np.ndarray) -> tuple[float, float]:
    """The value of knowing and its standard error from scikit-learn's fit, step by step."""
    spread, terms = benefit.std(), peers_terms(columns)
    mean, target = benefit.mean() / spread, (benefit - benefit.mean()) / spread
    fit = RidgeCV(alphas=PENALTIES, fit_intercept=False).fit(terms, target)
    fitted = terms @ fit.coef_
    moments = terms.T @ terms
    precision = moments + fit.alpha_ * np.eye(len(moments))
    freedom = np.trace(np.linalg.solve(precision, moments))
    scale = np.sqrt(((target - fitted) ** 2).sum() / (target.size - freedom - 1))
    luck = np.random.default_rng(0).standard_normal((len(moments), 200))
    of_mean = np.random.default_rng(1).standard_normal(200) / np.sqrt(target.size)
    moves = terms @ np.linalg.cholesky(np.linalg.inv(precision)) @ luck
    simulated = mean + fitted[:, None] + scale * (moves + of_mean)
    return gain(mean + fitted) * spread, gain(simulated.T).std() * spread


SHAPES = {
    "normal": lambda z: z,
    "skewed": lambda z: 1e9 + 1e6 * np.exp(2 * z),
    "a switch": lambda z: (z > 0.2).astype(float),
    "three values": lambda z: np.digitize(z, [-0.5, 1.0]).astype(float),
    "often its lowest value": lambda z: np.maximum(z, 0.0),
    "often its highest value": lambda z: np.minimum(z, 0.0),
    "often one value between": lambda z: np.sign(z) * np.maximum(np.abs(z) - 0.6, 0.0),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("draws", [60, 2000])
@pytest.mark.parametrize("noise", [0.01, 1.0, 100.0])
def test_one_input_agrees_with_scikit_learn(shape: str, draws: int, noise: float) -> None:
    """With much noise the largest penalty is best, with little the smallest."""
    rng = np.random.default_rng(draws)
    z, luck = rng.standard_normal((2, draws))
    benefit = 1e6 * (np.sin(2 * z) + 0.1 + noise * luck)
    column = SHAPES[shape](z)[:, None]
    expected = peers_information(benefit, column)
    assert partial_information(benefit, column) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("weak", [3, 30])
def test_many_inputs_agree_with_scikit_learn(weak: int) -> None:
    z = np.random.default_rng(weak).standard_normal((2000, weak + 1))
    benefit = np.sin(z).sum(axis=1) + 0.3
    names = [f"x{k}" for k in range(weak)]
    inputs = xr.Dataset({name: ("draw", z[:, k]) for k, name in enumerate(names)})
    status = dict.fromkeys(names, "assumption")
    found = weak_share(xr.DataArray(benefit, dims="draw"), inputs, status, weak=("assumption",))
    columns = z[:, :weak]
    fit = RidgeCV(alphas=PENALTIES).fit(peers_terms(columns), benefit / benefit.std())
    assert found.variance == pytest.approx(1 + fit.best_score_, rel=1e-10)
    assert found.evppi == pytest.approx(peers_information(benefit, columns)[0], rel=1e-9)
