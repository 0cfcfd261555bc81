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
    return _compiled(function, fastmath=False)


def fused(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function as `compiled` does, with a product and a sum in one step.

    Where the processor can, as all of the last ten years do: nearly twice as fast, and rounded
    once where it would be twice, so that other processors differ in the last digit. And always
    written out where it is called, or the loop around it would compute one number at a time.

    Parameters
    ----------
    function
        As in `compiled`.

    Examples
    --------
    >>> @fused
    ... def line(number: float) -> float:
    ...     return 2.0 * number + 1.0
    >>> line(3.0)
    7.0
    """
    return _compiled(function, fastmath={"contract"}, forceinline=True)


def _compiled(
    function: Callable[P, R], *, fastmath: bool | set[str], forceinline: bool = False
) -> Callable[P, R]:
    """Return the function as machine code."""
    compiling = partial(
        njit, nogil=True, error_model="numpy", fastmath=fastmath, forceinline=forceinline
    )
    machine_code: Callable[P, R]
    try:
        machine_code = compiling(cache=True)(function)
    except RuntimeError:  # there is no folder in which it could be kept
        machine_code = compiling()(function)
    return machine_code
