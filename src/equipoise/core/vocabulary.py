"""The closed list of dimensions, and what every stage promises in its arrays.

The reference page of the documentation is made from these rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import LabelError

if TYPE_CHECKING:
    import xarray as xr

DIMENSIONS: dict[str, str] = {
    "draw": "one joint sample of every uncertain input; shared by all stages",
    "strategy": "a treatment strategy of the disease model",
    "world": "with or without the new therapy available",
    "policy": "one setting of all levers",
    "group": "patients of like age at the decision date",
    "age": "age at the start of treatment, years",
    "year": "clinical: years since the patient's start; elsewhere: years since the decision date",
    "point": "trace: a start of a cycle, counted from 0, or the end of the last one",
    "month": "months since the decision date",
    "state": "health state of the disease model",
    "measure": "a value that the disease model tracks over time",
    "payer": "who pays",
    "item": "what is paid for",
    "step": "one dated step of the road to patients",
    "stakeholder": "patient, profession or state",
    "criterion": "what a stakeholder judges a policy by",
    "threshold": "willingness to pay, money per QALY",
    "parameter": "an uncertain input",
}


@dataclass(frozen=True)
class Variable:
    """One promised array: where, which dims in which order, unit, range, meaning."""

    group: str
    name: str
    dims: tuple[str, ...]
    unit: str
    low: float
    high: float
    meaning: str
    may_miss: bool = False
    """Whether a draw may have no value (NaN)."""


_BY_AGE = ("strategy", "age", "year", "draw")
_POINT = ("strategy", "point")
_QUEUE = ("group", "month", "draw")
_LINES = ("world", "payer", "item", "draw")

VARIABLES: tuple[Variable, ...] = (
    # access: when
    Variable("access", "step_start", ("step", "draw"), "year", 0, inf,
             "When a step begins, from the decision date; infinite if it never does."),
    Variable("access", "step_end", ("step", "draw"), "year", 0, inf,
             "When a step ends, from the decision date; infinite if it never does."),
    Variable("access", "funded", ("payer", "draw"), "year", 0, inf,
             "When a payer begins to buy the product; infinite if never."),
    # clinical: one patient, by age at start and time since start
    Variable("clinical", "cost", ("strategy", "item", "age", "year", "draw"), "money", -inf, inf,
             "Cost per starting patient in each year since start, without what falls on day 0."),
    Variable("clinical", "cost_present", ("strategy", "item", "age", "year", "draw"), "money",
             -inf, inf, "The same at its present value on the patient's own start."),
    Variable("clinical", "cost_at_start", ("strategy", "item", "age", "draw"), "money", -inf, inf,
             "One-off cost per starting patient on day 0."),
    Variable("clinical", "qaly", _BY_AGE, "QALY", -inf, inf,
             "Health per starting patient in each year since start."),
    Variable("clinical", "qaly_present", _BY_AGE, "QALY", -inf, inf,
             "The same at its present value on the patient's own start."),
    Variable("clinical", "life_years", _BY_AGE, "year", 0, 1.0 + 1e-9,
             "Life lived per starting patient in each year since start."),
    Variable("clinical", "life_years_present", _BY_AGE, "year", 0, 1.0 + 1e-9,
             "The same at its present value on the patient's own start."),
    Variable("clinical", "alive", _BY_AGE, "1", 0, 1.0 + 1e-9,
             "Share alive at the start of each year since start."),
    Variable("clinical", "track", ("measure", "strategy", "age", "year", "draw"), "any", -inf, inf,
             "Average of a tracked value among those alive at the start of each year."),
    # trace: one patient of a model file, at every point of time
    Variable("trace", "share", ("strategy", "point", "state"), "1", 0, 1.0 + 1e-9,
             "Share of all who started that is in each state."),
    Variable("trace", "alive", _POINT, "1", 0, 1.0 + 1e-9, "Share alive."),
    Variable("trace", "weight", ("point",), "year", 0, inf,
             "Time for which those who are there count, by the model's within-cycle method."),
    Variable("trace", "cost", ("strategy", "item", "point"), "money", -inf, inf,
             "What counts at the point, weighted, with one-off costs: the sum is the total."),
    Variable("trace", "cost_present", ("strategy", "item", "point"), "money", -inf, inf,
             "The same at its present value on the patient's start."),
    Variable("trace", "qaly", _POINT, "QALY", -inf, inf, "Health that counts at the point."),
    Variable("trace", "qaly_present", _POINT, "QALY", -inf, inf, "The same at its present value."),
    Variable("trace", "life_years", _POINT, "year", 0, inf, "Life that counts at the point."),
    Variable("trace", "life_years_present", _POINT, "year", 0, inf,
             "The same at its present value."),
    Variable("trace", "track", ("measure", "strategy", "point"), "any", -inf, inf,
             "Average of a tracked value among those alive; none where nobody is.", may_miss=True),
    # delivery: who is treated when
    Variable("delivery", "arrived", _QUEUE, "patients", 0, inf,
             "Patients who join the queue in the month."),
    Variable("delivery", "treated", _QUEUE, "patients", 0, inf, "Patients treated in the month."),
    Variable("delivery", "left", _QUEUE, "patients", 0, inf,
             "Patients who leave the queue for another reason than death in the month."),
    Variable("delivery", "died", _QUEUE, "patients", 0, inf,
             "Patients who die in the queue in the month."),
    Variable("delivery", "waiting", _QUEUE, "patients", 0, inf,
             "Patients in the queue at the end of the month."),
    Variable("delivery", "treated_for", ("payer", *_QUEUE), "patients", 0, inf,
             "Patients treated in the month, by who owes a medicine at their age on the day."),
    Variable("delivery", "age_at_treatment", ("payer", *_QUEUE), "year", 0, 130,
             "Mean age of those treated in the month for a payer."),
    Variable("delivery", "capacity", ("month", "draw"), "patients", 0, inf,
             "Patients that the centres could treat in the month."),
    # reach and course: what a finished run keeps of delivery and clinical
    Variable("reach", "arrived", ("year", "draw"), "patients", 0, inf,
             "Patients who join the queue in each calendar year."),
    Variable("reach", "treated", ("year", "draw"), "patients", 0, inf,
             "Patients treated in each calendar year."),
    Variable("reach", "left", ("year", "draw"), "patients", 0, inf,
             "Patients who leave the queue alive in each calendar year."),
    Variable("reach", "died", ("year", "draw"), "patients", 0, inf,
             "Patients who die in the queue in each calendar year."),
    Variable("reach", "waiting", ("year", "draw"), "patients", 0, inf,
             "Patients in the queue at the end of each calendar year."),
    Variable("reach", "capacity", ("year", "draw"), "patients", 0, inf,
             "Patients that the centres could treat in each calendar year."),
    Variable("reach", "qaly_lost_waiting", ("draw",), "QALY", -inf, inf,
             "Present value of health that treatment on the day of joining would have added."),
    Variable("course", "alive", ("strategy", "year", "draw"), "1", 0, 1.0 + 1e-9,
             "Share alive at the start of each year since start, mean over today's patients."),
    Variable("course", "track", ("measure", "strategy", "year", "draw"), "any", -inf, inf,
             "Tracked values among those alive, mean over today's patients."),
    Variable("course", "cost", ("strategy", "year", "draw"), "money", -inf, inf,
             "Cost per starting patient in each year since start, the product's price left out."),
    # payment: the ledger
    Variable("payment", "amount", ("world", "payer", "item", "year", "draw"), "money", -inf, inf,
             "Paid in each calendar year of the horizon; rebates are negative."),
    Variable("payment", "amount_later", _LINES, "money", -inf, inf, "Paid after the horizon."),
    Variable("payment", "amount_present", _LINES, "money", -inf, inf,
             "All payments at their present value on the decision date."),
    Variable("payment", "receipts", ("year", "draw"), "money", -inf, inf,
             "What the maker receives in each calendar year, net of rebates."),
    Variable("payment", "receipts_later", ("draw",), "money", -inf, inf,
             "What the maker receives after the horizon, net of rebates."),
    Variable("payment", "qaly", ("world", "year", "draw"), "QALY", -inf, inf,
             "Health of all patients of the queue in each calendar year of the horizon."),
    Variable("payment", "qaly_later", ("world", "draw"), "QALY", -inf, inf,
             "Their health after the horizon."),
    Variable("payment", "qaly_present", ("world", "draw"), "QALY", -inf, inf,
             "All their health at its present value on the decision date."),
    Variable("payment", "life_years", ("world", "draw"), "year", 0, inf,
             "All their life, undiscounted."),
    Variable("payment", "price_weight", ("draw",), "patients", 0, inf,
             "Present value of what the maker receives, net, per unit of price."),
    # impact: what the therapy changes in the ledger
    Variable("impact", "amount", ("payer", "year", "draw"), "money", -inf, inf,
             "Payments with the therapy minus those without it, in each calendar year."),
    Variable("impact", "amount_present", ("payer", "draw"), "money", -inf, inf,
             "The same at its present value, with what falls after the horizon."),
    Variable("impact", "qaly", ("draw",), "QALY", -inf, inf,
             "Health with the therapy minus health without it, undiscounted, over whole lives."),
    Variable("impact", "qaly_present", ("draw",), "QALY", -inf, inf,
             "The same at its present value."),
    # value: is it worth it
    Variable("value", "patient_cost", ("strategy", "draw"), "money", -inf, inf,
             "Undiscounted cost of one patient treated without delay, over all payers."),
    Variable("value", "patient_cost_present", ("strategy", "draw"), "money", -inf, inf,
             "The same at its present value."),
    Variable("value", "patient_qaly", ("strategy", "draw"), "QALY", -inf, inf,
             "Undiscounted QALYs of one patient treated without delay."),
    Variable("value", "patient_qaly_present", ("strategy", "draw"), "QALY", -inf, inf,
             "The same at their present value."),
    Variable("value", "patient_life_years", ("strategy", "draw"), "year", 0, inf,
             "Undiscounted life years of one patient treated without delay."),
    Variable("value", "cost_present", ("world", "draw"), "money", -inf, inf,
             "Present value of all payments for all patients of the queue."),
    Variable("value", "qaly_present", ("world", "draw"), "QALY", -inf, inf,
             "Present value of all health of all patients of the queue."),
    Variable("value", "budget_impact", ("payer", "year", "draw"), "money", -inf, inf,
             "Undiscounted payments with the therapy minus those without it."),
    Variable("value", "net_benefit", ("draw",), "money", -inf, inf,
             "Incremental net monetary benefit at the reference willingness to pay."),
    Variable("value", "acceptability", ("threshold",), "1", 0, 1,
             "Share of draws in which the therapy has the higher net benefit."),
    Variable("value", "evpi", ("threshold",), "money", 0, inf,
             "Expected value of perfect information for all patients of the queue."),
    Variable("value", "supported_price", ("draw",), "money", -inf, inf,
             "Price at which the net benefit is zero at the reference threshold; none where nobody "
             "is treated.", may_miss=True),
    # policies: one column per setting of the levers
    Variable("policies", "criterion_value", ("criterion", "policy", "draw"), "any", -inf, inf,
             "Each criterion's own measure of each policy."),
    Variable("policies", "status_quo_value", ("criterion", "draw"), "any", -inf, inf,
             "The same measure where nobody gets the therapy."),
    Variable("policies", "budget_impact", ("policy", "payer", "year", "draw"), "money", -inf, inf,
             "As in value, for each policy."),
    Variable("policies", "net_benefit", ("policy", "draw"), "money", -inf, inf,
             "As in value, for each policy."),
    # balance: what is fair
    Variable("balance", "score", ("stakeholder", "policy"), "1", -inf, inf,
             "Expected score of a policy for a side: 0 is its worst policy, 1 its best."),
    Variable("balance", "status_quo_score", ("stakeholder",), "1", -inf, inf,
             "Score of doing nothing on the same scale."),
    Variable("balance", "regret", ("stakeholder", "policy"), "1", 0, inf,
             "Score a side gives up against its best policy."),
    Variable("balance", "on_front", ("policy",), "1", 0, 1,
             "1 if no other policy is at least as good for all sides and better for one."),
    Variable("balance", "nash_product", ("policy",), "1", 0, inf,
             "Product of the sides' gains over the status quo; 0 if any side loses."),
    Variable("balance", "maximum_regret", ("policy",), "1", 0, inf,
             "Largest regret of any side."),
    # information: what we do not know
    Variable("information", "evppi", ("parameter",), "money", 0, inf,
             "Expected value of knowing one input perfectly, for all patients of the queue; none "
             "with too few draws to tell.", may_miss=True),
    Variable("information", "evppi_standard_error", ("parameter",), "money", 0, inf,
             "Standard error of the estimate.", may_miss=True),
)  # fmt: skip


def require(
    data: xr.DataArray,
    *dims: str,
    low: float = -inf,
    high: float = inf,
    name: str = "",
    may_miss: bool = False,
) -> None:
    """Check the dims and the range of one array.

    Raises
    ------
    LabelError
        Naming the array, the dims found and wanted, or the first value out of range with its
        labels.
    """
    label = name or str(data.name)
    if data.dims != dims:
        message = f"'{label}' has dims {data.dims}, promised are {dims}"
        raise LabelError(message)
    values = np.asarray(data.values)
    wrong = ~((values >= low) & (values <= high))
    if may_miss:
        wrong &= ~np.isnan(values)
    if wrong.any():
        place = np.unravel_index(int(np.argmax(wrong)), wrong.shape) if dims else ()
        where = {
            dim: data[dim].values[index] if dim in data.coords else int(index)
            for dim, index in zip(dims, place, strict=True)
        }
        found = float(values[place])
        message = f"'{label}' is {found:g} at {where}, outside [{low:g}, {high:g}]"
        raise LabelError(message)


def checked(group: str, data: xr.Dataset) -> xr.Dataset:
    """Return `data` if it keeps every promise of `group`.

    Raises
    ------
    LabelError
        If a variable is missing, has other dims or leaves its range.
    """
    for row in VARIABLES:
        if row.group != group:
            continue
        if row.name not in data:
            message = f"stage '{group}' must return '{row.name}' [{row.unit}]: {row.meaning}"
            raise LabelError(message)
        require(
            data[row.name],
            *row.dims,
            low=row.low,
            high=row.high,
            name=row.name,
            may_miss=row.may_miss,
        )
    return data
