"""Mistakes of calculation, as spreadsheets have them, seeded into what the engine gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical import Following
from equipoise.core.translation import mark
from equipoise.draws import Design, Sample
from equipoise.spec.discount import steps_of
from equipoise.spec.loaded import LoadedModel
from equipoise.verification.runs import Asked, Course, Engine, Results, reference
from equipoise.verification.subject import Sampler, drawn

Floats = NDArray[np.float64]

_FLOWS = ("cost", "qaly", "life_years")


@dataclass(frozen=True)
class Slip:
    """A kind of mistake in calculation.

    Parameters
    ----------
    name, title
        For the log.
    engine
        The engine that makes it, for a model as it was loaded; None where it has no place.
    sampler
        What draws the parameters.
    needs_joint
        Whether it has a place only where something is drawn together.
    moves_results
        As of `Mistake`.
    """

    name: str
    title: str
    engine: Callable[[LoadedModel], Engine | None] = lambda _model: reference
    sampler: Sampler = drawn
    needs_joint: bool = False
    moves_results: bool = True


_Spoil = Callable[[Results, LoadedModel], Results]
"""Spoils the results of a run of a model."""


def _spoiling(spoil: _Spoil) -> Callable[[LoadedModel], Engine]:
    """Return what makes an engine whose results are spoilt."""

    def engine(model: LoadedModel, sample: Sample, how: Following, asked: Asked) -> Results:
        found = reference(model, sample, how, asked)
        return found if asked == "course" else spoil(found, model)

    return lambda _model: engine


def _with_totals(found: Results, values: Mapping[str, Floats]) -> Results:
    """Return results with some totals exchanged."""
    totals = replace(found.totals, values={**found.totals.values, **values})
    return replace(found, added=totals)


def _with_course(found: Results, **parts: Floats) -> Results:
    """Return results with some arrays of the course exchanged."""
    if found.course is None:
        return found
    changed: dict[str, Any] = dict(parts)
    return replace(found, course=replace(found.course, **changed))


def _scaled(found: Results, factor: Callable[[Course], Floats]) -> Results:
    """Return results whose discounted flows have another factor at each point of time."""
    if found.course is None:
        return found
    course, shaped = found.course, factor(found.course).reshape(-1, 1)
    return _with_course(
        found,
        cost_present=course.cost_present * shaped,
        qaly_present=course.qaly_present * shaped,
        life_years_present=course.life_years_present * shaped,
    )


def _again_added(found: Results) -> Results:
    """Return results whose totals are the sums of their course."""
    course = found.course
    if course is None:
        return found
    values: dict[str, Floats] = {}
    for suffix in ("", "_present"):
        by_item = np.asarray(getattr(course, f"cost{suffix}").sum(axis=2)).transpose(1, 0, 2)
        values[f"cost_by_item{suffix}"] = by_item
        values[f"cost{suffix}"] = by_item.sum(axis=1)
        for name in ("qaly", "life_years"):
            values[f"{name}{suffix}"] = getattr(course, f"{name}{suffix}").sum(axis=1)
    return _with_totals(found, values)


def _on_course(spoil: _Spoil) -> Callable[[LoadedModel], Engine | None]:
    """Return what makes an engine whose course, and the totals with it, are spoilt."""

    def engine(model: LoadedModel, sample: Sample, how: Following, asked: Asked) -> Results:
        found = _again_added(spoil(reference(model, sample, how, "both"), model))
        return replace(found, course=None) if asked == "totals" else found

    def made(model: LoadedModel) -> Engine | None:
        has_course = model.spec.time is not None and model.spec.engine != "continuous"
        return engine if has_course else None

    return made


def _leaking(found: Results, _model: LoadedModel) -> Results:
    """Return results in which a thousandth of the patients is lost in each cycle."""
    assert found.course is not None  # noqa: S101 - asked for
    course = found.course
    left = (0.999 ** np.arange(course.time.size)).reshape(-1, 1)
    flows = {n: getattr(course, n) * left for n in _present(_FLOWS)}
    return _with_course(found, share=course.share * left, alive=course.alive * left, **flows)


def _present(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names with those of their present values."""
    return (*names, *(f"{name}_present" for name in names))


def _without_point(place: int) -> _Spoil:
    """Return what leaves out a point of time."""

    def spoil(found: Results, _model: LoadedModel) -> Results:
        assert found.course is not None  # noqa: S101 - asked for
        flows = {}
        for name in _present(_FLOWS):
            flows[name] = getattr(found.course, name).copy()
            flows[name][..., place, :] = 0.0
        return _with_course(found, **flows)

    return spoil


