"""The luck of patients: the counter-based generator of `core.random`, as machine code."""

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.compiled.individuals.steps import LANES
from equipoise.core.machine_code import compiled, float_of, fused
from equipoise.core.random import MULTIPLIERS, PATIENT_GRID, ROUNDS, WEYL

Floats = NDArray[np.float64]

_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_FIRST, _SECOND = np.uint64(MULTIPLIERS[0]), np.uint64(MULTIPLIERS[1])
_BITS, _OFFSET = np.uint64(0x4330000000000000), 2.0**52
"""A word put into the last bits of this float adds its value."""

_WEYL0, _WEYL1 = np.uint64(WEYL[0]), np.uint64(WEYL[1])


@fused
def uniform(word: np.uint64) -> float:
    """Return a word of 32 bits as a number strictly between 0 and 1."""
    return (float_of(word | _BITS) - _OFFSET + 0.5) * PATIENT_GRID


@compiled
def refill(luck: Floats, block: int, patient: int, draw: int, key0: int, key1: int) -> None:  # noqa: PLR0917
    """Put the numbers of one patient for `steps.HELD` cycles into place; see `core.random`.

    Number `k` of them stands at ``(k % 4) * LANES + k // 4``.
    """
    low, high = np.uint64(patient) & _LOW, np.uint64(patient) >> _HALF
    drawn = np.uint64(draw) & _LOW
    upper = (high << np.uint64(16)) | (np.uint64(draw) >> _HALF)
    for lane in range(LANES):
        k0, k1 = np.uint64(key0), np.uint64(key1)
        c0, c1, c2, c3 = np.uint64(block) + np.uint64(lane), low, drawn, upper
        for _number in range(ROUNDS):
            first, second = _FIRST * c0, _SECOND * c2
            c0, c1 = (second >> _HALF) ^ c1 ^ k0, second & _LOW
            c2, c3 = (first >> _HALF) ^ c3 ^ k1, first & _LOW
            k0, k1 = (k0 + _WEYL0) & _LOW, (k1 + _WEYL1) & _LOW
        luck[lane] = uniform(c0)
        luck[LANES + lane] = uniform(c1)
        luck[2 * LANES + lane] = uniform(c2)
        luck[3 * LANES + lane] = uniform(c3)
