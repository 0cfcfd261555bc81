"""Setting inputs of a loaded study to other values, as `--set name=value` does."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from math import isfinite, sqrt

import numpy as np

from equipoise.core.errors import FieldError, Mistakes, SpecError
from equipoise.core.limits import check_size
from equipoise.core.money import price_book
from equipoise.core.translation import translate as _
from equipoise.core.units import parse_measure
from equipoise.spec.bounds import bounds_of, outside, roles_of
from equipoise.spec.country_units import check_country_units
from equipoise.spec.distribution import constant, parse_distribution
from equipoise.spec.findings import Finding, did_you_mean
from equipoise.spec.joint_check import covariance_matrix
from equipoise.spec.jurisdiction import Jurisdiction
from equipoise.spec.loaded_study import Study
from equipoise.spec.model import Model
from equipoise.spec.model_start import check_start
from equipoise.spec.model_units import rows_of_rates
from equipoise.spec.problems import problem_in
from equipoise.spec.quantity import Joint, JointDirichlet, JointNormal, Quantity
from equipoise.spec.study import StudyFile
from equipoise.spec.study_names import places_of
from equipoise.spec.study_units import check_file_units
from equipoise.spec.text import in_every_language
from equipoise.spec.unit_rules import in_money
from equipoise.spec.walk import replaced


def value_text(name: str, value: object) -> str:
    """Return a value given as a text or a number as the command line would have it.

    Raises
    ------
    FieldError
        If it is neither.

    Examples
    --------
    >>> value_text("price", 10e6), value_text("share", 0.1), value_text("price", "40e6")
    ('10000000', '0.1', '40e6')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        number = float(value)
        return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else repr(number)
    raise FieldError(
        _("{name} cannot be {value}", name=name, value=repr(value)[:80]),
        fix=_("write a number, or a text in quotes"),
    )


def require_named(values: object, *, example: str) -> None:
    """Refuse anything but names with values.

    Raises
    ------
    FieldError
        If it is no mapping, or a key of it is no text.
    """
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise FieldError(
            _("names with values cannot be {value}", value=repr(values)[:80]),
            fix=_("write e.g. {example}", example=example),
        )


def replace_values(study: Study, values: Mapping[str, str | float]) -> Study:
    """Return the study with some inputs fixed at other values.

    The inputs lose their distribution and count as assumptions, because their source does not
    hold for the new value.

    Parameters
    ----------
    study
        As loaded.
    values
        Name as in `Study.quantities` -> number in the input's own unit, or a text with number and
        unit.

    Raises
    ------
    FieldError, SeveralErrors
        If a name is unknown, a text is no value of the input's kind, or the input is one of
        several shares that are drawn together.
    SpecError
        If a formula of the model becomes impossible with the values.
    """
    require_named(values, example='{"patients.prevalent": 900}')
    texts = {name: value_text(name, value) for name, value in values.items()}
    mistakes = Mistakes()
    for name, text in texts.items():
        with mistakes.noted():
            study = _replace_one(study, name, text)
    mistakes.refuse()
    changes = "".join(f"\n{name}={text}" for name, text in sorted(texts.items()))
    _require_possible_start(study, texts)
    digest = sha256((study.digest + changes).encode()).hexdigest()
    changed = {**study.changed, **texts}
    return replace(study, digest=digest, changed=changed) if texts else study


def _replace_one(study: Study, name: str, text: str) -> Study:
    """Return the study with one input fixed."""
    known = study.quantities
    if name not in known:
        message = _("{name}: this is not an input of the study", name=name)
        raise FieldError(message, fix=did_you_mean(name, known))
    if name in study.replaced_by_price:
        message = _("{name}: the price of the product is part of the policy", name=name)
        raise FieldError(message, fix=_("set it there: --policy price={text}", text=text))
    part, place = places_of(study)[name]
    new = _fixed(known[name], _value(study, known[name], name, text))
    if part == "model":
        _require_possible_parameter(study.model.spec, name, new)
    result: Study
    match part:
        case "model":
            spec = replaced(study.model.spec, place, new)
            assert isinstance(spec, Model)  # noqa: S101 - same type as given
            result = replace(study, model=replace(study.model, spec=_undrawn(spec, name)))
        case "country":
            country = replaced(study.country, place, new)
            assert isinstance(country, Jurisdiction)  # noqa: S101 - same type as given
            result = replace(study, country=country)
        case _:
            file = replaced(study.file, place, new)
            assert isinstance(file, StudyFile)  # noqa: S101 - same type as given
            result = replace(study, file=file)
    _require_possible(result, name)
    return result


def _require_possible(study: Study, name: str) -> None:
    """Refuse a value outside its possible range."""
    part, place = places_of(study)[name]
    checks: Mapping[str, Iterable[Finding]] = {
        "study": check_file_units(study.file),
        "country": check_country_units(study.country),
    }
    for found in checks.get(part, ()):
        if found.place[: len(place)] == place:
            message = f"{name}: {found.error.message}"
            raise FieldError(message, fix=found.error.fix)