def _one_late(found: Results, _model: LoadedModel) -> Results:
    """Return results in which everybody is everywhere a cycle late."""
    assert found.course is not None  # noqa: S101 - asked for
    course = found.course
    late = np.maximum(np.arange(course.time.size) - 1, 0)
    return _with_course(found, share=course.share[:, :, late], alive=course.alive[:, late])


def _one_too_many(found: Results, _model: LoadedModel) -> Results:
    """Return results in which the middle cycle counts twice."""
    assert found.course is not None  # noqa: S101 - asked for
    course = found.course
    twice = np.ones((course.time.size, 1))
    twice[course.time.size // 2] = 2.0
    return _with_course(found, **{n: getattr(course, n) * twice for n in _present(_FLOWS)})


def _rate(model: LoadedModel) -> float:
    """Return the first discount rate of cost."""
    discount = model.spec.discount
    return 0.0 if discount is None else steps_of(discount.cost)[0].rate.value


def _year_late(found: Results, model: LoadedModel) -> Results:
    """Return results discounted for a year more."""
    rate = _rate(model)
    return _scaled(found, lambda course: np.full(course.time.size, 1.0 / (1.0 + rate)))


def _half_cycle_early(found: Results, model: LoadedModel) -> Results:
    """Return results discounted in the middle of cycles instead of at their points."""
    rate = _rate(model)
    return _scaled(
        found, lambda course: np.full(course.time.size, (1.0 + rate) ** (course.time[1] / 2.0))
    )


def _twice(found: Results, model: LoadedModel) -> Results:
    """Return results discounted twice."""
    rate = _rate(model)
    return _scaled(found, lambda course: (1.0 + rate) ** -course.time)


def _simple(found: Results, model: LoadedModel) -> Results:
    """Return results discounted by 1 / (1 + rate * time)."""
    rate = _rate(model)
    return _scaled(
        found,
        lambda course: np.exp(
            np.minimum(np.log1p(rate) * course.time, 600.0) - np.log1p(rate * course.time)
        ),
    )


def _health_as_it_is(found: Results, _model: LoadedModel) -> Results:
    """Return results whose health is not discounted."""
    assert found.course is not None  # noqa: S101 - asked for
    return _with_course(found, qaly_present=found.course.qaly)


def _cost_as_it_is(found: Results, _model: LoadedModel) -> Results:
    """Return results whose cost is not discounted."""
    assert found.course is not None  # noqa: S101 - asked for
    return _with_course(found, cost_present=found.course.cost)


def _dead_count(found: Results, _model: LoadedModel) -> Results:
    """Return results in which the dead live."""
    assert found.course is not None  # noqa: S101 - asked for
    course = found.course
    whole = np.broadcast_to(course.weight.reshape(-1, 1), course.life_years.shape)
    return _with_course(found, life_years=np.array(whole))


def _last_item_lost(found: Results, _model: LoadedModel) -> Results:
    """Return results whose total cost leaves out an item."""
    values = {
        f"cost{suffix}": found.of(f"cost_by_item{suffix}")[:, 1:].sum(axis=1)
        for suffix in ("", "_present")
    }
    return _with_totals(found, values)


def _first_item_twice(found: Results, _model: LoadedModel) -> Results:
    """Return results whose total cost counts an item twice."""
    values = {
        f"cost{suffix}": found.of(f"cost{suffix}") + found.of(f"cost_by_item{suffix}")[:, 0]
        for suffix in ("", "_present")
    }
    return _with_totals(found, values)


def _names_mixed_up(found: Results, _model: LoadedModel) -> Results:
    """Return results in which each strategy has the results of the one before."""
    return _with_totals(
        found, {name: np.roll(one, 1, axis=0) for name, one in found.totals.values.items()}
    )


def _one_arm_short(found: Results, _model: LoadedModel) -> Results:
    """Return results in which the first strategy is counted by another rule."""
    values = {}
    for name, one in found.totals.values.items():
        values[name] = one.copy()
        values[name][0] *= 0.98
    return _with_totals(found, values)


def _own_draws(found: Results, _model: LoadedModel) -> Results:
    """Return results in which each strategy has draws of its own."""
    values = {
        name: np.stack([np.roll(own, place, axis=-1) for place, own in enumerate(one)])
        for name, one in found.totals.values.items()
    }
    return _with_totals(found, values)


def _lost_draw(found: Results, _model: LoadedModel) -> Results:
    """Return results with a draw that is no number."""
    values = {}
    for name, one in found.totals.values.items():
        values[name] = one.copy()
        values[name][..., -1] = np.nan
    return _with_totals(found, values)


def _base_only(model: LoadedModel, sample: Sample, how: Following, asked: Asked) -> Results:
    """Return a run that takes the first draw for all."""
    first = sample.some(np.zeros(sample.size, dtype=np.intp))
    return reference(model, replace(first, draws=sample.draws), how, asked)


def _whole_horizon(loaded: LoadedModel) -> Engine | None:
    """Return an engine that does not hear of another horizon."""
    clock = loaded.spec.time
    if clock is None:
        return None

    def engine(model: LoadedModel, sample: Sample, how: Following, asked: Asked) -> Results:
        assert model.spec.time is not None  # noqa: S101 - as the loaded one
        time = model.spec.time.model_copy(update={"horizon": clock.horizon})
        spec = model.spec.model_copy(update={"time": time})
        return reference(replace(model, spec=spec), sample, how, asked)

    return engine


def _drawn_apart(
    model: LoadedModel, draws: int, seed: int, method: Design, scale: Mapping[str, float] | None
) -> Sample:
    """Return a sample in which nothing is drawn together."""
    found = drawn(model, draws, seed, method, scale)
    luck = np.random.default_rng(seed)
    values = {
        name: luck.permutation(one) if one.ndim else one for name, one in found.values.items()
    }
    return replace(found, values=values)


_calls = count()


def _new_luck(
    model: LoadedModel, draws: int, seed: int, method: Design, scale: Mapping[str, float] | None
) -> Sample:
    """Return a sample that nobody can draw again."""
    return drawn(model, draws, seed + next(_calls), method, scale)


def _too_high(
    model: LoadedModel, draws: int, seed: int, method: Design, scale: Mapping[str, float] | None
) -> Sample:
    """Return a sample whose draws are all a tenth too high."""
    found = drawn(model, draws, seed, method, scale)
    values = {name: one * 1.1 if one.ndim else one for name, one in found.values.items()}
    return replace(found, values=values)


SLIPS = (
    Slip("leaking", mark("patients lost in each cycle"), _on_course(_leaking)),
    Slip("first_left_out", mark("first point of time left out"), _on_course(_without_point(0))),
    Slip("second_left_out", mark("second point of time left out"), _on_course(_without_point(1))),
    Slip("one_late", mark("states a cycle late"), _on_course(_one_late)),
    Slip("one_too_many", mark("a cycle counted twice"), _on_course(_one_too_many)),
    Slip("year_late", mark("discounted for a year more"), _on_course(_year_late)),
    Slip("half_cycle_early", mark("discounted for half a cycle less"),
         _on_course(_half_cycle_early)),
    Slip("twice", mark("discounted twice"), _on_course(_twice)),
    Slip("simple", mark("simple instead of compound discounting"), _on_course(_simple)),
    Slip("health_as_it_is", mark("health not discounted"), _on_course(_health_as_it_is)),
    Slip("cost_as_it_is", mark("cost not discounted"), _on_course(_cost_as_it_is)),
    Slip("dead_count", mark("life years of the dead"), _on_course(_dead_count)),
    Slip("item_lost", mark("an item left out of total cost"), _spoiling(_last_item_lost)),
    Slip("item_twice", mark("an item counted twice in total cost"), _spoiling(_first_item_twice)),
    Slip("names_mixed_up", mark("results of strategies mixed up"), _spoiling(_names_mixed_up)),
    Slip("one_arm_short", mark("one strategy counted by another rule"), _spoiling(_one_arm_short)),
    Slip("own_draws", mark("strategies with draws of their own"), _spoiling(_own_draws)),
    Slip("lost_draw", mark("a draw that is no number"), _spoiling(_lost_draw)),
    Slip("base_only", mark("one draw taken for all"), lambda _model: _base_only),
    Slip("whole_horizon", mark("horizon written into the calculation"), _whole_horizon,
         moves_results=False),
    Slip("drawn_apart", mark("drawn apart what belongs together"),
         sampler=_drawn_apart, needs_joint=True),
    Slip("new_luck", mark("random numbers that nobody can repeat"), sampler=_new_luck,
         moves_results=False),
    Slip("too_high", mark("all draws a tenth too high"), sampler=_too_high),
)  # fmt: skip
"""Slips of calculation; mistakes of files are in `mistakes`."""
