"""Where the draws lie in the unit cube: plain, Latin hypercube or Sobol points."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from equipoise.core.errors import FieldError
from equipoise.core.random import FloatArray, uniforms
from equipoise.core.translation import translate as _

Design = Literal["plain", "latin_hypercube", "sobol"]
"""How the draws of one parameter are spread over its distribution."""

_HALF_CELL = 2.0**-53  # of the grid on which `uniforms` and the Sobol points lie
_SOBOL_BITS = 52


def points(names: Sequence[str], *, draws: int, seed: int, design: Design) -> dict[str, FloatArray]:
    """Return the uniform numbers of every uncertain parameter.

    Plain and Latin hypercube numbers of a parameter depend on the seed and its
    own name only, so that other parameters may come and go. Sobol points have
    dimensions in sorted order of the names, which a new name shifts; they are
    most even for a power of two draws.

    Parameters
    ----------
    names
        Uncertain parameters.
    draws
        How many draws; more draws keep the earlier ones if the design is plain.
    seed
        Seed of the run.
    design
        ``plain``: independent numbers. ``latin_hypercube``: each parameter has
        one number in each of `draws` strata. ``sobol``: scrambled Sobol points.

    Returns
    -------
    dict
        Name -> array of shape ``(draws,)``, unit 1, strictly between 0 and 1.

    Raises
    ------
    FieldError
        If the design is unknown or the seed is out of range.

    References
    ----------
    McKay, Beckman, Conover (1979), Technometrics 21(2):239-245,
    https://doi.org/10.2307/1268522; Owen (1998), ACM TOMACS 8(1):71-102,
    https://doi.org/10.1145/272991.273010 (scrambling).

    Examples
    --------
    >>> found = points(["a"], draws=4, seed=1, design="latin_hypercube")
    >>> sorted((found["a"] * 4).astype(int).tolist())
    [0, 1, 2, 3]
    """
    if design not in get_args(Design):
        message = _("'{design}' is not a design of draws", design=design)
        raise FieldError(message, fix=_("use one of {names}", names=", ".join(get_args(Design))))
    if design == "plain":
        return {name: _plain(name, draws=draws, seed=seed) for name in names}
    if design == "latin_hypercube":
        return {name: _latin(name, draws=draws, seed=seed) for name in names}
    return _sobol(sorted(names), draws=draws, seed=seed)


def stratified(order: FloatArray, *, name: str, seed: int) -> FloatArray:
    """Return one number per stratum, in the order of the given numbers.

    Parameters
    ----------
    order
        Shape ``(draws,)``; the k-th smallest gets the k-th stratum.
    name, seed
        Key of the place inside each stratum.

    Returns
    -------
    numpy.ndarray
        Shape ``(draws,)``, unit 1, strictly between 0 and 1.

    Examples
    --------
    >>> found = stratified(np.array([0.3, 0.1, 0.2]), name="a", seed=1)
    >>> (found * 3).astype(int)
    array([2, 0, 1])
    """
    rank = np.empty(order.size)
    rank[np.argsort(order, kind="stable")] = np.arange(order.size)
    place = _plain(name, draws=order.size, seed=seed)
    return strictly_inside((rank + place) / order.size)


def strictly_inside(shares: FloatArray) -> FloatArray:
    """Return shares with those that rounding brought to 0 or 1 moved back inside.

    Examples
    --------
    >>> bool(strictly_inside(np.array([1.0]))[0] < 1.0)
    True
    """
    return np.clip(shares, _HALF_CELL, 1 - _HALF_CELL)


def _plain(name: str, *, draws: int, seed: int) -> FloatArray:
    """Return the parameter's own stream."""
    return uniforms(seed=seed, decision=f"parameter {name}", size=draws)


def _latin(name: str, *, draws: int, seed: int) -> FloatArray:
    """Return one number per stratum, in an order from a second stream of the parameter."""
    order = uniforms(seed=seed, decision=f"parameter {name} order", size=draws)
    return stratified(order, name=name, seed=seed)


def _sobol(names: Sequence[str], *, draws: int, seed: int) -> dict[str, FloatArray]:
    """Return scrambled Sobol points, moved to the centres of their cells."""
    if not names:
        return {}
    # Imported where it is used: it takes a second, and only this design needs it.
    from scipy.stats import qmc  # noqa: PLC0415

    engine = qmc.Sobol(len(names), scramble=True, bits=_SOBOL_BITS, rng=seed)
    # The sequence is balanced at powers of two only: make such a number, keep the first draws.
    found = engine.random_base2(max(draws - 1, 0).bit_length())[:draws]
    # Cells begin at 0, where distributions without a lower bound are infinite.
    return {name: found[:, column] + _HALF_CELL for column, name in enumerate(names)}
