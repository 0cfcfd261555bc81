"""A verification as it is written down."""

from hashlib import sha256
from importlib.metadata import version

from equipoise.core.translation import format_number
from equipoise.core.translation import translate as _
from equipoise.report import Log, LogRow, SeededRow
from equipoise.spec.text import shown
from equipoise.verification.seeded import CatchRate
from equipoise.verification.verify import Verification


def log_of(found: Verification, rate: CatchRate | None = None) -> Log:
    """Return the log of a verification, in the current language.

    Parameters
    ----------
    found
        From `verify`.
    rate
        From `catch_rate`, if mistakes were seeded.
    """
    rows = tuple(
        LogRow(
            check.name, _(check.title), _(check.tech_ver), _(check.advishe), one.verdict,
            one.expected, one.seen, one.margin, one.reason,
        )
        for check, one in found.found.items()
    )  # fmt: skip
    seeded = () if rate is None else tuple(
        SeededRow(
            _(one.title), len(one.caught), one.noticed,
            tuple(dict.fromkeys(name for name in one.caught if name is not None)),
        )
        for one in rate.found if one.caught
    )  # fmt: skip
    facts = (
        (_("Draws"), format_number(found.draws, 0)),
        (_("Seed"), str(found.seed)),
        (_("File"), found.model.path.name),
        (_("SHA-256 of the file"), sha256(found.model.path.read_bytes()).hexdigest()[:16]),
        (_("Equipoise"), version("equipoise")),
    )
    return Log(shown(found.model.spec.model), facts, rows, seeded)
