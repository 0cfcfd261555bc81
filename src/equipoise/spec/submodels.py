"""Writing sub-models out: from copies of a course to ordinary states, moves and values.

Nothing after this step knows of sub-models: checks, engines and reports see the states that
somebody could have written by hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import NamedTuple

from equipoise.spec.findings import Place
from equipoise.spec.formula import Formula, formula_of, substituted, to_text
from equipoise.spec.formula.tree import Logic, Name, Node, Number
from equipoise.spec.model import Copy, Model, Move, State, Submodel, TransitionEffect
from equipoise.spec.model_formulas import formulas
from equipoise.spec.submodel_places import written_out
from equipoise.spec.text import Text, in_every_language, shown
from equipoise.spec.time_to import TimeTo

Words = Mapping[str, Name | Number]
"""Name in a sub-model -> what stands for it in one copy."""


@dataclass(frozen=True)
class Copies:
    """The states of all copies of a model's sub-models."""

    states: Mapping[str, Mapping[str, str]]
    """Copy -> state of its sub-model -> that state's name in the model."""
    homes: Mapping[str, tuple[str, str]]
    """State's name in the model -> its copy, and its name in the sub-model."""
    submodels: Mapping[str, str]
    """Copy -> its sub-model."""

    def among(self, name: str) -> tuple[str, ...]:
        """Return the states that a name of the file stands for: a copy's, or itself."""
        return tuple(self.states[name].values()) if name in self.states else (name,)

    def twin(self, state: str, copy: str) -> str | None:
        """Return the same state in another copy, or None if that has none such."""
        home, own = self.homes.get(state, ("", ""))
        same = home in self.submodels and self.submodels[home] == self.submodels[copy]
        return self.states[copy][own] if same else None


class Step(NamedTuple):
    """A move of the written-out model."""

    place: Place
    """In the file."""
    origin: str
    target: str
    move: Move
    """As the file has it."""
    words: Words = {}


def copies_of(model: Model) -> Copies:
    """Return the states of all copies of a model's sub-models."""
    states: dict[str, dict[str, str]] = {}
    submodels: dict[str, str] = {}
    for name, submodel in model.submodels.items():
        for copy in submodel.copies:
            states[copy] = {own: written_out(copy, own) for own in submodel.states}
            submodels[copy] = name
    homes = {name: (copy, own) for copy, row in states.items() for own, name in row.items()}
    return Copies(states, homes, submodels)


def expanded(model: Model) -> Model:
    """Return a model in which the states of all copies stand among its own.

    Parameters
    ----------
    model
        One in which `check_submodels` finds nothing. Without sub-models it is returned itself.
    """
    if not model.submodels:
        return model
    copies = copies_of(model)
    states: dict[str, State] = {}
    transitions: dict[str, dict[str, Move]] = {}
    let = dict(model.let)
    for submodel in model.submodels.values():
        for name, copy in submodel.copies.items():
            states |= dict(_states(submodel, name))
            let |= dict(_values(name, copy))
    for step in chain(inner_moves(model), outer_moves(model, copies)):
        transitions.setdefault(step.origin, {})[step.target] = _move(step.move, step.words)
    changed = {
        "states": {**states, **model.states},
        "transitions": transitions,
        "let": let,
        "transition_effects": [_effect(one, copies) for one in model.transition_effects],
        "labels": {**_labels(model, copies), **model.labels},
    }
    return _with_words(model.model_copy(update=changed), copies)


def _words(submodel: Submodel, copy: str) -> dict[str, Name | Number]:
    """Return what the names of a sub-model stand for in a copy.

    A number is put in as such, so that 0 fits any unit; a formula becomes a value of the model.
    """
    words: dict[str, Name | Number] = {own: Name(written_out(copy, own)) for own in submodel.states}
    for own, formula in submodel.copies[copy].set.items():
        tree = formula.tree
        words[own] = tree if isinstance(tree, Number) else Name(written_out(copy, own))
    return words


def _values(name: str, copy: Copy) -> Iterator[tuple[str, Formula]]:
    """Yield the values of a copy that are formulas, with their names in the model."""
    for own, formula in copy.set.items():
        if not isinstance(formula.tree, Number):
            yield written_out(name, own), formula


