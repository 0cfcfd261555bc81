"""Question 4, which policy all sides can accept."""

import numpy as np

from equipoise.core.translation import translate as _
from equipoise.core.translation import translate_plural
from equipoise.report.answer import Answer
from equipoise.report.reading import Number, Reading, exactly, same_levers
from equipoise.report.words import (
    SIDES,
    capital,
    levers_in_words,
    points,
    policy_in_words,
    word,
)

_SAME = 1e-9
"""Scores that differ by less differ by rounding only."""


def what_is_balanced(reading: Reading) -> Answer:
    """Answer which policies are balanced."""
    numbers = _numbers(reading)
    if nothing_changes(reading):
        text = _("No lever changes anything for any side.")
        return Answer("balanced", _("What is balanced?"), _headline(reading), (text,), numbers)
    details = [
        *(_best(reading, side) for side in reading.sides),
        _front(reading),
        *_fair(reading),
        _least_regret(reading),
        _chosen(reading),
    ]
    return Answer("balanced", _("What is balanced?"), _headline(reading), tuple(details), numbers)


def losers(reading: Reading) -> list[str]:
    """Return the sides that every policy leaves worse off than doing nothing."""
    balance = reading.group("balance")
    best = balance["score"].max("policy")
    return [
        side
        for side in reading.sides
        if float(best.sel(stakeholder=side))
        < float(balance["status_quo_score"].sel(stakeholder=side))
    ]


def nothing_changes(reading: Reading) -> bool:
    """Return whether no policy differs from doing nothing for any side."""
    balance = reading.group("balance")
    return bool((abs(balance["score"] - balance["status_quo_score"]) < _SAME).all())


def gives_up(reading: Reading, policy: int) -> str:
    """Return what each side gives up against its best policy, in points out of 100."""
    regret = reading.group("balance")["regret"].sel(policy=policy)
    return ", ".join(
        _("{side} {points}", side=word(SIDES, side),
          points=points(float(regret.sel(stakeholder=side))))
        for side in reading.sides
    )  # fmt: skip


def _numbers(reading: Reading) -> dict[str, Number]:
    """Return the numbers of this answer: scores from 0 (worst policy) to 1 (best)."""
    balance = reading.group("balance")
    nash, least = reading.compromises
    numbers = {
        "policies": exactly(float(balance.sizes["policy"]), "1"),
        "front": exactly(float(len(reading.front)), "1"),
    }
    named = {"chosen": reading.record.chosen, nash.rule: nash.policy, least.rule: least.policy}
    for side in reading.sides:
        of_side = balance.sel(stakeholder=side)
        numbers[f"nothing.{side}"] = exactly(float(of_side["status_quo_score"]), "1")
        for name, policy in named.items():
            if policy is not None:
                value = float(of_side["score"].sel(policy=policy))
                numbers[f"{name}.{side}"] = exactly(value, "1")
    return numbers


def _headline(reading: Reading) -> str:
    """Return the sentence to take away."""
    nash, least = reading.compromises
    if nash.policy is not None:
        policy = policy_in_words(reading, reading.record.policies[nash.policy])
        return _("A fair bargain exists: {policy}.", policy=policy)
    if nothing_changes(reading):
        return _("All policies are alike, and like doing nothing.")
    lost = losers(reading)
    if lost:
        sides = ", ".join(word(SIDES, side) for side in lost)
        return _("No policy is better than doing nothing for all. Always worse off: {sides}.",
                 sides=sides)  # fmt: skip
    return _("No policy is better than doing nothing for all: each leaves some side worse off.")


def _best(reading: Reading, side: str) -> str:
    """Return what a side would choose alone."""
    ties = reading.best_for(side)
    policies = [reading.record.policies[k] for k in ties]
    label = capital(word(SIDES, side))
    if len(ties) == len(reading.record.policies):
        return _("{side}: all policies are alike.", side=label)
    common = levers_in_words(reading, same_levers(policies))
    if len(ties) == 1:
        return _("{side}: best with {policy}.", side=label, policy=common)
    if not common:
        return _("{side}: several policies are equally good.", side=label)
    return _("{side}: best with {policy}, whatever the rest.", side=label, policy=common)


def _front(reading: Reading) -> str:
    """Return how many policies are worth discussing."""
    return translate_plural(
        "{n} of {total} policies is worth discussing: no other is at least as good for all sides.",
        "{n} of {total} policies are worth discussing: no other is at least as good for all sides.",
        len(reading.front), total=len(reading.record.policies),
    )  # fmt: skip


def _fair(reading: Reading) -> list[str]:
    """Return the Nash solution with what each side gives up."""
    policy = reading.compromises[0].policy
    if policy is None:
        return [_held_back(reading)]
    text = _(
        "Fair bargain (Nash): {policy}. Given up, of 100 points: {given}.",
        policy=policy_in_words(reading, reading.record.policies[policy]),
        given=gives_up(reading, policy),
    )
    return [text]


def _held_back(reading: Reading) -> str:
    """Return why there is no fair bargain."""
    balance = reading.group("balance")
    lost = losers(reading)
    if not lost:
        return _("So there is no fair bargain (Nash): it needs a policy that is better for all.")
    side = lost[0]
    best = float(balance["score"].sel(stakeholder=side).max())
    nothing = float(balance["status_quo_score"].sel(stakeholder=side))
    return _(
        "So there is no fair bargain (Nash). {side}: {best} points at best, {nothing} for doing "
        "nothing; 0 is the worst policy, 100 the best possible.",
        side=capital(word(SIDES, side)), best=points(best), nothing=points(nothing),
    )  # fmt: skip


def _least_regret(reading: Reading) -> str:
    """Return the minimax-regret solution with what each side gives up."""
    policy = reading.compromises[1].policy
    assert policy is not None  # noqa: S101 - a Pareto set is never empty
    return _(
        "Least regret: {policy}. Given up, of 100 points: {given}.",
        policy=policy_in_words(reading, reading.record.policies[policy]),
        given=gives_up(reading, policy),
    )


def _chosen(reading: Reading) -> str:
    """Return how the policy of these answers stands."""
    chosen = reading.record.chosen
    policy = capital(policy_in_words(reading, reading.chosen))
    if chosen in reading.front:
        return _("These answers are about a policy that none beats: {policy}.", policy=policy)
    score = reading.group("balance")["score"].values
    better = np.flatnonzero(
        (score >= score[:, [chosen]] - 1e-12).all(axis=0)
        & (score > score[:, [chosen]] + 1e-12).any(axis=0)
    )
    gains = score[:, better].sum(axis=0) if better.size else np.zeros(0)
    if not better.size:
        return _("These answers are about: {policy}.", policy=policy)
    other = reading.record.policies[int(better[gains.argmax()])]
    return _(
        "These answers are about: {policy}. No side would lose by moving to {other}.",
        policy=policy, other=policy_in_words(reading, other),
    )  # fmt: skip
