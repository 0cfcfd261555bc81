"""Curves with a cured share, fitted to 686 women with breast cancer, as Stata and R print them.

Stata's figures are those that the tests of flexsurvcure hold it to,
https://github.com/jrdnmdhl/flexsurvcure (tests/testthat/test_match_stata.R); those by group are of
its vignette, https://stat.ethz.ch/CRAN/web/packages/flexsurvcure/vignettes/flexsurvcure.html; those
of splines and of late entry are of the tests of flexsurv, https://github.com/chjackson/flexsurv.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from equipoise.evidence.curves import FitError, SurvivalData, fit_survival

FILE = Path(__file__).parents[1] / "data" / "survival" / "breast-cancer.csv"


def women(
    *, unit: float = 1.0, after: float = 0.0, background: float | None = None
) -> SurvivalData:
    with FILE.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if float(row["days"]) / unit > after]
    time = np.array([float(row["days"]) for row in rows]) / unit
    group = np.array([row["group"] for row in rows])
    return SurvivalData(
        time, np.array([row["recurred"] == "1" for row in rows]),
        background=None if background is None else np.full(time.size, background),
        columns={"group": group, "good": (group == "Good").astype(float)},
    )  # fmt: skip


def test_the_data_are_those_of_the_articles() -> None:
    data = women()
    assert data.time.size == 686
    assert data.events == 299
    assert data.exposure == 771_400


STATA = {
    # cured share on the scale of its link, then ln shape and ln rate, or mean and ln sd
    ("weibull_ph", "mixture", "logistic"): (-0.4731367, 0.448163, -11.10519),
    ("weibull_ph", "mixture", "identity"): (0.3838745, 0.4481635, -11.10519),
    ("lognormal", "mixture", "loglog"): (0.2484884, 6.982434, -0.0933944),
    ("lognormal", "mixture", "identity"): (0.2774585, 6.982433, -0.093395),
    ("weibull_ph", "non_mixture", "logistic"): (-0.5151878, 0.5110451, -12.16467),
    ("weibull_ph", "non_mixture", "loglog"): (-0.0165781, 0.5110431, -12.16465),
}
STATA_ERRORS = {
    ("weibull_ph", "mixture", "logistic"): (0.1641441, 0.0576425, 0.5901206),
    ("weibull_ph", "mixture", "identity"): (0.0388224, 0.0576427, 0.5901226),
    ("lognormal", "mixture", "loglog"): (0.1977661, 0.1304159, 0.0800745),
    ("lognormal", "mixture", "identity"): (0.0703503, 0.1304159, 0.0800746),
    ("weibull_ph", "non_mixture", "logistic"): (0.1806544, 0.0585201, 0.6119363),
}


@pytest.mark.parametrize("which", STATA, ids=" ".join)
def test_stata_prints_the_same_estimates(which: tuple[str, str, str]) -> None:
    family, cure, link = which
    found = fit_survival(women(), family, cure=cure, cure_link=link)
    assert found.coefficients == pytest.approx(STATA[which], abs=2e-5)
    if which in STATA_ERRORS:
        assert found.standard_errors == pytest.approx(STATA_ERRORS[which], rel=2e-4)


def test_a_covariate_of_the_cured_share() -> None:
    """With Stata's loglog link, more is worse."""
    found = fit_survival(
        women(), "weibull_ph", cure="mixture", cure_link="loglog", covariates=["good"]
    )
    assert found.coefficients == pytest.approx(
        (0.360375, -1.304919, 0.4434316, -11.05986), abs=2e-5
    )
    assert found.standard_errors[1] == pytest.approx(0.1775218, rel=2e-4)


def test_background_mortality_is_no_recurrence() -> None:
    data = women(unit=365, background=0.001)
    found = fit_survival(data, "weibull_ph", cure="mixture")
    assert found.coefficients == pytest.approx((-0.4589729, 0.4501334, -1.871874), abs=2e-5)


def test_the_vignette_by_group() -> None:
    found = fit_survival(women(), "weibull_ph", cure="mixture", covariates=["group"])
    assert found.log_likelihood == pytest.approx(-2580.012, abs=1e-3)
    assert found.aic == pytest.approx(5170.025, abs=1e-3)
    good = found.parameters(group="Good")
    assert good["cured"] == pytest.approx(0.673, abs=5e-4)
    assert good["shape"] == pytest.approx(1.55, abs=5e-3)
    assert good["scale"] == pytest.approx(1.61e-5, rel=5e-3)
    named = dict(zip(found.design.names, found.coefficients, strict=True))
    assert named["cured.group=Medium"] == pytest.approx(-1.23, abs=5e-3)
    assert named["cured.group=Poor"] == pytest.approx(-3.48, abs=5e-3)
    printed = {  # the printed fit stopped slightly before the highest likelihood
        "Good": (0.83251996, 0.71313032, 0.67959584),
        "Medium": (0.68057306, 0.45286672, 0.38890796),
        "Poor": (0.51803653, 0.17446456, 0.07796116),
    }
    for group, expected in printed.items():
        shares = found.survival(np.array([1000.0, 2000.0, 3000.0]), group=group)
        assert shares == pytest.approx(expected, abs=5e-5)


def test_the_vignette_without_a_mixture() -> None:
    found = fit_survival(
        women(), "weibull_ph", cure="non_mixture", cure_link="loglog", covariates=["group"]
    )
    assert found.log_likelihood == pytest.approx(-2567.8, abs=1e-3)
    assert found.aic == pytest.approx(5145.6, abs=1e-3)
    assert found.coefficients[1:3] == pytest.approx((0.835, 1.63), abs=5e-3)
    assert found.parameters(group="Good")["cured"] == pytest.approx(0.635, abs=5e-4)


def test_splines_and_late_entry() -> None:
    data = women(unit=365)
    assert fit_survival(data, "spline", knots=0).log_likelihood == pytest.approx(
        -873.207054864145, abs=1e-9
    )
    late = women(unit=365, after=2.0)
    late = SurvivalData(late.time, late.event, entry=np.full(late.time.size, 1.9))
    found = fit_survival(late, "weibull")
    assert found.log_likelihood == pytest.approx(-400.3556493114977, abs=1e-9)
    # Stata's knots stand elsewhere; R's own test is as near, within 0.01.
    two = fit_survival(data, "spline", knots=2)
    logs = float(np.log(data.time[data.event]).sum())
    assert two.log_likelihood + logs == pytest.approx(-674.75128, abs=0.01)


def test_what_the_data_do_not_tell_is_refused() -> None:
    """The hazard rises at first, so that a constant one finds no cured share at all."""
    with pytest.raises(FitError, match="the data do not tell"):
        fit_survival(women(), "exponential", cure="mixture")
    found = fit_survival(women(), "exponential", cure="mixture", at_any_rate=True)
    assert found.doubts
    assert found.parameters()["cured"] < 1e-3
