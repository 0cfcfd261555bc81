r"""Curves of which a share is cured: mixture and non-mixture.

In a mixture, :math:`S = \pi + (1 - \pi) S_u`; without one, :math:`S = \pi^{1 - S_u}`, whose hazard
is :math:`-\ln(\pi) f_u`.

References
----------
Lambert, Thompson, Weston, Dickman (2007), Biostatistics 8(3):576-594,
https://doi.org/10.1093/biostatistics/kxl030.
"""

from dataclasses import replace
from typing import Literal

import numpy as np

from equipoise.evidence.curves.families import Curve, Family, Floats

Cure = Literal["mixture", "non_mixture"]

CURED = "cured"
"""The parameter that is the share of the cured."""


def with_cure(family: Family, kind: Cure, *, link: str) -> Family:
    """Return a family with a cured share as its first parameter, which covariates move.

    Parameters
    ----------
    family
        Of the times of those who are not cured.
    kind
        Whether the cured are a group of their own.
    link
        Of the share: ``logistic``, ``loglog`` or ``identity``.
    """
    hazard, cumulative = (_mixture if kind == "mixture" else _without_mixture)(family)
    return replace(
        family,
        parameters={CURED: link, **family.parameters},
        location=CURED,
        log_hazard=hazard,
        cumulative_hazard=cumulative,
        start=lambda *known: (0.5, *family.start(*known)),
        contains=(),
        is_proportional=False,
    )


def _mixture(family: Family) -> tuple[Curve, Curve]:
    """Return log hazard and cumulative hazard of a mixture."""

    def cumulative(t: Floats, p: tuple[Floats, ...]) -> Floats:
        return -np.log(p[0] + (1.0 - p[0]) * np.exp(-family.cumulative_hazard(t, p[1:])))

    def log_hazard(t: Floats, p: tuple[Floats, ...]) -> Floats:
        own = family.cumulative_hazard(t, p[1:])
        return np.log1p(-p[0]) + family.log_hazard(t, p[1:]) - own + cumulative(t, p)

    return log_hazard, cumulative


def _without_mixture(family: Family) -> tuple[Curve, Curve]:
    """Return log hazard and cumulative hazard of a non-mixture model."""

    def cumulative(t: Floats, p: tuple[Floats, ...]) -> Floats:
        return np.log(p[0]) * np.expm1(-family.cumulative_hazard(t, p[1:]))

    def log_hazard(t: Floats, p: tuple[Floats, ...]) -> Floats:
        own = family.cumulative_hazard(t, p[1:])
        return np.log(-np.log(p[0])) + family.log_hazard(t, p[1:]) - own

    return log_hazard, cumulative
