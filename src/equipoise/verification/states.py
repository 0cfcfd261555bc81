"""Checks of states and events: V08 to V16."""

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.plan import plan
from equipoise.core.errors import EquipoiseError
from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.translation import format_percent
from equipoise.spec.formula import Formula, formula_of, parse_formula, to_text, walk
from equipoise.spec.formula.tree import Call, Name, Number
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model_formulas import names_behind
from equipoise.spec.model_place import living_states
from equipoise.verification.changes import (
    backwards_with_copies,
    beginning_in,
    dead_states,
    deadly,
    everywhere,
    immortal,
    unmoved,
    with_cycle,
    with_horizon,
    with_parts,
)
from equipoise.verification.checks import HAIR, Outcome, difference, judged, silent, within
from equipoise.verification.plain import Plain, is_plain, is_readable, plain_cases, shares_by_hand
from equipoise.verification.runs import Course
from equipoise.verification.subject import Subject

Floats = NDArray[np.float64]

_LIFETIME = 100.0
"""Age at which a lifetime is over, years."""
_STILL_ALIVE = 0.01
_OLDEST = 110.0
"""Age that nobody reaches, years; where the file names none, of those born on the first day."""
_LOOKS = 120
"""Points of time at which curves are compared, about."""
_BY_HAND = 3
"""Draws that are computed by hand, too."""
_FINER = 0.6
"""Share of an error of the cycle that is left with half the cycle, at the most."""


def no_course() -> Outcome:
    """Return that there is no course in time to look at."""
    return silent(_("the model's points of time cannot be told apart"))


def conservation(subject: Subject) -> Outcome | list[Outcome]:
    """V08: nobody is lost, and who comes and goes is who is there."""
    if not subject.has_course:
        return no_course()
    lost = float(np.abs(subject.course.share.sum(axis=0) - 1.0).max())
    whole = within(
        lost, HAIR, part="sum",
        expected=_("the shares of all states add up to 1 at each point of time, in every draw"),
        seen=_("largest difference {worst:.1e}", worst=lost),
    )  # fmt: skip
    return [whole, _by_hand(subject)]


def _by_hand(subject: Subject) -> Outcome:
    """Return whether shares are those that a computation by hand gives, cycle by cycle."""
    if subject.how.kind != "cohort" or subject.is_by_chance or not is_plain(subject.model):
        return silent(_("moves depend on more than the time"))
    course, model = subject.course, subject.model
    rates = plan(model).rates
    worst = 0.0
    for draw in range(min(_BY_HAND, subject.draws)):
        found = np.zeros(course.share.shape[:-1])
        for number, weight, one in plain_cases(model, subject.sample.values, draw):
            found[:, number] += weight * shares_by_hand(one, rates, course.time)
        order = [list(model.spec.states).index(name) for name in course.states]
        worst = max(worst, float(np.abs(found[order] - course.share[..., draw]).max()))
    return within(
        worst, HAIR, part="hand",
        expected=_("who comes to each state and leaves it, computed by hand for {draws} draws",
                   draws=_BY_HAND),
        seen=_("largest difference of a share {worst:.1e}", worst=worst),
    )  # fmt: skip


def deaths(subject: Subject) -> Outcome | list[Outcome]:
    """V09: nobody rises from the dead, and a lifetime ends."""
    if not subject.has_course:
        return no_course()
    alive, time = subject.course.alive, subject.model.spec.time
    risen = float(np.diff(alive, axis=1).max(initial=0.0))
    expected = _("the share alive never rises")
    seen = _("largest rise {worst:.1e}", worst=max(risen, 0.0))
    outcomes = [
        judged(
            ok=risen <= HAIR, expected=expected, seen=seen, part="risen",
            margin=1.0 - max(risen, 0.0) / HAIR, question=_endless(subject),
        )
    ]  # fmt: skip
    start = 0.0 if time is None or time.start_age is None else time.start_age.value
    ends = bool(dead_states(subject.model.spec)) and start > 0
    if ends and time is not None and start + time.horizon.value >= _LIFETIME:
        left = float(alive[:, -1].max())
        expected = _("at the age of {age:g} at most {share:.0%} are alive",
                     age=start + time.horizon.value, share=_STILL_ALIVE)  # fmt: skip
        seen = _("{share:.2%} in the draw with most", share=left)
        outcomes.append(within(left, _STILL_ALIVE, expected=expected, seen=seen, part="lifetime"))
    return outcomes


