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
    shifted = x * 1.4426950408889634 + 6755399441055744.0
    k = shifted - 6755399441055744.0
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    r2 = r * r
    p = 0.16666666666666669 * r + 0.5000000000000001
    q = 0.008333333333330051 * r + 0.04166666666662399
    s = 0.00019841269863105968 * r + 0.0013888888917281794
    t = 2.7557268378684192e-06 * r + 2.480152119021773e-05
    u = 2.5100424157005067e-08 * r + 2.7620138719733994e-07
    upper = (u * r2 + t) * (r2 * r2) + (s * r2 + q)
    bits = (np.float64(shifted).view(np.int64) + 1023) << 52
    power = np.int64(bits).view(np.float64)
    return float(power * ((upper * r2 + p) * r2 + r) + power)


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


# --- W4 --------------------------------------------------------------------------


@_kernel
def partitioned(draws: Floats, found: Floats, points: int, first: int, last: int) -> None:
    """Follow two strategies along three curves; `draws` and `found` have whole blocks.

    Powers of the time, and the growing risk of death, are the same for both strategies.
    """
    w = np.empty(30 * BLOCK)
    for block in range(first, last):
        lo = block * BLOCK
        w[:] = 0.0
        for i in range(BLOCK):
            w[i] = 1.0
            w[BLOCK + i] = fast_exp(draws[4, lo + i] / 12.0)
        for k in range(points):
            time = k / 12.0
            log_time = np.log(time) if k > 0 else -600.0
            weight = 1.03**-time * (0.5 if (k == 0) | (k == points - 1) else 1.0) / 12.0
            for i in range(BLOCK):
                w[2 * BLOCK + i] = draws[2, lo + i] * fast_exp(draws[0, lo + i] * log_time)
                w[3 * BLOCK + i] = draws[3, lo + i] * fast_exp(draws[1, lo + i] * log_time)
                w[4 * BLOCK + i] = draws[5, lo + i] / draws[4, lo + i] * (w[i] - 1.0)
                w[i] *= w[BLOCK + i]
            for s in range(2):
                z = (6 + 3 * s) * BLOCK
                for i in range(BLOCK):
                    a = draws[6, lo + i] if s == 1 else 1.0
                    b = draws[7, lo + i] if s == 1 else 1.0
                    c = draws[8, lo + i] if s == 1 else 1.0
                    w[z + i] += weight * fast_exp(-w[2 * BLOCK + i] * a)
                    w[z + BLOCK + i] += weight * fast_exp(-w[3 * BLOCK + i] * b)
                    w[z + 2 * BLOCK + i] += weight * fast_exp(-w[4 * BLOCK + i] * c)
        for s in range(2):
            z = (6 + 3 * s) * BLOCK
            for i in range(BLOCK):
                on, free, alive = w[z + i], w[z + BLOCK + i], w[z + 2 * BLOCK + i]
                d = draws[:, lo + i]
                found[0, s, lo + i] = (
                    on * (d[12] + 2000.0) + (free - on) * d[13] + (alive - free) * d[14]
                )
                found[1, s, lo + i] = on * d[9] + (free - on) * d[10] + (alive - free) * d[11]
