"""The log of a verification: as a page, as a table, by the headings that reviewers know."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from equipoise.core.files import write_text
from equipoise.core.translation import format_percent, mark
from equipoise.core.translation import translate as _
from equipoise.report.grid import Cell, Grid
from equipoise.report.html import template

VERDICTS = {
    "passed": mark("passed"),
    "failed": mark("failed"),
    "waived": mark("waived"),
    "not applicable": mark("not applicable"),
}
"""Verdicts in words."""

LOG_COLUMNS = ("check", "title", "tech_ver", "advishe", "verdict", "expected", "seen", "margin",
               "reason")  # fmt: skip
"""Of the log as a table."""

_FARTHEST = 10.0
"""Margin below 0 of which no number is shown, in units of what is allowed."""

_BADGES = {"passed": "passed", "failed": "failed", "waived": "waived", "not applicable": "silent"}


@dataclass(frozen=True)
class LogRow:
    """One check of a log.

    Parameters
    ----------
    check, title
        Its name in the catalogue, and what must hold, in words.
    tech_ver, advishe
        Headings, in words.
    verdict
        One of `VERDICTS`.
    expected, seen
        In words and numbers.
    margin
        How far from what is just allowed, in units of what is allowed; None where nothing is
        measured.
    reason
        Why it is waived, how to mend what failed, or what to ask the author of what passes.
    """

    check: str
    title: str
    tech_ver: str
    advishe: str
    verdict: str
    expected: str
    seen: str
    margin: float | None
    reason: str


@dataclass(frozen=True)
class SeededRow:
    """One kind of seeded mistake.

    Parameters
    ----------
    title
        In words.
    seeded, noticed
        In how many places it was, and in how many a check noticed.
    by
        Names of the checks that did.
    """

    title: str
    seeded: int
    noticed: int
    by: tuple[str, ...]


@dataclass(frozen=True)
class Log:
    """What is written of a verification.

    Parameters
    ----------
    model
        Title of what was checked.
    facts
        Names and texts about the run.
    rows
        One for each check.
    seeded
        One for each kind of mistake that had a place; empty where none was seeded.
    """

    model: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[LogRow, ...]
    seeded: tuple[SeededRow, ...] = ()

    @property
    def headline(self) -> str:
        """Return the answer in a sentence."""
        count = {name: sum(row.verdict == name for row in self.rows) for name in VERDICTS}
        text = _("{passed} checks passed, {failed} failed, {waived} waived with a reason; {silent} "
                 "have nothing to ask of such a model.", passed=count["passed"],
                 failed=count["failed"], waived=count["waived"],
                 silent=count["not applicable"])  # fmt: skip
        return f"{text} {self.caught}" if self.seeded else text

    @property
    def caught(self) -> str:
        """Return how many seeded mistakes were noticed, in a sentence."""
        seeded = sum(row.seeded for row in self.seeded)
        noticed = sum(row.noticed for row in self.seeded)
        shares = [row.noticed / row.seeded for row in self.seeded]
        return _("Of {seeded} mistakes of {kinds} kinds that were seeded, {noticed} were noticed; "
                 "with each kind counted alike, {share}.", seeded=seeded, kinds=len(self.seeded),
                 noticed=noticed, share=format_percent(sum(shares) / len(shares), 0))  # fmt: skip


def margin_text(margin: float | None) -> str:
    """Return how much of what is allowed is left, in percent; nothing where it is not measured.

    Below 0 % is by how much it is too much; more than `_FARTHEST` is only said to be beyond.
    """
    if margin is None:
        return ""
    if margin < -_FARTHEST:
        return _("beyond")
    # What is too much by a hair is no 0 %, which is allowed.
    return format_percent(min(margin, 1.0) if margin >= 0 else min(margin, -0.01), 0)


def log_grids(log: Log) -> list[Grid]:
    """Return a log as tables, one for each domain of TECH-VER, and one of seeded mistakes."""
    domains = list(dict.fromkeys(row.tech_ver for row in log.rows))
    grids = [_domain(log, domain) for domain in domains]
    return [*grids, _seeded(log)] if log.seeded else grids


def _domain(log: Log, domain: str) -> Grid:
    """Return the checks of one domain."""
    rows = [row for row in log.rows if row.tech_ver == domain]
    headings = (_("Check"), _("Verdict"), _("Expected"), _("Seen"), _("Margin"))
    return Grid(
        caption=domain,
        headings=headings,
        rows=tuple(
            (
                Cell(f"{row.check} {row.title}", note=row.advishe),
                Cell(_(VERDICTS[row.verdict]), badge=_BADGES[row.verdict]),
                Cell(row.expected),
                Cell(row.seen, note=row.reason),
                Cell(margin_text(row.margin)),
            )
            for row in rows
        ),
        numbers=frozenset({4}),
        folded=False,
    )


def _seeded(log: Log) -> Grid:
    """Return what became of seeded mistakes, those that were missed first."""
    order = sorted(log.seeded, key=lambda row: row.noticed / row.seeded)
    return Grid(
        caption=_("Seeded mistakes"),
        headings=(_("Mistake"), _("Seeded"), _("Noticed"), _("By")),
        rows=tuple(
            (
                Cell(row.title), Cell(str(row.seeded)), Cell(str(row.noticed)),
                Cell(", ".join(row.by) or _("nothing")),
            )
            for row in order
        ),
        numbers=frozenset({1, 2}),
        folded=False,
    )  # fmt: skip


@dataclass(frozen=True)
class _Page:
    """What the template shows."""

    title: str
    kicker: str
    headline: str
    facts: Sequence[tuple[str, str]]
    grids: Sequence[Grid]


def write_log_page(log: Log, path: Path) -> Path:
    """Write a log as one page that works offline, whole or not at all."""
    page = _Page(log.model, _("Verification"), log.headline, log.facts, log_grids(log))
    return write_text(path, template("checks.html.j2").render(page=page))


def write_log_table(log: Log, path: Path) -> Path:
    """Write a log as CSV with the columns `LOG_COLUMNS`, whole or not at all.

    Seeded mistakes follow as rows of `mistake`: how many were seeded, how many noticed, by what.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LOG_COLUMNS)
    for row in log.rows:
        writer.writerow([row.check, row.title, row.tech_ver, row.advishe, row.verdict,
                         row.expected, row.seen, margin_text(row.margin), row.reason])  # fmt: skip
    for kind in log.seeded:
        writer.writerow(["mistake", kind.title, "", "", "", kind.seeded, kind.noticed, "",
                         ", ".join(kind.by)])  # fmt: skip
    return write_text(path, text.getvalue())
