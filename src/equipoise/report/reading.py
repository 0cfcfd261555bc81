"""A finished run as the report reads it: arrays, the record, and numbers with their range."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.translation import format_money
from equipoise.spec.record import PolicyRecord, Record
from equipoise.spec.text import Text, shown

Floats = NDArray[np.float64]

LOW, HIGH = 0.05, 0.95
"""Quantiles between which 90 % of the draws lie."""

FEWEST = 100
"""Draws of which five lie beyond each end of a 90 % range: with fewer its ends are chance."""

DAYS_PER_YEAR = 365.25
OLDEST = 130.0


class Number(NamedTuple):
    """A value and the range that holds 90 % of the draws; all NaN where there is none."""

    value: float
    low: float
    high: float
    unit: str


def mean_of(draws: xr.DataArray, unit: str) -> Number:
    """Return the mean over draws and the range that holds 90 % of them."""
    return _mean(np.asarray(draws.values, dtype=np.float64), unit)


def means_by_year(draws: xr.DataArray, unit: str) -> dict[int, Number]:
    """Return `mean_of` each year; xarray's own selection takes longer than the mean."""
    rows = np.asarray(draws.transpose("year", ...).values, dtype=np.float64)
    years = draws["year"].values
    return {int(year): _mean(row, unit) for year, row in zip(years, rows, strict=True)}


def _mean(values: Floats, unit: str) -> Number:
    """Return the mean and the range that holds 90 % of the values."""
    return Number(float(values.mean()), *_range(values), unit)


def median_of(draws: xr.DataArray, unit: str) -> Number:
    """Return the median of the draws in which something happens, and their 90 % range.

    Infinite draws (it never happens) and missing ones are left out; say their share beside it.
    """
    values = np.asarray(draws.values, dtype=np.float64)
    finite = values[np.isfinite(values)]
    middle = float(np.median(finite)) if finite.size else float("nan")
    return Number(middle, *_range(finite), unit)


def exactly(value: float, unit: str) -> Number:
    """Return a number that is the same in every draw, or a share of the draws."""
    return Number(value, value, value, unit)


