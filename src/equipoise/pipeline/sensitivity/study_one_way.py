"""One-way analysis of a study: each uncertain input low and high, through all stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.limits import overflow_explained
from equipoise.core.progress import Progress
from equipoise.core.translation import translate as _
from equipoise.draws import quantile
from equipoise.pipeline.assessment import plan_of
from equipoise.pipeline.chunks import chunks_of
from equipoise.pipeline.law import lawful
from equipoise.pipeline.policies import Plan, run_chunk
from equipoise.pipeline.rehearsal import rehearse
from equipoise.pipeline.sample_size import DEFAULT_SEED, check_sample
from equipoise.pipeline.sensitivity.changes import HIGH, LOW, Span, span_of, uncertain_parameters
from equipoise.pipeline.settings import Policy, Sampled, policy_of, sample_inputs
from equipoise.pipeline.strays import require_possible_draws
from equipoise.spec.findings import did_you_mean
from equipoise.spec.loaded_study import Study
from equipoise.spec.problems import blaming
from equipoise.spec.text import shown
from equipoise.spec.together import Changes, completed

if TYPE_CHECKING:
    import pandas as pd

LUCKS = 20
"""Futures of each change in which the route may be refused or not; the same for all changes."""

STUDY_COLUMNS = (
    "input", "label", "unit", "base", "low", "high", "cut", "low_net_benefit", "high_net_benefit",
)  # fmt: skip
"""Columns of the table of a study's one-way analysis."""

_CHUNK = 200
_CHOICE = "economics.willingness_to_pay"
"""How much a QALY is worth is a choice; results are stated at its stated value."""


@dataclass(frozen=True)
class StudyBar:
    """One input: its two values in its own unit, and the net benefit at each, in money."""

    span: Span
    low: float
    high: float

    def width(self, base: float) -> float:
        """Return how far apart the ends are, base included."""
        return max(base, self.low, self.high) - min(base, self.low, self.high)


@dataclass(frozen=True)
class StudyOneWay:
    """Result of a one-way analysis of a study; bars from the widest down.

    Parameters
    ----------
    study
        What was run.
    policy
        Which levers the answers are about.
    threshold
        What a QALY is worth, in the study's money.
    base
        Net benefit of the therapy for all patients with all inputs at their stated values, in the
        study's money.
    bars
        One for each input.
    """

    study: Study
    policy: Policy
    threshold: float
    base: float
    bars: tuple[StudyBar, ...]

    def label(self, name: str) -> str:
        """Return an input's name for people."""
        own = self.study.quantities[name].label
        return shown(own if own is not None else self.study.model.spec.labels.get(name, name))

    def table(self) -> pd.DataFrame:
        """Return one row for each input; values in their own units."""
        import pandas as pd  # noqa: PLC0415 - as everywhere

        known = self.study.quantities
        rows = [
            (bar.span.name, self.label(bar.span.name), known[bar.span.name].unit.text,
             known[bar.span.name].value, bar.span.low, bar.span.high, bar.span.cut,
             bar.low, bar.high)
            for bar in self.bars
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(STUDY_COLUMNS))


