"""What `equipoise timeline` prints."""

from collections.abc import Mapping, Sequence

import numpy as np
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from equipoise.cli.classify_screen import changes_in_words
from equipoise.core.errors import explained
from equipoise.core.translation import format_date, format_number, translate_plural
from equipoise.core.translation import translate as _
from equipoise.pipeline.simulated_roads import Timeline
from equipoise.pipeline.surveys import Survey
from equipoise.report.words import OWNERS, month, share, word
from equipoise.spec.attributes import Attribute
from equipoise.spec.text import shown


def print_timelines(found: Survey, roads: Sequence[Timeline], console: Console) -> None:
    """Print each road with its steps, then all side by side."""
    console.print(shown(found.product.product), style="bold")
    for road in roads:
        console.print()
        _print_road(road, found.verdicts[road.law.code].attributes, console)
    for code, error in found.refused.items():
        console.print(f"{code}: {explained(error)}", style="red")
    if not roads:
        console.print(_("No road to patients is open, as far as the facts are known."), style="red")
    if roads:
        console.print()
        text = _("Critical days, a mean: of the step that others wait for and that ends last.")
        console.print(text, style="dim")
    if len(roads) > 1:
        console.print(_side_by_side(roads))


def _print_road(road: Timeline, attributes: Mapping[str, Attribute], console: Console) -> None:
    """Print one road."""
    title = _("{country}: {road}", country=shown(road.law.jurisdiction),
              road=shown(road.route.label))  # fmt: skip
    console.print(title, style="bold")
    if road.only_if[0]:
        either = [changes_in_words(one, attributes) for one in road.only_if]
        text = _("if {changes}", changes=_("; or if ").join(either))
        console.print(Padding(text, (0, 0, 0, 2)), style="yellow")
    console.print(Padding(_arrival(road), (0, 0, 0, 2)))
    console.print(Padding(_steps(road), (0, 0, 0, 2)))
    owners = "; ".join(
        _("{owner} {days}", owner=word(OWNERS, owner), days=_days(days))
        for owner, days in road.by_owner.items() if days >= 0.5
    )  # fmt: skip
    if owners:
        console.print(
            Padding(_("Whose days they are, on average: {owners}", owners=owners), (0, 0, 0, 2))
        )
    for name, found in road.learnt.items():
        label = shown(road.route.steps[name].label)
        text = _("“{step}” is learnt from cases: {own} in this country, {others} elsewhere.",
                 step=label, own=found.own, others=found.others)  # fmt: skip
        console.print(Padding(text, (0, 0, 0, 2)), style="dim")
    for text in (_without_time(road), _at_legal_terms(road)):
        if text:
            console.print(Padding(text, (0, 0, 0, 2)), style="yellow")


def _without_time(road: Timeline) -> str:
    """Return the steps of which no time is known."""
    if not road.unknown:
        return ""
    return _("No time is known of these steps, so that all is later: {names}",
             names=_labels(road, road.unknown))  # fmt: skip


def _at_legal_terms(road: Timeline) -> str:
    """Return the steps that are taken at their legal terms."""
    if not road.bare:
        return ""
    return _("Taken at their legal terms, as no delay was observed: {names}",
             names=_labels(road, road.bare))  # fmt: skip


def _labels(road: Timeline, names: Sequence[str]) -> str:
    """Return steps in words."""
    return "; ".join(shown(road.route.steps[name].label) for name in names)


def _arrival(road: Timeline) -> str:
    """Return when the last step ends."""
    middle = road.date_of(road.days(0.5))
    if middle is None and np.isfinite(road.days(0.5)):
        return _("Set out on {day}, it arrives after the year 9999.", day=format_date(road.day))
    if middle is None:
        return _("Set out on {day}, it arrives in fewer than half of all futures.",
                 day=format_date(road.day))  # fmt: skip
    text = _("Set out on {day}, it arrives about {middle}, in 90% of futures {span}.",
             day=format_date(road.day), middle=month(middle), span=_span(road))  # fmt: skip
    if road.never >= 0.005:
        text += " " + _("In {share} of futures it never does.", share=share(road.never))
    return text


def _steps(road: Timeline) -> Table:
    """Return the steps in the order in which they begin."""
    table = Table(show_edge=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(_("Step"), ratio=1)
    table.add_column(_("Owner"))
    table.add_column(_("Ends after, days"), justify="right", no_wrap=True)
    table.add_column(_("Critical"), justify="right")
    arrived = np.isfinite(road.dates.arrival)
    for name in sorted(road.dates.names, key=lambda name: road.starts(0.5, name)):
        step = road.route.steps[name]
        row = road.critical[road.dates.names.index(name)][arrived]
        low, middle, high = (road.days(part, name) for part in (0.05, 0.5, 0.95))
        ends = f"{_number(middle)} ({_number(low)}–{_number(high)})"
        critical = _number(float(row.mean())) if row.size else ""
        table.add_row(shown(step.label), word(OWNERS, step.owner), ends, critical)
    return table


def _side_by_side(roads: Sequence[Timeline]) -> Table:
    """Return all roads, the soonest first."""
    table = Table(title=_("Soonest first"), title_justify="left")
    table.add_column(_("Country"), ratio=2)
    table.add_column(_("Road, up to its last step"), ratio=5)
    table.add_column(_("Arrives"), ratio=2)
    table.add_column(_("In 90% of futures"), ratio=3)
    table.add_column(_("Never"), justify="right")
    for road in sorted(roads, key=lambda road: road.days(0.5)):
        middle = road.date_of(road.days(0.5))
        last = shown(road.route.steps[road.last].label)
        table.add_row(
            shown(road.law.jurisdiction), f"{shown(road.route.label)} → {last}",
            month(middle) if middle else _("never"), _span(road),
            share(road.never) if road.never >= 0.005 else "",
        )  # fmt: skip
    return table


def _span(road: Timeline) -> str:
    """Return the months between which a road arrives in 90 % of futures."""
    dates = (road.date_of(road.days(part)) for part in (0.05, 0.95))
    low, high = (month(day) if day else _("never") for day in dates)
    return low if low == high else f"{low} – {high}"


def _number(days: float) -> str:
    """Return days as a whole number, or the word for what never comes."""
    return format_number(round(days)) if np.isfinite(days) else _("never")


def _days(days: float) -> str:
    """Return days in words."""
    whole = round(days)
    return translate_plural("{n} day", "{n} days", whole, n=format_number(whole))
