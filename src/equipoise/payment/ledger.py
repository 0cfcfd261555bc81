"""The ledger of one policy: care, the product under its contract, and the maker's receipts."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from equipoise.core.vocabulary import checked
from equipoise.payment.contracts import Schedule, contract_from
from equipoise.payment.starters import ByAge, Starters, treated
from equipoise.rules import payer_segments, shares_of_span
from equipoise.spec.contracts import Contract
from equipoise.spec.loaded import Study

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
        for payer in np.flatnonzero(shares.any(axis=1)):
            part = shares[payer] * amount
            if year < self.amount.shape[1]:
                self.amount[payer, year] += part
            else:
                self.later[payer] += part
            self.present[payer] += part * factor


@dataclass(frozen=True)
class _Treated:
    """Those treated in one calendar year, and their course on each anniversary of treatment."""

    who: Starters
    alive: Floats  # (year, draw)
    responding: Floats  # (year, draw)


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
        self._shape = (
            len(self._payers), round(study.file.horizon.value), inputs.sizes["draw"],
        )  # fmt: skip
        self._rate = np.broadcast_to(inputs["economics.discount_cost"].values, self._shape[-1:])
        new = clinical.sel(strategy=comparison.new)
        alive = new["alive"].transpose("age", "year", "draw").values
        response = new["track"].sel(measure=comparison.response)
        responding = response.transpose("age", "year", "draw").values
        self._cohorts: list[_Treated] = []
        for who in treated(delivery):
            at_age = ByAge(clinical["age"].values, who.age)
            self._cohorts.append(_Treated(who, at_age(alive), at_age(responding)))

    def under(self, contract: Contract) -> tuple[ProductPayments, ProductPayments]:
        """Return payments and rebates of all treated patients per unit of price.

        A payment falls on an anniversary of treatment and is owed by the payer of the patient's
        age on that day; a rebate goes back to the payer of the day of treatment. Ages are those of
        each month's treated.
        """
        kind = contract_from(contract)
        paid, returned = (ProductPayments(*self._shape) for _ in range(2))
        for cohort in self._cohorts:
            who = cohort.who
            plan = kind.schedule(cohort.alive, cohort.responding)
            first = self._owed(who, 0)
            for since in _anniversaries(plan):
                factor = (1.0 + self._rate) ** -(who.year + who.fraction + since)
                year = who.year + since
                owed = first if since == 0 else self._owed(who, since)
                paid.add(owed, who.count * plan.payments[since], year, factor)
                if plan.rebates[since].any():
                    returned.add(first, who.count * plan.rebates[since], year, factor)
        return paid, returned

    def _owed(self, who: Starters, since: int) -> Floats:
        """Return the shares that payers owe on an anniversary, dims (payer, draw)."""
        return who.mean(
            shares_of_span(self._segments, self._payers, who.monthly_age + since, years=0.0)
        )


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
