"""Shares that other data show, beside fitted curves: registries, longer trials, experts.

That a curve fits its own trial says little of what comes after it; longer follow-up elsewhere does.

References
----------
Latimer (2013), Med Decis Making 33:743-754, https://doi.org/10.1177/0272989X12472398 (external
validity of extrapolations).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, SpecError
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.read import Sheet, read_sheet
from equipoise.spec.findings import did_you_mean
from equipoise.spec.source_text import short

Floats = NDArray[np.float64]
Survival = Callable[[Floats], Floats]
"""Share without an event at some times."""

_OPTIONAL = ("low", "high", "group", "source")


@dataclass(frozen=True)
class ExternalShare:
    """A share without an event in other data.

    Parameters
    ----------
    time
        In the unit of the patients' times.
    survival
        The share.
    low, high
        Ends of its 95 % interval; no numbers where they are not known.
    group
        Of which patients: a group, or what a covariate says of them.
    source
        Where it is from, in words.
    """

    time: float
    survival: float
    low: float
    high: float
    group: str
    source: str

    @property
    def has_interval(self) -> bool:
        """Whether both ends are known."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    def holds(self, share: float) -> bool:
        """Return whether a share lies within the interval."""
        return self.low <= share <= self.high


def read_external(path: Path, groups: Sequence[str] | None) -> tuple[ExternalShare, ...]:
    """Read shares that other data show.

    Parameters
    ----------
    path
        CSV file with the columns `time`, `survival` and, if known, `low` and `high`, `group`,
        `source`.
    groups
        Names of the patients whose curves are shown; a single one may go without. None where they
        are not known, as the patients themselves could not be read.

    Raises
    ------
    SpecError
        With all that is wrong with the file, each with its line and column.
    """
    sheet = read_sheet(path, required=("time", "survival"), optional=_OPTIONAL)
    time = sheet.numbers("time", least=0.0, above=True)
    numbers = {name: _shares(sheet, name) for name in ("survival", "low", "high")}
    names = _names(sheet, groups)
    for row in range(time.size):
        low, share, high = (float(numbers[name][row]) for name in ("low", "survival", "high"))
        if np.isfinite(low) != np.isfinite(high):
            message = _("one end of the interval is missing")
            sheet.note_cell(row, "survival", message, fix=_("write both ends, or none"))
        if share < low or share > high:
            message = _("the share {share:g} is not within its interval", share=share)
            fix = _("write low, survival and high in this order of size")
            sheet.note_cell(row, "survival", message, fix=fix)
    _note_rises(sheet, time, numbers["survival"])
    if sheet.problems:
        raise SpecError(sorted(sheet.problems))
    sources = _texts(sheet, "source")
    found = [
        ExternalShare(when, share, low, high, name, source)
        for when, share, low, high, name, source in zip(
            time.tolist(), *(one.tolist() for one in numbers.values()), names, sources, strict=True
        )
    ]
    return tuple(sorted(found, key=lambda one: one.time))


def _shares(sheet: Sheet, name: str) -> Floats:
    """Return a column of shares; an empty cell of an end is not known."""
    cells = sheet.columns.get(name)
    if cells is None:
        return np.full(len(sheet.lines), np.nan)
    found = sheet.numbers(name, least=0.0, may_be_empty=name != "survival")
    for row in np.flatnonzero(found > 1.0).tolist():
        message = _("the share {share:g} is above 1", share=float(found[row]))
        sheet.note_cell(row, name, message, fix=_("write shares from 0 to 1, not percent"))
    return found


def _texts(sheet: Sheet, name: str) -> list[str]:
    """Return a column of texts, empty ones where there is none."""
    return sheet.columns.get(name, [""] * len(sheet.lines))


def _note_rises(sheet: Sheet, time: Floats, survival: Floats) -> None:
    """Note shares of one source that are above those of an earlier time."""
    lowest: dict[tuple[str, str], int] = {}
    of_row = list(zip(_texts(sheet, "group"), _texts(sheet, "source"), strict=True))
    for row in np.lexsort((-survival, time)).tolist():
        if not np.isfinite([time[row], survival[row]]).all():
            continue
        before = lowest.setdefault(of_row[row], row)
        if survival[row] > survival[before]:
            message = _("the share {share:g} at {time:g} is above that at {earlier:g}, {before:g} "
                        "in line {line}: survival cannot rise",
                        share=float(survival[row]), time=float(time[row]),
                        earlier=float(time[before]), before=float(survival[before]),
                        line=sheet.lines[before])  # fmt: skip
            fix = _("correct one of the two lines, or name the sources in a column `source`")
            sheet.note_cell(row, "survival", message, fix=fix)
        else:
            lowest[of_row[row]] = row


def _names(sheet: Sheet, groups: Sequence[str] | None) -> list[str]:
    """Return which patients each row is about; what is unclear is noted."""
    if groups is None:
        return _texts(sheet, "group")
    if "group" not in sheet.columns:
        if len(groups) > 1:
            fix = _("add a column `group` with: {names}", names=", ".join(groups))
            error = FieldError(_("it is not said of which patients the shares are"), fix=fix)
            sheet.note(1, 1, _("header"), error)
        return [groups[0]] * len(sheet.lines)
    names = sheet.columns["group"]
    for row, name in enumerate(names):
        if name not in groups:
            message = _("there is no group '{name}'", name=short(name))
            sheet.note_cell(row, "group", message, fix=did_you_mean(name, groups))
    return names


def is_within(shares: Sequence[ExternalShare], survival: Survival) -> bool:
    """Return whether a curve lies within all intervals that are known."""
    known = [one for one in shares if one.has_interval]
    fitted = survival(np.array([one.time for one in known]))
    return all(one.holds(share) for one, share in zip(known, fitted.tolist(), strict=True))


def external_rows(
    shares: Sequence[ExternalShare], curves: Mapping[str, Survival]
) -> Iterator[dict[str, object]]:
    """Yield one row for each share and curve, of curves by their key."""
    times = np.array([one.time for one in shares])
    for key, survival in curves.items():
        for one, share in zip(shares, survival(times).tolist(), strict=True):
            yield {
                "source": one.source, "time": one.time, "external": one.survival, "low": one.low,
                "high": one.high, "curve": key, "survival": share,
                "difference": share - one.survival,
                "is_within": one.holds(share) if one.has_interval else None,
            }  # fmt: skip
