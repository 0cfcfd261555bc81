"""What a number can be, from what is declared of it: its use, its unit, its distribution.

A name says nothing: `cost_change` may be negative if its file says why (`below_zero`), and so may
the coefficients of a regression, which are drawn together from a multivariate normal.
"""

from collections.abc import Iterator, Mapping
from math import inf
from typing import NamedTuple

from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.core.units import Unit
from equipoise.spec.findings import Finding, Place, finding
from equipoise.spec.formula import Formula, walk
from equipoise.spec.formula.survival import SURVIVAL
from equipoise.spec.formula.tree import Binary, Call, Choice, Name, Negative, Node
from equipoise.spec.loaded import TableData
from equipoise.spec.model import Model, Table
from equipoise.spec.model_formulas import formulas
from equipoise.spec.quantity import JointDirichlet, JointNormal, Quantity

LEAST_UTILITY = -1.0
"""Value sets know states worse than death; EQ-5D goes down to about -0.6."""

_HAIR = 1e-9


class Bounds(NamedTuple):
    """Least and largest possible value in canonical units, and what has them."""

    low: float
    high: float
    what: str

    def hold(self, value: float) -> bool:
        """Return whether a value is possible."""
        return self.low - _HAIR <= value <= self.high + _HAIR


SHARE = Bounds(0.0, 1.0, mark("a share or a probability"))
RATE = Bounds(0.0, inf, mark("a rate of events"))
UTILITY = Bounds(LEAST_UTILITY, 1.0, mark("a utility"))
_MONEY = Bounds(0.0, inf, mark("an amount of money"))
_DURATION = Bounds(0.0, inf, mark("a duration"))
_COUNT = Bounds(0.0, inf, mark("a count or a measure"))
POSITIVE = Bounds(0.0, inf, mark("a number whose distribution has no negative values"))

_POSITIVE_KINDS = ("gamma", "lognormal", "weibull", "exponential")


def check_bounds(model: Model, tables: Mapping[str, TableData]) -> Iterator[Finding]:
    """Yield every parameter and table whose values cannot be.

    Parameters
    ----------
    model
        The model as written.
    tables
        Its tables that could be read.
    """
    roles = roles_of(model)
    for name, parameter in model.parameters.items():
        bounds = bounds_of(model, name, roles)
        if bounds is not None:
            yield from outside(("parameters", name), parameter, bounds)
    for name, table in model.tables.items():
        if not table.from_country and name in tables:
            yield from check_table(name, table, tables[name], roles.get(name))


def bounds_of(model: Model, name: str, roles: Mapping[str, Bounds]) -> Bounds | None:
    """Return what a parameter can be; None is anything.

    Parameters
    ----------
    model
        Of the parameter.
    name
        Of the parameter.
    roles
        From `roles_of`.
    """
    parameter = model.parameters[name]
    together = [joint for joint in model.joint.values() if name in joint.parameters]
    if name in roles:
        return roles[name]
    if any(isinstance(joint, JointDirichlet) for joint in together):
        return SHARE
    if any(isinstance(joint, JointNormal) for joint in together):
        return None
    if parameter.below_zero is not None:
        return None
    bounds = _of_unit(parameter.unit) or _of_distribution(parameter)
    # Beta distributions are customary for utilities, of which a scenario may ask a negative one.
    return UTILITY if bounds is SHARE and name in _parts_of_utility(model) else bounds


def _of_unit(unit: Unit) -> Bounds | None:
    """Return what a unit says; plain numbers, rates and health can have any sign."""
    above = {name for name, power in unit.powers if power > 0}
    if any("@" in name for name in above):
        return _MONEY
    if unit.powers == (("year", 1.0),):
        return None if "QALY" in unit.text or "life_year" in unit.text else _DURATION
    # Points belong to scores, which can fall.
    return _COUNT if above and above.isdisjoint({"year", "point"}) else None


def _of_distribution(parameter: Quantity) -> Bounds | None:
    """Return what the choice of a distribution says."""
    kind = parameter.distribution.kind if parameter.distribution is not None else None
    if kind == "beta" and parameter.unit.is_dimensionless:
        return SHARE
    return POSITIVE if kind == "beta" or kind in _POSITIVE_KINDS else None


def roles_of(model: Model) -> dict[str, Bounds]:
    """Return what parameters and tables can be where they alone make a field.

    `dead: p_death` makes the parameter a probability; `dead: p_death + change` says nothing of
    either. Names of intermediate values stand for their formulas.
    """
    found: dict[str, Bounds] = {}
    units: dict[str, Unit | None] = {name: p.unit for name, p in model.parameters.items()}
    units |= {name: table.unit for name, table in model.tables.items()}
    for placed in formulas(model):
        for node in walk(placed.formula.tree):
            if isinstance(node, Call) and node.function in ("probability", "rate"):
                role = RATE if node.function == "probability" else SHARE
                _note(found, model, node.arguments[0], role)
            elif isinstance(node, Call) and node.function in SURVIVAL:
                for name, argument in zip(SURVIVAL[node.function].arguments, node.arguments,
                                          strict=True):  # fmt: skip
                    if name == "rate":
                        _note(found, model, argument, RATE)
        match placed.role:
            case "utility":
                _note(found, model, placed.formula.tree, UTILITY)
            case "start" | "share" | "weight":
                _note(found, model, placed.formula.tree, SHARE)
            case "transition":
                for name in _alone(model, placed.formula.tree):
                    unit = units.get(name)
                    found.setdefault(name, SHARE if unit is None or not unit.powers else RATE)
            case _:
                pass
    return found


