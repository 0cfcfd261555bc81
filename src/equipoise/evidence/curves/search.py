"""The search for the highest likelihood, which starts from the best of simpler curves.

So no curve fits worse than one that it has inside, and the costly ones need few steps.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from equipoise.evidence.curves.cure import CURED
from equipoise.evidence.curves.data import SurvivalData
from equipoise.evidence.curves.families import LINKS, Family, Inner, Start
from equipoise.evidence.curves.likelihood import CONSTANT, Design, Likelihood, design
from equipoise.evidence.curves.slopes import close_derivatives, derivatives, steps, steps_from

Floats = NDArray[np.float64]


class _Minimum(Protocol):
    """What is used of a search's result."""

    x: Floats


_minimize = cast("Callable[..., _Minimum]", optimize.minimize)

_ENOUGH = 1e-13
"""The rise, as a share of the likelihood, that is none."""

_FAR = 1.0
"""How far one step may go, in the size of a coefficient: further, a cured share may be lost where
the likelihood is flat."""

_STARTS = 2
"""From how many starts, the highest, a search goes on: the best may lead to a lower top."""

_LONGEST = 30
"""Steps after which a search has lost its way, on a likelihood that is all but flat."""


@dataclass(frozen=True)
class Search:
    """The best coefficients of curves of the same patients, each searched for once.

    Parameters
    ----------
    data
        Patients.
    """

    data: SurvivalData
    _found: dict[tuple[Family, tuple[str, ...]], Floats] = field(default_factory=dict)

    def best(self, made: Design) -> Floats:
        """Return the coefficients with the highest likelihood.

        Parameters
        ----------
        made
            The curve and its covariates.
        """
        likelihood = Likelihood(made, self.data)
        highest = sorted(self._starts(made), key=likelihood, reverse=True)[:_STARTS]
        climbed = [climb(likelihood, start) for start in highest]
        return polished(likelihood, max(climbed, key=likelihood))

    def _simple(self, family: Family, moved: tuple[str, ...]) -> Floats:
        """Return the best coefficients with covariates on the location only, searched for once."""
        key = (family, moved)
        if key not in self._found:
            self._found[key] = self.best(design(family, self.data, {family.location: moved}))
        return self._found[key]

    def _starts(self, made: Design) -> Iterator[Floats]:
        """Yield coefficients that a search may start from."""
        family = made.family
        moved = tuple(dict.fromkeys(term.column for term in made.terms[family.location]))
        others = any(terms for name, terms in made.terms.items() if name != family.location)
        if others:
            yield self._spread(made, self._simple(family, moved), moved)
            return
        if moved:
            yield self._spread(made, self._simple(family, ()), ())
        elif family.start is not None and (CURED in family.parameters or not family.contains):
            # With a cured share there may be several tops; else a simpler curve is near enough.
            yield from self._from_nothing(made, family.start)
        for inner in family.contains:
            yield self._from_inner(made, inner, moved)

    def _spread(self, made: Design, simple: Floats, moved: tuple[str, ...]) -> Floats:
        """Return coefficients of more covariates, of which those that are new do nothing."""
        simpler = design(made.family, self.data, {made.family.location: moved})
        known = dict(zip(simpler.names, simple, strict=True))
        return np.array([known.get(name, 0.0) for name in made.names])

    def _from_inner(self, made: Design, inner: Inner, moved: tuple[str, ...]) -> Floats:
        """Return the coefficients with which a curve is the best of a simpler family."""
        simpler, family = inner.family, made.family
        sign = _sign(inner, family)
        # What a covariate does to the one location it does to the other, or the opposite.
        kept = moved if sign else ()
        own = design(simpler, self.data, {simpler.location: kept})
        known = dict(zip(own.names, self._simple(simpler, kept), strict=True))
        constants = [known.pop(f"{name}.{CONSTANT}") for name in simpler.parameters]
        found = dict(zip(family.parameters, inner.place(*constants), strict=True))
        full = {f"{name}.{CONSTANT}": value for name, value in found.items()}
        for name, value in known.items():
            full[family.location + name.removeprefix(simpler.location)] = sign * value
        return np.array([full.get(name, 0.0) for name in made.names])

    def _from_nothing(self, made: Design, start: Start) -> Iterator[Floats]:
        """Yield coefficients near the best, from the events alone."""
        data, family = self.data, made.family
        logs = np.log(data.time[data.event])
        counts = None if data.weight is None else data.weight[data.event]
        mean = float(np.average(logs, weights=counts))
        sd = max(float(np.sqrt(np.average((logs - mean) ** 2, weights=counts))), 0.1)
        rate = data.events / data.exposure
        likelihood = Likelihood(made, data)
        if CURED not in family.parameters:
            yield near(likelihood, _predictors(family, start(rate, mean, sd)))
            return
        for share in (0.2, 0.5, 0.8):
            # The fewer can have an event, the more often they have.
            _half, *values = start(rate / (1.0 - share), mean, sd)
            yield near(likelihood, _predictors(family, (share, *values)))


