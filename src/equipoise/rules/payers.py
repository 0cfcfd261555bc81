"""Who owes what, by the kind of item and the patient's age."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equipoise.spec.jurisdiction import Category, Jurisdiction, PayerRule

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """A range of ages in which one payer owes a kind of item."""

    from_age: float
    to_age: float
    payer: str


def _ages(rule: PayerRule) -> tuple[float, float]:
    """Return the rule's ages in years, upper end exclusive."""
    low = 0.0 if rule.from_age is None else rule.from_age.value
    high = inf if rule.to_age is None else rule.to_age.value
    return low, high


def payer_segments(country: Jurisdiction, category: Category) -> tuple[Segment, ...]:
    """Return who owes a category at each age: in each range the first rule that fits.

    Ages without any rule cannot occur; loading has checked that.
    """
    rules = [
        rule for rule in country.payer_rules if not rule.categories or category in rule.categories
    ]
    edges = sorted({0.0, inf, *(age for rule in rules for age in _ages(rule))})
    found: list[Segment] = []
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        payer = next(r.payer for r in rules if _ages(r)[0] <= low and high <= _ages(r)[1])
        if found and found[-1].payer == payer:
            found[-1] = Segment(found[-1].from_age, high, payer)
        else:
            found.append(Segment(low, high, payer))
    return tuple(found)


def payer_for_life(segments: Sequence[Segment], age: float) -> str | None:
    """Return who owes from an age on; None where one payer hands over to another later.

    Examples
    --------
    >>> rules = [Segment(0, 19, "fund"), Segment(19, float("inf"), "federal")]
    >>> payer_for_life(rules, 18.0), payer_for_life(rules, 19.0)
    (None, 'federal')
    """
    ahead = {segment.payer for segment in segments if segment.to_age > age}
    return ahead.pop() if len(ahead) == 1 else None


def shares_of_span(
    segments: Sequence[Segment], payers: Sequence[str], age: ArrayLike, *, years: float = 1.0
) -> Floats:
    """Return the share of a span of life that each payer covers.

    Parameters
    ----------
    segments
        Result of `payer_segments`.
    payers
        Order of the first dimension of the result.
    age
        Age at the start of the span, years, any shape.
    years
        Length of the span; 0 asks for the payer on the day itself.

    Returns
    -------
    numpy.ndarray
        Dims (payer, *age.shape); sums to one over payers.

    Examples
    --------
    >>> rules = [Segment(0, 19, "fund"), Segment(19, float("inf"), "federal")]
    >>> shares_of_span(rules, ["fund", "federal"], [18.25, 30.0]).tolist()
    [[0.75, 0.0], [0.25, 1.0]]
    """
    start = np.asarray(age, dtype=np.float64)
    result = np.zeros((len(payers), *start.shape))
    for segment in segments:
        row = list(payers).index(segment.payer)
        if years == 0.0:
            result[row] += (segment.from_age <= start) & (start < segment.to_age)
        else:
            low = np.maximum(start, segment.from_age)
            high = np.minimum(start + years, segment.to_age)
            result[row] += np.clip(high - low, 0.0, None) / years
    return result
