"""First come, first served: a month-by-month queue with limited slots."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.vocabulary import checked
from equipoise.delivery.demand import MONTHS, Demand
from equipoise.delivery.line import Line, run_queue
from equipoise.rules import payer_segments, shares_of_span
from equipoise.spec.loaded_study import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Opening:
    """From which month on each payer's patients can be treated, and how many a month."""

    owed_by: NDArray[np.intp]
    """Place of the payer who owes the product, dims (group, months since joining)."""
    ready: Floats
    """Years since the decision date, dims (payer, draw)."""
    capacity: Floats
    """Patients in all centres together, none before the first payer buys, dims (month, draw)."""


def _opening(
    study: Study, inputs: xr.Dataset, access: xr.Dataset, joining: Demand, centres: int
) -> _Opening:
    """Return when treatment opens for whom and how many slots there are."""
    product = study.file.items[study.file.comparison.product_item]
    segments = payer_segments(study.country, product.category)
    payers = [str(name) for name in access["payer"].values]
    years = np.arange(joining.arrivals.shape[1]) / MONTHS
    owed = shares_of_span(segments, payers, joining.ages[:, None] + years, years=0.0)
    ready = access["funded"].values + inputs["care.ready_after"].values
    first = ready[[payers.index(segment.payer) for segment in segments]].min(axis=0)
    slots = inputs["care.slots"].values * centres / MONTHS
    return _Opening(
        owed_by=owed.argmax(axis=0),
        ready=ready,
        capacity=np.where(first <= years[:, None], slots, 0.0),
    )


def treated_patients(
    study: Study, inputs: xr.Dataset, access: xr.Dataset, joining: Demand, *, centres: int
) -> xr.Dataset:
    """Run the queue for one number of treating centres.

    Each month new patients join, those whose payer buys are treated in the order in which they
    joined as far as slots go, and then some of the waiting die or leave. Patients are expected
    numbers, so a tenth of a patient can be treated; the order among those who joined in the same
    month is shared in proportion.

    Parameters
    ----------
    study
        For the payers' rules.
    inputs
        The joint sample.
    access
        Group ``access``: when each payer begins to buy.
    joining
        Result of `demand`.
    centres
        Number of treating centres.

    Returns
    -------
    xarray.Dataset
        Group ``delivery`` of the vocabulary.
    """
    opening = _opening(study, inputs, access, joining, centres)
    queue = Line(
        joining.arrivals, joining.ages, _monthly_survival(joining), joining.staying, **vars(opening)
    )
    arrays = {"arrived": queue.arrivals, **run_queue(queue)._asdict(), "capacity": queue.capacity}
    dims = ("payer", "group", "month", "draw")
    data = xr.Dataset(
        {name: (dims[-values.ndim :], values) for name, values in arrays.items()},
        coords={
            "payer": access["payer"].values,
            "group": list(joining.groups),
            "group_age": ("group", joining.ages),
            "month": np.arange(queue.arrivals.shape[1]),
            "draw": inputs["draw"],
        },
    )
    return checked("delivery", data)


def _monthly_survival(joining: Demand) -> Floats:
    """Return the share who live a month longer, dims (group, months since joining, draw)."""
    now, later = joining.survival[:, :-1], joining.survival[:, 1:]
    return np.divide(later, now, out=np.zeros_like(now), where=now > 0.0)


def reach(delivery: xr.Dataset) -> xr.Dataset:
    """Return the queue by calendar year over all groups, as in group ``reach``.

    Parameters
    ----------
    delivery
        Group ``delivery`` of the vocabulary.
    """
    flow = ("month", "draw")
    counts = delivery[["arrived", "treated", "left", "died", "waiting"]].sum("group", skipna=False)
    counts["capacity"] = delivery["capacity"]
    first = np.arange(0, delivery.sizes["month"], MONTHS)
    yearly = {
        name: (("year", "draw"), np.add.reduceat(count.transpose(*flow).values, first, axis=0))
        for name, count in counts.data_vars.items()
    }
    last = np.append(first[1:], delivery.sizes["month"]) - 1
    yearly["waiting"] = (("year", "draw"), counts["waiting"].transpose(*flow).values[last])
    return xr.Dataset(yearly, coords={"year": first // MONTHS, "draw": delivery["draw"]})
