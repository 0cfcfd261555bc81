"""What a model's rewards are made of: what is counted for each state, and what for each patient.

A reward that is the same for all patients in a state needs only their number; one that differs is
added up patient by patient, by cycle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from equipoise.clinical.compiled.context import Reward
from equipoise.clinical.compiled.individuals.context import PatientContext
from equipoise.clinical.compiled.statements import Value, Varies
from equipoise.clinical.plan import by_item
from equipoise.spec.formula import Formula, parse_formula
from equipoise.spec.model import Event, TransitionEffect

_ONE = parse_formula("1")


@dataclass
class Sum:
    """One reward at a point of time.

    `counted` has states with what a patient there brings, `alive` what each of the living brings,
    and `row` is the row of sums over patients, if there is one.
    """

    counted: list[tuple[str, Value]] = field(default_factory=list)
    alive: list[Value] = field(default_factory=list)
    row: int | None = None


class Sums:
    """Sums of a model's rewards by kind: `yearly` by the state, `once`, and `read`.

    `ending` are yearly ones of those who are there at the end of a cycle, if worth something else.
    """

    def __init__(self, context: PatientContext) -> None:
        self._context = context
        self.yearly: dict[Reward, Sum] = {}
        self.ending: dict[Reward, Sum] = {}
        self.once: dict[Reward, Sum] = {}
        self.read: dict[Reward, Sum] = {}
        self._differing: set[tuple[str, Reward]] = set()
        """Yearly rewards that differ between the patients in a state."""

    def place(self, sums: dict[Reward, Sum], reward: Reward, point: str = "k") -> str:
        """Return the text of a reward's sum over patients at a point of time."""
        found = sums.setdefault(reward, Sum())
        if found.row is None:
            found.row = self._context.sums.row()
        return self._context.sums.at(found.row, "x", point)

    def of_state(self, state: str) -> list[tuple[Reward, Formula]]:
        """Return what a year in a state brings."""
        context, spec = self._context, self._context.plan.states[state]
        found: list[tuple[Reward, Formula]] = [
            (("cost", context.plan.items.index(item)), formula)
            for item, formula in by_item(spec.cost).items()
        ]
        if spec.utility is not None:
            found.append((("qaly", 0), spec.utility))
        if state in context.plan.living:
            found.append((("life_years", 0), _ONE))
        return found

    def of_once(self, what: Event | TransitionEffect) -> list[tuple[Reward, Formula]]:
        """Return what an event or effect brings."""
        found: list[tuple[Reward, Formula]] = [
            (("cost", self._context.plan.items.index(item)), formula)
            for item, formula in by_item(what.cost).items()
        ]
        if what.qaly is not None:
            found.append((("qaly", 0), what.qaly))
        return found

    def add_yearly(self, state: str, part: str, lines: list[str], *, at_end: bool) -> None:
        """Write what a patient in a state adds; what only needs counting is noted, once.

        Parameters
        ----------
        state
            Where the patient is.
        part
            Text of the part of the time that counts there.
        lines
            Where statements go.
        at_end
            Whether the patient is there at the end of a cycle; starts have been written before.
        """
        apart = self._context.counted.ends_later
        sums = self.ending if at_end and apart else self.yearly
        for reward, formula in self.of_state(state):
            value = self._context.of(formula)
            if Varies.PATIENT in value.varies or (state, reward) in self._differing:
                self._differing.add((state, reward))
                lines.append(f"{self.place(sums, reward)} += {value.text}{part}")
            elif apart or not at_end:
                sums.setdefault(reward, Sum()).counted.append((state, value))

    def add_once(
        self, rewards: Sequence[tuple[Reward, Value]], point: str, part: str = ""
    ) -> list[str]:
        """Return the statements that add one-off rewards of a patient at a point of time."""
        return [
            f"{self.place(self.once, reward, point)} += {value.text}{part}"
            for reward, value in rewards
        ]