def _endless(subject: Subject) -> str:
    """Return what to ask about curves of which some are alive at an age that nobody reaches.

    Beyond the horizon nothing rests on them, and up to it they may still be right.
    """
    spec, most = subject.model.spec, 0.0
    if not spec.is_partitioned or spec.time is None or not is_readable(subject.model):
        return ""
    start = 0.0 if spec.time.start_age is None else spec.time.start_age.value
    shares = [spec.states[name].share for name in living_states(spec)]
    known = [share for share in shares if isinstance(share, Formula)]
    changing = {name for name, one in spec.attributes.items() if one.each_cycle is not None}
    if any(names_behind(share, spec) & changing for share in known):
        return ""
    for _number, _weight, one in plain_cases(subject.model, subject.stated.values, 0):
        with suppress(EquipoiseError):  # a life table that ends earlier tells nothing
            most = max(most, sum(one.of(share, max(_OLDEST - start, 0.0)) for share in known))
    if most <= _STILL_ALIVE:
        return ""
    return _("Is it right that, by its curves, {share} would be alive at the age of {age:g}? Such "
             "a curve never ends.", share=format_percent(most, 0), age=_OLDEST)  # fmt: skip


def general_population(subject: Subject) -> Outcome:
    """V11: patients do not outlive the general population."""
    calls = list(dict.fromkeys(_life_table_calls(subject)))
    if not subject.has_course or not calls:
        return silent(_("no life table decides who dies"))
    if not is_readable(subject.model):
        return silent(_("the ages and sexes of patients differ, or their history decides"))
    worst = _above_peers(subject, subject.model, subject.course, calls)
    seen = _("at most {worst:.2g} above", worst=worst)
    allowed = HAIR if not subject.is_by_chance else 0.2
    time = subject.model.spec.time
    if worst > allowed and time is not None and not subject.is_by_chance:
        # Who moves on within a cycle does not die in it, which halving it halves at the least.
        finer = with_cycle(subject.model, time.cycle.value / 2)
        less = _above_peers(subject, finer, subject.course_of(finer), calls)
        seen = _("at most {worst:.2g} above, {less:.2g} with half the cycle", worst=worst,
                 less=less)  # fmt: skip
        allowed = worst if less <= _FINER * worst else allowed
    return within(
        max(worst, 0.0), allowed,
        expected=_("the share alive never above that of the general population, but for moves "
                   "within one cycle"),
        seen=seen,
    )  # fmt: skip


def _above_peers(subject: Subject, model: LoadedModel, course: Course, calls: list[Call]) -> float:
    """Return by how much more are alive than of the general population, at the most."""
    worst = -1.0
    for draw in range(min(_BY_HAND, subject.draws)):
        peers = np.zeros(course.alive.shape[:-1])
        for number, weight, one in plain_cases(model, subject.sample.values, draw):
            peers[number] += weight * _peers(one, calls, course.time)
        worst = max(worst, float((course.alive[..., draw] - peers).max()))
    return worst


def _life_table_calls(subject: Subject) -> Iterator[Call]:
    """Yield the calls of tables behind deaths: of moves to the dead, or of curves of the living."""
    spec = subject.model.spec
    dead = dead_states(spec)
    queue = [
        move for origin, row in spec.moves.items() if origin not in dead
        for target, move in row.items() if target in dead and isinstance(move, Formula)
    ]  # fmt: skip
    shares = [spec.states[name].share for name in living_states(spec)]
    queue += [share for share in shares if isinstance(share, Formula)]
    seen: set[str] = set()
    while queue:
        formula = queue.pop()
        for node in walk(formula.tree):
            if isinstance(node, Call) and node.function in spec.tables:
                unit = subject.model.tables[node.function].unit
                if unit is None or not unit.powers or unit.powers == (("year", -1.0),):
                    yield node
        for name in formula.names - seen:
            seen.add(name)
            attribute = spec.attributes.get(name)
            queue += [spec.let[name]] if name in spec.let else []
            queue += (
                [] if attribute is None or attribute.each_cycle is None else [attribute.each_cycle]
            )


