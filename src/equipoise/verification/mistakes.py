"""Mistakes that people make in model files, seeded to see whether the checks notice them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from equipoise.core.translation import mark
from equipoise.spec.discount import steps_of
from equipoise.spec.distribution import parse_distribution
from equipoise.spec.formula import Formula, parse_formula, to_text
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import State
from equipoise.spec.model_place import living_states
from equipoise.verification.changes import dead_states, times, with_parts
from equipoise.verification.formula_mistakes import (
    ageless,
    own_spread,
    price_of_nothing,
    rate_as_probability,
    unlinked,
    upside_down,
    whole_year,
    wrong_sign,
)

PATIENTS = 100
"""Of a study whose standard deviation somebody takes for its standard error."""

_SPREADS = ("gamma", "lognormal", "normal", "beta")
_TENTH = 0.1


@dataclass(frozen=True)
class Mistake:
    """A kind of mistake in a file.

    Parameters
    ----------
    name, title
        For the log.
    seed
        Yields models that have it, each in another place; none where there is no place for it.
    moves_results
        Whether results are others with it: where they are not, there was no mistake.
    """

    name: str
    title: str
    seed: Callable[[LoadedModel], Iterable[LoadedModel]]
    moves_results: bool = True


def _with_parameter(model: LoadedModel, name: str, **parts: object) -> LoadedModel:
    """Return a model in which something of a parameter is another."""
    new = model.spec.parameters[name].model_copy(update=parts)
    return with_parts(model, parameters={**model.spec.parameters, name: new})


def ten_times(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a point of a decimal number has slipped."""
    for name, one, _spread in own_spread(model):
        yield _with_parameter(model, name, value=one.value * 10.0)


