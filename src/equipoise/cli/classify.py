"""The command `equipoise classify`: what a product is in the law of several countries."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from equipoise.cli.loading import loading
from equipoise.cli.options import CountriesOption, LanguageOption, ProductArgument, place_after
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from equipoise.core.errors import Mistakes
    from equipoise.spec.law import Law
    from equipoise.spec.study import Product

HELP = _(
    "Say what a product is in law, country by country: every category that it may have with the "
    "clauses behind it, the roads open to it, and what would change the answer.\n\n"
    "Example: `equipoise classify product.yaml --country ru,eu,us --on 2024-04-01`"
)

OnOption = Annotated[
    str | None,
    typer.Option(
        "--on", metavar="YYYY-MM-DD", help=_("Day whose law is applied; by default today's.")
    ),
]


def classify(
    product: ProductArgument,
    country: CountriesOption = None,
    on: OnOption = None,
    ask: Annotated[
        bool,
        typer.Option("--ask", help=_(
            "Ask for the facts that are still needed, and for no others.")),
    ] = False,
    brief: Annotated[
        bool, typer.Option("--brief", help=_("Only the table of all countries side by side."))
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="<path>", parser=place_after("--out"), help=_(
            "Write the product with the facts that were asked for, as a .yaml file.")),
    ] = None,
    language: LanguageOption = "en",
) -> None:  # fmt: skip
    """Ask the laws, print what they say, and keep what the user answered."""
    with loading():
        from equipoise.cli.choices import choices_noted
        from equipoise.cli.classify_screen import print_survey
        from equipoise.cli.interview import interview, may_write_product, write_product
        from equipoise.packs import load_named_product, shared_attributes
        from equipoise.pipeline import survey

    mistakes = choices_noted()
    day = day_of(on, mistakes)
    laws = laws_of(country, mistakes)
    attributes = shared_attributes()
    known = {**attributes, **{n: a for law in laws for n, a in law.attributes.items()}}
    found: list[Product] = []
    with mistakes.noted():
        found.append(load_named_product(product, known))
    if out is not None:
        with mistakes.noted():
            may_write_product(out, asked=ask)
    mistakes.refuse()
    (described,) = found
    console = Console(markup=False, highlight=False)
    if ask:
        described = interview(described, laws, attributes=attributes, day=day, console=console)
    print_survey(survey(described, laws, attributes=attributes, day=day), console, brief=brief)
    if out is not None:
        write_product(described, out, console)


def day_of(text: str | None, mistakes: Mistakes) -> date:
    """Return the day whose law is asked for."""
    days = [date.today()]
    with mistakes.noted():
        if text is not None:
            days.append(_read_day(text))
    return days[-1]


def _read_day(text: str) -> date:
    """Return a day as typed."""
    from equipoise.core.errors import FieldError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = _("--on: '{text}' is not a day", text=text[:40])
        fix = _("write year, month and day, e.g. 2024-04-01")
        raise FieldError(message, fix=fix) from error


def laws_of(codes: str | None, mistakes: Mistakes) -> Sequence[Law]:
    """Return the laws of the countries asked for, each once."""
    from equipoise.packs import library, load_named_law
    from equipoise.pipeline import require_own_codes

    names = (
        [entry.name for entry in library() if entry.kind == "country"]
        if codes is None
        else list(dict.fromkeys(part.strip() for part in codes.split(",")))
    )
    laws = []
    for name in names:
        with mistakes.noted():
            laws.append(load_named_law(name))
    with mistakes.noted():
        require_own_codes(laws)
    return laws
