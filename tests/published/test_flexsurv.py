"""Fits that R prints: flexsurv and flexsurvcure, https://doi.org/10.18637/jss.v070.i08.

docs/replications/scripts/survival-fits.R makes each <name>-flexsurv.csv from <name>.csv.
"""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.evidence.curves import FAMILIES, Fit, SurvivalData, fit_survival

FOLDER = Path(__file__).parents[1] / "data" / "survival"

PEOPLE = {  # covariates of those whose survival is compared, and when
    "veteran": ({"test": 1.0, "karnofsky": 60.0, "cell": "smallcell"}, (30.0, 100.0, 400.0)),
    "leukaemia": ({"mercaptopurine": 1.0}, (5.0, 10.0, 30.0)),
    "melanoma": ({"interferon": 1.0, "female": 0.0}, (0.5, 2.0, 8.0)),
    "heart": ({"age": 5.0, "transplant": 1.0}, (30.0, 200.0, 1000.0)),
    "colon": ({"arm": "Lev+5FU"}, (1.0, 4.0, 8.0)),
}
LOCATIONS = {"spline": "gamma0", **{name: family.location for name, family in FAMILIES.items()}}

Row = dict[str, str]


def rows_of(name: str) -> list[Row]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def patients(name: str) -> SurvivalData:
    rows = rows_of(name)
    given = {key: [row[key] for row in rows] for key in rows[0]}
    columns = {
        key: np.array(values) if key in {"cell", "arm"} else np.array(values, dtype=np.float64)
        for key, values in given.items()
    }
    known = {key: columns.pop(key) for key in ("entry", "weight", "background") if key in columns}
    return SurvivalData(columns.pop("time"), columns.pop("event") == 1, columns=columns, **known)


FITS = [(name, row) for name in PEOPLE for row in rows_of(f"{name}-flexsurv")]


def named(rows: list[tuple[str, Row]]) -> dict[str, tuple[str, Row]]:
    """Name rows by what they ask for, for the listing of tests."""
    keys = ("curve", "cure", "link", "knots", "scale", "covariates")
    return {" ".join([name, *filter(None, map(row.get, keys))]): (name, row) for name, row in rows}


TOLD = named([(name, row) for name, row in FITS if not row["vague"]])
VAGUE = named([(name, row) for name, row in FITS if row["vague"]])


def covariates_of(row: Row) -> Mapping[str, Sequence[str]] | Sequence[str]:
    """Read covariates such as ``test karnofsky; shape: test``, the location's first."""
    location, *others = row["covariates"].split(";")
    if not others:
        return location.split()
    where = "cured" if row["cure"] else LOCATIONS[row["curve"]]
    halves = [one.partition(":") for one in others]
    return {where: location.split(), **{name.strip(): moved.split() for name, _, moved in halves}}


@cache
def fit_of(label: str) -> Fit:
    name, row = {**TOLD, **VAGUE}[label]
    data, words = patients(name), dict[str, Any](covariates=covariates_of(row))
    if row["cure"]:
        words |= {"cure": row["cure"], "cure_link": row["link"]}
    if row["curve"] == "spline":
        words |= {"knots": int(row["knots"]), "spline_scale": row["scale"]}
    return fit_survival(data, row["curve"], at_any_rate=label in VAGUE, **words)


def numbers(cell: str) -> NDArray[np.float64]:
    return np.array(cell.split(), dtype=np.float64)


def test_the_data_are_those_of_the_articles() -> None:
    """Patients and events; those of the heart transplants are in two rows if they got one."""
    found = {name: (patients(name).patients, patients(name).events) for name in PEOPLE}
    assert found == {
        "veteran": (137, 128), "leukaemia": (42, 30), "melanoma": (284, 196),
        "heart": (172, 75), "colon": (929, 452),
    }  # fmt: skip


@pytest.mark.parametrize("label", TOLD)
def test_r_finds_the_same_curve(label: str) -> None:
    """Coefficients to four digits; errors of splines, whose functions are all but one, to less."""
    name, row = TOLD[label]
    found = fit_of(label)
    assert found.log_likelihood == pytest.approx(float(row["log_likelihood"]), abs=1e-6)
    expected = numbers(row["estimates"])
    np.testing.assert_allclose(found.coefficients, expected, rtol=5e-5, atol=1e-7)
    much = 2e-3 if row["curve"] == "spline" else 1e-4
    np.testing.assert_allclose(found.standard_errors, numbers(row["errors"]), rtol=much)
    error = found.standard_errors
    correlations = (found.covariance / np.outer(error, error))[np.triu_indices(error.size, 1)]
    np.testing.assert_allclose(correlations, numbers(row["correlations"]), atol=much)
    who, times = PEOPLE[name]
    asked = {term.column for own in found.design.terms.values() for term in own}
    shares = found.survival(np.array(times), **{key: who[key] for key in asked})
    np.testing.assert_allclose(shares, numbers(row["survival"]), atol=1e-6)


@pytest.mark.parametrize("label", VAGUE)
def test_a_cured_share_that_could_be_any_is_refused(label: str) -> None:
    """R returns such fits, some without errors; ours is at least as high, and says no."""
    _name, row = VAGUE[label]
    found = fit_of(label)
    assert found.doubts
    if row["log_likelihood"]:
        assert found.log_likelihood >= float(row["log_likelihood"]) - 1e-3
