"""Checks of uncertainty: V26 to V32."""

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.local_numbers import translate_with_numbers as _
from equipoise.core.translation import format_percent
from equipoise.spec.joint_check import covariance_matrix
from equipoise.spec.quantity import JointDirichlet, JointNormal
from equipoise.value import (
    acceptability,
    expected_perfect_information,
    net_benefit,
    partial_information,
)
from equipoise.verification.checks import (
    HAIR,
    Outcome,
    apart_of_increments,
    each,
    increments,
    judged,
    silent,
    within,
)
from equipoise.verification.inputs import MANY
from equipoise.verification.runs import Results
from equipoise.verification.subject import Subject
from equipoise.verification.switches import question_of, switched_off

Floats = NDArray[np.float64]

_ENDS = (0.025, 0.975)
_LESS = 0.9
_NEAR = 0.1
"""Share by which the mean of the draws may leave the base case."""
_ERRORS = 5.0
_LAST = 1 / 3
_FEWEST = 60
"""Draws below which a mean has no last third to speak of."""


def ranges(subject: Subject) -> Outcome | list[Outcome]:
    """V26: each range of an input holds its base value, and moves something."""
    spec = subject.model.spec
    uncertain = [name for name, one in subject.sample.values.items() if one.ndim]
    if not spec.parameters:
        return silent(_("there are no parameters"))
    many = subject.sampled(MANY, subject.seed)
    low, high = (
        {name: float(np.quantile(many.values[name], end)) for name in uncertain} for end in _ENDS
    )
    for name, one in subject.stated.values.items():
        if name not in low and float(one) != 0.0:
            low[name], high[name] = _LESS * float(one), float(one) / _LESS
    outside = [
        name for name in uncertain
        if not low[name] <= float(subject.stated.values[name]) <= high[name]
        and spec.parameters[name].mean_differs is None
    ]  # fmt: skip
    shares = {
        name for joint in spec.joint.values() if isinstance(joint, JointDirichlet)
        for name in joint.parameters
    }  # fmt: skip
    idle = [
        name for name in _idle(subject, list(low), low, high)
        # One of several shares is what the others leave, and need not be named.
        if name not in shares and not subject.moves(name, _LESS)
    ]  # fmt: skip
    off = switched_off(subject, idle)
    beyond = dict.fromkeys(outside, _("its range leaves out its base value"))
    beyond |= {name: _("moves nothing") for name in idle if name not in off}
    return each(
        beyond,
        expected=_("each of {count} ranges holds its base value, and each of {all} inputs moves a "
                   "total", count=len(uncertain), all=len(low)),
        seen=_("all do"),
        question=question_of(off),
    )  # fmt: skip


def _idle(
    subject: Subject, names: list[str], low: dict[str, float], high: dict[str, float]
) -> list[str]:
    """Return the inputs at whose ends all totals are the same."""
    count = 2 * len(names)
    values = {}
    for place, name in enumerate(names):
        values[name] = np.full(count, float(subject.stated.values[name]))
        values[name][2 * place : 2 * place + 2] = low[name], high[name]
    found = subject.at(values, count)
    return [
        name for place, name in enumerate(names)
        if all(
            np.array_equal(one[..., 2 * place], one[..., 2 * place + 1])
            for one in found.totals.values.values()
        )
    ]  # fmt: skip


def centre(subject: Subject) -> Outcome | list[Outcome]:
    """V27: the mean of the draws is near the base case."""
    names = ("cost_present", "qaly_present")
    pairs = [(subject.drawn.of(name), subject.base.of(name).mean(axis=1)) for name in names]
    worst = 0.0
    for drawn, base in pairs:
        scale = float(np.abs(base).max()) or 1.0
        worst = max(worst, float(_beyond_chance(drawn, base).max()) / scale)
    outcomes = [
        within(
            worst, _NEAR, part="totals",
            expected=_("means of the draws within {share} of the base case, beyond {errors:g} "
                       "standard errors", share=format_percent(_NEAR, 0), errors=_ERRORS),
            seen=_("they leave it by {worst}", worst=format_percent(worst, 1)),
        )
    ]  # fmt: skip
    if len(subject.drawn.strategies) > 1:
        worst = max(
            apart_of_increments(
                _beyond_chance(increments(drawn), increments(base)), increments(base), base
            )
            for drawn, base in pairs
        )
        outcomes.append(
            within(
                worst,
                _NEAR,
                part="increments",
                expected=_("means of increments as near, in units of the largest of them"),
                seen=_("increments leave it by {worst}", worst=format_percent(worst, 1)),
            )
        )
    return outcomes


