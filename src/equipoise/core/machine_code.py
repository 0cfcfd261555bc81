"""Compiling loops that arrays cannot express; import this only where such a loop runs."""

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function as machine code, compiled at its first call and kept for later runs.

    Sums keep the order in which they are written, so that results do not depend on the machine;
    and other threads run meanwhile. Importing this module costs the import of Numba: a module
    of compiled functions is imported inside the function that runs them.

    Parameters
    ----------
    function
        Takes and returns numbers, arrays, and named tuples of them.

    Examples
    --------
    >>> @compiled
    ... def half(number: float) -> float:
    ...     return number / 2.0
    >>> half(3.0)
    1.5
    """
    compiling = partial(njit, nogil=True, error_model="numpy")
    machine_code: Callable[P, R]
    try:
        machine_code = compiling(cache=True)(function)
    except RuntimeError:  # there is no folder in which it could be kept
        machine_code = compiling()(function)
    return machine_code
