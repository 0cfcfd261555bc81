"""The answers on one screen of a terminal."""

from collections.abc import Sequence

import xarray as xr
from rich.box import ROUNDED, SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from equipoise.core.translation import format_date, format_number, format_percent
from equipoise.core.translation import translate as _
from equipoise.report.answer import Answer
from equipoise.report.answers import answers_of
from equipoise.report.reading import Reading, read
from equipoise.report.words import (
    RULES,
    SIDES,
    capital,
    few_draws,
    points,
    policy_in_words,
    word,
)
from equipoise.spec.text import shown

WIDEST = 110
DETAILS = {"soon": 7, "pays": 6, "fits": 5, "balanced": 4, "unknown": 7}
"""Sentences of each answer that fit on the screen; the page has all."""

_BLOCKS = " ▁▂▃▄▅▆▇█"
_EMPTY, _FULL = "·", "█"


def render(tree: xr.DataTree, console: Console) -> None:
    """Show a finished run: title, conventions, five answers with small tables.

    Parameters
    ----------
    tree
        Result of `pipeline.assess` or `open_archive`.
    console
        Where to show it; wide screens are used up to 110 columns.
    """
    reading = read(tree)
    width = min(console.width, WIDEST)
    small: dict[str, Table | None] = {
        "soon": _treated(reading), "pays": _budget(reading), "balanced": _policies(reading),
    }  # fmt: skip
    console.print(_head(reading), width=width)
    for answer in answers_of(reading):
        console.print(_panel(answer, small.get(answer.name)), width=width)


def _head(reading: Reading) -> Group:
    """Return the title, the policy and the conventions."""
    record, rules = reading.record, reading.record.conventions
    title = Text(shown(record.title), style="bold")
    place = _("{country}, decision of {date}", country=shown(record.country),
              date=format_date(record.decision_date))  # fmt: skip
    policy = _("{policy}; {draws} simulated futures, seed {seed}.",
               policy=policy_in_words(reading, reading.chosen), draws=format_number(record.draws),
               seed=record.seed)  # fmt: skip
    counted = _(
        "{money} in prices of {year}; discounting: cost {cost}, health {health} a year; a QALY is "
        "worth {threshold}; in brackets: 90% of the futures.",
        money=reading.currency, year=reading.price_year, cost=format_percent(rules.discount_cost),
        health=format_percent(rules.discount_health), threshold=reading.money(rules.threshold),
    )  # fmt: skip
    lines: list[RenderableType] = [title, Text(place), Text(policy), Text(counted, style="dim")]
    if record.changed:
        inputs = ", ".join(f"{name} = {value}" for name, value in record.changed.items())
        lines.append(Text(_("Set by hand: {inputs}", inputs=inputs), style="bold"))
    if warning := few_draws(reading):
        lines.append(Text(warning, style="bold yellow"))
    return Group(*lines, Text(""))


def _panel(answer: Answer, table: Table | None) -> Panel:
    """Return one answer in its frame."""
    parts: list[RenderableType] = [Text(answer.headline, style="bold")]
    shown_details = answer.details[: DETAILS[answer.name]]
    if shown_details:
        listed = Table.grid(padding=(0, 1, 0, 0))
        for sentence in shown_details:
            listed.add_row(Text("•"), Text(sentence))
        parts.append(listed)
    if table is not None:
        parts.append(Padding(table, (1, 0, 0, 0)))
    title = Text(answer.question, style="bold")
    return Panel(Group(*parts), title=title, title_align="left", box=ROUNDED, padding=(0, 1),
                 border_style="cyan")  # fmt: skip


def sparkline(values: Sequence[float]) -> str:
    """Return values as a row of blocks from nothing to the largest; less than nothing is a dash.

    Examples
    --------
    >>> sparkline([0.0, 1.0, 2.0, -1.0])
    ' ▄█–'
    """
    top = max([*values, 0.0]) or 1.0
    last = len(_BLOCKS) - 1
    return "".join(
        "–" if value < -0.005 * top else _BLOCKS[round(last * max(value, 0.0) / top)]
        for value in values
    )


def bar(part: float, cells: int = 10) -> str:
    """Return a share as a bar of so many cells.

    Examples
    --------
    >>> bar(0.3)
    '███·······'
    """
    full = round(cells * min(max(part, 0.0), 1.0))
    return _FULL * full + _EMPTY * (cells - full)


def _table(*headings: str, left: int = 1) -> Table:
    """Return an empty table; all but the first columns are numbers."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False,
                  header_style="dim")  # fmt: skip
    for number, heading in enumerate(headings):
        table.add_column(
            Text(heading), justify="left" if number < left else "right", overflow="fold"
        )
    return table


def _treated(reading: Reading) -> Table | None:
    """Return patients by year as one line each."""
    if reading.nobody_treated:
        return None
    reach = reading.group("reach")
    first, last = reading.period(0), reading.period(reading.years - 1)
    period = _("{first} to {last}", first=first, last=last)
    table = _table(_("Patients"), period, _("Most in a year"), left=2)
    for name, label in (("treated", _("treated")), ("waiting", _("waiting at year’s end"))):
        values = [float(v) for v in reach[name].mean("draw").values]
        table.add_row(label, Text(sparkline(values), style="cyan"), format_number(max(values)))
    return table


def _budget(reading: Reading) -> Table | None:
    """Return the budget impact by payer: the years as blocks, the sum, the peak."""
    if not reading.payers_shown:
        return None
    impact = reading.group("value")["budget_impact"].mean("draw")
    first, last = reading.period(0), reading.period(reading.years - 1)
    table = _table(_("Pays more"),
                   _("{first} to {last}", first=first, last=last), _("All years"), _("Peak"),
                   left=2)  # fmt: skip
    rows = [(capital(reading.payer(p)), impact.sel(payer=p)) for p in reading.payers_shown]
    rows.append((_("Together"), impact.sum("payer")))
    for label, years in rows:
        values = [float(v) for v in years.values]
        table.add_row(
            Text(label), Text(sparkline(values), style="cyan"), reading.money(sum(values)),
            reading.money(max(values)),
        )  # fmt: skip
    return table


def _policies(reading: Reading) -> Table:
    """Return the compromises, the policy of the answers and doing nothing, with their scores."""
    balance = reading.group("balance")
    sides = [capital(word(SIDES, side)) for side in reading.sides]
    table = _table(_("Score, 0 to 100"), *sides, left=1 + len(sides))
    named = [(word(RULES, c.rule), c.policy) for c in reading.compromises if c.policy is not None]
    named.append((_("these answers"), reading.record.chosen))
    for name, policy in named:
        scores = [float(balance["score"].sel(stakeholder=s, policy=policy)) for s in reading.sides]
        label = Text(capital(name), style="bold")
        levers = policy_in_words(reading, reading.record.policies[policy])
        table.add_row(label.append("\n" + levers, style="not bold"), *map(_scored, scores))
    nothing = [float(balance["status_quo_score"].sel(stakeholder=s)) for s in reading.sides]
    table.add_row(Text(_("Doing nothing"), style="bold"), *map(_scored, nothing))
    return table


def _scored(score: float) -> str:
    """Return a score as a number with a bar."""
    return f"{points(score):>3} {bar(score, 8)}"
