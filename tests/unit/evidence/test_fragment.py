"""A fitted curve as part of a model file: the model loads, runs, and its curve is the fit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import equipoise
from equipoise.core.errors import FieldError, SeveralErrors
from equipoise.evidence.curves import read_patients
from equipoise.evidence.curves.compare import Wanted, compare_curves
from equipoise.evidence.curves.fragment import Placed, Placing, model_fragment

DATA = Path(__file__).resolve().parents[2] / "data" / "survival"
HEAD = """\
model: A curve
money: EUR@2025
time: {{start_age: 40 years, cycle: {cycle}, horizon: {horizon}, method: none}}
discount: {{cost: 0 %/year, health: 0 %/year}}
willingness_to_pay: 1 EUR@2025/QALY
strategies:
  usual: {{interferon: 0, cell_smallcell: 0, cell_adeno: 0, cell_large: 0}}
  other: {{interferon: 1, cell_smallcell: 1, cell_adeno: 0, cell_large: 0}}
sources:
  trial: {{title: A trial, address: "https://doi.org/10.1200/JCO.1996.14.1.7", read: 2026-11-28}}
states:
  well: {{share: os, utility: 1}}
  dead: {{share: rest}}
"""
WANTED = [
    *(Wanted(name) for name in ("exponential", "weibull", "weibull_ph", "gompertz", "gamma",
                                "lognormal", "loglogistic", "generalised_gamma")),
    *(Wanted("spline", knots=2, scale=scale) for scale in ("hazard", "odds", "normal")),
    *(Wanted("weibull", cure=cure) for cure in ("mixture", "non_mixture")),
    Wanted("weibull", cure="non_mixture", cure_link="loglog"),
]  # fmt: skip


def model_of(folder: Path, text: str, *, cycle: str, horizon: str) -> Path:
    path = folder / "model.yaml"
    path.write_text(HEAD.format(cycle=cycle, horizon=horizon) + text, encoding="utf-8")
    return path


def shares(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return times, and who is well by strategy."""
    trace = equipoise.run_model(path).trace()
    well = trace["share"].sel(state="well")
    return well["time"].values, well.transpose("strategy", ...).values


def drawn_values(path: Path, draws: int) -> dict[str, np.ndarray]:
    """Return the parameters of many draws."""
    inputs = equipoise.run_model(path, draws=draws).inputs
    assert inputs is not None
    return {str(name): inputs[name].values for name in inputs.data_vars}


@pytest.mark.parametrize("wanted", WANTED, ids=lambda one: f"{one.key}-{one.cure_link}")
def test_the_curve_of_the_model_is_the_fit(tmp_path, wanted):
    data = read_patients(DATA / "melanoma.csv")
    fit = compare_curves(data, [wanted], covariates=["interferon"]).best.fit
    text = model_fragment(
        [Placed(fit, wanted, Placing("os", "year", "trial"))], notes=["Of a trial"]
    )
    times, found = shares(model_of(tmp_path, text, cycle="6 months", horizon="40 years"))
    for row, interferon in zip(found, (0.0, 1.0), strict=True):
        np.testing.assert_allclose(row, fit.survival(times, interferon=interferon), rtol=2e-8)


@pytest.mark.parametrize("family", ["exponential", "gompertz", "lognormal", "weibull_ph", "gamma",
                                    "generalised_gamma", "spline"])  # fmt: skip
def test_days_become_years(tmp_path, family):
    data = read_patients(DATA / "veteran.csv")
    wanted = Wanted(family, knots=1)
    fit = compare_curves(data, [wanted], covariates=["cell"]).best.fit
    text = model_fragment([Placed(fit, wanted, Placing("os", "day", "trial"))])
    assert "cell_smallcell" in text
    times, found = shares(model_of(tmp_path, text, cycle="1 week", horizon="2 years"))
    for row, cell in zip(found, ("squamous", "smallcell"), strict=True):
        np.testing.assert_allclose(
            row, fit.survival(times * 365.25, cell=cell), rtol=1e-7, atol=1e-12
        )


