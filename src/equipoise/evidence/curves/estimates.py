"""Estimates that R printed, without patients: coefficients and their covariance from CSV files.

As `write.csv(fit$res.t)` and `write.csv(vcov(fit))` of flexsurv and flexsurvcure write them: the
names of the coefficients stand in the first column, and in the header of the covariance. A
covariate of the location goes by its own name (a level of a category as R joins them,
``groupPoor``), one of another parameter stands in brackets, ``shape(groupPoor)``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, Mistakes, Problem, SpecError
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.asked import SPLINE
from equipoise.evidence.curves.cure import CURED, Cure, with_cure
from equipoise.evidence.curves.estimated import EstimatedCurve
from equipoise.evidence.curves.families import FAMILIES, Family
from equipoise.evidence.curves.likelihood import Design, Term
from equipoise.evidence.curves.read import Sheet, read_sheet
from equipoise.evidence.curves.splines import SplineScale, spline_family
from equipoise.spec.findings import did_you_mean
from equipoise.spec.source_text import short

Floats = NDArray[np.float64]
CureLink = Literal["logistic", "loglog", "identity"]

IN_R: Mapping[str, str] = {
    "meanlog": "log_mean", "sdlog": "log_sd", "Q": "q", "theta": CURED,
}  # fmt: skip
"""Parameters that are called otherwise here than in R."""

_ESTIMATE = ("est", "estimate", "coef")
"""Headers of the column with the estimates."""

_ERROR = ("se", "stderror", "standarderror", "stderr")
"""Headings of the column with the standard errors, without what is no letter."""

_OTHER = 0.01
"""Share by which a standard error may be off that of the covariance."""

_ALIKE = 1e-6
"""How far two numbers that are the same may be apart, in standard errors, when they are printed."""


@dataclass(frozen=True)
class _Coefficient:
    """One name as R writes it: which parameter, and which covariate moves it."""

    parameter: str
    covariate: str | None


def read_estimates(
    coefficients: Path,
    covariance: Path,
    family: str,
    *,
    cure: Cure | None = None,
    cure_link: CureLink = "logistic",
    log_knots: Sequence[float] = (),
    spline_scale: SplineScale = "hazard",
) -> EstimatedCurve:
    """Read a curve that somebody else has fitted.

    Parameters
    ----------
    coefficients
        CSV file: names in the first column, estimates in `est`; on the scale of the links, as
        ``res.t`` has them. Standard errors in `se` must be those of the covariance; further
        columns are not used.
    covariance
        CSV file: the same names in the first column and in the header, in any order.
    family
        One of `FAMILIES`, or ``spline``.
    cure, cure_link
        As of `fit_survival`; the share is called `theta` or `cured`.
    log_knots
        Of a spline: all, logarithms of times, as R's ``fit$knots`` prints them.
    spline_scale
        What a spline is of.

    Raises
    ------
    SpecError
        With all that is wrong with the files, each with its line and column.
    FieldError, SeveralErrors
        If there is no such family, a spline has no knots, or another family has; together with what
        is wrong with the files.

    References
    ----------
    Jackson (2016), J Stat Softw 70(8), https://doi.org/10.18637/jss.v070.i08 (names and scales).
    """
    mistakes = Mistakes()
    families: list[Family] = []
    with mistakes.noted():
        own = _family(family, log_knots, spline_scale)
        families.append(own if cure is None else with_cure(own, cure, link=cure_link))
    found: list[_Coefficient] = []
    with mistakes.noted():
        sheets = _both(coefficients, covariance)
        names, values = _estimates(sheets[0])
        for own in families:
            found = _coefficients(sheets[0], names, own)
        matrix = _matrix(sheets[1], names)
        _compare_errors(sheets[0], names, matrix)
        problems = [problem for sheet in sheets for problem in sheet.problems]
        if problems:
            raise SpecError(sorted(problems))
    mistakes.refuse()
    made, order = _design(families[0], found)
    label = family if cure is None else f"{family}, {cure}"
    return EstimatedCurve(label, made, values[order], matrix[np.ix_(order, order)])


def _both(*paths: Path) -> list[Sheet]:
    """Read both files; what is wrong with one does not hide the other."""
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            sheets.append(read_sheet(path, named_rows=True))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return sheets


def _family(name: str, log_knots: Sequence[float], scale: SplineScale) -> Family:
    """Return the family of a name."""
    if name not in (*FAMILIES, SPLINE):
        message = _("there is no family '{name}'", name=name)
        raise FieldError(message, fix=did_you_mean(name, (*FAMILIES, SPLINE)))
    if name != SPLINE:
        if log_knots:
            message = _("the family '{name}' has no knots", name=name)
            raise FieldError(message, fix=_("leave the knots out, or name the family spline"))
        return FAMILIES[name]
    if len(log_knots) < 2 or not (np.diff(log_knots) > 0).all():
        message = _("the knots of a spline do not rise, or are fewer than two")
        raise FieldError(message, fix=_("give all knots, logarithms of times, in order"))
    return spline_family(list(log_knots), scale)


def _estimates(sheet: Sheet) -> tuple[list[str], Floats]:
    """Return names and estimates."""
    label, *headers = sheet.columns
    column = next((name for name in headers if name.lower() in _ESTIMATE), None)
    if column is None:
        message = _("the file has no column '{name}'", name=_ESTIMATE[0])
        fix = _("write it with R: write.csv(fit$res.t, file)")
        sheet.note(1, 1, _("header"), FieldError(message, fix=fix))
        return sheet.columns[label], np.full(len(sheet.lines), np.nan)
    return sheet.columns[label], sheet.numbers(column)


def _coefficients(sheet: Sheet, names: Sequence[str], family: Family) -> list[_Coefficient]:
    """Return what each name is; what is none is noted."""
    label = next(iter(sheet.columns))
    known = tuple(family.parameters)
    found: list[_Coefficient] = []
    for row, text in enumerate(names):
        outer, bracket, inner = text.partition("(")
        name = IN_R.get(outer, outer)
        if bracket and name not in known:
            message = _("the curve has no parameter '{name}'", name=short(outer))
            fix = _("use one of: {names}", names=", ".join(known))
            sheet.note_cell(row, label, message, fix=fix)
        if names.index(text) != row:
            message = _("'{name}' stands twice", name=short(text))
            sheet.note_cell(row, label, message, fix=_("keep one of them"))
        if bracket:
            found.append(_Coefficient(name, inner.removesuffix(")")))
        elif name in known:
            found.append(_Coefficient(name, None))
        else:
            found.append(_Coefficient(family.location, text))
    for name in known:
        if _Coefficient(name, None) not in found:
            message = _("the parameter '{name}' has no estimate", name=name)
            fix = _("add its row; the curve has: {names}", names=", ".join(known))
            sheet.note(1, 1, label or _("file"), FieldError(message, fix=fix))
    return found


def _matrix(sheet: Sheet, names: Sequence[str]) -> Floats:
    """Return the covariance in the order of the names; what cannot be one is noted."""
    label, *headers = sheet.columns
    rows = sheet.columns[label]
    for place, (have, where) in enumerate(((headers, _("header")), (rows, _("first column")))):
        for name in names:
            if name not in have:
                message = _("the covariance has no '{name}' in its {where}",
                            name=short(name), where=where)  # fmt: skip
                fix = _("give one row and one column for each coefficient")
                sheet.note(1, 1 + place, where, FieldError(message, fix=fix))
        for name in have:
            if name not in names or list(have).count(name) > 1:
                message = _("'{name}' is no coefficient, or stands twice", name=short(name))
                sheet.note(1, 1 + place, where, FieldError(message, fix=did_you_mean(name, names)))
    numbers = {name: sheet.numbers(name) for name in headers}
    if sheet.problems:
        return np.full((len(names), len(names)), np.nan)
    order = [rows.index(name) for name in names]
    found = np.stack([numbers[name][order] for name in names], axis=1)
    _check_matrix(sheet, found, names, order)
    return (found + found.T) / 2.0


def _check_matrix(sheet: Sheet, found: Floats, names: Sequence[str], order: Sequence[int]) -> None:
    """Note what a covariance cannot be: below 0, not symmetric, not of any numbers."""
    for place, name in enumerate(names):
        if found[place, place] <= 0:
            message = _("the variance of '{name}' is {value:g}",
                        name=short(name), value=float(found[place, place]))  # fmt: skip
            sheet.note_cell(order[place], name, message, fix=_("variances are above 0"))
    if sheet.problems:
        return
    scale = np.sqrt(np.diag(found))
    correlation = found / np.outer(scale, scale)
    wrong = np.argwhere(np.triu(np.abs(correlation - correlation.T) > _ALIKE))
    for first, second in wrong.tolist():
        message = _("{value:g} and {other:g} of '{name}' and '{another}' differ",
                    value=float(found[first, second]), other=float(found[second, first]),
                    name=short(names[first]), another=short(names[second]))  # fmt: skip
        fix = _("a covariance is the same on both sides of its diagonal")
        sheet.note_cell(order[first], names[second], message, fix=fix)
    if not wrong.size and float(np.linalg.eigvalsh(correlation)[0]) < -_ALIKE:
        message = _("no numbers have these covariances (an eigenvalue is below 0)")
        fix = _("copy the matrix with all its digits: write.csv(vcov(fit), file)")
        sheet.note(1, 1, _("file"), FieldError(message, fix=fix))


def _compare_errors(sheet: Sheet, names: Sequence[str], matrix: Floats) -> None:
    """Note standard errors beside the estimates that are not those of the covariance."""
    column = next((heading for heading in sheet.columns
                   if "".join(filter(str.isalpha, heading.lower())) in _ERROR), None)  # fmt: skip
    if column is None or not (np.diag(matrix) > 0).all():
        return
    for row, text in enumerate(sheet.columns[column]):
        try:
            stated = float(text)
        except ValueError:  # R writes NA for what was not estimated
            continue
        own = float(np.sqrt(matrix[row, row]))
        if not np.isfinite(stated) or abs(stated - own) <= max(_OTHER * own, _half_digit(text)):
            continue
        message = _("the standard error of '{name}' is {stated:g}, by the covariance {own:.4g}",
                    name=short(names[row]), stated=stated, own=own)  # fmt: skip
        fix = _("is the covariance of another fit, or a matrix of correlations? Give the one of "
                "this fit: write.csv(vcov(fit), file)")  # fmt: skip
        sheet.note_cell(row, column, message, fix=fix)


def _half_digit(text: str) -> float:
    """Return how far a number may be from the one that was printed so.

    Examples
    --------
    >>> _half_digit("0.15")
    0.005
    """
    front, _e, power = text.strip().lower().partition("e")
    decimals = len(front.partition(".")[2])
    return float(0.5 * 10.0 ** (int(power or 0) - decimals))


def _design(family: Family, found: Sequence[_Coefficient]) -> tuple[Design, list[int]]:
    """Return the design, and where its coefficients stand in the file."""
    terms: dict[str, tuple[Term, ...]] = {}
    order: list[int] = []
    for parameter in family.parameters:
        own = [one.covariate for one in found if one.parameter == parameter and one.covariate]
        terms[parameter] = tuple(Term(name) for name in own)
        order += [found.index(_Coefficient(parameter, name)) for name in (None, *own)]
    return Design(family, terms, {}), order