def _range(values: Floats) -> tuple[float, float]:
    """Return the ends of the 90 % range."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return float("nan"), float("nan")
    low, high = np.quantile(finite, [LOW, HIGH])
    return float(low), float(high)


def share_never(draws: xr.DataArray) -> float:
    """Return the share of draws in which something never happens."""
    return float(np.mean(~np.isfinite(draws.values)))


class Compromise(NamedTuple):
    """A named rule of choosing, and the policy it chooses if there is one."""

    rule: str
    policy: int | None


@dataclass(frozen=True)
class Reading:
    """A finished run: its arrays and what it says about itself."""

    tree: xr.DataTree
    record: Record

    def group(self, name: str) -> xr.Dataset:
        """Return one stage's arrays."""
        return self.tree[name].to_dataset()

    @cached_property
    def currency(self) -> str:
        """Return the currency of all money, e.g. RUB."""
        return self.record.money.split("@")[0]

    @cached_property
    def price_year(self) -> str:
        """Return the year of all prices."""
        return self.record.money.split("@")[-1]

    def money(self, amount: float) -> str:
        """Return an amount in short form."""
        return format_money(amount, self.currency)

    @property
    def chosen(self) -> PolicyRecord:
        """Return the policy that the answers are about."""
        return self.record.policies[self.record.chosen]

    @property
    def too_few(self) -> bool:
        """Return whether the draws are too few for ranges, shares and verdicts."""
        return self.record.draws < FEWEST

    @cached_property
    def years(self) -> int:
        """Return the years of the horizon."""
        return int(self.group("reach").sizes["year"])

    def day(self, years: float) -> date:
        """Return the calendar day so many years after the decision date; at most the last one."""
        start = self.record.decision_date
        left = (date.max - start).days
        return start + timedelta(days=round(min(years * DAYS_PER_YEAR, left)))

    @cached_property
    def ends(self) -> date:
        """Return the last day of the horizon."""
        start = self.record.decision_date
        year = start.year + self.years
        day = min(start.day, monthrange(year, start.month)[1])
        return date(year, start.month, day) - timedelta(days=1)

    def period(self, year: int) -> str:
        """Return the name of a year since the decision date: 2026, or 2026/27."""
        start = self.record.decision_date
        first = start.year + int(year)
        return str(first) if start.month == 1 else f"{first}/{(first + 1) % 100:02d}"

    @cached_property
    def product_payers(self) -> tuple[str, ...]:
        """Return the payers that the rules make pay for the product, the youngest age first."""
        record = self.record
        category = next(i.category for i in record.items if i.name == record.product_item)
        rules = [
            rule for rule in record.rules if not rule.categories or category in rule.categories
        ]
        youngest = min(group.age for group in record.groups)
        edges = {age for r in rules for age in (r.from_age, r.to_age) if age is not None}
        found: list[str] = []
        for age in sorted({youngest, *(e for e in edges if youngest < e < OLDEST)}):
            owed = (r.payer for r in rules if (r.from_age or 0.0) <= age < (r.to_age or OLDEST))
            payer = next(owed, None)
            if payer is not None and payer not in found:
                found.append(payer)
        return tuple(found)

    def payer(self, name: str) -> str:
        """Return a payer's label."""
        return _label(name, {p.name: p.label for p in self.record.payers})

    def strategy(self, name: str) -> str:
        """Return a strategy's label."""
        return _label(name, self.record.strategies)

    def parameter(self, name: str) -> str:
        """Return an input's label, or its name if it has none."""
        return _label(name, {e.name: e.label for e in self.record.evidence if e.label})

    def status(self, parameter: str) -> str:
        """Return an input's evidence status."""
        found = (e.status for e in self.record.evidence if e.name == parameter)
        return next(found, "assumption")

    @cached_property
    def treated(self) -> xr.DataArray:
        """Return how many are treated within the horizon, dims (draw)."""
        return self.group("reach")["treated"].sum("year")

    @cached_property
    def never_treated(self) -> bool:
        """Return whether nobody is treated in any draw."""
        return not bool((self.treated > 0.0).any())

    @cached_property
    def nobody_treated(self) -> bool:
        """Return whether on average less than half a patient is treated."""
        return float(self.treated.mean()) < 0.5

    @cached_property
    def payers_shown(self) -> list[str]:
        """Return the payers whose budget changes, those who change most first."""
        impact = self.group("value")["budget_impact"].mean("draw")
        size = abs(impact).sum("year")
        order = size.sortby(size, ascending=False)
        return [str(name) for name in order["payer"].values if float(order.sel(payer=name)) > 0.0]

    @cached_property
    def family_pays(self) -> bool:
        """Return whether the budget impact holds money of families."""
        families = {payer.name for payer in self.record.payers if payer.kind == "family"}
        return not families.isdisjoint(self.payers_shown)

    @cached_property
    def sides(self) -> tuple[str, ...]:
        """Return the sides between which a policy is balanced."""
        return tuple(str(s) for s in self.group("balance")["stakeholder"].values)

    @cached_property
    def front(self) -> list[int]:
        """Return the policies that no other policy beats for all sides."""
        return [int(k) for k in np.flatnonzero(self.group("balance")["on_front"].values > 0.0)]

    @cached_property
    def compromises(self) -> tuple[Compromise, Compromise]:
        """Return the Nash and the minimax-regret solution, read from the stored scores."""
        balance = self.group("balance")
        nash = max(self.front, key=lambda k: float(balance["nash_product"][k]))
        least = min(self.front, key=lambda k: float(balance["maximum_regret"][k]))
        fair = nash if float(balance["nash_product"][nash]) > 0.0 else None
        return Compromise("nash", fair), Compromise("minimax_regret", least)

    def best_for(self, side: str) -> list[int]:
        """Return the policies that are best for a side, ties included."""
        score = self.group("balance")["score"].sel(stakeholder=side).values
        return [int(k) for k in np.flatnonzero(np.isclose(score, score.max(), atol=1e-9))]


def read(tree: xr.DataTree) -> Reading:
    """Return a finished run with its record.

    Parameters
    ----------
    tree
        Result of `pipeline.assess` or `open_archive`.
    """
    return Reading(tree, Record.model_validate_json(tree.attrs["record"]))


def _label(name: str, labels: dict[str, Text]) -> str:
    """Return the label in the current language, or the name in plain letters."""
    return shown(labels[name]) if name in labels else name.replace("_", " ")


def same_levers(policies: Sequence[PolicyRecord]) -> dict[str, object]:
    """Return the levers on which some policies agree: lever -> value."""
    first = policies[0].model_dump()
    return {
        lever: value
        for lever, value in first.items()
        if all(getattr(policy, lever) == value for policy in policies)
    }
