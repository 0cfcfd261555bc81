"""Estimates as a part of a model file: parameters, their joint distribution, and the curve.

Coefficients stay on the scale of their links, where they are about normal and can have any sign, so
that no draw is impossible. Formulas bring them back to the parameters of the formula language,
whose time is in years.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.compare import Wanted
from equipoise.evidence.curves.cure import CURED
from equipoise.evidence.curves.estimated import EstimatedCurve
from equipoise.evidence.curves.families import FAMILIES
from equipoise.evidence.curves.fragment_names import (
    about_variables,
    coefficient_names,
    variables_of,
)
from equipoise.evidence.curves.likelihood import CONSTANT, Term
from equipoise.evidence.curves.splines import SplineScale
from equipoise.spec.quantity import Status

UNITS = ("year", "month", "week", "day")
STATUSES: tuple[Status, ...] = ("read", "computed")
_IN_A_YEAR: Mapping[str, str] = {
    "year": "1", "month": "12", "week": "year / week", "day": "year / day",
}  # fmt: skip

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_BACK: Mapping[str, str] = {
    "identity": "{}", "log": "exp({})", "logistic": "1 / (1 + exp(-({})))",
    "loglog": "exp(-exp({}))",
}  # fmt: skip
"""From a linear predictor to a parameter, in the formula language."""

_FUNCTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "exponential": (("rate", "{} / {unit}"),),
    "weibull": (("shape", "{}"), ("scale", "{} * {unit}")),
    "gompertz": (("shape", "({}) / {unit}"), ("rate", "{} / {unit}")),
    "gamma": (("shape", "{}"), ("rate", "{} / {unit}")),
    "lognormal": (("log_mean", "{} - log({many})"), ("log_sd", "{}")),
    "loglogistic": (("shape", "{}"), ("scale", "{} * {unit}")),
    "generalised_gamma": (("mu", "{} - log({many})"), ("sigma", "{}"), ("q", "{}")),
}
"""Arguments of the survival function of a family: parameter, and what its unit makes of it."""

_SPLINES: Mapping[SplineScale, str] = {
    "hazard": "exp(-exp({}))",
    "odds": "1 / (1 + exp({}))",
    "normal": "lognormal_survival(year, -({}), 1)",  # of one year: the normal distribution itself
}


@dataclass(frozen=True)
class Placing:
    """How a curve is called in a model, and where its numbers come from.

    Parameters
    ----------
    name
        Of the curve; its parameters begin with it.
    unit
        Of time in the data: ``year``, ``month``, ``week`` or ``day``.
    source
        Key among the model's `sources`.
    status
        ``read`` or ``computed``.

    Raises
    ------
    FieldError, SeveralErrors
        With all that is wrong.
    """

    name: str
    unit: str
    source: str
    status: Status = "computed"

    def __post_init__(self) -> None:
        """Refuse what a model file would refuse."""
        mistakes = Mistakes()
        for text, what in ((self.name, _("name of a curve")), (self.source, _("key of a source"))):
            if not _PREFIX.fullmatch(text):
                with mistakes.noted():
                    message = _("'{text}' is no {what}", text=text, what=what)
                    fix = _("use up to 40 letters, digits and underscores, a letter first")
                    raise FieldError(message, fix=fix)
        for text, known in ((self.unit, UNITS), (self.status, STATUSES)):
            if text not in known:
                with mistakes.noted():
                    raise FieldError(
                        _("'{text}' is not known here", text=text),
                        fix=_("use one of: {names}", names=", ".join(known)),
                    )
        mistakes.refuse()


@dataclass(frozen=True)
class Placed:
    """A curve with its place in a model.

    Parameters
    ----------
    curve
        Fitted or published.
    wanted
        What it is a curve of.
    placing
        Names, unit and source.
    """

    curve: EstimatedCurve
    wanted: Wanted
    placing: Placing


def model_fragment(
    placed: Sequence[Placed], *, notes: Sequence[str] = (), name: str | None = None
) -> str:
    """Return curves as YAML to paste into a model file.

    Parameters
    ----------
    placed
        Each curve with a name of its own.
    notes
        Lines for the reader, as comments above.
    name
        What stands before names of covariates that a model could not have; omitted is the name of
        the first curve.

    Raises
    ------
    FieldError
        If names of covariates become the same, or longer than a model takes.
    """
    variables = variables_of([one.curve for one in placed], name=name or placed[0].placing.name)
    parameters, joint, values = ["parameters:"], ["joint:"], ["let:"]
    for one in placed:
        names = coefficient_names(one.curve, variables, name=one.placing.name)
        parameters += _parameters(one.curve, one.placing, names)
        joint += _joint(one.curve, one.placing, names)
        formulas = _formulas(one, names, variables)
        values += [f"  {name}: {formula}" for name, formula in formulas]
    lines = [f"# {line}" for line in (*notes, *about_variables(variables))]
    parts = (parameters, joint if len(joint) > 1 else [], values)
    return "\n".join([*lines, *(line for part in parts for line in part)]) + "\n"


def _number(value: float) -> str:
    """Return a number with all digits that matter."""
    return f"{value:.12g}"


def _parameters(curve: EstimatedCurve, placing: Placing, names: Mapping[str, str]) -> list[str]:
    """Return the lines of the parameters."""
    alone = curve.coefficients.size == 1
    error = float(curve.standard_errors[0])
    lines: list[str] = []
    for name, value in zip(names.values(), curve.coefficients.tolist(), strict=True):
        own = f'value: {_number(value)}, unit: "1"'
        if alone:
            own += f', distribution: "normal(mean={_number(value)}, sd={_number(error)})"'
        lines.append(
            f"  {name}: {{{own}, source: {placing.source}, status: {placing.status}, "
            f"below_zero: coefficient of a regression}}"
        )
    return lines


def _joint(curve: EstimatedCurve, placing: Placing, names: Mapping[str, str]) -> list[str]:
    """Return the lines of the joint distribution; a single parameter has one of its own."""
    if curve.coefficients.size == 1:
        return []
    rows = [
        "[" + ", ".join(_number(float(x)) for x in row[: place + 1]) + "]"
        for place, row in enumerate(np.asarray(curve.covariance))
    ]
    return [
        f"  {placing.name}_fit:",
        "    distribution: multivariate_normal",
        f"    parameters: [{', '.join(names.values())}]",
        "    covariance:",
        *(f"      - {row}" for row in rows),
    ]


def _formulas(
    placed: Placed, names: Mapping[str, str], variables: Mapping[Term, str]
) -> list[tuple[str, str]]:
    """Return the named values that make the curve."""
    curve, wanted, placing = placed.curve, placed.wanted, placed.placing
    values = {}
    for parameter, link in curve.design.family.parameters.items():
        parts = [names[f"{parameter}.{CONSTANT}"]]
        parts += [f"{names[f'{parameter}.{term.name}']} * {variables[term]}"
                  for term in curve.design.terms[parameter]]  # fmt: skip
        values[parameter] = _BACK[link].format(" + ".join(parts))
    if wanted.cure is None:
        return _plain(curve, wanted, placing, values, name=placing.name)
    cured, others = f"{placing.name}_cured", f"{placing.name}_uncured"
    own = _plain(curve, wanted, placing, values, name=others)
    whole = f"{cured} + (1 - {cured}) * {others}"
    whole = whole if wanted.cure == "mixture" else f"{cured} ** (1 - {others})"
    return [*own, (cured, values[CURED]), (placing.name, whole)]


def _plain(
    curve: EstimatedCurve, wanted: Wanted, placing: Placing, values: Mapping[str, str], *, name: str
) -> list[tuple[str, str]]:
    """Return the curve of a family, or of those who are not cured."""
    if wanted.family in _FUNCTIONS:
        words = {"unit": placing.unit, "many": _IN_A_YEAR[placing.unit]}
        is_year = placing.unit == "year"
        arguments = [
            values[parameter] if is_year and "many" in form
            else form.format(values[parameter], **words)
            for parameter, form in _FUNCTIONS[wanted.family]
        ]  # fmt: skip
        return [(name, f"{wanted.family}_survival(time, {', '.join(arguments)})")]
    clock = f"time / {placing.unit}"
    if wanted.family in FAMILIES:  # Weibull by hazards has no function of its own
        return [(name, f"exp(-{values['scale']} * ({clock}) ** {values['shape']})")]
    return _spline(curve, wanted.scale, clock, values, name=name)


def _spline(
    curve: EstimatedCurve, scale: SplineScale, clock: str, values: Mapping[str, str], *, name: str
) -> list[tuple[str, str]]:
    """Return the curve of a spline, written out over the logarithm of time."""
    low, *inner, high = curve.design.family.knots
    log_time, rise = f"{name}_log_time", f"{name}_spline"
    parts = [values["gamma0"], f"({values['gamma1']}) * {log_time}"]
    for number, knot in enumerate(inner):
        weight = (high - knot) / (high - low)
        cubes = [
            f"max({log_time} - ({_number(place)}), 0) ** 3" for place in (knot, low, high)
        ]  # fmt: skip
        basis = (f"{cubes[0]} - {_number(weight)} * {cubes[1]} - "
                 f"{_number(1.0 - weight)} * {cubes[2]}")  # fmt: skip
        parts.append(f"({values[f'gamma{number + 2}']}) * ({basis})")
    return [
        (log_time, f"log(max({clock}, 1e-9))"),
        (rise, " + ".join(parts)),
        (name, _SPLINES[scale].format(rise)),
    ]
