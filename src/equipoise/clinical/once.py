"""One-off costs and health that are no number: the field that is to blame."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from equipoise.clinical.moves import Labels
from equipoise.clinical.plan import Costs
from equipoise.core.errors import SimulationError
from equipoise.core.translation import translate as _
from equipoise.spec.findings import Place

Floats = NDArray[np.float64]


def field_of(place: Place, cost: Costs, item: str) -> Place:
    """Return the field of one item of a cost, which may be a bare formula.

    Examples
    --------
    >>> field_of(("events", "infusion"), None, "care")
    ('events', 'infusion', 'cost')
    """
    return (*place, "cost", item) if isinstance(cost, Mapping) else (*place, "cost")


def require_number(value: Floats, field: Place, *, time: float, labels: Labels) -> None:
    """Refuse what is infinite or no number.

    Parameters
    ----------
    value
        Its last dims are (strategy, subgroup, age, draw).
    field
        That says it.
    time
        Years since the start.
    labels
        Of the run.

    Raises
    ------
    SimulationError
        Naming the field, the time, the strategy and the draw.
    """
    wrong = np.asarray(~np.isfinite(value))
    if not wrong.any():
        return
    found = float(value[np.unravel_index(int(np.argmax(wrong)), wrong.shape)])
    message = _("{why} ({time:g} years after the start, {place})",
                why=_("the value is {value:g}", value=found), time=time,
                place=labels.place(wrong))  # fmt: skip
    fix = _("check for a division by zero or a logarithm of 0")
    raise SimulationError(message, fix=fix, place=field)
