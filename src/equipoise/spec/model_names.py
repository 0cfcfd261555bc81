"""Names in a model: each means one thing, formulas know them all, none is made of itself."""

from collections.abc import Collection, Iterator, Mapping

from equipoise.core.errors import FormulaError
from equipoise.core.translation import translate as _
from equipoise.spec.clock import CALENDAR_YEAR, CLOCK
from equipoise.spec.findings import (
    MOST_COMPARED,
    Finding,
    Place,
    did_you_mean,
    finding,
    loop,
)
from equipoise.spec.formula import CONSTANTS, FUNCTIONS, Formula, unknown_name, walk
from equipoise.spec.formula.tree import Call, Name
from equipoise.spec.model import Model, Time
from equipoise.spec.model_formulas import PlacedFormula, formulas
from equipoise.spec.model_place import TIME_IN_STATE, check_place, state_words

BUILT_IN = frozenset({*CLOCK, TIME_IN_STATE, *CONSTANTS, *FUNCTIONS})
"""Words of the formula language."""


def given_names(model: Model) -> Iterator[tuple[Place, str]]:
    """Yield every name that a model gives to something formulas can use, with its place."""
    first_strategy = next(iter(model.strategies))
    for name in model.strategies[first_strategy]:
        yield ("strategies", first_strategy, name), name
    for first_group in list(model.subgroups)[:1]:
        for name in model.subgroups[first_group].values:
            yield ("subgroups", first_group, "values", name), name
    for field in ("parameters", "tables", "let", "attributes"):
        for name in getattr(model, field):
            yield (field, name), name


def check_names(model: Model) -> Iterator[Finding]:
    """Yield every name that is given twice, or that the language has already."""
    seen: dict[str, Place] = {}
    for place, name in given_names(model):
        fix = _("choose another name")
        if name in BUILT_IN:
            message = _("'{name}' is a word of the formula language", name=name)
            yield finding(place, message, fix=fix)
        elif name in seen:
            where = ".".join(str(step) for step in seen[name])
            message = _("'{name}' is the name of `{where}` already", name=name, where=where)
            yield finding(place, message, fix=fix)
        seen.setdefault(name, place)


def values_in_scope(model: Model) -> set[str]:
    """Return the names that formulas of a model can read, besides spans of time."""
    known = {name for place, name in given_names(model) if place[0] != "tables"}
    if model.time is None:
        return known
    places = {TIME_IN_STATE, *state_words(model)} if model.states else set()
    return known | set(CLOCK) | places


def check_formula_names(model: Model, *, in_study: bool) -> Iterator[Finding]:
    """Yield every name that a formula uses but nothing gives, and every circle of names.

    Parameters
    ----------
    model
        The model as written.
    in_study
        Whether a study gives the ages at start.
    """
    known = values_in_scope(model)
    for placed in formulas(model):
        yield from _unknown_values(model, placed, known)
        yield from _unknown_functions(model, placed)
    yield from check_place(model)
    yield from _circle(model)
    if model.time is not None:
        yield from _unsaid(model, model.time, in_study=in_study)
    yield from _weights(model)


def _unknown_values(model: Model, placed: PlacedFormula, known: set[str]) -> Iterator[Finding]:
    """Check that the values a formula reads exist."""
    for name in sorted(placed.formula.names - known):
        column = column_of(placed.formula, name)
        if name in CLOCK:
            message = _("'{name}' has no meaning without a course in time", name=name)
            fix = _("add `time: {{cycle: 1 year, horizon: 20 years}}`")
            yield finding(placed.place, message, fix=fix, column=column)
        elif name == TIME_IN_STATE:
            message = _("'{name}' has no meaning without states and a course in time", name=name)
            fix = _("use `time`, which counts from the patient's start")
            yield finding(placed.place, message, fix=fix, column=column)
        elif name in model.tables or name in FUNCTIONS:
            message = _("'{name}' is a function", name=name)
            fix = _("give its arguments in brackets: {name}(...)", name=name)
            yield finding(placed.place, message, fix=fix, column=column)
        else:
            near = sorted(known | set(CONSTANTS))[:MOST_COMPARED]
            yield Finding(placed.place, unknown_name(name, near, column))


