"""The scenario file: named sets of changes of one model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, WithJsonSchema

from equipoise.core.errors import FieldError, Problem, SpecError
from equipoise.core.fields import text_field
from equipoise.core.limits import check_size
from equipoise.core.translation import translate as _
from equipoise.core.units import Measure, MeasureField, parse_measure
from equipoise.spec.base import SpecModel
from equipoise.spec.discount import Discount
from equipoise.spec.distribution import constant
from equipoise.spec.findings import Finding, Place, did_you_mean, finding
from equipoise.spec.load import located, tried
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Method, Model
from equipoise.spec.model_check import check_model
from equipoise.spec.problems import validate
from equipoise.spec.quantity import Name
from equipoise.spec.reader import read_document
from equipoise.spec.source_text import field_text
from equipoise.spec.text import Text
from equipoise.spec.together import stating

MOST_CASES = 200
"""Scenarios of one file."""

_TIME = ("start_age", "cycle", "horizon", "method")


def _value(value: object) -> Measure | float:
    """Accept a number, constant arithmetic, or a number with a unit."""
    if isinstance(value, Measure):
        return value
    if isinstance(value, str):
        if any(sign.isalpha() or sign == "%" for sign in value.lower().replace("e", "")):
            return parse_measure(value)
        return constant(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise FieldError(
            _("'{text}' is not a number", text=str(value)[:40]),
            fix=_("write a number, or a number with its unit"),
        )
    return check_size(float(value))


ScenarioValue = Annotated[
    Measure | float,
    text_field(_value),
    WithJsonSchema(
        {
            "type": ["number", "string"],
            "description": "Number in the parameter's own unit, or number with unit",
        }
    ),
]
"""A value of a parameter: a number in its own unit, or with another that fits."""


class Scenario(SpecModel):
    """What is different; all that is not named stays as in the model."""

    label: Text | None = None
    note: Text | None = None
    """Why it is looked at."""
    parameters: Mapping[Name, ScenarioValue] = {}
    """Parameter -> value in its own unit, or with a unit that fits. Of shares that add up to one
    the others keep their proportions."""
    start_age: MeasureField | None = None
    cycle: MeasureField | None = None
    horizon: MeasureField | None = None
    method: Method | None = None
    """How occupancy inside a cycle is counted."""
    discount: Discount | None = None


class ScenarioFile(SpecModel):
    """Several scenarios of one model."""

    scenarios: Text
    """Title."""
    cases: Annotated[Mapping[Name, Scenario], Field(min_length=1, max_length=MOST_CASES)]
    """Name -> what is different."""


@dataclass(frozen=True)
class ScenarioModel:
    """One scenario, and the model under it."""

    name: str
    label: Text
    model: LoadedModel


@dataclass(frozen=True)
class Scenarios:
    """All scenarios of a file."""

    title: Text
    cases: tuple[ScenarioModel, ...]


def load_scenarios(path: Path, model: LoadedModel) -> Scenarios:
    """Read a file of scenarios and check it against its model.

    Parameters
    ----------
    path
        The file.
    model
        As loaded.

    Raises
    ------
    SpecError
        With every mistake of the file, also what becomes impossible in the model.
    """
    document = read_document(path)
    problems: list[Problem] = []
    file = tried(problems, validate, ScenarioFile, document)
    scenarios = _readable(document.data) if file is None else file.cases
    found: list[Finding] = []
    cases = []
    for name, scenario in scenarios.items():
        place: Place = ("cases", name)
        found += _mistakes(scenario, model, place)
        if file is not None:  # else what it changes may be what cannot be read
            found += _nothing_changed(scenario, place)
        try:
            changed = replace(model, spec=_changed(scenario, model.spec))
        except FieldError as error:  # shares leave no room for the others of their whole
            found.append(Finding((*place, "parameters"), error))
            continue
        found += _of_model(changed, place)
        cases.append(ScenarioModel(name, scenario.label or name, changed))
    problems += located(document, found)
    if file is None or problems:
        raise SpecError(problems)
    return Scenarios(file.scenarios, tuple(cases))


def _readable(data: object) -> Mapping[str, Scenario]:
    """Return what can be read of the scenarios of a file in which something cannot.

    So that a word that is no number hides nothing of what stands beside it.
    """
    cases = data.get("cases") if isinstance(data, dict) else None
    found: dict[str, Scenario] = {}
    for name, case in islice(cases.items(), MOST_CASES) if isinstance(cases, dict) else ():
        if isinstance(case, dict):
            found[str(name)] = _readable_part(case)
    return found


def _readable_part(case: Mapping[object, object]) -> Scenario:
    """Return what can be read of one scenario."""
    kept: dict[str, Any] = {"label": "?"}
    for key, value in case.items():
        if key == "parameters" and isinstance(value, dict):
            tried_values = value.items()
            kept["parameters"] = {
                name: one for name, one in tried_values if _fits({"parameters": {name: one}})
            }
        elif _fits({key: value}):
            kept[str(key)] = value
    return Scenario.model_validate(kept)


def _fits(part: Mapping[object, object]) -> bool:
    """Return whether a part of a scenario can be read."""
    try:
        Scenario.model_validate(part)
    except ValidationError:
        return False
    return True


def _mistakes(scenario: Scenario, model: LoadedModel, place: Place) -> Iterator[Finding]:
    """Yield what is wrong with a scenario before the model is asked."""
    known = model.spec.parameters
    for name, value in scenario.parameters.items():
        field = (*place, "parameters", name)
        if name not in known:
            message = _("'{name}' is not a parameter of the model", name=name)
            yield finding(field, message, fix=did_you_mean(name, known))
        elif isinstance(value, Measure) and not value.unit.fits(known[name].unit):
            message = _("the unit {unit} stands where {wanted} is needed",
                        unit=value.unit, wanted=known[name].unit.text)  # fmt: skip
            fix = _("write the value in {wanted}", wanted=known[name].unit.text)
            yield finding(field, message, fix=fix)
    if model.spec.time is None:
        for field_name in (*_TIME, "discount"):
            if getattr(scenario, field_name) is not None:
                message = _("the model has no course in time")
                yield finding((*place, field_name), message, fix=_("remove it"))


def _nothing_changed(scenario: Scenario, place: Place) -> Iterator[Finding]:
    """Yield a finding if a scenario is the base case."""
    if scenario == Scenario(label=scenario.label, note=scenario.note):
        message = _("the scenario changes nothing")
        yield finding(place, message, fix=_("add e.g. `parameters: {{price: 1000}}`"))


def _values(scenario: Scenario, spec: Model) -> dict[str, float]:
    """Return the values of a scenario in the parameters' own units, those that have one."""
    return {
        name: value.value / spec.parameters[name].unit.factor
        if isinstance(value, Measure) else value
        for name, value in scenario.parameters.items()
        if name in spec.parameters
        and (not isinstance(value, Measure) or value.unit.fits(spec.parameters[name].unit))
    }  # fmt: skip


def _changed(scenario: Scenario, spec: Model) -> Model:
    """Return the model under a scenario."""
    changed: dict[str, Any] = {}
    times = {name: getattr(scenario, name) for name in _TIME}
    given = {name: value for name, value in times.items() if value is not None}
    if given and spec.time is not None:
        changed["time"] = spec.time.model_copy(update=given)
    if scenario.discount is not None and spec.time is not None:
        changed["discount"] = scenario.discount
    return stating(spec, _values(scenario, spec)).model_copy(update=changed)


def _of_model(model: LoadedModel, place: Place) -> Iterator[Finding]:
    """Yield what is impossible in a model under a scenario, at the scenario's own lines."""
    for found in check_model(model.spec, model.tables):
        match found.place:
            case ("time", field, *rest) if field in _TIME:
                at = (*place, field, *rest)
            case ("parameters", name, *_rest):
                at = (*place, "parameters", name)
            case ("discount", *rest):
                at = (*place, "discount", *rest)
            case _:
                message = _("{field}: {message}", field=field_text(found.place),
                            message=found.error.message)  # fmt: skip
                yield finding(place, message, fix=found.error.fix)
                continue
        yield Finding(at, found.error)
