"""Kernels written by hand for workloads of single patients, and of survival curves.

As `bench.floors`: they know what no engine for any model can know beforehand. Luck is a hash that
is quicker than a published generator; each patient is followed by plain loops, which stop at death.
"""

import numpy as np

from bench.floors import Floats, _kernel

START_AGES = 20


@_kernel
def _hash(a: int, b: int, c: int) -> float:
    """Return a uniform number for three whole ones, by splitmix64."""
    z = np.uint64(a) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(b) * np.uint64(0xBF58476D1CE4E5B9)
    z += np.uint64(c) * np.uint64(0x94D049BB133111EB)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (float(z >> np.uint64(11)) + 0.5) * 2.0**-53


@_kernel
def sick_sicker_patients(  # noqa: PLR0912, PLR0917 - a kernel
    draws: Floats, found: Floats, squares: Floats, patients: int, first: int, last: int
) -> None:
    """Follow patients of 25 to 44 years over 100 years in four strategies.

    `draws` has dims (parameter, draw); `found` and `squares` dims (2, strategy, draw) take means of
    cost and QALY, and of their squares.
    """
    stay = np.empty((3, 145))
    weight = np.empty(101)
    for k in range(101):
        weight[k] = 1.03**-k * (0.5 if (k == 0) | (k == 100) else 1.0)
    for d in range(first, last):
        p = draws[:, d]
        for age in range(145):
            rate = 5e-5 * np.exp(0.09 * age)
            stay[0, age] = np.exp(-rate)
            stay[1, age] = np.exp(-rate * p[3])
            stay[2, age] = np.exp(-rate * p[4])
        falling, recovering = 1.0 - np.exp(-p[0]), 1.0 - np.exp(-p[1])
        for s in range(4):
            a, b = s % 2, s // 2
            worsening = 1.0 - np.exp(-p[2] * (p[5] if b else 1.0))
            drug = a * p[9] + b * p[10]
            sums = np.zeros(4)
            for i in range(patients):
                state, age = 0, 25 + i % START_AGES
                cost, health = 0.0, 0.0
                for k in range(101):
                    w = weight[k]
                    if state == 0:
                        cost += w * p[6]
                        health += w * p[11]
                    elif state == 1:
                        cost += w * (p[7] + drug)
                        health += w * (p[14] if a else p[12])
                    else:
                        cost += w * (p[8] + drug)
                        health += w * p[13]
                    if k == 100:
                        break
                    u = _hash(d, i, k)
                    alive = stay[state, age + k]
                    if u >= alive:
                        break
                    if state == 0:
                        state = 1 if u < alive * falling else 0
                    elif state == 1:
                        if u < alive * recovering:
                            state = 0
                        elif u < alive * (recovering + worsening):
                            state = 2
                sums[0] += cost
                sums[1] += health
                sums[2] += cost * cost
                sums[3] += health * health
            for kind in range(2):
                found[kind, s, d] = sums[kind] / patients
                squares[kind, s, d] = sums[2 + kind] / patients


@_kernel
def illness_death(  # noqa: PLR0917 - a kernel
    draws: Floats, found: Floats, squares: Floats, patients: int, first: int, last: int
) -> None:
    """Follow patients from well through ill to dead in continuous time, in two strategies.

    Arrays as of `sick_sicker_patients`, with two strategies.
    """
    for d in range(first, last):
        p = draws[:, d]
        for s in range(2):
            hazard = p[2] if s else 1.0
            sums = np.zeros(4)
            well = p[9] + s * 5000.0
            power_ill, power_dead = 1.0 / p[0], 1.0 / p[5]
            for i in range(patients):
                falls = (-np.log(_hash(d, i, 0)) / (p[1] * hazard)) ** power_ill
                grown = 1.0 - p[3] * np.log(_hash(d, i, 1)) / p[4]
                dies = np.log(grown) / p[3] if grown > 0.0 else np.inf
                first_end = min(falls, dies, 60.0)
                left = np.exp(-0.03 * first_end)
                worth = (1.0 - left) / 0.03
                cost, health = worth * well, worth * p[7]
                if falls < dies and falls < 60.0:
                    more = (-np.log(_hash(d, i, 2)) / p[6]) ** power_dead
                    end = min(falls + more, 60.0)
                    worth = (left - np.exp(-0.03 * end)) / 0.03
                    cost += worth * p[10]
                    health += worth * p[8]
                sums[0] += cost
                sums[1] += health
                sums[2] += cost * cost
                sums[3] += health * health
            for kind in range(2):
                found[kind, s, d] = sums[kind] / patients
                squares[kind, s, d] = sums[2 + kind] / patients