def _beyond_chance(drawn: Floats, base: Floats) -> Floats:
    """Return how far means of draws leave the base case beyond what chance explains.

    Dims of `drawn` are (strategy or pair, draw).
    """
    error = drawn.std(axis=1) / np.sqrt(drawn.shape[1])
    beyond = np.abs(drawn.mean(axis=1) - base) - _ERRORS * error
    return np.asarray(np.maximum(beyond, 0.0))


def decisions(subject: Subject) -> Outcome:
    """V28: chances of being best add up to one, and knowing less is worth less."""
    totals = subject.drawn.totals
    if len(totals.strategies) < 2 or totals.values["cost"].shape[1] < _FEWEST:
        return silent(_("there is one strategy, or there are too few draws"))
    benefit = _benefit(subject, subject.drawn)
    chance = float(np.abs(acceptability(benefit).sum("strategy") - 1.0).max())
    whole = float(expected_perfect_information(benefit))
    order = benefit.mean("draw").values.argsort()
    gain = np.asarray(benefit.values[order[-2]] - benefit.values[order[-1]])
    columns = [one for one in subject.sample.values.values() if one.ndim]
    parts = [partial_information(gain, np.asarray(one)[:, None]) for one in columns]
    beyond = max((value - whole - 3 * error for value, error in parts), default=0.0)
    below = min((value for value, _error in parts), default=0.0)
    scale = float(np.abs(benefit).max()) or 1.0
    return judged(
        ok=chance <= HAIR and whole >= 0.0 and beyond <= HAIR * scale and below >= 0.0,
        expected=_("acceptability adds up to 1; EVPI >= EVPPI >= 0 within their error"),
        seen=_("sum leaves 1 by {chance:.1e}; EVPI {whole:.4g}, largest EVPPI {part:.4g}",
               chance=chance, whole=whole,
               part=max((value for value, _error in parts), default=0.0)),
    )  # fmt: skip


def _benefit(subject: Subject, results: Results) -> xr.DataArray:
    """Return net benefit at the model's threshold, or at the ratio of its means."""
    totals = results.totals.dataset()
    price = subject.model.spec.willingness_to_pay
    if price is not None:
        threshold = price.value
    else:
        cost, health = totals["cost_present"].mean("draw"), totals["qaly_present"].mean("draw")
        apart = float(health.max() - health.min())
        threshold = float(cost.max() - cost.min()) / apart if apart else 0.0
    return net_benefit(totals["cost_present"], totals["qaly_present"], threshold)


def every_draw(subject: Subject) -> Outcome:
    """V29: what is checked is checked in every draw."""
    finite = all(bool(np.isfinite(one).all()) for one in subject.drawn.totals.values.values())
    found = subject.drawn.totals.values["cost"].shape[1]
    return judged(
        ok=finite and found == subject.draws,
        expected=_("all checks of states and results in each of {draws} draws",
                   draws=subject.draws),
        seen=_("{found} draws with finite totals", found=found),
    )  # fmt: skip


def again(subject: Subject) -> Outcome:
    """V30: the same seed gives the same, another one nearly so."""
    backwards = np.arange(subject.draws)[::-1]
    same = subject.sampled(subject.draws, subject.seed).some(backwards)
    turned = subject.engine(subject.model, same, subject.how, "totals")
    equal = all(
        np.array_equal(one[..., ::-1], subject.drawn.of(name))
        for name, one in turned.totals.values.items()
    )
    other = subject.sampled(subject.draws, subject.seed + 1)
    luck = replace(subject.how, seed=subject.seed + 1)
    found = subject.engine(subject.model, other, luck, "totals")
    worst = 0.0
    for name in ("cost_present", "qaly_present"):
        one, two = subject.drawn.of(name), found.of(name)
        error = np.hypot(one.std(axis=1), two.std(axis=1)) / np.sqrt(one.shape[1])
        apart = np.abs(one.mean(axis=1) - two.mean(axis=1))
        worst = max(
            worst, float((apart / np.maximum(error, HAIR * np.abs(one).max() + 1e-300)).max())
        )
    return judged(
        ok=equal and worst <= _ERRORS,
        expected=_("the same seed gives the same bytes in any order of draws, another seed the "
                   "same within {errors:g} standard errors", errors=_ERRORS),
        seen=_("the same bytes: {equal}; another seed {worst:.2g} standard errors away",
               equal=_("yes") if equal else _("no"), worst=worst),
    )  # fmt: skip


