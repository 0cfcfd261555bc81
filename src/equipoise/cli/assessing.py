"""`equipoise assess`: progress while it runs, then the screen, then the folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from equipoise.api import Results, load
from equipoise.api import assess as run_assessment
from equipoise.cli.output import REPORT, asked_formats, may_write, write_results
from equipoise.cli.stopping import stop_if_asked
from equipoise.core.files import straight
from equipoise.core.progress import Progress
from equipoise.core.translation import translate as _
from equipoise.draws import Design
from equipoise.report import render
from equipoise.spec.loaded import Study
from equipoise.spec.text import shown


@dataclass(frozen=True)
class Request:
    """What the command line asked for."""

    study: str
    country: str | None
    draws: int
    seed: int
    design: Design
    values: Mapping[str, str]
    policy: Mapping[str, str]
    out: Path | None
    formats: str
    profile: bool
    workers: int


def run_request(request: Request) -> None:
    """Load, run, show and write."""
    console, errors = Console(), Console(stderr=True)
    formats = asked_formats(request.formats)
    study = load(request.study, country=request.country, values=request.values)
    out = None if request.out is None else straight(request.out)
    folder = out or Path("results") / f"{study.path.parent.name}-{study.country.code}"
    may_write(folder)
    progress = Progress()
    results = _with_bar(study, request, progress, errors)
    stop_if_asked()
    with errors.status(_("Writing {folder}", folder=folder)), progress.stage("report"):
        write_results(results, folder, formats)
    render(results.tree, console)
    if request.profile:
        console.print(_seconds(progress))
    written = folder / REPORT if "html" in formats else folder
    console.print(_("Written: {path}", path=written), highlight=False, soft_wrap=True)


def _with_bar(study: Study, request: Request, progress: Progress, errors: Console) -> Results:
    """Run with a bar on the error stream; Ctrl-C stops all threads."""
    title = shown(study.file.study)
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(title, total=1.0)

        def heard(share: float) -> None:
            bar.update(task, completed=share)
            stop_if_asked()

        progress.listen(heard)
        return run_assessment(
            study, draws=request.draws, seed=request.seed, design=request.design,
            policy=request.policy, progress=progress, workers=request.workers,
        )  # fmt: skip


def _seconds(progress: Progress) -> Table:
    """Return the table of `--profile`; threads added, so it can exceed the clock."""
    table = Table(_("Stage"), _("Seconds"), title=_("Seconds by stage, all threads added"))
    for stage, seconds in progress.seconds.items():
        table.add_row(stage, f"{seconds:.2f}")
    return table
