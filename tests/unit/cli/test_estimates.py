"""`equipoise estimates` as a person meets it: what R printed becomes a part of a model."""

from pathlib import Path

import numpy as np
import pytest

import equipoise
from equipoise.cli.app import main

DATA = Path(__file__).parents[2] / "data" / "survival"
FILES = [str(DATA / "estimates-cure.csv"), str(DATA / "estimates-cure-covariance.csv")]
WORDS = ("--family", "weibull", "--cure", "mixture", "--time-unit", "year")

MODEL = """model: Melanoma without relapse
money: USD@2020
time: {start_age: 50 years, cycle: 1 year, horizon: 20 years, method: end_of_cycle}
discount: {cost: 0 %/year, health: 0 %/year}
willingness_to_pay: 50000 USD@2020/QALY
sources:
  trial: {title: "E1684", address: "https://doi.org/10.1200/JCO.1996.14.1.7", read: 2026-11-28}
strategies:
  observation: {interferon: 0}
  interferon_alfa: {interferon: 1}
states:
  free: {share: curve, utility: 1}
  relapsed: {share: rest, utility: 0}
"""


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command in an empty folder; return exit code, output and error text."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "140")
        monkeypatch.setattr("sys.argv", ["equipoise", "estimates", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capsys.readouterr()
        code = stop.value.code
        return (code if isinstance(code, int) else 0), out, err

    return call


def test_shares_have_the_interval_that_the_covariance_leaves_open(run):
    code, out, err = run(*FILES, *WORDS, "--landmark", "8")
    assert (code, err.strip()) == (0, "")
    assert "cured.interferon" in out
    assert "24.2%" in out  # 0.242314 and 0.357364 in R: estimates-cure-survival.csv
    assert "35.7%" in out
    found = equipoise.read_estimates(*FILES, "weibull", cure="mixture", time_unit="year")
    plain = found.survival([8.0]).set_index("patients").loc[""]
    # Far out all who are not cured have relapsed: the interval is that of the cured share.
    late = found.survival([1e4]).set_index("patients").loc[""]
    logit, error = -1.14813215560661, 0.202844723571375
    ends = [1 / (1 + np.exp(-(logit + sign * 1.96 * error))) for sign in (-1, 1)]
    assert [late["low"], late["high"]] == pytest.approx(ends, abs=0.012)
    assert plain["low"] < plain["survival"] < plain["high"]


def test_the_part_makes_the_curve_in_a_model(run, tmp_path):
    code, _out, _err = run(*FILES, *WORDS, "--model-yaml", "part.yaml", "--source", "trial")
    assert code == 0
    part = (tmp_path / "part.yaml").read_text(encoding="utf-8")
    model = tmp_path / "model.yaml"
    model.write_text(MODEL + part, encoding="utf-8")
    share = equipoise.run_model(model).trace()["share"].sel(state="free")
    published = equipoise.read_estimates(*FILES, "weibull", cure="mixture", time_unit="year")
    for number, strategy in enumerate(("observation", "interferon_alfa")):
        own = share.sel(strategy=strategy)
        expected = published.curve.survival(own["time"].values, interferon=float(number))
        np.testing.assert_allclose(own, expected, rtol=1e-9)


def test_all_mistakes_are_listed(run):
    code, out, err = run(*FILES, "--family", "weibul", "--time-unit", "year", "--model-yaml",
                         "part.txt")  # fmt: skip
    assert (code, out) == (2, "")
    for text in ("there is no family 'weibul'", "needs a source", "part.txt"):
        assert text in err


def test_knots_that_are_times_are_refused(run):
    spline = [str(DATA / f"estimates-spline{one}.csv") for one in ("", "-covariance")]
    knots = ("--log-knot", "0.4", "--log-knot", "2.5", "--log-knot", "31")
    code, _out, err = run(*spline, "--family", "spline", "--time-unit", "month", *knots)
    assert code == 2
    assert "a knot at 31 stands beyond any lifetime" in err
    assert "log(31) is 3.434" in err


def test_a_missing_file_hides_nothing(run):
    code, _out, err = run("none.csv", FILES[1], "--family", "weibul", "--time-unit", "yr",
                          "--landmark", "-3", "--cure", "mix")  # fmt: skip
    assert code == 2
    for told in ("none.csv:1:1", "'weibul'", "--time-unit yr", "--cure mix", "a landmark at -3",
                 "5 problems"):  # fmt: skip
        assert told in err


def test_missing_options_are_told_with_wrong_ones(run):
    code, _out, err = run(*FILES, "--cure", "mix")
    assert code == 2
    for told in ("--family is missing", "--time-unit is missing", "--cure mix", "3 problems"):
        assert told in err


def test_knots_are_of_splines_only(run):
    code, _out, err = run(*FILES, *WORDS, "--log-knot", "0.5")
    assert code == 2
    assert "the family 'weibull' has no knots" in err


def test_a_curve_that_nobody_can_have_fitted_is_told_with_the_other_family(run, tmp_path):
    """Log shape 0.3 and log scale 3.4 are those of time: as hazards all die within a day."""
    est, cov = tmp_path / "est.csv", tmp_path / "cov.csv"
    est.write_text(",est\nshape,0.3\nscale,3.4\n", encoding="utf-8")
    cov.write_text(",shape,scale\nshape,0.01,0\nscale,0,0.01\n", encoding="utf-8")
    words = (str(est), str(cov), "--time-unit", "month", "--family")
    code, out, _err = run(*words, "weibull_ph")
    assert code == 0
    assert "Caution: at all times the share is 0.0%" in out
    assert "try --family weibull, or" in out
    _code, out, _err = run(*words, "weibull")
    assert "Caution" not in out
    est.write_text(",est\nshape,0.3\nscale,-5\n", encoding="utf-8")
    _code, out, _err = run(*words, "weibull")
    assert "try --family weibull_ph" in out


def test_standard_errors_of_another_covariance_are_refused(run, tmp_path):
    est, cov = tmp_path / "est.csv", tmp_path / "cov.csv"
    est.write_text(",est,Std. Error\nshape,0.3,0.1\nscale,3.4,NA\n", encoding="utf-8")
    words = (str(est), str(cov), "--time-unit", "month", "--family", "weibull")
    cov.write_text(",shape,scale\nshape,1,0.2\nscale,0.2,1\n", encoding="utf-8")
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "est.csv:2:11: Std. Error: " in err
    assert "the standard error of 'shape' is 0.1, by the covariance 1" in err
    assert "another fit, or a matrix of correlations?" in err
    # As printed, to one digit.
    cov.write_text(",scale,shape\nscale,0.01,0\nshape,0,0.0109\n", encoding="utf-8")
    assert run(*words)[0] == 0


def test_ends_of_intervals_are_known_to_a_tenth_of_a_point(tmp_path):
    est, cov = tmp_path / "est.csv", tmp_path / "cov.csv"
    est.write_text(",est\nrate,-3\n", encoding="utf-8")
    cov.write_text(",rate\nrate,0.16\n", encoding="utf-8")
    found = equipoise.read_estimates(est, cov, "exponential", time_unit="month").survival([5, 20])
    for end, sign in (("low", 1), ("high", -1)):
        exact = np.exp(-np.exp(-3 + sign * 1.959964 * 0.4) * np.array([5, 20]))
        np.testing.assert_allclose(found[end], exact, atol=0.0003)
    est.write_text(",est\nshape,0.3\nscale,3.4\n", encoding="utf-8")
    cov.write_text(",shape,scale\nshape,0.04,0.02\nscale,0.02,0.09\n", encoding="utf-8")
    found = equipoise.read_estimates(est, cov, "weibull", time_unit="month").survival([10, 30])
    drawn = np.random.default_rng(7).multivariate_normal([0.3, 3.4], [[0.04, 0.02], [0.02, 0.09]],
                                                         size=1_000_000)  # fmt: skip
    for row, time in enumerate((10, 30)):
        shares = np.exp(-((time / np.exp(drawn[:, 1])) ** np.exp(drawn[:, 0])))
        ends = np.quantile(shares, (0.025, 0.975))
        np.testing.assert_allclose(found.loc[row, ["low", "high"]].astype(float), ends, atol=0.001)


@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
@pytest.mark.parametrize("scale", [-1.0, 1.0, 2.25, 4.0])
def test_landmarks_follow_the_curve(tmp_path, unit, scale):
    est, cov = tmp_path / "est.csv", tmp_path / "cov.csv"
    est.write_text(f",est\nshape,0.3\nscale,{scale}\n", encoding="utf-8")
    cov.write_text(",shape,scale\nshape,0.01,0\nscale,0,0.01\n", encoding="utf-8")
    found = equipoise.read_estimates(est, cov, "weibull", time_unit=unit).survival()
    assert 3 <= len(found) <= 5
    assert ((found["survival"] > 0.005) & (found["survival"] < 0.995)).all()
    assert found["survival"].between(0.35, 0.65).any()


def test_a_curve_that_does_not_fall_so_far_has_landmarks(tmp_path):
    found = equipoise.read_estimates(*FILES, "weibull", cure="mixture", time_unit="year").survival()
    assert len(found["time"].unique()) >= 3


def test_options_that_do_nothing_are_refused_all_at_once(run):
    code, out, err = run(*FILES, "--family", "weibull", "--time-unit", "year", "--cure-link",
                         "loglog", "--spline-scale", "odds", "--source", "trial")  # fmt: skip
    assert (code, out) == (2, "")
    for told in ("--cure-link: no share is cured", "--spline-scale: none of the curves is a spline",
                 "--source: no part of a model is written"):  # fmt: skip
        assert told in err
