"""Random numbers that do not move when the model, the chunks or the number of draws change."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from equipoise.core.errors import FieldError
from equipoise.core.translation import translate as _

FloatArray = NDArray[np.float64]
"""Array of 64-bit floats of any shape."""

_LANES = 4  # Philox 4x64 makes four numbers from one value of its counter
_GRID = 2.0**-52  # the finest grid whose cell centres are all floats inside (0, 1)


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
    if not 0 <= seed < 2**64:
        message = _("seed {seed} is out of range", seed=seed)
        raise FieldError(message, fix=_("use a whole number 0 to 2**64 - 1"))
    if size < 0 or first < 0:
        message = _("cannot take {size} draws from index {first}", size=size, first=first)
        raise FieldError(message, fix=_("use a size and a first draw of 0 or more"))
    name = int.from_bytes(blake2b(decision.encode(), digest_size=8).digest(), "big")
    key = np.array([seed, name], dtype=np.uint64)
    counter, skipped = divmod(first, _LANES)
    bits = np.random.Philox(counter=counter, key=key).random_raw(skipped + size)[skipped:]
    cells = (bits >> np.uint64(12)).astype(np.float64)
    return (cells + 0.5) * _GRID
