"""Expected costs and health of a model under many changes, in one run of its engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical import Following, Totals, follow, following, totals_of
from equipoise.core.errors import FieldError, Mistakes, SimulationError
from equipoise.core.limits import overflow_explained
from equipoise.core.translation import translate as _
from equipoise.pipeline.model_rehearsal import BATCHES, in_whole_parts, rehearse_model
from equipoise.pipeline.sample_size import DEFAULT_SEED, check_sample
from equipoise.pipeline.sensitivity.changes import (
    changed_sample,
    require_not_empty,
    require_parameter,
    require_possible,
)
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.model import EngineChoice
from equipoise.spec.model_check import check_model
from equipoise.spec.source_text import field_text
from equipoise.spec.together import Changes, Companions, completed, stating

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Expected:
    """Discounted costs and QALYs, dims ``(strategy, change)``.

    `cost` is in the model's money, `qaly` in QALYs.
    """

    strategies: tuple[str, ...]
    cost: Floats
    qaly: Floats

    def more(self, strategy: str, against: str) -> tuple[Floats, Floats]:
        """Return what a strategy costs and gives more than another, dims ``(change)``."""
        own, other = self.strategies.index(strategy), self.strategies.index(against)
        return self.cost[own] - self.cost[other], self.qaly[own] - self.qaly[other]


@dataclass(frozen=True)
class Recalculator:
    """Runs one model under any changes of its parameters.

    Parameters
    ----------
    model
        As loaded.
    seed
        Of the patients' luck, where chance moves them; it is the same under all changes.
    engine, patients
        As of `run_model`.
    companions
        As of `completed`.
    """

    model: LoadedModel
    seed: int = DEFAULT_SEED
    engine: EngineChoice | None = None
    patients: int | None = None
    companions: Companions = "base"

    def __call__(
        self, changes: Sequence[Changes], progress: Callable[[float], None] | None = None
    ) -> Expected:
        """Return what is expected under each of some changes.

        Parameters
        ----------
        changes
            Parameter -> value in its own unit; those drawn with it are moved as of `completed`.
        progress
            Called with the share of the work done, between 0 and 1.

        Raises
        ------
        SimulationError
            If a number leaves its range; the message says under which change.
        FieldError
            If shares of one whole leave no room for the others, or patients are out of range.
        """
        whole = [completed(self.model.spec, one, companions=self.companions) for one in changes]
        try:
            return self._run(whole, progress)
        except SimulationError as error:
            raise self._blamed(changes, whole, error) from None

    def rehearsed(self) -> Recalculator:
        """Return the same after a run of the base case in which all must be possible.

        Changed values are then treated like draws: a utility that no patient can have stops the
        base case, but not one draw of many.

        Raises
        ------
        SimulationError
            Naming file, line and field of the formula that gave an impossible value.
        """
        how = following(
            self.model, draws=1, seed=self.seed, choice=self.engine, patients=self.patients
        )
        if not how.one_by_one:
            rehearse_model(self.model)
        return self

    def require_stateable(self, name: str, values: Sequence[float]) -> None:
        """Refuse values of a parameter that the model's file could not state.

        Unlike draws, whose tails may lie beyond what is possible, an end that somebody names is
        treated like a number in the file: the base case must be able to run with it.

        Raises
        ------
        FieldError, SeveralErrors
            With all of them, and why.
        """
        mistakes = Mistakes()
        for value in values:
            with mistakes.noted():
                require_possible(self.model, name, [value])
                self._try_to_state(name, value)
        mistakes.refuse()

    def _try_to_state(self, name: str, value: float) -> None:
        """Refuse one value with which the model's file could not run."""
        why = ""
        try:
            spec = stating(self.model.spec, {name: value}, companions=self.companions)
            found = next(iter(check_model(spec, self.model.tables)), None)
            if found is not None:
                why = f"{field_text(found.place)}: {found.error.message}"
            else:
                replace(self, model=replace(self.model, spec=spec)).rehearsed()
        except (FieldError, SimulationError) as error:
            why = error.message.partition("\n")[0]
        if why:
            raise FieldError(
                _("{name}: the model's file could not state {value:g}: {why}", name=name,
                  value=value, why=why),
                fix=_("choose an end with which the model can run"),
            )  # fmt: skip

    def base(self) -> Expected:
        """Return what is expected of the stated values."""
        return self([{}])

    def _run(
        self, changes: Sequence[Changes], progress: Callable[[float], None] | None = None
    ) -> Expected:
        """Follow the patients under all changes at once."""
        model, how, parts = self._prepared(changes)
        sample = changed_sample(model, changes, parts=parts)
        values = {name: one.value for name, one in model.spec.parameters.items()}
        with overflow_explained(values):
            found = totals_of(follow(model, sample, how, by_year=False, progress=progress))
        return _means(found, parts)

    def _prepared(self, changes: Sequence[Changes]) -> tuple[LoadedModel, Following, int]:
        """Return the model in which all that changes may change, and how it is followed."""
        check_sample(
            draws=0, seed=self.seed, none_allowed=True,
            patients=1 if self.patients is None else self.patients,
        )  # fmt: skip
        changing = frozenset(name for change in changes for name in change)
        model = self.model
        if not changing <= model.uncertain:
            model = replace(model, uncertain=model.uncertain | changing)
        how = following(
            model, draws=len(changes), seed=self.seed, choice=self.engine, patients=self.patients
        )
        how = in_whole_parts(how)
        parts = min(BATCHES, how.patients) if how.patients else 1
        return model, how.divided(parts) if how.patients else how, parts

    def _blamed(
        self, changes: Sequence[Changes], whole: Sequence[Changes], error: SimulationError
    ) -> SimulationError:
        """Return the error with the first change under which the model cannot run."""
        for given, change in zip(changes, whole, strict=True):
            try:
                self._run([change])
            except SimulationError as own:
                if not given:
                    return own
                values = ", ".join(f"{name} = {value:g}" for name, value in given.items())
                message = _("with {values}: {message}", values=values, message=own.message)
                return SimulationError(message, fix=own.fix, place=own.place)
        return error


def require_ends(
    recalculator: Recalculator, name: str, low: float | None, high: float | None
) -> None:
    """Refuse ends of a range that somebody names.

    Parameters
    ----------
    recalculator
        The model and how it is run.
    name
        Of a parameter.
    low, high
        Ends in its own unit; None where nobody names one.

    Raises
    ------
    FieldError, SeveralErrors
        With all that is wrong with the name and the ends.
    """
    mistakes = Mistakes()
    given = [end for end in (low, high) if end is not None]
    with mistakes.noted():
        require_parameter(recalculator.model, name)
        recalculator.require_stateable(name, given)
    if low is not None and high is not None and np.isfinite(given).all():
        with mistakes.noted():
            require_not_empty(name, low, high)
    mistakes.refuse()


def _means(found: Totals, parts: int) -> Expected:
    """Return means over the parts of the patients of each change."""
    cost, qaly = (
        found.values[name].reshape(len(found.strategies), -1, parts).mean(axis=-1)
        for name in ("cost_present", "qaly_present")
    )
    return Expected(found.strategies, cost, qaly)
