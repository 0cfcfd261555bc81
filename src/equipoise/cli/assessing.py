"""`equipoise assess`: progress while it runs, then the screen, then the folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from equipoise.api import Results, load
from equipoise.api import assess as run_assessment
from equipoise.cli.choices import choices_noted
from equipoise.cli.options import pairs
from equipoise.cli.output import REPORT, asked_formats, may_write, write_results
from equipoise.cli.stopping import stop_if_asked
from equipoise.core.files import straight
from equipoise.core.progress import Progress
from equipoise.core.translation import format_number, mark
from equipoise.core.translation import translate as _
from equipoise.draws import Design
from equipoise.pipeline import check_sample, parse_policy
from equipoise.report import render
from equipoise.spec.loaded_study import Study
from equipoise.spec.replace import replace_values
from equipoise.spec.text import shown

_STAGES = {
    "draws": mark("sample of inputs"),
    "compile": mark("machine code"),
    "access": mark("road to patients"),
    "clinical": mark("course of the disease"),
    "delivery": mark("queue and centres"),
    "payment": mark("payments"),
    "value": mark("cost and health"),
    "balance": mark("balance of the sides"),
    "information": mark("worth of knowing"),
    "report": mark("files of the report"),
}
"""What `--profile` calls each stage."""


@dataclass(frozen=True)
class Request:
    """What the command line asked for."""

    study: str
    country: str | None
    draws: int
    seed: int
    design: Design
    values: Sequence[str]
    policy: Sequence[str]
    out: Path | None
    formats: str
    profile: bool
    workers: int
    scheduler: str | None


@dataclass(frozen=True)
class _Asked:
    """What a request means, all of it possible."""

    study: Study
    policy: Mapping[str, str]
    formats: Sequence[str]
    folder: Path


def _understood(request: Request) -> _Asked:
    """Read the whole request before anything runs.

    Raises
    ------
    EquipoiseError
        With every mistake of the command line at once. Without the study, names and values
        cannot be judged.
    """
    mistakes = choices_noted()
    formats: list[str] = []
    study: Study | None = None
    with mistakes.noted():
        formats = asked_formats(request.formats)
    with mistakes.noted():
        check_sample(draws=request.draws, seed=request.seed, workers=request.workers)
    with mistakes.noted():
        study = load(request.study, country=request.country)
    example = _example(study)
    values = pairs(request.values, option="--set", example=example, mistakes=mistakes)
    policy = pairs(request.policy, option="--policy", example="price=40e6", mistakes=mistakes)
    if study is not None:
        with mistakes.noted():
            parse_policy(study, policy)
        with mistakes.noted():
            study = replace_values(study, values)
    if request.out is not None or study is not None:
        with mistakes.noted():
            may_write(_folder(request, study))
    mistakes.refuse()
    assert study is not None  # noqa: S101 - its absence has been refused
    return _Asked(study, policy, formats, _folder(request, study))


def _example(study: Study | None) -> str:
    """Return a setting that every study has, with this one's value."""
    value = 900.0 if study is None else study.file.patients.prevalent.value
    return f"patients.prevalent={value:g}"


def _folder(request: Request, study: Study | None) -> Path:
    """Return the folder that results go to."""
    if request.out is not None:
        return straight(request.out)
    if study is None:
        return Path("results")
    return Path("results") / f"{study.path.parent.name}-{study.country.code}"


def run_request(request: Request) -> None:
    """Load, run, show and write."""
    console, errors = Console(markup=False), Console(stderr=True, markup=False)
    asked = _understood(request)
    progress = Progress()
    results = _with_bar(asked, request, progress, errors)
    stop_if_asked()
    with errors.status(Text(_("Writing {folder}", folder=asked.folder))), progress.stage("report"):
        write_results(results, asked.folder, asked.formats)
    render(results.tree, console)
    if request.profile:
        console.print(_seconds(progress))
    written = asked.folder / REPORT if "html" in asked.formats else asked.folder
    console.print(_("Written: {path}", path=written), highlight=False, soft_wrap=True)


def _with_bar(asked: _Asked, request: Request, progress: Progress, errors: Console) -> Results:
    """Run with a bar on the error stream; Ctrl-C stops all threads."""
    title = shown(asked.study.file.study)
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(title, total=1.0)

        def heard(share: float) -> None:
            bar.update(task, completed=share)
            stop_if_asked()

        def entered(stage: str) -> None:
            compiling = _("Compiling the disease model, only this once")
            bar.update(task, description=compiling if stage == "compile" else title)

        progress.listen(heard, on_stage=entered)
        return run_assessment(
            asked.study, draws=request.draws, seed=request.seed, design=request.design,
            policy=asked.policy, progress=progress, workers=request.workers,
            scheduler=request.scheduler,
        )  # fmt: skip


def _seconds(progress: Progress) -> Table:
    """Return the table of `--profile`; threads added, so it can exceed the clock."""
    table = Table(_("Stage"), _("Seconds"), title=_("Seconds by stage, all threads added"))
    for stage, seconds in progress.seconds.items():
        table.add_row(_(_STAGES[stage]) if stage in _STAGES else stage, format_number(seconds, 2))
    return table
