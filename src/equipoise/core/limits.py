"""How large the numbers of a user may be, and what is said where they grow beyond reckoning."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from equipoise.core.errors import FieldError, SimulationError
from equipoise.core.translation import translate as _

LARGEST = 1e50
"""Products of several such numbers, and their squares, still fit into a float."""

_SHOWN = 3


def check_size(value: float) -> float:
    """Return a number if it is not too large to compute with.

    Raises
    ------
    FieldError
        If it is beyond `LARGEST` on either side.

    Examples
    --------
    >>> check_size(-1e50)
    -1e+50
    """
    if abs(value) > LARGEST:
        raise FieldError(
            _("the number is too large: the limit is {limit}", limit=f"{LARGEST:g}"),
            fix=_("write a smaller number"),
        )
    return value


@contextmanager
def overflow_explained(inputs: Mapping[str, float]) -> Iterator[None]:
    """Stop at the first number that outgrows a float, instead of computing on with infinity.

    Holds for the thread that enters it.

    Parameters
    ----------
    inputs
        Values by name, of which the error names the largest.

    Raises
    ------
    SimulationError
        Instead of a warning of NumPy or an overflow of Python inside.
    """
    try:
        with np.errstate(over="raise"):
            yield
    except (FloatingPointError, OverflowError) as error:
        names = sorted(inputs, key=lambda name: -abs(inputs[name]))[:_SHOWN]
        listed = ", ".join(f"{name} = {inputs[name]:g}" for name in names)
        raise SimulationError(
            _("a number grew too large to compute with; look at the largest inputs: {listed}",
              listed=listed)
        ) from error  # fmt: skip
