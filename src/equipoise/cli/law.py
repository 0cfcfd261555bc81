"""The command `equipoise law`: how well laws are known, and whether they meet their cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from equipoise.cli.classify import OnOption, day_of
from equipoise.cli.loading import loading
from equipoise.cli.options import LanguageOption
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from equipoise.pipeline.law_report import Decided
    from equipoise.spec.law import Law

HELP = _(
    "Look over the law of countries: how many clauses were read in their text, which are old, and "
    "whether the decision tree answers its cases as the authorities did.\n\n"
    "Example: `equipoise law ru eu`"
)
_PARTS = {
    "questions": mark("questions"),
    "outcomes": mark("categories"),
    "marks": mark("marks"),
    "routes": mark("roads"),
    "steps": mark("steps"),
}
_AGREEMENTS = {
    "agrees": mark("agrees"),
    "open": mark("open: facts are unknown"),
    "differs": mark("differs"),
    "refused": mark("no law of that day"),
}


def law(
    countries: Annotated[
        list[str] | None,
        typer.Argument(metavar=_("countries"), help=_(
            "Codes of the library, or folders with a jurisdiction.yaml; by default all.")),
    ] = None,
    on: OnOption = None,
    language: LanguageOption = "en",
) -> None:  # fmt: skip
    """Print what is known of each country's law; fail if a case is neither met nor explained."""
    with loading():
        from equipoise.cli.choices import choices_noted
        from equipoise.packs import library, load_named_cases, load_named_law, shared_attributes
        from equipoise.pipeline import decided

    mistakes = choices_noted()
    day = day_of(on, mistakes)
    names = countries or [entry.name for entry in library() if entry.kind == "country"]
    laws = []
    for name in dict.fromkeys(names):
        with mistakes.noted():
            one = load_named_law(name)
            laws.append((one, load_named_cases(name, one)))
    mistakes.refuse()
    console = Console(markup=False, highlight=False)
    console.print(_known_table([one for one, _cases in laws], day))
    unexplained = False
    for one, cases in laws:
        found = decided(one, cases, shared_attributes())
        if found:
            console.print(_cases_table(one, found))
        unexplained |= any(not case.is_explained for case in found)
    if unexplained:
        console.print(_("A case is neither met nor explained."), style="red")
        raise typer.Exit(1)


def _known_table(laws: Sequence[Law], day: date) -> Table:
    """Return how well the clauses of all laws are known."""
    from equipoise.cli.classify_screen import STANDING_STYLES, STANDING_WORDS
    from equipoise.pipeline import known
    from equipoise.spec.text import shown

    table = Table(title=_("Clauses, by how well they are known"), title_justify="left")
    table.add_column(_("Country"))
    table.add_column(
        _("Part"), no_wrap=True, min_width=max(len(_(word)) for word in _PARTS.values())
    )
    for standing, word in STANDING_WORDS.items():
        table.add_column(_(word), justify="right", style=STANDING_STYLES[standing])
    table.add_column(_("old"), justify="right")
    for one in laws:
        name = shown(one.jurisdiction)
        for part in known(one, day=day):
            counts = [part.by_standing.get(standing, 0) for standing in STANDING_WORDS]
            if sum(counts):
                texts = [str(count) if count else "" for count in counts]
                table.add_row(name, _(_PARTS[part.part]), *texts, str(part.stale or ""))
                name = ""
        table.add_section()
    return table


def _cases_table(law: Law, found: Sequence[Decided]) -> Table:
    """Return what the tree says of each case."""
    from equipoise.spec.text import shown

    met = sum(one.agreement == "agrees" for one in found)
    real = sum(one.case.source is not None for one in found)
    title = _("{country}: {met} of {count} cases met, {real} of them decided by an authority",
              country=shown(law.jurisdiction), met=met, count=len(found), real=real)  # fmt: skip
    table = Table(title=title, title_justify="left")
    table.add_column(_("Case"), ratio=3)
    table.add_column(_("Decision"), ratio=2)
    table.add_column(_("The tree"), ratio=2)
    styles = {"agrees": "green", "open": "yellow", "differs": "red", "refused": "red"}
    for one in found:
        outcomes = law.classification.outcomes
        label = shown(outcomes[one.case.outcome].label)
        answer = Text(_(_AGREEMENTS[one.agreement]), style=styles[one.agreement])
        if one.agreement == "differs":
            answer.append(
                ": " + _(" or ").join(shown(outcomes[p.outcome].label) for p in one.possible)
            )
        for question, said in one.wrong_path.items():
            answer.append("\n" + _("{question}: {answer}", question=question, answer=said))
        if one.case.differs is not None:
            answer.append("\n" + shown(one.case.differs), style="dim")
        table.add_row(shown(one.case.case), label, answer)
    return table
