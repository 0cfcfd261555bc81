"""What all parts of one model's kernel of single patients share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from equipoise.clinical.compiled.context import (
    Reward,
    clock_values,
    members_of,
    numbers_given,
    table_calls,
)
from equipoise.clinical.compiled.discount import Factors, StepCounts, discount_names
from equipoise.clinical.compiled.individuals.steps import STEP, CycleTable, Steps
from equipoise.clinical.compiled.statements import Value, Varies
from equipoise.clinical.plan import Plan
from equipoise.clinical.schedule import counted
from equipoise.spec.formula import Formula, Node
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Time
from equipoise.spec.model_formulas import names_behind
from equipoise.spec.model_place import TIME_IN_STATE, state_words

Words = Mapping[str, Value]


class PatientContext:
    """The model, and where its values stand in the kernel.

    Parameters
    ----------
    model
        A checked model.
    plan
        Its order of work.
    time
        Its clock.
    points
        Number of its points of time.
    drawn
        Parameters, and discount rates, that differ between draws; all others are single numbers.
    steps
        How many discount rates hold one after another.
    """

    def __init__(
        self,
        model: LoadedModel,
        plan: Plan,
        time: Time,
        *,
        points: int,
        drawn: Sequence[str],
        steps: StepCounts,
    ) -> None:
        self.spec, self.plan, self.time = model.spec, plan, time
        self.counted = counted(time.method, by_cycle=plan.by_cycle)
        self.table = CycleTable(points)
        self.sums = CycleTable(points)
        """What happens to patients, added up by cycle, in the array `x`."""
        self.numbers = {name: number for number, name in enumerate(plan.states)}
        self.own = tuple(n for n, a in self.spec.attributes.items() if a.distribution is not None)
        self.drawn, rates = tuple(drawn), discount_names(steps)
        self.single = tuple(n for n in (*self.spec.parameters, *rates) if n not in drawn)
        self._numbers = numbers_given(self.single, self.drawn)
        self.of_strategy = members_of(list(self.spec.strategies.values()))
        self.of_group = members_of([group.values for group in self.spec.subgroups.values()])
        self.rewards: list[Reward] = []
        known = self._known()
        tables = table_calls(model)
        self.now = Steps(known | self.words("state"), tables, self.table, prefix="t")
        first_day = {**known, **self._first_day()}
        self.first_day = Steps(first_day, tables, self.table, prefix="d", on_first_day=True)
        self._factors = Factors(steps, self._numbers)
        starts = list(plan.starts.values())
        starts += [state.start for state in plan.states.values() if state.start is not None]
        starts += [group.weight for group in self.spec.subgroups.values()]
        self._prepare(self.first_day, first_day, starts)

    def _known(self) -> dict[str, Value | Node]:
        """Return what the names of formulas stand for in a cycle."""
        known: dict[str, Value | Node] = {n: f.tree for n, f in self.spec.let.items()}
        known |= self._numbers
        known |= {n: Value(f"v{k}", Varies.NOTHING) for k, n in enumerate(self.of_strategy)}
        known |= {n: Value(f"u{k}", Varies.NOTHING) for k, n in enumerate(self.of_group)}
        for number, name in enumerate(self.spec.attributes):
            changes = STEP if name in self.plan.changes else Varies.PATIENT
            known[name] = Value(f"a{number}", changes)
        known |= {
            **clock_values(self.time, "now", "age", Varies.CYCLE),
            "cycle": Value(repr(self.time.cycle.value), Varies.NOTHING),
        }
        return known

    def _first_day(self) -> dict[str, Value | Node]:
        """Return what some names stand for on the first day instead."""
        own = {name: Value(f"o{k}", Varies.PATIENT) for k, name in enumerate(self.own)}
        return {
            **{name: start.tree for name, start in self.plan.starts.items()},
            **own,
            **clock_values(self.time, "0.0", "ages[a]", Varies.NOTHING),
        }

    def words(self, state: str) -> dict[str, Value]:
        """Return what the names of places stand for where a variable holds the state."""
        cycle = repr(self.time.cycle.value)
        found = {
            name: Value(f"({state} == {self.numbers[name]})", STEP, True)
            for name in state_words(self.spec)
        }
        return {**found, TIME_IN_STATE: Value(f"(stay * {cycle})", STEP)}

    def standing(self, state: str, *, then: bool = False) -> dict[str, Value]:
        """Return what the names of places stand for in one state, now or at the next point."""
        found = {
            name: Value("True" if name == state else "False", Varies.NOTHING, True)
            for name in state_words(self.spec)
        }
        stay, cycle = "spent" if then else "stay", repr(self.time.cycle.value)
        return {**found, TIME_IN_STATE: Value(f"({stay} * {cycle})", STEP)}

    @contextmanager
    def inside(self, words: Words, lines: list[str], wanted: Iterable[Formula]) -> Iterator[None]:
        """Write elsewhere for a while, as `Steps.inside`; formulas find their parts prepared."""
        with self.now.inside(words, lines):
            self.prepare(wanted)
            yield

    def prepare(self, wanted: Iterable[Formula]) -> None:
        """Write the intermediate values of formulas, each after its parts.

        A long chain of them would exhaust the stack.
        """
        known: dict[str, Value | Node] = {n: f.tree for n, f in self.spec.let.items()}
        self._prepare(self.now, known, list(wanted))

    def _prepare(
        self, steps: Steps, known: Mapping[str, Value | Node], wanted: Sequence[Formula]
    ) -> None:
        """Write the intermediate values behind formulas in the plan's order."""
        needed = {name for formula in wanted for name in names_behind(formula, self.spec)}
        for name in self.plan.order:
            tree = known.get(name)
            if name in needed and tree is not None and not isinstance(tree, Value):
                steps.number(tree)

    def of(self, formula: Formula) -> Value:
        """Return the value of a formula in a cycle."""
        return self.now.number(formula.tree)

    def factor(self, kind: str, when: str = "now") -> Value:
        """Return the discount factor of costs or health at the text of a time."""
        return self._factors.write(self.now, kind, when)
