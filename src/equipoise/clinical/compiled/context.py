"""What all parts of one model's kernel share: its names, scratch rows and statements."""

from collections.abc import Callable, Mapping, Sequence

from equipoise.clinical.compiled.discount import Factors, StepCounts, discount_names
from equipoise.clinical.compiled.formulas import Formulas, Tables
from equipoise.clinical.compiled.residence import Places, Residence
from equipoise.clinical.compiled.statements import Scratch, Value, Varies
from equipoise.clinical.plan import Plan
from equipoise.clinical.schedule import counted
from equipoise.clinical.shares import order_of
from equipoise.spec.clock import CALENDAR_YEAR
from equipoise.spec.formula import Formula, Node
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Time
from equipoise.spec.model_formulas import names_behind

OUTPUTS = (
    "cost", "cost_present", "cost_at_start", "qaly", "qaly_present", "life_years",
    "life_years_present", "alive", "track",
)  # fmt: skip
"""Results in the order in which they lie one after another, dims (..., age, year, draw)."""


Reward = tuple[str, int]
"""An output with the number of its item or measure."""


class Context:
    """The model, and where its values stand in the kernel.

    Parameters
    ----------
    model
        A checked model.
    plan
        Its order of work.
    time
        Its clock.
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
        drawn: Sequence[str],
        steps: StepCounts,
    ) -> None:
        self.spec, self.plan, self.time = model.spec, plan, time
        self.counted = counted(time.method, by_cycle=plan.by_cycle)
        self.is_apart = bool(plan.lasting)
        """Whether each strategy is followed through all cycles before the next: who is told apart
        by the time in a state takes so much room that several strategies would not fit."""
        self.each = Varies.BOTH if self.is_apart else Varies.EACH
        """The innermost loop of a cycle."""
        self.begin = self.each & ~Varies.CYCLE
        """The innermost loop before the cycles."""
        self.shared = Scratch()
        self.own = self.shared if self.is_apart else Scratch("z")
        self.parameters = self.shared.region(len(drawn))
        self.states = {name: self.own.row() for name in plan.states}
        self.attributes = {name: self.own.row() for name in self.spec.attributes}
        self._wrong = {scratch: scratch.row() for scratch in (self.shared, self.own)}
        self.drawn, rates = tuple(drawn), discount_names(steps)
        self.single = tuple(n for n in (*self.spec.parameters, *rates) if n not in drawn)
        self._numbers = numbers_given(self.single, self.drawn)
        self.of_strategy = members_of(list(self.spec.strategies.values()))
        self.of_group = members_of([group.values for group in self.spec.subgroups.values()])
        self.places = Places(self.spec, plan)
        known = self._known()
        first_day: dict[str, Value | Node] = {
            **known,
            **{name: start.tree for name, start in plan.starts.items()},
            **clock_values(time, "0.0", "ages[a]", Varies.NOTHING),
        }
        tables = table_calls(model)
        places = {f"p{k}": self.parameters.row(k) for k in range(len(drawn))}
        own = None if self.is_apart else self.own
        self.now = Formulas(known, tables, self.shared, places, prefix="t", own=own)
        self.first_day = Formulas(
            first_day, tables, self.shared, places, prefix="d", own=own, on_first_day=True
        )
        self.residence = Residence(plan, known, tables, self.shared, places)
        self._factors = Factors(steps, self._numbers)
        order = order_of(self.spec, plan, shares=False).order
        shared = [name for name in order if name not in plan.of_place]
        _in_order(self.now, known, [*shared, *self.places.order(by_stay=False)])
        _in_order(self.residence.formulas, known, self.places.order(by_stay=True))
        starts = list(plan.starts.values())
        starts += [state.start for state in plan.states.values() if state.start is not None]
        curves = [s.share for s in plan.states.values() if isinstance(s.share, Formula)]
        starts += curves
        starts += [group.weight for group in self.spec.subgroups.values()]
        begin = {name for formula in starts for name in names_behind(formula, self.spec)}
        _in_order(self.first_day, first_day, [name for name in plan.order if name in begin])
        self.ahead = self._ahead(known, curves)
        """Formulas of shares, which see the time after the cycle."""
        self.rewards: list[Reward] = []
        self._fresh = 0

    def _known(self) -> dict[str, Value | Node]:
        """Return what the names of formulas stand for in a cycle."""
        known: dict[str, Value | Node] = {n: f.tree for n, f in self.spec.let.items()}
        known |= self.places.known()
        known |= self._numbers
        by_strategy = self.each & Varies.STRATEGY
        known |= {n: Value(f"v{k}", by_strategy) for k, n in enumerate(self.of_strategy)}
        known |= {n: Value(f"u{k}", Varies.NOTHING) for k, n in enumerate(self.of_group)}
        known |= {n: Value(f"a{k}", self.each) for k, n in enumerate(self.attributes)}
        known |= {
            **clock_values(self.time, "now", "age", Varies.CYCLE),
            "cycle": Value(repr(self.time.cycle.value), Varies.NOTHING),
        }
        return known

    @property
    def marked(self) -> str | None:
        """Return the state whose share becomes no number where something is impossible.

        It spreads from there to the results, unless curves or the time in a state make shares
        anew in each cycle.
        """
        spreads = not (self.spec.is_partitioned or self.plan.lasting)
        return next(iter(self.plan.living), None) if spreads else None

    def wrong(self, varies: Varies) -> str:
        """Return where a loop counts a draw's impossible values."""
        return self._wrong[self.own if Varies.STRATEGY in varies else self.shared]

    def statements(self, formulas: Formulas, varies: Varies) -> list[str]:
        """Return the statements of one loop, and those that judge what it computed."""
        if varies is self.each and self.marked is not None:
            return formulas.lines[varies]  # see `Statements.unless_refused`
        return [*formulas.lines[varies], *formulas.refusals(varies, self.wrong(varies))]

    def _ahead(self, known: Mapping[str, Value | Node], curves: Sequence[Formula]) -> Formulas:
        """Return formulas at the end of the cycle, with the intermediate values of the curves."""
        then = {
            **known,
            **{name: self.of(change) for name, change in self.plan.changes.items() if curves},
            **clock_values(self.time, "then", "(ages[a] + then)", Varies.CYCLE),
        }
        found = self.now.at_another_time(then)
        needed = {name for curve in curves for name in names_behind(curve, self.spec)}
        _in_order(found, then, [name for name in self.plan.order if name in needed])
        return found

    def of(self, formula: Formula, state: str | None = None) -> Value:
        """Return the value of a formula in a cycle, for those in a state if it asks for it."""
        return self.now.number(self.places.tree(formula, state))

    def by_stay(self, formula: Formula, state: str) -> Value:
        """Return the value of a formula for those who are equally long in a state."""
        return self.residence.formulas.number(self.places.tree(formula, state))

    def present(self, state: str) -> Value:
        """Return the share in a state at the start of a cycle."""
        return Value(f"m{list(self.states).index(state)}", self.each)

    def alive(self) -> Value:
        """Return the share alive at the start of a cycle."""
        return self.now.total([self.present(name) for name in self.plan.living])

    def factor(self, kind: str, when: str) -> Value:
        """Return a discount factor of costs or health, at the text of a time."""
        return self._factors.write(self.now, kind, when)

    def fresh(self, prefix: str) -> str:
        """Return a name that nothing else has: the compiler is slow with names set twice."""
        self._fresh += 1
        return f"{prefix}{self._fresh}"


