"""Statements of machine code by the loop they stand in, and what carries values between loops.

A value that is the same for all draws, or for all cycles, is computed outside the loop over them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_


class Varies(IntFlag):
    """What a value changes with; also where it is computed."""

    NOTHING = 0
    CYCLE = 1
    DRAW = 2
    BOTH = 3
    PATIENT = 8


@dataclass(frozen=True)
class Value:
    """A computed value: the text that stands for it, and what it changes with."""

    text: str
    varies: Varies
    is_truth: bool = False


BLOCK = 64
"""Draws that are computed together: their scratch rows fit in the nearest cache."""

_TOGETHER = 20
"""Conditions in one statement."""

ZERO, ONE = Value("0.0", Varies.NOTHING), Value("1.0", Varies.NOTHING)


class Scratch:
    """Rows of one array, one element for each draw of a block.

    One array with constant offsets, because the compiler must see that rows never overlap.
    """

    def __init__(self) -> None:
        self.rows = 0

    def row(self) -> str:
        """Return the text of a new row's element."""
        return self.region(1).row(0)

    def region(self, count: int) -> "Region":
        """Return new rows, one after another."""
        self.rows += count
        return Region((self.rows - count) * BLOCK, count)


@dataclass(frozen=True)
class Region:
    """Some rows of the scratch space."""

    first: int
    count: int

    def row(self, number: int) -> str:
        """Return the text of one row's element."""
        return f"w[{self.first + number * BLOCK} + i]"

    @property
    def nth(self) -> str:
        """Return the text of an element in a loop over the rows, by `n`."""
        return f"w[{self.first} + n * {BLOCK} + i]"


class Statements:
    """Statements by the loop they stand in, each distinct one once.

    Texts are Python that Numba compiles. They only ever hold numbers, operators and names made
    here: nothing that a model file says becomes code.

    Parameters
    ----------
    scratch
        Where values of a draw are kept for other loops.
    parameters
        Names of drawn parameters -> their places in the scratch space.
    prefix
        Of the names made here.
    """

    def __init__(self, scratch: Scratch, parameters: Mapping[str, str], *, prefix: str) -> None:
        self.lines: dict[Varies, list[str]] = {Varies(k): [] for k in range(Varies.BOTH + 1)}
        self.kept: dict[str, str] = {}
        """Values of a draw that the loop over cycles reads -> their place in the scratch space."""
        self._scratch = scratch
        self._parameters = dict(parameters)
        self._prefix = prefix
        self._written: dict[str, Value] = {}
        self._required: dict[Varies, list[str]] = {place: [] for place in self.lines}
        self._noted: dict[str, str] = {}
        self._truths: set[str] = set()

    def keep(self, value: Value) -> Value:
        """Return a value so that the loop over cycles can read it."""
        known = self.kept.keys() | self._parameters.keys()
        if value.varies is Varies.DRAW and value.text not in known:
            self.kept[value.text] = self._scratch.row()
            if value.is_truth:
                self._truths.add(value.text)
        return value

    def stores(self) -> list[str]:
        """Return the statements that keep values of a draw in the scratch space, as numbers."""
        return [
            f"{place} = 1.0 if {name} else 0.0" if name in self._truths else f"{place} = {name}"
            for name, place in self.kept.items()
        ]

    def place_of(self, value: Value) -> str:
        """Return where a value stands after the loop over a block's draws."""
        if value.varies is Varies.BOTH:
            if value.text not in self._noted:
                place = self._noted[value.text] = self._scratch.row()
                self.lines[Varies.BOTH].append(f"{place} = {value.text}")
            return self._noted[value.text]
        self.keep(value)
        return self.kept.get(value.text, self._parameters.get(value.text, value.text))

    def note(self, values: Sequence[Value]) -> Region:
        """Put values into rows one after another, for loops outside that over draws."""
        region = self._scratch.region(len(values))
        for number, value in enumerate(values):
            self.keep(value)
            self.lines[Varies.BOTH].append(f"{region.row(number)} = {value.text}")
        return region

    def loads(self, lines: Sequence[str]) -> list[str]:
        """Return the statements that read from the scratch space what other statements name."""
        named = set(re.findall(r"\b[a-z]\d+\b", "\n".join(lines)))
        places = self._parameters | self.kept
        return [
            f"{name} = {place} != 0.0" if name in self._truths else f"{name} = {place}"
            for name, place in places.items()
            if name in named
        ]

    def set(self, text: str, *parts: Value, truth: bool = False) -> Value:
        """Write one statement in the outermost loop that has all its parts.

        Parameters
        ----------
        text
            With places {0}, {1}, ... for the parts.
        """
        varies = Varies(reduce(or_, (part.varies for part in parts), Varies.NOTHING))
        if varies is Varies.BOTH:
            for part in parts:
                self.keep(part)
        written = text.format(*(part.text for part in parts))
        if written not in self._written:
            name = f"{self._prefix}{len(self._written)}"
            self.lines[varies].append(f"{name} = {written}")
            self._written[written] = Value(name, varies, truth)
        return self._written[written]

    def require(self, text: str, *values: Value) -> None:
        """Ask that a condition hold; see `refusals`."""
        found = self.set(text, *values, truth=True)
        if found.text not in self._required[found.varies]:
            self._required[found.varies].append(found.text)

    def refusals(self, varies: Varies, wrong: str) -> list[str]:
        """Return the statements that count what was required and does not hold.

        Several conditions in one statement, because each branch costs the compiler time.

        Parameters
        ----------
        varies
            Of the loop in which they are to stand, after all others.
        wrong
            Where draws are counted; conditions that are the same for all draws set `broken`.
        """
        names = self._required[varies]
        together = [" & ".join(names[k : k + _TOGETHER]) for k in range(0, len(names), _TOGETHER)]
        if Varies.DRAW in varies:
            return [f"{wrong} += 0.0 if {holds} else 1.0" for holds in together]
        return [f"broken = broken if {holds} else 1" for holds in together]

    def total(self, values: Sequence[Value]) -> Value:
        """Return the sum in the order given."""
        if not values:
            return ZERO
        return reduce(lambda one, other: self.set("{0} + {1}", one, other), values)
