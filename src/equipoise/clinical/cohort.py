"""The cohort engine: expected health and cost of one patient, for all draws at once."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from equipoise.clinical.moves import HAIR, Labels, Moves, People, moved, starting_people, sum_of
from equipoise.clinical.plan import Plan, by_item, plan
from equipoise.clinical.schedule import Schedule, schedule
from equipoise.clinical.tally import Tally, over_groups
from equipoise.clinical.values import Values
from equipoise.clinical.weights import CONVENTIONS
from equipoise.core.errors import LabelError, SimulationError
from equipoise.core.translation import translate as _
from equipoise.spec.formula import Formula
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import Event, Model, TransitionEffect
from equipoise.spec.model_formulas import formulas

Floats = NDArray[np.float64]


def run_cohort(
    model: LoadedModel,
    parameters: xr.Dataset,
    *,
    start_ages: Sequence[float] | None = None,
    discount: tuple[ArrayLike, ArrayLike] | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    r"""Follow a cohort through a model's course in time.

    The share in each state moves by :math:`m_{k+1} = m_k P_k`, with all formulas evaluated at the
    start of cycle `k`. Yearly rewards of the states count by the model's method
    (`clinical.weights`); one-off events at the start of a cycle, and one-off effects of moves at
    the end of one, count in full. A result is the weighted mean over the subgroups.

    Parameters
    ----------
    model
        A checked model, from `spec.load.load_model`.
    parameters
        One variable per parameter, dims ``(draw)``, in canonical units: years, rates per year and
        the model's money; from `draws.sample` or `draws.base_case`.
    start_ages
        Ages at the start, years; by default the model's own `time.start_age`.
    discount
        Rates per year for cost and health, each a number or dims ``(draw)``; by default the
        model's own, and 0 if it has none.
    progress
        Called with the share of the work done, between 0 and 1.

    Returns
    -------
    xarray.Dataset
        The group `clinical` of `core.vocabulary`: dims strategy, item, measure, age, year (whole
        years since start) and draw; money in the model's unit, health in QALYs, life in years.
        A model without a course in time has one year and the age 0.

    Raises
    ------
    SimulationError
        If a probability, a share or a result leaves its range; names strategy, draw and time.
    LabelError
        If a parameter is missing from the sample, or has other dims.

    References
    ----------
    Briggs, Claxton, Sculpher (2006), Decision Modelling for Health Economic Evaluation, chapter 2;
    Alarid-Escudero et al. (2023), Med Decis Making 43(1):3-20,
    https://doi.org/10.1177/0272989X221103163.

    Examples
    --------
    >>> from equipoise.draws import base_case
    >>> from equipoise.packs.find import library_folder
    >>> from equipoise.spec.load import load_model
    >>> model = load_model(library_folder() / "models" / "sick-sicker.yaml")
    >>> found = run_cohort(model, base_case(model.spec.parameters, joint={}))
    >>> print(float(found["cost_present"].sel(strategy="standard_care").sum().round()))
    151580.0
    """
    with np.errstate(all="ignore"):
        return _Cohort(model, parameters, start_ages, discount).run(progress)


class _Cohort:
    """One run: the parts that stay the same while time passes."""

    def __init__(
        self,
        model: LoadedModel,
        parameters: xr.Dataset,
        start_ages: Sequence[float] | None,
        discount: tuple[ArrayLike, ArrayLike] | None,
    ) -> None:
        self._spec: Model = model.spec
        self._plan: Plan = plan(model)
        self._clock: Schedule = schedule(model.spec.time)
        draws = _draws(parameters)
        self._rates = _rates(self._spec, discount, draws=len(draws))
        ages = _ages(self._spec, start_ages)
        self._values = Values(model, self._plan, parameters, ages=ages)
        self._values.at(0.0)
        self._labels = Labels(tuple(self._spec.strategies), draws)
        self._weight = _weights(self._spec, self._values, self._labels)
        self._moves = Moves(
            self._spec.transitions, self._values, self._labels,
            rates=self._plan.rates, cycle=self._clock.cycle,
        )  # fmt: skip
        self._effects = _effects_by_move(self._spec)
        self._tally = Tally(
            strategies=self._labels.strategies, items=self._plan.items,
            measures=tuple(self._spec.track), ages=ages, draws=draws, clock=self._clock,
        )  # fmt: skip

    def run(self, progress: Callable[[float], None] | None) -> xr.Dataset:
        """Let time pass."""
        clock = self._clock
        people = starting_people(self._plan, self._values, self._labels)
        for point, time in enumerate(clock.points):
            inside = point < clock.cycles
            if not (inside or clock.flow[point] or clock.cycles == 0) or self._is_over(people):
                break
            if point > 0:
                self._values.at(time)
            self._read(people, point)
            if inside or clock.cycles == 0:
                self._add_events(people, point)
            following = self._move(people, point) if inside else people
            self._add_flow(people, following, point)
            if inside:
                self._values.advance()
            people = following
            if progress is not None:
                progress((point + 1) / len(clock.points))
        if progress is not None:
            progress(1.0)
        return self._tally.dataset(attributes=_conventions(self._spec))

    def _is_over(self, people: People) -> bool:
        """Return whether nobody is left to whom anything can happen."""
        return not any(
            share.any() for state, share in people.items() if state not in self._plan.idle
        )

    def _factors(self, point: int) -> tuple[Floats | float, Floats | float]:
        """Return the discount factors of cost and health at a point of time."""
        time = self._clock.points[point]
        cost, health = ((1.0 + rate) ** -time for rate in self._rates)
        return cost, health

    def _alive(self, people: People) -> Floats:
        """Return the share alive, weighted by subgroup."""
        return sum_of([people[state] for state in self._plan.living]) * self._weight

    def _read(self, people: People, point: int) -> None:
        """Note who is alive, and what is tracked, at the starts of years."""
        years = self._clock.years_read_at(point)
        alive = self._alive(people) if years else None
        for name, formula in self._spec.track.items():
            if alive is None and "first" not in formula.functions:
                continue
            value = self._values.of(formula)
            if alive is not None:
                amount, share = over_groups(alive, value), over_groups(alive)
                for year in years:
                    self._tally.read_track(name, amount, share, year)
        if alive is not None:
            for year in years:
                self._tally.read_alive(over_groups(alive), year)

    def _add_events(self, people: People, point: int) -> None:
        """Add the one-off costs and health effects of everyone alive to whom an event happens."""
        factors = self._factors(point)
        for event in self._spec.events.values():
            happens = self._values.of(event.when) != 0
            if happens.any() or _remembers(event):
                self._add_once(event, self._alive(people) * happens, factors, point)

    def _add_once(
        self,
        what: Event | TransitionEffect,
        share: Floats,
        factors: tuple[Floats | float, Floats | float],
        point: int,
    ) -> None:
        """Add the one-off cost and health of an event or effect, for a share of the cohort."""
        for item, formula in by_item(what.cost).items():
            amount = over_groups(share, self._values.of(formula))
            self._tally.add_cost_once(item, amount, factors[0], point)
        if what.qaly is not None:
            amount = over_groups(share, self._values.of(what.qaly))
            self._tally.add_qaly_once(amount, factors[1], point)

    def _move(self, people: People, point: int) -> People:
        """Return the cohort after this cycle, and add the one-off effects of its moves."""
        following: People = {}
        factors = self._factors(point + 1)
        counted = self._clock.effect_weight[point + 1]
        for origin, target, share in moved(people, self._moves, self._clock.points[point]):
            known = following.get(target)
            following[target] = share if known is None else known + share
            for effect in self._effects.get((origin, target), ()):
                self._add_once(effect, share * self._weight * counted, factors, point + 1)
        nobody = np.zeros((1, 1, 1, 1))
        return {state: following.get(state, nobody) for state in self._plan.states}

    def _add_flow(self, people: People, following: People, point: int) -> None:
        """Add the yearly costs, health and life of the states."""
        if not self._clock.flow[point]:
            return
        cost_factor, health_factor = self._factors(point)
        for name, state in self._plan.states.items():
            present = people[name]
            if self._clock.mean_occupancy:
                present = (present + following[name]) * 0.5
            share = present * self._weight
            for item, formula in by_item(state.cost).items():
                amount = over_groups(share, self._values.of(formula))
                self._tally.add_cost(item, amount, cost_factor, point)
            if state.utility is not None:
                amount = over_groups(share, self._values.of(state.utility))
                self._tally.add_qaly(amount, health_factor, point)
            if name in self._plan.living:
                self._tally.add_life(over_groups(share), health_factor, point)


def _remembers(event: Event) -> bool:
    """Return whether a formula of an event must be evaluated in every cycle."""
    parts: list[Formula] = [*by_item(event.cost).values()]
    if event.qaly is not None:
        parts.append(event.qaly)
    return any("first" in formula.functions for formula in parts)


def _draws(parameters: xr.Dataset) -> list[int]:
    """Return the labels of the draws; one where nothing is uncertain."""
    if "draw" not in parameters.dims:
        return [0]
    if "draw" in parameters.coords:
        return [int(draw) for draw in parameters["draw"].values]
    return list(range(parameters.sizes["draw"]))


def _rates(
    spec: Model, discount: tuple[ArrayLike, ArrayLike] | None, *, draws: int
) -> tuple[Floats, Floats]:
    """Return the yearly discount rates of cost and health, scalar or one per draw."""
    given: tuple[ArrayLike, ArrayLike] = (0.0, 0.0)
    if discount is not None:
        given = discount
    elif spec.discount is not None:
        given = (spec.discount.cost.value, spec.discount.health.value)
    cost, health = (np.ascontiguousarray(rate, dtype=np.float64) for rate in given)
    for rate in (cost, health):
        if rate.shape not in ((), (1,), (draws,)) or not bool(np.all(rate > -1.0)):
            message = (
                f"a discount rate has shape {rate.shape} and least value {rate.min():g}; give one "
                f"number above -1, or one for each of the {draws} draws"
            )
            raise LabelError(message)
    return cost, health


def _ages(spec: Model, start_ages: Sequence[float] | None) -> tuple[float, ...]:
    """Return the ages at start in years.

    Raises
    ------
    SimulationError
        If formulas use the age and nobody says it.
    """
    if spec.time is None:
        return (0.0,)
    if start_ages is not None:
        return tuple(float(age) for age in start_ages)
    if spec.time.start_age is not None:
        return (spec.time.start_age.value,)
    if any("age" in placed.formula.names for placed in formulas(spec)):
        message = "formulas use `age`, but no age at start is given; add `time: {start_age: ...}`"
        raise SimulationError(message)
    return (0.0,)


def _weights(spec: Model, values: Values, labels: Labels) -> Floats:
    """Return the weights of the subgroups, dims (strategy, subgroup, age, draw).

    Raises
    ------
    SimulationError
        If a weight is below 0, or they do not add up to 1.
    """
    if not spec.subgroups:
        return np.ones((1, 1, 1, 1))
    parts = [values.of(subgroup.weight) for subgroup in spec.subgroups.values()]
    weights = np.concatenate(np.broadcast_arrays(*parts), axis=1)
    total = sum_of(parts)
    wrong = ~(np.abs(total - 1.0) <= HAIR) | (weights < 0).any(axis=1, keepdims=True)
    if wrong.any():
        found = float(total[np.unravel_index(int(np.argmax(wrong)), wrong.shape)])
        message = _(
            "the weights of the subgroups add up to {found:g} in {place}; they must be 0 or more "
            "and add up to 1",
            found=found, place=labels.place(wrong),
        )  # fmt: skip
        raise SimulationError(message)
    return weights


def _effects_by_move(spec: Model) -> dict[tuple[str, str], list[TransitionEffect]]:
    """Return the one-off effects by the states left and entered; staying is no move."""
    found: dict[tuple[str, str], list[TransitionEffect]] = {}
    for effect in spec.transition_effects:
        leaving, entering = (
            (names,) if isinstance(names, str) else tuple(names)
            for names in (effect.leaving, effect.entering)
        )
        for move in product(dict.fromkeys(leaving), dict.fromkeys(entering)):
            if move[0] != move[1]:
                found.setdefault(move, []).append(effect)
    return found


def _conventions(spec: Model) -> dict[str, str | float]:
    """Return what is printed beside every total."""
    found: dict[str, str | float] = {"engine": "cohort", "money": str(spec.money)}
    if spec.time is not None:
        found |= {
            "method": spec.time.method,
            "convention": CONVENTIONS[spec.time.method],
            "cycle_years": spec.time.cycle.value,
        }
    return found
