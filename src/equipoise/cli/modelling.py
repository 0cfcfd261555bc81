"""`equipoise model run`: a model file alone."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from equipoise.api import run_model
from equipoise.cli.bar import with_bar
from equipoise.cli.model_files import may_write_table, may_write_tables, write_table, write_tables
from equipoise.cli.model_screen import conventions, result_tables
from equipoise.cli.stopping import stop_if_asked
from equipoise.cli.warning import say_warnings
from equipoise.clinical import following, points_in
from equipoise.core.errors import FieldError
from equipoise.core.files import straight
from equipoise.core.translation import translate as _
from equipoise.draws import Design
from equipoise.packs import load_named_model
from equipoise.pipeline import TRACE_COLUMNS, ModelRun, trace_table
from equipoise.spec.model import EngineChoice
from equipoise.spec.text import shown


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
    trace: Path | None
    scheduler: str | None


def run_and_print(request: ModelRequest, console: Console) -> None:
    """Run a model, print its totals and, with draws, its uncertainty; write what is asked for."""
    out = None if request.out is None else straight(request.out)
    if out is not None:
        may_write_tables(out)
    traced = None if request.trace is None else straight(request.trace)
    if traced is not None:
        _may_trace(request, traced)
    run = _with_bar(request)
    console.print(shown(run.model.spec.model), style="bold")
    console.print(conventions(run))
    for table in result_tables(run, console):
        console.print(table)
    say_warnings(run.model, console, continuous=run.following.kind == "continuous")
    if out is not None:
        stop_if_asked()
        with Console(stderr=True, markup=False).status(Text(_("Writing {path}", path=out))):
            write_tables(out, run.tables())
        console.print(_("Written: {path}", path=out), highlight=False)
    if traced is not None:
        stop_if_asked()
        write_table(traced, trace_table(run.trace(), label=run.label))
        console.print(_("Written: {path}", path=traced), highlight=False)


def _may_trace(request: ModelRequest, path: Path) -> None:
    """Refuse, before anything runs, a trace that there is none of, or no place for.

    Raises
    ------
    FieldError
        If the file is somebody's own, or that of --out.
    NotWritableError
        If no ordinary file can be written there.
    SimulationError
        If the model has no points of time.
    """
    if request.out is not None and path.absolute() == straight(request.out).absolute():
        raise FieldError(
            _("--trace {path}: is also the file of --out", path=path),
            fix=_("name two files, or a folder after --out"),
        )
    may_write_table(path, TRACE_COLUMNS, option="--trace")
    model = load_named_model(request.name)
    how = following(
        model, draws=1, seed=request.seed, choice=request.engine, patients=request.patients
    )
    points_in(model, how)


def _with_bar(request: ModelRequest) -> ModelRun:
    """Run with a bar on the error stream; Ctrl-C stops at the next step."""
    return with_bar(_("Running {name}", name=request.name), lambda heard: run_model(
        request.name, draws=request.draws, seed=request.seed, design=request.design,
        engine=request.engine, patients=request.patients, progress=heard,
        scheduler=request.scheduler,
    ))  # fmt: skip