def _in_order(
    statements: Formulas, known: Mapping[str, Value | Node], order: Sequence[str]
) -> None:
    """Write named values, each after its parts: a long chain of them would exhaust the stack."""
    for name in order:
        value = known[name]
        if not isinstance(value, Value):
            statements.number(value)


def numbers_given(single: Sequence[str], drawn: Sequence[str]) -> dict[str, Value]:
    """Return what stands for the numbers that a kernel is given, by name."""
    found = {name: Value(f"q{k}", Varies.NOTHING) for k, name in enumerate(single)}
    return found | {name: Value(f"p{k}", Varies.DRAW) for k, name in enumerate(drawn)}


def clock_values(time: Time, now: str, age: str, varies: Varies) -> dict[str, Value]:
    """Return what the clock's words stand for, from the texts of time and age."""
    found = {"time": Value(now, varies), "age": Value(age, varies)}
    if time.start_year is not None:
        found[CALENDAR_YEAR] = Value(f"({now} + {float(time.start_year)!r})", varies)
    return found


def members_of(groups: Sequence[Mapping[str, float]]) -> tuple[str, ...]:
    """Return the variables that strategies or subgroups set, in a fixed order."""
    return tuple(sorted({name for group in groups for name in group}))


def table_calls(model: LoadedModel) -> Tables:
    """Return what writes the call of each table."""

    def call(number: int, order: int, linear: bool) -> Callable[[list[str]], str]:
        def text(arguments: list[str]) -> str:
            code = arguments[1 - order] if len(arguments) > 1 else "0.0"
            table = (
                f"grid{number}, grid{number}.size, values{number}, codes{number}, "
                f"codes{number}.size"
            )
            return f"looked_up({table}, {linear}, {arguments[order]}, {code})"

        return text

    return {
        name: call(number, table.order, table.linear)
        for number, (name, table) in enumerate(model.tables.items())
    }
