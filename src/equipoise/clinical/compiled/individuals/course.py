"""Statements of one patient's course: where chance leads, and what it brings."""

from collections.abc import Mapping, Sequence

from equipoise.clinical.compiled.individuals.context import PatientContext
from equipoise.clinical.compiled.individuals.look_up import Edges, LookUp, selected, summed
from equipoise.clinical.compiled.individuals.steps import HELD, LANES
from equipoise.clinical.compiled.individuals.sums import Sum, Sums
from equipoise.clinical.compiled.moves import require_one, row
from equipoise.clinical.compiled.statements import Value, Varies
from equipoise.clinical.plan import effects_by_move
from equipoise.spec.formula import Formula
from equipoise.spec.model import Event
from equipoise.spec.model_formulas import formulas

_LOOK_UP = "<look up>"
"""Stands for the statements that look up where chance leads, until all rows are known."""


def indented(lines: Sequence[str]) -> list[str]:
    """Return lines moved to the right; a place without any gets one that does nothing."""
    return ["    " + line for line in lines or ["pass"]]


class PatientCourse:
    """Writes the course of one patient.

    Parameters
    ----------
    context
        Of the kernel.
    sums
        Where rewards are noted.
    """

    def __init__(self, context: PatientContext, sums: Sums) -> None:
        self._context, self._sums = context, sums
        self._halves = context.counted.of_end > 0
        self._half_of_all = context.counted.ends_later or bool(context.plan.lasting)
        """Whether the second half of a cycle is another one also for those who stay."""
        self._edges: dict[str, Edges] = {}
        """Of states whose chances are the same for all patients."""
        self._branches: dict[str, list[str]] = {}
        self._common = context.now.step
        for placed in formulas(context.spec):
            if _remembers(placed.formula):
                self._value(placed.formula)
        for event in context.spec.events.values():
            self._event(event)
        self._tracks()
        for state in context.plan.states:
            if state not in context.plan.idle:
                self._state(state)
        self._look_up = LookUp(context, self._edges)

    def _value(self, formula: Formula) -> Value:
        """Return the value of a formula wherever the patient is."""
        self._context.prepare([formula])
        return self._context.of(formula)

    def _event(self, event: Event) -> None:
        """Write a one-off event where it differs by patient; else note what it brings to each."""
        context = self._context
        context.prepare([event.when])
        happens = context.now.truth(event.when.tree)
        rewards = self._sums.of_once(event)
        inner: list[str] = []
        with context.inside({}, inner, [formula for _reward, formula in rewards]):
            values = [(reward, context.of(formula)) for reward, formula in rewards]
        if not any(Varies.PATIENT in value.varies for value in (happens, *dict(values).values())):
            for reward, value in values:
                amount = context.now.set("({0} if {1} else 0.0)", value, happens)
                self._sums.once.setdefault(reward, Sum()).alive.append(amount)
            return
        inner += self._sums.add_once(values, "k")
        condition = f"(k < last) & {happens.text}{self._and_alive()}"
        self._common += [f"if {condition}:", *indented(context.now.loaded(inner))]

    def _and_alive(self) -> str:
        """Return the text of the condition that a patient also lives; empty where all do."""
        context = self._context
        others = context.plan.states.keys() - context.plan.idle - set(context.plan.living)
        dead = sorted(context.numbers[name] for name in others)
        return "".join(f" & (state != {number})" for number in dead)

    def _tracks(self) -> None:
        """Write what is followed over time where it differs by patient; else note it."""
        context, lines, sums = self._context, list[str](), self._sums
        with context.inside({}, lines, context.spec.track.values()):
            for number, formula in enumerate(context.spec.track.values()):
                value = context.of(formula)
                if Varies.PATIENT in value.varies:
                    lines.append(f"{sums.place(sums.read, ('track', number))} += {value.text}")
                else:
                    sums.read.setdefault(("track", number), Sum()).alive.append(value)
        if lines:
            condition = f"(read_from[k] < read_to[k]){self._and_alive()}"
            self._common += [f"if {condition}:", *indented(context.now.loaded(lines))]

    def _state(self, state: str) -> None:
        """Write one state: its moves, its yearly rewards, the effects of leaving it.

        A state in which all is the same for all patients needs no branch of its own.
        """
        context, lines = self._context, list[str]()
        words = context.standing(state)
        entries = context.spec.moves.get(state, {}).values()
        wanted = [entry for entry in entries if isinstance(entry, Formula)]
        wanted += [formula for _reward, formula in self._sums.of_state(state)]
        with context.inside(words, lines, wanted):
            edges = summed(context.now, row(context, state))
            if any(Varies.PATIENT in edge.varies for _state, edge in edges):
                lines.append(f"after = ({selected(context.numbers, edges)}) if k < last else state")
            else:
                self._edges[state] = edges
                lines.append(_LOOK_UP)
            before = len(lines)
            self._first_half(state, lines)
            lines += self._effects(state, words)
        if state not in self._edges or len(lines) > before:
            self._branches[state] = lines

    def _first_half(self, state: str, lines: list[str]) -> None:
        """Write what the state at the start of a cycle brings."""
        part = self._context.counted.of_start
        if not self._halves:
            self._sums.add_yearly(state, "", lines, at_end=False)
        elif self._half_of_all:
            if part:
                self._sums.add_yearly(state, f" * {part!r}", lines, at_end=False)
        else:
            brings: list[str] = []
            self._sums.add_yearly(state, " * half", brings, at_end=False)
            if brings:
                lines += [f"half = 1.0 if after == state else {part!r}", *brings]

    def _effects(self, origin: str, words: Mapping[str, Value]) -> list[str]:
        """Return the statements of one-off effects of leaving a state."""
        context, found = self._context, list[str]()
        for (leaving, target), effects in effects_by_move(context.spec).items():
            if leaving != origin:
                continue
            inner = ["counted = effect_weight[k + 1]"]
            rewards = [reward for effect in effects for reward in self._sums.of_once(effect)]
            with context.inside(words, inner, [formula for _reward, formula in rewards]):
                values = [(reward, context.of(formula)) for reward, formula in rewards]
            inner += self._sums.add_once(values, "k + 1", " * counted")
            condition = f"(after == {context.numbers[target]}) & (k < last)"
            found += [f"if {condition}:", *indented(context.now.loaded(inner))]
        return found

    @property
    def targets(self) -> list[int]:
        """Return where chance leads; see `LookUp.targets`."""
        return self._look_up.targets

    def body(self) -> list[str]:
        """Return the statements of one patient in one cycle."""
        context, length = self._context, self._context.table.length
        mask = LANES - 1
        lines = [
            f"n[state * {length} + k] += 1.0",
            *context.now.loaded(self._common),
            f"m = k % {HELD}",
            "if m == 0:",
            "    refill(luck, k // 4, number, draw, keys[0], keys[1])",
            f"u = luck[(m % 4) * {LANES} + ((m // 4) & {mask})]",
            *self._chain(),
            "stays = stay + 1.0 if after == state else 0.0",
            *(["spent = least(stays, 1.0 * k)", *self._second_half()] if self._halves else []),
        ]
        changes = self._changes()
        idle = sorted(context.numbers[name] for name in context.plan.idle)
        ended = " | ".join(f"(after == {number})" for number in idle)
        return [
            *lines,
            *([f"if {ended}:", "    break"] if ended else []),
            *context.now.loaded(changes),
            "stay = stays",
            "state = after",
        ]

    def _chain(self) -> list[str]:
        """Return the branches by state; all other states look up where chance leads."""
        found: list[str] = []
        for state, branch in self._branches.items():
            number = self._context.numbers[state]
            look_up = self._look_up.statements(str(number))
            lines = [line for part in branch for line in (look_up if part == _LOOK_UP else [part])]
            word = "elif" if found else "if"
            found += [f"{word} state == {number}:", *indented(self._context.now.loaded(lines))]
        others = self._look_up.statements("state")
        return [*found, "else:", *indented(others)] if found else others

    def _second_half(self) -> list[str]:
        """Return the statements of what the state at the end of a cycle brings; see `in_cycle`."""
        context, found = self._context, list[str]()
        for state, number in context.numbers.items():
            lines: list[str] = []
            wanted = [formula for _reward, formula in self._sums.of_state(state)]
            with context.inside(context.standing(state, then=True), lines, wanted):
                part = f" * {context.counted.of_end!r}"
                self._sums.add_yearly(state, part, lines, at_end=True)
            if lines:
                word = "elif" if found else "if"
                found += [f"{word} after == {number}:", *indented(context.now.loaded(lines))]
        if not found or self._half_of_all:
            return found
        return ["if after != state:", *indented(found)]

    def _changes(self) -> list[str]:
        """Return the statements that give the attributes their next values."""
        context, lines = self._context, list[str]()
        changes = context.plan.changes
        with context.inside({}, lines, changes.values()):
            following = {name: context.of(change) for name, change in changes.items()}
        numbers = {name: number for number, name in enumerate(context.spec.attributes)}
        return [
            *lines,
            *(f"b{numbers[name]} = {value.text}" for name, value in following.items()),
            *(f"a{numbers[name]} = b{numbers[name]}" for name in following),
        ]


def _remembers(formula: Formula) -> bool:
    """Return whether a formula must see every cycle."""
    return "first" in formula.functions


def begin(context: PatientContext) -> list[str]:
    """Return the statements that put one patient where the course begins."""
    day = context.first_day
    shares = {
        name: day.number(state.start.tree)
        for name, state in context.plan.states.items()
        if state.start is not None
    }
    for share in shares.values():
        day.require("{0} >= 0.0", share)
    require_one(context.first_day, list(shares.values()))
    starts = {name: day.number(start.tree) for name, start in context.plan.starts.items()}
    lines = [
        f"a{number} = {starts[name].text if name in starts else f'o{context.own.index(name)}'}"
        for number, name in enumerate(context.spec.attributes)
    ]
    edges = summed(day, shares)
    chance = (
        ["refill(luck, 0, number, draw, keys[2], keys[3])", "u = luck[0]"]
        if len(shares) > 1
        else []
    )
    return [
        *day.patient,
        *lines,
        *chance,
        f"state = {selected(context.numbers, edges)}",
        "stay = 0.0",
    ]
