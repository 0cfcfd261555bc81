"""Two runs side by side: who gains and who loses, draw by draw."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from equipoise.core.errors import FieldError
from equipoise.core.translation import format_interval, format_number
from equipoise.core.translation import translate as _
from equipoise.spec.record import PolicyRecord, Record
from equipoise.spec.text import shown

Verdict = Literal["gains", "loses", "same"]

_TAIL = 0.05
MILLION = 1e6
MANY = 100.0
_HAIR = 1e-4
"""Relative difference below which two runs are the same to a reader."""


@dataclass(frozen=True)
class Change:
    """One thing that somebody cares about, in both runs; means over draws.

    `low` and `high` hold 90 % of the differences of the same draw in both runs.
    """

    who: str
    what: str
    unit: Literal["money", "count"]
    first: float
    second: float
    low: float
    high: float
    verdict: Verdict


def compare(first: xr.DataTree, second: xr.DataTree) -> tuple[Change, ...]:
    """Return what changes for patients, each payer, the maker and the state.

    The runs must share seed, number and design of the draws: then the same draw means the same
    luck in both, and the difference is due to what was changed.

    Parameters
    ----------
    first, second
        Results of `pipeline.assess` or `open_archive`.

    Raises
    ------
    FieldError
        If the runs cannot be compared draw by draw.
    """
    records = [Record.model_validate_json(tree.attrs["record"]) for tree in (first, second)]
    _same_luck(*records)
    record = records[0]
    runs = (first, second)
    return (
        _change(_("patients"), _("treated"), runs, _treated, unit="count"),
        _change(_("patients"), _("QALYs gained, present value"), runs, _health, unit="count"),
        *(
            _change(shown(payer.label), _("pay more than today"), runs,
                    _paid_by(payer.name), less_is_better=True)
            for payer in record.payers
        ),
        _change(_("maker"), _("receives"), runs, _receipts),
        _change(_("state"), _("net benefit, present value"), runs, _benefit),
    )  # fmt: skip


def _same_luck(one: Record, other: Record) -> None:
    """Refuse runs whose draws do not match."""
    keys = ("seed", "draws", "design", "money")
    wrong = [key for key in keys if getattr(one, key) != getattr(other, key)]
    if wrong or [p.name for p in one.payers] != [p.name for p in other.payers]:
        raise FieldError(
            _("the runs differ in {what}", what=", ".join(wrong) or _("their payers")),
            fix=_("run both with the same --seed, --draws and --design for the same country"),
        )


def _array(tree: xr.DataTree, group: str, name: str) -> xr.DataArray:
    """Return one array of a run."""
    return tree[group].to_dataset()[name]


def _treated(tree: xr.DataTree) -> xr.DataArray:
    """Patients treated within the horizon."""
    return _array(tree, "reach", "treated").sum("year")


def _health(tree: xr.DataTree) -> xr.DataArray:
    """Present value of the QALYs that the therapy adds over everybody's life."""
    health = _array(tree, "value", "qaly_present")
    return health.sel(world="with", drop=True) - health.sel(world="without", drop=True)


def _paid_by(payer: str) -> Callable[[xr.DataTree], xr.DataArray]:
    """Return the measure of one payer's budget impact within the horizon."""

    def measure(tree: xr.DataTree) -> xr.DataArray:
        return _array(tree, "value", "budget_impact").sel(payer=payer, drop=True).sum("year")

    return measure


def _receipts(tree: xr.DataTree) -> xr.DataArray:
    """Receipts of the maker within the horizon, net of rebates."""
    return _array(tree, "payment", "receipts").sum("year")


def _benefit(tree: xr.DataTree) -> xr.DataArray:
    """Net monetary benefit of the therapy for all patients at its present value."""
    return _array(tree, "value", "net_benefit")


def _change(
    who: str,
    what: str,
    runs: tuple[xr.DataTree, xr.DataTree],
    measure: Callable[[xr.DataTree], xr.DataArray],
    *,
    unit: Literal["money", "count"] = "money",
    less_is_better: bool = False,
) -> Change:  # fmt: skip
    """Measure one thing in both runs."""
    before, after = (np.asarray(measure(tree).values, np.float64) for tree in runs)
    gap = after - before
    low, high = np.quantile(gap, [_TAIL, 1.0 - _TAIL])
    mean = float(gap.mean())
    scale = max(float(np.abs(before).mean()), float(np.abs(after).mean()), 1e-12)
    verdict: Verdict = "same"
    if abs(mean) > _HAIR * scale:
        verdict = "gains" if (mean > 0.0) != less_is_better else "loses"
    return Change(
        who, what, unit, float(before.mean()), float(after.mean()), float(low), float(high), verdict
    )


def render_comparison(first: xr.DataTree, second: xr.DataTree, console: Console) -> None:
    """Print two runs side by side.

    Parameters
    ----------
    first, second
        Results of `pipeline.assess` or `open_archive`.
    console
        Where to print.
    """
    changes = compare(first, second)
    record = Record.model_validate_json(first.attrs["record"])
    other = Record.model_validate_json(second.attrs["record"])
    console.print(shown(record.title), style="bold")
    console.print(_("first:  {policy}", policy=_levers(record)), highlight=False)
    console.print(_("second: {policy}", policy=_levers(other)), highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("", overflow="fold")
    for heading in (_("first"), _("second"), _("difference")):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in _rows(changes, payers={shown(payer.label) for payer in record.payers}):
        table.add_row(*row)
    console.print(table)
    console.print(_caption(record), style="dim", highlight=False)


def _caption(record: Record) -> str:
    """Return what the numbers are."""
    years = format_number(record.conventions.horizon_years)
    return _(
        "Money in million {money}. First and second: means over {draws} simulated futures; "
        "difference: 90% of them lie there. Patients, payments and receipts: over {years} years, "
        "not discounted. Present value: over all their lives, discounted.",
        money=record.money, draws=format_number(record.draws), years=years,
    )  # fmt: skip


def _levers(record: Record) -> str:
    """Return the setting of the levers as the command line takes it, and changed inputs."""
    policy: PolicyRecord = record.policies[record.chosen]
    parts = [
        f"price={policy.price:.10g}",
        f"contract={policy.contract}",
        f"centres={policy.centres}",
        *(f"{name}={value}" for name, value in record.changed.items()),
    ]
    return " ".join(parts)


def _rows(changes: tuple[Change, ...], *, payers: set[str]) -> Iterator[tuple[RenderableType, ...]]:
    """Yield the cells of each row; payers stand together under one heading."""
    words = {"gains": _("gains"), "loses": _("loses"), "same": _("the same")}
    last = ""
    for change in changes:
        scale = MILLION if change.unit == "money" else 1.0
        low, high = change.low / scale, change.high / scale
        span = "" if change.verdict == "same" else format_interval(low, high, _short)
        is_payer = change.who in payers
        heading = _("payers {do}", do=change.what) if is_payer else change.who
        if heading != last:
            yield (Text(heading, style="bold"),)
        yield (
            Padding(change.who if is_payer else change.what, (0, 0, 0, 2)),
            _short(change.first / scale),
            _short(change.second / scale),
            span,
            words[change.verdict],
        )
        last = heading


def _short(value: float) -> str:
    """Write a number with as many digits as mean something."""
    return format_number(value, 0 if abs(value) >= MANY else 1)
