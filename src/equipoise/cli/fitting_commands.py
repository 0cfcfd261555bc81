"""The command `equipoise fit`: survival curves from patients, or from a printed curve."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from equipoise.cli.loading import loading
from equipoise.cli.options import LanguageOption, place_after
from equipoise.core.translation import translate as _

HELP = _(
    "Fit survival curves to single patients, or to a printed curve, and compare them.\n\n"
    "Example: `equipoise fit patients.csv --covariate arm --time-unit month --out fits`"
)

PatientsArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar=_("patients"),
        help=_("CSV file with the columns time, event and, if wanted, entry, weight, background "
               "and covariates."),
    ),
]  # fmt: skip
FamilyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--family",
        metavar="NAME",
        help=_("Fit only this family; repeatable. By default all, and splines."),
    ),
]
CureOption = Annotated[
    Literal["mixture", "non_mixture"] | None,
    typer.Option("--cure", help=_("Curves of which a share is cured.")),
]
CureLinkOption = Annotated[
    Literal["logistic", "loglog", "identity"],
    typer.Option("--cure-link", help=_("Of the cured share, for covariates.")),
]
KnotsOption = Annotated[
    list[int] | None,
    typer.Option("--knots", help=_("Inner knots of a spline; repeatable. By default 1 and 2.")),
]
ScaleOption = Annotated[
    Literal["hazard", "odds", "normal"],
    typer.Option("--spline-scale", help=_("What splines are of.")),
]
CovariateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--covariate",
        metavar="COLUMN",
        help=_("Column that moves the curves, or e.g. shape=arm for one of their parameters; "
               "repeatable."),
    ),
]  # fmt: skip
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="COLUMN", help=_("Fit each of its groups alone."))
]
PointsOption = Annotated[
    Path | None,
    typer.Option(
        "--digitised",
        metavar="<path>",
        help=_("CSV file of points read off a printed curve: time, survival and, if there are "
               "several, group."),
    ),
]  # fmt: skip
RiskOption = Annotated[
    Path | None,
    typer.Option(
        "--at-risk",
        metavar="<path>",
        help=_("CSV file of the numbers below that curve: time, at_risk and the same groups."),
    ),
]
EventsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--events",
        metavar="NUMBER",
        help=_("Events in all, if printed; with groups GROUP=NUMBER, repeatable."),
    ),
]
TracedOption = Annotated[
    bool,
    typer.Option("--traced", help=_("A program traced the curve, so that its corners are missed.")),
]
UnitOption = Annotated[
    Literal["year", "month", "week", "day"] | None,
    typer.Option("--time-unit", help=_("Unit of the times; needed for --model-yaml.")),
]
LandmarkOption = Annotated[
    list[float] | None,
    typer.Option("--landmark", help=_("Time at which shares are told; repeatable.")),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="<path>",
        parser=place_after("--out"),
        help=_("A folder for tables and pictures, or one picture: .svg, .png or .html."),
    ),
]
PictureOption = Annotated[
    Literal["survival", "hazard", "log-log", "lifetime", "landmarks"],
    typer.Option("--picture", help=_("Which one, if --out names a picture.")),
]
ModelOption = Annotated[
    Path | None,
    typer.Option(
        "--model-yaml",
        metavar="<path>",
        parser=place_after("--model-yaml"),
        help=_("Write estimates and their covariance as a part of a model file."),
    ),
]
CurveOption = Annotated[
    str | None,
    typer.Option(
        "--curve",
        metavar="NAME",
        help=_(
            "Which one is drawn, told in full and written to --model-yaml: its family, or its "
            "name in fits.csv. By default those with the lowest AIC."
        ),
    ),
]
NameOption = Annotated[str, typer.Option("--name", help=_("How the curve is called in the model."))]
SourceOption = Annotated[
    str | None,
    typer.Option("--source", metavar="KEY", help=_("Key of the source in the model file.")),
]
StatusOption = Annotated[
    Literal["read", "computed"], typer.Option("--status", help=_("Status of the estimates."))
]
ExternalOption = Annotated[
    Path | None,
    typer.Option(
        "--external",
        metavar="<path>",
        help=_("CSV file of what other data show: time, survival and, if known, low, high, group, "
               "source; set beside the curves."),
    ),
]  # fmt: skip
LifeTableOption = Annotated[
    Path | None,
    typer.Option(
        "--life-table",
        metavar="<path>",
        help=_("CSV file of the general population: age, rate; drawn beside the curves."),
    ),
]
AgeOption = Annotated[
    float | None, typer.Option("--age", help=_("Of the patients at the start, years."))
]


def fit(
    context: typer.Context,
    patients: PatientsArgument = None,
    family: FamilyOption = None,
    cure: CureOption = None,
    cure_link: CureLinkOption = "logistic",
    knots: KnotsOption = None,
    spline_scale: ScaleOption = "hazard",
    covariate: CovariateOption = None,
    by: ByOption = None,
    digitised: PointsOption = None,
    at_risk: RiskOption = None,
    events: EventsOption = None,
    traced: TracedOption = False,
    time_unit: UnitOption = None,
    landmark: LandmarkOption = None,
    out: OutOption = None,
    picture: PictureOption = "survival",
    model_yaml: ModelOption = None,
    curve: CurveOption = None,
    name: NameOption = "curve",
    source: SourceOption = None,
    status: StatusOption = "computed",
    external: ExternalOption = None,
    life_table: LifeTableOption = None,
    age: AgeOption = None,
    language: LanguageOption = "en",
) -> None:
    """Fit survival curves and compare them."""
    with loading():
        from equipoise.cli.fitting import Asked, InModel, Patients, run_fit
        from equipoise.cli.unused import typed_options

    asked = Asked(
        Patients(patients, digitised, at_risk, events or (), traced),
        families=family or (), cure=cure, cure_link=cure_link, knots=knots or (),
        spline_scale=spline_scale, covariates=covariate or (), by=by, unit=time_unit,
        landmarks=landmark or (), out=out, picture=picture,
        curve=curve, model=InModel(model_yaml, name, source, status), external=external,
        life_table=life_table, age=age, typed=typed_options(context),
    )  # fmt: skip
    run_fit(asked, Console(markup=False))
