"""Tables for people: captions, headings and cells as text, built from the arrays."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from equipoise.core.translation import NO_VALUE, format_number
from equipoise.core.translation import translate as _
from equipoise.core.unit_words import brief, measured
from equipoise.core.units import parse_unit
from equipoise.report.charts.theme import money_scale
from equipoise.report.distributions import distribution_in_words
from equipoise.report.does_it_fit import blockers_first
from equipoise.report.grid import Cell, Grid
from equipoise.report.reading import Number, Reading, mean_of, median_of, share_never
from equipoise.report.what_is_unknown import ranked
from equipoise.report.words import (
    CATEGORIES,
    OWNERS,
    STATES,
    STATUSES,
    capital,
    count,
    month,
    paid,
    qalys,
    share,
    word,
)
from equipoise.spec.record import EvidenceRecord, RuleRecord
from equipoise.spec.text import shown

_WEAK_FIRST = ("assumption", "inference", "background", "computed", "read")


def web(address: str | None) -> str | None:
    """Return an address if it is one of the web, so that no other kind becomes a link."""
    return address if address and address.lower().startswith(("http://", "https://")) else None


def status_cell(status: str) -> Cell:
    """Return an evidence status as a badge."""
    return Cell(word(STATUSES, status), badge=status)


def _texts(*texts: str) -> tuple[Cell, ...]:
    """Return plain cells."""
    return tuple(Cell(text) for text in texts)


def _date(reading: Reading, years: float) -> str:
    """Return a month, or a dash if it never comes."""
    return month(reading.day(years)) if np.isfinite(years) else NO_VALUE


def access_grid(reading: Reading) -> Grid:
    """Return when each step ends and each payer buys."""
    access = reading.group("access")
    rows = []
    for step in reading.record.steps:
        end = access["step_end"].sel(step=step.name)
        source = Cell(shown(step.clause), link=web(step.address), note=shown(step.note or ""))
        rows.append((*_dates(reading, shown(step.label), word(OWNERS, step.owner), end), source,
                     status_cell(step.status)))  # fmt: skip
    for payer in reading.product_payers:
        funded = access["funded"].sel(payer=payer)
        name = _("{payer} begins to buy", payer=capital(reading.payer(payer)))
        rows.append((*_dates(reading, name, word(OWNERS, "payer"), funded), Cell(NO_VALUE),
                     Cell(NO_VALUE)))  # fmt: skip
    headings = (_("Step"), _("Owner"), _("Ends about"), _("Earliest (5%)"), _("Latest (95%)"),
                _("Never"), _("Rule"), _("Evidence"))  # fmt: skip
    return Grid(_("The road to patients, step by step"), headings, tuple(rows),
                frozenset({5}))  # fmt: skip


def _dates(reading: Reading, name: str, owner: str, ends: xr.DataArray) -> tuple[Cell, ...]:
    """Return the first cells of one step."""
    number = median_of(ends, "years")
    dates = (_date(reading, years) for years in number[:3])
    return _texts(name, owner, *dates, share(share_never(ends)))


def reach_grid(reading: Reading) -> Grid:
    """Return patients by year."""
    reach = reading.group("reach")
    names = ("arrived", "treated", "waiting", "died", "left", "capacity")
    means = [reach[name].mean("draw").values.tolist() for name in names]
    rows = [
        _texts(reading.period(int(year)), *map(count, row))
        for year, row in zip(reach["year"].values, zip(*means, strict=True), strict=True)
    ]
    headings = (_("Year"), _("Join the queue"), _("Treated"), _("Waiting at its end"),
                _("Die waiting"), _("Leave"), _("Slots of the centres"))  # fmt: skip
    return Grid(_("Patients by year, expected"), headings, tuple(rows), frozenset(range(1, 7)),
                stacks=False)  # fmt: skip


def path_grid(reading: Reading) -> Grid:
    """Return how the law sorts the product."""
    found = reading.record.classification
    rows = [
        (Cell(shown(step.ask), note=shown(step.note or "")),
         Cell(_("yes") if step.yes else _("no")),
         Cell(shown(step.clause), link=web(step.address)), status_cell(step.status))
        for step in found.path
    ]  # fmt: skip
    outcome = _("So it is a {category}", category=shown(found.label))
    rows.append(
        (Cell(outcome, note=shown(found.definition)), Cell(""), Cell(shown(found.clause)), Cell(""))
    )
    return Grid(_("What the product is in law, question by question"),
                (_("Question"), _("Answer"), _("Clause"), _("Evidence")), tuple(rows),
                strong=frozenset({len(rows) - 1}))  # fmt: skip


def budget_grid(reading: Reading) -> Grid:
    """Return the budget impact by payer and year."""
    impact = reading.group("value")["budget_impact"].mean("draw")
    scale, unit = money_scale(reading.currency, float(abs(impact.sum("payer")).max()))
    payers = [str(name) for name in impact["payer"].values]

    def amounts(values: Sequence[float]) -> list[str]:
        largest = float(abs(impact).max()) / scale
        return [format_number(v / scale, 1 if largest >= 10 else 2) for v in values]

    rows = [
        _texts(reading.period(int(year)), *amounts([*row.tolist(), float(row.sum())]))
        for year, row in zip(
            impact["year"].values, impact.transpose("year", "payer").values, strict=True
        )
    ]
    whole = [*(float(impact.sel(payer=p).sum()) for p in payers), float(impact.sum())]
    rows.append(_texts(_("All years"), *amounts(whole)))
    return Grid(
        _("What each payer pays more, {unit}, in prices of {year}", unit=unit,
          year=reading.price_year),
        (_("Year"), *(reading.payer(p) for p in payers), _("Together")), tuple(rows),
        frozenset(range(1, len(payers) + 2)), strong=frozenset({len(rows) - 1}), stacks=False,
    )  # fmt: skip


def worth_grid(reading: Reading) -> Grid:
    """Return cost and health of one patient and of all, at present value."""
    value, record = reading.group("value"), reading.record
    rows = []
    pairs = (
        (_("One patient treated without delay"), "strategy", "patient_cost_present",
         "patient_qaly_present", (record.new, record.current)),
        (_("All patients of the queue"), "world", "cost_present", "qaly_present",
         ("with", "without")),
    )  # fmt: skip
    for name, dim, cost, health, (new, old) in pairs:
        more = [value[k].sel({dim: new}) - value[k].sel({dim: old}) for k in (cost, health)]
        numbers = [mean_of(more[0], "money"), mean_of(more[1], "QALY")]
        rows.append((Cell(name), *(Cell(t) for t in _worth(reading, numbers))))
    return Grid(
        _("What the therapy adds against today's care, at present value"),
        (_("For"), _("Cost added"), _("Health added"), _("Cost of one more QALY")), tuple(rows),
        frozenset({1, 2, 3}),
    )  # fmt: skip


def _worth(reading: Reading, numbers: Sequence[Number]) -> tuple[str, str, str]:
    """Return cost, health and their ratio as text; a ratio only where it is a price."""
    cost, health = numbers
    if health.value > 0.0 and cost.value > 0.0:
        ratio = reading.money(cost.value / health.value)
    elif health.value > 0.0:
        ratio = _("none: it saves money")
    else:
        ratio = _("none: it adds no health")
    return paid(reading, cost), qalys(health), ratio


def rules_grid(reading: Reading) -> Grid:
    """Return who owes what by rule."""
    rows = [
        (Cell(reading.payer(rule.payer)),
         Cell(", ".join(word(CATEGORIES, c) for c in rule.categories) or _("everything")),
         Cell(_ages(rule)), Cell(shown(rule.clause), link=web(rule.address)),
         status_cell(rule.status))
        for rule in reading.record.rules
    ]  # fmt: skip
    return Grid(_("Who owes what: the first rule that fits decides"),
                (_("Payer"), _("Pays for"), _("Ages"), _("Clause"), _("Evidence")),
                tuple(rows))  # fmt: skip


def _ages(rule: RuleRecord) -> str:
    """Return a rule's ages as text."""
    match rule.from_age, rule.to_age:
        case None, None:
            return _("all")
        case None, to_age:
            return _("under {age}", age=format_number(to_age or 0.0))
        case from_age, None:
            return _("from {age}", age=format_number(from_age or 0.0))
        case from_age, to_age:
            return _("from {low} to under {high}", low=format_number(from_age or 0.0),
                     high=format_number(to_age or 0.0))  # fmt: skip


