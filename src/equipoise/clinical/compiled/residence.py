"""Statements of those who are told apart by the time in their state.

Who came to a state in one cycle has a row of its own, which stays where it is: in cycle k, row
k - j holds those who have been there for j cycles. A loop over j adds up what they amount to,
before the loop that computes everything else for the same cycle and draws.
"""

from collections.abc import Mapping, Sequence
from functools import reduce

from equipoise.clinical.compiled.formulas import Formulas, Tables
from equipoise.clinical.compiled.statements import BLOCK, Scratch, Value, Varies
from equipoise.clinical.plan import Plan
from equipoise.spec.formula import Formula, Node, renamed
from equipoise.spec.model import Model
from equipoise.spec.model_formulas import formulas, names_behind
from equipoise.spec.model_place import TIME_IN_STATE, asked_in, state_words

_YES, _NO = Value("1.0", Varies.NOTHING), Value("0.0", Varies.NOTHING)


class Places:
    """What names that depend on the place stand for, state by state.

    A name gets another one in each state, with a dot, which no name of a file has.
    """

    def __init__(self, model: Model, plan: Plan) -> None:
        self._model, self._plan = model, plan
        self._words = state_words(model)

    def known(self) -> dict[str, Value | Node]:
        """Return what the names of all states stand for."""
        found: dict[str, Value | Node] = {}
        for state in self._model.states:
            found[f"{state}.{TIME_IN_STATE}"] = Value("since", Varies.RESIDENCE)
            for name in self._plan.of_place - {TIME_IN_STATE}:
                if name in self._words:
                    found[f"{state}.{name}"] = _YES if name == state else _NO
                else:
                    found[f"{state}.{name}"] = self.tree(self._model.let[name], state)
        return found

    def asks(self, *asked: Formula | None) -> bool:
        """Return whether any formula depends on where a patient is."""
        return any(f is not None and not self._plan.of_place.isdisjoint(f.names) for f in asked)

    def asks_stay(self, state: str | None, *asked: Formula | None) -> bool:
        """Return whether a formula depends on how long patients have been in a state."""
        return state in self._plan.lasting and any(
            formula is not None and TIME_IN_STATE in names_behind(formula, self._model)
            for formula in asked
        )

    def tree(self, formula: Formula, state: str | None) -> Node:
        """Return a formula's tree as it counts for those in a state."""
        if state is None or not self.asks(formula):
            return formula.tree
        placed = formula.names & self._plan.of_place
        return renamed(formula.tree, {name: f"{state}.{name}" for name in placed})

    def order(self, *, by_stay: bool) -> list[str]:
        """Return the named values that states ask for, each after what it is made of.

        Parameters
        ----------
        by_stay
            Those asked for in formulas that depend on how long patients have been there; else in
            the others.
        """
        wanted: dict[str, set[str]] = {state: set() for state in self._model.states}
        for placed in formulas(self._model):
            if placed.role != "let" and self.asks(placed.formula):
                for state in asked_in(placed, self._model):
                    if self.asks_stay(state, placed.formula) == by_stay:
                        wanted[state] |= names_behind(placed.formula, self._model)
        made = [n for n in self._plan.order if n in self._plan.of_place]
        return [f"{state}.{n}" for state, names in wanted.items() for n in made if n in names]