def _peers(one: Plain, calls: list[Call], points: Floats) -> Floats:
    """Return the share of the general population alive at points of time.

    Of several tables that a model reads, that with the fewest deaths.
    """
    best = np.zeros(points.size)
    for call in calls:
        unit = one.model.tables[call.function].unit
        is_rate = unit is not None and bool(unit.powers)
        risk = np.array([_called(one, call, float(time)) for time in points[:-1]])
        span = np.diff(points)
        passed = risk * span if is_rate else -np.log1p(-np.minimum(risk, 1.0 - 1e-15)) * span
        best = np.maximum(best, np.exp(-np.concatenate([[0.0], np.cumsum(passed)])))
    return best


def _called(one: Plain, call: Call, time: float) -> float:
    """Return what a table gives at some time."""
    return one.of(formula_of(call, to_text(call)), time)


def extremes(subject: Subject) -> Outcome | list[Outcome]:
    """V12: without death all live to the horizon, with certain death nobody does."""
    spec = subject.model.spec
    if not subject.has_course or spec.time is None or spec.is_partitioned:
        return silent(_("deaths are no moves"))
    if not any(t in dead_states(spec) for row in spec.transitions.values() for t in row):
        return silent(_("nobody dies"))
    life = subject.of(immortal(subject.model)).of("life_years")
    # A horizon that is no multiple of the cycle is followed to the end of the last one.
    horizon = (subject.course.time.size - 1) * spec.time.cycle.value
    apart = float(np.abs(life - horizon).max())
    outcomes = [
        within(
            apart, HAIR * horizon, part="immortal",
            expected=_("without deaths each lives {years:g} years", years=horizon),
            seen=_("largest difference {apart:.3g} years", apart=apart),
        )
    ]  # fmt: skip
    if is_readable(subject.model):
        outcomes.append(_certain_moves(subject))
    outcomes.append(_deadly(subject))
    return outcomes


def _deadly(subject: Subject) -> Outcome:
    """Return whether nobody lives on, wherever they begin, if all die who can."""
    spec, time = subject.model.spec, subject.model.spec.time
    assert time is not None  # noqa: S101 - asked of models with a course in time
    cycles = min(len(spec.states) + 1, round(time.horizon.value / time.cycle.value))
    cycles += cycles % 2  # as Simpson's rule asks for
    short = with_horizon(deadly(subject.model), cycles * time.cycle.value)
    left = {
        name: float(subject.course_of(beginning_in(short, name)).alive[:, -1].max())
        for name in living_states(spec)
    }  # fmt: skip
    worst = max(left, key=lambda name: left[name])
    return within(
        left[worst], 1e-6, part="deadly",
        expected=_("where all die at once who can, nobody is alive after {cycles} cycles, wherever "
                   "they begin", cycles=cycles),
        seen=_("{left:.2g} of those who begin in '{state}'", left=left[worst], state=worst),
    )  # fmt: skip


def _certain_moves(subject: Subject) -> Outcome:
    """Return whether nobody is left over for other moves where death is certain."""
    worst, where = 0.0, ""
    for made in _certain(subject.model):
        for _number, _weight, one in plain_cases(made, subject.stated.values, 0):
            for origin, row in made.spec.moves.items():
                moves = [move for move in row.values() if isinstance(move, Formula)]
                if origin not in plan(subject.model).rates:
                    total = sum(one.of(move) for move in moves)
                    if total - 1.0 > worst:
                        worst, where = total - 1.0, origin
    return within(
        worst, HAIR, part="certain",
        expected=_("where death is certain, moves from a state do not add up to more than 1"),
        seen=_("at most 1") if not where else
        _("'{state}': {worst:.2g} too much", state=where, worst=worst),
    )  # fmt: skip


