"""`equipoise verify`: the checks of a model, on the screen and as a log."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from equipoise.api.verifying import load_to_verify
from equipoise.cli.choices import choices_noted
from equipoise.cli.model_files import may_write_table
from equipoise.cli.stopping import note_written, stop_if_asked
from equipoise.core.errors import FieldError
from equipoise.core.files import check_ordinary, check_parent, straight
from equipoise.core.signals import held_back
from equipoise.core.translation import translate as _
from equipoise.pipeline import check_sample
from equipoise.report import (
    LOG_COLUMNS,
    VERDICTS,
    Log,
    write_log_page,
    write_log_table,
)
from equipoise.spec.loaded import LoadedModel
from equipoise.verification import catch_rate, log_of, verify

_STYLES = {"passed": "green", "failed": "bold red", "waived": "yellow", "not applicable": "dim"}
_MADE = '<meta name="generator" content="Equipoise">'


def verify_and_print(
    name: str,
    *,
    country: str | None,
    draws: int,
    seed: int,
    mistakes: bool,
    out: Path | None,
    console: Console,
) -> bool:
    """Check a model, print and write the log; return whether nothing failed.

    Raises
    ------
    EquipoiseError
        With all that is wrong with what was asked: a log that would replace somebody's own file, or
        that ends in neither .html nor .csv, draws, seed, country and the file itself.
    """
    wrong = choices_noted()
    path = None if out is None else straight(out)
    with wrong.noted():
        if path is not None:
            _may_write(path)
    with wrong.noted():
        check_sample(draws=draws, seed=seed)
    model, scale = load_to_verify(name, country=country, mistakes=wrong)
    log = _asked(name, model, scale=scale, draws=draws, seed=seed, mistakes=mistakes)
    console.print(log.model, style="bold")
    console.print(log.headline)
    for domain in dict.fromkeys(row.tech_ver for row in log.rows):
        console.print(_table(log, domain))
    if log.seeded:
        console.print(_seeded_table(log))
    if path is not None:
        stop_if_asked()
        with held_back():
            (write_log_table if path.suffix.lower() == ".csv" else write_log_page)(log, path)
            note_written(path)
        console.print(_("Written: {path}", path=out), highlight=False)
    return all(row.verdict != "failed" for row in log.rows)


def _may_write(path: Path) -> None:
    """Refuse, before anything runs, a file that is somebody's own or of another kind."""
    match path.suffix.lower():
        case ".csv":
            may_write_table(path, LOG_COLUMNS, option="--out")
        case ".html":
            check_parent(path)
            check_ordinary(path)
            if path.exists() and _MADE not in path.read_text("utf-8", errors="replace"):
                raise FieldError(
                    _("{option} {path}: is a file that Equipoise has not written", option="--out",
                      path=path),
                    fix=_("name a new file; nothing there was touched"),
                )  # fmt: skip
        case _:
            raise FieldError(
                _("--out {path}: a log is a page or a table", path=path),
                fix=_("end the name with .html or .csv"),
            )


def _asked(
    name: str,
    model: LoadedModel,
    *,
    scale: Mapping[str, float],
    draws: int,
    seed: int,
    mistakes: bool,
) -> Log:
    """Run the checks with a bar on the error stream."""
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True, markup=False), transient=True) as bar:
        task = bar.add_task(_("Checking {name}", name=name), total=1.0)

        def heard(share: float) -> None:
            bar.update(task, completed=share)
            stop_if_asked()

        found = verify(model, draws=draws, seed=seed, scale=scale, progress=heard)
        if not mistakes:
            return log_of(found)
        bar.update(task, description=_("Seeding mistakes into {name}", name=name), completed=0.0)
        rate = catch_rate(model, seed=seed, scale=scale, progress=heard)
        return log_of(found, rate)


def _table(log: Log, domain: str) -> Table:
    """Return the checks of one domain, a line each; what did not pass says what was seen.

    What passes with a question to the model's author says the question.
    """
    table = Table(title=domain, title_justify="left", title_style="bold", box=None, padding=(0, 1),
                  show_header=False, pad_edge=False)  # fmt: skip
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in (one for one in log.rows if one.tech_ver == domain):
        text = Text(row.title)
        if row.verdict in ("failed", "waived"):
            text.append("\n" + _("expected: {text}", text=row.expected), style="dim")
            text.append("\n" + _("seen: {text}", text=row.seen), style=_STYLES[row.verdict])
        if row.verdict != "not applicable":
            text.append(f"\n{row.reason}" if row.reason else "", style="dim")
        else:
            text.append(f" ({row.seen})", style="dim")
        table.add_row(row.check, Text(_(VERDICTS[row.verdict]), style=_STYLES[row.verdict]), text)
    return table


def _seeded_table(log: Log) -> Table:
    """Return the seeded mistakes, those that were missed first."""
    table = Table(title=_("Seeded mistakes"), title_justify="left")
    table.add_column(_("Mistake"), overflow="fold")
    for heading in (_("Seeded"), _("Noticed")):
        table.add_column(heading, justify="right")
    table.add_column(_("By"), overflow="fold")
    for row in sorted(log.seeded, key=lambda one: one.noticed / one.seeded):
        missed = "" if row.noticed == row.seeded else "yellow"
        by = ", ".join(row.by) or _("nothing")
        table.add_row(row.title, str(row.seeded), str(row.noticed), by, style=missed)
    return table
