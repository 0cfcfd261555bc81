r"""Curves of which a share is cured: mixture and non-mixture.

In a mixture, :math:`S = \pi + (1 - \pi) S_u`; without one, :math:`S = \pi^{1 - S_u}`, whose hazard
is :math:`-\ln(\pi) f_u`.

References
----------
Lambert, Thompson, Weston, Dickman (2007), Biostatistics 8(3):576-594,
https://doi.org/10.1093/biostatistics/kxl030.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Literal

import numpy as np

from equipoise.evidence.curves.families import LINKS, Curve, Family, Floats, Inner

Cure = Literal["mixture", "non_mixture"]

CURED = "cured"
"""The parameter that is the share of the cured."""


_FEW = (1e-9, 0.003, 0.02, 0.1)
"""Cured shares beside the best curve of the others: with the first a mixture is all but that curve,
but so flat that no search leaves it."""


@lru_cache(maxsize=64)
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
    start = family.start
    inner = tuple(
        Inner(with_cure(one.family, kind, link=link), _beside_the_cured(one.place))
        for one in family.contains
    )
    if kind == "mixture":
        few = [float(LINKS[link].predictor(np.asarray(share))) for share in _FEW]
        inner = (*inner, *(Inner(family, _beside_few(one)) for one in few))
    return replace(
        family,
        parameters={CURED: link, **family.parameters},
        location=CURED,
        curve=(_mixture if kind == "mixture" else _without_mixture)(family.curve),
        start=None if start is None else lambda *known: (0.5, *start(*known)),
        contains=inner,
        is_proportional=False,
    )


def _beside_the_cured(place: Callable[..., tuple[float, ...]]) -> Callable[..., tuple[float, ...]]:
    """Return where the predictors of a simpler family go if both have the same cured share."""
    return lambda cured, *others: (cured, *place(*others))


def _beside_few(cured: float) -> Callable[..., tuple[float, ...]]:
    """Return where the predictors of a family go beside a cured share."""
    return lambda *others: (cured, *others)


def _mixture(own: Curve) -> Curve:
    """Return the curve of a mixture, from that of those who are not cured."""

    def curve(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
        hazard, passed = own(t, p[1:])
        all_passed = -np.log(p[0] + (1.0 - p[0]) * np.exp(-passed))
        with np.errstate(divide="ignore"):  # where all are cured there is no hazard
            uncured = np.log1p(-p[0])
        return uncured + hazard - passed + all_passed, all_passed

    return curve


def _without_mixture(own: Curve) -> Curve:
    """Return the curve of a non-mixture model, from that of those who are not cured."""

    def curve(t: Floats, p: tuple[Floats, ...]) -> tuple[Floats, Floats]:
        hazard, passed = own(t, p[1:])
        all_passed = np.log(p[0]) * np.expm1(-passed)
        return np.log(-np.log(p[0])) + hazard - passed, all_passed

    return curve
