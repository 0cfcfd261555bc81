"""Many curves of the same patients: none is dropped in silence; landmarks are those of the data."""

from pathlib import Path

import numpy as np
import pytest

from equipoise.core.errors import FieldError, SeveralErrors
from equipoise.evidence.curves import SurvivalData, kaplan_meier, read_patients
from equipoise.evidence.curves.compare import compare_curves, wanted_curves
from equipoise.evidence.curves.effects import effects_of
from equipoise.evidence.curves.landmarks import (
    interval,
    landmarks,
    mean_of_steps,
    mean_until,
    profiles_of,
)

DATA = Path(__file__).resolve().parents[2] / "data" / "survival"
FEW = SurvivalData(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, False, False]))


@pytest.fixture(scope="module")
def melanoma() -> SurvivalData:
    return read_patients(DATA / "melanoma.csv")


def test_curves_come_from_the_lowest_aic_up_and_none_is_lost(melanoma):
    wanted = wanted_curves()
    told: list[float] = []
    found = compare_curves(melanoma, wanted, heard=told.append)
    aic = [one.fit.aic for one in found.fitted]
    assert aic == sorted(aic)
    assert len(found.fitted) + len(found.refused) == len(wanted) == 10
    assert told == pytest.approx(np.arange(1, 11) / 10)
    assert found.named("spline_1_hazard").wanted.knots == 1


def test_a_curve_that_the_data_do_not_tell_is_refused_with_its_reason():
    found = compare_curves(FEW, wanted_curves(["exponential", "spline"], knots=[1]))
    assert [one.wanted.key for one in found.fitted] == ["exponential"]
    assert [one.reason for one in found.refused] == [
        "the data have too few events for such a curve"
    ]
    with pytest.raises(FieldError, match="too few events"):
        found.named("spline_1_hazard")


def test_a_curve_without_the_parameter_is_refused_and_a_name_of_none_is_a_mistake(melanoma):
    wanted = wanted_curves(["exponential", "weibull"])
    found = compare_curves(melanoma, wanted, moved={"shape": ["interferon"]})
    assert [one.wanted.key for one in found.refused] == ["exponential"]
    with pytest.raises(FieldError, match="no curve has the parameter 'shap'"):
        compare_curves(melanoma, wanted, moved={"shap": ["interferon"]})
    with pytest.raises(FieldError, match="no family 'weibul'"):
        compare_curves(melanoma, wanted_curves(["weibul"]))
    with pytest.raises((FieldError, SeveralErrors), match="no column"):
        compare_curves(melanoma, wanted, covariates=["arm"])


def test_a_ratio_of_the_same_curve_is_the_same_in_both_forms(melanoma):
    found = compare_curves(melanoma, wanted_curves(["weibull", "weibull_ph"]),
                           covariates=["interferon"])  # fmt: skip
    by_name = {one.wanted.key: effects_of(one) for one in found.fitted}
    (hazards,) = by_name["weibull_ph"]
    own = {one.kind: one for one in by_name["weibull"]}["hazard_ratio"]
    for name in ("ratio", "low", "high"):
        assert getattr(own, name) == pytest.approx(getattr(hazards, name), rel=1e-6)


@pytest.mark.parametrize(
    ("family", "kind"),
    [
        ("exponential", "hazard_ratio"), ("weibull", "hazard_ratio"),
        ("weibull", "acceleration_factor"), ("gompertz", "hazard_ratio"),
        ("gamma", "acceleration_factor"), ("lognormal", "acceleration_factor"),
        ("loglogistic", "acceleration_factor"), ("loglogistic", "odds_ratio"),
        ("generalised_gamma", "acceleration_factor"),
    ],
)  # fmt: skip
def test_an_effect_is_that_of_the_curves(melanoma, family, kind):
    found = compare_curves(melanoma, wanted_curves([family]), covariates=["interferon"])
    effect = {one.kind: one for one in effects_of(found.best)}[kind]
    fit, times = found.best.fit, np.array([0.7, 3.0])
    if kind == "hazard_ratio":
        ratio = fit.hazard(times, interferon=1.0) / fit.hazard(times, interferon=0.0)
    elif kind == "acceleration_factor":
        treated = fit.survival(times * effect.ratio, interferon=1.0)
        ratio = effect.ratio * treated / fit.survival(times, interferon=0.0)
    else:
        shares = [fit.survival(times, interferon=one) for one in (1.0, 0.0)]
        odds = [(1.0 - share) / share for share in shares]
        ratio = odds[0] / odds[1]
    np.testing.assert_allclose(ratio, effect.ratio, rtol=1e-9)
    assert effect.low < effect.ratio < effect.high


