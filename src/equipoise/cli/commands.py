"""The commands of `equipoise`: thin, each in the words of the Python interface."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from equipoise.cli.classify import HELP as CLASSIFY_HELP
from equipoise.cli.classify import classify
from equipoise.cli.estimates import HELP as ESTIMATES_HELP
from equipoise.cli.estimates import estimates
from equipoise.cli.fitting_commands import HELP as FIT_HELP
from equipoise.cli.fitting_commands import fit
from equipoise.cli.law import HELP as LAW_HELP
from equipoise.cli.law import law
from equipoise.cli.loading import loading
from equipoise.cli.observed import HELP as OBSERVED_HELP
from equipoise.cli.observed import observed
from equipoise.cli.options import (
    CountryOption,
    DesignOption,
    DrawsOption,
    EngineOption,
    LanguageOption,
    PatientsOption,
    SchedulerOption,
    SeedOption,
    SetOption,
    StudyArgument,
    place_after,
)
from equipoise.cli.sensitivity_commands import sensitivity_app
from equipoise.cli.shell import COMMAND, OPTIONS, CheckingCommand, Command, Group
from equipoise.cli.timeline import HELP as TIMELINE_HELP
from equipoise.cli.timeline import timeline
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    import xarray as xr

app = typer.Typer(
    name="equipoise",
    help=_("Decisions on cell and gene therapies, from the law to the last payment."),
    no_args_is_help=True,
    cls=Group,
    options_metavar=OPTIONS,
    subcommand_metavar=COMMAND,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
model_app = typer.Typer(
    help=_("Work with a disease model alone."),
    no_args_is_help=True,
    cls=Group,
    options_metavar=OPTIONS,
    subcommand_metavar=COMMAND,
)
app.add_typer(model_app, name="model")
app.add_typer(sensitivity_app, name="sensitivity")
app.command("classify", cls=CheckingCommand, options_metavar=OPTIONS, help=CLASSIFY_HELP)(classify)
app.command("law", cls=CheckingCommand, options_metavar=OPTIONS, help=LAW_HELP)(law)
app.command("timeline", cls=CheckingCommand, options_metavar=OPTIONS, help=TIMELINE_HELP)(timeline)
app.command("observed", cls=CheckingCommand, options_metavar=OPTIONS, help=OBSERVED_HELP)(observed)
app.command("fit", cls=CheckingCommand, options_metavar=OPTIONS, help=FIT_HELP)(fit)
app.command("estimates", cls=CheckingCommand, options_metavar=OPTIONS, help=ESTIMATES_HELP)(
    estimates
)


@app.callback(invoke_without_command=True)
def about(
    version: Annotated[bool, typer.Option("--version", help=_("Print the version."))] = False,
) -> None:
    """Show the version if asked."""
    if version:
        from equipoise import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command(
    cls=CheckingCommand,
    options_metavar=OPTIONS,
    help=_(
        "Answer the five questions of a study: how soon, who pays, does it fit, what is "
        "balanced, what we don't know.\n\n"
        "Example: `equipoise assess haemophilia-b-gene-therapy --country ru "
        "--policy price=40e6 --policy contract='instalments(years=5)'`"
    ),
)
def assess(
    study: StudyArgument,
    country: CountryOption = None,
    draws: DrawsOption = 2000,
    seed: SeedOption = 1,
    design: DesignOption = "latin_hypercube",
    values: SetOption = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            metavar="LEVER=VALUE",
            help=_("Set a lever (price, contract, centres) of the policy asked about; repeatable."),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="<path>",
            parser=place_after("--out"),
            help=_("Folder for report, results and tables."),
        ),
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", help=_("Which of html, csv, json to write, with commas."))
    ] = "html,csv,json",
    language: LanguageOption = "en",
    profile: Annotated[
        bool, typer.Option("--profile", help=_("Print the seconds that each stage took."))
    ] = False,
    workers: Annotated[
        int, typer.Option("--workers", help=_("Threads; a second one gains little."))
    ] = 1,
    scheduler: SchedulerOption = None,
) -> None:
    """Assess a study and write its folder."""
    with loading():
        from equipoise.cli.assessing import Request, run_request

    request = Request(
        study=study,
        country=country,
        draws=draws,
        seed=seed,
        design=design,
        values=values or (),
        policy=policy or (),
        out=out,
        formats=formats,
        profile=profile,
        workers=workers,
        scheduler=scheduler,
    )
    run_request(request)


@app.command(
    cls=Command,
    options_metavar=OPTIONS,
    help=_("Show the answers of an earlier run: a results.nc, or its folder."),
)
def show(
    results: Annotated[
        Path, typer.Argument(metavar=_("results"), help=_("File or folder that `assess` wrote."))
    ],
    language: LanguageOption = "en",
) -> None:
    """Show an earlier run."""
    with loading():
        from equipoise.report import render

    render(_opened(results), Console(markup=False))


def _opened(path: Path) -> "xr.DataTree":
    """Open a results file, or the one in a folder."""
    with loading():
        from equipoise.api import open_results

    return open_results(path).tree


@app.command(
    cls=Command,
    options_metavar=OPTIONS,
    help=_(
        "Put two runs side by side: who gains and who loses, draw by draw.\n\n"
        "Example: `equipoise compare results/today results/cheaper`"
    ),
)
def compare(
    first: Annotated[
        Path, typer.Argument(metavar=_("first"), help=_("File or folder that `assess` wrote."))
    ],
    second: Annotated[
        Path,
        typer.Argument(metavar=_("second"), help=_("Another one, of the same seed and draws.")),
    ],
    language: LanguageOption = "en",
) -> None:
    """Compare two runs."""
    with loading():
        from equipoise.report import render_comparison

    render_comparison(_opened(first), _opened(second), Console(markup=False))


@app.command(
    cls=Command,
    options_metavar=OPTIONS,
    help=_(
        "Check a study or model file: every mistake at once, and what would run. Runs only the "
        "base case of the disease model."
    ),
)
def check(
    file: Annotated[
        str,
        typer.Argument(metavar=_("file"), help=_("Path or library name of a study or a model.")),
    ],
    country: CountryOption = None,
    language: LanguageOption = "en",
) -> None:
    """Check a file."""
    with loading():
        from equipoise.cli.checking import check_file

    check_file(file, country=country, console=Console(markup=False))


@app.command(
    cls=CheckingCommand,
    options_metavar=OPTIONS,
    help=_(
        "Verify a model, or the disease model of a study: laws that any model must keep, in every "
        "draw. Ends with code 1 if one fails.\n\n"
        "Example: `equipoise verify sick-sicker --out verification.html`"
    ),
)
def verify(
    file: Annotated[
        str,
        typer.Argument(metavar=_("file"), help=_("Path or library name of a study or a model.")),
    ],
    country: CountryOption = None,
    draws: DrawsOption = 100,
    seed: SeedOption = 1,
    mistakes: Annotated[
        bool,
        typer.Option(
            "--mistakes",
            help=_("Seed known kinds of mistakes, one at a time, and say which are noticed."),
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="<path>",
            parser=place_after("--out"),
            help=_("Write the log here: a page (.html) or a table (.csv)."),
        ),
    ] = None,
    language: LanguageOption = "en",
) -> None:
    """Verify a model."""
    with loading():
        from equipoise.cli.verifying import verify_and_print

    passed = verify_and_print(
        file, country=country, draws=draws, seed=seed, mistakes=mistakes, out=out,
        console=Console(markup=False),
    )  # fmt: skip
    if not passed:
        raise typer.Exit(1)


@app.command(
    "warm-up",
    cls=Command,
    options_metavar=OPTIONS,
    help=_(
        "Compile what a study needs, so that its first run is as fast as later ones. A large "
        "run does it by itself."
    ),
)
def warm_up(
    study: StudyArgument,
    country: CountryOption = None,
    language: LanguageOption = "en",
) -> None:
    """Compile ahead of a run."""
    with loading():
        from equipoise.api import load
        from equipoise.pipeline import warm_up as compile_ahead

    loaded = load(study, country=country)
    with Console(stderr=True, markup=False).status(
        Text(_("Compiling the disease model, only this once"))
    ):
        compile_ahead(loaded)


@app.command(
    cls=Command,
    options_metavar=OPTIONS,
    help=_("List what is there: therapies, countries, models, contracts, criteria."),
)
def library(
    kind: Annotated[
        Literal["all", "therapies", "countries", "models", "contracts", "criteria", "units"],
        typer.Argument(metavar=_("kind"), help=_("What to list.")),
    ] = "all",
    language: LanguageOption = "en",
) -> None:
    """List the library."""
    with loading():
        from equipoise.cli.listing import list_library

    list_library(kind, Console(markup=False))


@model_app.command(
    "run",
    cls=Command,
    options_metavar=OPTIONS,
    help=_(
        "Run a model file alone: totals per strategy, the incremental table and, with --draws, "
        "the uncertainty.\n\nExample: `equipoise model run sick-sicker --draws 1000`"
    ),
)
def model_run(
    model: Annotated[
        str,
        typer.Argument(metavar=_("model"), help=_("Name in the library, or path of a model file.")),
    ],
    draws: Annotated[
        int, typer.Option("--draws", help=_("Joint samples, 2 to 1,000,000; 0 is none."))
    ] = 0,
    seed: SeedOption = 1,
    design: DesignOption = "latin_hypercube",
    engine: EngineOption = None,
    patients: PatientsOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="<path>",
            parser=place_after("--out"),
            help=_("Folder for CSV tables of all results, or one .csv for the incremental table."),
        ),
    ] = None,
    trace: Annotated[
        Path | None,
        typer.Option(
            "--trace",
            metavar="<path>",
            parser=place_after("--trace"),
            help=_("CSV file for who is where at each point of time of the base case."),
        ),
    ] = None,
    scheduler: SchedulerOption = None,
    language: LanguageOption = "en",
) -> None:
    """Run a model alone."""
    with loading():
        from equipoise.cli.modelling import ModelRequest, run_and_print

    request = ModelRequest(model, draws, seed, design, engine, patients, out, trace, scheduler)
    run_and_print(request, Console(markup=False))
