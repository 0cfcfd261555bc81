"""What must hold of sub-models before they are written out: sizes, names, states, moves."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import chain

from equipoise.core.translation import translate as _
from equipoise.spec.findings import Finding, Place, did_you_mean, finding
from equipoise.spec.formula import Formula
from equipoise.spec.formula.parse import LONGEST_NAME
from equipoise.spec.model import Model, Move, State, Submodel
from equipoise.spec.model_check import LARGEST
from equipoise.spec.model_names import BUILT_IN, given_names
from equipoise.spec.source_text import MAX_BYTES, field_text
from equipoise.spec.submodel_places import written_out
from equipoise.spec.submodels import Copies, copies_of, inner_moves, outer_moves
from equipoise.spec.time_to import TimeTo


def check_submodels(model: Model) -> Iterator[Finding]:
    """Yield every mistake in the sub-models of a model, and in what it says of their copies.

    Parameters
    ----------
    model
        As written; without sub-models nothing is looked at.
    """
    if not model.submodels:
        return
    too_large = list(_sizes(model))
    if too_large:
        yield from too_large
        return
    copies = copies_of(model)
    names = {found.place: found for found in reversed(list(_names(model)))}
    yield from reversed(names.values())  # one for each place, as the next often follows from it
    for name, submodel in model.submodels.items():
        yield from _states(name, submodel)
        yield from _values(model, name, submodel)
        yield from _inner(model, name, copies)
    yield from _shares(model)
    yield from _outer(model, copies)
    if not names:
        yield from _repeats(model, copies)


def _sizes(model: Model) -> Iterator[Finding]:
    """Refuse what would be larger than a file that has all states written by hand."""
    submodels = model.submodels.values()
    most = LARGEST["states"]
    count = len(model.states) + sum(len(one.copies) * len(one.states) for one in submodels)
    if count > most:
        message = _("the copies make {count} states, at most {most} are allowed",
                    count=count, most=most)  # fmt: skip
        yield finding(("submodels",), message, fix=_("make fewer copies, or use fewer states"))
        return
    copies = copies_of(model)
    size = sum(len(one.copies) * sum(map(len, _texts(one))) for one in submodels)
    for origin, row in model.transitions.items():
        size += len(copies.among(origin)) * sum(
            len(_text(move)) + len(to) for to, move in row.items()
        )
    for effect in model.transition_effects:
        for name in (*effect.left, *effect.entered):
            size += sum(map(len, copies.among(name)))
    if size > MAX_BYTES:
        message = _("written out, the copies have more than {limit} characters", limit=MAX_BYTES)
        yield finding(("submodels",), message, fix=_("make fewer copies, or shorten the formulas"))


def _texts(submodel: Submodel) -> Iterator[str]:
    """Yield the texts of all formulas of a sub-model, with the names that go with them."""
    for own, state in submodel.states.items():
        yield own
        cost = state.cost
        costs = cost if isinstance(cost, Mapping) else {"": cost}
        for item, formula in {**costs, " ": state.utility}.items():
            yield f"{item}{formula or ''}"
    for row in submodel.transitions.values():
        yield from (f"{target}{_text(move)}" for target, move in row.items())


def _text(move: Move) -> str:
    """Return the text of a move."""
    return move.time_to.text if isinstance(move, TimeTo) else str(move)


def _names(model: Model) -> Iterator[Finding]:
    """Check that every name of a sub-model, also where it is written out, means one thing."""
    seen: dict[str, Place] = {}
    for place, name in given_names(model):
        seen.setdefault(name, place)
    seen |= {name: ("states", name) for name in model.states.keys() - seen.keys()}
    for place, name in _made(model):
        yield from _clash(place, name, seen)
    for submodel, parts in model.submodels.items():
        top: Place = ("submodels", submodel)
        inside = dict(seen)
        for own in parts.states:
            yield from _clash((*top, "states", own), own, inside)
        own_values = {
            own: (*top, "copies", copy, "set", own)
            for copy, one in reversed(list(parts.copies.items()))
            for own in one.set
        }
        for own, place in own_values.items():
            yield from _clash(place, own, inside)


def _clash(place: Place, name: str, seen: dict[str, Place]) -> Iterator[Finding]:
    """Check one name against those before it, and remember it."""
    fix = _("choose another name")
    if name in BUILT_IN:
        message = _("'{name}' is a word of the formula language", name=name)
        yield finding(place, message, fix=fix)
    elif name in seen:
        where = field_text(seen[name])
        message = _("'{name}' is the name of `{where}` already", name=name, where=where)
        yield finding(place, message, fix=fix)
    elif len(name) > LONGEST_NAME:
        message = _("the name '{name}' has more than {most} characters",
                    name=name, most=LONGEST_NAME)  # fmt: skip
        yield finding(place, message, fix=_("shorten it"))
    seen.setdefault(name, place)


def _made(model: Model) -> Iterator[tuple[Place, str]]:
    """Yield the copies, and the states and values of each as written out."""
    for submodel, parts in model.submodels.items():
        for copy in parts.copies:
            yield ("submodels", submodel, "copies", copy), copy
    for submodel, parts in model.submodels.items():
        for copy, one in parts.copies.items():
            top: Place = ("submodels", submodel)
            for own in parts.states:
                yield (*top, "states", own), written_out(copy, own)
            for own in one.set:
                yield (*top, "copies", copy, "set", own), written_out(copy, own)


def _states(name: str, submodel: Submodel) -> Iterator[Finding]:
    """Check that a sub-model's states leave to its copies where patients begin."""
    for own, state in submodel.states.items():
        if state.start is not None:
            message = _("in a sub-model each copy says where its patients begin")
            fix = _("write `start: {{{name}: ...}}` in a copy", name=own)
            yield finding(("submodels", name, "states", own, "start"), message, fix=fix)
    for copy, one in submodel.copies.items():
        for own in one.start:
            place: Place = ("submodels", name, "copies", copy, "start", own)
            yield from _own_state(submodel, place, own)


