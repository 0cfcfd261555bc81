"""Tables of the policies: all of them, and who gains or loses by moving to another."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from equipoise.core.translation import NO_VALUE, format_number
from equipoise.core.translation import translate as _
from equipoise.report.charts.theme import money_scale
from equipoise.report.grid import Cell, Grid
from equipoise.report.reading import Reading
from equipoise.report.words import (
    RULES,
    SIDES,
    capital,
    centres_in_words,
    contract_in_short,
    criterion_value,
    points,
    word,
)
from equipoise.spec.record import PolicyRecord


def policies_grid(reading: Reading) -> Grid:
    """Return all policies: those that none beats first, then by their largest regret."""
    balance, data = reading.group("balance"), reading.group("policies")
    budget = data["budget_impact"].sum(("payer", "year")).mean("draw").values
    benefit = data["net_benefit"].mean("draw").values
    score, worst = balance["score"].values, balance["maximum_regret"].values
    scale, unit = money_scale(reading.currency, float(max(abs(budget).max(), abs(benefit).max())))
    order = sorted(range(len(worst)), key=lambda k: (k not in reading.front, worst[k], k))
    rows = []
    for k in order:
        policy = reading.record.policies[k]
        rows.append(
            tuple(
                Cell(text)
                for text in (
                    reading.money(policy.price), contract_in_short(policy.contract),
                    format_number(policy.centres), *(points(s) for s in score[:, k]),
                    _scaled(budget[k] / scale), _scaled(benefit[k] / scale),
                    _marks(reading, k),
                )
            )
        )  # fmt: skip
    headings = (
        _("Price"), _("Contract"), _("Centres"),
        *(capital(word(SIDES, side)) for side in reading.sides),
        _("Payers pay more, {unit}", unit=unit), _("Net benefit, {unit}", unit=unit), _("Remarks"),
    )  # fmt: skip
    last = 3 + len(reading.sides)
    strong = frozenset({order.index(reading.record.chosen)})
    return Grid(_("All policies; scores from 0 (worst) to 100 (best)"), headings, tuple(rows),
                frozenset(range(2, last + 2)), strong=strong, stacks=False)  # fmt: skip


def _scaled(amount: float) -> str:
    """Return an amount in the unit of its column."""
    return format_number(float(amount), 2)


def _marks(reading: Reading, policy: int) -> str:
    """Return what is to be said of a policy."""
    marks = [_("these answers")] if policy == reading.record.chosen else []
    marks += [word(RULES, c.rule) for c in reading.compromises if c.policy == policy]
    marks += [_("none beats it")] if policy in reading.front else []
    return ", ".join(marks)


def gains_grid(reading: Reading) -> Grid:
    """Return who gains and who loses: nothing, the policy of the answers, the compromises."""
    columns = _columns(reading)
    policies = [policy for policy, _name in columns]
    levers = (_levers(reading, reading.record.policies[policy]) for policy in policies)
    rows = [(Cell(_("Policy")), Cell(NO_VALUE), *levers)]
    rows += [_side_row(reading, side, policies) for side in reading.sides]
    rows += [_payer_row(reading, payer, policies) for payer in reading.payers_shown]
    rows += [_criterion_row(reading, k, policies) for k in range(len(reading.record.criteria))]
    headings = ("", _("Doing nothing"), *(name for _policy, name in columns))
    return Grid(
        _("Who gains and who loses; in brackets: against doing nothing"), headings, tuple(rows),
        frozenset(range(1, len(headings))), folded=False,
    )  # fmt: skip


def _levers(reading: Reading, policy: PolicyRecord) -> Cell:
    """Return a policy as a cell that wraps: the price, and below it the rest."""
    rest = ", ".join([contract_in_short(policy.contract), centres_in_words(policy.centres)])
    return Cell(reading.money(policy.price), note=rest)


def _columns(reading: Reading) -> list[tuple[int, str]]:
    """Return the policies that are compared, each with its name."""
    named: dict[int, list[str]] = {reading.record.chosen: [_("these answers")]}
    for compromise in reading.compromises:
        if compromise.policy is not None:
            named.setdefault(compromise.policy, []).append(word(RULES, compromise.rule))
    return [(policy, capital(", ".join(names))) for policy, names in named.items()]


def _side_row(reading: Reading, side: str, policies: Sequence[int]) -> tuple[Cell, ...]:
    """Return a side's scores, and whether it gains."""
    balance = reading.group("balance").sel(stakeholder=side)
    nothing = float(balance["status_quo_score"])
    cells = [Cell(_("{side}, points", side=capital(word(SIDES, side)))), Cell(points(nothing))]
    for policy in policies:
        own = float(balance["score"].sel(policy=policy))
        change = round(100.0 * own) - round(100.0 * nothing)
        cells.append(Cell(_("{points} ({change})", points=points(own), change=_change(change))))
    return tuple(cells)


def _change(change: int) -> str:
    """Return a gain or loss in points, in words."""
    if change == 0:
        return _("as now")
    number = format_number(abs(change)) if abs(change) <= 200 else _("much")
    return _("gains {points}", points=number) if change > 0 else _("loses {points}", points=number)


def _payer_row(reading: Reading, payer: str, policies: Sequence[int]) -> tuple[Cell, ...]:
    """Return what a payer pays more over the horizon."""
    impact = reading.group("policies")["budget_impact"].sel(payer=payer)
    cells = [Cell(_("{payer} pays more", payer=capital(reading.payer(payer)))),
             Cell(reading.money(0.0))]  # fmt: skip
    for policy in policies:
        amount = float(impact.sel(policy=policy).sum("year").mean("draw"))
        cells.append(Cell(reading.money(amount)))
    return tuple(cells)


def _criterion_row(reading: Reading, k: int, policies: Sequence[int]) -> tuple[Cell, ...]:
    """Return a criterion's expected values."""
    criterion = reading.record.criteria[k]
    values: xr.DataArray = reading.group("policies")["criterion_value"].sel(
        criterion=criterion.name
    )
    means = np.asarray(values.mean("draw").values, dtype=np.float64)
    name = _(criterion.title)
    aim = _("more is better") if criterion.better == "more" else _("less is better")
    side = _("{side}: {aim}", side=capital(word(SIDES, criterion.stakeholder)),
             aim=aim)  # fmt: skip
    today = reading.group("policies")["status_quo_value"].sel(criterion=criterion.name)
    nothing = criterion_value(reading, criterion, float(today.mean("draw")))
    note = "; ".join([side, _(criterion.note)] if criterion.note else [side])
    cells = [Cell(name, note=note), Cell(nothing)]
    cells += [Cell(criterion_value(reading, criterion, float(means[p]))) for p in policies]
    return tuple(cells)
