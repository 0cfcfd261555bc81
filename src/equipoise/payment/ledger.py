"""The ledger of one policy: care, the product under its contract, and the maker's receipts."""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.vocabulary import checked
from equipoise.payment.contracts import Schedule, contract_from
from equipoise.payment.starters import Starters, spread, treated, weighted
from equipoise.rules import payer_for_life, payer_segments, shares_of_span
from equipoise.spec.contracts import Contract
from equipoise.spec.loaded_study import Study

Floats = NDArray[np.float64]

REBATE = "rebate"
"""Item of what the maker returns; its amounts are negative."""


class ProductPayments:
    """Payments for the product per unit of price; dims (payer, year, draw) and (payer, draw)."""

    def __init__(self, payers: int, years: int, draws: int) -> None:
        self.amount = np.zeros((payers, years, draws))
        self.later = np.zeros((payers, draws))
        self.present = np.zeros((payers, draws))

    def add(self, shares: Floats, amount: Floats, year: int, factor: Floats) -> None:
        """Add one payment, shared among payers, in a calendar year."""
        parts = shares * amount
        if year < self.amount.shape[1]:
            self.amount[:, year] += parts
        else:
            self.later += parts
        self.present += parts * factor


@dataclass(frozen=True)
class _Treated:
    """Those treated in one calendar year."""

    who: Starters
    weights: Floats
    """Of the ages that the disease model ran, dims (age, draw)."""
    factor: Floats
    """Discount from the day of treatment to the decision date, dims (draw)."""
    owed: dict[int, Floats] = field(default_factory=dict)
    """Shares that payers owe by anniversary, dims (payer, draw); kept for the next contract."""


class TreatedPatients:
    """Everyone who is treated in one course of the queue: who owes what under which contract.

    Parameters
    ----------
    study
        For the payers' rules.
    inputs
        The joint sample, for the discount rate.
    clinical, delivery
        Groups of the vocabulary.
    """

    def __init__(
        self, study: Study, inputs: xr.Dataset, clinical: xr.Dataset, delivery: xr.Dataset
    ) -> None:
        comparison = study.file.comparison
        self._payers = list(study.country.payers)
        self._segments = payer_segments(
            study.country, study.file.items[comparison.product_item].category
        )
        self._alone: dict[str, Floats] = dict(
            zip(self._payers, np.eye(len(self._payers))[:, :, None], strict=True)
        )
        """Payer -> shares where it owes everything, dims (payer, 1)."""
        self._shape = (
            len(self._payers), round(study.file.horizon.value), inputs.sizes["draw"],
        )  # fmt: skip
        self._rate = np.broadcast_to(inputs["economics.discount_cost"].values, self._shape[-1:])
        new = clinical.sel(strategy=comparison.new)
        self._alive = new["alive"].transpose("age", "year", "draw").values
        response = new["track"].sel(measure=comparison.response)
        self._responding = response.transpose("age", "year", "draw").values
        self._cohorts = [
            _Treated(who, spread(who.age, clinical["age"].values), self._discount(who))
            for who in treated(delivery, self._segments)
        ]

    def _discount(self, who: Starters) -> Floats:
        """Return the discount from the day of treatment to the decision date, dims (draw)."""
        return np.asarray((1.0 + self._rate) ** -(who.year + who.fraction))

    def under(self, contract: Contract) -> tuple[ProductPayments, ProductPayments]:
        """Return payments and rebates of all treated patients per unit of price.

        A payment falls on an anniversary of treatment and is owed by the payer of the patient's
        age on that day; a rebate goes back to the payer of the day of treatment. Ages are those of
        each month's treated.
        """
        kind = contract_from(contract)
        looked_at = slice(0, kind.years + 1)
        alive, responding = self._alive[:, looked_at], self._responding[:, looked_at]
        discount = (1.0 + self._rate) ** -np.arange(kind.years + 1.0)[:, None]
        paid, returned = (ProductPayments(*self._shape) for _ in range(2))
        for one in self._cohorts:
            who = one.who
            plan = kind.schedule(weighted(alive, one.weights), weighted(responding, one.weights))
            for since in _anniversaries(plan):
                factor = one.factor * discount[since]
                year = who.year + since
                paid.add(self._owed(one, since), who.count * plan.payments[since], year, factor)
                if plan.rebates[since].any():
                    first = self._owed(one, 0)
                    returned.add(first, who.count * plan.rebates[since], year, factor)
        return paid, returned

    def _owed(self, one: _Treated, since: int) -> Floats:
        """Return the shares that payers owe on an anniversary, dims (payer, draw or 1)."""
        payer = payer_for_life(self._segments, one.who.youngest + since)
        if payer is not None:
            return self._alone[payer]
        if since not in one.owed:
            ages = one.who.monthly_age + since
            shares = shares_of_span(self._segments, self._payers, ages, years=0.0)
            one.owed[since] = one.who.mean(shares)
        return one.owed[since]


def _anniversaries(plan: Schedule) -> list[int]:
    """Return the anniversaries on which any money moves."""
    moving = plan.payments.any(axis=1) | plan.rebates.any(axis=1)
    return [int(since) for since in np.flatnonzero(moving)]


def ledger(
    study: Study,
    flows: xr.Dataset,
    payments: tuple[ProductPayments, ProductPayments],
    *,
    price: float,
) -> xr.Dataset:
    """Put care, product and rebates of one policy into one ledger.

    Parameters
    ----------
    study
        For the item's name.
    flows
        Result of `PopulationFlows.of`.
    payments
        Result of `TreatedPatients.under` for the policy's contract.
    price
        Price of one treatment in the study's money.

    Returns
    -------
    xarray.Dataset
        Group ``payment`` of the vocabulary; what the maker receives is what payers pay for the
        product minus rebates, by construction and by test.
    """
    paid, returned = payments
    lines = {
        "amount": (paid.amount, returned.amount),
        "amount_later": (paid.later, returned.later),
        "amount_present": (paid.present, returned.present),
    }
    data = flows.drop_vars(list(lines)).drop_dims("item")
    for name, (plus, minus) in lines.items():
        product = np.stack([plus * price, np.zeros_like(plus)])[:, :, None]
        rebate = np.stack([-minus * price, np.zeros_like(minus)])[:, :, None]
        whole = np.concatenate([flows[name].values, product, rebate], axis=2)
        data[name] = (flows[name].dims, whole)
    data = data.assign_coords(
        item=[*flows["item"].values.tolist(), study.file.comparison.product_item, REBATE]
    )
    net = paid.amount - returned.amount
    data["receipts"] = (("year", "draw"), net.sum(axis=0) * price)
    data["receipts_later"] = (("draw",), (paid.later - returned.later).sum(axis=0) * price)
    data["price_weight"] = (("draw",), (paid.present - returned.present).sum(axis=0))
    return checked("payment", data)
