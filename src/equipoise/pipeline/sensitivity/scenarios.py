"""Scenarios: the base case of a model under each of several sets of changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from equipoise.core.progress import Progress
from equipoise.core.translation import translate as _
from equipoise.pipeline.sensitivity.comparison import (
    Comparison,
    Outcome,
    best_of,
    comparison_of,
    require_comparable,
)
from equipoise.pipeline.sensitivity.expected import Expected, Recalculator
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.scenarios import Scenarios
from equipoise.spec.text import Text, shown

if TYPE_CHECKING:
    import pandas as pd

SCENARIO_COLUMNS = (
    "scenario", "label", "more_cost", "more_health", "net_benefit", "icer", "quadrant", "best",
    "difference_cost", "difference_health", "difference_net_benefit",
)  # fmt: skip
"""Columns of the table of scenarios; totals of each strategy follow."""


@dataclass(frozen=True)
class ScenarioResult:
    """Of one scenario: what the strategy brings more than the other, and all totals.

    `best` is the strategy with the highest net benefit among all; None where nobody says what a
    QALY is worth.
    """

    name: str
    label: Text
    outcome: Outcome
    expected: Expected
    best: str | None


@dataclass(frozen=True)
class ScenarioRun:
    """Results of all scenarios.

    Parameters
    ----------
    model
        The model as its file has it.
    title
        Of the scenarios.
    comparison
        Who is compared.
    results
        The base first, called `base`, then the scenarios in the order of their file.
    """

    model: LoadedModel
    title: Text
    comparison: Comparison
    results: tuple[ScenarioResult, ...]

    @property
    def base(self) -> ScenarioResult:
        """Return the result of the model as its file has it."""
        return self.results[0]

    def table(self) -> pd.DataFrame:
        """Return one row for each scenario, with differences from the base."""
        import pandas as pd  # noqa: PLC0415 - takes half a second

        return pd.DataFrame([self._row(one) for one in self.results])

    def _row(self, one: ScenarioResult) -> dict[str, object]:
        """Return the row of one scenario."""
        own, base = one.outcome, self.base.outcome
        known = own.net_benefit is not None and base.net_benefit is not None
        row: dict[str, object] = {
            "scenario": one.name, "label": shown(one.label), "more_cost": own.more_cost,
            "more_health": own.more_health, "net_benefit": own.net_benefit, "icer": own.icer,
            "quadrant": own.quadrant, "best": one.best,
            "difference_cost": own.more_cost - base.more_cost,
            "difference_health": own.more_health - base.more_health,
            "difference_net_benefit":
                (own.net_benefit or 0.0) - (base.net_benefit or 0.0) if known else None,
        }  # fmt: skip
        for place, name in enumerate(one.expected.strategies):
            row[f"cost_{name}"] = float(one.expected.cost[place, 0])
            row[f"qaly_{name}"] = float(one.expected.qaly[place, 0])
        return row


def run_scenarios(
    recalculator: Recalculator,
    scenarios: Scenarios,
    *,
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> ScenarioRun:
    """Run the base case of a model under each scenario.

    Parameters
    ----------
    recalculator
        The model as its file has it, and how it is run.
    scenarios
        From `spec.scenarios.load_scenarios` of the same model.
    strategy, against, threshold
        As of `comparison_of`; the same under all scenarios.
    progress
        Called with the share of the work done, between 0 and 1.

    Raises
    ------
    FieldError
        If an argument cannot be.
    SimulationError
        If a number leaves its range.
    """
    model = recalculator.model
    require_comparable(model, strategy=strategy, against=against, threshold=threshold)
    count = Progress(progress)
    count.expect(len(scenarios.cases) + 1)
    base = recalculator.base()
    count.advance()
    comparison = comparison_of(model, base, strategy=strategy, against=against, threshold=threshold)
    results = [_result("base", _("as the file has it"), base, comparison)]
    for one in scenarios.cases:
        found = replace(recalculator, model=one.model).rehearsed().base()
        results.append(_result(one.name, one.label, found, comparison))
        count.advance()
    return ScenarioRun(model, scenarios.title, comparison, tuple(results))


def _result(name: str, label: Text, found: Expected, comparison: Comparison) -> ScenarioResult:
    """Return what a scenario brings, and which of all strategies is best in it."""
    worth, best = comparison.threshold, None
    if worth is not None:
        best = best_of(found.strategies, found.qaly[:, 0] * worth - found.cost[:, 0])
    return ScenarioResult(name, label, comparison.outcomes(found)[0], found, best)