def _require_possible_parameter(model: Model, name: str, new: Quantity) -> None:
    """Refuse a value that a parameter of the model cannot have.

    What it can be is asked of the model as it was, because the new value has no distribution.
    """
    bounds = bounds_of(model, name, roles_of(model))
    for found in outside((), new, bounds) if bounds is not None else ():
        message = f"{name}: {found.error.message}"
        raise FieldError(message, fix=found.error.fix)


def _require_possible_start(study: Study, texts: Mapping[str, str]) -> None:
    """Refuse values that are possible alone but not together, in groups or formulas."""
    if not any(group.weight.value > 0 for group in study.file.patients.groups.values()):
        message = _("no group has a weight above zero")
        raise FieldError(message, fix=_("give each group its relative size"))
    spec, tables = study.model.spec, study.model.tables
    found = check_start(spec, tables, rates=rows_of_rates(spec, tables, any_money=True))
    path = study.model.path
    given = "; ".join(f"{name}={text}" for name, text in texts.items())
    where = _("set by hand: {given}", given=given)
    problems = [
        problem_in(path, place, f"{error.message} ({where})", error.fix) for place, error in found
    ]
    if problems:
        raise SpecError(problems)


def _value(study: Study, quantity: Quantity, name: str, text: str) -> float:
    """Return a value in the input's own unit."""
    try:
        number = float(text)
    except ValueError:
        number = _converted(study, quantity, name, text)
    if not isfinite(number):
        message = _("{name}: '{text}' is not a finite number", name=name, text=text)
        raise FieldError(message, fix=_("write a finite number"))
    try:
        return check_size(number)
    except FieldError as error:
        message = f"{name}: {error.message}"
        raise FieldError(message, fix=error.fix) from None


def _converted(study: Study, quantity: Quantity, name: str, text: str) -> float:
    """Return a number with unit, or constant arithmetic, in the input's own unit."""
    try:
        measure = parse_measure(text)
    except FieldError as error:
        if not any(sign.isalpha() for sign in text):
            return _constant(name, text)
        message, fix = f"{name}: {error.message}", error.fix
        if not re.match(r"[+-]?\.?[0-9]", text):
            message = _("{name}: '{text}' is not a number", name=name, text=text[:80])
            fix = _("write a number in {unit}, e.g. {name}={value:g}",
                    unit=quantity.unit, name=name, value=quantity.value)  # fmt: skip
        raise FieldError(message, fix=fix) from None
    target, scale = study.file.money, 1.0
    given, wanted = (in_money(unit, target) for unit in (measure.unit, quantity.unit))
    if not given.fits(wanted):
        message = _("{name}: '{text}' does not fit the unit {unit}",
                    name=name, text=text, unit=quantity.unit)  # fmt: skip
        fix = _("write a number in {unit}", unit=quantity.unit)
        raise FieldError(message, fix=fix)
    if measure.unit.money != quantity.unit.money:
        book = price_book(study.country.economics)
        scale = book.factor(measure.unit, target) / book.factor(quantity.unit, target)
    return measure.value * scale / quantity.unit.factor


def _constant(name: str, text: str) -> float:
    """Return the value of constant arithmetic."""
    try:
        return constant(text)
    except FieldError as error:
        message = f"{name}: {error.message}"
        raise FieldError(message, fix=error.fix) from None


def _fixed(quantity: Quantity, value: float) -> Quantity:
    """Return an input fixed at a value that its source does not hold for."""
    note = in_every_language(
        lambda: _("Set for this run; the study has {value:.6g}.", value=quantity.value)
    )
    changes = {"value": value, "distribution": None, "status": "assumption", "note": note,
               "source": None, "place": None, "mean_differs": None}  # fmt: skip
    return quantity.model_copy(update=changes)


def _undrawn(model: Model, name: str) -> Model:
    """Return the model without a parameter in its joint distributions and correlations."""
    joint: dict[str, Joint] = {}
    parameters = dict(model.parameters)
    for key, group in model.joint.items():
        if name not in group.parameters:
            joint[key] = group
            continue
        if isinstance(group, JointDirichlet):
            others = ", ".join(other for other in group.parameters if other != name)
            message = _("'{name}' adds up to one with {others}", name=name, others=others)
            raise FieldError(message, fix=_("change the counts of `joint` in the model's file"))
        left = [other for other in group.parameters if other != name]
        rows = _rows(group, left)
        if len(left) == 1:
            spread = f"normal(mean={parameters[left[0]].value!r}, sd={sqrt(rows[0][0])!r})"
            changes = {"distribution": parse_distribution(spread)} if rows[0][0] > 0 else {}
            parameters[left[0]] = parameters[left[0]].model_copy(update=changes)
        else:
            joint[key] = group.model_copy(update={"parameters": left, "covariance": rows})
    pairs = [pair for pair in model.correlations if name not in pair.parameters]
    changed = {"joint": joint, "parameters": parameters, "correlations": pairs}
    return model.model_copy(update=changed)


def _rows(group: JointNormal, left: list[str]) -> list[list[float]]:
    """Return the covariance of the parameters that are left."""
    matrix = covariance_matrix(group)
    assert matrix is not None  # noqa: S101 - loading has checked it
    kept = [list(group.parameters).index(name) for name in left]
    rows: list[list[float]] = matrix[np.ix_(kept, kept)].tolist()
    return rows