def _states(submodel: Submodel, name: str) -> Iterator[tuple[str, State]]:
    """Yield the states of a copy with their names in the model."""
    words = _words(submodel, name)
    for own, state in submodel.states.items():
        dies = own == "dead" and state.alive is None
        changed = {
            "start": submodel.copies[name].start.get(own),
            "cost": _cost(state.cost, words),
            "utility": None if state.utility is None else _in_copy(state.utility, words),
            # The name of a copy's state is another, which no longer says that nobody lives there.
            "alive": False if dies else state.alive,
        }
        yield written_out(name, own), state.model_copy(update=changed)


def _cost(
    cost: Formula | Mapping[str, Formula] | None, words: Words
) -> Formula | dict[str, Formula] | None:
    """Return the cost of a state in a copy."""
    if cost is None or isinstance(cost, Formula):
        return None if cost is None else _in_copy(cost, words)
    return {item: _in_copy(formula, words) for item, formula in cost.items()}


def inner_moves(model: Model) -> Iterator[Step]:
    """Yield the moves inside of all copies."""
    for name, submodel in model.submodels.items():
        for copy in submodel.copies:
            words = _words(submodel, copy)
            for own, row in submodel.transitions.items():
                for target, move in row.items():
                    to = written_out(copy, target) if target in submodel.states else target
                    place = ("submodels", name, "transitions", own, target)
                    yield Step(place, written_out(copy, own), to, move, words)


def outer_moves(model: Model, copies: Copies) -> Iterator[Step]:
    """Yield the model's own moves.

    Those from a copy are repeated for each of its states. A copy as target is the same state there,
    or stays as it is where there is none such.
    """
    for origin, row in model.transitions.items():
        for state in copies.among(origin):
            for target, move in row.items():
                twin = copies.twin(state, target) if target in copies.states else None
                to = target if twin is None else twin
                yield Step(("transitions", origin, target), state, to, move)


def _move(move: Move, words: Words) -> Move:
    """Return a move in a copy; without words it is none's."""
    if not words:
        return move
    if isinstance(move, Formula):
        return _in_copy(move, words)
    if isinstance(move, TimeTo):
        given = {name: _in_copy(one, words) for name, one in move.time_to.arguments.items()}
        return TimeTo(time_to=move.time_to.with_arguments(given), clock=move.clock)
    return move


def _in_copy(formula: Formula, words: Words) -> Formula:
    """Return a formula in which words of the sub-model stand for those of a copy.

    Its columns stay those of the text in the file, so that mistakes are found there.
    """
    if formula.names.isdisjoint(words):
        return formula
    tree = substituted(formula.tree, words)
    return formula_of(tree, to_text(tree))


def _effect(effect: TransitionEffect, copies: Copies) -> TransitionEffect:
    """Return a one-off effect with the states of copies in place of these."""
    sides = {"leaving": effect.left, "entering": effect.entered}
    if copies.states.keys().isdisjoint((*effect.left, *effect.entered)):
        return effect
    return effect.model_copy(update={side: _spread(names, copies) for side, names in sides.items()})


def _spread(names: tuple[str, ...], copies: Copies) -> tuple[str, ...] | None:
    """Return the states that names stand for.

    A copy's first state takes its place and the others follow at the end, so that every name of the
    file keeps its index, by which mistakes are found.
    """
    first = tuple(copies.among(name)[0] for name in names)
    others = tuple(state for name in names for state in copies.among(name)[1:])
    return first + others or None


def _labels(model: Model, copies: Copies) -> dict[str, Text]:
    """Return names for people of states whose copy, or state in the sub-model, has one."""
    found: dict[str, Text] = {}
    for state, parts in copies.homes.items():
        texts = [model.labels.get(part, part.replace("_", " ")) for part in parts]
        if not model.labels.keys().isdisjoint(parts):
            write = partial(_joined, texts)
            plain = all(isinstance(text, str) for text in texts)
            found[state] = write() if plain else in_every_language(write)
    return found


def _joined(texts: list[Text]) -> str:
    """Return the names of a copy and of a state in it, in the language of the context."""
    return ": ".join(shown(text) for text in texts)


def _with_words(model: Model, copies: Copies) -> Model:
    """Return the model with copies as conditions: true in each of their states.

    Only those that a formula names.
    """
    used = {name for one in formulas(model) for name in one.formula.names & copies.states.keys()}
    let = dict(model.let)
    for copy in sorted(used):
        names = tuple(Name(state) for state in copies.states[copy].values())
        tree: Node = Logic("or", names) if len(names) > 1 else names[0]
        let[copy] = formula_of(tree, to_text(tree))
    return model.model_copy(update={"let": let})
