"""What the page shows, section by section, as plain texts, charts and grids."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import altair as alt
import xarray as xr
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

from equipoise.core.translation import format_date, format_number, format_percent, translate_plural
from equipoise.core.translation import translate as _
from equipoise.report import charts
from equipoise.report.answer import Answer
from equipoise.report.answers import answers_of
from equipoise.report.grid import Grid
from equipoise.report.grids import (
    access_grid,
    budget_grid,
    evidence_grid,
    information_grid,
    needs_grid,
    path_grid,
    reach_grid,
    rules_grid,
    worth_grid,
)
from equipoise.report.grids_policies import gains_grid, policies_grid
from equipoise.report.reading import Reading, read
from equipoise.report.words import (
    DESIGNS,
    capital,
    contract_in_words,
    few_draws,
    policy_in_words,
    word,
    years_in_words,
)
from equipoise.spec.model import METHODS
from equipoise.spec.text import shown


@dataclass(frozen=True)
class Figure:
    """One chart, for a page and for a telephone; both may still be in the making."""

    for_page: Future[str]
    for_telephone: Future[str]

    @property
    def wide(self) -> Markup:
        """Return the chart for a page."""
        # The converter escapes every text and label.
        return Markup(self.for_page.result())  # noqa: S704

    @property
    def narrow(self) -> Markup:
        """Return the chart for a telephone."""
        return Markup(self.for_telephone.result())  # noqa: S704


@dataclass(frozen=True)
class Section:
    """One answer with its charts and grids."""

    answer: Answer
    figures: tuple[Figure, ...]
    grids: tuple[Grid, ...]


@dataclass(frozen=True)
class Page:
    """The whole page."""

    title: str
    kicker: str
    description: str
    warning: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    evidence: Grid
    evidence_figure: Figure | None
    conventions: tuple[tuple[str, str], ...]
    provenance: tuple[tuple[str, str], ...]


def page_of(tree: xr.DataTree) -> Page:
    """Return what the page of a run shows, in the current language."""
    reading = read(tree)
    record = reading.record
    with charts.converter() as to_svg:
        return Page(
            title=shown(record.title),
            kicker=_("{country}, decision of {date}", country=shown(record.country),
                     date=format_date(record.decision_date)),
            description=shown(record.description) if record.description else "",
            warning=few_draws(reading),
            facts=_facts(reading),
            sections=_sections(reading, to_svg),
            evidence=evidence_grid(reading),
            evidence_figure=_figure(tree, charts.evidence, to_svg),
            conventions=conventions(reading),
            provenance=provenance(reading),
        )  # fmt: skip


def _sections(reading: Reading, to_svg: charts.ToSvg) -> tuple[Section, ...]:
    """Return the five answers with what belongs to each; the charts first, as they take longest."""
    drawn = {draw: _figure(reading.tree, draw, to_svg) for draw in _CHARTS}
    soon, pays, fits, balanced, unknown = answers_of(reading)
    return (
        _section(soon, [drawn[charts.route], drawn[charts.patients]],
                 [access_grid(reading), reach_grid(reading), path_grid(reading)]),
        _section(pays,
                 [drawn[charts.budget], drawn[charts.plane], drawn[charts.acceptability],
                  drawn[charts.course]],
                 [budget_grid(reading), worth_grid(reading), rules_grid(reading)]),
        _section(fits, [], [needs_grid(reading)]),
        _section(balanced, [drawn[charts.policy_map]],
                 [gains_grid(reading), policies_grid(reading)]),
        _section(unknown, [drawn[charts.evppi]], [information_grid(reading)]),
    )  # fmt: skip


Draw = Callable[..., alt.LayerChart | None]

_CHARTS: tuple[Draw, ...] = (
    charts.route, charts.patients, charts.budget, charts.plane, charts.acceptability,
    charts.course, charts.policy_map, charts.evppi,
)  # fmt: skip
"""Charts of the sections."""


def _section(
    answer: Answer, figures: Sequence[Figure | None], grids: Sequence[Grid | None]
) -> Section:
    """Return one answer with its charts and grids; what has nothing to show is left out."""
    return Section(
        answer,
        tuple(figure for figure in figures if figure is not None),
        tuple(grid for grid in grids if grid is not None),
    )


def _figure(tree: xr.DataTree, draw: Draw, to_svg: charts.ToSvg) -> Figure | None:
    """Return a chart in both widths; none if it has nothing to show."""
    # Checking every part of every chart against the grammar's schema doubles the time; the tests
    # of the charts do that.
    with debug_mode(arg=False):
        wide, narrow = (draw(tree, width=width) for width in (charts.WIDE, charts.NARROW))
        if wide is None or narrow is None:
            return None
        return Figure(to_svg(wide), to_svg(narrow))


def _facts(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Return what the answers are about."""
    record, chosen = reading.record, reading.chosen
    return (
        (_("Compared"), _("{new} against {current}", new=reading.strategy(record.new),
                          current=reading.strategy(record.current))),
        (_("Price"), _("{price} per patient", price=reading.money(chosen.price))),
        (_("Contract"), capital(contract_in_words(chosen.contract))),
        (_("Centres"), format_number(chosen.centres)),
        (_("Route"), shown(record.route)),
        (_("Period"), _("{years}, to {end}", years=years_in_words(reading.years),
                        end=format_date(reading.ends))),
    )  # fmt: skip


