"""What each side judges a policy by: one function and one line per criterion."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from equipoise.core.translation import mark
from equipoise.spec.study import Stakeholder

MONTHS = 12


@dataclass(frozen=True)
class Outcome:
    """What a policy brought about: the groups that criteria look at.

    `queue` holds the counts of group ``delivery`` summed over patient groups, dims (month, draw);
    `payment` is a group of the vocabulary; `net_benefit` has dims (draw).
    """

    queue: xr.Dataset
    payment: xr.Dataset
    net_benefit: xr.DataArray
    centres: int
    """The policy's number of centres."""
    family: tuple[str, ...]
    """Payers that are families."""


def queue_of(delivery: xr.Dataset) -> xr.Dataset:
    """Return the queue over all patient groups, as `Outcome` wants it."""
    queue = delivery[["arrived", "treated", "waiting"]].sum("group")
    queue["capacity"] = delivery["capacity"]
    return queue


@dataclass(frozen=True)
class Criterion:
    """One thing a side cares about, measured in every draw."""

    name: str
    stakeholder: Stakeholder
    better: Literal["more", "less"]
    unit: str
    title: str
    measure: Callable[[Outcome], xr.DataArray]


def per(amount: xr.DataArray, count: xr.DataArray) -> xr.DataArray:
    """Return an amount per unit of a count, 0 where there is nothing to count."""
    some = count > 0.0
    return (amount / count.where(some, 1.0)).where(some, 0.0)


def health_gained(outcome: Outcome) -> xr.DataArray:
    """QALYs that the therapy adds per patient who joins the queue, undiscounted."""
    health = outcome.payment["qaly"].sum("year") + outcome.payment["qaly_later"]
    gained = health.sel(world="with", drop=True) - health.sel(world="without", drop=True)
    joined = outcome.queue["arrived"].sum("month")
    return per(gained, joined)


def share_treated(outcome: Outcome) -> xr.DataArray:
    """Share of those who join the queue within the horizon and are treated in it."""
    treated = outcome.queue["treated"].sum("month")
    joined = outcome.queue["arrived"].sum("month")
    return per(treated, joined)


def years_to_half(outcome: Outcome) -> xr.DataArray:
    """Years until half of all who join within the horizon have been treated, at most the horizon.

    A draw in which that never happens counts the whole horizon.
    """
    treated = outcome.queue["treated"].cumsum("month")
    half = 0.5 * outcome.queue["arrived"].sum("month")
    reached = (treated >= half) & (half > 0.0)
    months = treated.sizes["month"]
    first = reached.argmax("month").where(reached.any("month"), months)
    return first / MONTHS


def family_cost(outcome: Outcome) -> xr.DataArray:
    """Present value of what families pay more with the therapy, per patient who joins."""
    paid = outcome.payment["amount_present"].sel(payer=list(outcome.family)).sum(("payer", "item"))
    more = paid.sel(world="with", drop=True) - paid.sel(world="without", drop=True)
    joined = outcome.queue["arrived"].sum("month")
    return per(more, joined)


def patients_per_centre(outcome: Outcome) -> xr.DataArray:
    """Patients that one centre treats in a year, mean over the horizon: experience keeps skill."""
    treated = outcome.queue["treated"].sum("month")
    years = outcome.queue.sizes["month"] / MONTHS
    return treated / (max(outcome.centres, 1) * years)


def longest_backlog(outcome: Outcome) -> xr.DataArray:
    """Most months of work that ever stood before the centres once treatment had begun."""
    waiting = outcome.queue["waiting"]
    slots = outcome.queue["capacity"]
    return per(waiting, slots).max("month")


def net_benefit(outcome: Outcome) -> xr.DataArray:
    """Net monetary benefit of the therapy for all patients, at the reference threshold."""
    return outcome.net_benefit


def public_budget(outcome: Outcome) -> xr.DataArray:
    """Yearly payments of all but families, with the therapy minus without, dims (year, draw)."""
    public = [p for p in outcome.payment["payer"].values if p not in outcome.family]
    amount = outcome.payment["amount"].sel(payer=public).sum(("payer", "item"))
    return amount.sel(world="with", drop=True) - amount.sel(world="without", drop=True)


def peak_budget(outcome: Outcome) -> xr.DataArray:
    """Highest yearly budget impact on public payers within the horizon."""
    return public_budget(outcome).max("year")


def whole_budget(outcome: Outcome) -> xr.DataArray:
    """Budget impact on public payers over the whole horizon, undiscounted."""
    return public_budget(outcome).sum("year")


CRITERIA: dict[str, Criterion] = {
    criterion.name: criterion
    for criterion in (
        Criterion("health_gained", "patient", "more", "QALY", mark("Health gained per patient"),
                  health_gained),
        Criterion("share_treated", "patient", "more", "1", mark("Share of patients treated"),
                  share_treated),
        Criterion("years_to_half", "patient", "less", "year", mark("Years until half are treated"),
                  years_to_half),
        Criterion("family_cost", "patient", "less", "money", mark("Extra cost to the family"),
                  family_cost),
        Criterion("patients_per_centre", "profession", "more", "patients/year",
                  mark("Patients per centre and year"), patients_per_centre),
        Criterion("longest_backlog", "profession", "less", "month",
                  mark("Longest backlog of the centres"), longest_backlog),
        Criterion("net_benefit", "state", "more", "money", mark("Net benefit at the threshold"),
                  net_benefit),
        Criterion("peak_budget", "state", "less", "money", mark("Highest yearly budget impact"),
                  peak_budget),
        Criterion("whole_budget", "state", "less", "money", mark("Budget impact over the horizon"),
                  whole_budget),
    )
}  # fmt: skip
"""Every criterion a study can name."""


def measured(outcome: Outcome, names: list[str]) -> xr.DataArray:
    """Return the named criteria of one policy, dims (criterion, draw)."""
    rows = [np.asarray(CRITERIA[name].measure(outcome).transpose("draw").values) for name in names]
    return xr.DataArray(
        np.stack(rows),
        dims=("criterion", "draw"),
        coords={"criterion": names, "draw": outcome.queue["draw"]},
    )
