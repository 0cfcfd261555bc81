"""Inputs that move nothing because a file has switched off what they belong to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from equipoise.core.errors import EquipoiseError
from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.spec.formula import parse_formula
from equipoise.spec.formula.tree import Number
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Model
from equipoise.verification.changes import with_parts
from equipoise.verification.subject import Subject

_DRAWS = 5
_FACTOR = 0.9


@dataclass(frozen=True)
class _Switch:
    """What is 0, or 1, for all, and how a model is made in which it is the other."""

    name: str
    value: float
    turned: Callable[[LoadedModel], LoadedModel]


def switched_off(subject: Subject, idle: Sequence[str]) -> dict[str, str]:
    """Return the inputs that move something as soon as switches are turned: input -> switches.

    Parameters
    ----------
    subject
        The model.
    idle
        Inputs that move nothing in it.
    """
    found: dict[str, str] = {}
    switches = list(_switches(subject.model.spec)) if idle else []
    off = [one for one in switches if one.value == 0.0]
    for group in [*([one] for one in switches), *([off] if len(off) > 1 else [])]:
        model = subject.model
        for switch in group:
            model = switch.turned(model)
        turned = subject.on(model, draws=_DRAWS)
        for name in idle:
            if name not in found and _moves(turned, name):
                found[name] = ", ".join(f"{one.name} = {one.value:g}" for one in group)
    return found


def question_of(off: Mapping[str, str]) -> str:
    """Return what to ask the author about inputs that are switched off; nothing if none are."""
    if not off:
        return ""
    parts = [f"'{name}' ({switch})" for name, switch in off.items()]
    return _("Is it meant to be switched off: {names}?", names=", ".join(parts))


def _moves(turned: Subject, name: str) -> bool:
    """Return whether an input moves something; a model that cannot be turned tells nothing."""
    try:
        return turned.moves(name, _FACTOR)
    except EquipoiseError:
        return False


def _switches(spec: Model) -> Iterator[_Switch]:
    """Yield variables and attributes that are 0 or 1 for all, and numbers that are certainly 0."""
    for name, value in _constant(list(spec.strategies.values())):
        yield _Switch(name, value, partial(_in_strategies, name, 1.0 - value))
    for name, value in _constant([group.values for group in spec.subgroups.values()]):
        yield _Switch(name, value, partial(_in_subgroups, name, 1.0 - value))
    for name, attribute in spec.attributes.items():
        start = None if attribute.start is None else attribute.start.tree
        if attribute.each_cycle is None and start in (Number(0.0), Number(1.0)):
            value = float(start == Number(1.0))
            yield _Switch(name, value, partial(_in_attributes, name, 1.0 - value))
    for name, one in spec.parameters.items():
        joint = any(name in some.parameters for some in spec.joint.values())
        if one.value == 0.0 and not (one.distribution or joint):
            yield _Switch(name, 0.0, partial(_in_parameters, name, 1.0))


def _constant(all_values: Sequence[Mapping[str, float]]) -> Iterator[tuple[str, float]]:
    """Yield the variables that are 0 everywhere, or 1."""
    for name, value in all_values[0].items() if all_values else ():
        if value in (0.0, 1.0) and all(own.get(name) == value for own in all_values):
            yield name, value


def _in_strategies(name: str, value: float, model: LoadedModel) -> LoadedModel:
    """Return a model in which a variable has another value in all strategies."""
    strategies = {key: {**own, name: value} for key, own in model.spec.strategies.items()}
    return with_parts(model, strategies=strategies)


def _in_subgroups(name: str, value: float, model: LoadedModel) -> LoadedModel:
    """Return a model in which a variable has another value in all subgroups."""
    groups = {
        key: group.model_copy(update={"values": {**group.values, name: value}})
        for key, group in model.spec.subgroups.items()
    }
    return with_parts(model, subgroups=groups)


def _in_attributes(name: str, value: float, model: LoadedModel) -> LoadedModel:
    """Return a model in which an attribute begins with another value."""
    new = model.spec.attributes[name].model_copy(update={"start": parse_formula(value)})
    return with_parts(model, attributes={**model.spec.attributes, name: new})


def _in_parameters(name: str, value: float, model: LoadedModel) -> LoadedModel:
    """Return a model in which a certain number is another."""
    new = model.spec.parameters[name].model_copy(update={"value": value})
    return with_parts(model, parameters={**model.spec.parameters, name: new})
