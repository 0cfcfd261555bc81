"""Checks of results: V19 to V25."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.weights import point_weights
from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.translation import format_percent
from equipoise.core.units import Unit
from equipoise.spec.formula import Formula
from equipoise.value import incremental_table
from equipoise.verification.changes import (
    ADDED,
    dead_states,
    never,
    paying_at_death,
    with_cycle,
    with_horizon,
    without_effects,
    without_events,
    without_moves,
)
from equipoise.verification.checks import (
    HAIR,
    Outcome,
    apart_of_increments,
    difference,
    each,
    increments,
    judged,
    silent,
    within,
)
from equipoise.verification.less import less_health
from equipoise.verification.plain import is_readable, plain_cases
from equipoise.verification.rebates import subtracted
from equipoise.verification.runs import Results
from equipoise.verification.subject import AMOUNT, Subject
from equipoise.verification.switches import question_of, switched_off

Floats = NDArray[np.float64]

_MOVES = 0.05
"""Share by which totals may move when the cycle is halved."""
_INCREMENTS_MOVE = 0.1
"""Share by which increments may, on which decisions rest: they are differences of totals."""
_RAISED = 1.1
_SOME = 1e-3
"""Share alive that a longer life can be told of."""


def prices(subject: Subject) -> Outcome | list[Outcome]:
    """V19: what costs more makes more cost."""
    spec = subject.model.spec
    names = [
        name for name, one in spec.parameters.items()
        if is_money(one.unit) and one.below_zero is None and one.value > 0
    ]  # fmt: skip
    if not names:
        return silent(_("no parameter is an amount of money"))
    rebates = subtracted(spec)
    count = len(names)
    values = {}
    for place, name in enumerate(names):
        values[name] = np.full(count, float(subject.stated.values[name]))
        values[name][place] *= _RAISED
    more = subject.at(values, count).of("cost") - subject.base.of("cost")
    more *= [-1.0 if name in rebates else 1.0 for name in names]
    scale = float(np.abs(subject.base.of("cost")).max()) or 1.0
    wrong = [names[k] for k in range(count) if more[:, k].min() < -HAIR * scale]
    idle = [names[k] for k in range(count) if more[:, k].max() <= 0.0]
    idle = [name for name in idle if not subject.moves(name, _RAISED)]
    off = switched_off(subject, idle)
    beyond = _beyond(wrong, [name for name in idle if name not in off], rebates)
    return [
        *each(
            beyond,
            expected=_("each of {count} prices raised by a tenth raises costs somewhere and lowers "
                       "them nowhere; what is subtracted, as a rebate is, lowers them",
                       count=count),
            seen=_("all do"),
            question=f"{_asked_of(rebates & {*names})} {question_of(off)}".strip(),
        ),
        *_never_negative(subject, scale, asked=bool(rebates)),
        *_cost_of_the_dead(subject),
    ]  # fmt: skip


def _beyond(wrong: list[str], idle: list[str], rebates: frozenset[str]) -> dict[str, str]:
    """Return what is said of prices that do the opposite of what they must, or nothing."""
    found = {
        name: _("raises costs, though it is subtracted") if name in rebates else _("lowers costs")
        for name in wrong
    }
    return found | {
        name: _("lowers none, though it is subtracted") if name in rebates else _("raises none")
        for name in idle
    }


def _asked_of(rebates: Iterable[str]) -> str:
    """Return what to ask of amounts that are subtracted: a sign may be wrong."""
    names = ", ".join(f"'{name}'" for name in sorted(rebates))
    return _("Is it a rebate, to be subtracted: {names}?", names=names) if names else ""


def _never_negative(subject: Subject, scale: float, *, asked: bool) -> list[Outcome]:
    """Return whether nothing costs less than nothing.

    Costs of a tree are its results, and may be savings: they are asked only where something is
    subtracted.
    """
    may_be = any(one.below_zero for one in subject.model.spec.parameters.values())
    if may_be or not (subject.has_course or asked):
        return []
    costs = subject.course.cost if subject.has_course else subject.drawn.of("cost_by_item")
    least = float(costs.min())
    return [
        within(
            max(-least, 0.0) / scale, HAIR, part="negative",
            expected=_("nothing costs less than nothing at any point of time"),
            seen=_("least cost {least:.4g}", least=least),
        )
    ]  # fmt: skip


def _cost_of_the_dead(subject: Subject) -> list[Outcome]:
    """Return whether the dead cost nothing, where formulas can be read."""
    spec = subject.model.spec
    costs = {name: spec.states[name].cost for name in dead_states(spec)}
    if not is_readable(subject.model) or not any(one is not None for one in costs.values()):
        return []
    spent = {}
    for name, cost in costs.items():
        own = [] if cost is None else [cost] if isinstance(cost, Formula) else [*cost.values()]
        cases = [one for _n, _w, one in plain_cases(subject.model, subject.stated.values, 0)]
        spent[name] = max((abs(one.of(formula)) for one in cases for formula in own), default=0.0)
    worst = max(spent, key=lambda name: spent[name])
    return [
        judged(
            ok=spent[worst] == 0.0, part="dead",
            expected=_("the dead cost nothing a year"),
            seen=_("'{state}' costs {amount:.4g} a year", state=worst, amount=spent[worst]),
        )
    ]  # fmt: skip


def is_money(unit: Unit) -> bool:
    """Return whether a number of some unit is an amount of money, or of money per something."""
    return any("@" in name and power > 0 for name, power in unit.powers)


def parts(subject: Subject) -> list[Outcome]:
    """V20: parts add up to totals, by item and by point of time."""
    worst = 0.0
    for suffix in ("", "_present"):
        worst = max(
            worst,
            difference(subject.drawn.of(f"cost_by_item{suffix}").sum(axis=1),
                   subject.drawn.of(f"cost{suffix}")),
        )  # fmt: skip
    if subject.has_course:
        course = subject.course
        for name, found in (
            ("cost", course.cost.sum(axis=0)), ("cost_present", course.cost_present.sum(axis=0)),
            ("qaly", course.qaly), ("qaly_present", course.qaly_present),
            ("life_years", course.life_years),
            ("life_years_present", course.life_years_present),
        ):  # fmt: skip
            worst = max(worst, difference(found.sum(axis=1), subject.drawn.of(name)))
    whole = within(
        worst, HAIR, part="sum",
        expected=_("costs of all items, and all points of time, add up to the totals"),
        seen=_("largest relative difference {worst:.1e}", worst=worst),
    )  # fmt: skip
    return [whole, _life_by_hand(subject)] if subject.has_course else [whole]


def _life_by_hand(subject: Subject) -> Outcome:
    """Return whether life years are those of the share alive, counted by the rule of the file."""
    time, course = subject.model.spec.time, subject.course
    assert time is not None  # noqa: S101 - there is a course
    alive, cycle = course.alive, time.cycle.value
    if time.method == "life_table":
        found = cycle * (alive[:, 1:] + alive[:, :-1]).sum(axis=1) / 2.0
    else:
        weights = point_weights(time.method, alive.shape[1] - 1)
        found = cycle * (alive * weights[:, None]).sum(axis=1)
    apart = difference(subject.drawn.of("life_years"), found)
    return within(
        apart, HAIR, part="life",
        expected=_("life years are the share alive, counted by hand by the rule of the file"),
        seen=_("largest relative difference {worst:.1e}", worst=apart),
    )  # fmt: skip


def shorter(subject: Subject) -> Outcome | list[Outcome]:
    """V21: a shorter life brings less of everything."""
    time = subject.model.spec.time
    if time is None:
        return silent(_("there is no horizon"))
    cycles = round(time.horizon.value / time.cycle.value)
    if cycles < 4:
        return silent(_("the horizon is too short to be halved"))
    half = cycles // 4 * 2 * time.cycle.value  # an even number, as Simpson's rule asks for
    found = subject.of(with_horizon(subject.model, half))
    worst = 0.0
    for name in ("life_years", "qaly", "cost"):
        whole = subject.drawn.of(name)
        if name == "cost" and any(one.below_zero for one in subject.model.spec.parameters.values()):
            continue
        if (whole >= 0).all() and (found.of(name) >= 0).all():
            scale = float(np.abs(whole).max()) or 1.0
            worst = max(worst, float((found.of(name) - whole).max()) / scale)
    alive = _alive_at(subject, half)
    life = subject.drawn.of("life_years")
    stays = bool(((found.of("life_years") >= life - HAIR) & (alive > _SOME)).any())
    less = judged(
        ok=not stays, part="less",
        expected=_("less life over {years:g} years in each draw in which more than {some} are "
                   "alive then", years=half, some=format_percent(_SOME, 1)),
        seen=_("less in all") if not stays else _("as much in some"),
    )  # fmt: skip
    more = within(
        worst, HAIR, part="more",
        expected=_("over {years:g} years no more life, health and cost than over {all:g}",
                   years=half, all=time.horizon.value),
        seen=_("at most {worst:.1e} of the whole more", worst=worst),
    )  # fmt: skip
    return [more, less]


def _alive_at(subject: Subject, years: float) -> Floats:
    """Return the share alive after some years, dims (strategy, draw); 0 where nobody can tell."""
    if not subject.has_course:
        return np.zeros(subject.drawn.of("cost").shape)
    place = int(np.searchsorted(subject.course.time, years - HAIR))
    return np.asarray(subject.course.alive[:, place])


def cycles(subject: Subject) -> Outcome | list[Outcome]:
    """V22: half the cycle gives nearly the same."""
    time = subject.model.spec.time
    if time is None:
        return silent(_("there are no cycles"))
    if subject.how.kind == "individuals":
        return silent(_("chance would decide anew with other cycles"))
    found = subject.of(with_cycle(subject.model, time.cycle.value / 2))
    names = ("cost_present", "qaly_present", "life_years_present")
    means = [(subject.drawn.of(n).mean(axis=1), found.of(n).mean(axis=1)) for n in names]
    worst = max(difference(halved, whole) for whole, halved in means)
    outcomes = [
        within(
            worst, _MOVES, part="totals",
            expected=_("totals move by at most {share} when the cycle is halved",
                       share=format_percent(_MOVES, 0)),
            seen=_("totals move by {worst}", worst=format_percent(worst, 2)),
        )
    ]  # fmt: skip
    if len(subject.drawn.strategies) > 1:
        worst = max(
            apart_of_increments(increments(halved - whole), increments(whole), whole)
            for whole, halved in means
        )
        outcomes.append(
            within(
                worst, _INCREMENTS_MOVE, part="increments",
                expected=_("increments between strategies move by at most {share} of the largest",
                           share=format_percent(_INCREMENTS_MOVE, 0)),
                seen=_("increments move by {worst}", worst=format_percent(worst, 2)),
            )
        )  # fmt: skip
    return outcomes


def frontier(subject: Subject) -> Outcome:
    """V23: ratios along the frontier do not fall, and what is dominated is off it."""
    totals = subject.drawn.totals
    if len(totals.strategies) < 2:
        return silent(_("there is one strategy"))
    wrong = 0
    for draw in range(len(totals.draws)):
        both = {
            name: (float(totals.values["cost_present"][k, draw]),
                   float(totals.values["qaly_present"][k, draw]))
            for k, name in enumerate(totals.strategies)
        }  # fmt: skip
        rows = incremental_table(both)
        ratios = [row.icer for row in rows if row.icer is not None]
        wrong += any(later < earlier - HAIR * abs(earlier) for earlier, later in pairwise(ratios))
        on = [row.strategy for row in rows if row.standing in {"reference", "frontier"}]
        wrong += any(_dominated(both[name], both.values()) for name in on)
    return judged(
        ok=not wrong,
        expected=_("in every draw ratios rise along the frontier, nothing on it is dominated"),
        seen=_("broken in {count} draws", count=wrong),
        question=less_health(subject),
    )  # fmt: skip


def _dominated(one: tuple[float, float], others: Iterable[tuple[float, float]]) -> bool:
    """Return whether another costs no more and gives no less, and is not the same."""
    return any(
        cost <= one[0] and health >= one[1] and (cost, health) != one for cost, health in others
    )


def once(subject: Subject) -> Outcome | list[Outcome]:
    """V24: a one-off cost for everyone adds just that."""
    found = subject.healthy_and_paying
    more = found.of("cost") - subject.drawn.of("cost")
    scale = float(np.abs(found.of("cost")).max())
    apart = float(np.abs(more - AMOUNT).max())
    outcomes = [
        within(
            apart, HAIR * scale, part="first_day",
            expected=_("a cost of {amount:g} that everybody pays once, on the first day, raises "
                       "the total by {amount:g}", amount=AMOUNT),
            seen=_rise(float(more.min()), float(more.max())),
            fix=_counted_in_full(),
        )
    ]  # fmt: skip
    spec = subject.model.spec
    if subject.has_course and not spec.is_partitioned and dead_states(spec) and spec.transitions:
        outcomes.append(_once_at_death(subject))
    return outcomes


def _once_at_death(subject: Subject) -> Outcome:
    """Return whether what each death costs is what it adds."""
    course = subject.course
    dead = [course.states.index(name) for name in dead_states(subject.model.spec)]
    share = course.share[dead].sum(axis=0)
    died = share[:, -1] - share[:, 0]
    found = subject.of(paying_at_death(subject.model, AMOUNT))
    place = found.totals.items.index(ADDED)
    more = found.of("cost_by_item")[:, place]
    apart = float(np.abs(more - AMOUNT * died).max())
    return within(
        apart, 1e-6 * AMOUNT, part="moves",
        expected=_("a cost of {amount:g} at each death raises the total by {amount:g} for each "
                   "who dies", amount=AMOUNT),
        seen=_("it rises by up to {apart:.3g} more or less than that", apart=apart),
        fix=_counted_in_full(),
    )  # fmt: skip


def _rise(least: float, most: float) -> str:
    """Return by how much a total rises: in all draws alike, or from here to there."""
    if f"{least:.6g}" == f"{most:.6g}":
        return _("it rises by {more:.6g}", more=most)
    return _("it rises by {least:.6g} to {most:.6g}, by strategy and draw", least=least, most=most)


def _counted_in_full() -> str:
    """Return what to do about one-off costs that are not counted as they are."""
    return _("one-off costs must count in full: leave out 'correct_transitions' under 'time', and "
             "see that all begin in a state on the first day")  # fmt: skip


def absent_events(subject: Subject) -> Outcome:
    """V25: what never happens costs nothing and harms nobody."""
    model, worst = subject.model, 0.0
    follows_moves = not model.spec.is_partitioned and subject.how.kind != "continuous"
    effects = model.spec.transition_effects if follows_moves else ()
    # All at once: what each would bring shows, for none of it is there in the other run.
    if model.spec.events:
        found = subject.of(never(model))
        worst = max(worst, _all_apart(found, subject.of(without_events(model))))
    if effects:
        still = without_moves(model, [(effect.left, effect.entered) for effect in effects])
        found = subject.of(still)
        worst = max(worst, _all_apart(found, subject.of(without_effects(still))))
    asked = len(model.spec.events) + len(effects)
    if not asked:
        return silent(_("there are no events and no one-off effects"))
    return within(
        worst, HAIR,
        expected=_("each of {count} events and one-off effects brings nothing where it never "
                   "happens", count=asked),
        seen=_("largest relative difference {worst:.1e}", worst=worst),
    )  # fmt: skip


def _all_apart(one: Results, other: Results) -> float:
    """Return the largest relative difference of totals of two runs."""
    return max(difference(one.of(name), other.of(name)) for name in ("cost", "qaly", "life_years"))