class Residence:
    """The loop over the time in the state, and what it leaves for the loop after it.

    Parameters
    ----------
    plan
        Tells the states in which it matters.
    known, tables, scratch, parameters
        See `Formulas`; the scratch space is that of the other loop.
    """

    def __init__(
        self,
        plan: Plan,
        known: Mapping[str, Value | Node],
        tables: Tables,
        scratch: Scratch,
        parameters: Mapping[str, str],
    ) -> None:
        self.states = [name for name in plan.states if name in plan.lasting]
        self.formulas = Formulas(known, tables, scratch, parameters, prefix="r", marks="be")
        self.formulas.given["since"] = "since"  # set wherever residence is: no table must keep it
        self._scratch = scratch
        self._sums: dict[str, tuple[str, str]] = {}
        self._staying: dict[str, Value] = {}
        self._new: dict[str, str] = {}
        """Values by the time in the state -> the names of what they are for those just come."""

    def there(self, state: str, when: str) -> str:
        """Return the text of the share of those who came to a state in a cycle."""
        row = f"{self.states.index(state)} * (stays + 1) + {when}"
        return f"there[({row}) * {BLOCK} + i]"

    def row(self, state: str) -> Value:
        """Return the share of those who are in a state for j cycles."""
        return Value(f"c{self.states.index(state)}", Varies.ALL)

    def keep_staying(self, state: str, share: Value) -> None:
        """Note the probability to stay in a state."""
        self._staying[state] = self.formulas.set("{0} * {1}", self.row(state), share)

    def summed(self, now: Formulas, state: str, *factors: Value) -> Value:
        """Return the sum over residence of the shares in a state times some values."""
        share = self.row(state)
        times = "{0} * {1}"
        return self._sum(
            now, reduce(lambda a, b: self.formulas.set(times, a, b), factors, share).text
        )

    def _sum(self, now: Formulas, product: str) -> Value:
        """Return the sum over residence of a product of this loop, for the other one."""
        if product not in self._sums:
            name, place = f"s{len(self._sums)}", self._scratch.row()
            self._sums[product] = name, place
            self.formulas.lines[Varies.ALL].append(f"{place} += {product}")
            now.given[name] = place
        return Value(self._sums[product][0], Varies.BOTH)

    def summed_at_end(self, now: Formulas, state: str, value: Value, *, came: Value) -> Value:
        """Return the sum of the shares in a state at the end of a cycle times some values.

        Those who have come in the cycle have the value of no time there; for all others see
        `clinical.people.in_cycle`.

        Parameters
        ----------
        now
            The other loop.
        state
            Which state.
        value
            Of this loop, by the time in the state.
        came
            Who has come in the cycle.
        """
        # Rows have been written already of those who are there for a shorter time.
        before = f"({self.there(state, 'k - j + 1')} if j > 0 else 0.0)"
        since_start = "({0} if j == k else 0.0)"
        share = self.formulas.set(f"{before} + {since_start}", self._staying[state])
        total = self._sum(now, self.formulas.set("{0} * {1}", share, value).text)
        return now.set("{0} + {1} * {2}", total, came, self._of_new(now, value))

    def _of_new(self, now: Formulas, value: Value) -> Value:
        """Return a value of this loop for those who have just come, for the other loop."""
        if Varies.RESIDENCE not in value.varies:
            return self.brought(now, value)
        if value.text not in self._new:
            name, place = f"n{len(self._new)}", self._scratch.row()
            self._new[value.text], now.given[name] = name, place
            kept = f"{place} = {value.text} if j == 0 else {place}"
            self.formulas.keep(value, reader=Varies.ALL)
            self.formulas.lines[Varies.ALL].append(kept)
        return Value(self._new[value.text], Varies.BOTH)

    def brought(self, now: Formulas, value: Value) -> Value:
        """Return a value of this loop, the same however long somebody is there, for the other."""
        place = self.formulas.place_of(value)
        if place != value.text:
            now.given[value.text] = place
        return value

    def allocated(self) -> list[str]:
        """Return the statements that make room, once for a kernel."""
        if not self.states:
            return []
        stays = self.formulas.stays
        return [
            "stays = time.size",
            f"by_stay = np.zeros({stays.lines} * (time.size + 0))",
            f"by_stay_and_draw = np.zeros({stays.rows * BLOCK} * (time.size + 0))",
            f"there = np.zeros({len(self.states) * BLOCK} * (time.size + 1))",
        ]

    def clear(self) -> list[str]:
        """Return the statements that let nothing be remembered, for each draw before the cycles."""
        return [f"{place} = 0.0" for place in self.formulas.held.values()]

    def before(self, wrong: str) -> list[str]:
        """Return the statements that fill the tables, before the cycles."""
        if not self.states:
            return []
        by_stay, by_both = Varies.RESIDENCE, Varies.RESIDENCE | Varies.DRAW
        return [
            "for j in range(stays):",
            "    since = time[j]",
            *_indented(self._statements(by_stay, wrong)),
            *_indented(_looped(self._statements(by_both, wrong))),
        ]

    def cycle(self, wrong: str, attributes: Sequence[str]) -> list[str]:
        """Return the statements of a cycle that come before those of the other loop.

        Parameters
        ----------
        wrong
            Where impossible values are counted.
        attributes
            Statements that read a patient's history.
        """
        if not self.states:
            return []
        formulas = self.formulas
        held = [f"{name} = {place}" for name, place in formulas.held.items()]
        clear = [f"{place} = 0.0" for _name, place in self._sums.values()]
        once = self._statements(Varies.BOTH, wrong)
        inner = self._statements(Varies.ALL, wrong)
        outer = self._statements(Varies.RESIDENCE | Varies.CYCLE, wrong)
        read = formulas.loads(Varies.RESIDENCE | Varies.CYCLE, [*outer, *inner])
        rows = [f"{self.row(state).text} = {self.there(state, 'k - j')}" for state in self.states]
        stay = [
            f"{self.there(state, 'k - j')} = {self._staying[state].text}" for state in self.states
        ]
        return [
            *_looped([*attributes, *held, *once, *clear]),
            "for j in range(k + 1):",
            "    since = time[j]",
            *_indented([*read, *outer]),
            *_indented(_looped([*rows, *inner, *stay])),
        ]

    def _statements(self, varies: Varies, wrong: str) -> list[str]:
        """Return what one loop reads, computes, judges and keeps."""
        formulas = self.formulas
        lines = [*formulas.lines[varies], *formulas.refusals(varies, wrong)]
        lines += formulas.stores(varies)
        loads = formulas.loads(varies, lines) if Varies.DRAW in varies else []
        return [*loads, *lines]


def _indented(lines: Sequence[str]) -> list[str]:
    """Return lines moved to the right."""
    return [f"    {line}" for line in lines]


def _looped(lines: Sequence[str]) -> list[str]:
    """Return lines in a loop over the draws of a block."""
    return [f"for i in range({BLOCK}):", *_indented(lines or ["pass"])]
