"""`equipoise library`: what is there to use."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from equipoise.balance import CRITERIA
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.core.units import known_units
from equipoise.packs import library
from equipoise.spec.contracts import EXAMPLES

_ROOM = 20
"""Columns of the screen that a text beside a name needs to be read."""

_KINDS = {"therapies": "therapy", "countries": "country", "models": "model"}

_SIDES = (mark("patient"), mark("profession"), mark("state"))
_UNITS = {
    "1": mark("a share"),
    "money": mark("money"),
    "QALY": mark("QALY"),
    "year": mark("in years"),
    "month": mark("in months"),
    "patients/year": mark("in patients a year"),
}
_AIMS = (mark("more"), mark("less"))
"""With `_SIDES`: words of the criteria, named here so that the catalogue has them."""


def list_library(kind: str, console: Console) -> None:
    """Print one table per kind asked for."""
    titles = {"therapies": _("Therapies"), "countries": _("Countries"), "models": _("Models")}
    for plural, singular in _KINDS.items():
        if kind in ("all", plural):
            entries = [(e.name, e.title) for e in library() if e.kind == singular]
            _print_named(titles[plural], (_("Name"), _("Title")), entries, console)
    if kind in ("all", "contracts"):
        _print_named(_("Contracts"), (_("Write"), _("What it does")), _contracts(), console)
    if kind in ("all", "criteria"):
        _print_named(
            _("Criteria"), (_("Name"), _("Meaning"), _("Side"), _("Better"), _("Unit")),
            _criteria(), console,
        )  # fmt: skip
    if kind == "units":
        console.print(", ".join(known_units()))


def _print_named(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], console: Console
) -> None:
    """Print what has a name to type: never cut, so on a narrow screen one below the other."""
    longest = max((len(row[0]) for row in rows), default=0)
    if console.width >= longest + _ROOM * (len(headings) - 1):
        table = Table(title=title, title_justify="left")
        for number, heading in enumerate(headings):
            table.add_column(heading, no_wrap=number == 0)
        for row in rows:
            table.add_row(*row)
        console.print(table)
        return
    console.print(title, style="italic")
    for name, meaning, *rest in rows:
        details = [f"{h.lower()}: {text}" for h, text in zip(headings[2:], rest, strict=True)]
        console.print(name, style="bold", highlight=False, soft_wrap=True)
        console.print(Padding("; ".join([meaning, *details]), (0, 0, 0, 2)), highlight=False)


def _contracts() -> list[tuple[str, ...]]:
    """Return the kinds of contract: what to write, what it does."""
    meanings = (
        _("the whole price at treatment"),
        _("equal yearly payments from the day of treatment"),
        _("the same, but later parts only for those who still respond"),
        _("the price at treatment; a share comes back for each patient who loses response"),
    )
    ways = [way for kind in EXAMPLES.values() for way in kind]
    return list(zip(ways, meanings, strict=True))


def _criteria() -> list[tuple[str, ...]]:
    """Return the criteria of the three sides: name, meaning, side, aim, unit."""
    return [
        (criterion.name, _("{title}: {note}", title=_(criterion.title), note=_(criterion.note)),
         _(criterion.stakeholder), _(criterion.better),
         _(_UNITS[criterion.unit]) if criterion.unit in _UNITS else criterion.unit)
        for criterion in CRITERIA.values()
    ]  # fmt: skip
