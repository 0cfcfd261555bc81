"""Statements that turn what was counted into results, once all patients of a group are done."""

from dataclasses import dataclass

from equipoise.clinical.compiled.context import Reward
from equipoise.clinical.compiled.individuals.context import PatientContext
from equipoise.clinical.compiled.individuals.sums import Sum, Sums


@dataclass(frozen=True)
class Results:
    """Statements that find the places of results, and those that add to them by cycle."""

    places: list[str]
    cycles: list[str]


def results(context: PatientContext, sums: Sums) -> Results:
    """Write how the sums of one group of patients enter the results."""
    writer = _Writer(context)
    yearly = writer.yearly(sums)
    once = writer.once(sums)
    read = writer.read(sums)
    lines = context.now.loaded([*writer.lines, *yearly, *once, *read])
    cycles = ["for k in range(last + 1):", *("    " + line for line in lines)]
    places = [
        line
        for k in range(len(context.rewards))
        for line in (
            f"r{k} = reward_place[{k}] + s * reward_step[{k}]",
            f"z{k} = present_place[{k}] + s * reward_step[{k}]",
        )
    ]
    return Results(places, cycles)


class _Writer:
    """Writes the end of a group, and lists its rewards."""

    def __init__(self, context: PatientContext) -> None:
        self._context = context
        self.lines: list[str] = []
        """Amounts at a point of time, each under its own name."""

    def _amount(self, found: Sum, *, at_start: float = 1.0, at_end: float = 0.0) -> str:
        """Return the name of a reward's amount at a point of time.

        Of those who are only counted, how much counts for who is there then, and at the next point.
        """
        length = self._context.table.length
        parts = [f"x[{found.row * length} + k]"] if found.row is not None else []
        for state, value in found.counted:
            place = f"n[{self._context.numbers[state] * length} + k"
            shares = ((f"{place}]", at_start), (f"{place} + 1]", at_end))
            share = " + ".join(f"{n} * {part!r}" if part != 1 else n for n, part in shares if part)
            parts.append(f"({share}) * {value.text}")
        parts += [f"alive * {value.text}" for value in found.alive]
        name = f"y{len(self.lines)}"
        self.lines.append(f"{name} = " + (" + ".join(parts) or "0.0"))
        return name

    def _number(self, reward: Reward) -> int:
        """Return the number under which a reward is listed."""
        self._context.rewards.append(reward)
        return len(self._context.rewards) - 1

    def _add(self, reward: Reward, amount: str, year: str, worth: str | None) -> list[str]:
        """Return the statements that add an amount to a result, and what it is worth."""
        number = self._number(reward)
        place = f"(a * years + {year}) * width + b" if year else "a * width + b"
        lines = [f"out[r{number} + {place}] += {amount} * scale"]
        if worth is not None:
            lines.append(f"out[z{number} + {place}] += {worth}")
        return lines

    def _factor(self, reward: Reward, when: str = "now") -> str:
        """Return the name of the discount factor of a reward."""
        return self._context.factor("cost" if reward[0] == "cost" else "health", when).text

    def yearly(self, sums: Sums) -> list[str]:
        """Return the statements of what the states bring, spread over the years it falls into."""
        inner: list[str] = []
        for reward in dict.fromkeys((*sums.yearly, *sums.ending)):
            amount, worth = self._in_cycle(reward, sums)
            amount, worth = f"{amount} * share_weight[q]", f"{worth} * (share_weight[q] * scale)"
            inner += self._add(reward, amount, "share_year[q]", worth)
        if not inner:
            return []
        return [
            "for q in range(share_from[k], share_from[k + 1]):",
            *("    " + line for line in self._context.now.loaded(inner)),
        ]

    def _in_cycle(self, reward: Reward, sums: Sums) -> tuple[str, str]:
        """Return the texts of what a yearly reward is in a cycle, and of what that is worth."""
        counted = self._context.counted
        start, end = counted.of_start, counted.of_end
        if not counted.ends_later:
            amount = self._amount(sums.yearly[reward], at_start=start, at_end=end)
            return amount, f"{amount} * {self._factor(reward)}"
        parts = [
            (self._amount(found[reward], at_start=before, at_end=after), self._factor(reward, when))
            for found, before, after, when in (
                (sums.yearly, start, 0.0, "now"), (sums.ending, 0.0, end, "then")
            )
            if reward in found
        ]  # fmt: skip
        amounts = " + ".join(amount for amount, _factor in parts)
        worth = " + ".join(f"{amount} * {factor}" for amount, factor in parts)
        return f"({amounts})", f"({worth})"

    def once(self, sums: Sums) -> list[str]:
        """Return the statements of what happens once; costs of day 0 stand apart."""
        later: list[str] = []
        first: list[str] = []
        for reward, found in sums.once.items():
            amount = self._amount(found)
            worth = f"{amount} * scale * {self._factor(reward)}"
            lines = self._add(reward, amount, "once_year[k]", worth)
            later += lines
            at_start = ("cost_at_start", reward[1])
            first += self._add(at_start, amount, "", None) if reward[0] == "cost" else lines
        if not later:
            return []
        return [
            "if k == 0:",
            *("    " + line for line in self._context.now.loaded(first)),
            "else:",
            *("    " + line for line in self._context.now.loaded(later)),
        ]

    def read(self, sums: Sums) -> list[str]:
        """Return the statements of who is alive, and of what is followed, at starts of years."""
        length = self._context.table.length
        living = [self._context.numbers[name] for name in self._context.plan.living]
        alive = " + ".join(f"n[{number * length} + k]" for number in living) or "0.0"
        inner = self._add(("alive", 0), "alive", "r", None)
        for reward, found in sums.read.items():
            inner += self._add(reward, self._amount(found), "r", None)
        self.lines.insert(0, f"alive = {alive}")
        return [
            "for r in range(read_from[k], read_to[k]):",
            *("    " + line for line in inner),
        ]
