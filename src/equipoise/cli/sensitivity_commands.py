"""The commands of `equipoise sensitivity`: how results move with what goes in."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from equipoise.cli.loading import loading
from equipoise.cli.options import (
    CountryOption,
    EngineOption,
    LanguageOption,
    PatientsOption,
    SeedOption,
    StudyArgument,
    place_after,
)
from equipoise.cli.shell import COMMAND, OPTIONS, CheckingCommand, Group
from equipoise.core.translation import translate as _

sensitivity_app = typer.Typer(
    help=_("See how the results of a model move with what goes in."),
    no_args_is_help=True,
    cls=Group,
    options_metavar=OPTIONS,
    subcommand_metavar=COMMAND,
)

ModelArgument = Annotated[
    str,
    typer.Argument(metavar=_("model"), help=_("Name in the library, or path of a model file.")),
]
StrategyOption = Annotated[
    str | None,
    typer.Option("--strategy", help=_("Whose results; by default of the best strategy.")),
]
AgainstOption = Annotated[
    str | None,
    typer.Option("--against", help=_("Compared with which; by default the cheapest one.")),
]
ThresholdOption = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        help=_("What a QALY is worth, in the model's money; by default as in the file."),
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="<path>",
        parser=place_after("--out"),
        help=_("A .csv, .svg, .png or .html file, or a folder for all of them."),
    ),
]
TogetherOption = Annotated[
    Literal["base", "expected"],
    typer.Option(
        "--together",
        help=_(
            "What becomes of the others of a joint normal distribution: they stay at their base, "
            "or go where they are expected."
        ),
    ),
]


@sensitivity_app.command(
    "one-way",
    cls=CheckingCommand,
    options_metavar=OPTIONS,
    help=_(
        "Try each input low and high, all others at their stated values: a tornado.\n\n"
        "Example: `equipoise sensitivity one-way sick-sicker --out tornado.svg`"
    ),
)
def one_way(
    model: ModelArgument,
    measure: Annotated[
        Literal["nmb", "icer", "cost", "qaly"] | None,
        typer.Option(
            "--measure",
            help=_("Net monetary benefit, cost of one more QALY, more cost or more QALYs."),
        ),
    ] = None,
    strategy: StrategyOption = None,
    against: AgainstOption = None,
    threshold: ThresholdOption = None,
    share: Annotated[
        float | None,
        typer.Option(
            "--range",
            help=_(
                "Share by which each input goes down and up, e.g. 0.1; by default to the 2.5% and "
                "97.5% quantiles of its distribution."
            ),
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help=_("Try only this parameter; repeatable.")),
    ] = None,
    together: TogetherOption = "base",
    seed: SeedOption = 1,
    engine: EngineOption = None,
    patients: PatientsOption = None,
    out: OutOption = None,
    language: LanguageOption = "en",
) -> None:
    """Run a one-way analysis."""
    with loading():
        from equipoise.cli.sensitivity import Asked, run_one_way

    asked = Asked(model, strategy, against, threshold, seed, engine, patients, out, together)
    run_one_way(asked, Console(markup=False), measure=measure, share=share, names=only or ())


@sensitivity_app.command(
    "two-way",
    cls=CheckingCommand,
    options_metavar=OPTIONS,
    help=_(
        "Map which strategy is best over the values of two inputs.\n\n"
        "Example: `equipoise sensitivity two-way sick-sicker c_treatment_b hr_b "
        "--limits c_treatment_b=5000:30000`"
    ),
)
def two_way(
    model: ModelArgument,
    first: Annotated[str, typer.Argument(metavar=_("first"), help=_("A parameter: across."))],
    second: Annotated[str, typer.Argument(metavar=_("second"), help=_("Another one: up."))],
    limits: Annotated[
        list[str] | None,
        typer.Option(
            "--limits",
            metavar="NAME=LOW:HIGH",
            help=_(
                "Lowest and highest value of one of the two, in its own unit; by default its 2.5% "
                "and 97.5% quantiles. Repeatable."
            ),
        ),
    ] = None,
    points: Annotated[int, typer.Option("--points", help=_("Values of each, 2 to 101."))] = 11,
    strategy: StrategyOption = None,
    against: AgainstOption = None,
    threshold: ThresholdOption = None,
    together: TogetherOption = "base",
    seed: SeedOption = 1,
    engine: EngineOption = None,
    patients: PatientsOption = None,
    out: OutOption = None,
    language: LanguageOption = "en",
) -> None:
    """Run a two-way analysis."""
    with loading():
        from equipoise.cli.sensitivity import Asked, run_two_way

    asked = Asked(model, strategy, against, threshold, seed, engine, patients, out, together)
    run_two_way(
        asked, Console(markup=False), parameters=(first, second), limits=limits or (), points=points
    )


@sensitivity_app.command(
    "threshold",
    cls=CheckingCommand,
    options_metavar=OPTIONS,
    help=_(
        "Find the values of an input, such as a price, at which the decision turns.\n\n"
        "Example: `equipoise sensitivity threshold sick-sicker c_treatment_b --also 50000 "
        "--also 150000`"
    ),
)
def threshold_search(
    model: ModelArgument,
    parameter: Annotated[
        str, typer.Argument(metavar=_("parameter"), help=_("The input that is varied."))
    ],
    low: Annotated[
        float | None, typer.Option("--from", help=_("Lowest value to look at, in its own unit."))
    ] = None,
    high: Annotated[
        float | None, typer.Option("--to", help=_("Highest value to look at, in its own unit."))
    ] = None,
    also: Annotated[
        list[float] | None,
        typer.Option("--also", help=_("Another worth of a QALY to answer for; repeatable.")),
    ] = None,
    strategy: StrategyOption = None,
    against: AgainstOption = None,
    threshold: ThresholdOption = None,
    together: TogetherOption = "base",
    seed: SeedOption = 1,
    engine: EngineOption = None,
    patients: PatientsOption = None,
    out: OutOption = None,
    language: LanguageOption = "en",
) -> None:
    """Run a threshold search."""
    with loading():
        from equipoise.cli.sensitivity import Asked, run_threshold

    asked = Asked(model, strategy, against, threshold, seed, engine, patients, out, together)
    run_threshold(
        asked, Console(markup=False), parameter=parameter, ends=(low, high), others=also or ()
    )


@sensitivity_app.command(
    "scenarios",
    cls=CheckingCommand,
    options_metavar=OPTIONS,
    help=_(
        "Run a model under each scenario of a file: other values, discount rates, horizon.\n\n"
        "Example: `equipoise sensitivity scenarios sick-sicker scenarios.yaml`"
    ),
)
def scenarios(
    model: ModelArgument,
    file: Annotated[
        Path, typer.Argument(metavar=_("file"), help=_("Path of a file of scenarios."))
    ],
    strategy: StrategyOption = None,
    against: AgainstOption = None,
    threshold: ThresholdOption = None,
    seed: SeedOption = 1,
    engine: EngineOption = None,
    patients: PatientsOption = None,
    out: OutOption = None,
    language: LanguageOption = "en",
) -> None:
    """Run scenarios."""
    with loading():
        from equipoise.cli.sensitivity import Asked, run_scenario_file

    asked = Asked(model, strategy, against, threshold, seed, engine, patients, out)
    run_scenario_file(asked, Console(markup=False), file=file)


@sensitivity_app.command(
    "draws",
    cls=CheckingCommand,
    options_metavar=OPTIONS,
    help=_(
        "Draw until the mean is as precise as asked for, and not longer.\n\n"
        "Example: `equipoise sensitivity draws sick-sicker --precision 1000`"
    ),
)
def draws(
    model: ModelArgument,
    precision: Annotated[
        str,
        typer.Option(
            "--precision",
            help=_(
                "How far the mean may be from the truth: an amount, or a share of the mean such as "
                "2%."
            ),
        ),
    ] = "5%",
    measure: Annotated[
        Literal["nmb", "cost", "qaly"],
        typer.Option("--measure", help=_("Net monetary benefit, more cost or more QALYs.")),
    ] = "nmb",
    confidence: Annotated[
        float, typer.Option("--confidence", help=_("With which it is that near, e.g. 0.95."))
    ] = 0.95,
    most: Annotated[
        int, typer.Option("--most", help=_("Draws at most, 2 to 1,000,000."))
    ] = 256_000,
    strategy: StrategyOption = None,
    against: AgainstOption = None,
    threshold: ThresholdOption = None,
    seed: SeedOption = 1,
    engine: EngineOption = None,
    patients: PatientsOption = None,
    out: OutOption = None,
    language: LanguageOption = "en",
) -> None:
    """Draw until it is precise."""
    with loading():
        from equipoise.cli.sensitivity import Asked, run_draws

    asked = Asked(model, strategy, against, threshold, seed, engine, patients, out)
    run_draws(
        asked,
        Console(markup=False),
        precision=precision,
        measure=measure,
        confidence=confidence,
        most=most,
    )


@sensitivity_app.command(
    "study",
    cls=CheckingCommand,
    options_metavar=OPTIONS,
    help=_(
        "Try each uncertain input of a study low and high, through all its stages: a tornado of "
        "the net benefit.\n\n"
        "Example: `equipoise sensitivity study haemophilia-b-gene-therapy --out tornado.svg`"
    ),
)
def study_tornado(
    study: StudyArgument,
    country: CountryOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help=_("Try only this input; repeatable.")),
    ] = None,
    seed: SeedOption = 1,
    out: OutOption = None,
    language: LanguageOption = "en",
) -> None:
    """Run a one-way analysis of a study."""
    with loading():
        from equipoise.cli.sensitivity_study import run_study

    run_study(study, Console(markup=False), country=country, names=only or (), seed=seed, out=out)