def _shares(model: Model) -> Iterator[Finding]:
    """Check that no curves say who is where, which copies of states cannot share."""
    states: dict[Place, State] = {
        ("states", name, "share"): state for name, state in model.states.items()
    }
    for submodel, parts in model.submodels.items():
        for own, state in parts.states.items():
            states[("submodels", submodel, "states", own, "share")] = state
    for place, state in states.items():
        if state.share is not None:
            message = _("shares of states and sub-models do not go together")
            fix = _("write every state out with its `share`, or use `transitions`")
            yield finding(place, message, fix=fix)


def _own_state(submodel: Submodel, place: Place, name: str) -> Iterator[Finding]:
    """Check that a name is a state of a sub-model."""
    if name not in submodel.states:
        message = _("'{name}' is not a state of this sub-model", name=name)
        yield finding(place, message, fix=did_you_mean(name, submodel.states))


def _values(model: Model, name: str, submodel: Submodel) -> Iterator[Finding]:
    """Check that all copies set the same values, and that the sub-model reads them."""
    known = {name for _place, name in given_names(model)} | submodel.states.keys() | BUILT_IN
    read = {name for formula in _formulas(submodel) for name in formula.names} - known
    wanted = sorted({own for one in submodel.copies.values() for own in one.set if own in read})
    for copy, one in submodel.copies.items():
        place: Place = ("submodels", name, "copies", copy)
        missing = [own for own in wanted if own not in one.set]
        for own in sorted(one.set.keys() - read - known):
            near = get_close_matches(own, missing or sorted(read), n=1)
            missing = [other for other in missing if other not in near]
            message = _("no formula of this sub-model reads '{name}'", name=own)
            fix = _("did you mean '{near}'?", near=near[0]) if near else _("remove it, or use it")
            yield finding((*place, "set", own), message, fix=fix)
        for own in missing:
            message = _("'{group}' does not set '{name}'", group=copy, name=own)
            fix = _("add `{name}: ...` under its `set`, as in the other copies", name=own)
            yield finding(place, message, fix=fix)


def _formulas(submodel: Submodel) -> Iterator[Formula]:
    """Yield the formulas of a sub-model."""
    for state in submodel.states.values():
        costs = state.cost.values() if isinstance(state.cost, Mapping) else [state.cost]
        yield from (one for one in (*costs, state.utility) if one is not None)
    for row in submodel.transitions.values():
        for move in row.values():
            if isinstance(move, TimeTo):
                yield from move.time_to.arguments.values()
            elif not isinstance(move, str):
                yield move


def _inner(model: Model, name: str, copies: Copies) -> Iterator[Finding]:
    """Check the moves of a sub-model: between its own states, or to one that is in none."""
    submodel = model.submodels[name]
    for origin, row in submodel.transitions.items():
        place: Place = ("submodels", name, "transitions", origin)
        yield from _own_state(submodel, place, origin)
        for target in row:
            if target in submodel.states or target in model.states:
                continue
            if target in copies.states or target in copies.homes:
                message = _(
                    "'{name}' is in a copy, which a sub-model knows nothing of", name=target
                )
                fix = _("write this move under the model's `transitions`")
            else:
                message = _("'{name}' is not a state", name=target)
                fix = did_you_mean(target, [*submodel.states, *model.states])
            yield finding((*place, target), message, fix=fix)


def _outer(model: Model, copies: Copies) -> Iterator[Finding]:
    """Check that who moves to a copy comes from the same state of another."""
    for origin, row in model.transitions.items():
        for target in row:
            if target not in copies.states:
                continue
            if any(copies.twin(state, target) is None for state in copies.among(origin)):
                message = _("'{name}' has several states, and '{origin}' is no copy of the same "
                            "sub-model", name=target, origin=origin)  # fmt: skip
                fix = _("name one: {names}", names=", ".join(copies.among(target)[:20]))
                yield finding(("transitions", origin, target), message, fix=fix)


def _repeats(model: Model, copies: Copies) -> Iterator[Finding]:
    """Check that nobody is sent the same way twice, as neither move would be the whole chance."""
    seen: dict[tuple[str, str], Place] = {}
    told: set[Place] = set()
    for step in chain(inner_moves(model), outer_moves(model, copies)):
        place, state, target = step.place, step.origin, step.target
        first = seen.setdefault((state, target), place)
        if first != place and place not in told:
            told.add(place)
            message = _("this sends '{state}' to '{target}', and so does `{where}`",
                        state=state, target=target, where=field_text(first))  # fmt: skip
            fix = _("write one formula for both, or remove one")
            yield finding(place, message, fix=fix)