def _sign(inner: Inner, family: Family) -> float:
    """Return what a step of the simpler family's location does to that of the other."""
    still = dict.fromkeys(inner.family.parameters, 0.0)
    moved = {**still, inner.family.location: 1.0}
    place = list(family.parameters).index(family.location)
    return inner.place(*moved.values())[place] - inner.place(*still.values())[place]


def _predictors(family: Family, values: Sequence[float]) -> Floats:
    """Return parameters on the scale of their links."""
    links = family.parameters.values()
    return np.array(
        [float(LINKS[link].predictor(np.asarray(v))) for link, v in zip(links, values, strict=True)]
    )


def near(likelihood: Likelihood, start: Floats) -> Floats:
    """Return coefficients after steps of a simplex, which no cliff of the likelihood sends away."""

    def lower(beta: Floats) -> float:
        found = likelihood(beta)
        return -found if np.isfinite(found) else 1e300

    options = {"maxfev": 60 * start.size, "xatol": 1e-3, "fatol": 1e-3}
    found = _minimize(lower, start, method="Nelder-Mead", options=options).x
    return min((start, found), key=lower)


def climb(likelihood: Likelihood, beta: Floats) -> Floats:
    """Return coefficients after steps of Newton's method, with slopes that are cheap."""
    step = steps(likelihood, beta)
    for _number in range(_LONGEST):
        slope, second = derivatives(likelihood, beta, step)
        if not (np.isfinite(slope).all() and np.isfinite(second).all()):
            step = steps(likelihood, beta)
            slope, second = derivatives(likelihood, beta, step)
        further = _further(likelihood, beta, slope, second, least=1e-8)
        if further is None:
            return beta
        beta, step = further, steps_from(second, further)
    return beta


def polished(likelihood: Likelihood, beta: Floats) -> Floats:
    """Return coefficients after such steps with slopes that are exact to rounding."""
    step = steps(likelihood, beta)
    for _number in range(10):
        slope, second = close_derivatives(likelihood, beta, step)
        further = _further(likelihood, beta, slope, second, least=_ENOUGH)
        if further is None:
            return beta
        beta = further
    return beta


def _further(
    likelihood: Likelihood, beta: Floats, slope: Floats, second: Floats, *, least: float
) -> Floats | None:
    """Return coefficients one step further up, or none if there is no such step."""
    if not (np.isfinite(slope).all() and np.isfinite(second).all()):
        return None
    now = likelihood(beta)
    move = _upwards(slope, second)
    move /= max(1.0, float(np.max(np.abs(move) / (_FAR * (1.0 + np.abs(beta))))))
    if not float(slope @ move) > least * (1.0 + abs(now)):
        return None
    size = 1.0
    while size > 1e-4:
        if likelihood(beta + size * move) > now:
            return beta + size * move
        size /= 2.0
    return None


def _upwards(slope: Floats, second: Floats) -> Floats:
    """Return Newton's step, turned upwards where the likelihood is not that of a hill."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(second)), 1e-300))
    bends, ways = np.linalg.eigh(-second / np.outer(scale, scale))
    along = (slope / scale) @ ways / np.maximum(np.abs(bends), 1e-10)
    return np.asarray(ways @ along / scale)
