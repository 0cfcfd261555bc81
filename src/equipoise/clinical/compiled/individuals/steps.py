"""Statements of a patient's course by the loop they stand in.

What is the same for all patients of a group is computed once for each cycle and kept in a table;
only the rest is computed for each patient in each cycle, and only where the patient is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from operator import or_

from equipoise.clinical.compiled.formulas import Formulas, Known, Tables
from equipoise.clinical.compiled.statements import Scratch, Value, Varies
from equipoise.spec.formula import Node
from equipoise.spec.formula.tree import Call

LANES = 4
"""Counters of chance that are turned into numbers together."""

HELD = 4 * LANES
"""Numbers of one patient that are made together, one for each cycle."""

STEP = Varies.PATIENT | Varies.CYCLE
"""What a value changes with that must be computed for each patient in each cycle."""

_NAME = re.compile(r"\b[a-z]\d+\b")
_CLOCK = {
    "now": "now = time[k]",
    "age": "age = ages[a] + time[k]",
    "then": "then = time[k + 1] if k < last else time[k]",
}


class CycleTable:
    """Rows of one array with a place for each cycle.

    Parameters
    ----------
    cycles
        Number of points of time; part of the text, because the compiler must see that rows never
        overlap.
    """

    def __init__(self, cycles: int) -> None:
        # One more than that: who is there at the end of a cycle is asked at every point.
        self.length = -(-(cycles + 1) // 8) * 8
        self.rows = 0

    def row(self) -> int:
        """Return the number of a new row."""
        self.rows += 1
        return self.rows - 1

    def at(self, row: int, array: str = "w", point: str = "k") -> str:
        """Return the text of a row's element at a point of time."""
        return f"{array}[{row * self.length} + {point}]"


class Steps(Formulas):
    """Statements that understand formulas, on a patient's course.

    Parameters
    ----------
    known, tables, prefix, on_first_day
        See `Formulas`.
    table
        Where values of a cycle are kept for the patients.
    """

    def __init__(
        self,
        known: Known,
        tables: Tables,
        table: CycleTable,
        *,
        prefix: str,
        on_first_day: bool = False,
    ) -> None:
        super().__init__(known, tables, Scratch(), {}, prefix=prefix, on_first_day=on_first_day)
        self.before: list[str] = []
        """Of each group of patients: what is the same in all cycles."""
        self.cycle: list[str] = []
        """Of each cycle: what is the same for all patients."""
        self.patient: list[str] = []
        """Of each patient: what is the same in all cycles."""
        self.step: list[str] = []
        """Of each patient in each cycle."""
        self.remembered: list[tuple[str, bool]] = []
        """What `first` remembers, and whether it does so for each patient."""
        self._remembers: dict[Node, Value] = {}
        self._table = table
        self._rows: dict[str, int] = {}
        self._kinds: dict[str, Value] = {}
        self._count = 0

    def set(self, text: str, *parts: Value, truth: bool = False) -> Value:
        """Write one statement in the outermost loop that has all its parts."""
        varies = Varies(reduce(or_, (part.varies for part in parts), Varies.NOTHING))
        written = text.format(*(part.text for part in parts))
        if written not in self._written:
            name = f"{self._prefix}{self._count}"
            self._count += 1
            self._lines(varies).append(f"{name} = {written}")
            self._written[written] = self._kinds[name] = Value(name, varies, truth)
        return self._written[written]

    def _lines(self, varies: Varies) -> list[str]:
        """Return the statements of the loop for values that vary so."""
        if Varies.PATIENT in varies:
            return self.step if Varies.CYCLE in varies else self.patient
        return self.cycle if Varies.CYCLE in varies else self.before

    def require(self, text: str, *values: Value) -> None:
        """Ask that a condition hold, at once: what does not is marked for the NumPy engine."""
        found = self.set(text, *values, truth=True)
        line = f"broken = broken if {found.text} else 1"
        lines = self._lines(found.varies)
        if line not in lines:
            lines.append(line)

    def loaded(self, lines: Sequence[str]) -> list[str]:
        """Return statements for a patient or a cycle, after those that read the table for them.

        Lines inside a condition have been given theirs already.
        """
        outer = [line for line in lines if not line.startswith(" ")]
        made = {line.split(" = ")[0] for line in outer}
        loads: list[str] = []
        for name in dict.fromkeys(_NAME.findall("\n".join(outer))):
            value = self._kinds.get(name)
            if value is None or name in made or not self._is_kept(value):
                continue
            if name not in self._rows:
                self._rows[name] = self._table.row()
            place = self._table.at(self._rows[name])
            loads.append(f"{name} = {place} != 0.0" if value.is_truth else f"{name} = {place}")
        words = set(re.findall(r"\b(?:now|age|then)\b", "\n".join(outer)))
        return [*(line for word, line in _CLOCK.items() if word in words), *loads, *lines]

    @staticmethod
    def _is_kept(value: Value) -> bool:
        """Return whether a value is computed for each cycle before any patient."""
        return Varies.CYCLE in value.varies and Varies.PATIENT not in value.varies

    def tabled(self) -> list[str]:
        """Return the statements of a cycle that keep in the table what patients read."""
        return [
            f"{self._table.at(row)} = " + (f"1.0 if {n} else 0.0" if self._kinds[n].is_truth else n)
            for n, row in self._rows.items()
        ]

    @contextmanager
    def inside(self, words: Mapping[str, Value], lines: list[str]) -> Iterator[None]:
        """Write what is computed for each patient in each cycle elsewhere for a while.

        Parameters
        ----------
        words
            What names mean there that depend on where the patient is.
        lines
            Where statements go.
        """
        before = self.step, self._known, self._values, dict(self._written)
        self.step, self._known, self._values = lines, {**self._known, **words}, {}
        try:
            yield
        finally:
            made = {
                text: value
                for text, value in self._written.items()
                if STEP not in value.varies and text not in before[3]
            }
            self.step, self._known, self._values, self._written = before
            self._written |= made

    def _called(self, node: Call) -> Value:
        """Write a function or a table; what `first` remembers is one thing wherever it is asked."""
        if node.function != "first" or self._on_first_day:
            return super()._called(node)
        if node not in self._remembers:
            self._remembers[node] = self._first(self.truth(node.arguments[0]))
        return self._remembers[node]

    def _first(self, condition: Value) -> Value:
        """Write a condition that holds once, the first time."""
        if self._on_first_day:
            return condition
        for_each = Varies.PATIENT in condition.varies
        before, name = f"h{len(self.remembered)}", f"f{len(self.remembered)}"
        self.remembered.append((before, for_each))
        value = Value(name, STEP if for_each else Varies.BOTH, True)
        self._lines(value.varies).extend(
            [
                f"{name} = {condition.text} & ({before} == 0.0)",
                f"{before} = 1.0 if {condition.text} else {before}",
            ]
        )
        self._kinds[name] = value
        return value
