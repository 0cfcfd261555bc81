"""What pydantic cannot see in a model: names, loops, states, time, sources."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import chain

from equipoise.core.translation import translate as _
from equipoise.spec.bounds import check_bounds
from equipoise.spec.findings import (
    Finding,
    Place,
    did_you_mean,
    finding,
    unknown_sources,
)
from equipoise.spec.joint_check import check_joint
from equipoise.spec.loaded import TableData
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import cost_items
from equipoise.spec.model_names import check_formula_names, check_names
from equipoise.spec.model_shares import check_shares
from equipoise.spec.model_start import check_start
from equipoise.spec.model_units import check_units, rows_of_rates

MAX_CYCLES = 20_000
MAX_VARIABLES = 200
LARGEST: Mapping[str, int] = {
    "subgroups": 500, "parameters": 2000, "joint": 200, "correlations": 500, "tables": 100,
    "let": 1000, "attributes": 200, "states": 500, "transitions": 500,
    "transition_effects": 1000, "events": 500, "track": 100,
}  # fmt: skip
"""Most entries of each field: far more than models of people have, few enough to check fast."""


def check_model(
    model: Model, tables: Mapping[str, TableData], *, in_study: bool = False
) -> Iterator[Finding]:
    """Yield every mistake of a model that only shows across its fields.

    Parameters
    ----------
    model
        The model as written.
    tables
        Its tables that could be read; formulas that call another one are not checked for units.
    in_study
        Whether a study gives the ages at start, and converts money to its own.
    """
    too_large = list(_sizes(model))
    if too_large:
        yield from too_large
        return
    found = list(_across(model, tables, in_study=in_study))
    yield from found
    if not found:
        rates = rows_of_rates(model, tables, any_money=in_study)
        yield from check_start(model, tables, rates=rates)


def _across(model: Model, tables: Mapping[str, TableData], *, in_study: bool) -> Iterator[Finding]:
    """Yield what is wrong between fields, before any formula is evaluated."""
    yield from chain(
        check_names(model),
        _strategies(model),
        _subgroups(model),
        _sources(model),
        _labels(model),
        _time(model),
        _states(model),
        _transitions(model),
        _effects(model),
        check_shares(model),
        check_joint(model),
    )
    yield from check_formula_names(model, in_study=in_study)
    yield from check_units(model, tables, any_money=in_study)
    yield from check_bounds(model, tables)


def _sizes(model: Model) -> Iterator[Finding]:
    """Refuse what no model of people needs, before anything slow looks at it."""
    for field, most in LARGEST.items():
        count = len(getattr(model, field))
        if count > most:
            message = _("{count} entries, at most {most} are allowed", count=count, most=most)
            yield finding((field,), message, fix=_("split the model, or use a table"))
    variables = max(len(values) for values in model.strategies.values())
    if variables > MAX_VARIABLES:
        message = _(
            "{count} entries, at most {most} are allowed", count=variables, most=MAX_VARIABLES
        )
        yield finding(("strategies",), message, fix=_("name the strategy by one variable"))


def _same_keys(groups: Mapping[str, Mapping[str, float]], place: Place) -> Iterator[Finding]:
    """Check that all members of a mapping set the variables that the first one sets."""
    first = next(iter(groups), "")
    wanted = groups.get(first, {})
    for group, values in groups.items():
        field = (place[0], group, *place[1:])
        extra = [name for name in values if name not in wanted]
        for name in wanted:
            if name in values:
                continue
            near = get_close_matches(name, extra, n=1)
            if near:
                extra.remove(near[0])
                message = _("'{group}' does not set '{name}'", group=first, name=near[0])
                fix = _("did you mean '{near}'?", near=name)
                yield finding((*field, near[0]), message, fix=fix)
            else:
                message = _("'{group}' does not set '{name}'", group=group, name=name)
                yield finding(field, message, fix=_("add `{name}: 0`", name=name))
        for name in extra:
            message = _("'{group}' does not set '{name}'", group=first, name=name)
            yield finding((*field, name), message, fix=_("set it for all of them, or remove it"))


def _strategies(model: Model) -> Iterator[Finding]:
    """Check that every strategy sets the same variables."""
    yield from _same_keys(model.strategies, ("strategies",))


def _subgroups(model: Model) -> Iterator[Finding]:
    """Check that every subgroup sets the same variables."""
    values = {name: subgroup.values for name, subgroup in model.subgroups.items()}
    yield from _same_keys(values, ("subgroups", "values"))


def _sources(model: Model) -> Iterator[Finding]:
    """Check the source keys of parameters and tables."""
    used: dict[Place, str | None] = {
        ("parameters", name, "source"): parameter.source
        for name, parameter in model.parameters.items()
    }
    used |= {("tables", name, "source"): table.source for name, table in model.tables.items()}
    yield from unknown_sources(used, model.sources)


def _labels(model: Model) -> Iterator[Finding]:
    """Check that labels name something of the model."""
    known = {
        *cost_items(model), *model.strategies, *model.subgroups, *model.parameters, *model.tables,
        *model.let, *model.attributes, *model.states, *model.events, *model.track,
        *(name for values in model.strategies.values() for name in values),
        *(name for one in model.submodels.values() for name in (*one.copies, *one.states)),
    }  # fmt: skip
    for name in model.labels:
        if name not in known:
            message = _("nothing in the model is called '{name}'", name=name)
            yield finding(("labels", name), message, fix=did_you_mean(name, known))


def _time(model: Model) -> Iterator[Finding]:
    """Check that there is a clock where something happens in time, and that it fits."""
    if model.time is None:
        for field in ("attributes", "states", "transitions", "transition_effects", "track"):
            if getattr(model, field):
                message = _("`{field}` need a course in time", field=field)
                fix = _("add `time: {{cycle: 1 year, horizon: 20 years}}`")
                yield finding((field,), message, fix=fix)
        return
    cycle, horizon = model.time.cycle.value, model.time.horizon.value
    if cycle <= 0:
        message = _("the cycle must be longer than nothing")
        yield finding(("time", "cycle"), message, fix=_("write e.g. 1 year"))
    if horizon <= 0:
        message = _("the horizon must be longer than nothing")
        yield finding(("time", "horizon"), message, fix=_("write e.g. 20 years"))
    elif cycle <= 0:
        return
    elif horizon < cycle * (1 - 1e-9):
        message = _("the horizon is shorter than one cycle")
        yield finding(("time", "horizon"), message, fix=_("make the cycle shorter"))
    elif horizon > cycle * MAX_CYCLES * (1 + 1e-9):
        message = _("the horizon is more than {limit} cycles", limit=MAX_CYCLES)
        yield finding(("time", "horizon"), message, fix=_("make the cycle longer"))


def _states(model: Model) -> Iterator[Finding]:
    """Check that patients start somewhere."""
    if model.is_partitioned:
        return
    if model.states and all(state.start is None for state in model.states.values()):
        message = _("no state has a `start`")
        yield finding(("states",), message, fix=_("add `start: 1` where patients begin"))


def _known_state(model: Model, place: Place, name: str) -> Iterator[Finding]:
    """Check that a name is a state."""
    if name not in model.states:
        message = _("'{name}' is not a state", name=name)
        yield finding(place, message, fix=did_you_mean(name, model.states))


def _transitions(model: Model) -> Iterator[Finding]:
    """Check the states of transitions, and that a row has one `rest` at most."""
    for origin, row in model.transitions.items():
        yield from _known_state(model, ("transitions", origin), origin)
        for target in row:
            yield from _known_state(model, ("transitions", origin, target), target)
        rests = [target for target, formula in row.items() if formula == "rest"]
        for target in rests[1:]:
            message = _("a row has one `rest` only, '{name}' has it already", name=rests[0])
            place = ("transitions", origin, target)
            yield finding(place, message, fix=_("write a probability instead"))


def _effects(model: Model) -> Iterator[Finding]:
    """Check the states of one-off effects, and that somebody can move that way."""
    for index, effect in enumerate(model.transition_effects):
        place: Place = ("transition_effects", index)
        sides = {"leaving": effect.left, "entering": effect.entered}
        for field, names in sides.items():
            for position, name in enumerate(names):
                alone = isinstance(getattr(effect, field), str)
                exact = (*place, field) if alone else (*place, field, position)
                yield from _known_state(model, exact, name)
        if model.is_partitioned:
            continue
        missing = [field for field, names in sides.items() if not names]
        for field in missing:
            message = _("`{field}` is missing", field=field)
            fix = _("add `{field}: <state>`; only models with shares do with one side", field=field)
            yield finding(place, message, fix=fix)
        known = all(name in model.states for name in (*effect.left, *effect.entered))
        if known and not missing and not _can_move(model, effect.left, effect.entered):
            message = _("no transition leads that way, so the effect never happens")
            fix = _("add the transition, or correct the states")
            yield finding(place, message, fix=fix)


def _can_move(model: Model, leaving: Collection[str], entering: Collection[str]) -> bool:
    """Tell whether any stated transition joins two sets of states."""
    wanted = set(entering)
    return any(not wanted.isdisjoint(model.transitions.get(one, {})) for one in set(leaving))
