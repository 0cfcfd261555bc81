"""`equipoise library`: what is there to use."""

from rich.console import Console
from rich.table import Table

from equipoise.balance import CRITERIA
from equipoise.core.translation import mark
from equipoise.core.translation import translate as _
from equipoise.core.units import known_units
from equipoise.packs import library

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
            table = Table(_("Name"), _("Title"), title=titles[plural], title_justify="left")
            for entry in library():
                if entry.kind == singular:
                    table.add_row(entry.name, entry.title)
            console.print(table)
    if kind in ("all", "contracts"):
        console.print(_contracts())
    if kind in ("all", "criteria"):
        console.print(_criteria())
    if kind == "units":
        console.print(", ".join(known_units()))


def _contracts() -> Table:
    """Return the kinds of contract."""
    table = Table(_("Write"), _("What it does"), title=_("Contracts"), title_justify="left")
    table.add_row("upfront", _("the whole price at treatment"))
    table.add_row("instalments(years=5)", _("equal yearly payments from the day of treatment"))
    table.add_row(
        "instalments(years=5, only_while_responding=True)",
        _("the same, but later parts only for those who still respond"),
    )
    table.add_row(
        "rebate_on_loss(share=0.8, years=6)",
        _("the price at treatment; a share comes back for each patient who loses response"),
    )
    return table


def _criteria() -> Table:
    """Return the criteria of the three sides."""
    table = Table(
        _("Name"), _("Side"), _("Better"), _("Unit"), _("Meaning"),
        title=_("Criteria"), title_justify="left",
    )  # fmt: skip
    for criterion in CRITERIA.values():
        table.add_row(
            criterion.name, _(criterion.stakeholder), _(criterion.better),
            _(_UNITS[criterion.unit]) if criterion.unit in _UNITS else criterion.unit,
            _(criterion.title),
        )  # fmt: skip
    return table
