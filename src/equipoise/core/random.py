"""Random numbers that do not move when the model, the chunks or the number of draws change."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _

FloatArray = NDArray[np.float64]
"""Array of 64-bit floats of any shape."""

Words = NDArray[np.uint64]
"""Whole numbers of 32 bits, each in 64 so that a product of two fits."""

_LANES = 4  # Philox 4x64 makes four numbers from one value of its counter
_GRID = 2.0**-52  # the finest grid whose cell centres are all floats inside (0, 1)

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
"""Constants of Philox 4x32, as published."""

PATIENT_GRID = 2.0**-32
LARGEST_ID = 2**48 - 1
"""Of a draw or a patient, whose numbers share the 128 bits of the counter."""


def uniforms(*, seed: int, decision: str, size: int, first: int = 0) -> FloatArray:
    """Return uniform numbers that depend on seed, decision and draw index only.

    Number ``i`` comes from the counter-based generator Philox, keyed by `seed`
    and a hash of `decision`, at position ``first + i``. So a chunk equals the
    same stretch of the whole, more draws keep the earlier ones, and two
    strategies that ask for one decision see the same luck.

    Parameters
    ----------
    seed
        Seed of the run, 0 to 2**64 - 1.
    decision
        Name of what is drawn, e.g. ``parameter cost_care``. Never put the
        strategy, the chunk or the worker into it.
    size
        How many numbers.
    first
        Index of the first draw.

    Returns
    -------
    numpy.ndarray
        Shape ``(size,)``, unit 1, strictly between 0 and 1, so that every
        inverse distribution function is finite there.

    Raises
    ------
    FieldError
        If `seed` is outside its range, or `size` or `first` is negative.

    References
    ----------
    Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3,
    https://doi.org/10.1145/2063384.2063405.

    Examples
    --------
    >>> whole = uniforms(seed=1, decision="cost", size=10)
    >>> chunk = uniforms(seed=1, decision="cost", size=3, first=5)
    >>> bool((whole[5:8] == chunk).all())
    True
    """
    _check_seed(seed)
    if size < 0 or first < 0:
        message = _("cannot take {size} draws from index {first}", size=size, first=first)
        raise FieldError(message, fix=_("use a size and a first draw of 0 or more"))
    name = int.from_bytes(blake2b(decision.encode(), digest_size=8).digest(), "big")
    key = np.array([seed, name], dtype=np.uint64)
    counter, skipped = divmod(first, _LANES)
    bits = np.random.Philox(counter=counter, key=key).random_raw(skipped + size)[skipped:]
    cells = (bits >> np.uint64(12)).astype(np.float64)
    return (cells + 0.5) * _GRID


def _check_seed(seed: int) -> None:
    """Refuse a seed that is no whole number of 64 bits."""
    if not 0 <= seed < 2**64:
        message = _("seed {seed} is out of range", seed=seed)
        raise FieldError(message, fix=_("use a whole number 0 to 2**64 - 1"))


def patient_key(*, seed: int, decision: str) -> tuple[int, int]:
    """Return the key of the stream from which single patients take their luck.

    Parameters
    ----------
    seed
        Seed of the run, 0 to 2**64 - 1.
    decision
        What is decided by it, e.g. ``transition``. Never put the strategy into it: so all
        strategies see the same luck.

    Returns
    -------
    tuple
        Two numbers of 32 bits.

    Raises
    ------
    FieldError
        If `seed` is outside its range.

    Examples
    --------
    >>> patient_key(seed=1, decision="transition") == patient_key(seed=2, decision="transition")
    False
    """
    _check_seed(seed)
    name = seed.to_bytes(8, "little") + decision.encode()
    word = int.from_bytes(blake2b(name, digest_size=8).digest(), "little")
    return word & 0xFFFFFFFF, word >> 32


def patient_uniforms(
    key: tuple[int, int], *, draws: NDArray[np.int64], patients: NDArray[np.int64], index: int
) -> FloatArray:
    """Return the uniform numbers of patients that depend on key, draw, patient and index only.

    From the counter-based generator Philox 4x32-10, so that a patient's luck is the same however
    a run is split, and stays when more patients or draws are added. `index` counts the numbers
    that one patient takes, for example the cycles.

    Parameters
    ----------
    key
        From `patient_key`.
    draws, patients
        Numbers among all draws and among all patients, 0 to 2**48 - 1, that broadcast.
    index
        Of the number among the patient's, 0 to 2**34 - 1.

    Returns
    -------
    numpy.ndarray
        Shape by broadcasting, unit 1, strictly between 0 and 1, on a grid of 2**-32.

    References
    ----------
    Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3,
    https://doi.org/10.1145/2063384.2063405.

    Examples
    --------
    >>> key = patient_key(seed=1, decision="transition")
    >>> few, many = (np.arange(count) for count in (3, 9))
    >>> first = patient_uniforms(key, draws=np.array(0), patients=few, index=7)
    >>> again = patient_uniforms(key, draws=np.array(0), patients=many, index=7)
    >>> bool((first == again[:3]).all())
    True
    """
    block, word = divmod(index, 4)
    draw, patient = (np.asarray(ids, dtype=np.uint64) for ids in (draws, patients))
    low, high = np.uint64(0xFFFFFFFF), np.uint64(32)
    upper = ((patient >> high) << np.uint64(16)) | (draw >> high)
    counter = (np.uint64(block), patient & low, draw & low, upper)
    cells = np.asarray(philox(counter, key)[word], dtype=np.float64)
    return np.asarray((cells + 0.5) * PATIENT_GRID)


def philox(
    counter: tuple[Words | np.uint64, ...], key: tuple[int, int]
) -> tuple[Words | np.uint64, ...]:
    """Return four words of 32 bits for a counter of four and a key of two.

    Parameters
    ----------
    counter
        Four arrays that broadcast, values below 2**32.
    key
        Two numbers below 2**32.

    Examples
    --------
    >>> zero = tuple(np.uint64(0) for _ in range(4))
    >>> " ".join(f"{int(word):08x}" for word in philox(zero, (0, 0)))
    '6627e8d5 e169c58d bc57ac4c 9b00dbd8'
    """
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _round in range(ROUNDS):
        first, second = np.uint64(MULTIPLIERS[0]) * c0, np.uint64(MULTIPLIERS[1]) * c2
        c0, c1, c2, c3 = (
            (second >> half) ^ c1 ^ np.uint64(k0), second & low,
            (first >> half) ^ c3 ^ np.uint64(k1), first & low,
        )  # fmt: skip
        k0, k1 = (k0 + WEYL[0]) & 0xFFFFFFFF, (k1 + WEYL[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3
