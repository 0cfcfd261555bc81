"""Fitting survival curves: what is right whatever the data, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from equipoise.core.errors import FieldError, SeveralErrors
from equipoise.evidence.curves import (
    FAMILIES,
    FitError,
    SurvivalData,
    at_risk,
    fit_survival,
    kaplan_meier,
)
from equipoise.evidence.curves.splines import knots_of

PATIENTS = 3000
TRUTH = {
    "exponential": ({"rate": 0.2}, stats.expon(scale=5)),
    "weibull": ({"shape": 1.4, "scale": 6.0}, stats.weibull_min(1.4, scale=6)),
    "weibull_ph": ({"shape": 1.4, "scale": 6.0**-1.4}, stats.weibull_min(1.4, scale=6)),
    "gompertz": ({"shape": 0.1, "rate": 0.05}, stats.gompertz(0.5, scale=10)),
    "gamma": ({"shape": 2.0, "rate": 0.4}, stats.gamma(2, scale=2.5)),
    "lognormal": ({"log_mean": 1.5, "log_sd": 0.8}, stats.lognorm(0.8, scale=np.exp(1.5))),
    "loglogistic": ({"shape": 1.8, "scale": 4.0}, stats.fisk(1.8, scale=4)),
    "generalised_gamma": (
        {"mu": 1.5, "sigma": 0.7, "q": 0.6},
        # t = exp(mu) * (q**2 * gamma(q**-2)) ** (sigma / q)
        stats.gengamma(0.6**-2, 0.6 / 0.7, scale=np.exp(1.5) * 0.36 ** (0.7 / 0.6)),
    ),
}


def observed(family: str, *, cured: float = 0.0, seed: int = 3) -> SurvivalData:
    rng = np.random.default_rng(seed)
    when = TRUTH[family][1].rvs(PATIENTS, random_state=rng)
    when = np.where(rng.uniform(size=PATIENTS) < cured, np.inf, when)
    until = rng.uniform(2.0, 25.0, PATIENTS)
    return SurvivalData(np.minimum(when, until), when < until)


@pytest.mark.parametrize("family", FAMILIES)
def test_functions_are_those_of_scipy(family: str) -> None:
    values, law = TRUTH[family]
    parameters = tuple(np.asarray(value) for value in values.values())
    times = np.array([0.3, 2.0, 7.0, 19.0])
    passed = FAMILIES[family].cumulative_hazard(times, parameters)
    np.testing.assert_allclose(passed, -law.logsf(times), rtol=1e-9)
    expected = law.logpdf(times) - law.logsf(times)
    np.testing.assert_allclose(
        FAMILIES[family].log_hazard(times, parameters), expected, rtol=1e-8, atol=1e-9
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_what_was_drawn_is_found_again(family: str) -> None:
    found = fit_survival(observed(family), family)
    truth = np.array(list(TRUTH[family][0].values()))
    links = FAMILIES[family].parameters.values()
    pairs = zip(truth, links, strict=True)
    predictors = [np.log(value) if link == "log" else value for value, link in pairs]
    apart = (found.coefficients - predictors) / found.standard_errors
    assert np.abs(apart).max() < 3.5


@pytest.mark.parametrize("cure", ["mixture", "non_mixture"])
def test_a_cured_share_is_found_again(cure: str) -> None:
    found = fit_survival(observed("weibull", cured=0.4), "weibull", cure=cure)
    error = found.standard_errors[0] * 0.24  # of a share of 0.4 on the logistic scale
    assert found.parameters()["cured"] == pytest.approx(0.4, abs=4 * error)


def test_the_unit_of_time_changes_nothing_but_the_unit() -> None:
    data = observed("weibull")
    days = SurvivalData(data.time * 365.25, data.event)
    years, in_days = (fit_survival(one, "weibull").parameters() for one in (data, days))
    assert in_days["shape"] == pytest.approx(years["shape"], rel=1e-6)
    assert in_days["scale"] == pytest.approx(years["scale"] * 365.25, rel=1e-6)


def test_weights_are_patients_and_late_entry_at_0_is_none() -> None:
    data = observed("gamma").where(np.arange(PATIENTS) < 200)
    twice = SurvivalData(np.repeat(data.time, 2), np.repeat(data.event, 2))
    weighted = SurvivalData(data.time, data.event, weight=np.full(data.time.size, 2.0))
    at_0 = SurvivalData(data.time, data.event, entry=np.zeros(data.time.size))
    found = [fit_survival(one, "gamma") for one in (data, twice, weighted, at_0)]
    for one in found[1:]:
        assert one.coefficients == pytest.approx(found[0].coefficients, rel=1e-5)
    assert found[1].log_likelihood == pytest.approx(found[2].log_likelihood, rel=1e-9)


@pytest.mark.parametrize(
    ("family", "words"),
    [("spline", {"knots": 2}), ("generalised_gamma", {}), ("weibull", {"cure": "mixture"})],
)
def test_who_stands_for_three_is_three(family: str, words: dict[str, object]) -> None:
    data = observed("weibull", cured=0.3).where(np.arange(PATIENTS) < 150)
    counts = np.random.default_rng(5).integers(1, 4, 150)
    weighted = replace(data, weight=counts.astype(float))
    repeated = data.where(np.repeat(np.arange(150), counts))
    found, same = (fit_survival(one, family, **words) for one in (weighted, repeated))  # type: ignore[arg-type]
    assert found.coefficients == pytest.approx(same.coefficients, abs=1e-6)
    assert found.log_likelihood == pytest.approx(same.log_likelihood, abs=1e-8)
    assert found.standard_errors == pytest.approx(same.standard_errors, rel=1e-5)
    assert found.bic == pytest.approx(same.bic, abs=1e-7)


def all_but_followed_to_the_end() -> SurvivalData:
    when = stats.weibull_min(1.4, scale=6.0).rvs(300, random_state=np.random.default_rng(1))
    return SurvivalData(np.minimum(when, 20.0), when < 20.0)


def test_a_small_cured_share_is_found_by_every_link() -> None:
    """Where the share is all but 0 the likelihood is flat, and a search that strays there ends."""
    data = all_but_followed_to_the_end()
    links = ("identity", "logistic", "loglog")
    found = [fit_survival(data, "weibull", cure="mixture", cure_link=link) for link in links]
    for one in found:
        assert one.parameters()["cured"] == pytest.approx(0.0033768, abs=1e-6)
        assert one.log_likelihood == pytest.approx(found[0].log_likelihood, abs=1e-8)


@pytest.mark.parametrize("link", ["logistic", "loglog"])
def test_a_cured_share_is_refused_by_what_it_could_be(link: str) -> None:
    """Not by the constant, which is that of patients born in the year 0."""
    data = observed("weibull", cured=0.4).where(np.arange(PATIENTS) < 400)
    born = np.random.default_rng(2).uniform(1930.0, 1990.0, 400)
    data = replace(data, columns={"born": born})
    found = fit_survival(data, "weibull", cure="mixture", cure_link=link, covariates=["born"])
    assert found.standard_errors[0] > 3
    nobody_cured = all_but_followed_to_the_end()
    with pytest.raises(FitError, match="do not tell the cured share"):
        fit_survival(nobody_cured, "weibull", cure="non_mixture", cure_link=link)


def test_knots_by_weights_are_those_of_repeated_times() -> None:
    times = np.array([3.0, 1.0, 7.0, 2.0])
    weight = np.array([2.0, 1.0, 3.0, 4.0])
    repeated = np.repeat(times, weight.astype(int))
    for inner in range(5):
        expected = np.quantile(np.log(repeated), np.linspace(0.0, 1.0, inner + 2))
        np.testing.assert_allclose(knots_of(times, inner, weight=weight), expected)
        small = knots_of(times, inner, weight=np.full(4, 0.01))  # weights that sum to less than 1
        np.testing.assert_allclose(small, knots_of(times, inner))


def test_the_steps_of_a_search_fit_the_unit_of_time() -> None:
    """A Gompertz shape is per time: by days it is small, and so are the steps that it allows."""
    data = observed("gompertz").where(np.arange(PATIENTS) < 300)
    days = SurvivalData(data.time * 365.25, data.event)
    years, in_days = fit_survival(data, "gompertz"), fit_survival(days, "gompertz")
    assert in_days.coefficients[0] * 365.25 == pytest.approx(years.coefficients[0], rel=1e-6)
    errors = in_days.standard_errors * [365.25, 1.0]
    assert errors == pytest.approx(years.standard_errors, rel=1e-5)


def test_kaplan_meier_by_hand() -> None:
    """Two enter late; the ties of an event and a censored time are at risk together."""
    data = SurvivalData(
        np.array([2.0, 3.0, 3.0, 5.0, 6.0]), np.array([True, True, False, False, True]),
        entry=np.array([0.0, 0.0, 0.0, 2.5, 0.0]),
    )  # fmt: skip
    found = kaplan_meier(data)
    assert found.time.tolist() == [2, 3, 6]
    assert found.at_risk.tolist() == [4, 4, 1]
    np.testing.assert_allclose(found.survival, [3 / 4, 9 / 16, 0])
    greenwood = np.sqrt(1 / 12 + 1 / 12) * 9 / 16
    np.testing.assert_allclose(found.standard_error, [np.sqrt(1 / 12) * 3 / 4, greenwood, 0])
    np.testing.assert_allclose(found.at(np.array([0.0, 2.0, 5.9, 7.0])), [1, 0.75, 9 / 16, 0])
    assert at_risk(data, np.array([0.0, 2.6, 5.0])).tolist() == [4, 4, 2]


def test_what_is_wrong_is_said() -> None:
    good = np.array([1.0, 2.0])
    with pytest.raises(FieldError, match="patient 2 is followed until 0"):
        SurvivalData(np.array([1.0, 0.0]), good > 0)
    with pytest.raises(FieldError, match="'weight' has 1 entries, there are 2 patients"):
        SurvivalData(good, good > 0, weight=np.ones(1))
    data = SurvivalData(good, good > 0, columns={"sex": np.array(["f", "m"])})
    with pytest.raises(FieldError, match="no column 'age'"):
        fit_survival(data, "weibull", covariates=["age"])
    with pytest.raises(FieldError, match="no parameter 'mu'"):
        fit_survival(data, "weibull", covariates={"mu": ["sex"]})


def test_names_that_are_none_are_said_at_once() -> None:
    data = SurvivalData(np.array([1.0, 2.0]), np.array([True, False]))
    with pytest.raises(SeveralErrors) as caught:
        fit_survival(data, "weibul", cure="mixtur", cure_link="log", knots=-1, spline_scale="odd")  # type: ignore[arg-type]
    message = str(caught.value)
    for words in ("did you mean 'weibull'?", "did you mean 'mixture'?", "no link 'log'", "-1 knots",
                  "did you mean 'odds'?"):  # fmt: skip
        assert words in message
    with pytest.raises(FieldError, match="too few events"):
        fit_survival(SurvivalData(np.ones(3), np.zeros(3) > 0), "weibull")
    with pytest.raises(FieldError, match="too few events"):
        fit_survival(data, "spline")


def test_another_level_is_not_the_first_one() -> None:
    data = observed("weibull").where(np.arange(PATIENTS) < 200)
    group = np.where(np.arange(200) % 2 == 0, "old", "young")
    data = SurvivalData(data.time, data.event, columns={"group": group})
    found = fit_survival(data, "weibull", covariates=["group"])
    assert found.parameters(group="old") != found.parameters(group="young")
    with pytest.raises(FieldError, match="no level 'yuong'") as caught:
        found.survival(np.array([1.0]), group="yuong")
    assert "did you mean 'young'?" in str(caught.value.fix)
    with pytest.raises(FieldError, match="the curve depends on 'group'"):
        found.parameters()
    with pytest.raises(SeveralErrors, match="does not depend on 'age'"):
        found.parameters(age=3)
