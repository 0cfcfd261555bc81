"""The economic answer of one policy: one patient, all patients, the budget, the price."""

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.vocabulary import checked
from equipoise.value.decision import expected_perfect_information, net_benefit

if TYPE_CHECKING:  # a model that runs alone has no study
    from equipoise.spec.loaded_study import Study
    from equipoise.spec.study import Comparison

Floats = NDArray[np.float64]

POINTS = 61
"""Points of the grid of thresholds."""


def reference_threshold(base: xr.Dataset) -> float:
    """Return the willingness to pay at which results are stated, money per QALY.

    It is the country's stated value, not a draw: how much a QALY is worth is a choice, so its
    spread must not pass for ignorance about the therapy.
    """
    return float(base["economics.willingness_to_pay"])


def of_the_decision(inputs: xr.Dataset) -> xr.Dataset:
    """Return the inputs that the net benefit rests on: all but the worth of a QALY, a choice."""
    return inputs.drop_vars("economics.willingness_to_pay")


def thresholds(inputs: xr.Dataset, reference: float) -> xr.DataArray:
    """Return the grid of thresholds, from 0 to beyond the proposals at hand."""
    drawn = np.asarray(inputs["economics.willingness_to_pay"].values)
    top = max(float(np.quantile(drawn, 0.975)), 2.0 * reference)
    grid = np.linspace(0.0, top, POINTS)
    return xr.DataArray(grid, coords={"threshold": grid}, dims="threshold")


def _group_weights(study: "Study", inputs: xr.Dataset) -> xr.DataArray:
    """Return the groups' shares of the prevalent, dims (age, draw)."""
    groups = study.file.patients.groups
    draws = inputs.sizes["draw"]
    rows = [np.broadcast_to(inputs[f"patients.groups.{k}"].values, (draws,)) for k in groups]
    weights = np.stack(rows) / np.sum(rows, axis=0)
    ages = [group.age.value for group in groups.values()]
    return xr.DataArray(weights, dims=("age", "draw"), coords={"age": ages, "draw": inputs["draw"]})


def patient_totals(
    study: "Study", inputs: xr.Dataset, clinical: xr.Dataset, *, price: float
) -> dict[str, xr.DataArray]:
    """Return totals of one patient treated without delay, averaged over today's groups.

    Parameters
    ----------
    study
        For the groups and the product's item.
    inputs, clinical
        The joint sample and group ``clinical`` of the vocabulary.
    price
        Price paid at once for the new strategy, in place of the model's own.
    """
    comparison = study.file.comparison

    def totals(one: xr.Dataset) -> xr.Dataset:
        """Return the totals of one age; the product's own price left out."""
        whole = one[["qaly", "qaly_present", "life_years", "cost", "cost_present"]]
        whole = whole.sum("year", skipna=False)
        whole["once"] = one["cost_at_start"]
        for name in ("cost", "cost_present", "once"):
            whole[name] = _care(whole[name], comparison).sum("item", skipna=False)
        return whole

    mean = _mean_patient(study, inputs, clinical, totals)
    once = mean["once"] + price * (clinical["strategy"] == comparison.new)
    mean["cost"], mean["cost_present"] = mean["cost"] + once, mean["cost_present"] + once
    return {
        f"patient_{name}": mean[name].transpose("strategy", "draw")
        for name in ("cost", "cost_present", "qaly", "qaly_present", "life_years")
    }


def _mean_patient(
    study: "Study",
    inputs: xr.Dataset,
    clinical: xr.Dataset,
    values: Callable[[xr.Dataset], xr.Dataset],
) -> xr.Dataset:
    """Return the mean over today's groups of what `values` makes of each group's age."""
    weights = _group_weights(study, inputs)
    rows = [
        values(clinical.sel(age=age, drop=True)) * weights.isel(age=group, drop=True)
        for group, age in enumerate(weights["age"].values)
    ]
    return reduce(add, rows)


def _care(data: xr.DataArray, comparison: "Comparison") -> xr.DataArray:
    """Return a cost by item without the new therapy's product; other strategies keep theirs."""
    product = data["item"] == comparison.product_item
    return data.where(~product | (data["strategy"] != comparison.new), 0.0)


def course_of_patient(study: "Study", inputs: xr.Dataset, clinical: xr.Dataset) -> xr.Dataset:
    """Return the mean patient's course over time, group ``course`` of the vocabulary."""

    def course(one: xr.Dataset) -> xr.Dataset:
        """Return the course of one age; what is tracked counts for those who live."""
        care = _care(one["cost"], study.file.comparison).sum("item", skipna=False)
        return xr.Dataset(
            {"alive": one["alive"], "track": one["track"] * one["alive"], "cost": care}
        )

    mean = _mean_patient(study, inputs, clinical, course)
    mean["track"] = mean["track"] / mean["alive"].where(mean["alive"] > 0.0, 1.0)
    return checked("course", mean.transpose("measure", "strategy", "year", "draw"))


def net_benefit_of(impact: xr.Dataset, threshold: float) -> xr.DataArray:
    """Return the incremental net benefit of what the therapy changes, dims (draw)."""
    return net_benefit(impact["amount_present"].sum("payer"), impact["qaly_present"], threshold)


def supported_price(payment: xr.Dataset, benefit: xr.DataArray, price: float) -> xr.DataArray:
    """Return the price at which the net benefit is zero; none where nobody is treated.

    The maker's net receipts are proportional to the price, so the net benefit falls in a straight
    line with it.
    """
    weight = payment["price_weight"]
    return price + benefit / weight.where(weight > 0.0)


def economics_of(
    study: "Study",
    inputs: xr.Dataset,
    clinical: xr.Dataset,
    payment: xr.Dataset,
    impact: xr.Dataset,
    *,
    price: float,
    reference: float,
    grid: xr.DataArray,
) -> xr.Dataset:
    """Return group ``value`` of the vocabulary but for `acceptability` and `evpi`.

    Those two are means over all draws; `over_draws` adds them when all draws are at hand.

    Parameters
    ----------
    study, inputs, clinical, payment, impact
        The study and the earlier stages of one policy.
    price
        The policy's price, in the study's money.
    reference
        Willingness to pay at which net benefit is stated.
    grid
        Thresholds, dims (threshold).
    """
    benefit = net_benefit_of(impact, reference)
    data = xr.Dataset(patient_totals(study, inputs, clinical, price=price))
    data["cost_present"] = payment["amount_present"].sum(("payer", "item"))
    data["qaly_present"] = payment["qaly_present"]
    data["budget_impact"] = impact["amount"]
    data["net_benefit"] = benefit
    data["supported_price"] = supported_price(payment, benefit, price)
    return data.assign_coords(threshold=grid)


def over_draws(value: xr.Dataset) -> xr.Dataset:
    """Add acceptability and the value of perfect information, from all draws together."""
    grid = value["threshold"]
    cost = value["cost_present"].rename(world="strategy")
    health = value["qaly_present"].rename(world="strategy")
    benefit = net_benefit(cost, health, grid)
    data = value.copy()
    with_therapy, without = (benefit.sel(strategy=k, drop=True) for k in ("with", "without"))
    # Where nobody is treated the worlds are alike, and the therapy is not the better one.
    data["acceptability"] = (with_therapy > without).mean("draw")
    data["evpi"] = expected_perfect_information(benefit)
    return checked("value", data)
