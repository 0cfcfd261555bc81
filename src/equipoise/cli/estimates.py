"""The command `equipoise estimates`: a curve that somebody else has fitted, into a model file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from equipoise.cli.choices import choices_noted
from equipoise.cli.fitting_commands import (
    CureLinkOption,
    CureOption,
    LandmarkOption,
    NameOption,
    ScaleOption,
    SourceOption,
    StatusOption,
)
from equipoise.cli.loading import loading
from equipoise.cli.options import LanguageOption, place_after
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    from equipoise.pipeline.fitting.published import PublishedCurve

HELP = _(
    "Read a survival curve that somebody else has fitted: coefficients and their covariance, as "
    "R's flexsurv writes them.\n\n"
    "Example: `equipoise estimates coefficients.csv covariance.csv --family weibull "
    "--time-unit month --model-yaml curve.yaml --source trial`"
)


def estimates(
    context: typer.Context,
    coefficients: Annotated[
        Path,
        typer.Argument(metavar=_("coefficients"), help=_(
            "CSV file: names in the first column, estimates in est; write.csv(fit$res.t).")),
    ],
    covariance: Annotated[
        Path,
        typer.Argument(metavar=_("covariance"), help=_(
            "CSV file with the same names in the first column and the header; "
            "write.csv(vcov(fit)).")),
    ],
    family: Annotated[
        str, typer.Option("--family", metavar="NAME", help=_("Of the curve, or spline."))
    ],
    time_unit: Annotated[
        Literal["year", "month", "week", "day"],
        typer.Option("--time-unit", help=_("Unit of the times.")),
    ],
    cure: CureOption = None,
    cure_link: CureLinkOption = "logistic",
    log_knot: Annotated[
        list[float] | None,
        typer.Option("--log-knot", metavar="NUMBER", help=_(
            "Of a spline: the logarithm of a knot, all of them, ends too; repeatable.")),
    ] = None,
    spline_scale: ScaleOption = "hazard",
    landmark: LandmarkOption = None,
    model_yaml: Annotated[
        Path | None,
        typer.Option(
            "--model-yaml", metavar="<path>", parser=place_after("--model-yaml"),
            help=_("Write estimates and their covariance as a part of a model file."),
        ),
    ] = None,
    name: NameOption = "curve",
    source: SourceOption = None,
    status: StatusOption = "read",
    language: LanguageOption = "en",
) -> None:  # fmt: skip
    """Show a published curve, and write it as a part of a model."""
    with loading():
        from equipoise.cli.fitting import InModel, write_model_part
        from equipoise.cli.unused import note_unused, typed_options, uses_of_curves, uses_of_part
        from equipoise.evidence.curves.asked import SPLINE
        from equipoise.evidence.curves.landmarks import require_landmarks
        from equipoise.pipeline.fitting.published import read_published

    mistakes = choices_noted()
    place = InModel(model_yaml, name, source, status)
    place.require(time_unit, mistakes)
    uses = (*uses_of_curves(has_cure=cure is not None, has_spline=family == SPLINE),
            *uses_of_part(is_written=model_yaml is not None))  # fmt: skip
    note_unused(typed_options(context), uses, mistakes)
    with mistakes.noted():
        require_landmarks(landmark or ())
    curve = read_published(
        coefficients, covariance, family, unit=time_unit, cure=cure, cure_link=cure_link,
        log_knots=log_knot or (), spline_scale=spline_scale, mistakes=mistakes,
    )  # fmt: skip
    console = Console(markup=False)
    width = console.width
    for table in (*_coefficients(curve, width=width), *_shares(curve, landmark or (), width=width)):
        console.print(table)
    doubt = curve.doubt(landmark or ())
    if doubt:
        console.print(doubt, highlight=False)
    if source is not None:
        text = curve.model_yaml(name=name, source=source, status=status)
        write_model_part(place, text, console)


def _coefficients(curve: PublishedCurve, *, width: int) -> list[Table]:
    """Return the table of the coefficients, in as many parts as a screen needs."""
    from equipoise.cli.columns import tables_of_rows
    from equipoise.core.translation import format_number
    from equipoise.pipeline.fitting.sentences import curve_label

    made = curve.curve
    rows = [
        (name, format_number(value, 4), format_number(error, 4))
        for name, value, error in zip(
            made.design.names, made.coefficients.tolist(), made.standard_errors.tolist(),
            strict=True,
        )
    ]  # fmt: skip
    headings = (_("Coefficient"), _("Estimate"), _("Standard error"))
    tables = tables_of_rows(headings, rows, width=width)
    for table in tables:
        table.title = _("Coefficients of “{curve}”", curve=curve_label(curve.wanted))
    return tables


def _shares(curve: PublishedCurve, at: Sequence[float], *, width: int) -> list[Table]:
    """Return tables of the shares that the coefficients come to, as many as a screen needs."""
    from equipoise.cli.columns import tables_of_rows
    from equipoise.core.translation import format_number, format_percent
    from equipoise.pipeline.fitting.sentences import short_time, time_axis

    note = _("Below each share: the 95% interval that the covariance leaves open.")
    none = _("All")
    if curve.curve.covariates:
        note += " " + _("All covariates are 0 but the one named.")
        none = _("all covariates 0")
    shares = curve.survival(at)
    times = [short_time(time) for time in shares["time"].unique().tolist()]
    rows = [
        [str(patients) or none, *(
            f"{format_percent(share)}\n{format_number(100 * low, 1)}–{format_number(100 * high, 1)}"
            for share, low, high in own[["survival", "low", "high"]].itertuples(index=False)
        )]
        for patients, own in shares.groupby("patients", sort=False)
    ]  # fmt: skip
    tables = tables_of_rows([time_axis(curve.unit), *times], rows, width=width)
    for table in tables:
        table.title = _("Share without an event")
    tables[-1].caption = note
    return tables
