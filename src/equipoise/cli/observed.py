"""The command `equipoise observed`: durations that were seen, beside what was to be expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from equipoise.cli.loading import loading
from equipoise.cli.options import LanguageOption, TableOrPictureOption
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from equipoise.core.errors import Mistakes
    from equipoise.pipeline.forecasts import Forecast
    from equipoise.spec.observed import ObservedFile

HELP = _(
    "Show how long stages took, beside a forecast from all other products, and how many of the "
    "forecasts' intervals hold what came.\n\n"
    "Example: `equipoise observed review --out review.svg`"
)


def observed(
    stage: Annotated[
        str, typer.Argument(metavar=_("stage"), help=_("Of observed.yaml, e.g. review."))
    ] = "review",
    then: Annotated[
        bool,
        typer.Option("--then", help=_(
            "Forecast from what was over before the filing, where the years are known.")),
    ] = False,
    out: TableOrPictureOption = None,
    language: LanguageOption = "en",
) -> None:  # fmt: skip
    """Print forecasts and what came, and how well they agree."""
    with loading():
        from equipoise.cli.bar import with_bar
        from equipoise.cli.choices import choices_noted
        from equipoise.cli.sensitivity import write
        from equipoise.cli.sensitivity_files import Place, place_of
        from equipoise.packs import shared_observations
        from equipoise.pipeline.forecast_tables import COLUMNS, forecast_chart, forecast_table
        from equipoise.pipeline.forecasts import forecasts

    mistakes, seen = choices_noted(), shared_observations()
    places: list[Place | None] = []
    with mistakes.noted():
        places.append(place_of(out, "observed", COLUMNS))
    _require_stage(stage, seen, mistakes)
    mistakes.refuse()
    found = with_bar(_("Forecasting"), lambda heard: forecasts(
        seen.observations, stage=stage, then=then, progress=heard
    ))  # fmt: skip
    console = Console(markup=False, highlight=False)
    console.print(_stage(stage, seen), style="bold")
    console.print(_table(found))
    for line in _calibration(found):
        console.print(line)

    def chart() -> alt.LayerChart:
        return forecast_chart(found, title=_stage(stage, seen))

    write(places[0], lambda: forecast_table(found), chart, console)


def _require_stage(name: str, seen: ObservedFile, mistakes: Mistakes) -> None:
    """Note a stage that nobody has seen."""
    from equipoise.core.errors import FieldError
    from equipoise.spec.findings import did_you_mean

    known = dict.fromkeys(one.stage for one in seen.observations)
    with mistakes.noted():
        if name not in known:
            message = _("nothing was seen of a stage '{name}'", name=name[:60])
            raise FieldError(message, fix=did_you_mean(name, known))


def _stage(name: str, seen: ObservedFile) -> str:
    """Return a stage in words."""
    from equipoise.spec.text import shown

    stage = seen.stages[name]
    return _("{stage}: from {begins} to {ends}", stage=name, begins=shown(stage.begins),
             ends=shown(stage.ends))  # fmt: skip


def _table(found: Sequence[Forecast]) -> Table:
    """Return each case beside its forecast."""
    from equipoise.core.translation import format_number

    table = Table(title=_("Days, forecast without the product and seen"), title_justify="left")
    table.add_column(_("Product"))
    table.add_column(_("Country"))
    table.add_column(_("Forecast (90%)"), justify="right", no_wrap=True)
    table.add_column(_("Seen"), justify="right", no_wrap=True)
    table.add_column(_("Inside"))
    marks = {True: _("yes"), False: _("no"), None: "?"}
    styles = {True: "green", False: "red", None: "dim"}
    for one in found:
        low, high = one.interval(0.9)
        middle = float(one.predicted.quantile(0.5))
        texts = [format_number(round(value)) for value in (middle, low, high)]
        seen = format_number(round(one.observation.length))
        inside = one.is_inside(0.9)
        table.add_row(
            one.observation.product, one.observation.group,
            f"{texts[0]} ({texts[1]}–{texts[2]})",
            f"≥ {seen}" if one.observation.at_least else seen, marks[inside],
            style=styles[inside] if inside is False else "",
        )  # fmt: skip
    return table


def _calibration(found: Sequence[Forecast]) -> list[str]:
    """Return how many intervals hold what came."""
    from equipoise.core.translation import format_number
    from equipoise.pipeline.forecasts import calibration

    return [
        _("The {level}% interval holds {inside} of {count}.", level=format_number(100 * level),
          inside=inside, count=count)
        for level, (inside, count) in calibration(found).items()
    ]  # fmt: skip
