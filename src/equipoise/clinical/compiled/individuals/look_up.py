"""Where chance leads from states in which it is the same for all patients: looked up by cycle."""

from collections.abc import Mapping

from equipoise.clinical.compiled.individuals.context import PatientContext
from equipoise.clinical.compiled.individuals.steps import Steps
from equipoise.clinical.compiled.statements import ZERO, Value

Edges = list[tuple[str, Value]]
"""States in the order in which chance takes them, with the sum of the chances so far."""


def summed(steps: Steps, chances: Mapping[str, Value]) -> Edges:
    """Return the running sums of the chances of some states."""
    reached, edges = ZERO, list[tuple[str, Value]]()
    for state, chance in chances.items():
        reached = chance if reached is ZERO else steps.set("{0} + {1}", reached, chance)
        edges.append((state, reached))
    return edges


def selected(numbers: Mapping[str, int], edges: Edges) -> str:
    """Return the text of the state to which chance leads; the last takes what rounding leaves."""
    *others, (last, _edge) = edges
    text = str(numbers[last])
    for state, edge in reversed(others):
        text = f"{numbers[state]} if u < {edge.text} else ({text})"
    return text


class LookUp:
    """Rows of the table of cycles with running sums of chances, state by state.

    Parameters
    ----------
    context
        Of the kernel.
    edges
        Of each state whose chances are the same for all patients.
    """

    def __init__(self, context: PatientContext, edges: Mapping[str, Edges]) -> None:
        self._edges, self._numbers = edges, context.numbers
        self._length = context.table.length
        self._width = max((len(own) - 1 for own in edges.values()), default=0)
        self._first = context.table.rows
        for state in context.numbers:
            own = [edge.text for _state, edge in edges.get(state, [])[:-1]]
            for k in range(self._width):
                place = context.table.at(context.table.row())
                context.now.cycle.append(f"{place} = {own[k] if k < len(own) else '2.0'}")

    @property
    def targets(self) -> list[int]:
        """Return where chance leads, by state and by the number of running sums that it passes."""
        found: list[int] = []
        for state, number in self._numbers.items():
            own = [self._numbers[to] for to, _edge in self._edges.get(state, [])] or [number]
            found += own + [number] * (self._width + 1 - len(own))
        return found

    def statements(self, state: str) -> list[str]:
        """Return the statements that look up where chance leads; `state` is a text."""
        if not self._width:
            return [f"after = targets[{state}]"]
        base = f"{self._first * self._length} + {state} * {self._width * self._length} + k"
        tests = (f"np.int64(u >= w[base + {k * self._length}])" for k in range(self._width))
        place = f"{state} * {self._width + 1} + ({' + '.join(tests)})"
        return [f"base = {base}", f"after = targets[{place}] if k < last else state"]