def study_one_way(
    study: Study,
    *,
    names: Sequence[str] = (),
    policy: Policy | None = None,
    lucks: int = LUCKS,
    seed: int = DEFAULT_SEED,
    mistakes: Mistakes | None = None,
    progress: Progress | None = None,
) -> StudyOneWay:
    """Try each uncertain input of a study low and high, through all its stages.

    Parameters
    ----------
    study
        As loaded.
    names
        Which inputs; omitted are all that are uncertain but the worth of a QALY.
    policy
        Levers; omitted are the study's own.
    lucks
        Futures of each change, over which the net benefit is averaged, as the route may be refused.
    seed
        Of the luck, which is the same under all changes.
    mistakes
        Found before, which are told together with those found here.
    progress
        Hears how far the run is, and can cancel it.

    Raises
    ------
    FieldError, SeveralErrors
        If a name is unknown or has no distribution, or lucks are out of range.
    SimulationError
        If a number leaves its range.
    """
    told = mistakes or Mistakes()
    spans: list[Span] = []
    with told.noted():
        check_sample(draws=lucks, seed=seed)
    with told.noted():
        lawful(study)
    with told.noted():
        spans = _spans(study, names)
    told.refuse()
    changes: list[Changes] = [{}, *({s.name: v} for s in spans for v in (s.low, s.high))]
    values = {name: one.value for name, one in study.quantities.items()}
    chosen = policy or policy_of(study.file.policy)
    with (
        overflow_explained(values),
        xr.set_options(arithmetic_join="exact", keep_attrs=False),  # type: ignore[no-untyped-call]
        blaming(study.path),
    ):
        sampled = _changed(study, changes, lucks, seed)
        rehearse(study, sampled.base)
        require_possible_draws(study, sampled.inputs)
        plan = replace(plan_of(study, sampled, chosen, seed), policies=(chosen,))
        benefit = _benefits(plan, sampled.inputs, progress or Progress())
    base, *ends = benefit.reshape(len(changes), lucks).mean(axis=1).tolist()
    bars = [
        StudyBar(span, low, high)
        for span, low, high in zip(spans, ends[::2], ends[1::2], strict=True)
    ]
    bars.sort(key=lambda bar: -bar.width(base))
    return StudyOneWay(study, chosen, plan.reference, base, tuple(bars))


def _benefits(plan: Plan, inputs: xr.Dataset, progress: Progress) -> NDArray[np.float64]:
    """Return the net benefit of every draw."""
    chunks = chunks_of(inputs, _CHUNK)
    progress.expect(plan.steps * len(chunks))
    parts = [run_chunk(plan, one, progress)["value"]["net_benefit"].values for one in chunks]
    return np.concatenate(parts)


def _spans(study: Study, names: Sequence[str]) -> list[Span]:
    """Return the two values of each input.

    Raises
    ------
    FieldError, SeveralErrors
        If a name is unknown or has no distribution.
    """
    known = study.quantities
    of_model = set(uncertain_parameters(study.model))
    uncertain = [
        name
        for name, one in known.items()
        if (one.distribution is not None or name in of_model)
        and name not in study.replaced_by_price
        and name != _CHOICE
    ]
    mistakes = Mistakes()
    found = []
    for name in names or uncertain:
        with mistakes.noted():
            if name not in known:
                message = _("{name}: this is not an input of the study", name=name[:80])
                raise FieldError(message, fix=did_you_mean(name, known))
            found.append(_span(study, name))
    mistakes.refuse()
    return found


def _span(study: Study, name: str) -> Span:
    """Return the two values of one input.

    Raises
    ------
    FieldError
        If it has no distribution.
    """
    if name in study.model.spec.parameters:
        return span_of(study.model, name)
    spread = study.quantities[name].distribution
    if spread is None:
        raise FieldError(
            _("{name}: has no distribution, so its range is not known", name=name),
            fix=_("name an input that is uncertain"),
        )
    low, high = quantile(spread, np.array([LOW, HIGH]))
    return Span(name, float(low), float(high))


def _changed(study: Study, changes: Sequence[Changes], lucks: int, seed: int) -> Sampled:
    """Return a sample whose draws are changes of the stated values, each with the same luck."""
    sampled = sample_inputs(study, draws=2, seed=seed, design="plain")
    whole = [_whole(study, change) for change in changes]
    known = study.quantities
    data: dict[str, object] = {}
    for name, stated in sampled.base.items():
        factor = known[str(name)].unit.factor * sampled.scales.get(str(name), 1.0)
        column = [
            change[str(name)] * factor if str(name) in change else float(stated) for change in whole
        ]
        varies = len(set(column)) > 1 or sampled.inputs[name].ndim > 0
        values = ("draw", np.repeat(column, lucks)) if varies else stated
        data[str(name)] = values
    labels = np.tile(np.arange(lucks), len(changes))
    return replace(sampled, inputs=xr.Dataset(data, coords={"draw": labels}))


def _whole(study: Study, change: Changes) -> Mapping[str, float]:
    """Return a change with those that it brings about in the disease model."""
    own = {n: v for n, v in change.items() if n in study.model.spec.parameters}
    return {**change, **completed(study.model.spec, own)}