def test_an_effect_that_changes_with_time_has_no_ratio(melanoma):
    found = compare_curves(melanoma, wanted_curves(["weibull"]), covariates=["interferon"],
                           moved={"shape": ["interferon"]})  # fmt: skip
    assert effects_of(found.best) == ()


def test_the_odds_of_cure(melanoma):
    found = compare_curves(melanoma, wanted_curves(["weibull"], cure="mixture"),
                           covariates=["interferon"])  # fmt: skip
    (effect,) = effects_of(found.best)
    cured = [found.best.fit.parameters(interferon=one)["cured"] for one in (0.0, 1.0)]
    odds = [share / (1.0 - share) for share in cured]
    assert effect.kind == "cure_odds_ratio"
    assert effect.ratio == pytest.approx(odds[1] / odds[0])


def test_the_interval_of_kaplan_meier_is_that_of_r():
    """survfit(Surv(time, event) ~ 1, data = colon, conf.type = "log-log") of survival 3.5-3."""
    data = read_patients(DATA / "colon.csv")
    curve = kaplan_meier(data)
    low, high = interval(curve, np.array([1.0, 5.0]))
    assert curve.at(np.array([1.0, 5.0])) == pytest.approx(
        [0.916038751346, 0.564417396619], abs=5e-10
    )
    assert low == pytest.approx([0.896286871273, 0.531844046954], abs=5e-10)
    assert high == pytest.approx([0.932171908418, 0.595642968612], abs=5e-10)


def test_means_within_the_follow_up(melanoma):
    curve = kaplan_meier(melanoma)
    end = float(melanoma.time.max())
    assert mean_of_steps(curve, end) == pytest.approx(3.65333434948, abs=5e-9)
    assert mean_until(lambda t: np.exp(-((t / 3.0) ** 0.3)), 10.0) == pytest.approx(
        3.44113676452, rel=1e-6
    )


def test_landmarks_lie_within_the_follow_up():
    assert landmarks(2.0, "month") == (0.1, 0.2, 0.5, 1.0, 2.0)
    assert landmarks(999.0, "day") == (90.0, 180.0, 365.0, 730.0)
    assert landmarks(9.6)[-1] == 5.0


def test_kinds_of_patients(melanoma):
    both = profiles_of(melanoma, ["interferon", "female"])
    assert [one.label for one in both] == [
        "interferon 0, female 0", "interferon 0, female 1",
        "interferon 1, female 0", "interferon 1, female 1",
    ]  # fmt: skip
    assert sum(one.data.patients for one in both) == melanoma.patients


def test_many_kinds_of_patients_are_averaged():
    data = read_patients(DATA / "veteran.csv")
    found = compare_curves(data, wanted_curves(["weibull"]), covariates=["karnofsky"])
    (average,) = profiles_of(data, ["karnofsky"])
    assert average.is_average
    fit, times = found.best.fit, np.array([30.0, 200.0])
    own = [fit.survival(times, karnofsky=one) for one in data.columns["karnofsky"].tolist()]
    np.testing.assert_allclose(average.survival(fit, times), np.mean(own, axis=0), rtol=1e-12)
    step = 1e-4
    shares = average.survival(fit, np.array([30.0 - step, 30.0, 30.0 + step]))
    slope = (shares[0] - shares[2]) / (2.0 * step)
    assert average.hazard(fit, np.array([30.0]))[0] == pytest.approx(slope / shares[1], rel=1e-6)
