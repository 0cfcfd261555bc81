"""`equipoise model run`: a model file alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from equipoise.api import run_model
from equipoise.cli.checking import say_warnings
from equipoise.cli.stopping import note_written, stop_if_asked
from equipoise.core.errors import FieldError
from equipoise.core.files import check_ordinary, check_parent, straight, write_text
from equipoise.core.signals import held_back
from equipoise.core.translation import format_number, mark
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import in_words, money_in_words
from equipoise.core.units import Measure
from equipoise.draws import Design
from equipoise.pipeline import COLUMNS, ModelRun
from equipoise.report.words import METHODS, word
from equipoise.spec.discount import steps_of
from equipoise.spec.model import EngineChoice
from equipoise.spec.text import shown
from equipoise.value import Increment

_STANDINGS = (
    mark("reference"), mark("frontier"), mark("dominated"), mark("extendedly dominated"),
)  # fmt: skip
"""Standings of strategies, named here so that the catalogue has them."""


@dataclass(frozen=True)
class ModelRequest:
    """What the command line asks for, as typed."""

    name: str
    draws: int
    seed: int
    design: Design
    engine: EngineChoice | None
    patients: int | None
    out: Path | None
    scheduler: str | None


def run_and_print(request: ModelRequest, console: Console) -> None:
    """Run a model, print its incremental table and, with draws, its uncertainty."""
    out = None if request.out is None else straight(request.out)
    if out is not None:
        may_write_table(out)
    run = _with_bar(request)
    console.print(shown(run.model.spec.model), style="bold")
    console.print(_conventions(run))
    console.print(_totals(run))
    say_warnings(run.model, console)
    uncertain = run.uncertainty()
    if uncertain is not None:
        console.print(_acceptability(run))
    if out is not None:
        stop_if_asked()
        with held_back():
            write_text(out, run.table().to_csv(index=False))
            note_written(out)
        console.print(_("Written: {path}", path=out), highlight=False)


def _with_bar(request: ModelRequest) -> ModelRun:
    """Run with a bar on the error stream; Ctrl-C stops at the next step."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("Running {name}", name=request.name), total=1.0)

        def heard(share: float) -> None:
            bar.update(task, completed=share)
            stop_if_asked()

        return run_model(
            request.name, draws=request.draws, seed=request.seed, design=request.design,
            engine=request.engine, patients=request.patients, progress=heard,
            scheduler=request.scheduler,
        )  # fmt: skip


def may_write_table(path: Path) -> None:
    """Refuse, before anything runs, to replace a file that this command has not written.

    Raises
    ------
    FieldError
        If the file is somebody's own.
    NotWritableError
        If no ordinary file can be written there.
    """
    check_parent(path)
    check_ordinary(path)
    if not path.exists():
        return
    with path.open("rb") as file:
        own = file.readline(200).strip() == ",".join(COLUMNS).encode()
    if not own:
        raise FieldError(
            _("--out {path}: is a file that Equipoise has not written", path=path),
            fix=_("name a new file; nothing there was touched"),
        )


def _conventions(run: ModelRun) -> str:
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
        parts.append(
            _("cycle {cycle}, horizon {horizon}, counting in time: {method}",
              cycle=in_words(spec.time.cycle), horizon=in_words(spec.time.horizon),
              method=word(METHODS, spec.time.method))
        )  # fmt: skip
    if run.following.patients:
        number = format_number(run.following.patients, 0)
        match run.following.kind:
            case "cohort":
                text = _("a cohort for each of {number} patients who differ", number=number)
            case "individuals":
                text = _("{number} patients one by one in each draw", number=number)
            case "continuous":
                text = _("{number} patients in continuous time in each draw", number=number)
        parts.append(text)
    return "; ".join(parts)


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


def _totals(run: ModelRun) -> Table:
    """Return the incremental table."""
    what = _("Totals per patient")
    if run.model.spec.discount is not None:
        what = _("Discounted totals per patient")
    title = _("{what}, base case", what=what)
    if run.drawn is not None:
        title = _("{what}, mean of {draws} draws", what=what, draws=run.drawn.sizes["draw"])
    table = Table(title=title, title_justify="left")
    table.add_column(_("Strategy"))
    for heading in (_("Cost"), _("QALY"), _("More cost"), _("More QALY"), _("ICER")):
        table.add_column(heading, justify="right")
    table.add_column(_("Standing"))
    for row in run.increments():
        table.add_row(
            run.label(row.strategy),
            *(_number(value, digits) for _name, value, digits in _columns(row)),
            "" if row.icer is None else format_number(row.icer, 0),
            _(row.standing),
        )
        errors = run.monte_carlo_errors(row)
        if errors:
            parts = (_number(errors.get(name), digits) for name, _value, digits in _columns(row))
            table.add_row("", *(f"± {part}" if part else "" for part in parts), style="dim")
    if run.batches is not None and run.drawn is None:
        table.caption = _("± one Monte Carlo standard error: more patients make it smaller")
        table.caption_justify = "left"
    return table


def _columns(row: Increment) -> list[tuple[str, float | None, int]]:
    """Return names, values and digits of a row's totals and differences."""
    return [
        ("cost", row.cost, 0), ("qaly", row.health, 3),
        ("more_cost", row.more_cost, 0), ("more_qaly", row.more_health, 3),
    ]  # fmt: skip


def _number(value: float | None, digits: int) -> str:
    """Return a number for people; nothing for none."""
    return "" if value is None else format_number(value, digits)


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
            *(format_number(float(share), 2) for share in one["acceptability"].values),
            format_number(float(one["evpi"]), 0),
        )
    return table
