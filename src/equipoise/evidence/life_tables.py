"""Life tables given as yearly death rates by single age."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OLDEST = 130


def survival(rate: Callable[[Floats], Floats], *, age: float = 0.0) -> Floats:
    r"""Return the share alive after each whole year.

    .. math:: S(t) = \exp(-\sum_{k<t} m(a + k))

    Parameters
    ----------
    rate
        Death rate per year at an age, constant within a year of age.
    age
        Age at the start, years.

    Returns
    -------
    numpy.ndarray
        Shape (years + 1,), from 1 at the start to the age of 130.

    Examples
    --------
    >>> survival(lambda age: np.full(age.shape, np.log(2)))[:3].tolist()
    [1.0, 0.5, 0.25]
    """
    ages = np.arange(age, OLDEST)
    total = np.concatenate([[0.0], np.cumsum(rate(ages))])
    return np.asarray(np.exp(-total))


def life_expectancy(rate: Callable[[Floats], Floats], *, age: float = 0.0) -> float:
    r"""Return the mean years still to live, with deaths spread by a constant rate in each year.

    .. math:: e(a) = \sum_k S(k) (1 - e^{-m(a + k)}) / m(a + k)

    Parameters
    ----------
    rate
        Death rate per year at an age, constant within a year of age.
    age
        Age at the start, years.

    References
    ----------
    Preston, Heuveline, Guillot (2001), Demography, chapter 3.

    Examples
    --------
    >>> round(life_expectancy(lambda age: np.full(age.shape, 0.05)), 2)
    19.97
    """
    ages = np.arange(age, OLDEST)
    rates = np.asarray(rate(ages), dtype=np.float64)
    alive = survival(rate, age=age)[:-1]
    lived = np.divide(-np.expm1(-rates), rates, out=np.ones_like(rates), where=rates > 0.0)
    return float((alive * lived).sum())
