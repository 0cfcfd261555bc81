"""One-way analysis: each parameter low and high, all others at their stated values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import FieldError, Mistakes
from equipoise.core.translation import translate as _
from equipoise.pipeline.sensitivity.changes import (
    Span,
    drawn_with,
    each_alone,
    span_of,
    uncertain_parameters,
)
from equipoise.pipeline.sensitivity.comparison import (
    Comparison,
    Measure,
    Outcome,
    comparison_of,
    parameter_label,
    require_comparable,
    require_threshold,
)
from equipoise.pipeline.sensitivity.expected import Recalculator
from equipoise.spec.loaded import LoadedModel
from equipoise.spec.together import Companions

if TYPE_CHECKING:
    import pandas as pd

ONE_WAY_COLUMNS = (
    "parameter", "label", "unit", "base", "low", "high", "cut", "drawn_with",
    *(f"{end}_{part}" for end in ("low", "high")
      for part in ("more_cost", "more_health", "net_benefit", "icer", "quadrant")),
)  # fmt: skip
"""Columns of the table of a one-way analysis."""


@dataclass(frozen=True)
class Bar:
    """One parameter of a tornado: its two values, and what each brings.

    `together` says how it is drawn with others: `dirichlet`, `normal`, `correlated` or nothing.
    """

    span: Span
    low: Outcome
    high: Outcome
    together: str

    def width(self, measure: Measure, base: Outcome) -> float:
        """Return how far apart the ends are, base included; infinite where one has no ratio."""
        values = [one.value(measure) for one in (base, self.low, self.high)]
        known = [one for one in values if one is not None]
        if len(known) < len(values):
            return float("inf")
        return max(known) - min(known)


@dataclass(frozen=True)
class OneWay:
    """Result of a one-way analysis; bars from the widest down.

    Parameters
    ----------
    model
        What was run.
    comparison
        Who is compared, and what a QALY is worth.
    measure
        By which the bars are sorted.
    share
        Relative change on both sides, or None for quantiles.
    base
        Outcome of the stated values.
    bars
        One for each parameter.
    companions
        As of `completed`.
    """

    model: LoadedModel
    comparison: Comparison
    measure: Measure
    share: float | None
    base: Outcome
    bars: tuple[Bar, ...]
    companions: Companions

    def table(self) -> pd.DataFrame:
        """Return one row for each parameter; values in their own units."""
        import pandas as pd  # noqa: PLC0415 - takes half a second

        return pd.DataFrame([self._row(bar) for bar in self.bars], columns=list(ONE_WAY_COLUMNS))

    def _row(self, bar: Bar) -> dict[str, object]:
        """Return the row of one parameter."""
        name, spec = bar.span.name, self.model.spec
        row: dict[str, object] = {
            "parameter": name, "label": parameter_label(spec, name),
            "unit": spec.parameters[name].unit.text, "base": spec.parameters[name].value,
            "low": bar.span.low, "high": bar.span.high, "cut": bar.span.cut,
            "drawn_with": bar.together,
        }  # fmt: skip
        for end, one in (("low", bar.low), ("high", bar.high)):
            row |= {
                f"{end}_more_cost": one.more_cost, f"{end}_more_health": one.more_health,
                f"{end}_net_benefit": one.net_benefit, f"{end}_icer": one.icer,
                f"{end}_quadrant": one.quadrant,
            }  # fmt: skip
        return row


def one_way(
    recalculator: Recalculator,
    *,
    measure: Measure | None = None,
    strategy: str | None = None,
    against: str | None = None,
    threshold: float | None = None,
    share: float | None = None,
    names: Sequence[str] = (),
    mistakes: Mistakes | None = None,
    progress: Callable[[float], None] | None = None,
) -> OneWay:
    """Try each parameter low and high, all of them in one run of the engine.

    Parameters
    ----------
    recalculator
        The model and how it is run.
    measure
        By which bars are sorted; omitted is net monetary benefit, or the ICER where nobody says
        what a QALY is worth.
    strategy, against, threshold
        As of `comparison_of`.
    share
        Relative change on both sides of the stated value, e.g. 0.1; omitted are the quantiles
        2.5 % and 97.5 %.
    names
        Which parameters; omitted are all that are uncertain, or with a share all.
    mistakes
        Found before, which are told together with those found here.
    progress
        Called with the share of the work done, between 0 and 1.

    Raises
    ------
    FieldError, SeveralErrors
        If an argument cannot be.
    SimulationError
        If a number leaves its range; the message says under which change.

    References
    ----------
    Briggs et al. (2012), Model parameter estimation and uncertainty: a report of the ISPOR-SMDM
    Modeling Good Research Practices Task Force, Med Decis Making 32(5):722-732,
    https://doi.org/10.1177/0272989X12458348.
    """
    model = recalculator.model
    told = mistakes or Mistakes()
    spans: tuple[Span, ...] = ()
    with told.noted():
        spans = spans_of(model, names, share=share)
    with told.noted():
        require_comparable(model, strategy=strategy, against=against, threshold=threshold)
    told.refuse()
    found = recalculator(list(each_alone(spans)), progress)
    first = type(found)(found.strategies, found.cost[:, :1], found.qaly[:, :1])
    comparison = comparison_of(
        model, first, strategy=strategy, against=against, threshold=threshold
    )
    if measure == "nmb":
        require_threshold(comparison)
    sorted_by: Measure = measure or ("icer" if comparison.threshold is None else "nmb")
    base, *ends = comparison.outcomes(found)
    bars = [
        Bar(span, low, high, drawn_with(model, span.name))
        for span, low, high in zip(spans, ends[::2], ends[1::2], strict=True)
    ]
    # Bars without a ratio at an end come first, in the order of their net benefit or cost.
    second: Measure = "cost" if comparison.threshold is None else "nmb"
    bars.sort(key=lambda bar: (-bar.width(sorted_by, base), -bar.width(second, base)))
    return OneWay(model, comparison, sorted_by, share, base, tuple(bars), recalculator.companions)


def spans_of(model: LoadedModel, names: Sequence[str], *, share: float | None) -> tuple[Span, ...]:
    """Return the two values of each parameter.

    Parameters
    ----------
    model, share
        As of `one_way`.
    names
        As of `one_way`; without any, of all parameters that have a range.

    Raises
    ------
    FieldError, SeveralErrors
        If a name is unknown or has no range, the share is not above 0, or nothing is uncertain.
    """
    mistakes = Mistakes()
    with mistakes.noted():
        if share is not None and not (np.isfinite(share) and share > 0.0):
            raise FieldError(
                _("a range of {value:g} is not possible", value=share),
                fix=_("write e.g. 0.1 for 10% down and up"),
            )
    wanted = names or (tuple(model.spec.parameters) if share else uncertain_parameters(model))
    if not wanted:
        raise FieldError(
            _("no parameter of the model has a distribution"),
            fix=_("give a range, e.g. 0.1 for 10% down and up"),
        )
    spans = []
    for name in dict.fromkeys(wanted):
        with mistakes.noted():
            spans.append(span_of(model, name, share=share))
    mistakes.refuse()
    return tuple(spans)