def conventions(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Return what is printed beside every total: name and text."""
    rules = reading.record.conventions
    cycle = _("{method}, cycles of {months} months", method=word(METHODS, rules.method),
              months=format_number(12.0 * rules.cycle_years, 0))  # fmt: skip
    if rules.cycle_years == 0:
        cycle = _("exact times, without cycles") if rules.lifetime_years else _("at once")
    return (
        (_("Money"), _("{currency} in prices of {year}; not discounted unless “present value” is "
                       "said", currency=reading.currency, year=reading.price_year)),
        (_("Discounting"), _("cost {cost} and health {health} a year",
                             cost=format_percent(rules.discount_cost),
                             health=format_percent(rules.discount_health))),
        (_("Worth of a QALY"), _("{amount} per QALY (a year in full health)",
                                 amount=reading.money(rules.threshold))),
        (_("Perspective"), shown(rules.perspective)),
        (_("Counting in time"), cycle),
        (_("Horizons"), _("budget and queue {years}; each patient’s health and cost "
                          "{lifetime}", years=years_in_words(reading.years),
                          lifetime=years_in_words(round(rules.lifetime_years)))),
        (_("Years"), _("each begins on {day} of its first year",
                       day=_day(reading))),
        (_("Ranges"), _("in brackets and bands: 90% of the simulated futures lie there")),
    )  # fmt: skip


def _day(reading: Reading) -> str:
    """Return the day on which years begin, e.g. 1 June."""
    whole = format_date(reading.record.decision_date)
    return whole.split(str(reading.record.decision_date.year))[0].strip("\u00a0 ")


def provenance(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Return how to repeat the run."""
    record = reading.record
    changed = "; ".join(f"{name} = {text}" for name, text in record.changed.items())
    rows = [
        (_("Policy"), policy_in_words(reading, reading.chosen)),
        (_("Simulated futures"), format_number(record.draws)),
        (_("Seed"), str(record.seed)),
        (_("Design of the sample"), word(DESIGNS, record.design)),
        (_("Fingerprint of the study"), record.digest),
        (_("Versions"), ", ".join(f"{name} {text}" for name, text in record.versions.items())),
    ]
    if changed:
        count = len(record.changed)
        rows.insert(1, (translate_plural("{n} input set by hand", "{n} inputs set by hand", count),
                        changed))  # fmt: skip
    return tuple(rows)