def ten_times_both(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a value and its draws are ten times as high, as if read wrongly."""
    for name, one in model.spec.parameters.items():
        if one.distribution is None:
            yield _with_parameter(model, name, value=10.0 * one.value)
        elif one.distribution.kind in ("gamma", "lognormal", "normal"):
            spread = one.distribution
            text = f"{spread.kind}(mean={10.0 * spread.mean!r}, sd={10.0 * spread.sd!r})"
            yield _with_parameter(
                model, name, value=10.0 * one.value, distribution=parse_distribution(text)
            )


def exchanged_values(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which two values of the same unit stand in each other's place."""
    own = [(name, one) for name, one, _spread in own_spread(model)]
    for place, (name, one) in enumerate(own):
        for other, two in own[place + 1 :]:
            if one.unit == two.unit and abs(one.value - two.value) > _TENTH * abs(one.value):
                first = _with_parameter(model, name, value=two.value)
                yield _with_parameter(first, other, value=one.value)


def deviation_for_error(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a parameter is as uncertain as patients differ."""
    for name, one, spread in own_spread(model):
        if spread.kind not in _SPREADS:
            continue
        wide = spread.sd * PATIENTS**0.5
        if spread.kind == "beta":
            wide = min(wide, 0.99 * (spread.mean * (1.0 - spread.mean)) ** 0.5)
        text = f"{spread.kind}(mean={spread.mean!r}, sd={wide!r})"
        yield _with_parameter(model, name, value=one.value, distribution=parse_distribution(text))


def logarithm_forgotten(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which the mean of logarithms is that of the numbers."""
    for name, one, spread in own_spread(model):
        if spread.kind == "lognormal":
            log_sd = spread.arguments["log_sd"]
            text = f"lognormal(log_mean={one.value!r}, log_sd={log_sd!r})"
            yield _with_parameter(model, name, distribution=parse_distribution(text))


def wrong_centre(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which the draws of a parameter are a fifth too high."""
    for name, _one, spread in own_spread(model):
        if spread.kind in ("gamma", "lognormal", "normal"):
            text = f"{spread.kind}(mean={1.2 * spread.mean!r}, sd={spread.sd!r})"
            yield _with_parameter(model, name, distribution=parse_distribution(text))


def no_source(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which nobody says where a number comes from."""
    for name in model.spec.parameters:
        yield _with_parameter(model, name, source=None, note=None)


def percent_for_share(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a share is written in percent."""
    for name, one, spread in own_spread(model):
        if spread.kind == "beta" and one.unit.is_dimensionless:
            shape, rate = spread.mean**2 / spread.sd**2, spread.mean / spread.sd**2 / 100.0
            text = f"gamma(shape={shape!r}, rate={rate!r})"
            yield _with_parameter(
                model, name, value=100.0 * one.value, distribution=parse_distribution(text)
            )


def _with_state(model: LoadedModel, name: str, **parts: object) -> LoadedModel:
    """Return a model in which something of a state is another."""
    state = model.spec.states[name].model_copy(update=parts)
    return with_parts(model, states={**model.spec.states, name: state})


def _with_row(model: LoadedModel, origin: str, row: Mapping[str, object]) -> LoadedModel:
    """Return a model in which patients leave a state otherwise."""
    return with_parts(model, transitions={**model.spec.transitions, origin: dict(row)})


def risen(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which one in ten of the dead comes back in each cycle."""
    for dead in dead_states(model.spec):
        if model.spec.transitions:
            first = living_states(model.spec)[0]
            yield _with_row(model, dead, {first: parse_formula(_TENTH)})


def undying(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which nobody dies in one state."""
    dead = dead_states(model.spec)
    for origin, row in model.spec.transitions.items():
        left = {target: move for target, move in row.items() if target not in dead}
        if len(left) < len(row) and origin not in dead:
            yield _with_row(model, origin, left)


def too_few(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a tenth of those who begin is missing."""
    for name, state in model.spec.states.items():
        if state.start is not None:
            yield _with_state(model, name, start=times(state.start, 0.9))


def exchanged_targets(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which two moves from a state lead to each other's target."""
    for origin, row in model.spec.transitions.items():
        names = [name for name, move in row.items() if isinstance(move, Formula)]
        for one, two in zip(names, names[1:], strict=False):
            yield _with_row(model, origin, {**row, one: row[two], two: row[one]})


def twice_as_likely(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a move counts twice."""
    for origin, row in model.spec.transitions.items():
        for target, move in row.items():
            if isinstance(move, Formula):
                yield _with_row(model, origin, {**row, target: times(move, 2.0)})


def discounted_twice(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which all yearly costs, or all utilities, are discounted by hand as well."""
    discount = model.spec.discount
    if model.spec.time is None or discount is None:
        return
    for field, rates in (("cost", discount.cost), ("utility", discount.health)):
        rate = steps_of(rates)[0].rate.value
        factor = f"{1.0 + rate!r} ** (-time / year)"
        states = {
            name: state.model_copy(update={field: _times_formula(getattr(state, field), factor)})
            for name, state in model.spec.states.items()
        }
        if rate > 0.0:
            yield with_parts(model, states=states)


def _times_formula(
    own: Formula | Mapping[str, Formula] | None, factor: str
) -> Formula | dict[str, Formula] | None:
    """Return a formula, or those of all items, times another."""
    if own is None:
        return None
    if isinstance(own, Formula):
        return parse_formula(f"({to_text(own.tree)}) * {factor}")
    return {item: parse_formula(f"({to_text(one.tree)}) * {factor}") for item, one in own.items()}


def worth_when_dead(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which the dead have a utility."""
    for dead in dead_states(model.spec):
        yield _with_state(model, dead, utility=parse_formula(0.5))


def cost_when_dead(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which the dead cost as much as the sickest."""
    own = [state.cost for state in model.spec.states.values() if state.cost is not None]
    for dead in dead_states(model.spec):
        if own:
            yield _with_state(model, dead, cost=own[-1])


def worth_too_much(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a state is worth more than health."""
    for name, state in model.spec.states.items():
        if state.utility is not None:
            yield _with_state(model, name, utility=parse_formula(1.2))


def _with_cost(
    model: LoadedModel, change: Callable[[Formula], Formula]
) -> Iterator[tuple[str, State, LoadedModel]]:
    """Yield models in which one yearly cost of a state is another."""
    for name, state in model.spec.states.items():
        if isinstance(state.cost, Formula):
            yield name, state, _with_state(model, name, cost=change(state.cost))
        elif state.cost is not None:
            for item, formula in state.cost.items():
                costs = {**state.cost, item: change(formula)}
                yield name, state, _with_state(model, name, cost=costs)


def negative_cost(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a cost is subtracted."""
    for _name, _state, found in _with_cost(model, lambda formula: times(formula, -1.0)):
        yield found


def cost_by_cycle(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which a yearly cost is multiplied by the cycle once more."""
    if model.spec.time is None:
        return
    for _name, _state, found in _with_cost(
        model, lambda formula: parse_formula(f"({to_text(formula.tree)}) * cycle")
    ):
        yield found


def _exchanged(model: LoadedModel, field: str) -> Iterator[LoadedModel]:
    """Yield models in which two states have each other's cost or utility."""
    own = [n for n, state in model.spec.states.items() if getattr(state, field) is not None]
    for one, two in zip(own, own[1:], strict=False):
        first, second = (getattr(model.spec.states[name], field) for name in (one, two))
        if first != second:
            found = _with_state(model, one, **{field: second})
            yield _with_state(found, two, **{field: first})


def exchanged_utilities(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which two states have each other's utility."""
    yield from _exchanged(model, "utility")


def exchanged_costs(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which two states have each other's cost."""
    yield from _exchanged(model, "cost")


def again_and_again(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which an event of the first day comes in every cycle."""
    if model.spec.time is None:
        return
    for name, event in model.spec.events.items():
        if "time" in event.when.names:
            new = event.model_copy(update={"when": parse_formula(1.0)})
            yield with_parts(model, events={**model.spec.events, name: new})


def health_gained(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which health that is lost at once is gained."""
    for name, event in model.spec.events.items():
        if event.qaly is not None:
            new = event.model_copy(update={"qaly": times(event.qaly, -1.0)})
            yield with_parts(model, events={**model.spec.events, name: new})
    for number, effect in enumerate(model.spec.transition_effects):
        if effect.qaly is not None:
            effects = list(model.spec.transition_effects)
            effects[number] = effect.model_copy(update={"qaly": times(effect.qaly, -1.0)})
            yield with_parts(model, transition_effects=effects)


def corrected_effects(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield the model with one-off effects counted like time in states."""
    clock = model.spec.time
    if clock is None or clock.method == "none":
        return  # it would count them in full
    if not clock.correct_transitions and model.spec.transitions:
        yield with_parts(model, time=clock.model_copy(update={"correct_transitions": True}))


MISTAKES = (
    Mistake("ten_times", mark("a decimal point slipped in a value"), ten_times),
    Mistake("ten_times_both", mark("a value and its draws ten times as high"), ten_times_both),
    Mistake("exchanged_values", mark("two values exchanged"), exchanged_values),
    Mistake("deviation_for_error", mark("standard deviation for standard error"),
            deviation_for_error),
    Mistake("logarithm_forgotten", mark("logarithm forgotten"), logarithm_forgotten),
    Mistake("wrong_centre", mark("draws a fifth too high"), wrong_centre),
    Mistake("no_source", mark("number without a source"), no_source,
            moves_results=False),
    Mistake("percent_for_share", mark("percent for a share"), percent_for_share),
    Mistake("unlinked", mark("number instead of the parameter's name"), unlinked),
    Mistake("upside_down", mark("ratio upside down"), upside_down),
    Mistake("rate_as_probability", mark("rate taken for a probability"), rate_as_probability),
    Mistake("whole_year", mark("probability of a year in each cycle"), whole_year),
    Mistake("wrong_sign", mark("1 + p instead of 1 - p"), wrong_sign),
    Mistake("ageless", mark("patients who never grow older"), ageless),
    Mistake("risen", mark("way back from death"), risen),
    Mistake("undying", mark("death forgotten in a state"), undying),
    Mistake("too_few", mark("shares that begin do not add up"), too_few),
    Mistake("exchanged_targets", mark("targets of two moves exchanged"), exchanged_targets),
    Mistake("twice_as_likely", mark("move counted twice"), twice_as_likely),
    Mistake("worth_when_dead", mark("utility of the dead"), worth_when_dead),
    Mistake("cost_when_dead", mark("cost of the dead"), cost_when_dead),
    Mistake("worth_too_much", mark("utility above 1"), worth_too_much),
    Mistake("negative_cost", mark("cost with the wrong sign"), negative_cost),
    Mistake("cost_by_cycle", mark("yearly cost multiplied by the cycle"), cost_by_cycle),
    Mistake("discounted_twice", mark("discounted in formulas and by the file"), discounted_twice),
    Mistake("exchanged_utilities", mark("utilities of two states exchanged"), exchanged_utilities),
    Mistake("exchanged_costs", mark("costs of two states exchanged"), exchanged_costs),
    Mistake("again_and_again", mark("one-off event in every cycle"), again_and_again),
    Mistake("health_gained", mark("health lost at once taken for a gain"), health_gained),
    Mistake("corrected_effects", mark("one-off effects counted like time in states"),
            corrected_effects),
    Mistake("price_of_nothing", mark("price that is not charged"), price_of_nothing),
)  # fmt: skip
"""Mistakes of files; those of calculation are in `slips`."""
