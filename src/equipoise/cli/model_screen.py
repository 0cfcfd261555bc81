"""What `equipoise model run` shows: conventions, totals, increments, uncertainty."""

from collections.abc import Mapping, Sequence
from math import floor

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from equipoise.clinical import Following, reads_again
from equipoise.core.translation import format_number, format_percent, mark
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import in_words, money_in_words
from equipoise.core.units import Measure
from equipoise.pipeline import MEASURES, ModelRun, interval
from equipoise.spec.discount import steps_of
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import METHODS, Time
from equipoise.value import Increment

_STANDINGS = (
    mark("reference"), mark("frontier"), mark("dominated"), mark("extendedly dominated"),
)  # fmt: skip
"""Standings of strategies, named here so that the catalogue has them."""

_HEADINGS = {"cost": mark("Cost"), "qaly": mark("QALY"), "life_years": mark("Life years")}
_WIDEST = 10_000
"""Letters in a line that no table needs."""

_DIGITS = {"cost": 0, "qaly": 3, "life_years": 3}


def conventions(run: ModelRun) -> str:
    """Return what is printed beside every total."""
    spec = run.model.spec
    parts = [_("money: {money}", money=money_in_words(spec.money))]
    if spec.discount is not None:
        parts.append(
            _("discount {cost} cost, {health} health",
              cost=_rate_in_words(spec.discount.cost),
              health=_rate_in_words(spec.discount.health))
        )  # fmt: skip
    if spec.time is not None:
        parts.append(time_in_words(run.model, spec.time, run.following))
    if run.following.patients:
        parts.append(followed_in_words(run.following))
    return "; ".join(parts)


def followed_in_words(how: Following) -> str:
    """Return how patients are followed."""
    number = format_number(how.patients, 0)
    match how.kind:
        case "cohort" if how.patients:
            return _("a cohort for each of {number} patients who differ", number=number)
        case "cohort":
            return _("a cohort")
        case "individuals":
            return _("{number} patients one by one in each draw", number=number)
        case "continuous":
            return _("{number} patients in continuous time in each draw", number=number)


def time_in_words(model: LoadedModel, time: Time, how: Following) -> str:
    """Return how time is counted; in continuous time a cycle only says how often to read."""
    cycle, horizon = in_words(time.cycle), in_words(time.horizon)
    if how.kind != "continuous":
        return _("cycle {cycle}, horizon {horizon}, counting in time: {method}",
                 cycle=cycle, horizon=horizon, method=_(METHODS[time.method]))  # fmt: skip
    if reads_again(model):
        return _("horizon {horizon}, no cycles: formulas that change with time are read anew every "
                 "{cycle}", horizon=horizon, cycle=cycle)  # fmt: skip
    return _("horizon {horizon}, no cycles: no formula changes with time", horizon=horizon)


def _rate_in_words(rate: Measure | Mapping[str, Measure]) -> str:
    """Return a discount rate for people, with all its steps if it changes with time."""
    first, *later = steps_of(rate)
    if not later:
        return in_words(first.rate)
    steps = [
        _("{rate} after {time}", rate=in_words(step.rate), time=in_words(step.since))
        for step in later
    ]
    return _("{rate} ({later})", rate=in_words(first.rate), later=", ".join(steps))


def result_tables(run: ModelRun, console: Console) -> list[Table]:
    """Return the tables of a run, in the order in which they are read."""
    rows = run.increments()
    if not run.draws:
        return _base_case(run, rows, console)
    reference = rows[0].strategy
    title = _(
        "{what}: mean of {draws} draws, and the interval that holds {share} of them",
        what=_what(run), draws=run.draws, share=format_percent(0.95, 0),
    )  # fmt: skip
    against = _("Difference from '{strategy}'", strategy=run.label(reference))
    found = [_intervals(run, rows, title)]
    if len(rows) > 1:
        found.append(_intervals(run, rows, against, against=reference))
    return [*found, _incremental(run, rows), _acceptability(run)]


def _what(run: ModelRun) -> str:
    """Return what is added up."""
    if run.model.spec.discount is not None:
        return _("Discounted totals per patient")
    return _("Totals per patient")


def _measures(run: ModelRun) -> list[str]:
    """Return what is shown of the totals."""
    return [name for name in MEASURES if name != "life_years" or run.tells_life_years]


def _base_case(run: ModelRun, rows: list[Increment], console: Console) -> list[Table]:
    """Return the totals of the base case and their increments: two tables where room is short."""
    title, increments = _("{what}, base case", what=_what(run)), _("Incremental table")
    whole = _expected(run, rows, title, _measures(run), increments=True)
    if _width(run, whole, console) <= console.width:
        return [whole]
    return [
        _expected(run, rows, title, _measures(run), increments=False),
        _expected(run, rows, increments, [], increments=True),
    ]


def _width(run: ModelRun, table: Table, console: Console) -> int:
    """Return how wide a table is when names of strategies break between words only."""
    natural = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
    names = [_("Strategy"), *(run.label(name) for name in run.model.spec.strategies)]
    words = [word for name in names for word in name.split()]
    return natural - max(map(cell_len, names)) + max(map(cell_len, words))


