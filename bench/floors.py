"""Kernels written by hand for one workload each: how fast it can be done on this machine.

They know what no engine for any model can know beforehand: which probabilities are zero, which
values two strategies share, that nothing can leave its range. Each works on blocks of draws,
on threads, as the engines do. "Floor" means the best that we found, not a proof.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BLOCK = 64

_kernel = njit(nogil=True, error_model="numpy", fastmath={"contract"}, cache=True)


@_kernel
def fast_exp(x: float) -> float:
    """Return e**x for moderate x, to a few units of the last digit."""
    k = np.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    p = 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    bits = (np.int64(k) + np.int64(1023)) << np.int64(52)
    return float(p * np.int64(bits).view(np.float64))


def on_threads(run: Callable[[int, int], None], parts: int) -> None:
    """Share parts of the work between the processors."""
    threads = min(len(os.sched_getaffinity(0)), parts)
    edges = [parts * k // threads for k in range(threads + 1)]
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for done in [pool.submit(run, *span) for span in pairwise(edges)]:
            done.result()


# --- W1 --------------------------------------------------------------------------


@_kernel
def sick_sicker(draws: Floats, found: Floats, first: int, last: int) -> None:
    """Follow four strategies over 75 years; `draws` and `found` have whole blocks.

    The survival of a cycle is the same for all strategies; costs and utilities do not change in
    time, so that only time in states is added up.
    """
    w = np.empty(40 * BLOCK)
    for block in range(first, last):
        lo = block * BLOCK
        for i in range(BLOCK):
            d = draws[:, lo + i]
            w[i] = 1.0 - fast_exp(-d[0])
            w[BLOCK + i] = 1.0 - fast_exp(-d[1])
            w[2 * BLOCK + i] = 1.0 - fast_exp(-d[2])
            w[3 * BLOCK + i] = 1.0 - fast_exp(-d[2] * d[5])
            w[4 * BLOCK + i] = d[3]
            w[5 * BLOCK + i] = d[4]
        for s in range(4):
            t = (8 + 8 * s) * BLOCK
            w[t : t + BLOCK] = 1.0
            w[t + BLOCK : t + 6 * BLOCK] = 0.0
        for k in range(76):
            rate = 5e-5 * np.exp(0.09 * (25 + k))
            stay = np.exp(-rate)
            weight = 1.03**-k * (0.5 if (k == 0) | (k == 75) else 1.0)
            for i in range(BLOCK):
                w[6 * BLOCK + i] = fast_exp(-rate * w[4 * BLOCK + i])
                w[7 * BLOCK + i] = fast_exp(-rate * w[5 * BLOCK + i])
            for s in range(4):
                t = (8 + 8 * s) * BLOCK
                worse = (2 + s // 2) * BLOCK
                for i in range(BLOCK):
                    healthy, sick, sicker = w[t + i], w[t + BLOCK + i], w[t + 2 * BLOCK + i]
                    w[t + 3 * BLOCK + i] += weight * healthy
                    w[t + 4 * BLOCK + i] += weight * sick
                    w[t + 5 * BLOCK + i] += weight * sicker
                    healthy, sick = healthy * stay, sick * w[6 * BLOCK + i]
                    falling, recovering = healthy * w[i], sick * w[BLOCK + i]
                    worsening = sick * w[worse + i]
                    w[t + i] = healthy - falling + recovering
                    w[t + BLOCK + i] = sick + falling - recovering - worsening
                    w[t + 2 * BLOCK + i] = sicker * w[7 * BLOCK + i] + worsening
        for s in range(4):
            t = (8 + 8 * s) * BLOCK
            a, b = s % 2, s // 2
            for i in range(BLOCK):
                d = draws[:, lo + i]
                healthy, sick, sicker = (
                    w[t + 3 * BLOCK + i],
                    w[t + 4 * BLOCK + i],
                    w[t + 5 * BLOCK + i],
                )
                treatment = a * d[9] + b * d[10]
                found[0, s, lo + i] = (
                    healthy * d[6] + sick * (d[7] + treatment) + sicker * (d[8] + treatment)
                )
                found[1, s, lo + i] = (
                    healthy * d[11] + sick * (d[14] if a else d[12]) + sicker * d[13]
                )