def _certain(model: LoadedModel) -> Iterator[LoadedModel]:
    """Yield models in which one named probability of death is 1."""
    dead = dead_states(model.spec)
    for row in model.spec.moves.values():
        for target, move in row.items():
            if target not in dead or not isinstance(move, Formula):
                continue
            # A share that was counted beside its alternatives has none where it is certain.
            tree = move.tree
            named = isinstance(tree, Name) and tree.name in model.spec.let
            made = model.spec.let[tree.name].tree if isinstance(tree, Name) and named else tree
            if not any(isinstance(n, Call) and n.function == "probability" for n in walk(made)):
                continue
            if isinstance(tree, Name):
                let = {**model.spec.let, tree.name: parse_formula(1.0)}
                yield with_parts(model, let=let)
            else:
                yield from everywhere(
                    model,
                    lambda node, tree=tree: Number(1.0) if node == tree else None,  # type: ignore[misc]
                )


def rest(subject: Subject) -> Outcome:
    """V13: where nobody moves, all stay where they began."""
    spec = subject.model.spec
    if not subject.has_course or not spec.transitions:
        return silent(_("there are no moves"))
    share = subject.course_of(unmoved(subject.model)).share
    moved = float(np.abs(share - share[:, :, :1]).max())
    return within(
        moved, HAIR,
        expected=_("without moves the share in each state stays"),
        seen=_("largest change {worst:.1e}", worst=moved),
    )  # fmt: skip


def tunnels(_subject: Subject) -> Outcome:
    """V14: there are no tunnel states to lose patients in."""
    return silent(
        _("the language has no tunnel states: the time in a state is kept for each cycle of entry, "
          "and V08 adds up over them")
    )  # fmt: skip


def beginnings(subject: Subject) -> Outcome:
    """V15: those who begin are everybody."""
    spec = subject.model.spec
    if not spec.states or spec.is_partitioned:
        return silent(_("nobody is divided on the first day"))
    worst = 0.0
    for draw in range(subject.draws):
        for _number, _weight, one in plain_cases(subject.model, subject.sample.values, draw):
            starts = [one.of(state.start) for state in spec.states.values() if state.start]
            worst = max(worst, abs(sum(starts) - 1.0), -min(starts))
    return within(
        worst, HAIR,
        expected=_("shares that begin add up to 1 in every draw"),
        seen=_("largest difference {worst:.1e}", worst=worst),
    )  # fmt: skip


def equal_arms(subject: Subject) -> Outcome:
    """V16: strategies that do the same have the same results, in whatever order they stand."""
    if len(subject.model.spec.strategies) < 2:
        return silent(_("there is one strategy"))
    turned, own = subject.of(backwards_with_copies(subject.model)), subject.drawn.strategies
    totals = {name: one for name, one in turned.totals.values.items() if one.ndim == 2}
    first = len(own)
    apart = max(difference(one[first:], one[first : first + 1]) for one in totals.values())
    order = [turned.strategies.index(name) for name in own]
    swapped = max(difference(one[order], subject.drawn.of(name)) for name, one in totals.items())
    alone = max(_alone(subject, name) for name in subject.drawn.strategies)
    worst = max(apart, swapped, alone)
    return judged(
        ok=worst <= HAIR,
        expected=_("no increments between strategies that do the same, none by their order, and "
                   "each has its results alone, too"),
        seen=_("largest relative difference {apart:.1e}, {swapped:.1e} and {alone:.1e}",
               apart=apart, swapped=swapped, alone=alone),
        margin=1.0 - worst / HAIR,
    )  # fmt: skip


def _alone(subject: Subject, name: str) -> float:
    """Return how far results of a strategy are others without the rest."""
    spec = subject.model.spec
    found = subject.of(with_parts(subject.model, strategies={name: spec.strategies[name]}))
    place = subject.drawn.strategies.index(name)
    return max(
        difference(one[0], subject.drawn.of(total)[place])
        for total, one in found.totals.values.items() if one.ndim == 2
    )  # fmt: skip
