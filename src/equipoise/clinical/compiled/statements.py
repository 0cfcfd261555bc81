"""Statements of machine code by the loop they stand in, and what carries values between loops.

A value that is the same for all draws, cycles or strategies, or however long somebody has been in a
state (residence), is computed outside the loop over them. Loops lie inside one another in the order
cycles, strategies, draws.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_


class Varies(IntFlag):
    """What a value changes with; also where it is computed.

    What changes with residence but not from cycle to cycle is computed before them, into tables.
    """

    NOTHING = 0
    CYCLE = 1
    DRAW = 2
    BOTH = 3
    RESIDENCE = 4
    ALL = 7
    """Cycles, draws and residence."""
    PATIENT = 8
    STRATEGY = 16
    EACH = 19
    """Cycles, draws and strategies."""


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

    Parameters
    ----------
    begin
        Text of the place of the first row, for rows that each strategy has to itself.
    """

    def __init__(self, begin: str = "") -> None:
        self.rows = 0
        self._begin = f"{begin} + " if begin else ""

    def row(self) -> str:
        """Return the text of a new row's element."""
        return self.region(1).row(0)

    def region(self, count: int) -> "Region":
        """Return new rows, one after another."""
        self.rows += count
        return Region((self.rows - count) * BLOCK, count, self._begin)


@dataclass(frozen=True)
class Region:
    """Some rows of the scratch space."""

    first: int
    count: int
    begin: str = ""

    def row(self, number: int) -> str:
        """Return the text of one row's element."""
        return f"w[{self.begin}{self.first + number * BLOCK} + i]"

    @property
    def nth(self) -> str:
        """Return the text of an element in a loop over the rows, by `n`."""
        return f"w[{self.begin}{self.first} + n * {BLOCK} + i]"


class Stays:
    """Tables over residence: one element for each number of cycles `j`, or one for each draw."""

    def __init__(self) -> None:
        self.lines, self.rows = 0, 0

    def place(self, varies: Varies) -> str:
        """Return the text of the element of a new table."""
        if Varies.DRAW in varies:
            self.rows += 1
            return f"by_stay_and_draw[({self.rows - 1} * stays + j) * {BLOCK} + i]"
        self.lines += 1
        return f"by_stay[{self.lines - 1} * stays + j]"