def _unknown_functions(model: Model, placed: PlacedFormula) -> Iterator[Finding]:
    """Check that the functions a formula calls exist."""
    known = [*FUNCTIONS, *model.tables]
    for name in sorted(placed.formula.functions - set(known)):
        column = column_of(placed.formula, name)
        message = _("there is no function or table '{name}'", name=name)
        error = FormulaError(message, fix=did_you_mean(name, known), column=column)
        yield Finding(placed.place, error)


def column_of(formula: Formula, name: str) -> int:
    """Return where a formula first uses a name, as offset in its text."""
    found = [
        node.column
        for node in walk(formula.tree)
        if (isinstance(node, Name) and node.name == name)
        or (isinstance(node, Call) and node.function == name)
    ]
    return min(found, default=0)


def parts(model: Model) -> dict[str, Formula]:
    """Return what intermediate values, and attributes at the start, are made of."""
    starts = {
        name: attribute.start
        for name, attribute in model.attributes.items()
        if attribute.start is not None
    }
    return {**starts, **model.let}


def _circle(model: Model) -> Iterator[Finding]:
    """Check that no value is made of itself."""
    made = parts(model)
    ring = loop({name: formula.names & made.keys() for name, formula in made.items()})
    if ring is not None:
        name = ring[0]
        place: Place = ("let", name) if name in model.let else ("attributes", name, "start")
        message = _("values are made of each other in a circle: {names}", names=" -> ".join(ring))
        column = column_of(made[name], ring[1])
        yield finding(place, message, fix=_("break the circle at one of them"), column=column)


def _unsaid(model: Model, time: Time, *, in_study: bool) -> Iterator[Finding]:
    """Check that somebody says the age and the year at start if a formula asks for them."""
    wanted: dict[str, tuple[str, str]] = {}
    if time.start_age is None and not in_study:
        message = _("'age' is used, but nothing says the age at start")
        wanted["age"] = message, _("add `start_age: 40 years` under `time`")
    if time.start_year is None:
        message = _("'calendar_year' is used, but nothing says the year at start")
        wanted[CALENDAR_YEAR] = message, _("add `start_year: 2026` under `time`")
    for name, (message, fix) in wanted.items():
        placed = next((one for one in formulas(model) if name in one.formula.names), None)
        if placed is not None:
            column = column_of(placed.formula, name)
            yield finding(placed.place, message, fix=fix, column=column)


def _weights(model: Model) -> Iterator[Finding]:
    """Check that the weights of subgroups are the same for all strategies and at all times."""
    barred: Mapping[str, str] = {
        **dict.fromkeys(("time", CALENDAR_YEAR), _("time")),
        **{name: _("the strategy") for values in model.strategies.values() for name in values},
        **dict.fromkeys(model.attributes, _("a patient's history")),
    }
    reached = _made_of(model, barred) if model.subgroups else {}
    for name, subgroup in model.subgroups.items():
        for used in sorted(subgroup.weight.names & reached.keys()):
            message = _(
                "a weight cannot depend on {what} ('{name}')",
                what=barred[reached[used]], name=reached[used],
            )  # fmt: skip
            fix = _("use numbers and parameters only")
            column = column_of(subgroup.weight, used)
            yield finding(("subgroups", name, "weight"), message, fix=fix, column=column)


def _made_of(model: Model, roots: Collection[str]) -> dict[str, str]:
    """Return every name that is made of one of the roots, directly or not, with that root."""
    users: dict[str, list[str]] = {}
    for name, formula in parts(model).items():
        for used in formula.names:
            users.setdefault(used, []).append(name)
    found = {root: root for root in sorted(roots)}
    queue = list(found)
    while queue:
        current = queue.pop()
        for user in users.get(current, ()):
            if user not in found:
                found[user] = found[current]
                queue.append(user)
    return found
