"""A curve whose coefficients are estimated, with their covariance: fitted here or published."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equipoise.evidence.curves.asked import require_covariates
from equipoise.evidence.curves.likelihood import Design, Value

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EstimatedCurve:
    """A survival curve of a family, with how sure its coefficients are.

    Parameters
    ----------
    name
        Of the family, as it is printed.
    design
        Family and covariates.
    coefficients
        On the scale of the links, in the order of `design.names`.
    covariance
        Of the coefficients.
    """

    name: str
    design: Design
    coefficients: Floats
    covariance: Floats

    @property
    def covariates(self) -> tuple[str, ...]:
        """Return the names of the covariates that move any parameter."""
        terms = (term for own in self.design.terms.values() for term in own)
        return tuple(dict.fromkeys(term.column for term in terms))

    @property
    def standard_errors(self) -> Floats:
        """Return those of the coefficients."""
        return np.sqrt(np.diag(self.covariance))

    def parameters(self, **covariates: Value) -> dict[str, float]:
        """Return the parameters of the curve of patients with some covariates.

        Parameters
        ----------
        **covariates
            By name, as many as the fit has.

        Raises
        ------
        FieldError, SeveralErrors
            If they are others, or a category has no such level.
        """
        found = self._own(covariates)
        names = self.design.family.parameters
        return {name: float(value) for name, value in zip(names, found, strict=True)}

    def survival(self, times: Floats, **covariates: Value) -> Floats:
        """Return the share without an event; of relative survival where there was a background."""
        return np.exp(-self.cumulative_hazard(times, **covariates))

    def cumulative_hazard(self, times: Floats, **covariates: Value) -> Floats:
        """Return the cumulative hazard at some times, 0 at the start."""
        own = self._own(covariates)
        later = np.where(times > 0, times, 1.0)
        found = self.design.family.cumulative_hazard(later, own)
        return np.where(times > 0, found, 0.0)

    def hazard(self, times: Floats, **covariates: Value) -> Floats:
        """Return the hazard at some times above 0."""
        own = self._own(covariates)
        return np.asarray(np.exp(self.design.family.log_hazard(times, own)) + 0.0 * times)

    def _own(self, covariates: Mapping[str, Value]) -> tuple[Floats, ...]:
        """Return the parameters of the curve of patients with some covariates."""
        require_covariates(covariates, wanted=self.covariates, levels=self.design.levels)
        return self.design.parameters(self.coefficients, covariates)
