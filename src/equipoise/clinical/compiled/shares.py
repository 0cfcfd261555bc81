"""Statements of who is where if curves say so; as `clinical.shares`."""

from collections.abc import Mapping

from equipoise.clinical.compiled.context import Context
from equipoise.clinical.compiled.formulas import Formulas
from equipoise.clinical.compiled.statements import Value
from equipoise.clinical.moves import HAIR
from equipoise.spec.formula import Formula
from equipoise.spec.model import TransitionEffect


def shares(context: Context, statements: Formulas) -> dict[str, Value]:
    """Write the share of the cohort in each state, and what is required of it.

    Parameters
    ----------
    context
        Of a model with shares.
    statements
        Formulas at the point of time that is asked for.
    """
    entries = {name: state.share for name, state in context.plan.states.items()}
    found = {n: statements.number(s.tree) for n, s in entries.items() if isinstance(s, Formula)}
    for share in found.values():
        statements.require(f"({{0}} >= {-HAIR!r}) & ({{0}} <= {1.0 + HAIR!r})", share)
    total = statements.total(list(found.values()))
    rest = next((name for name, share in entries.items() if isinstance(share, str)), None)
    if rest is None:
        statements.require(f"np.abs({{0}} - 1.0) <= {HAIR!r}", total)
    else:
        found[rest] = statements.set("(1.0 - {0})", total)
        statements.require(f"{{0}} >= {-HAIR!r}", found[rest])
    # What is no number is refused above, so a plain choice does.
    return {name: statements.set("({0} if {0} > 0.0 else 0.0)", found[name]) for name in entries}


def net_moves(
    context: Context, following: Mapping[str, Value]
) -> list[tuple[TransitionEffect, Value]]:
    """Write the share of the cohort that each one-off effect counts for in a cycle."""
    found = []
    for effect in context.spec.transition_effects:
        names = effect.left or effect.entered
        now = context.now.total([context.present(name) for name in names])
        then = context.now.total([following[name] for name in names])
        more, less = (now, then) if effect.left else (then, now)
        found.append((effect, context.now.set("most({0} - {1}, 0.0)", more, less)))
    return found


def already_seen(context: Context) -> list[str]:
    """Return the statements, for each draw, of the conditions that hold on the first day.

    Shares are asked for after each cycle, so that `first` has to know of the day before.
    """
    lines = []
    for place, node in context.ahead.asked_first:
        held = context.first_day.truth(node)
        context.first_day.keep(held, reader=context.begin)
        lines.append(f"{place} = 1.0 if {held.text} else 0.0")
    return lines
