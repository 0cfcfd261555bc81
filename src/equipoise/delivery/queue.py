"""First come, first served: a month-by-month queue with limited slots."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.vocabulary import checked
from equipoise.delivery.demand import MONTHS, Demand
from equipoise.rules import Segment, payer_segments, shares_of_span
from equipoise.spec.loaded import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Opening:
    """From which month on each payer's patients can be treated, and with how many slots."""

    payers: tuple[str, ...]
    segments: tuple[Segment, ...]
    ready: Floats
    """Years since the decision date, dims (payer, draw)."""
    slots: Floats
    """Patients per month in all centres together, dims (draw)."""

    def owed(self, age: Floats) -> Floats:
        """Return 1 for the payer who owes the product at an age, dims (payer, *age)."""
        return shares_of_span(self.segments, self.payers, age, years=0.0)

    def open_to(self, owed: Floats, month: int) -> Floats:
        """Return 1 where the payer who owes buys, dims (*age, draw)."""
        buys = (self.ready <= month / MONTHS).astype(np.float64)
        return np.tensordot(np.moveaxis(owed, 0, -1), buys, axes=1)

    def capacity(self, month: int) -> Floats:
        """Return the slots of a month, none before the first payer buys, dims (draw)."""
        paying = [self.payers.index(segment.payer) for segment in self.segments]
        opened = (self.ready[paying] <= month / MONTHS).any(axis=0)
        return np.where(opened, self.slots, 0.0)


def _opening(study: Study, inputs: xr.Dataset, access: xr.Dataset, centres: int) -> _Opening:
    """Return when treatment opens and how many slots there are."""
    draws = inputs.sizes["draw"]
    per_year = np.broadcast_to(inputs["care.slots"].values, (draws,))
    product = study.file.items[study.file.comparison.product_item]
    return _Opening(
        payers=tuple(str(name) for name in access["payer"].values),
        segments=payer_segments(study.country, product.category),
        ready=access["funded"].values + inputs["care.ready_after"].values,
        slots=np.asarray(per_year * centres / MONTHS, dtype=np.float64),
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
    opening = _opening(study, inputs, access, centres)
    queue = _Queue(joining, opening)
    months = joining.arrivals.shape[1]
    for month in range(months):
        queue.step(month)
    dims = ("group", "month", "draw")
    arrays = {name: (dims, values) for name, values in queue.counts.items()}
    by_payer = {name: (("payer", *dims), values) for name, values in queue.by_payer.items()}
    data = xr.Dataset(
        {**arrays, **by_payer},
        coords={
            "payer": list(opening.payers),
            "group": list(joining.groups),
            "group_age": ("group", joining.ages),
            "month": np.arange(months),
            "draw": inputs["draw"],
        },
    )
    data["capacity"] = (("month", "draw"), np.stack([opening.capacity(m) for m in range(months)]))
    return checked("delivery", data)


class _Queue:
    """Who waits, by group and month of joining; dims (group, joined, draw)."""

    def __init__(self, joining: Demand, opening: _Opening) -> None:
        self.joining = joining
        self.opening = opening
        self.waiting = np.zeros_like(joining.arrivals)
        now, later = joining.survival[:, :-1], joining.survival[:, 1:]
        self.lives = np.divide(later, now, out=np.zeros_like(now), where=now > 0.0)
        names = ("arrived", "treated", "left", "died", "waiting")
        self.counts = {name: np.zeros_like(joining.arrivals) for name in names}
        self.counts["arrived"][:] = joining.arrivals
        shape = (len(opening.payers), *joining.arrivals.shape)
        ages = np.broadcast_to(joining.ages[:, None, None], shape)
        self.by_payer = {"treated_for": np.zeros(shape), "age_at_treatment": ages.copy()}

    def step(self, month: int) -> None:
        """Let one month pass."""
        waiting = self.waiting[:, : month + 1]
        waiting[:, month] = self.joining.arrivals[:, month]
        if self.opening.capacity(month).any():
            self._treat(waiting, month)
        self._attrition(waiting, month)
        self.counts["waiting"][:, month] = waiting.sum(axis=1)

    def _treat(self, waiting: Floats, month: int) -> None:
        """Treat those whose payer buys: earliest joined first, up to the slots."""
        age = self.joining.ages[:, None] + (month - np.arange(month + 1)) / MONTHS
        owed = self.opening.owed(age)
        offered = waiting * self.opening.open_to(owed, month)
        asked = offered.sum(axis=0)
        earlier = np.cumsum(asked, axis=0) - asked
        served = np.clip(self.opening.capacity(month) - earlier, 0.0, asked)
        share = np.divide(served, asked, out=np.zeros_like(asked), where=asked > 0.0)
        taken = offered * share
        waiting -= taken
        self.counts["treated"][:, month] = taken.sum(axis=1)
        for payer in np.flatnonzero(owed.any(axis=(1, 2))):
            self._note(taken, owed[payer], age, payer=int(payer), month=month)

    def _note(self, taken: Floats, owed: Floats, age: Floats, *, payer: int, month: int) -> None:
        """Note who was treated at one payer's cost, and their mean age."""
        treated = np.einsum("gj,gjd->gd", owed, taken)
        total_age = np.einsum("gj,gjd->gd", owed * age, taken)
        self.by_payer["treated_for"][payer, :, month] = treated
        mean_age = self.by_payer["age_at_treatment"][payer, :, month]
        np.divide(total_age, treated, out=mean_age, where=treated > 0.0)
        np.round(mean_age, 9, out=mean_age)  # a birthday stays a birthday

    def _attrition(self, waiting: Floats, month: int) -> None:
        """Let some of those who still wait die, and then some of the living leave."""
        before = waiting.sum(axis=1)
        # Who joined in month j has waited month - j months: the curve runs backwards along j.
        waiting *= self.lives[:, month::-1]
        living = waiting.sum(axis=1)
        waiting *= self.joining.staying
        self.counts["died"][:, month] = before - living
        self.counts["left"][:, month] = living * (1.0 - self.joining.staying)


def reach(delivery: xr.Dataset) -> xr.Dataset:
    """Return the queue by calendar year over all groups, as in group ``reach``.

    Parameters
    ----------
    delivery
        Group ``delivery`` of the vocabulary.
    """
    year = xr.DataArray(delivery["month"].values // MONTHS, dims="month", name="year")
    counts = delivery[["arrived", "treated", "left", "died"]].sum("group")
    counts["capacity"] = delivery["capacity"]
    yearly = counts.groupby(year).sum("month")
    last = delivery["waiting"].sum("group").groupby(year).last()
    yearly["waiting"] = last
    return yearly.transpose("year", "draw")