def _expected(
    run: ModelRun, rows: list[Increment], title: str, shown: list[str], *, increments: bool
) -> Table:
    """Return totals of the base case, and what is gained against the next cheaper strategy."""
    table = _table(title)
    for name in shown:
        _add_numbers(table, _(_HEADINGS[name]))
    if increments:
        _add_incremental_columns(table)
    for row in rows:
        own = {name: float(run.of_base.of(name, row.strategy).mean()) for name in shown}
        totals = [format_number(value, _DIGITS[name]) for name, value in own.items()]
        table.add_row(run.label(row.strategy), *totals, *(_increment(row) if increments else ()))
        errors = run.monte_carlo_errors(row.strategy)
        if errors:
            beneath = [_error(errors, name) for name in shown]
            more = {} if row.against is None else run.monte_carlo_errors(row.strategy, row.against)
            if increments:
                beneath += [_error(more, name) for name in ("cost", "qaly")]
            if any(beneath):
                table.add_row("", *beneath, style="dim")
    if run.is_by_chance and shown:
        table.caption = _("± one Monte Carlo standard error: more patients make it smaller")
    return table


def _intervals(
    run: ModelRun, rows: list[Increment], title: str, *, against: str | None = None
) -> Table:
    """Return means over the draws with their intervals beneath; of differences from a strategy."""
    table = _table(title)
    shown = _measures(run)
    for name in shown:
        _add_numbers(table, _(_HEADINGS[name]))
    for row in rows:
        if row.strategy == against:
            continue
        drawn = {name: run.drawn_totals(name, row.strategy, against) for name in shown}
        table.add_row(
            run.label(row.strategy),
            *(format_number(float(values.mean()), _DIGITS[n]) for n, values in drawn.items()),
        )
        errors = run.monte_carlo_errors(row.strategy, against)
        if errors:
            table.add_row("", *(_error(errors, name) for name in shown), style="dim")
        ends = {name: interval(values) for name, values in drawn.items()}
        table.add_row("", *(_between(name, *pair) for name, pair in ends.items()), style="dim")
    if run.is_by_chance and against is None:
        table.caption = _chance_in_words(run)
    return table


def _chance_in_words(run: ModelRun) -> str:
    """Return what chance does to the mean of the draws, and to their interval."""
    cost, health = (format_percent(run.share_of_chance(name) or 0.0, 0) for name in MEASURES[:2])
    return _("± one Monte Carlo standard error of the mean: more draws or patients make it "
             "smaller. The patients' luck makes up to {cost} of the variance of cost and {health} "
             "of that of QALYs, which widens the intervals; only more patients help there.",
             cost=cost, health=health)  # fmt: skip


def _incremental(run: ModelRun, rows: list[Increment]) -> Table:
    """Return the incremental table of the means."""
    table = _table(_("Incremental table of the means"))
    for heading in (_("Cost"), _("QALY")):
        _add_numbers(table, heading)
    _add_incremental_columns(table)
    for row in rows:
        totals = format_number(row.cost, 0), format_number(row.health, 3)
        table.add_row(run.label(row.strategy), *totals, *_increment(row))
    return table


def _table(title: str) -> Table:
    """Return a table of strategies without columns."""
    table = Table(title=title, title_justify="left", caption_justify="left")
    table.add_column(_("Strategy"), overflow="fold")
    return table


def _add_numbers(table: Table, heading: str) -> None:
    """Add a column of numbers, which never break: where room is short, names give way."""
    table.add_column(heading.replace(" ", "\n"), justify="right", no_wrap=True)


def _add_incremental_columns(table: Table) -> None:
    """Add the columns that compare neighbours on the frontier.

    Who has no ICER has a standing in its place, as in articles, so that eighty letters hold a row.
    """
    for heading in (_("More cost"), _("More QALY"), _("ICER")):
        _add_numbers(table, heading)


def _increment(row: Increment) -> tuple[str, str, str]:
    """Return the differences of a row, and its ICER or why it has none."""
    if row.more_cost is None or row.more_health is None or row.icer is None:
        return "", "", _(row.standing).replace(" ", "\n")
    return (
        format_number(row.more_cost, 0), format_number(row.more_health, 3),
        format_number(row.icer, 0),
    )  # fmt: skip


def _error(errors: Mapping[str, float], name: str) -> str:
    """Return a Monte Carlo error for people; nothing for none."""
    return f"± {format_number(errors[name], _DIGITS[name])}" if name in errors else ""


def _between(name: str, low: float, high: float) -> str:
    """Return the interval of a measure, as short as tables need it."""
    return " … ".join(format_number(end, _DIGITS[name]) for end in (low, high))


def _acceptability(run: ModelRun) -> Table:
    """Return how often each strategy is best at some thresholds."""
    data = run.uncertainty()
    table = Table(title=_("Share of draws in which a strategy is best"), title_justify="left")
    table.add_column(_("Per QALY"), justify="right")
    if data is None:
        return table
    for name in data["strategy"].values:
        table.add_column(run.label(str(name)), justify="right")
    table.add_column(_("EVPI per patient"), justify="right")
    for place in range(0, data.sizes["threshold"], 5):
        one = data.isel(threshold=place)
        table.add_row(
            format_number(float(one["threshold"]), 0),
            *(format_number(share, 2) for share in adding_up(one["acceptability"].values.tolist())),
            format_number(float(one["evpi"]), 0),
        )
    return table


def adding_up(shares: Sequence[float]) -> list[float]:
    """Return shares of one whole in hundredths that add up to 1, as they are shown side by side.

    Each is rounded down, and what is missing goes to those that lost most.

    Parameters
    ----------
    shares
        That add up to 1.

    References
    ----------
    Balinski, Young (2001), Fair representation, 2nd ed. (the method of Hamilton, or of the largest
    remainder).

    Examples
    --------
    >>> adding_up([0.005, 0.335, 0.66])
    [0.01, 0.33, 0.66]
    """
    hundredths = [round(100.0 * share, 9) for share in shares]
    whole = [floor(one) for one in hundredths]
    by_loss = sorted(range(len(whole)), key=lambda place: whole[place] - hundredths[place])
    for place in by_loss[: 100 - sum(whole)]:
        whole[place] += 1
    return [one / 100 for one in whole]