def settled(subject: Subject) -> Outcome:
    """V31: the running mean of the incremental net benefit has come to rest."""
    totals = subject.drawn.totals
    if len(totals.strategies) < 2 or totals.values["cost"].shape[1] < _FEWEST:
        return silent(_("there is one strategy, or there are too few draws"))
    if not subject.is_by_chance and not any(one.ndim for one in subject.sample.values.values()):
        return silent(_("nothing is uncertain"))
    benefit = _benefit(subject, subject.drawn).values
    gain = benefit[1:] - benefit[:1]
    count = gain.shape[1]
    running = np.cumsum(gain, axis=1) / np.arange(1, count + 1)
    last = running[:, int(count * (1 - _LAST)) :]
    error = gain.std(axis=1) / np.sqrt(count * (1 - _LAST))
    moved = last.max(axis=1) - last.min(axis=1)
    # An increment that is the same in all draws differs by the rounding of its totals.
    least = HAIR * max(float(np.abs(benefit).max()), float(np.abs(totals.values["cost"]).max()))
    real = moved > least
    worst = float((moved[real] / np.maximum(error[real], 1e-300)).max(initial=0.0))
    return within(
        worst, 3.0,
        expected=_("over the last third of the draws the mean moves by at most 3 standard errors"),
        seen=_("it moves by {worst:.2g}", worst=worst),
    )  # fmt: skip


def together(subject: Subject) -> Outcome | list[Outcome]:
    """V32: what is drawn together stays together."""
    spec = subject.model.spec
    # Without strata, so that moments have the errors of chance.
    many = subject.sampled(MANY, subject.seed, "plain")
    outcomes: list[Outcome] = []
    for joint in spec.joint.values():
        drawn = np.stack([np.asarray(many.values[name]) for name in joint.parameters])
        factors = np.array([spec.parameters[name].unit.factor for name in joint.parameters])
        match joint:
            case JointNormal():
                outcomes.append(_covariance(joint, drawn / factors[:, None]))
            case JointDirichlet():
                apart = float(np.abs(drawn.sum(axis=0) - 1.0).max())
                expected = _("shares drawn together add up to 1")
                seen = _("largest difference {worst:.1e}", worst=apart)
                outcomes.append(within(apart, HAIR, expected=expected, seen=seen))
    for pair in spec.parameter_correlations:
        one, two = (np.asarray(many.values[name]) for name in pair.parameters)
        ranks = [column.argsort().argsort() for column in (one, two)]
        found = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
        wanted = 6.0 / np.pi * np.arcsin(pair.coefficient / 2.0)
        expected = _("rank correlation of {names} is {wanted:.3f}",
                     names=", ".join(pair.parameters), wanted=wanted)  # fmt: skip
        seen = _("{found:.3f} in {draws} draws", found=found, draws=MANY)
        outcomes.append(within(abs(found - wanted), 0.05, expected=expected, seen=seen))
    return outcomes or silent(_("nothing is drawn together"))


def _covariance(joint: JointNormal, drawn: Floats) -> Outcome:
    """Return whether draws have the covariance of the file."""
    wanted = covariance_matrix(joint)
    assert wanted is not None  # noqa: S101 - loading has checked it
    found = np.cov(drawn)
    scale = np.sqrt(np.outer(np.diag(wanted), np.diag(wanted)))
    worst = float((np.abs(found - wanted) / np.where(scale > 0, scale, 1.0)).max())
    return within(
        worst, 0.1,
        expected=_("covariance of {names} as stated", names=", ".join(joint.parameters)),
        seen=_("largest difference of a correlation, or share of a variance, {worst:.3f}",
               worst=worst),
    )  # fmt: skip
