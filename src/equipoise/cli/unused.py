"""Options that were typed although nothing uses them: each is refused with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import typer

from equipoise.cli.choices import was_misread
from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _


@dataclass(frozen=True)
class Use:
    """An option, whether anything uses it, and what to say if nothing does.

    Parameters
    ----------
    option
        As it is typed, e.g. ``--cure-link``.
    is_used
        By what else was asked.
    reason
        Why nothing uses it.
    fix
        What to write instead.
    """

    option: str
    is_used: bool
    reason: str
    fix: str


def typed_options(context: typer.Context) -> frozenset[str]:
    """Return the options that stand on the command line, as they are typed."""
    found = []
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            found.append("--" + name.replace("_", "-"))
    return frozenset(found)


def note_unused(typed: frozenset[str], uses: Iterable[Use], mistakes: Mistakes) -> None:
    """Note the options that were typed in vain.

    Parameters
    ----------
    typed
        As `typed_options` returns them.
    uses
        What each is for.
    mistakes
        Receives an error for each.
    """
    for use in uses:
        if use.option in typed and not use.is_used:
            mistakes.found.append(FieldError(f"{use.option}: {use.reason}", fix=use.fix))


def uses_of_curves(*, has_cure: bool, has_spline: bool) -> tuple[Use, ...]:
    """Return the options that some curves alone have."""
    return (
        Use("--cure-link", has_cure or was_misread("--cure"), _("no share is cured"),
            _("leave it out, or add --cure mixture")),
        Use("--spline-scale", has_spline, _("none of the curves is a spline"),
            _("leave it out, or add --family spline")),
    )  # fmt: skip


def uses_of_part(*, is_written: bool) -> tuple[Use, ...]:
    """Return the options of a part of a model file."""
    reason = _("no part of a model is written")
    fix = _("leave it out, or add e.g. --model-yaml part.yaml")
    return tuple(Use(option, is_written, reason, fix)
                 for option in ("--name", "--source", "--status"))  # fmt: skip