def needs_grid(reading: Reading) -> Grid | None:
    """Return the checklist, blockers first."""
    rows = [
        (Cell(shown(need.label), note=shown(need.note or "")),
         Cell(word(STATES, need.state), badge=need.state), Cell(word(OWNERS, need.owner)),
         Cell(word(STATUSES, need.status), badge=need.status, link=web(need.address)))
        for need in blockers_first(reading.record.needs)
    ]  # fmt: skip
    if not rows:
        return None
    return Grid(_("What treatment needs, blockers first"),
                (_("Need"), _("State"), _("Owner"), _("Evidence")), tuple(rows),
                folded=False)  # fmt: skip


def information_grid(reading: Reading) -> Grid | None:
    """Return what knowing each input is worth."""
    rows = [
        (Cell(capital(reading.parameter(name))), status_cell(reading.status(name)),
         Cell(reading.money(worth)), Cell(reading.money(error)))
        for name, worth, error in ranked(reading)
    ]  # fmt: skip
    if not rows:
        return None
    return Grid(_("What knowing one input is worth"),
                (_("Input"), _("Evidence"), _("Worth"), _("Standard error")), tuple(rows),
                frozenset({2, 3}))  # fmt: skip


def evidence_grid(reading: Reading) -> Grid:
    """Return every input with its evidence, the weakest first."""
    order = sorted(reading.record.evidence, key=lambda e: _WEAK_FIRST.index(e.status))
    rows = [_evidence_row(reading, entry) for entry in order]
    return Grid(_("Every input with its evidence, the weakest first"),
                (_("Input"), _("Value"), _("Evidence"), _("Source")), tuple(rows))  # fmt: skip


def _evidence_row(reading: Reading, entry: EvidenceRecord) -> tuple[Cell, ...]:
    """Return one input's row."""
    remarks = (entry.note, entry.mean_differs, entry.below_zero, entry.converted)
    notes = " ".join(shown(text) for text in remarks if text)
    if entry.name in reading.record.changed:
        notes = " ".join([_("Set by hand."), notes])
    spread = _("fixed")
    if entry.low != entry.high:
        spread = _("95% between {low} and {high}; {distribution}", low=brief(entry.low, 3),
                   high=brief(entry.high, 3),
                   distribution=distribution_in_words(entry.distribution or ""))  # fmt: skip
    return (
        Cell(capital(reading.parameter(entry.name)), note=notes),
        Cell(measured(entry.value, parse_unit(entry.unit)), note=spread),
        status_cell(entry.status),
        Cell(
            shown(entry.source or NO_VALUE), link=web(entry.address), note=shown(entry.place or "")
        ),
    )
