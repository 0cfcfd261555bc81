"""Curves from coefficients and covariances that R printed, without patients: Jackson (2016),
J Stat Softw 70(8), https://doi.org/10.18637/jss.v070.i08 (flexsurv 2.3.2, flexsurvcure 1.3.3).

The files are made by docs/replications/scripts/published-estimates.R.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from equipoise.core.errors import FieldError, SpecError
from equipoise.evidence.curves import fit_survival, read_patients
from equipoise.evidence.curves.estimates import read_estimates

DATA = Path(__file__).resolve().parents[1] / "data" / "survival"
KNOTS = [-3.414890708794158, -0.596601400787395, 2.111788927932523]
CASES = {
    "lognormal": ("lognormal", {}),
    "generalised-gamma": ("generalised_gamma", {}),
    "spline": ("spline", {"log_knots": KNOTS, "spline_scale": "odds"}),
    "cure": ("weibull", {"cure": "mixture"}),
}
SAME_FITS = {
    "generalised-gamma": ("melanoma", "generalised_gamma", {"covariates": ["interferon"]}),
    "spline": ("melanoma", "spline",
               {"covariates": ["interferon"], "knots": 1, "spline_scale": "odds"}),
    "cure": ("melanoma", "weibull", {"covariates": ["interferon"], "cure": "mixture"}),
}  # fmt: skip


def files(name: str) -> tuple[Path, Path]:
    return DATA / f"estimates-{name}.csv", DATA / f"estimates-{name}-covariance.csv"


def curve_of(name: str):
    family, options = CASES[name]
    return read_estimates(*files(name), family, **options)


@pytest.mark.parametrize("name", CASES)
def test_shares_alive_are_those_of_r(name: str) -> None:
    curve = curve_of(name)
    with (DATA / f"estimates-{name}-survival.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        if name == "lognormal":
            own = {one: float(one == f"cell{row['cell']}") for one in curve.covariates}
        else:
            own = {"interferon": float(row["interferon"])}
        found = curve.survival(np.array([float(row["time"])]), **own)
        assert found[0] == pytest.approx(float(row["survival"]), abs=1e-12)


@pytest.mark.parametrize("name", SAME_FITS)
def test_they_are_the_fits_of_the_patients(name: str) -> None:
    data, family, options = SAME_FITS[name]
    fit = fit_survival(read_patients(DATA / f"{data}.csv"), family, **options)
    published = curve_of(name)
    assert list(published.design.terms) == list(fit.design.terms)
    # Of categories R takes another level first, so that those coefficients are not compared.
    np.testing.assert_allclose(published.coefficients, fit.coefficients, rtol=2e-3)
    np.testing.assert_allclose(published.standard_errors, fit.standard_errors, rtol=5e-3)


def copies(tmp_path: Path, name: str = "cure") -> tuple[Path, Path]:
    found = []
    for path in files(name):
        copy = tmp_path / path.name
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        found.append(copy)
    return found[0], found[1]


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refused(coefficients: Path, covariance: Path) -> str:
    with pytest.raises(SpecError) as error:
        read_estimates(coefficients, covariance, "weibull", cure="mixture")
    return str(error.value)


def test_a_covariance_must_be_symmetric(tmp_path: Path) -> None:
    pair = copies(tmp_path)
    changed(pair[1], '"shape",0.000674', '"shape",0.000774')
    assert "estimates-cure-covariance.csv:2:" in (text := refused(*pair))
    assert "'theta' and 'shape' differ" in text


def test_a_covariance_must_be_possible(tmp_path: Path) -> None:
    pair = copies(tmp_path)
    text = pair[1].read_text(encoding="utf-8").replace("-0.0409414779343803", "-0.9")
    pair[1].write_text(text, encoding="utf-8")
    assert "an eigenvalue is below 0" in refused(*pair)


def test_a_variance_is_above_zero(tmp_path: Path) -> None:
    pair = copies(tmp_path)
    changed(pair[1], "0.0724191947895918", "-0.07")
    assert "the variance of 'interferon' is -0.07" in refused(*pair)


def test_all_mistakes_of_both_files_are_listed(tmp_path: Path) -> None:
    pair = copies(tmp_path)
    changed(pair[0], '"shape",-0.0913446520640212', '"shapes",none')
    changed(pair[1], '"interferon"', '"placebo"')
    text = refused(*pair)
    assert "estimates-cure.csv:3:10" in text
    assert "'none' is not a number" in text
    assert "the parameter 'shape' has no estimate" in text
    assert "'interferon'" in text
    assert "'placebo' is no coefficient" in text


def test_a_family_and_knots_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(FieldError, match="no family 'weibul'"):
        read_estimates(*files("cure"), "weibul")
    with pytest.raises(FieldError, match="knots"):
        read_estimates(*files("spline"), "spline", log_knots=[1.0])