def test_draws_have_the_covariance_of_the_fit(tmp_path):
    data = read_patients(DATA / "melanoma.csv")
    wanted = Wanted("weibull", cure="mixture")
    fit = compare_curves(data, [wanted], covariates=["interferon"]).best.fit
    text = model_fragment([Placed(fit, wanted, Placing("os", "year", "trial"))])
    path = model_of(tmp_path, text, cycle="1 year", horizon="5 years")
    drawn = drawn_values(path, 20_000)
    assert list(drawn) == ["os_logit_cured", "os_logit_cured_interferon", "os_log_shape",
                           "os_log_scale"]  # fmt: skip
    sample = np.stack(list(drawn.values()))
    scale = fit.standard_errors
    np.testing.assert_allclose((sample.mean(axis=1) - fit.coefficients) / scale, 0.0, atol=0.03)
    np.testing.assert_allclose(
        np.cov(sample) / np.outer(scale, scale), fit.covariance / np.outer(scale, scale), atol=0.03
    )


def test_a_curve_of_one_parameter_has_a_distribution_of_its_own(tmp_path):
    data = read_patients(DATA / "melanoma.csv")
    fit = compare_curves(data, [Wanted("exponential")]).best.fit
    text = model_fragment([Placed(fit, Wanted("exponential"), Placing("os", "year", "trial"))])
    path = model_of(tmp_path, text, cycle="1 year", horizon="5 years")
    drawn = drawn_values(path, 20_000)["os_log_rate"]
    assert drawn.mean() == pytest.approx(fit.coefficients[0], abs=1e-3)
    assert drawn.std() == pytest.approx(fit.standard_errors[0], rel=0.02)


def test_names_that_no_model_takes_are_refused_together():
    with pytest.raises(SeveralErrors) as error:
        Placing("1st", "years", "a trial", "guess")
    assert len(error.value.errors) == 4


def test_names_that_become_the_same_are_refused():
    data = read_patients(DATA / "melanoma.csv")
    names = ("arm 1", "arm-1")
    columns = dict(zip(names, data.columns.values(), strict=True))
    data = replace(data, columns=columns)
    fit = compare_curves(data, [Wanted("weibull")], covariates=names).best.fit
    with pytest.raises(FieldError, match="stands for two"):
        model_fragment([Placed(fit, Wanted("weibull"), Placing("os", "year", "trial"))])


def test_names_that_a_model_could_not_have_are_made_others(tmp_path):
    data = read_patients(DATA / "melanoma.csv")
    arm = np.where(data.columns["interferon"] == 1.0, "препарат", "плацебо")
    age = np.arange(data.time.size) % 30 + 40.0
    names = ("age", "группа", "病", "5FU")
    columns = dict(zip(names, (age, arm, age % 7, age % 5), strict=True))
    wanted = Wanted("weibull")
    fit = compare_curves(replace(data, columns=columns), [wanted], covariates=names).best.fit
    text = model_fragment([Placed(fit, wanted, Placing("os", "year", "trial"))])
    given = [line.rpartition(": ")[2] for line in text.split("\n") if "Set in each" in line]
    (other,) = {"gruppa_preparat", "gruppa_platsebo"} & set(given[0].split(", "))
    assert given == [f"os_age, {other}, os_covariate_3, os_5FU"]
    for words in ("os_age is the column 'age'", f"{other} is 1 where the column 'группа'",
                  "os_covariate_3 is the column '病'"):  # fmt: skip
        assert words in text
    path = model_of(tmp_path, text, cycle="1 year", horizon="5 years")
    values = {"os_age": 50, other: 0, "os_covariate_3": 1, "os_5FU": 2}
    lines = [f"{name}: {value}" for name, value in values.items()]
    head = path.read_text(encoding="utf-8")
    start = head.index("  usual:")
    head = f"{head[:start]}  usual: {{{', '.join(lines)}}}\n{head[head.index('sources:') :]}"
    path.write_text(head, encoding="utf-8")
    times, (found,) = shares(path)
    expected = fit.survival(times, **{"age": 50.0, "группа": arm[0], "病": 1.0, "5FU": 2.0})
    np.testing.assert_allclose(found, expected, rtol=2e-8)
