"""What each side judges a policy by: one function and one line per criterion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.translation import mark
from equipoise.spec.jurisdiction import PayerKind
from equipoise.spec.study import Stakeholder

Floats = NDArray[np.float64]

MONTHS = 12


@dataclass(frozen=True)
class Queue:
    """The counts of group ``delivery`` over all patient groups, dims (month, draw)."""

    arrived: Floats
    treated: Floats
    waiting: Floats
    capacity: Floats

    @cached_property
    def joined(self) -> Floats:
        """Return how many join the queue within the horizon, dims (draw)."""
        return np.asarray(self.arrived.sum(axis=0))

    @cached_property
    def treated_so_far(self) -> Floats:
        """Return how many have been treated by the end of each month, dims (month, draw)."""
        return np.asarray(self.treated.cumsum(axis=0))


@dataclass(frozen=True)
class Outcome:
    """What a policy brought about: the groups that criteria look at.

    `impact` is a group of the vocabulary; `net_benefit` has dims (draw).
    """

    queue: Queue
    impact: xr.Dataset
    net_benefit: xr.DataArray
    centres: int
    """The policy's number of centres."""
    kinds: Mapping[str, PayerKind]
    """Payer -> kind."""

    def of(self, name: str, *dims: str) -> Floats:
        """Return one array of the impact with its dims in this order."""
        return np.asarray(self.impact[name].transpose(*dims).values)

    def paid_by(self, kind: PayerKind) -> NDArray[np.bool_]:
        """Return which payers are of a kind, dims (payer)."""
        return np.array([self.kinds[str(p)] == kind for p in self.impact["payer"].values])

    @cached_property
    def public_budget(self) -> Floats:
        """Return the budget impact on all but families and private insurers, dims (year, draw)."""
        amount = self.of("amount", "payer", "year", "draw")
        public = ~(self.paid_by("family") | self.paid_by("private"))
        return np.asarray(amount[public].sum(axis=0))


def queue_of(delivery: xr.Dataset) -> Queue:
    """Return the queue over all patient groups, as `Outcome` wants it."""
    arrived, treated, waiting = (
        delivery[name].transpose("group", "month", "draw").values.sum(axis=0)
        for name in ("arrived", "treated", "waiting")
    )
    capacity = delivery["capacity"].transpose("month", "draw").values
    return Queue(arrived, treated, waiting, capacity)


@dataclass(frozen=True)
class Criterion:
    """One thing a side cares about, measured in every draw."""

    name: str
    stakeholder: Stakeholder
    better: Literal["more", "less"]
    unit: str
    title: str
    note: str
    """What is counted, where the title does not say it."""
    measure: Callable[[Outcome], Floats]
    """Gives the criterion in every draw, dims (draw)."""


def per(amount: Floats, count: Floats) -> Floats:
    """Return an amount per unit of a count, 0 where there is nothing to count."""
    return np.divide(amount, count, out=np.zeros_like(amount), where=count > 0.0)


def health_gained(outcome: Outcome) -> Floats:
    """QALYs that the therapy adds per patient who joins the queue, undiscounted."""
    return per(outcome.of("qaly", "draw"), outcome.queue.joined)


def share_treated(outcome: Outcome) -> Floats:
    """Share of those who join the queue within the horizon and are treated in it."""
    return per(outcome.queue.treated.sum(axis=0), outcome.queue.joined)


def years_to_half(outcome: Outcome) -> Floats:
    """Years until half of all who join within the horizon have been treated, at most the horizon.

    A draw in which that never happens counts the whole horizon.
    """
    treated = outcome.queue.treated_so_far
    half = 0.5 * outcome.queue.joined
    reached = (treated >= half) & (half > 0.0)
    first = np.where(reached.any(axis=0), reached.argmax(axis=0), treated.shape[0])
    return np.asarray(first / MONTHS)


def family_cost(outcome: Outcome) -> Floats:
    """Present value of what families pay more with the therapy, per patient who joins."""
    paid = outcome.of("amount_present", "payer", "draw")
    return per(paid[outcome.paid_by("family")].sum(axis=0), outcome.queue.joined)


def patients_per_centre(outcome: Outcome) -> Floats:
    """Patients that one centre treats in a year, mean over the horizon: experience keeps skill."""
    treated = outcome.queue.treated
    years = treated.shape[0] / MONTHS
    return np.asarray(treated.sum(axis=0) / (max(outcome.centres, 1) * years))


def longest_backlog(outcome: Outcome) -> Floats:
    """Most months of work that ever stood before the centres once treatment had begun.

    Where treatment never begins the centres have no work; those who wait all the same count for
    the patient, in the share treated and the years until half are.
    """
    return np.asarray(per(outcome.queue.waiting, outcome.queue.capacity).max(axis=0))


def net_benefit(outcome: Outcome) -> Floats:
    """Net monetary benefit of the therapy for all patients, at the reference threshold."""
    return np.asarray(outcome.net_benefit.transpose("draw").values)


def peak_budget(outcome: Outcome) -> Floats:
    """Highest yearly budget impact on public payers within the horizon."""
    return np.asarray(outcome.public_budget.max(axis=0))


def whole_budget(outcome: Outcome) -> Floats:
    """Budget impact on public payers over the whole horizon, undiscounted."""
    return np.asarray(outcome.public_budget.sum(axis=0))


CRITERIA: dict[str, Criterion] = {
    criterion.name: criterion
    for criterion in (
        Criterion("health_gained", "patient", "more", "QALY", mark("Health gained per patient"),
                  mark("over whole lives, not discounted, per patient who joins the queue"),
                  health_gained),
        Criterion("share_treated", "patient", "more", "1", mark("Share of patients treated"),
                  mark("of all who join the queue within the period"), share_treated),
        Criterion("years_to_half", "patient", "less", "year", mark("Years until half are treated"),
                  mark("the whole period where that never happens"), years_to_half),
        Criterion("family_cost", "patient", "less", "money", mark("Extra cost to the family"),
                  mark("present value per patient who joins the queue"), family_cost),
        Criterion("patients_per_centre", "profession", "more", "patients/year",
                  mark("Patients per centre and year"), mark("mean over the period"),
                  patients_per_centre),
        Criterion("longest_backlog", "profession", "less", "month",
                  mark("Longest backlog of the centres"),
                  mark("months of work for those who wait, once treatment has begun"),
                  longest_backlog),
        Criterion("net_benefit", "state", "more", "money", mark("Net benefit at the threshold"),
                  mark("present value for all patients, over whole lives"), net_benefit),
        Criterion("peak_budget", "state", "less", "money", mark("Highest yearly budget impact"),
                  mark("public money only; each future’s highest year, then the mean"),
                  peak_budget),
        Criterion("whole_budget", "state", "less", "money", mark("Budget impact over the period"),
                  mark("public money only, not discounted"), whole_budget),
    )
}  # fmt: skip
"""Every criterion a study can name."""


def measured(outcome: Outcome, names: list[str]) -> xr.DataArray:
    """Return the named criteria of one policy, dims (criterion, draw)."""
    rows = [CRITERIA[name].measure(outcome) for name in names]
    return xr.DataArray(
        np.stack(rows),
        dims=("criterion", "draw"),
        coords={"criterion": names, "draw": outcome.net_benefit["draw"]},
    )
