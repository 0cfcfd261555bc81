"""The command `equipoise timeline`: how soon a product reaches patients, by each road."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from equipoise.cli.classify import OnOption, day_of, laws_of
from equipoise.cli.loading import loading
from equipoise.cli.options import (
    CountriesOption,
    LanguageOption,
    ProductArgument,
    SeedOption,
    TableOrPictureOption,
)
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from equipoise.core.errors import Mistakes
    from equipoise.pipeline import Survey
    from equipoise.spec.study import Product

HELP = _(
    "Simulate the roads of a product to patients in several countries: when each step ends, how "
    "sure that is, how often a road never arrives, and whose days they are.\n\n"
    "Example: `equipoise timeline product.yaml --country ru,eu --out roads.svg`"
)


def timeline(
    product: ProductArgument,
    country: CountriesOption = None,
    on: OnOption = None,
    road: Annotated[
        list[str] | None,
        typer.Option("--road", metavar="NAME", help=_(
            "Only roads of this name, also if they are not open; repeatable.")),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="PRODUCT", help=_(
            "Learn no times from this product, as if it had not come yet; repeatable.")),
    ] = None,
    draws: Annotated[
        int, typer.Option("--draws", min=20, max=1_000_000, help=_("Simulated futures."))
    ] = 2000,
    seed: SeedOption = 1,
    out: TableOrPictureOption = None,
    language: LanguageOption = "en",
) -> None:  # fmt: skip
    """Ask the laws which roads are open, simulate them, print and draw them."""
    with loading():
        from equipoise.cli.bar import with_bar
        from equipoise.cli.choices import choices_noted
        from equipoise.cli.sensitivity import write
        from equipoise.cli.sensitivity_files import Place, place_of
        from equipoise.cli.timeline_screen import print_timelines
        from equipoise.packs import (
            load_named_product,
            shared_attributes,
            shared_observations,
        )
        from equipoise.pipeline import survey, timelines
        from equipoise.pipeline.road_tables import COLUMNS, timeline_chart, timeline_table

    mistakes = choices_noted()
    day, laws = day_of(on, mistakes), laws_of(country, mistakes)
    shared = shared_attributes()
    known = {**shared, **{name: one for law in laws for name, one in law.attributes.items()}}
    found: list[Product] = []
    places: list[Place | None] = []
    with mistakes.noted():
        found.append(load_named_product(product, known))
    with mistakes.noted():
        places.append(place_of(out, "timeline", COLUMNS))
    surveyed: list[Survey] = []
    for described in found:
        surveyed.append(survey(described, laws, attributes=shared, day=day))
        with mistakes.noted():
            _require_roads(surveyed[-1], road or ())
    _require_products(without or (), mistakes)
    mistakes.refuse()
    seen = shared_observations().observations
    observed = [one for one in seen if one.product not in (without or ())]
    roads = with_bar(_("Simulating roads"), lambda heard: timelines(
        surveyed[0], draws=draws, seed=seed, names=road, observed=observed, progress=heard
    ))  # fmt: skip
    console = Console(markup=False, highlight=False)
    print_timelines(surveyed[0], roads, console)

    def chart() -> alt.LayerChart:
        return timeline_chart(roads)

    if not roads and places[0] is not None:
        console.print(_("Nothing was written."))
    if roads:
        write(places[0], lambda: timeline_table(roads), chart, console)


def _require_roads(found: Survey, names: list[str] | tuple[str, ...]) -> None:
    """Refuse names that no road of the countries has.

    Raises
    ------
    SeveralErrors, FieldError
        If there are such.
    """
    from equipoise.core.errors import FieldError, Mistakes
    from equipoise.spec.findings import did_you_mean

    mistakes = Mistakes()
    known = dict.fromkeys(
        road.name for verdict in found.verdicts.values()
        for one in verdict.found.possible for road in verdict.roads[one.outcome]
    )  # fmt: skip
    for name in names:
        with mistakes.noted():
            if name not in known:
                message = _("--road: this product has no road '{name}'", name=name[:60])
                raise FieldError(message, fix=did_you_mean(name, known))
    mistakes.refuse()


def _require_products(names: Sequence[str], mistakes: Mistakes) -> None:
    """Note products of which nothing was seen."""
    from equipoise.core.errors import FieldError
    from equipoise.packs import shared_observations
    from equipoise.spec.findings import did_you_mean

    known = dict.fromkeys(one.product for one in shared_observations().observations)
    for name in names:
        with mistakes.noted():
            if name not in known:
                message = _("--without: nothing was seen of '{name}'", name=name[:60])
                raise FieldError(message, fix=did_you_mean(name, known))
