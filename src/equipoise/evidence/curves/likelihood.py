"""What a curve says of patients: covariates, likelihood and its derivatives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _
from equipoise.evidence.curves.asked import no_column
from equipoise.evidence.curves.data import SurvivalData
from equipoise.evidence.curves.families import LINKS, Family

Floats = NDArray[np.float64]
Value = str | float

CONSTANT = "constant"
"""The coefficient of a parameter where all covariates are 0 or at their first level."""


@dataclass(frozen=True)
class Term:
    """One column of a design: a number, or whether a category is one level."""

    column: str
    level: str | None = None

    @property
    def name(self) -> str:
        """Return how its coefficient is called."""
        return self.column if self.level is None else f"{self.column}={self.level}"

    def of(self, values: Mapping[str, object]) -> Floats:
        """Return the column from values by name."""
        own = np.asarray(values[self.column])
        found = own if self.level is None else own == self.level
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True)
class Design:
    """Which covariates move which parameter of a family."""

    family: Family
    terms: Mapping[str, tuple[Term, ...]]
    levels: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all coefficients, parameter by parameter."""
        return tuple(
            f"{parameter}.{one}"
            for parameter in self.family.parameters
            for one in (CONSTANT, *(term.name for term in self.terms[parameter]))
        )

    def parameters(self, beta: Floats, values: Mapping[str, object]) -> tuple[Floats, ...]:
        """Return the parameters of a family, by patient or for one set of covariates.

        Parameters
        ----------
        beta
            Coefficients, in the order of `names`.
        values
            Covariates by name.
        """
        found, place = [], 0
        for parameter, link in self.family.parameters.items():
            predictor = np.asarray(beta[place])
            for term in self.terms[parameter]:
                place += 1
                predictor = predictor + beta[place] * term.of(values)
            found.append(LINKS[link].parameter(predictor))
            place += 1
        return tuple(found)


def design(family: Family, data: SurvivalData, covariates: Mapping[str, Sequence[str]]) -> Design:
    """Return the design of a fit.

    Parameters
    ----------
    family
        Whose parameters.
    data
        Columns of text are categories; the first level in order of appearance is the reference.
    covariates
        Parameter -> names of columns.

    Raises
    ------
    FieldError
        If a parameter or a column is not there.
    """
    terms: dict[str, tuple[Term, ...]] = {}
    levels: dict[str, tuple[str, ...]] = {}
    for parameter in covariates:
        if parameter not in family.parameters:
            raise FieldError(
                _("the curve has no parameter '{name}'", name=parameter),
                fix=_("use one of: {names}", names=", ".join(family.parameters)),
            )
    for parameter in family.parameters:
        own: list[Term] = []
        for name in covariates.get(parameter, ()):
            if name not in data.columns:
                raise no_column(name, data.columns)
            column = data.columns[name]
            if column.dtype.kind != "U":
                own.append(Term(name))
                continue
            levels[name] = tuple(dict.fromkeys(column.tolist()))
            own += [Term(name, level) for level in levels[name][1:]]
        terms[parameter] = tuple(own)
    return Design(family, terms, levels)


@dataclass(frozen=True)
class Likelihood:
    r"""The logarithm of the likelihood of coefficients.

    :math:`\sum_i w_i (d_i \ln(h_b + h) - H(t_i) + H(e_i))`, with the background hazard
    :math:`h_b`, which is known and drops out of survival.
    """

    design: Design
    data: SurvivalData

    def __call__(self, beta: Floats) -> float:
        """Return it; minus infinity where there is no such curve."""
        with np.errstate(all="ignore"):
            parts = self.of_patients(beta)
            found = float(parts.sum())
        return found if np.isfinite(found) else -np.inf

    def of_patients(self, beta: Floats) -> Floats:
        """Return what each patient adds."""
        data, family = self.data, self.design.family
        parameters = self.design.parameters(beta, data.columns)
        hazard, passed = family.curve(data.time, parameters)
        if data.background is not None:
            with np.errstate(divide="ignore"):
                hazard = np.logaddexp(np.log(data.background), hazard)
        if data.entry is not None:
            # Who enters at 0 has passed nothing; a curve need not be told of its very start.
            start = np.where(data.entry > 0, data.entry, data.time)
            before = family.cumulative_hazard(start, parameters)
            passed = passed - np.where(data.entry > 0, before, 0.0)
        found = np.where(data.event, hazard, 0.0) - passed
        return np.asarray(found if data.weight is None else data.weight * found)