class Statements:
    """Statements by the loop they stand in, each distinct one once.

    Texts are Python that Numba compiles. They only ever hold numbers, operators and names made
    here: nothing that a model file says becomes code.

    Parameters
    ----------
    shared
        Where values of a draw are kept for other loops.
    parameters
        Names of drawn parameters -> their places in the scratch space.
    prefix
        Of the names made here.
    own
        Where values are kept that each strategy has to itself.
    """

    def __init__(
        self,
        shared: Scratch,
        parameters: Mapping[str, str],
        *,
        prefix: str,
        own: Scratch | None = None,
    ) -> None:
        self.lines: dict[Varies, list[str]] = {Varies(k): [] for k in range(2 * Varies.STRATEGY)}
        self.stays = Stays()
        self.given: dict[str, str] = {}
        """Names of what is made elsewhere -> where it stands in each cycle."""
        self.each = Varies.BOTH if own is None else Varies.EACH
        """The innermost loop of a cycle: over draws, of each strategy by itself if it has room."""
        self._shared, self._own = shared, shared if own is None else own
        self._parameters = dict(parameters)
        self._prefix = prefix
        self._written: dict[str, Value] = {}
        self._required: dict[Varies, list[str]] = {place: [] for place in self.lines}
        self._kept: dict[str, tuple[Value, str]] = {}
        """Values that other loops read -> their places."""

    def keep(self, value: Value, *, reader: Varies | None = None) -> None:
        """Let another loop read a value, unless the reader is the loop that makes it."""
        known = (self._kept, self._parameters, self.given)
        if not _is_apart(value.varies, reader) or any(value.text in names for names in known):
            return
        if Varies.RESIDENCE in value.varies:
            place = self.stays.place(value.varies)
        else:
            place = (self._own if Varies.STRATEGY in value.varies else self._shared).row()
        self._kept[value.text] = value, place

    def stores(self, varies: Varies) -> list[str]:
        """Return the statements that keep values of one loop for others, as numbers."""
        return [
            f"{place} = 1.0 if {name} else 0.0" if value.is_truth else f"{place} = {name}"
            for name, (value, place) in self._kept.items()
            if value.varies is varies
        ]

    def place_of(self, value: Value) -> str:
        """Return where a value stands after the loop over a block's draws."""
        self.keep(value)
        if value.text in self._kept:
            return self._kept[value.text][1]
        return self._parameters.get(value.text, value.text)

    def add(self, row: str, value: Value, weight: Value, *, where: str = "") -> None:
        """Add a value times a weight to a row, in every cycle.

        Parameters
        ----------
        where
            Text of what must not be 0 for that: without any weight a value may be no number.
        """
        for part in (value, weight):
            self.keep(part, reader=self.each)
        amount = f"{value.text} * {weight.text}"
        found = f"({amount} if {where} != 0.0 else 0.0)" if where else amount
        self.lines[self.each].append(f"{row} += {found}")

    def note(self, values: Sequence[Value]) -> Region:
        """Put values into rows one after another, for loops outside that over draws."""
        region = self._own.region(len(values))
        for number, value in enumerate(values):
            self.keep(value, reader=self.each)
            self.lines[self.each].append(f"{region.row(number)} = {value.text}")
        return region

    def loads(self, varies: Varies, lines: Sequence[str]) -> list[str]:
        """Return the statements that read what a loop's statements name from other loops."""
        named = set(re.findall(r"\b[a-z]\d+\b", "\n".join(lines)))
        found = [
            f"{name} = {place} != 0.0" if value.is_truth else f"{name} = {place}"
            for name, (value, place) in self._kept.items()
            if name in named and _is_apart(value.varies, varies)
            if (Varies.DRAW in value.varies) == (Varies.DRAW in varies)
        ]
        places = self._parameters | self.given if Varies.DRAW in varies else {}
        return [f"{name} = {place}" for name, place in places.items() if name in named] + found

    def set(self, text: str, *parts: Value, truth: bool = False) -> Value:
        """Write one statement in the outermost loop that has all its parts.

        Parameters
        ----------
        text
            With places {0}, {1}, ... for the parts.
        """
        varies = Varies(reduce(or_, (part.varies for part in parts), Varies.NOTHING))
        for part in parts:
            self.keep(part, reader=varies)
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
            Where draws are counted in it; conditions that are the same for all draws set `broken`.
        """
        names = self._required[varies]
        together = [" & ".join(names[k : k + _TOGETHER]) for k in range(0, len(names), _TOGETHER)]
        if Varies.DRAW in varies:
            return [f"{wrong} += 0.0 if {holds} else 1.0" for holds in together]
        return [f"broken = broken if {holds} else 1" for holds in together]

    def unless_refused(self, value: Value) -> str:
        """Return the text of a value that is no number where something required does not hold.

        For the innermost loop, where counting as `refusals` do takes longer.
        """
        names = self._required[self.each]
        return f"({value.text} if {' & '.join(names)} else np.nan)" if names else value.text

    def total(self, values: Sequence[Value]) -> Value:
        """Return the sum in the order given."""
        if not values:
            return ZERO
        return reduce(lambda one, other: self.set("{0} + {1}", one, other), values)


def _is_apart(maker: Varies, reader: Varies | None) -> bool:
    """Return whether what one loop makes is gone, or has changed, when the other runs."""
    if maker is reader:
        return False
    return Varies.DRAW in maker or (
        Varies.RESIDENCE in maker
        and Varies.CYCLE not in maker
        and (reader is None or Varies.CYCLE in reader)
    )
