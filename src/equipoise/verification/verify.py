"""Asking a model every check of the catalogue."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from equipoise.core.errors import EquipoiseError
from equipoise.core.translation import translate as _
from equipoise.pipeline import check_sample
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.text import Text, shown
from equipoise.verification.catalogue import CHECKS
from equipoise.verification.checks import Check, Outcome, Verdict, silent
from equipoise.verification.fixes import FIXES, OF_THE_PROGRAM
from equipoise.verification.runs import Engine, reference
from equipoise.verification.subject import Sampler, Subject, drawn

DRAWS = 100


@dataclass(frozen=True)
class Verification:
    """What all checks said of a model, in the order of the catalogue."""

    model: LoadedModel
    draws: int
    seed: int
    found: Mapping[Check, Outcome]

    @property
    def failed(self) -> list[Check]:
        """Return the checks that the model does not pass."""
        return [check for check, one in self.found.items() if one.verdict == "failed"]


def verify(
    model: LoadedModel,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    engine: Engine = reference,
    sampler: Sampler = drawn,
    scale: Mapping[str, float] | None = None,
    checks: Sequence[Check] = CHECKS,
    progress: Callable[[float], None] | None = None,
) -> Verification:
    """Ask a model every check.

    Parameters
    ----------
    model
        As loaded.
    draws
        In each of which laws must hold; at most 20 where chance decides or patients differ.
    seed
        Of the sample and of patients' luck.
    engine
        What computes; another than the reference only to see whether its errors are noticed.
    sampler
        What draws the parameters; another one for the same reason.
    scale
        Parameter -> factor that converts its money, as of `draws.sample`.
    checks
        Which ones.
    progress
        Called with the share of the work done.

    Raises
    ------
    FieldError, SeveralErrors
        If draws or seed are out of their range.
    """
    check_sample(draws=draws, seed=seed)
    subject = Subject(model, draws=draws, seed=seed, engine=engine, sampler=sampler, scale=scale)
    refused = _refusal(subject)
    found: dict[Check, Outcome] = {}
    for number, check in enumerate(checks):
        if refused is not None and number:
            found[check] = silent(_("not asked, for the engine refuses the model"))
        else:
            found[check] = refused or answer(check, subject)
        if progress is not None:
            progress((number + 1) / len(checks))
    return Verification(model, subject.draws, seed, found)


def _refusal(subject: Subject) -> Outcome | None:
    """Return why the engine does not run the model at all, if it does not."""
    try:
        for run in (subject.base, subject.drawn):
            assert run.totals  # noqa: S101 - made when asked for
    except EquipoiseError as error:
        return Outcome("failed", _("that the engine accepts it"), _first_line(error))
    return None


def _first_line(error: EquipoiseError) -> str:
    """Return what is wrong in a line."""
    return str(error).strip().split("\n")[0]


def answer(check: Check, subject: Subject) -> Outcome:
    """Return what a check says; an engine that refuses the model or a change of it fails it."""
    parts = parts_of(check, subject)
    waivers = subject.model.spec.waivers
    asked = [one for one in parts if one.verdict != "not applicable"]
    failed = [one for one in asked if one.verdict == "failed"]
    reasons = {one: _waiver(check, one, waivers) for one in failed}
    bare = [one for one in failed if reasons[one] is None]
    if bare:
        return replace(_joined("failed", check, bare), reason=_fix(check, bare))
    if failed:
        why = dict.fromkeys(shown(reason) for reason in reasons.values() if reason is not None)
        return replace(_joined("waived", check, failed), reason=" ".join(why))
    if not asked:
        return parts[0]
    questions = dict.fromkeys(one.reason for one in asked if one.reason)
    return replace(_joined("passed", check, asked), reason=" ".join(questions))


def parts_of(check: Check, subject: Subject) -> list[Outcome]:
    """Return what the parts of a check say, whatever the file waives."""
    try:
        found = check.ask(subject)
    except EquipoiseError as error:
        expected = _("that the engine accepts it")
        return [Outcome("failed", expected, _first_line(error), part="refused")]
    return found if isinstance(found, list) else [found]


def _fix(check: Check, failed: Sequence[Outcome]) -> str:
    """Return what to do about parts of a check that failed; an engine that refuses says it."""
    if all(one.part == "refused" for one in failed):
        return ""
    own = [one.reason for one in failed if one.reason]
    ways = dict.fromkeys(own or [_(FIXES.get(check.name, OF_THE_PROGRAM))])
    return f"{_('fix')}: {'; '.join(ways)}"


def _waiver(check: Check, one: Outcome, waivers: Mapping[str, Text]) -> Text | None:
    """Return the reason for which a file waives a part of a check, or the whole of it."""
    return waivers.get(f"{check.name}_{one.part}", waivers.get(check.name))


def _joined(verdict: Verdict, check: Check, parts: Sequence[Outcome]) -> Outcome:
    """Return several parts as one, those that did not pass by the names by which they are waived.

    The margin is the least of theirs.
    """
    margins = [one.margin for one in parts if one.margin is not None]
    seen = [
        f"{check.name}_{one.part}: {one.seen}" if one.part and verdict != "passed" else one.seen
        for one in parts
    ]
    expected, found = (
        re.sub(r"0[.,]0e\+00", "0", "; ".join(dict.fromkeys(texts)))
        for texts in ([one.expected for one in parts], seen)
    )
    return Outcome(verdict, expected, found, min(margins, default=None))
