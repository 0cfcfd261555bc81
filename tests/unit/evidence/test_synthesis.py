"""Random effects as R's metafor has them; a register heard in closed form."""

from datetime import date

import numpy as np
import pytest

from equipoise.core.errors import FieldError
from equipoise.evidence import Estimate, pooled, updated_mean, updated_rate, updated_share
from equipoise.spec.distribution import parse_distribution

DAY = date(2026, 11, 28)

# Thirteen trials of BCG against tuberculosis: vaccinated with and without, others with and without.
# Colditz et al. (1994), JAMA 271(9):698-702, https://doi.org/10.1001/jama.1994.03510330076038.
BCG = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
    (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892),
    (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]  # fmt: skip


def trials() -> list[Estimate]:
    found = []
    for number, (a, b, c, d) in enumerate(BCG):
        error = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
        ratio = np.log(a / (a + b)) - np.log(c / (c + d))
        found.append(Estimate(f"trial {number + 1}", float(ratio), float(error), "Colditz", DAY))
    return found


# rma(yi, vi, method=...) and test="knha" of metafor 3.8-1: mean, its error, variance between, I2,
# prediction; then by Hartung and Knapp the error, the interval and the prediction.
METAFOR = {
    "dersimonian_laird": (
        (-0.714117222073, 0.178742089535, 0.308760262862, 0.921173468546),
        (-1.85815375273, 0.429919308586),
        (0.180696628336, -1.10782135417, -0.320413089978, -1.98720696343, 0.558972519284),
    ),
    "reml": (
        (-0.714532342158, 0.179781516105, 0.313243258136, 0.922213845213),
        (-1.8666922179, 0.437627533587),
        (0.180791744093, -1.10844371369, -0.320620970631, -1.9960168342, 0.56695214988),
    ),
    "paule_mandel": (
        (-0.714968153493, 0.180892191538, 0.318068452205, 0.923303379542),
        (-1.87580708248, 0.445870775497),
        (0.180892191538, -1.1090983812, -0.320837925785, -2.00542592293, 0.575489615941),
    ),
}


@pytest.mark.parametrize("method", METAFOR)
def test_random_effects_are_those_of_metafor(method: str) -> None:
    plain, prediction, adjusted = METAFOR[method]
    found = pooled(trials(), method=method, hartung_knapp=False)
    assert found.heterogeneity == pytest.approx(152.233008082, rel=1e-9)
    seen = (found.mean, found.standard_error, found.between, found.inconsistency)
    assert seen == pytest.approx(plain, rel=1e-6)
    assert found.prediction == pytest.approx(prediction, rel=1e-6)
    careful = pooled(trials(), method=method)
    seen = (careful.standard_error, *careful.interval, *careful.prediction)
    assert seen == pytest.approx(adjusted, rel=1e-6)


def test_effects_go_into_a_model() -> None:
    found = pooled(trials())
    here = found.distribution(is_ratio=True)
    there = found.distribution(is_ratio=True, elsewhere=True)
    assert here.arguments["log_mean"] == there.arguments["log_mean"] == found.mean
    low, high = found.interval
    assert here.arguments["log_sd"] * 2 * 1.959963985 == pytest.approx(high - low, rel=1e-9)
    assert there.sd > here.sd


def test_studies_that_agree_have_nothing_between() -> None:
    same = [Estimate(name, 0.5, 0.1, "source", DAY) for name in "ABC"]
    for method in METAFOR:
        found = pooled(same, method=method, hartung_knapp=False)
        assert found.between == 0.0
        assert found.standard_error == pytest.approx(0.1 / np.sqrt(3))
    with pytest.raises(FieldError, match="cannot be pooled"):
        pooled(same[:1])


def test_a_register_is_heard() -> None:
    share = updated_share(parse_distribution("beta(alpha=3, beta=7)"), events=45, patients=90,
                          source="register", on=DAY)  # fmt: skip
    assert share.distribution.mean == pytest.approx(0.48)
    half = updated_share(parse_distribution("beta(alpha=3, beta=7)"), events=45, patients=90,
                         source="register", on=DAY, trust=0.0)  # fmt: skip
    assert half.distribution.mean == pytest.approx(0.3)
    rate = updated_rate(parse_distribution("gamma(shape=2, rate=10)"), events=18, exposure=90.0,
                        source="register", on=DAY)  # fmt: skip
    assert rate.distribution.mean == pytest.approx(0.2)
    assert rate.surprise > 0.5
    mean = updated_mean(parse_distribution("normal(mean=0, sd=1)"), mean=3.0, standard_error=1.0,
                        source="register", on=DAY)  # fmt: skip
    assert mean.distribution.mean == pytest.approx(1.5)
    assert mean.distribution.sd == pytest.approx(np.sqrt(0.5))
    assert mean.surprise == pytest.approx(0.0339, abs=1e-4)
    with pytest.raises(FieldError, match="cannot be"):
        updated_share(parse_distribution("beta(alpha=3, beta=7)"), events=9, patients=3,
                      source="register", on=DAY)  # fmt: skip
    with pytest.raises(FieldError, match="a gamma distribution"):
        updated_share(parse_distribution("gamma(shape=2, rate=10)"), events=1, patients=3,
                      source="register", on=DAY)  # fmt: skip