def _note(found: dict[str, Bounds], model: Model, node: Node, bounds: Bounds) -> None:
    """Note what all names can be that alone make a value."""
    for name in _alone(model, node):
        found.setdefault(name, bounds)


def _alone(model: Model, start: Node) -> Iterator[str]:
    """Yield the parameters and tables of which one alone is the value of a formula.

    What a choice asks about is guarded: `p if p > 0 else 0` may be given any number.
    """
    seen: set[str] = set()
    guarded: set[str] = set()
    found: list[str] = []
    queue = [start]
    while queue:
        match queue.pop():
            case Choice(condition=condition, then=then, otherwise=otherwise):
                guarded |= {node.name for node in walk(condition) if isinstance(node, Name)}
                queue += [then, otherwise]
            case Name(name=name) if name in model.let and name not in seen:
                seen.add(name)
                made: Formula = model.let[name]
                queue.append(made.tree)
            case Name(name=name) if name in model.parameters:
                found.append(name)
            case Call(function=name) if name in model.tables:
                found.append(name)
            case _:
                pass
    yield from (name for name in found if name not in guarded)


def _parts_of_utility(model: Model) -> set[str]:
    """Return the names that utilities are computed with, but for conditions and arguments."""
    queue: list[Node] = [f.formula.tree for f in formulas(model) if f.role == "utility"]
    found: set[str] = set()
    while queue:
        match queue.pop():
            case Choice(then=left, otherwise=right) | Binary(left=left, right=right):
                queue += [left, right]
            case Negative(operand=operand):
                queue.append(operand)
            case Name(name=name) if name not in found:
                found.add(name)
                queue += [model.let[name].tree] if name in model.let else []
            case _:
                pass
    return found


def outside(place: Place, quantity: Quantity, bounds: Bounds) -> Iterator[Finding]:
    """Yield a finding if a value, or the mean of its distribution, is impossible.

    A distribution may reach beyond what is possible, as a normal distribution of a cost does in
    published models.
    """
    unit, spread = quantity.unit, quantity.distribution
    if not bounds.hold(quantity.value * unit.factor):
        message = impossible(quantity.value, unit, bounds)
        yield finding((*place, "value"), message, fix=_fix(bounds))
    elif spread is not None and not bounds.hold(spread.mean * unit.factor):
        message = _("the mean of the distribution: {why}",
                    why=impossible(spread.mean, unit, bounds))  # fmt: skip
        yield finding((*place, "distribution"), message, fix=_("correct the distribution"))


def check_table(
    name: str, table: Table, data: TableData, role: Bounds | None = None
) -> Iterator[Finding]:
    """Yield a finding for the first value of a table that is impossible.

    Parameters
    ----------
    name, table, data
        The table, as written and as read.
    role
        What its use in formulas makes of it, if anything.
    """
    unit = data.unit
    bounds = role
    if bounds is None and table.below_zero is None and unit is not None:
        bounds = RATE if unit.powers == (("year", -1.0),) else _of_unit(unit)
    if bounds is None or unit is None:
        return
    for point, column in zip(data.grid, data.values.T, strict=True):
        for value in column:
            if not bounds.hold(float(value)):
                place, written = _point(name, table, data, float(point))
                why = impossible(float(value) / unit.factor, unit, bounds)
                message = _("at the point {point:g}: {why}", point=written, why=why)
                yield finding(place, message, fix=_fix(bounds))
                return


def _point(name: str, table: Table, data: TableData, point: float) -> tuple[Place, float]:
    """Return the place of a point of a table, and the point as written."""
    unit = data.argument_units[data.order] if data.argument_units else None
    written = point / unit.factor if unit is not None else point
    place: Place = ("tables", name, "file")
    for key in table.points or {}:
        if abs(float(key) - written) <= _HAIR * max(1.0, abs(written)):
            place = ("tables", name, "points", key)
    return place, written


def impossible(value: float, unit: Unit, bounds: Bounds) -> str:
    """Return the sentence that refuses a value, given in its unit."""
    low, high, what = bounds.low, bounds.high, _(bounds.what)
    if high == inf:
        return _("{value:g} is below zero, but this is {what}", value=value, what=what)
    return _("{value:g} is not between {low:g} and {high:g}, but this is {what}",
             value=value * unit.factor, low=low, high=high, what=what)  # fmt: skip


def _fix(bounds: Bounds) -> str:
    """Return how to mend an impossible value."""
    if bounds in (_MONEY, _DURATION, _COUNT):
        return _("correct the number; of a difference or a coefficient say it: "
                 "`below_zero: <reason>`")  # fmt: skip
    return _("correct the number or its unit")
